"""The tables of a source: of a folder, of DataFrames or of a database, and how a spec names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pipeline.contract import Joined, Message
from pipeline.reading import SINGLE, Data, Engine, Frames, Question, database_tables, is_database, loaded, tables_in
from pipeline.spec import Source, identifiers
from pipeline.understanding import (
    JoinedTables,
    Keys,
    Understanding,
    ask_year,
    dated_documents,
    joined,
    likely,
    lines_of_documents,
    lines_of_periods,
    lines_with_day,
    lines_with_name,
    merged_columns,
    parts_of_a_day,
    parts_of_a_name,
    periods_of,
    profiles,
)

if TYPE_CHECKING:
    import pandas as pd

WIDE = "wide"  # the table with a column a month


@dataclass(frozen=True)
class Shop:
    """A source of which a draft is made: its tables, and the one that they make."""

    data: Data  # of a database: what was loaded of it
    tables: Mapping[str, str] = field(default_factory=dict)  # name -> file or table; nothing for a source of one table
    stored: bool = False  # in a database
    declared: Keys = field(default_factory=dict)
    told: tuple[Message, ...] = ()
    made: JoinedTables | None = None
    periods: str = ""  # SQL that makes lines with a day of a table with a column a period, or one a part of a day
    fill_down: tuple[str, ...] = ()  # columns of which a spreadsheet merged cells
    part: Mapping[str, str] = field(default_factory=dict)  # key of [source] -> the sheet or the list that was answered

    @property
    def source(self) -> Source:
        """The [source] by which the tables are found, and joined where they are."""
        keys: dict[str, Any] = {"tables": dict(self.tables)} if self.tables else {}
        if self.periods:
            keys = {"tables": {WIDE: WIDE}, "view": self.periods}
        if self.made is not None:
            made = self.made
            keys = {"tables": {name: self.tables[name] for name in made.tables}}
            if self.stored:
                keys["load"] = made.load
            if not made.plain:
                keys |= {"view": made.sql, "grain": made.grain}
        if self.fill_down:
            keys["fill_down"] = self.fill_down
        return Source.model_validate(dict(self.part) | keys)

    @property
    def view(self) -> str:
        """SQL for the one table that these make."""
        return self.made.sql if self.made else ""

    def with_merged_cells(self, frame: pd.DataFrame) -> Shop:
        """With what stands above in the blank cells of an order, its day and its customer, where they were merged."""
        columns = merged_columns(frame)
        if not columns:
            return self
        told = Message.of(
            "{columns}: blank on the same lines, so that each belongs to the order above it, as in merged cells",
            columns=Joined(columns),
        )
        return replace(self, fill_down=columns, told=(*self.told, told))

    def by_period(self, columns: Mapping[str, bool], answers: Mapping[str, str]) -> tuple[Shop, Question | None]:
        """With a line of each cell, where a table has a column of numbers a period (column -> whether of numbers)."""
        periods = periods_of([name for name, of_numbers in columns.items() if of_numbers])
        year = answers.get("year", "")
        if not (periods.days or periods.yearless) or self.tables:
            return self, None
        asked = ask_year(periods) if not periods.days and not year.isdigit() else None
        year = asked.choices[0].value if asked else year  # for what is found out besides
        sql = lines_of_periods(periods, columns, int(year) if year.isdigit() else None, WIDE)
        of_year = () if periods.days or asked else (Message.of("months without a year are those of {year}", year=year),)
        return replace(self, periods=sql, told=(*self.told, periods.told, *of_year)), asked

    def by_parts_of_a_day(self, engine: Engine) -> Shop:
        """With a column of days, where a table tells a year, a month and a day in columns of their own."""
        if self.tables or self.periods:
            return self
        parts = parts_of_a_day(profiles(engine))
        if not parts:
            return self
        told = Message.of("{columns}: together the day", columns=", ".join(part.name for part in parts))
        return replace(self, periods=lines_with_day(parts, WIDE), told=(*self.told, told))

    def by_days_in_documents(self, engine: Engine) -> Shop:
        """With a column of days, where documents are written with theirs: ``Invoice 12 от 05.01.2023 10:22``."""
        dated = None if self.tables or self.periods else dated_documents(engine)
        if dated is None:
            return self
        told = Message.of("{column}: the day of each document stands in its name", column=dated)
        return replace(self, periods=lines_of_documents(dated, WIDE), told=(*self.told, told))

    def by_parts_of_a_name(self, engine: Engine) -> Shop:
        """With a column of customers' names, where only their parts say who bought."""
        parts = () if self.tables or self.periods else parts_of_a_name(profiles(engine))
        if not parts:
            return self
        told = Message.of("{columns}: together the customer's name", columns=", ".join(parts))
        return replace(self, periods=lines_with_name(parts, WIDE), told=(*self.told, told))

    def joined(self, engine: Engine, answers: Mapping[str, str]) -> Shop:
        """With the one table that these make."""
        return replace(self, made=joined(engine, list(self.tables), answers, self.declared))

    def using(self, reading: Understanding, query: str) -> Shop:
        """With the columns only that a query over lines and their reading use, and the lines' numbers."""
        if self.made is None or not reading.lines or reading.form == "snapshots":
            return self
        expressions = [query, reading.returns, *(aside.sql for aside in reading.aside)]
        expressions += [reading.money.sql] if reading.money else []
        used = {name for name in (reading.customer, reading.order, reading.day) if name}
        used |= {name for sql in expressions for name in identifiers(sql)}
        made = self.made.keeping(used, numbered=True)
        return replace(self, made=made, told=(*self.told, *_left_behind(self.made, made)))


def _left_behind(before: JoinedTables, after: JoinedTables) -> Iterator[Message]:
    """Columns of joined tables that nothing uses: an answer to a campaign among them would be lost without a word."""
    for table in before.tables:
        gone = [column.name for column in before.columns if column.table == table and column not in after.columns]
        if gone:
            yield Message.of("columns of {table} that are not used: {columns}", table=table, columns=", ".join(gone))


@contextmanager
def shop_of(data: Data) -> Iterator[Shop]:
    """The tables of ``data``; what is loaded of a database is there while this is open.

    Raises
    ------
    InputError
        Where nothing can be read.
    """
    if isinstance(data, Frames):
        yield Shop(data, {name: name for name in data.tables} if len(data.tables) > 1 else {})
    elif not is_database(data):
        yield Shop(data, tables_in(data))
    else:
        held = database_tables(data)
        declared = {
            (name, reference.column): (reference.table, reference.key)
            for name, table in held.items()
            for reference in table.references
        }
        chosen = likely({name: list(table.columns) for name, table in held.items()}, declared)
        names = _short(chosen)
        by_stored = {stored: name for name, stored in names.items()}
        keys = {
            (by_stored[here], column): (by_stored[there], key)
            for (here, column), (there, key) in declared.items()
            if {here, there} <= set(by_stored)
        }
        with loaded(data, {name: (stored, None) for name, stored in names.items()}) as frames:
            yield Shop(frames, names, True, keys, _passed_over([name for name in held if name not in by_stored]))


def _short(stored: list[str]) -> dict[str, str]:
    """Name for SQL -> table of the database: without the schema where no two tables are then called alike."""
    bare = [name.rsplit(".", 1)[-1] for name in stored]
    names = [short if bare.count(short) == 1 else name for name, short in zip(stored, bare, strict=True)]
    return {
        f"{name} table" if name.lower() == SINGLE else name: table for name, table in zip(names, stored, strict=True)
    }


def _passed_over(names: list[str]) -> tuple[Message, ...]:
    if not names:
        return ()
    shown = tuple(re.sub(r"\s+", " ", name) for name in names[:20])
    return (Message.of("not looked at, by their names: {tables}", tables=Joined(shown)),)
