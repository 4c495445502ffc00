"""Tables of text: of files, as written and as values, each made once for a command; texts of a database's in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.reading.frames import Arrow
from pipeline.reading.kept import kept, state_of
from pipeline.reading.kinds import infer
from pipeline.reading.raw import RawTable, refuse_much_text
from pipeline.reading.shapes.together import read_files
from pipeline.spec import Source

_ROWS = {
    "encoding",
    "delimiter",
    "sheet",
    "records",
    "header",
    "fill_down",
}  # keys of a source on which its rows depend


def read_text(files: list[Path], source: Source, shown: str) -> RawTable:
    """Files that are one table, read once where a command needs them several times; raises ``StarvedError``."""
    refuse_much_text(sum(file.stat().st_size for file in files if file.is_file()), shown)
    how = source.model_dump_json(include=_ROWS)
    return kept(("rows", state_of(files), how, shown), lambda: read_files(files, source, shown))


def inferred(raw: RawTable, files: list[Path], source: Source) -> pd.DataFrame:
    """A text table with numbers and dates recognised, so that SQL can add and compare them."""
    how = source.model_dump_json(include={*_ROWS, "decimal", "date_format", "formats"})
    return kept(
        ("values", state_of(files), how),
        lambda: infer(raw.frame, decimal=source.decimal, date_format=source.date_format, formats=source.formats),
    )


def read_stored(table: Arrow, source: Source, shown: str) -> tuple[RawTable, pd.DataFrame]:
    """The table as it is stored, and with numbers and days recognised in its texts; what has a type keeps it.

    A column that ``source.formats`` names is read in that form whatever its type: seconds as days, say.
    """
    frame = _as_frame(table)
    texts = [name for name in frame if pd.api.types.is_string_dtype(frame[name]) or name in source.formats]
    read = infer(frame[texts], decimal=source.decimal, date_format=source.date_format, formats=source.formats)
    raw = RawTable(frame, shown, np.arange(1, len(frame) + 1, dtype=np.int64))
    return raw, frame.assign(**{str(name): read[name] for name in texts})


def has_any(files: Sequence[Path], columns: Collection[str]) -> bool:
    """Whether the Parquet files have one of the columns, by their footers."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    return bool(columns) and any(set(pq.read_schema(file).names) & set(columns) for file in files)


def whole_table(files: Sequence[Path]) -> Arrow:
    """The rows of Parquet files in memory, for columns that must be read otherwise than they are stored.

    Without what pandas noted beside them, by which it would take a column for its index, or fail where the note lies.
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    read = [pq.read_table(file).replace_schema_metadata() for file in files]
    return pa.concat_tables(read, promote_options="default")


def _as_frame(table: Arrow) -> pd.DataFrame:
    """With whole numbers and truth values that stay what they are beside nulls."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    kept: dict[Any, Any] = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=kept.get, date_as_object=False)
    return frame
