"""Where each line of the data stands: a number within its file, and a position that tells which comes first."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.reading.engine import Engine, count_rows, numbered_rows, quote
from pipeline.reading.frames import Arrow
from pipeline.reading.lines.lines_view import MONEY, NUMBER, NUMBERED, POSITION, RETURN
from pipeline.reading.raw import RawTable

Where = Callable[[int], Message]
_TABLE, _NUMBER = "(table)", "(number)"
_TAKEN = frozenset({NUMBER, MONEY, RETURN})


def number_rows(engine: Engine, table: pd.DataFrame | Arrow | Sequence[Path], raw: RawTable | None) -> None:
    """Define the numbered lines of one table: Parquet files, or one in memory, of which nothing is copied.

    ``raw`` is what was read where the table was text, and knows the lines of the file.
    """
    if isinstance(table, list):
        engine.define(_TABLE, numbered_rows(table, POSITION, _NUMBER))
    else:
        engine.give(_TABLE, _with_places(table, raw))
    taken = [name for name in engine.columns(_TABLE) if name.lower() in _TAKEN]
    given = ", ".join(f"{quote(name)} AS {quote(f'{name} (file)')}" for name in taken)
    renamed = f" RENAME ({given})" if taken else ""
    engine.define(
        NUMBERED,
        f"SELECT * EXCLUDE ({quote(_NUMBER)}){renamed}, {quote(_NUMBER)} AS {NUMBER} FROM {quote(_TABLE)}",
    )


def _with_places(table: pd.DataFrame | Arrow, raw: RawTable | None) -> pd.DataFrame | Arrow:
    position = np.arange(len(table), dtype=np.int64)
    number = position + 1 if raw is None else raw.rows
    if isinstance(table, pd.DataFrame):
        return table.assign(**{POSITION: position, _NUMBER: number})
    return table.append_column(POSITION, [position]).append_column(_NUMBER, [number])


def with_line_numbers(frame: pd.DataFrame, raw: RawTable) -> pd.DataFrame:
    """One of several tables with the lines of its file, for ``lines.query`` to hand on."""
    return frame.assign(**{NUMBER: raw.rows}) if NUMBER not in frame else frame


def number_answer(engine: Engine, query: str) -> None:
    """Define the numbered lines as the answer to a query over several tables, whose rows are counted from 1."""
    engine.keep(_TABLE, f"SELECT *, row_number() OVER () - 1 AS {quote(POSITION)} FROM ({query}\n)")
    known = NUMBER in engine.columns(_TABLE)
    engine.define(
        NUMBERED,
        f"SELECT *{'' if known else f', {quote(POSITION)} + 1 AS {NUMBER}'} FROM {quote(_TABLE)}",
    )


def places_in_files(files: Sequence[Path]) -> Where:
    """Places of the rows of Parquet files: ``row 17``, or ``b.parquet, row 17`` where there are several."""
    starts = list(accumulate((count_rows([file]) for file in files[:-1]), initial=0))

    def where(position: int) -> Message:
        at = bisect_right(starts, position) - 1
        spot = _row(position - starts[at] + 1)
        return Message.of("{file}, {spot}", file=files[at].name, spot=spot) if len(files) > 1 else spot

    return where


def places_in_answer(engine: Engine) -> Where:
    """Places of the rows of ``lines.query``: the lines that it handed on, else the rows of its answer."""

    def where(position: int) -> Message:
        sql = f"SELECT {NUMBER} FROM {quote(NUMBERED)} WHERE {quote(POSITION)} = {int(position)}"
        found: list[tuple[Any, ...]] = engine.rows(sql)
        number = Quantity(int(found[0][0] or position + 1), "d")
        return Message.of("line {n}", n=number)

    return where


def row_number(position: int) -> Message:
    """The place of a row of a table in memory."""
    return _row(position + 1)


def _row(number: int) -> Message:
    return Message.of("row {n}", n=Quantity(number, "d"))
