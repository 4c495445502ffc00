"""Where each line stands: its row in its Parquet file. Rows of a catalog's tables have no places."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from pipeline.contract import Message, Quantity
from pipeline.reading import LINE_NAMES
from pipeline.spark.source_tables import plain_path, quoted
from pipeline.spark.spark_session import Cluster, Rows

POSITION, NUMBER = "(position)", "line_number"
_ROWS = 1 << 40  # that a file can have; positions of the next file begin behind them
_FILES = 1 << 20  # of which positions stay below ``BEHIND``
_FILE, _PLACE = "(file)", "(place)"


def numbered(cluster: Cluster, rows: Rows, files: Sequence[str]) -> Rows:
    """The rows with their positions and numbers, where they are those of ``files``, which are in order.

    A column of the data that has one of the names that lines have gets ``(file)`` behind its own.
    """
    columns = [
        f"{quoted(name)} AS {quoted(f'{name} (file)')}" if name.lower() in LINE_NAMES else quoted(name)
        for name in rows.columns
    ]
    if not files or not _known(rows, files):
        return rows.selectExpr(*columns)
    placed = _with_rows(rows, columns)
    names = [name for name in placed.columns if name not in (_FILE, _PLACE)]
    start = "0"
    if len(files) > 1:
        placed, start = _joined(cluster, placed, files), f"`(at)` * {_ROWS}"
    return placed.selectExpr(
        *map(quoted, names), f"{start} + {quoted(_PLACE)} AS {quoted(POSITION)}", f"{quoted(_PLACE)} + 1 AS {NUMBER}"
    )


def with_numbers(rows: Rows, files: Sequence[str]) -> Rows:
    """One of several tables with the rows of its files counted, for a view to hand on; null of a catalog's table."""
    if NUMBER in rows.columns:
        return rows
    if not files:
        return rows.selectExpr("*", f"CAST(NULL AS BIGINT) AS {NUMBER}")
    names = [quoted(name) for name in rows.columns]
    return _with_rows(rows, names).selectExpr(*names, f"{quoted(_PLACE)} + 1 AS {NUMBER}")


def _with_rows(rows: Rows, columns: Sequence[str]) -> Rows:
    """The columns as SQL has them, with the file of each row and its place there."""
    known = rows.metadataColumn("_metadata")
    placed = rows.select("*", known.getField("file_path").alias(_FILE), known.getField("row_index").alias(_PLACE))
    return placed.selectExpr(*columns, quoted(_FILE), quoted(_PLACE))


def _known(rows: Rows, files: Sequence[str]) -> bool:
    """Whether the rows are of these files, by the names that Spark has for them, and positions can be counted on."""
    return len(files) == 1 or (len(files) < _FILES and set(map(plain_path, rows.inputFiles())) <= set(files))


def _joined(cluster: Cluster, rows: Rows, files: Sequence[str]) -> Rows:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    order = {path: at for at, path in enumerate(files)}
    held = {re.sub("^file:/+", "/", name): order[plain_path(name)] for name in rows.inputFiles()}
    table = cluster.frame(pa.table({_FILE: list(held), "(at)": list(held.values())}))
    bare = f"regexp_replace({quoted(_FILE)}, '^file:/+', '/') AS {quoted(_FILE)}"  # spelled in two ways
    rows = rows.selectExpr(*(quoted(name) for name in rows.columns if name != _FILE), bare)
    return rows.join(table.hint("broadcast"), on=_FILE, how="left")


def places_of(files: Sequence[str]) -> Callable[[int], Message]:
    """How places are told: as of the same files in the local engine."""

    def where(position: int) -> Message:
        at, row = divmod(position, _ROWS)
        spot = Message.of("row {n}", n=Quantity(row + 1, "d"))
        name = PurePosixPath(files[at]).name
        return Message.of("{file}, {spot}", file=name, spot=spot) if len(files) > 1 else spot

    return where


def line_of(position: int) -> Message:
    """The same of a view's rows, which hand on the lines of their one file."""
    return Message.of("line {n}", n=Quantity(position + 1, "d"))
