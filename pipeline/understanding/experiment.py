"""An experiment's arms, and what is known only after the contact: neither may shape a segment or a response model."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Joined, Message, Own
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.roles import Answers, Understanding

_CONTROL = (
    r"^(no[ -]?(e-?mail|mail|contact|offer|treatment|promo\w*|ad|message|sms|call)|control( group)?|ctrl|"
    r"holdout|untreated|none|psa|baseline|without|контроль\w*( групп\w*)?|без (рассылки|контакта|акции|письма|"
    r"предложения))$"
)
_TREATED = (
    r"e-?mail|\bmail\b|\btreat|\btest\b|\boffer|\bsms\b|\bad\b|promo|variant|exposed|\bcall\b|рассылк|тест|акци|письм"
)
_LETTERED = r"^((group|grp|variant|version|test|arm|cell|группа|вариант)[ _-]?)?([a-d]|[0-4])$"  # A and B: none is told
_AFTER = (
    r"\b(visit(ed)?|conver(sion|ted|t)|respon(se|ded|d)|click(ed|s)?|open(ed|s)?|purchased?|bought|spend|"
    r"spent|revenue|redeemed|order value|outcome|churn(ed)?)\b|отклик|визит|конверси|покупка|потратил|открыл|"
    r"перешел"
)


def recognise(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Find the column of arms and what follows the contact; ask whether it is one."""
    chosen = answers.get("arm")
    arm = next((profile for profile in table if profile.name == chosen), None) if chosen else _arm(table)
    if arm is None or chosen == "none":
        return
    reading.arm = arm.name
    reading.afterwards = _afterwards(table, relations, arm)
    reading.tell(
        "{column} says who was contacted ({values}), as in a test: it shapes no segment. No campaign is drafted of it, "
        "since a contact brings the difference between those contacted and those not, not the share that responded",
        column=arm.name,
        values=Joined(tuple(map(Own, arm.sample[:6]))) if arm.sample else "0, 1",
    )
    if reading.afterwards:
        reading.tell(
            "known only after the contact, so they shape no segment: {columns}", columns=Joined(reading.afterwards)
        )
    if chosen is None:
        reading.questions.append(
            Question(
                "arm",
                Message.of(
                    "Does {column} say which customers were contacted, and which were not for comparison?",
                    column=arm.name,
                ),
                (
                    Choice(arm.name, Message.of("yes: a test, in which some were contacted and others were not")),
                    Choice("none", Message.of("no: it describes customers in another way")),
                ),
            )
        )


def _arm(table: Sequence[Profile]) -> Profile | None:
    for profile in table:
        values = [value.strip().lower() for value in profile.sample]
        if profile.kind in ("category", "text") and 2 <= profile.distinct <= 8:
            control = [value for value in values if fits_value(_CONTROL, value)]
            treated = [value for value in values if fits_value(_TREATED, value) and value not in control]
            if (
                control
                and (treated or fits(words.ARM, profile.name))
                and len(control) + len(treated) >= 0.6 * len(values)
            ):
                return profile
        if _is_lettered(profile, table):
            return profile
        if profile.kind == "flag" and fits(
            r"^(treat(ment|ed)?|exposed|is control|control|control group|is treatment|treatment flg|treatment group|"
            r"test group|контрольная группа|контроль)$",
            profile.name,
        ):
            return profile
    return None


def _is_lettered(profile: Profile, table: Sequence[Profile]) -> bool:
    """Groups A and B under a header of arms, beside what came of it: which one was left alone does not matter here."""
    values = [value.strip().lower() for value in profile.sample]
    lettered = bool(values) and all(fits_value(_LETTERED, value) for value in values)
    if not (2 <= profile.distinct <= 4 and lettered and fits(words.ARM, profile.name)):
        return False
    return any(other.kind == "flag" and other.name != profile.name and fits(_AFTER, other.name) for other in table)


def fits_value(pattern: str, value: str) -> bool:
    """Whether a value (not a header) fits a pattern."""
    import re

    return re.search(pattern, value) is not None


def _afterwards(table: Sequence[Profile], relations: Relations, arm: Profile) -> tuple[str, ...]:
    """Reactions by their words, and amounts that are there only where a reaction is."""
    flags = [
        profile.name
        for profile in table
        if profile.kind == "flag" and fits(_AFTER, profile.name) and profile.name != arm.name
    ]
    amounts = []
    for profile in table:
        if not profile.numeric or profile.name in flags:
            continue
        value = quote(profile.name)
        bought = relations.one(f"count_if({value} > 0)")
        if not 0 < bought < 0.5 * relations.rows:
            continue
        implied = any(relations.one(f"count_if({value} > 0 AND {quote(flag)} = 1)") >= 0.99 * bought for flag in flags)
        if implied and (fits(_AFTER, profile.name) or bought < 0.2 * relations.rows):
            amounts.append(profile.name)
    named = [
        profile.name
        for profile in table
        if profile.numeric and profile.name not in amounts and fits(r"\b(post|after|outcome)\b|после", profile.name)
    ]
    return (*flags, *amounts, *named)
