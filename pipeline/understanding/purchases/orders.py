"""What was bought together, and when: the order's number and the day of the purchase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.reading import quote
from pipeline.understanding.evidence import (
    HOLDS,
    Profile,
    Relations,
    fits,
    is_email,
    names_customer,
    plain_words,
    words,
)
from pipeline.understanding.purchases.customer import worded

_LEAST_KNOWN = 0.5
_NEARLY = 0.05  # of the values may seem to repeat where they are counted roughly
_BARE = r"^(id|ids|uuid|guid|номер|ид|идентификатор|number|reference)$"


@dataclass(frozen=True)
class DayCandidate:
    """A column of days, and how well it fits as the day of the purchase."""

    name: str
    score: float


def days(table: Sequence[Profile]) -> list[DayCandidate]:
    """Columns of days that may be the day of a purchase, the likeliest first."""
    scored = []
    for profile in table:
        if profile.kind != "date" or profile.known < 0.5 * profile.rows or fits(words.DAY_PERSON, profile.name):
            continue
        score = 1.0 + 0.1 * (profile.known == profile.rows)
        if fits(words.DAY_ORDER, profile.name):
            score += 2.0
        elif fits(words.DAY, profile.name) and len(plain_words(profile.name).split()) <= 2:
            score += 1.0
        if fits(words.DAY_LATER, profile.name) and not fits(
            r"\b(order|purchase|заказ|покупк)\w*\b.*\b(date|at)\b", profile.name
        ):
            score -= 2.0
        if fits(r"\bcreated\b|оформлен|создан", profile.name):
            score += 0.3
        scored.append(DayCandidate(profile.name, score))
    return sorted(scored, key=lambda candidate: -candidate.score)


def order_worded(profile: Profile) -> bool:
    """Whether the header names an order, an invoice, a receipt."""
    return (
        fits(words.ORDER, profile.name)
        and not names_customer(profile.name)
        and not fits(
            r"status|date|time|type|total|amount|value|sum|price|count|дата|сумма|статус|тип\b|вид\b|\bto order\b|"
            r"\b(what|which|how)\b",
            profile.name,
        )
    )


def order_of(
    table: Sequence[Profile], relations: Relations, day: str | None, owners: Sequence[str], *, known: bool = False
) -> str | None:
    """The column that numbers orders: named so, or one that determines both its day and its customer on many lines.

    ``known``: the owner was answered, so that a column whose header names a customer may be the order's number.
    """
    keys = [profile for profile in table if profile.key_like and not is_email(profile) and profile.name not in owners]
    named = [
        profile
        for profile in keys
        if order_worded(profile) and profile.distinct >= 5 and not _breaks(profile, relations, day, owners)
    ]
    if named:
        # a number of what was given back is blank on all other lines; in a log of visits that of the order is, too
        filled = [profile for profile in named if profile.known >= _LEAST_KNOWN * profile.rows]
        return max(
            filled or named,
            key=lambda profile: (
                _strength(profile, relations, day, owners),
                fits(r"\b(id|no|number|nr)\b|номер|id$", profile.name),
                -profile.distinct,
            ),
        ).name
    silent = [
        profile
        for profile in keys
        if profile.repeats > 0.05
        and profile.distinct >= 20
        and (known or worded(profile) <= 1.0)
        and not fits(words.SIDE, profile.name)
        and not fits(words.ITEM, profile.name)
        and not fits(words.LINE, profile.name)
        and not fits(words.ROW_NUMBER, profile.name)
        and day is not None
        and (relations.lift(profile.name, day) or 0.0) >= HOLDS
        and _has_owner(profile, relations, table, owners)
    ]
    return max(silent, key=lambda profile: profile.distinct).name if silent else None


def one_row_each(table: Sequence[Profile], relations: Relations) -> str | None:
    """A bare ``ID`` that is another on each row, where nothing speaks of parts of an order: each row is a payment."""
    if any(map(_names_a_part, table)):
        return None
    keys = [
        profile
        for profile in table
        if fits(_BARE, profile.name)
        and profile.key_like
        and profile.known == profile.rows
        and profile.repeats < _NEARLY
    ]
    unique = (key.name for key in keys if relations.one(f"count(DISTINCT {quote(key.name)})") == key.rows)
    return next(unique, None)


def _names_a_part(profile: Profile) -> bool:
    """Whether a header speaks of goods, their prices, their number or their place in an order."""
    goods = fits(words.ITEM, profile.name) and not fits(r"description|\btitle\b|наименован", profile.name)
    parts = (words.QUANTITY, words.PRICE, words.LINE, words.CATEGORY)
    return goods or any(fits(part, profile.name) for part in parts)


def _has_owner(profile: Profile, relations: Relations, table: Sequence[Profile], owners: Sequence[str]) -> bool:
    """An order determines some column that repeats over several orders: the one who placed it."""
    coarser = owners or [
        other.name
        for other in table
        if other.key_like and other.name != profile.name and 5 <= other.distinct < 0.98 * profile.distinct
    ]
    return any((lift or 0.0) >= HOLDS for lift in relations.lifts(profile.name, coarser)) if coarser else False


def _breaks(profile: Profile, relations: Relations, day: str | None, owners: Sequence[str]) -> bool:
    """An order of several days is none, whatever its header; one of one day speaks against the customer."""
    if day is not None and relations.lift(profile.name, day) is not None:
        return relations.broken(profile.name, day)
    return any(relations.broken(profile.name, owner) for owner in owners[:1])


def _strength(profile: Profile, relations: Relations, day: str | None, owners: Sequence[str]) -> int:
    checked = [*owners[:1], *([day] if day else [])]
    return sum((lift or 0.0) >= HOLDS for lift in relations.lifts(profile.name, checked)) if checked else 0
