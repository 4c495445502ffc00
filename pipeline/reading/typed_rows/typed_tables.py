"""Tables whose columns have types already, Parquet or in memory: all rows, or those of a sample of customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.engine import Engine, QueryError, count_rows, quote, tables
from pipeline.reading.frames import SINGLE, Arrow
from pipeline.reading.kinds import convert
from pipeline.reading.limits.parquet import refuse_unfolding
from pipeline.reading.lines import judge_days
from pipeline.reading.queries import last_of
from pipeline.reading.raw import RawTable, refuse_starving
from pipeline.reading.typed_rows.sampling import DrawnRows, draw_rows
from pipeline.spec import Spec

Table: TypeAlias = list[Path] | Arrow  # a table's files, or the table itself


def typed_table(spec: Spec, table: Table, shown: str, sample: int | None) -> RawTable:
    """Parquet files or a table in memory: all rows, or those of ``sample`` customers.

    Raises
    ------
    InputError
        The table cannot be read, or holds no rows or no plain values.
    StarvedError
        What is wanted of it does not fit into memory.

    """
    in_files = isinstance(table, list)
    if isinstance(table, list):
        refuse_unfolding(table, shown)
    try:
        with tables({SINGLE: table} if in_files else {}, {} if in_files else {SINGLE: table}) as engine:
            described = engine.columns(SINGLE)
            if isinstance(table, list):
                rows = count_rows(table)
                refuse_starving(rows if sample is None else min(rows, sample), len(described), str(table[0]))
            nested = [
                name for name, kind in described.items() if "[" in kind or kind.startswith(("STRUCT", "MAP", "UNION"))
            ]
            # ids as text: a nullable 64-bit number would come back as a float and lose digits
            exact = [name for name in described if name.strip() == spec.id.column]
            columns = f"* REPLACE (CAST({quote(exact[0])} AS VARCHAR) AS {quote(exact[0])})" if exact else "*"
            drawn = None if sample is None else draw_rows(engine, SINGLE, spec.id.column, sample, columns)
            frame = engine.query(f"SELECT {columns} FROM {quote(SINGLE)}") if drawn is None else drawn.frame
            days = None if drawn is None else _days_of_all(engine, spec, described, shown)
    except QueryError as error:
        raise InputError.because(
            Message.of("{file}: not readable as Parquet", file=shown)
            if in_files
            else Message.of("{file}: not readable as a table", file=shown),
            found=str(error).splitlines()[0],
            remedy=Message.of("write the file anew with the program that it comes from, or save it as CSV"),
        ) from error
    if nested:
        raise InputError.because(
            Message.of("{file}: columns with lists or records inside", file=shown),
            found=", ".join(nested[:10]),
            expected=Message.of("one value in each cell"),
            remedy=Message.of("leave these columns out of the file, or unnest them with [source] query"),
        )
    left_out = 0 if drawn is None else drawn.left_out
    return replace(finished_table(frame, shown, {SINGLE: len(frame) + left_out}, drawn=drawn), as_of=days)


def _days_of_all(engine: Engine, spec: Spec, present: Collection[str], shown: str) -> date | None:
    """The day that "auto" is in all rows, of which a sample was drawn."""
    days = [name for name, column in spec.columns.items() if column.kind == "date" and name in present]
    if spec.as_of != "auto" or not days:
        return None
    frame = engine.query(f"SELECT {', '.join(map(quote, days))} FROM {quote(SINGLE)}")
    return dated(RawTable(frame, shown, np.arange(len(frame))), spec).as_of


def finished_table(
    frame: pd.DataFrame,
    source: str,
    tables: dict[str, int],
    notes: tuple[str, ...] = (),
    drawn: DrawnRows | None = None,
) -> RawTable:
    """Rows with types, of all customers or of those drawn; raises ``InputError``, ``StarvedError``."""
    if frame.empty:
        raise InputError.because(
            Message.of("{source}: no rows", source=source),
            expected=Message.of("one row a customer"),
            remedy=Message.of("look into the data; where the spec has source.query, check what it leaves out"),
        )
    refuse_starving(*frame.shape, source, held=True)
    places = np.arange(len(frame), dtype=np.int64) if drawn is None else drawn.places
    left_out = 0 if drawn is None else drawn.left_out
    return RawTable(_with_hex(frame), source, places + 1, tables=tables, notes=notes, left_out=left_out)


def _with_hex(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with bytes as hexadecimal text, as those of a database are read."""
    strange = {
        str(name): column.map(lambda cell: bytes(cell).hex(), na_action="ignore").astype("str")
        for name, column in frame.items()
        if column.dtype == object and isinstance(next(iter(column.dropna()), None), bytes | bytearray)
    }
    return frame.assign(**strange) if strange else frame


def dated(raw: RawTable, spec: Spec) -> RawTable:
    """With the day that "auto" is in a table of customers: the last plausible one of its columns of days."""
    if spec.as_of != "auto" or raw.as_of is not None:
        return raw
    days = [name for name, column in spec.columns.items() if column.kind == "date" and name in raw.frame]
    last = [_last_day(raw.frame[name], spec.source.day_form(name)) for name in days]
    return replace(raw, as_of=last_of([day for day in last if day], raw.source))


def _last_day(column: pd.Series, date_format: str | None) -> date | None:
    known = convert(column, "date", date_format=date_format).values.dropna().dt.date
    return judge_days(sorted(known.value_counts().items())).last
