"""When customers bought: which column of days it is, or what keeps it from being known."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Joined, Message, Own, Quantity
from pipeline.errors import InputError
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.purchases.customer import is_clock
from pipeline.understanding.purchases.orders import DayCandidate
from pipeline.understanding.roles import Answers, Understanding

_FIRST_YEARS, _LAST_YEARS = 1900, 2400  # of days on which somebody can have bought
_NEAR_DAY, _SLIPS = 0.5, 50  # of the score of a day; times as many lines as slips
_MOST_DAYS = 3  # to choose from
_FEW_DAYS, _MOSTLY = 10, 0.9  # different cells of a column of days; share of them with a digit
_DAY_ALONE = r"\b(dates?|datum|fecha|data|tarih|дата)\b|date$|datum$|日付|日期|年月日|날짜|التاريخ|תאריך"


def settle_day(
    reading: Understanding,
    table: Sequence[Profile],
    dated: Sequence[DayCandidate],
    given: Answers,
    day: str | None,
    relations: Relations,
) -> None:
    """Write the day of the purchase into ``reading``: of several the one that fits best, or it is asked."""
    reading.day = None if day == "none" else day
    if reading.day is None:
        _without_day(reading, table, given)
        return
    bought = [candidate for candidate in dated if not _is_her_own(candidate, reading.customer, relations)]
    if given.get("day") is None and bought:
        dated, reading.day = bought, reading.day if reading.day in {day.name for day in bought} else bought[0].name
    _refuse_other_calendar(next(profile for profile in table if profile.name == reading.day))
    near = [candidate for candidate in dated if dated[0].score - candidate.score < _NEAR_DAY]
    if given.get("day") is None and len(near) > 1:
        first = _first_of(near, relations)
        if first is None or near[0].score < 0:  # of days that follow a purchase the first is not the purchase's
            reading.questions.append(_ask_day(near[:_MOST_DAYS], relations))
        reading.day = first or reading.day
    others = tuple(candidate.name for candidate in dated if candidate.name != reading.day)
    reading.tell("day of the purchase: {column}", column=reading.day)
    if others:
        reading.tell("other columns of days, not used: {columns}", columns=Joined(others))


def _without_day(reading: Understanding, table: Sequence[Profile], given: Answers) -> None:
    """Say that no day is known; ask where a header names one and its cells are in no form that is known."""
    reading.tell("no column says when customers bought, so nothing is known of how long ago")
    unread = [profile for profile in table if _unread_day(profile)]
    if given.get("day") == "none" or not unread:
        return
    column = unread[0]
    reading.questions.append(
        Question(
            "day",
            Message.of(
                "{column} names a day, but its cells are in no form that is known (such as {cell}). Write them as "
                "2023-11-28, or go on without days?",
                column=column.name,
                cell=Own(column.top or f"{column.low or 0:.0f}"),
            ),
            (Choice("none", Message.of("nothing will be known of how long ago customers bought")),),
        )
    )


def _unread_day(profile: Profile) -> bool:
    """Whether a header names a day over cells with digits that are neither days nor times of day."""
    if not (fits(words.DAY_ORDER, profile.name) or fits(_DAY_ALONE, profile.name)) or profile.distinct < _FEW_DAYS:
        return False
    if profile.numeric:
        return True
    seen = [value for value in profile.sample if any(letter.isdigit() for letter in value)]
    return profile.kind in ("text", "category") and len(seen) > _MOSTLY * len(profile.sample) and not is_clock(profile)


def _first_of(near: Sequence[DayCandidate], relations: Relations) -> str | None:
    """Of days with like names the purchase is the one that comes first, on nearly every line."""
    names = [candidate.name for candidate in near]
    return next((name for name in names if all(_before(name, other, relations) for other in names)), None)


def _before(name: str, other: str, relations: Relations) -> bool:
    """Whether a day is not after another but for a few slips."""
    if name == other:
        return True
    day, beside = quote(name), quote(other)
    before, after = (relations.one(f"count_if({day} {sign} {beside})") for sign in ("<=", ">"))
    return before > _SLIPS * after


def _ask_day(near: Sequence[DayCandidate], relations: Relations) -> Question:
    choices = []
    for candidate in near:
        other = next(rival.name for rival in near if rival.name != candidate.name)
        earlier = relations.one(f"count_if({quote(candidate.name)} <= {quote(other)}) / count(*)")
        evidence = Message.of(
            "on or before {other} on {share} % of the lines", other=other, share=Quantity(round(100 * earlier))
        )
        choices.append(Choice(candidate.name, evidence))
    return Question("day", Message.of("Which column is the day of the purchase?"), tuple(choices))


def _refuse_other_calendar(day: Profile) -> None:
    """Years of the Buddhist calendar (2566 is 2023) or of the Iranian one (1402): nobody's purchases in this one."""
    if day.first is None or day.last is None or (day.first.year < _LAST_YEARS and day.last.year >= _FIRST_YEARS):
        return
    raise InputError.because(
        Message.of("{column}: these days are of another calendar, or wrongly written", column=day.name),
        found=Message.of("{first} to {last}", first=f"{day.first:%Y-%m-%d}", last=f"{day.last:%Y-%m-%d}"),
        expected=Message.of("days of purchases, as 2023-11-28"),
        remedy=Message.of(
            "export them by the Gregorian calendar (a year of the Buddhist calendar less 543), then run the command "
            "again; --answer day=none leaves them out"
        ),
    )


def _is_her_own(candidate: DayCandidate, customer: str | None, relations: Relations) -> bool:
    """The same on all lines of a customer, like the day on which she signed up."""
    return customer is not None and relations.holds(customer, candidate.name)
