"""New customers as a table of finished columns, although the spec makes them of several tables or of lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cleaning import used_columns
from pipeline.reading import Data, Frames, RawTable, holds_files, is_database

if TYPE_CHECKING:
    from pipeline.spec import Spec


def is_ready(spec: Spec, data: Data) -> bool:
    """Whether ``data`` is one file although the spec reads several tables: what its query would yield, then."""
    if isinstance(data, Frames):
        return len(spec.source.tables) > 1 and data.single is not None
    several = len(spec.source.tables) > 1 and not is_database(data)
    return several and Path(data).expanduser().is_file() and not holds_files(data)


def as_table(spec: Spec) -> Spec:
    """The spec for a table that its query would yield."""
    bare = spec.source.model_copy(update={"package": None, "tables": {}, "query": None})
    return spec.model_copy(update={"source": bare, "lines": None})


def finished(spec: Spec, data: Data) -> RawTable | None:
    """Customers such as the query over lines makes, where ``data`` hold them instead of lines; else None."""
    from pipeline.reading import read_source
    from pipeline.spec import raw_columns

    raw = read_source(as_table(spec), data)
    needed = (used_columns(spec, active_only=True) | {spec.id.column}) & set(raw_columns(spec))
    return raw if needed <= set(raw.frame.columns) else None
