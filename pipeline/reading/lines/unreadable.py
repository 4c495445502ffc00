"""Cells that stand in a column of numbers or days and are neither: SQL finds nothing there, though something is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.contract import Message
from pipeline.reading.kinds import as_text

_MOST_PLACES = 3


@dataclass(frozen=True)
class Unreadable:
    """Cells of one column: how many, what they should be (None: errors of a workbook), the positions of a few."""

    column: str
    kind: Message | None
    cells: int
    places: tuple[int, ...]


def unreadable_cells(written: pd.DataFrame, read: pd.DataFrame) -> list[Unreadable]:
    """By column; ``written`` holds the texts, ``read`` the same columns with numbers and days recognised."""
    found = []
    for name in (column for column in read if not pd.api.types.is_string_dtype(read[column])):
        empty = read[name].isna().to_numpy()
        bad = np.flatnonzero(empty)[as_text(written[name][empty]).notna().to_numpy()]
        if len(bad):
            is_number = pd.api.types.is_numeric_dtype(read[name])
            kind = Message.of("a number") if is_number else Message.of("a date")
            found.append(Unreadable(str(name), kind, len(bad), tuple(map(int, bad[:_MOST_PLACES]))))
    return found


def error_cells(faults: Iterable[tuple[str, int]]) -> list[Unreadable]:
    """The same of errors of a workbook, given by column and position."""
    by_column: dict[str, list[int]] = {}
    for name, position in faults:
        by_column.setdefault(name, []).append(position)
    return [Unreadable(name, None, len(at), tuple(at[:_MOST_PLACES])) for name, at in by_column.items()]
