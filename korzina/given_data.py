"""What may be given as data, and how the reading room takes it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import TypeAlias

import pandas as pd

from pipeline.errors import UsageError
from pipeline.reading import Frames

Table: TypeAlias = pd.DataFrame | Mapping[str, pd.DataFrame] | str | PathLike[str]


def source_of(data: Table) -> str | Frames:
    """``data`` as the reading room takes it; raises ``InputError`` for a frame that cannot be read as a table."""
    if isinstance(data, pd.DataFrame):
        return Frames.of(data)
    if isinstance(data, Mapping) and all(isinstance(table, pd.DataFrame) for table in data.values()):
        return Frames.of_tables(data)
    if isinstance(data, str | PathLike):
        return fspath(data)
    raise UsageError.because(
        "data are not a table",
        expected="a pandas DataFrame, DataFrames by table name, or the path of a file",
        found=type(data).__name__,
        remedy="to_pandas() of most libraries makes one",
    )
