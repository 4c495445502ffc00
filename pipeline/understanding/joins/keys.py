"""Which column refers to which key of another table: by names, by the values in both, and by the key being unique."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import pandas as pd

from pipeline.reading import Engine, quote
from pipeline.understanding.joins.names import agreement, common_words, thing

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
NAMED = 0.75  # agreement of names from which they carry a link by themselves
_LEAST_KNOWN = 0.9  # of a key's table: the rows that have one
_LEAST_DISTINCT = 0.9  # of a key that repeats by mistake; under it, several rows are meant
_LEAST_FOUND = 0.05  # of the referring values, for a link that is named
_MOST_UNNAMED = 0.95
_LEAST_VALUES = 10  # different ones, where values alone speak for a link
_CODED = 0.8  # share of values with a digit, from which texts are codes and no names of cities
_EXACT_ROWS = 1_000_000


@dataclass(frozen=True)
class Field:
    """A column that may be a key or refer to one."""

    table: str
    name: str
    kind: str  # whole, double, text
    rows: int
    known: int
    distinct: int
    low: float = 0.0  # of numbers
    coded: float = 0.0  # share of texts with a digit

    @property
    def unique(self) -> bool:
        """No two rows share a value."""
        return self.distinct == self.known

    @property
    def sql(self) -> str:
        """The column with its table."""
        return f"{quote(self.table)}.{quote(self.name)}"


@dataclass(frozen=True)
class Link:
    """Many rows of ``column`` refer to one row of ``key``: ``items.order_id`` to ``orders.id``."""

    column: Field
    key: Field
    named: float  # agreement of the names, 1 where the database declares the key
    found: float  # share of the different values that are found among the keys
    repeats: int = 0  # keys that stand on several rows, by mistake

    @property
    def score(self) -> float:
        """Both together, to tell rivals apart."""
        return self.named + self.found

    @property
    def sides(self) -> tuple[str, str]:
        """SQL of the two values that are equal; numbers are compared as numbers where one of them is text."""
        if self.column.kind == self.key.kind:
            return self.column.sql, self.key.sql
        column, key = (
            f"TRY_CAST({side.sql} AS BIGINT)" if side.kind == "text" else side.sql for side in (self.column, self.key)
        )
        return column, key


@dataclass(frozen=True)
class Tables:
    """What is known of the tables: their rows, what each holds, and its columns that may be keys."""

    rows: Mapping[str, int]
    things: Mapping[str, frozenset[str]]
    fields: Mapping[str, tuple[Field, ...]]
    columns: Mapping[str, tuple[str, ...]]
    types: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def tables_of(engine: Engine, names: Sequence[str]) -> Tables:
    """Count the rows of the tables and the different values of their columns."""
    common = common_words(names)
    rows = {name: engine.count(name) for name in names}
    types = {name: engine.columns(name) for name in names}
    return Tables(
        rows,
        {name: thing(name, common) for name in names},
        {name: tuple(_fields(engine, name, types[name], rows[name])) if rows[name] else () for name in names},
        {name: tuple(types[name]) for name in names},
        types,
    )


def links_of(
    engine: Engine, tables: Tables, declared: Mapping[tuple[str, str], tuple[str, str]] | None = None
) -> list[Link]:
    """Every reference that names or values carry, the firmest first.

    Parameters
    ----------
    engine, tables
        The tables and what is known of them.
    declared
        Foreign keys of a database: (table, column) -> (table, key).
    """
    links = []
    for here, there in permutations(tables.fields, 2):
        for key in tables.fields[there]:
            if not _can_be_key(key):
                continue
            for column in tables.fields[here]:
                is_declared = (declared or {}).get((here, column.name)) == (there, key.name)
                named = (
                    1.0 if is_declared else agreement(tables.things[here], column.name, tables.things[there], key.name)
                )
                if _worth_a_look(column, key, named):
                    links += _measured(engine, column, key, named)
    return sorted(links, key=lambda link: (-link.score, -link.key.distinct, link.column.table, link.column.name))


def _fields(engine: Engine, table: str, types: Mapping[str, str], rows: int) -> Iterator[Field]:
    kinds = {name: _kind(stored) for name, stored in types.items() if _kind(stored)}
    if not kinds:
        return
    exact = "count(DISTINCT {0})" if rows <= _EXACT_ROWS else "approx_count_distinct({0})"
    parts: list[str] = []
    for name, kind in kinds.items():
        column = quote(name)
        low = "0" if kind == "text" else f"min(CAST({column} AS DOUBLE))"
        whole = f"count_if({column} <> round({column}))" if kind == "double" else "0"
        coded = f"count_if(regexp_matches({column}, '[0-9]'))" if kind == "text" else "0"
        parts += [f"count({column})", exact.format(column), low, whole, coded]
    counted = ", ".join(f"{part} AS c{at}" for at, part in enumerate(parts))
    row = engine.query(f"SELECT {counted} FROM {quote(table)}").iloc[0]
    numbers = [0.0 if pd.isna(value) else float(value) for value in row]
    for at, (name, kind) in enumerate(kinds.items()):
        known, distinct, low_value, fractions, digits = numbers[5 * at : 5 * at + 5]
        if not known or fractions:
            continue
        if rows > _EXACT_ROWS and distinct > 0.8 * known:  # an estimate cannot tell a key from a near miss
            distinct = engine.query(f"SELECT count(DISTINCT {quote(name)}) AS n FROM {quote(table)}")["n"].iloc[0]
        yield Field(table, name, kind, rows, int(known), min(int(distinct), int(known)), low_value, digits / known)


def _kind(stored: str) -> str:
    if stored in _WHOLE:
        return "whole"
    if stored in ("DOUBLE", "FLOAT") or stored.startswith("DECIMAL"):
        return "double"
    return "text" if stored.startswith("VARCHAR") else ""


def _can_be_key(key: Field) -> bool:
    return key.distinct >= 2 and key.known >= _LEAST_KNOWN * key.rows and key.distinct >= _LEAST_DISTINCT * key.known


def _worth_a_look(column: Field, key: Field, named: float) -> bool:
    """Whether the values are to be compared: names carry, or values that are equal by chance in no two tables."""
    if named >= NAMED:
        return True
    if not key.unique or column.distinct < _LEAST_VALUES or column.distinct > key.distinct:
        return False
    if (column.kind == "text") != (key.kind == "text"):
        return False
    if key.kind == "text":
        return min(column.coded, key.coded) >= _CODED
    return key.low >= 1000 and column.low >= key.low  # small whole numbers stand in every range from one upward


def _measured(engine: Engine, column: Field, key: Field, named: float) -> list[Link]:
    """The link with what is found of it; none where too little is."""
    here, there = Link(column, key, named, 0.0).sides
    answer = engine.query(
        f"WITH here AS (SELECT DISTINCT {here} AS v FROM {quote(column.table)} WHERE {here} IS NOT NULL), "
        f"there AS (SELECT {there} AS v, count(*) AS n FROM {quote(key.table)} WHERE {there} IS NOT NULL GROUP BY ALL) "
        "SELECT count(*) AS n, count(there.v) AS found, (SELECT count_if(n > 1) FROM there) AS repeats "
        "FROM here LEFT JOIN there ON here.v = there.v"
    ).iloc[0]
    found = float(answer["found"]) / max(1.0, float(answer["n"]))
    if found < (_LEAST_FOUND if named >= NAMED else _MOST_UNNAMED):
        return []
    return [Link(column, key, named, found, int(answer["repeats"]))]
