"""Columns that have to do with money, by what their headers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.understanding.evidence import Profile, fits, plain_words, words

_MOST_PIECES = 1000
_REPEATED, _MOST_THINGS = 0.3, 4
_NUMBERED = (
    r"\b(id|ids|uid|guid|key|code|channels?|rep|reps|person|people|region|territory|type|flag|status|organi[sz]ation|"
    r"office|team|agent|employee|department|dept)$|\bканал\w*$|\bкод$|\bид$"
)
_MOSTLY, _OFTEN = 0.98, 0.2  # of the refunds: no more than was paid, and all that was paid


@dataclass(frozen=True)
class Amounts:
    """Columns that have to do with money, by what their headers say."""

    totals: tuple[Profile, ...]
    prices: tuple[Profile, ...]
    quantities: tuple[Profile, ...]
    fees: tuple[Profile, ...] = ()  # what a market place or a bank keeps of them
    discounts: tuple[Profile, ...] = ()
    things: tuple[str, ...] = ()  # columns that say what was bought, or of which kind

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
    rest = [
        profile
        for profile in numbers
        if profile.name not in counted and not is_other(profile) and not _tells_apart(profile)
    ]
    prices = [profile for profile in rest if fits(words.PRICE, profile.name) and not _total_worded(profile)]
    priced = {profile.name for profile in prices}
    totals = [
        profile
        for profile in rest
        if profile.name not in priced
        and (fits(words.MONEY_LINE, profile.name) or fits(words.MONEY_ORDER, profile.name))
    ]
    fees, discounts = (
        tuple(profile for profile in numbers if fits(pattern, profile.name) and profile not in (*totals, *prices))
        for pattern in (words.FEE, words.DISCOUNT)
    )
    things = [
        profile.name
        for profile in table
        if profile.name not in taken
        and profile.kind in ("text", "category", "integer")
        and profile.repeats > _REPEATED
        and (fits(words.ITEM, profile.name) or fits(words.CATEGORY, profile.name))
        and profile not in (*totals, *prices, *quantities)
    ]
    return Amounts(tuple(totals), tuple(prices), tuple(quantities), fees, discounts, tuple(things[:_MOST_THINGS]))


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


def _tells_apart(profile: Profile) -> bool:
    """Whole numbers whose header names something that has a number: ``sales_channel_id``, ``sales rep``."""
    return profile.kind == "integer" and fits(_NUMBERED, profile.name)


def is_other(profile: Profile) -> bool:
    """Discounts, taxes and the like; ``price after discount`` and ``total with tax`` are money."""
    text = plain_words(profile.name)
    if fits(
        r"\b(after|with|incl?|including|excl?|excluding|net of|less|minus|inkl|zzgl|con|avec|sans)\b|\bс учетом\b|"
        r"со скидк|с ндс|без ндс|без скид",
        profile.name,
    ):
        return fits(r"^(discount|tax|vat|shipping|скидка|налог|ндс)", profile.name)
    if fits(r"\bgross (sales|amount|total|revenue)\b|\bnet (sales|amount|total|revenue|price)\b", profile.name):
        return False
    return fits(rf"{words.NOT_MONEY}|{words.GIVEN_BACK}", profile.name) and not fits(r"\bunit ?cost\b", text)


def _total_worded(profile: Profile) -> bool:
    return fits(
        r"\b(total|sum|amount|subtotal|extended|line) ?(price|cost)?\b|\bprice total\b|gesamtpreis|prix total|"
        r"precio total|общая|сумм|итог|стоимость",
        profile.name,
    )


def beside_the_money(table: Sequence[Profile], money: Sequence[str]) -> list[str]:
    """Columns of discounts, taxes, shipping and refunds: told, and neither taken off nor added."""
    pattern = rf"{words.DISCOUNT}|{words.TAX}|{words.SHIPPING}|{words.GIVEN_BACK}"
    return [
        profile.name
        for profile in table
        if profile.numeric
        and profile.name not in money
        and not profile.empty
        and fits(pattern, profile.name)
        and is_other(profile)
    ]
