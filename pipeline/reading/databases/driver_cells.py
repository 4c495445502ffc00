"""Cells as a database's driver hands them over -> columns of one type each, for the embedded engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipeline.reading.databases.catalogue import CellKind
from pipeline.reading.frames import Arrow

if TYPE_CHECKING:
    import sqlalchemy as sa

_DAYS = ("'0001-01-01'", "'9999-12-31'")  # what a date can be in Python; PostgreSQL has infinity and years before
_NUMBERS = ("-1e308", "1e308")  # without infinity and NaN, which would make every sum one


def arrow_type(kind: CellKind) -> Any:
    """The type of a column; moments are in UTC, bytes and whatever else has no type here are text."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "date": pa.date32(),
        "moment": pa.timestamp("us"),
    }
    return types.get(kind, pa.string())


def expression(
    column: sa.ColumnElement[Any], stored: sa.types.TypeEngine[Any], kind: CellKind, dialect: str
) -> sa.ColumnElement[Any]:
    """What to select, so that the driver hands over plain values: the server converts faster than Python does."""
    import sqlalchemy as sa

    if dialect != "postgresql" or kind in ("flag", "bytes"):
        return column
    if kind in ("date", "moment"):
        known = _between(column, *_DAYS)
        return sa.func.timezone("UTC", known) if getattr(stored, "timezone", False) else known
    if kind == "number":
        number = sa.cast(column, sa.Numeric()) if type(stored).__name__ == "MONEY" else column
        return _between(sa.cast(number, sa.Double()), *_NUMBERS)
    if kind == "integer":
        return sa.cast(column, sa.BigInteger())
    return column if isinstance(stored, sa.String) else sa.cast(column, sa.Text())


def _between(value: sa.ColumnElement[Any], least: str, most: str) -> sa.ColumnElement[Any]:
    """The value where it lies between two literals, else null."""
    import sqlalchemy as sa

    low: sa.ColumnElement[Any] = sa.literal_column(least)
    high: sa.ColumnElement[Any] = sa.literal_column(most)
    return sa.case((sa.and_(value >= low, value <= high), value))


def column_of(cells: Sequence[Any], kind: CellKind) -> Arrow:
    """One chunk of a column; a cell that is no such value becomes null."""
    import pyarrow as pa

    try:
        return pa.array(cells, type=arrow_type(kind))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([None if cell is None else _plain(cell, kind) for cell in cells], type=arrow_type(kind))


def _plain(cell: Any, kind: CellKind) -> Any:
    if kind == "integer":
        return int(cell) if -(2**63) <= int(cell) < 2**63 else None
    if kind == "number":
        return float(cell)
    if kind == "flag":
        return bool(cell)
    if kind == "moment":
        return _moment(cell)
    if kind == "date":
        return cell.date() if isinstance(cell, datetime) else cell
    return _text(cell)


def _moment(cell: date) -> datetime:
    """In UTC, without the zone."""
    if not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell


def _text(cell: Any) -> str:
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).hex()
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)
