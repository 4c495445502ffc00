"""Lines of purchases -> the query that sums them up to one row a customer, and the [lines] that it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.reading import Engine, literal, quote
from pipeline.understanding import Family, Profile, Relations, Understanding, fits, vocabulary, words

MOST_PARTS = 20
_MOST_TRAITS = 12
_BOUGHT = "NOT is_return"


@dataclass(frozen=True)
class PurchaseSummary:
    """How lines become customers."""

    query: str
    families: tuple[Family, ...] = ()
    traits: tuple[str, ...] = ()  # the same on every line of one customer: age, city
    ignored: tuple[str, ...] = field(default=())


def summarise(reading: Understanding, table: Sequence[Profile], engine: Engine) -> PurchaseSummary:
    """The query from ``lines`` to one row a customer."""
    relations = Relations(engine)
    if reading.form == "snapshots":
        return PurchaseSummary(_latest(reading))
    traits = _traits(reading, table, relations)
    parts = {
        start: _values(engine, column)
        for start, column in (("spend on", reading.category if reading.money else None), ("orders by", reading.channel))
        if column and column not in traits
    }
    return PurchaseSummary(_query(reading, table, parts, traits), _families(parts), traits)


def _latest(reading: Understanding) -> str:
    """The latest row of each customer."""
    return (
        "SELECT * EXCLUDE (line_money, is_return, line_number)\nFROM lines\n"
        f"QUALIFY row_number() OVER (PARTITION BY {quote(reading.customer or '')} "
        f"ORDER BY {quote(reading.period or '')} DESC, line_number DESC) = 1\n"
    )


def _query(reading: Understanding, table: Sequence[Profile], parts: dict[str, list[str]], traits: Sequence[str]) -> str:
    """SQL over the view ``lines``."""
    customer, orders = quote(reading.customer or ""), _orders(reading, table)
    columns = [customer, f"{orders} FILTER (WHERE {_BOUGHT}) AS orders"]
    if reading.money:
        columns.append("round(sum(line_money), 2) AS spend")
    if reading.money and reading.returned:
        columns.append("round(coalesce(-sum(line_money) FILTER (WHERE is_return), 0), 2) AS returned")
    if reading.day:
        day = f"CAST({quote(reading.day)} AS DATE)"
        columns += [
            f"date_diff('day', max({day}) FILTER (WHERE {_BOUGHT}), $as_of) AS recency",
            f"date_diff('day', min({day}) FILTER (WHERE {_BOUGHT}), $as_of) AS tenure",
        ]
    for start, values in parts.items():
        column = quote((reading.category if start == "spend on" else reading.channel) or "")
        for value in values:
            only = f"FILTER (WHERE {_BOUGHT} AND {column} = {literal(value)})"
            amount = f"sum(line_money) {only}" if start == "spend on" else f"{orders} {only}"
            columns.append(f"round(coalesce({amount}, 0), 2) AS {quote(f'{start} {value}')}")
    columns += [f"max({quote(trait)}) AS {quote(trait)}" for trait in traits]
    inner = ",\n    ".join(columns)
    return f"SELECT\n    {inner}\nFROM lines\nGROUP BY {customer}\n"


def _orders(reading: Understanding, table: Sequence[Profile]) -> str:
    """Orders by their number; without one, goods or pieces bought on one day are one order, other lines one each."""
    if reading.order:
        return f"count(DISTINCT {quote(reading.order)})"
    goods = reading.item or any(profile.numeric and fits(words.QUANTITY, profile.name) for profile in table)
    if goods and reading.day:
        clock = next(profile.clock for profile in table if profile.name == reading.day)
        return (
            f"count(DISTINCT {quote(reading.day)})" if clock else f"count(DISTINCT CAST({quote(reading.day)} AS DATE))"
        )
    return "count(*)"


def _traits(reading: Understanding, table: Sequence[Profile], relations: Relations) -> tuple[str, ...]:
    """Columns that describe the customer: the same on each of her lines."""
    taken = {
        reading.customer,
        reading.order,
        reading.day,
        reading.item,
        *(reading.money.columns if reading.money else ()),
    }
    likely = [
        profile
        for profile in table
        if profile.name not in taken
        and profile.distinct > 1
        and profile.name.lower() not in {"orders", "spend", "returned", "recency", "tenure"}
        and (
            vocabulary.meaning_of(profile.name) in vocabulary.DEMOGRAPHIC
            or (profile.kind in ("category", "flag") and vocabulary.fits(vocabulary.CUSTOMER, profile.name))
        )
        and not profile.email > 0.5
    ]
    customer = reading.customer or ""
    lifts = relations.lifts(customer, [profile.name for profile in likely])
    return tuple(profile.name for profile, lift in zip(likely, lifts, strict=True) if lift is None or lift >= 0.999)[
        :_MOST_TRAITS
    ]


def _values(engine: Engine, column: str) -> list[str]:
    """The values of a category, the largest when there are too many to show."""
    name = quote(column)
    frame = engine.query(
        f"SELECT CAST({name} AS VARCHAR) AS value FROM data WHERE {name} IS NOT NULL "
        f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_PARTS + 1}"
    )
    values = frame["value"].astype("str").tolist()
    return sorted(values) if len(values) <= MOST_PARTS else []


def _families(parts: dict[str, list[str]]) -> tuple[Family, ...]:
    return tuple(
        Family(kind, kind, {f"{start} {value}": value for value in parts[start]})  # type: ignore[arg-type]
        for start, kind in (("spend on", "categories"), ("orders by", "channels"))
        if len(parts.get(start, [])) > 1
    )
