"""Several tables as the one that a spec's ``source.view`` makes of them, refused where a join repeats or loses rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError, SpecError
from pipeline.reading.engine import Engine, QueryError, numbered_rows, quote
from pipeline.reading.frames import SINGLE, Arrow
from pipeline.reading.lines import NUMBER
from pipeline.reading.raw import RawTable
from pipeline.spec import Spec

_POSITION = "(position)"


def make_view(
    spec: Spec,
    engine: Engine,
    parquet: Mapping[str, list[Path]],
    frames: Mapping[str, pd.DataFrame | Arrow],
    texts: Mapping[str, RawTable],
) -> None:
    """The table ``data`` in the engine, as ``source.view`` says; nothing without it.

    Raises
    ------
    SpecError
        The view is no SQL over these tables.
    InputError
        It has more or fewer rows than the table that ``source.grain`` names: a key of a joined table repeats.
    """
    if spec.source.view is None:
        return
    where = spec.path or spec.name
    try:
        if spec.lines:
            _number(engine, parquet, frames, texts)
        engine.define(SINGLE, spec.source.view.strip().rstrip(";"))
        rows = engine.count(SINGLE)
        kept = engine.count(spec.source.grain) if spec.source.grain else rows
    except QueryError as error:
        raise SpecError.because(
            Message.of("{spec}: {key} failed", spec=where, key="source.view"),
            found=str(error)[:600],
            expected=Message.of("SQL over the tables of the source"),
            remedy=Message.of("correct it, or draft the spec anew with 'korzina init'"),
        ) from error
    refuse_other_rows(spec, rows, kept)


def refuse_other_rows(spec: Spec, rows: int, kept: int) -> None:
    """Raise ``InputError`` where a view has other than the ``kept`` rows of the table that ``source.grain`` names."""
    where = spec.path or spec.name
    if rows != kept:
        raise InputError.because(
            Message.of(
                "{spec}: source.view does not keep the rows of {table}: a key repeats in a table that is joined"
                if rows > kept
                else "{spec}: source.view does not keep the rows of {table}: a join leaves rows out",
                spec=where,
                table=str(spec.source.grain),
            ),
            expected=Message.counted(
                "{n} row, one for each of {table}",
                "{n} rows, one for each of {table}",
                kept,
                table=str(spec.source.grain),
            ),
            found=Message.of("{n}", n=Quantity(rows)),
            remedy=Message.of(
                "look for repeated keys in the joined tables, or draft the spec anew with 'korzina init'"
            ),
        )


def _number(
    engine: Engine,
    parquet: Mapping[str, list[Path]],
    frames: Mapping[str, pd.DataFrame | Arrow],
    texts: Mapping[str, RawTable],
) -> None:
    """Each table with the lines of its file, else its rows counted from 1, for a view to hand on."""
    for name, files in parquet.items():
        if NUMBER not in engine.columns(name):
            rows = numbered_rows(files, _POSITION, NUMBER)
            engine.define(name, f"SELECT * EXCLUDE ({quote(_POSITION)}) FROM ({rows})")
    for name, table in frames.items():
        if NUMBER not in engine.columns(name):
            lines = texts[name].rows if name in texts else np.arange(1, len(table) + 1, dtype=np.int64)
            if isinstance(table, pd.DataFrame):
                engine.give(name, table.assign(**{NUMBER: lines}))
            else:
                engine.give(name, table.append_column(NUMBER, [lines]))
