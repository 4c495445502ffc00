"""A table of purchases -> a draft spec whose query sums it up to one row a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from pipeline.drafting import vocabulary as names
from pipeline.drafting.customers import draft_customers
from pipeline.drafting.structure import Family, Profile, Structure, analyse_structure
from pipeline.reading import SINGLE, quote, tables

LEAST_PURCHASES = 1.5  # rows a customer, on average
MOST_PARTS = 20


@dataclass(frozen=True)
class Purchases:
    """Which columns of a table of purchases say who, when, how much and what."""

    customer: str
    day: str
    amount: str  # an SQL expression
    order: str | None
    category: str | None
    channel: str | None
    traits: tuple[str, ...]  # the same on every row of one customer: age, city
    as_of: date


def find_purchases(structure: Structure) -> Purchases | None:
    """The columns of a table of purchases, or None where the table has one row a customer."""
    customer = _customer(structure)
    dates = [one for one in structure.profiles if one.kind == "date" and not names.fits(names.BIRTH, one.name)]
    amount = _amount(structure, customer.name) if customer else None
    if customer is None or not dates or amount is None:
        return None
    day = max(dates, key=lambda one: one.distinct)
    owner = structure.frame[customer.name]
    order = next(
        (
            one.name
            for one in structure.profiles
            if one.name != customer.name
            and one.distinct > customer.distinct
            and one.kind in ("integer", "text")
            and names.fits(names.ORDER_ID, one.name)
        ),
        None,
    )
    parts = [one for one in structure.profiles if one.kind in ("category", "text") and 1 < one.distinct <= MOST_PARTS]
    traits = tuple(
        one.name
        for one in structure.profiles
        if one.meaning in names.DEMOGRAPHIC
        and one.distinct > 1
        and int(structure.frame.groupby(owner)[one.name].nunique().max()) <= 1
    )
    latest = pd.Timestamp(structure.frame[day.name].max()).date()
    return Purchases(
        customer=customer.name,
        day=day.name,
        amount=amount,
        order=order,
        traits=traits,
        as_of=latest,
        category=_part(parts, names.CATEGORY, traits),
        channel=_part(parts, names.CHANNEL, traits),
    )


def draft_purchases(found: Purchases, structure: Structure, name: str, source: str) -> str:
    """The spec: a query to one row a customer, then the columns of its result."""
    parts = {
        kind: _values(structure, column)
        for kind, column in (("spend on", found.category), ("orders by", found.channel))
        if column
    }
    query = purchase_query(found, parts)
    with tables(frames={SINGLE: structure.frame}) as engine:
        customers = engine.query(query)
    table = analyse_structure(customers)
    families = tuple(
        Family(kind, kind, {f"{start} {value}": value for value in parts[start]})  # type: ignore[arg-type]
        for start, kind in (("spend on", "categories"), ("orders by", "channels"))
        if len(parts.get(start, [])) > 1
    )
    return draft_customers(
        Structure(table.profiles, table.frame, families),
        name,
        source,
        query=query,
        as_of=found.as_of,
        id_column=found.customer,
    )


def purchase_query(found: Purchases, parts: dict[str, list[str]]) -> str:
    """SQL over the table ``data``."""
    orders = f"count(DISTINCT {quote(found.order)})" if found.order else "count(*)"
    last = f"DATE '{found.as_of.isoformat()}'"
    columns = [
        quote(found.customer),
        f"{orders} AS orders",
        f"round(sum({found.amount}), 2) AS spend",
        f"date_diff('day', max(CAST({quote(found.day)} AS DATE)), {last}) AS recency",
        f"date_diff('day', min(CAST({quote(found.day)} AS DATE)), {last}) AS tenure",
    ]
    for start, column in (("spend on", found.category), ("orders by", found.channel)):
        what = f"round(coalesce(sum({found.amount})" if start == "spend on" else f"round(coalesce({orders}"
        for value in parts.get(start, []) if column else []:
            text = value.replace("'", "''")
            columns.append(
                f"{what} FILTER (WHERE {quote(column or '')} = '{text}'), 0), 2) AS " + quote(f"{start} {value}")
            )
    columns += [f"max({quote(trait)}) AS {quote(trait)}" for trait in found.traits]
    inner = ",\n    ".join(columns)
    return (
        f"SELECT\n    {inner}\nFROM {SINGLE}\nWHERE {quote(found.customer)} IS NOT NULL\n"
        f"GROUP BY {quote(found.customer)}\n"
    )


def _customer(structure: Structure) -> Profile | None:
    """A column named after customers (or an id) whose values repeat."""

    def repeats(one: Profile) -> bool:
        return (
            one.kind in ("integer", "text", "category")
            and one.distinct >= 2
            and one.meaning is None
            and one.rows - one.nulls >= LEAST_PURCHASES * one.distinct
        )

    repeating = [one for one in structure.profiles if repeats(one)]
    named = [one for one in repeating if names.fits(names.CUSTOMER, one.name)]
    ids = [
        one
        for one in repeating
        if names.fits(names.ID, one.name)
        and not names.fits(
            names.ORDER_ID + "|product|item|sku|store|shop|товар|магазин|артикул|" + names.CATEGORY, one.name
        )
    ]
    unique = [one for one in structure.profiles if one.unique and names.fits(names.CUSTOMER, one.name)]
    if unique:
        return None
    return max(named or ids, key=lambda one: (names.fits(names.ID, one.name), one.distinct), default=None)


def _amount(structure: Structure, customer: str) -> str | None:
    """A column of money, else price times quantity."""
    numbers = [
        one for one in structure.profiles if one.numeric and one.name != customer and not names.fits(names.ID, one.name)
    ]
    money = [one for one in numbers if names.fits(names.MONEY, one.name) or one.meaning == "spend"]
    price = [one for one in numbers if names.fits(names.PRICE, one.name)]
    quantity = [one for one in numbers if names.fits(names.QUANTITY, one.name)]
    if money:
        return quote(money[0].name)
    if price and quantity:
        return f"{quote(price[0].name)} * {quote(quantity[0].name)}"
    return quote(price[0].name) if price else None


def _part(parts: list[Profile], pattern: str, traits: tuple[str, ...]) -> str | None:
    return next((one.name for one in parts if names.fits(pattern, one.name) and one.name not in traits), None)


def _values(structure: Structure, column: str) -> list[str]:
    return sorted(structure.frame[column].dropna().astype("str").unique())
