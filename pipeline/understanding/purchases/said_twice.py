"""Ledgers that say an order's money several times: as a sale, again by its lines, again as the payment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from pipeline.contract import Joined, Own
from pipeline.reading import literal, quote
from pipeline.understanding.evidence import BROKEN, Profile, Relations
from pipeline.understanding.purchases.statuses import is_one_of, lines_by_value
from pipeline.understanding.roles import Aside, Understanding

_MOST_KINDS = 8
_LEAST_ORDERS = 20
_EQUAL = 0.95  # share of the orders for which two kinds of lines have the same sum, and of those that have both


def settle_said_twice(reading: Understanding, table: Sequence[Profile], relations: Relations) -> None:
    """Of kinds of lines that add up to the same money in every order, count the one with the most lines."""
    order, money = reading.order, reading.money
    if order is None or money is None or money.once_an_order:
        return
    kinds = [
        profile
        for profile in table
        if profile.kind == "category"
        and 2 <= profile.distinct <= _MOST_KINDS
        and profile.name not in (reading.customer, reading.category, reading.item)
    ]
    for profile in kinds:
        lift = relations.lift(order, profile.name)
        alike = _alike(profile, order, money.sql, relations) if lift is not None and lift < BROKEN else []
        if not alike:
            continue
        lines = lines_by_value(relations, profile.name)
        kept = max(alike, key=lambda value: lines.get(value, 0))
        others = [value for value in alike if value != kept]
        reading.aside.append(Aside("no purchase", is_one_of(profile.name, others)))
        reading.tell(
            "{column}: {others} and {kept} add up to the same money in every order ({order}), so only {kept} counts",
            column=profile.name,
            others=Joined(tuple(map(Own, others))),
            kept=Own(kept),
            order=order,
        )
        return


def _alike(profile: Profile, order: str, money: str, relations: Relations) -> list[str]:
    """The largest set of values whose lines have the same sum in nearly every order."""
    column, values = quote(profile.name), list(profile.sample)
    sums = ", ".join(
        f"sum({money}) FILTER ({column} = {literal(value)}) AS kind_{at}" for at, value in enumerate(values)
    )
    pairs = list(combinations(range(len(values)), 2))
    counted = ", ".join(
        f"count(*) FILTER (kind_{one} IS NOT NULL AND kind_{other} IS NOT NULL), "
        f"count(*) FILTER (kind_{one} IS NOT NULL OR kind_{other} IS NOT NULL), "
        f"count(*) FILTER (abs(kind_{one} - kind_{other}) < 0.011 AND kind_{one} <> 0)"
        for one, other in pairs
    )
    row = relations.query(f"SELECT {counted} FROM (SELECT {sums} FROM data GROUP BY {quote(order)})")[0]
    numbers = [int(float(str(number))) for number in row]
    equal = [
        pair
        for at, pair in enumerate(pairs)
        if (both := numbers[3 * at]) >= _LEAST_ORDERS
        and both >= _EQUAL * numbers[3 * at + 1]
        and numbers[3 * at + 2] >= _EQUAL * both
    ]
    joined = max(
        ([values[other] for other in range(len(values)) if other == one or (min(one, other), max(one, other)) in equal]
         for one in range(len(values))),
        key=len,
    )  # fmt: skip
    return joined if len(joined) > 1 else []
