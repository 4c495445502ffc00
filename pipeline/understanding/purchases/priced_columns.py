"""Columns that have to do with money, by what their headers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.reading import quote
from pipeline.understanding.evidence import Profile, Relations, fits, plain_words, words
from pipeline.understanding.roles import Money

_MOST_PIECES = 1000
_MOSTLY, _OFTEN = 0.98, 0.2  # of the refunds: no more than was paid, and all that was paid


@dataclass(frozen=True)
class Amounts:
    """Columns that have to do with money, by what their headers say."""

    totals: tuple[Profile, ...]
    prices: tuple[Profile, ...]
    quantities: tuple[Profile, ...]

    @property
    def any(self) -> bool:
        """Whether a table speaks of money at all."""
        return bool(self.totals or self.prices)


def amounts_of(table: Sequence[Profile], taken: set[str]) -> Amounts:
    """Numeric columns by what their headers say; a word such as discount, tax or cost is never the money."""
    numbers = [profile for profile in table if profile.numeric and profile.name not in taken and not profile.empty]
    quantities = [
        profile
        for profile in table
        if profile.numeric
        and profile.name not in taken
        and fits(words.QUANTITY, profile.name)
        and not fits(words.PRICE, profile.name)
    ]
    quantities = quantities or _swapped(table, taken)
    counted = {profile.name for profile in quantities}
    rest = [profile for profile in numbers if profile.name not in counted and not _other(profile)]
    prices = [profile for profile in rest if fits(words.PRICE, profile.name) and not _total_worded(profile)]
    priced = {profile.name for profile in prices}
    totals = [
        profile
        for profile in rest
        if profile.name not in priced
        and (fits(words.MONEY_LINE, profile.name) or fits(words.MONEY_ORDER, profile.name))
    ]
    return Amounts(tuple(totals), tuple(prices), tuple(quantities))


def _swapped(table: Sequence[Profile], taken: set[str]) -> list[Profile]:
    """Pieces under the header of an order, where the order's numbers stand under the header of the pieces."""
    if not any(profile.name in taken and fits(words.QUANTITY, profile.name) for profile in table):
        return []
    return [
        profile
        for profile in table
        if profile.kind == "integer"
        and profile.name not in taken
        and fits(words.ORDER, profile.name)
        and profile.low is not None
        and profile.high is not None
        and 0 <= profile.low <= profile.high <= _MOST_PIECES
    ]


def _other(profile: Profile) -> bool:
    """Discounts, taxes and the like; ``price after discount`` and ``total with tax`` are money."""
    text = plain_words(profile.name)
    if fits(
        r"\b(after|with|incl|including|net of|less|minus|inkl|con|avec)\b|\bс учетом\b|со скидк|с ндс|без ндс|"
        r"без скид",
        profile.name,
    ):
        return fits(r"^(discount|tax|vat|shipping|скидка|налог|ндс)", profile.name)
    if fits(r"\bgross (sales|amount|total|revenue)\b|\bnet (sales|amount|total|revenue|price)\b", profile.name):
        return False
    return fits(rf"{words.NOT_MONEY}|{words.REFUND}", profile.name) and not fits(r"\bunit ?cost\b", text)


def _total_worded(profile: Profile) -> bool:
    return fits(
        r"\b(total|sum|amount|subtotal|extended|line) ?(price|cost)?\b|\bprice total\b|gesamtpreis|prix total|"
        r"precio total|общая|сумм|итог|стоимость",
        profile.name,
    )


def less_refunds(money: Money, table: Sequence[Profile], relations: Relations) -> tuple[Money, str] | None:
    """The money less what a column says was given back of it, and that column; None where there is none.

    A refund is never larger than what was paid, and often all of it; a number of pieces is neither.
    """
    if any(fits(r"\bnet\b|after (refunds|returns)|за вычетом", column) for column in money.columns):
        return None
    for profile in table:
        if not profile.numeric or profile.name in money.columns or not fits(words.REFUND, profile.name):
            continue
        back = f"abs(coalesce({quote(profile.name)}, 0))"
        given = relations.one(f"count_if({back} > 0)")
        within = relations.one(f"count_if({back} > 0 AND {back} <= 1.005 * ({money.sql}))")
        whole = relations.one(f"count_if({back} > 0 AND abs({back} - ({money.sql})) < 0.01)")
        worded = fits(words.MONEY_LINE, profile.name) or fits(words.MONEY_ORDER, profile.name)
        if given and within >= _MOSTLY * given and (worded or whole >= _OFTEN * given):
            columns = (*money.columns, profile.name)
            return Money(f"({money.sql}) - {back}", columns, money.once_an_order), profile.name
    return None


def beside_the_money(table: Sequence[Profile], money: Sequence[str]) -> list[str]:
    """Columns of discounts, taxes, shipping and refunds: told, and neither taken off nor added."""
    pattern = rf"{words.DISCOUNT}|{words.TAX}|{words.SHIPPING}|{words.REFUND}"
    return [
        profile.name
        for profile in table
        if profile.numeric and profile.name not in money and not profile.empty and fits(pattern, profile.name)
    ]
