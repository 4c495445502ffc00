"""Tables of text: rows as they were written, and their values, each made once for a command that needs them again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.reading.kept import kept, state_of
from pipeline.reading.kinds import infer
from pipeline.reading.raw import RawTable
from pipeline.reading.shapes.together import read_files
from pipeline.spec import Source

_ROWS = {"encoding", "delimiter", "sheet", "records", "header"}  # keys of a source on which its rows depend


def read_text(files: list[Path], source: Source, shown: str) -> RawTable:
    """Files that are one table, read once where a command needs them several times."""
    how = source.model_dump_json(include=_ROWS)
    return kept(("rows", state_of(files), how, shown), lambda: read_files(files, source, shown))


def inferred(raw: RawTable, files: list[Path], source: Source) -> pd.DataFrame:
    """A text table with numbers and dates recognised, so that SQL can add and compare them."""
    how = source.model_dump_json(include={*_ROWS, "decimal", "date_format", "formats"})
    return kept(
        ("values", state_of(files), how),
        lambda: infer(raw.frame, decimal=source.decimal, date_format=source.date_format, formats=source.formats),
    )
