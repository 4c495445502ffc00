"""Goods of one order beside each other in numbered columns: ``Item 1, Qty 1, Price 1, Item 2, Qty 2, Price 2``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, quote
from pipeline.understanding.evidence import Profile, Relations
from pipeline.understanding.purchases.paid.found import Found, ask_which
from pipeline.understanding.purchases.paid.priced_columns import Amounts
from pipeline.understanding.roles import Money

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class SideBySide:
    """What the goods of a line cost together: SQL, the columns that it needs, and how it is told."""

    sql: str
    columns: tuple[str, ...]
    told: Message


def side_by_side(amounts: Amounts) -> SideBySide | None:
    """The sum over numbered goods; None where no two columns of prices or totals differ in their number alone."""
    pieces = {_number(profile): profile for profile in amounts.quantities if _number(profile)}
    for family in (_family(amounts.prices), _family(amounts.totals)):
        if len(family) < 2:
            continue
        parts, columns = [], []
        for number, price in family.items():
            quantity = pieces.get(number)
            columns += [price.name, *([quantity.name] if quantity else [])]
            product = f"{quote(price.name)} * {quote(quantity.name)}" if quantity else quote(price.name)
            parts.append(f"coalesce({product}, 0)")
        first = next(iter(family.values()))
        told = Message.of(
            "money: the sum over {n} goods beside each other, from {column} on",
            n=Quantity(len(family)),
            column=first.name,
        )
        return SideBySide(f"({' + '.join(parts)})", tuple(columns), told)
    return None


def beside_or_total(beside: SideBySide, amounts: Amounts, relations: Relations) -> Found:
    """Goods beside each other: their sum, or the line's total where it is another one and may be meant."""
    taken = Found(Money(beside.sql, beside.columns), (beside.told,))
    totals = [total for total in amounts.totals if total.name not in beside.columns]
    agreeing = [total for total in totals if relations.agrees(quote(total.name), beside.sql)]
    if agreeing:
        return Found(
            Money(quote(agreeing[0].name), (agreeing[0].name,)),
            (Message.of("money: {column}, the sum over its goods", column=agreeing[0].name),),
        )
    if not totals:
        return taken
    sums = [
        Choice(sql, Message.of("{sum} in all", sum=Quantity(round(relations.one(f"sum({column})"), 2))))
        for sql, column in ((beside.sql, beside.sql), *((total.name, quote(total.name)) for total in totals[:2]))
    ]
    return Found(taken.money, taken.told, ask_which(sums[1:], sums[0]))


def _number(profile: Profile) -> str:
    found = _NUMBER.findall(profile.name)
    return found[0] if len(found) == 1 else ""


def _family(profiles: Sequence[Profile]) -> dict[str, Profile]:
    """Columns that are called alike but for a number, by their number; the largest such family."""
    families: dict[str, dict[str, Profile]] = {}
    for profile in profiles:
        if _number(profile):
            families.setdefault(_NUMBER.sub("0", profile.name), {})[_number(profile)] = profile
    return max(families.values(), key=len, default={})
