"""The joined table as SQL, its columns with names that do not clash, and what it is checked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.contract import Message
from pipeline.reading import Question, quote
from pipeline.understanding.joins import names as words
from pipeline.understanding.joins.keys import Link, Tables

Rows = Literal["all", "distinct", "one", "sum"]


@dataclass(frozen=True)
class JoinedColumn:
    """A column of the joined table: where it comes from and what it is called."""

    table: str
    name: str
    alias: str


@dataclass(frozen=True)
class Join:
    """A table that is joined: all of its rows, exact repeats once, one row for each key, or a sum for each."""

    link: Link
    rows: Rows = "all"
    summed: str = ""  # the column that is summed up

    def sql(self, columns: Collection[JoinedColumn]) -> str:
        """The LEFT JOIN; ``columns`` are those of the view."""
        column, key = self.link.sides
        return f"LEFT JOIN {self._rows(columns)} ON {column} = {key}"

    def _rows(self, columns: Collection[JoinedColumn]) -> str:
        table = quote(self.link.key.table)
        if self.rows == "all":
            return table
        if self.rows == "distinct":
            return f"(SELECT DISTINCT * FROM {table}) AS {table}"
        key = self.link.key.name
        if self.rows == "sum":
            of, total = quote(key), quote(self.summed)
            return f"(SELECT {of}, sum(abs({total})) AS {total} FROM {table} GROUP BY {of}) AS {table}"
        order = [
            key,
            *(column.name for column in columns if column.table == self.link.key.table and column.name != key),
        ]
        return f"(SELECT DISTINCT ON ({quote(key)}) * FROM {table} ORDER BY {', '.join(map(quote, order))}) AS {table}"


@dataclass(frozen=True)
class JoinedTables:
    """One table made of several: ``sql`` keeps the rows of ``grain``, one for one."""

    grain: str
    joins: tuple[Join, ...] = ()
    columns: tuple[JoinedColumn, ...] = ()
    told: tuple[Message, ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: Mapping[str, Message] = field(default_factory=dict)  # table -> why
    numbered: bool = False  # whether the view hands on the lines of the grain's file

    @property
    def plain(self) -> bool:
        """Whether there is nothing to join and nothing to call anew: the table is what it was."""
        return not self.joins and all(column.alias == column.name for column in self.columns)

    @property
    def sql(self) -> str:
        """For ``source.view``: the columns of all tables, each row of the grain once."""
        chosen = ["*"] if self.plain else [self._chosen(column) for column in self.columns]
        if self.numbered and not self.plain:
            chosen.append(f"{quote(self.grain)}.line_number")
        lines = ["SELECT\n    " + ",\n    ".join(chosen)]
        lines.append(f"FROM {quote(self.grain)}")
        return "\n".join([*lines, *(join.sql(self.columns) for join in self.joins)]) + "\n"

    @property
    def tables(self) -> tuple[str, ...]:
        """The finest table, then those joined to it."""
        return (self.grain, *(join.link.key.table for join in self.joins))

    @property
    def load(self) -> dict[str, list[str]]:
        """For ``source.load``: the columns of each table that the view needs."""
        needed = {
            table: dict.fromkeys(column.name for column in self.columns if column.table == table)
            for table in self.tables
        }
        for join in self.joins:
            for side in (join.link.column, join.link.key):
                needed[side.table][side.name] = None
        return {table: list(columns) for table, columns in needed.items()}

    def keeping(self, aliases: Collection[str], *, numbered: bool = False) -> JoinedTables:
        """With these columns only, and without tables that are then joined for nothing.

        All columns of the grain stay: a line that repeats another in some of them may be another line.
        """
        columns = tuple(column for column in self.columns if column.alias in aliases or column.table == self.grain)
        joins = self.joins
        while True:
            used = {column.table for column in columns} | {join.link.column.table for join in joins}
            kept = tuple(join for join in joins if join.link.key.table in used)
            if kept == joins:
                return replace(self, columns=columns, joins=joins, numbered=numbered)
            joins = kept

    def _chosen(self, column: JoinedColumn) -> str:
        sql = f"{quote(column.table)}.{quote(column.name)}"
        return sql if column.alias == column.name else f"{sql} AS {quote(column.alias)}"


def columns_of(
    grain: str, links: Collection[Link], tables: Tables, without: Collection[tuple[str, str]] = ()
) -> tuple[JoinedColumn, ...]:
    """Columns of the joined tables: a key that is joined on stands once, and a name that clashes bears its table's.

    ``without`` are (table, column) that are left out.
    """
    referring = {(link.key.table, link.key.name): link.column for link in links}
    dropped = {place for place, column in referring.items() if (column.table, column.name) not in without}
    dropped |= {(link.column.table, link.column.name) for link in links if _stands_for_names(link, tables)}
    dropped |= set(without)
    places = [
        (table, name)
        for table in (grain, *(link.key.table for link in links))
        for name in tables.columns[table]
        if (table, name) not in dropped
    ]
    counts = Counter(name.lower() for _, name in places)
    several = len(links) > 0
    return tuple(
        JoinedColumn(
            table, name, f"{table}.{name}" if counts[name.lower()] > 1 or (several and not words.meant(name)) else name
        )
        for table, name in places
    )


def _stands_for_names(link: Link, tables: Tables) -> bool:
    """A number of a city, a category or a shop, which is known by its name once its table is joined."""
    spoken = words.CUSTOMER | words.ORDER | words.BILL | words.PRODUCT | words.DAY
    said = words.meant(link.column.name) | tables.things[link.key.table]
    return link.key.kind != "text" and not said & spoken and len(tables.columns[link.key.table]) > 1
