"""A discount beside price and pieces, with no column of what is left: an amount, per cent or a share of the price."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.purchases.paid.taken_off import within
from pipeline.understanding.roles import Answers, Money, Understanding

_MOST_PERCENTAGES = 20  # different ones
_PERCENT = r"\b(percent|percentage|pct|proz|prozent|procent|rate)\b|процент"


def less_discount(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Take a discount off price times pieces, where the same good always has the same price; else ask."""
    money = reading.money
    if money is None or "*" not in money.sql or money.once_an_order:
        return
    profile = next((profile for profile in table if _is_discount(profile, money)), None)
    forms = _forms(profile, money, relations) if profile is not None else {}
    if profile is None or not forms:
        return
    chosen = answers.get("discount")
    listed = reading.item is not None and any(relations.holds(reading.item, column) for column in money.columns)
    if chosen is None and (len(forms) > 1 or not listed):
        reading.questions.append(_ask(profile, forms))
        chosen = next(iter(forms))
    elif chosen is None:
        chosen = next(iter(forms))
    if chosen not in forms:
        return
    reading.money = Money(forms[chosen], (*money.columns, profile.name))
    reading.tell("{column} is taken off the money", column=profile.name)


def _is_discount(profile: Profile, money: Money) -> bool:
    return (
        profile.numeric
        and not profile.empty
        and profile.name not in money.columns
        and fits(words.DISCOUNT, profile.name)
        and not profile.negative
    )


def _forms(profile: Profile, money: Money, relations: Relations) -> dict[str, str]:
    """What the discount may be, the likeliest first: answer -> SQL of the money that is left."""
    off, high = f"coalesce({quote(profile.name)}, 0)", profile.high or 0
    share = {"share": f"{money.sql} * (1 - {off})"} if high <= 1 and profile.fractions else {}
    percent = {"percent": f"{money.sql} * (1 - {off} / 100)"} if high <= 100 and not share else {}
    amount = {"amount": f"{money.sql} - {off}"} if within(off, money.sql, relations) and not share else {}
    if share or "%" in profile.name or fits(_PERCENT, profile.name):
        return share or percent
    if profile.distinct > _MOST_PERCENTAGES or profile.fine:
        return amount or percent
    return percent | amount if profile.kind == "integer" else amount | percent


def _ask(profile: Profile, forms: dict[str, str]) -> Question:
    said = {
        "share": Message.of("a share of the price (0.1 is a tenth): taken off"),
        "percent": Message.of("per cent of the price: taken off"),
        "amount": Message.of("an amount: taken off"),
    }
    return Question(
        "discount",
        Message.of(
            "{column} stands beside prices, and no column says what was paid in the end. What is it?",
            column=profile.name,
        ),
        (
            *(Choice(form, said[form]) for form in forms),
            Choice("in", Message.of("in the prices already: nothing is taken off")),
        ),
    )
