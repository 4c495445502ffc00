"""Amounts without a sign beside a column that says of each whether it is a debit or a credit."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question, literal, quote
from pipeline.understanding.evidence import Profile, Relations, fits
from pipeline.understanding.purchases.status_words import plain_value
from pipeline.understanding.roles import Answers, Aside, Money, Understanding

_PAIRS = (
    {"d", "c"},
    {"dr", "cr"},
    {"db", "cr"},
    {"debit", "credit"},
    {"s", "h"},
    {"soll", "haben"},
    {"дт", "кт"},
    {"д", "к"},
    {"дебет", "кредит"},
    {"приход", "расход"},
    {"+", ""},
    {"in", "out"},
)
_NAMED = (
    r"\bd c\b|\bdr cr\b|\bdc\b|\bdrcr\b|debit|credit|\bsoll\b|\bhaben\b|kennzeichen|indicator|\bsigns?\b|\bside\b|"
    r"direction|\btype\b|\bдт\b|\bкт\b|дебет|кредит|знак|приход|направлен|\bвид\b|\bтип\b"
)


_IN_COLUMNS = (
    r"\b(debits?|credits?|soll|haben|withdrawals?|deposits?|paid in|paid out|money in|money out)\b|дебет|кредит|приход|"
    r"расход|списан|поступлен|зачислен"
)


def settle_other_side(reading: Understanding, table: Sequence[Profile], relations: Relations) -> None:
    """Lines of the other side of an account do not count, where debits and credits stand in columns of their own."""
    money = reading.money
    if money is None or len(money.columns) != 1 or not fits(_IN_COLUMNS, money.columns[0]):
        return
    here = f"coalesce({money.sql}, 0) <> 0"
    for profile in table:
        if not profile.numeric or profile.name in money.columns or not fits(_IN_COLUMNS, profile.name):
            continue
        there = f"coalesce({quote(profile.name)}, 0) <> 0"
        if relations.one(f"count_if(({here}) = ({there}))") or not relations.one(f"count_if({there})"):
            continue
        reading.aside.append(Aside("no purchase", f"NOT ({here})"))
        reading.count(
            "{n} line has {other} and no {column}: it does not count",
            "{n} lines have {other} and no {column}: they do not count",
            int(relations.one(f"count_if({there})")),
            other=profile.name,
            column=money.columns[0],
        )
        return


def settle_sides(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Where one of two values of a column must count against the money: as answered, or asked."""
    money = reading.money
    if money is None or relations.one(f"count_if({money.sql} < 0)"):
        return
    for profile in table:
        values = sorted(profile.sample)
        if len(values) != 2 or {plain_value(value).strip() for value in values} not in _PAIRS:
            continue
        if not fits(_NAMED, profile.name):
            continue
        bought = answers.get("side")
        if bought == "both":
            return
        if bought is None:
            reading.questions.append(_question(profile, values, money, relations))
            return
        plus = f"{quote(profile.name)} = {literal(bought)}"
        reading.money = Money(
            f"CASE WHEN {plus} THEN {money.sql} ELSE -({money.sql}) END", money.columns, money.once_an_order
        )
        reading.tell(
            "{column}: {value} is a purchase, as you answered; the other lines are taken off the money",
            column=profile.name,
            value=bought,
        )
        return


def _question(profile: Profile, values: Sequence[str], money: Money, relations: Relations) -> Question:
    column = quote(profile.name)
    counted = [
        (
            relations.one(f"count_if({column} = {literal(value)})"),
            relations.one(f"coalesce(sum(CASE WHEN {column} = {literal(value)} THEN {money.sql} END), 0)"),
            value,
        )
        for value in values
    ]
    choices = [
        Choice(
            value,
            Message.counted(
                "{n} line, {sum} in all; the other lines are taken off the money",
                "{n} lines, {sum} in all; the other lines are taken off the money",
                int(lines),
                sum=Quantity(round(total, 2), ",.2f"),
            ),
        )
        for lines, total, value in sorted(counted, reverse=True)
    ]
    return Question(
        "side",
        Message.of("{column} tells debits from credits. Which value is a purchase?", column=profile.name),
        (*choices, Choice("both", Message.of("every line adds to the money"))),
    )
