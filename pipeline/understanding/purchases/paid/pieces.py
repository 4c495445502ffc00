"""Pieces under a header of money (``AMOUNT``, ``Total purchases``), and prices of whole lines: the values tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from pipeline.contract import Message
from pipeline.reading import quote
from pipeline.understanding.evidence import Profile, Relations
from pipeline.understanding.purchases.paid.priced_columns import Amounts

_ENOUGH = 200_000  # lines, for a correlation
_MOST, _MOST_DIFFERENT = 1000, 100  # pieces on a line
_GROWS = 0.9  # correlation of a line's price with its pieces, for one and the same thing
_LEAST_LINES = 50


@dataclass(frozen=True)
class Pieces:
    """The amounts with what turned out to be pieces among the quantities.

    ``doubt``: a column that could be pieces or money, since a thing's price is the same whatever it says.
    """

    amounts: Amounts
    told: tuple[Message, ...] = ()
    doubt: Profile | None = None


def told_by_values(amounts: Amounts, relations: Relations) -> Pieces:
    """Pieces found among the columns that headers call money.

    One amount is another times whole numbers, or grows with whole numbers for one and the same thing.
    """
    if amounts.quantities:
        return Pieces(amounts)
    few = [profile for profile in amounts.totals if _few(profile)]
    for pieces in few:
        others = [profile for profile in (*amounts.totals, *amounts.prices) if profile is not pieces]
        for price, total in permutations(others, 2):
            if relations.agrees(quote(total.name), f"{quote(price.name)} * {quote(pieces.name)}"):
                rest = tuple(total for total in amounts.totals if total not in (pieces, price))
                return Pieces(
                    replace(amounts, totals=rest, prices=(price,), quantities=(pieces,)), (_told(pieces, price, total),)
                )
        for price in others:
            if price.fractions >= pieces.fractions and scales(price, pieces, relations, amounts.things):
                rest = tuple(total for total in amounts.totals if total not in (pieces, price))
                return Pieces(replace(amounts, totals=rest, prices=(price,), quantities=(pieces,)))
    for pieces in few if len(amounts.totals) == 1 and len(amounts.prices) == 1 else ():
        price = amounts.prices[0]
        if (pieces.low or 0) <= 1 and any(relations.holds(thing, price.name) for thing in amounts.things):
            return Pieces(replace(amounts, totals=(), quantities=(pieces,)), doubt=pieces)
    return Pieces(amounts)


def scales(price: Profile, pieces: Profile, relations: Relations, things: Sequence[str]) -> bool:
    """Whether a price is that of the whole line: for one thing it grows with the pieces, which it does not overall."""
    return any(_grows(price, pieces, relations, thing) for thing in things)


def _grows(price: Profile, pieces: Profile, relations: Relations, thing: str) -> bool:
    rows = relations.query(
        "SELECT corr(ln(p) - mp, ln(q) - mq), corr(ln(p), ln(q)), count(*) FROM (SELECT p, q, "
        "avg(ln(p)) OVER (PARTITION BY i) AS mp, avg(ln(q)) OVER (PARTITION BY i) AS mq "
        f"FROM (SELECT {quote(price.name)} AS p, {quote(pieces.name)} AS q, {quote(thing)} AS i FROM data "
        f"LIMIT {_ENOUGH}) "
        "WHERE p > 0 AND q > 0)"
    )
    within, overall, lines = (None if value is None else float(str(value)) for value in rows[0])
    return within is not None and (lines or 0) > _LEAST_LINES and within > _GROWS > (overall or 0.0)


def _few(profile: Profile) -> bool:
    """Whole numbers of the size of pieces."""
    low, high = profile.low or 0, profile.high or 0
    return profile.kind == "integer" and low >= -_MOST and 1 < high <= _MOST and profile.distinct <= _MOST_DIFFERENT


def _told(pieces: Profile, price: Profile, total: Profile) -> Message:
    return Message.of(
        "{pieces} is the number of pieces: {total} is {price} times {pieces}",
        pieces=pieces.name,
        total=total.name,
        price=price.name,
    )
