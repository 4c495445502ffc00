"""Rows of a table that are none: totals, the header once more, the numbers of columns, signatures below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message
from pipeline.reading.raw import Reject
from pipeline.reading.values.numbers import read_numbers
from pipeline.reading.values.unknown import trimmed

Positions = npt.NDArray[np.int64]
_WORDS = (
    r"(?:grand |sub[- ]?|running )?totals?|sum|overall|итого?|всего|общий итог|промежуточный итог|"
    r"summe|gesamt(?:summe)?|zwischensumme|total g[ée]n[ée]ral|totale|somme|suma|razem|разом|усього|toplam"
)
_OF_WHAT = r"(?:\s(?:по|за|for|of|by|für|de)\s.{1,60})?"
_TOTAL = rf"(?i)^\s*(?:(?:{_WORDS}){_OF_WHAT}|.{{1,60}}\s(?:total|итого?))\s*[:.]?\s*$"
_DENSE = 0.95  # share of filled cells in a column that every row has
_LAST_ROWS = 5  # in which a total may have its key columns filled
_LEAST_ROWS = 3
_CLOSE = 0.005  # of a sum, for rounded parts


@dataclass(frozen=True)
class Kept:
    """The rows that stay, and those that were set aside."""

    frame: pd.DataFrame
    lines: Positions
    aside: tuple[Reject, ...]


def set_aside(frame: pd.DataFrame, lines: Positions, header: list[str]) -> Kept:
    """Take repeated headers and rows of totals out of a table whose columns are numbered from 0.

    A total is known by its word in one of the first cells and by what else it is: its numbers are sums of those
    above, or cells that every other row has are empty.
    """
    if len(frame) < _LEAST_ROWS:
        return Kept(frame, lines, ())
    again = _again(frame, header)
    total = np.zeros(len(frame), dtype=bool)
    for place in _worded(frame, again):
        total[place] = _lacks_keys(frame, place) or _adds_up(frame, place, again | total)
    out = again | total
    if not out.any():
        return Kept(frame, lines, ())
    why = {True: Message.of("the header once more"), False: Message.of("a row of totals")}
    aside = tuple(
        Reject(int(lines[place]), _shown(frame.iloc[place]), why[bool(again[place])]) for place in np.flatnonzero(out)
    )
    return Kept(frame[~out].reset_index(drop=True), lines[~out], aside)


def _again(frame: pd.DataFrame, header: list[str]) -> npt.NDArray[np.bool_]:
    """Rows that repeat every name of the header."""
    named = [(place, name) for place, name in enumerate(header) if name]
    same = np.ones(len(frame), dtype=bool)
    for place, name in named:
        if not pd.api.types.is_string_dtype(frame[place]):
            return np.zeros(len(frame), dtype=bool)
        same &= (frame[place] == name).fillna(False).to_numpy(dtype=bool)
        if not same.any():
            break
    return same & bool(len(named))


def _worded(frame: pd.DataFrame, again: npt.NDArray[np.bool_]) -> list[int]:
    """Rows whose first text is the word for a total, of the last ones and of those that lack a cell others have."""
    gaps = np.zeros(len(frame), dtype=bool)
    for column in frame:
        empty = frame[column].isna().to_numpy()
        if 0 < empty.mean() <= 1 - _DENSE or 0 < empty.sum() <= 2:
            gaps |= empty
    gaps[-_LAST_ROWS:] = True
    places = np.flatnonzero(gaps & ~again)
    few = frame.iloc[places]
    first = pd.Series(None, index=few.index, dtype="str")
    for column in few:
        if pd.api.types.is_string_dtype(few[column]):
            first = first.fillna(few[column])
    return [int(place) for place in places[first.str.match(_TOTAL).fillna(False).to_numpy(dtype=bool)]]


def _lacks_keys(frame: pd.DataFrame, place: int) -> bool:
    """Whether cells are empty that nearly every other row has."""
    empty = frame.iloc[place].isna().to_numpy()
    dense = frame.notna().mean().to_numpy() >= min(_DENSE, 1 - 2 / len(frame))
    return bool((empty & dense).any())


def _adds_up(frame: pd.DataFrame, place: int, out: npt.NDArray[np.bool_]) -> bool:
    """Whether a number of the row is the sum of those above it, back to the last row that was set aside."""
    starts = np.flatnonzero(out[:place])
    for begin in {0, int(starts[-1]) + 1 if len(starts) else 0}:
        above = frame.iloc[begin:place][~out[begin:place]]
        for column in frame:
            numbers = read_numbers(trimmed(pd.concat([above[column], frame[column].iloc[[place]]]))).values.to_numpy()
            total, parts = numbers[-1], numbers[:-1]
            if len(parts) > 1 and np.isfinite(total) and total and abs(np.nansum(parts) - total) <= _CLOSE * abs(total):
                return True
    return False


def _shown(row: pd.Series) -> str:
    return "; ".join(str(cell) for cell in row if not pd.isna(cell))[:2000]
