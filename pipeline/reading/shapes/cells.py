"""Cells with types of their own -> columns: a column of one kind keeps it, a mixed one is text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import pandas as pd

_EXACT = 2**53  # integers beyond lose digits as floats


def as_written(cell: Any) -> str:
    """A cell as text: days as ISO writes them, whole numbers without a point, nothing where it is empty."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def column_of(cells: Sequence[Any]) -> pd.Series:
    """Numbers as float64, days as datetime64, anything else as text with null for empty cells."""
    kinds = {type(cell) for cell in cells if cell is not None and cell != ""}
    if kinds and kinds <= {int, float} and not any(isinstance(cell, int) and abs(cell) > _EXACT for cell in cells):
        return pd.Series([None if cell == "" else cell for cell in cells], dtype="float64")
    if kinds and kinds <= {date, datetime}:
        days = [None if cell is None or cell == "" else _moment(cell) for cell in cells]
        return pd.Series(days, dtype="datetime64[us]")
    return pd.Series([as_written(cell).strip() or None for cell in cells], dtype="str")


def _moment(cell: date) -> datetime:
    return cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
