"""Which tables of a large database may matter, by their names and columns alone: the rest is not even read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.understanding.joins import names as words
from pipeline.understanding.joins.keys import NAMED

_MOST = 12
Keys = Mapping[tuple[str, str], tuple[str, str]]  # (table, column) -> (table, key), as a database declares them


def likely(tables: Mapping[str, Sequence[str]], declared: Keys) -> list[str]:
    """At most twelve of the tables (name -> columns): those that speak of buying, and what they refer to."""
    if len(tables) <= _MOST:
        return list(tables)
    common = words.common_words(list(tables))
    things = {name: words.thing(name, common) for name in tables}
    linked = _linked(tables, things, declared)
    ranked = sorted(tables, key=lambda name: (-_score(name, tables[name], things, linked), name))
    chosen = [name for name in ranked[:_MOST] if _score(name, tables[name], things, linked) > 0]
    return [name for name in tables if name in chosen]


def _score(
    table: str, columns: Sequence[str], things: Mapping[str, frozenset[str]], linked: Mapping[str, set[str]]
) -> float:
    """What names say of buying in a table, and half of that in the tables that it is tied to."""
    own = _says(things[table], columns)
    return own + 0.5 * max((_says(things[other], ()) for other in linked[table]), default=0.0)


def _says(thing: frozenset[str], columns: Sequence[str]) -> float:
    meant = [words.meant(column) for column in columns]
    return (
        3.0 * bool(thing & words.CUSTOMER)
        + 3.0 * bool(thing & (words.ORDER | words.BILL))
        + 1.0 * bool(thing & words.PRODUCT)
        - 2.0 * bool(thing & words.SIDE)
        + 2.0 * any(said & words.CUSTOMER for said in meant)
        + 1.0 * any(said & words.MONEY for said in meant)
        + 1.0 * any(said & (words.ORDER | words.BILL) for said in meant)
    )


def _linked(
    tables: Mapping[str, Sequence[str]], things: Mapping[str, frozenset[str]], declared: Keys
) -> dict[str, set[str]]:
    """Tables that refer to each other, by declared keys or by a column called after a table."""
    linked: dict[str, set[str]] = {name: set() for name in tables}
    pairs = [(here, there) for (here, _), (there, _) in declared.items()]
    for here, columns in tables.items():
        for there, thing in things.items():
            if here != there and any(words.agreement(things[here], column, thing, "id") >= NAMED for column in columns):
                pairs.append((here, there))
    for here, there in pairs:
        if here in linked and there in linked:
            linked[here].add(there)
            linked[there].add(here)
    return linked
