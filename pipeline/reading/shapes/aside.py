"""Rows of a table that are none: totals, the header once more, headings of groups, signatures below."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message
from pipeline.reading.raw import Reject
from pipeline.reading.values.numbers import read_numbers
from pipeline.reading.values.unknown import trimmed

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_WORDS = (
    r"(?:grand |sub[- ]?|running )?totals?|sum|overall|итого?|всего|общий итог|промежуточный итог|"
    r"summe|gesamt(?:summe)?|zwischensumme|total g[ée]n[ée]ral|totale|somme|suma|razem|разом|усього|toplam"
)
_OF_WHAT = r"(?:\s(?:по|за|for|of|by|für|de)\s.{1,60})?"
_TOTAL = rf"(?i)^\s*(?:(?:{_WORDS}){_OF_WHAT}|.{{1,60}}\s(?:total|итого?))\s*[:.]?\s*$"
_DENSE = 0.95  # share of filled cells in a column that every row has
_MOST_TOTALS = 0.5  # share of the rows: a total after each row and another
_SEVERAL = 2  # totals that were shown to be, from which on others are known by their form
_LAST_ROWS = 5  # in which a total may have its key columns filled
_LEAST_ROWS, _LEAST_SUMMED = 3, 10
_CLOSE = 0.005  # of a sum, for rounded parts
_LEAST_GROUPS = 3
_DOCUMENT = r"\s(?:от|від) \d{1,2}\.\d{1,2}\.\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?\s*$"
_CUSTOMER = "Контрагент"  # what a column of customers is called that a report of 1C has not named
_WITHOUT_HEADER = "group"  # what a column of headings is called that has no name


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
    out = again | _totals(frame, again)
    if not out.any():
        return Kept(frame, lines, ())
    why = {True: Message.of("the header once more"), False: Message.of("a row of totals")}
    aside = tuple(
        Reject(int(lines[place]), _shown(frame.iloc[place]), why[bool(again[place])]) for place in np.flatnonzero(out)
    )
    return Kept(frame[~out].reset_index(drop=True), lines[~out], aside)


def ungrouped(kept: Kept, header: list[str]) -> tuple[Kept, list[str], int | None]:
    """The rows with their headings beside them, the header, and the place of the column of headings (None: none).

    A heading fills one cell of the first column, whose other cells are empty; every row below it fills others and
    leaves that one empty. Where a single row does neither, the table stays as it is.
    """
    frame = kept.frame
    place = _column_of_headings(frame)
    if place is None:
        return _documents_below_customers(kept, header)
    heads = _filled(frame[place])
    rows = frame.copy()
    rows[place] = frame[place].ffill()
    why = Message.of("a heading of the rows below it")
    lines = kept.lines
    aside = tuple(Reject(int(lines[at]), _shown(frame.iloc[at]), why) for at in np.flatnonzero(heads))
    named = [*header]
    named[place] = named[place] or _WITHOUT_HEADER
    return Kept(rows[~heads].reset_index(drop=True), lines[~heads], (*kept.aside, *aside)), named, place


def _documents_below_customers(kept: Kept, header: list[str]) -> tuple[Kept, list[str], int | None]:
    """The documents of a report of 1C with their customers beside them, where both stand in the first column.

    A document ends in its day; what stands above several of them is their customer, and its numbers are their sums.
    Where one of these is not, or a line is neither, the table stays as it is.
    """
    frame = kept.frame
    first = frame.get(0)
    if first is None or not pd.api.types.is_string_dtype(first) or len(frame) < 2 * _LEAST_GROUPS:
        return kept, header, None
    documents = first.str.contains(_DOCUMENT).fillna(False).to_numpy(dtype=bool)
    total = bool(first.str.match(_TOTAL).fillna(False).iloc[-1])
    end = len(frame) - total
    heads = np.flatnonzero(~documents[:end])
    alone = np.diff(np.append(heads, end)) < 2  # a heading without a document
    if len(heads) < _LEAST_GROUPS or heads[0] != 0 or alone.any() or not _are_sums(frame[:end], heads):
        return kept, header, None
    rows = frame.assign(customer=first.where(~documents).ffill())[:end]
    names = [part.strip() for part in re.split(r"[/\n,]", header[0]) if part.strip()]
    customer, document = names if len(names) == 2 else (_CUSTOMER, header[0])
    made = rows[documents[:end]].set_axis(range(len(header) + 1), axis=1).reset_index(drop=True)
    why = Message.of("a heading of the rows below it")
    out = [*heads, *([end] if total else [])]
    aside = tuple(Reject(int(kept.lines[at]), _shown(frame.iloc[at]), why) for at in out)
    named = [document, *header[1:], customer]
    return Kept(made, kept.lines[:end][documents[:end]], (*kept.aside, *aside)), named, len(header)


def _are_sums(frame: pd.DataFrame, heads: Positions) -> bool:
    """Whether every number in a row of ``heads`` is the sum of those below it, in one column and more."""
    numbers = _numbers(frame, [place for place in frame if place])
    ends = np.append(heads[1:], len(frame))
    sums = np.array([np.nansum(numbers[head + 1 : end], axis=0) for head, end in zip(heads, ends, strict=True)])
    own = np.nan_to_num(numbers[heads])
    filled = (own != 0).any(axis=0)
    return bool(filled.any()) and bool((np.abs(own - sums) <= 0.01 + 1e-6 * np.abs(sums))[:, filled].all())


def _column_of_headings(frame: pd.DataFrame) -> int | None:
    """The first column that is not empty, where it holds headings and nothing else."""
    place = next((at for at in range(frame.shape[1]) if frame[at].notna().any()), None)
    if place is None or frame.shape[1] - place < 3:
        return None
    heads = _filled(frame[place])
    if not heads[0] or heads.sum() < _LEAST_GROUPS or 2 * heads.sum() > len(heads):
        return None
    others = frame.drop(columns=place).notna().any(axis=1).to_numpy()
    return place if (heads ^ others).all() else None


def _filled(column: pd.Series) -> Mask:
    filled: Mask = column.notna().to_numpy()
    return filled


def _again(frame: pd.DataFrame, header: list[str]) -> Mask:
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


def _totals(frame: pd.DataFrame, again: Mask) -> Mask:
    """Rows of totals. Where several are shown to be, those worded alike that lack the same cells are too.

    The total of a group of one row repeats it, and shows nothing by itself.
    """
    total = np.zeros(len(frame), dtype=bool)
    worded = _worded(frame, again)
    dense = frame.notna().mean().to_numpy() >= min(_DENSE, 1 - 2 / len(frame))
    if not worded:
        total[-1] = not again[-1] and _sums_up(frame, again, dense)
        return total
    lacks = frame.iloc[worded].isna().to_numpy()[:, dense].any(axis=1)
    total[worded] = lacks | _add_up(frame, again, worded)
    rest = [place for place in worded if not total[place]]
    if rest and total.sum() >= _SEVERAL:
        lacking = frame[total].isna().all()
        if lacking.any():
            total[rest] = frame.iloc[rest].loc[:, lacking].isna().all(axis=1).to_numpy()
    return total


def _sums_up(frame: pd.DataFrame, again: Mask, dense: Mask) -> bool:
    """Whether the last row has no word for a total and is one: no key, and the sums of all rows in several columns."""
    if len(frame) < _LEAST_SUMMED or not frame.iloc[-1].isna().to_numpy()[dense].any():
        return False
    filled = np.flatnonzero(frame.iloc[-1].notna().to_numpy())
    numbers = _numbers(frame, filled)
    parts = np.nansum(np.where(again[:-1, None], np.nan, numbers[:-1]), axis=0)
    with np.errstate(invalid="ignore"):
        same = (numbers[-1] != 0) & (np.abs(parts - numbers[-1]) <= _CLOSE * np.abs(numbers[-1]))
    return int(same.sum()) >= _SEVERAL


def _worded(frame: pd.DataFrame, again: Mask) -> list[int]:
    """Rows whose first text is the word for a total, of the last ones and of those that lack a cell others have."""
    gaps = np.zeros(len(frame), dtype=bool)
    for column in frame:
        empty = frame[column].isna().to_numpy()
        if 0 < empty.mean() <= _MOST_TOTALS or 0 < empty.sum() <= 2:
            gaps |= empty
    gaps[-_LAST_ROWS:] = True
    places = np.flatnonzero(gaps & ~again)
    few = frame.iloc[places]
    first = pd.Series(None, index=few.index, dtype="str")
    for column in few:
        if pd.api.types.is_string_dtype(few[column]):
            first = first.fillna(few[column])
    return [int(place) for place in places[first.str.match(_TOTAL).fillna(False).to_numpy(dtype=bool)]]


def _add_up(frame: pd.DataFrame, again: Mask, worded: list[int]) -> Mask:
    """Which of some rows have a number that is the sum of those above, from the first row or since the last.

    A sum of one row says nothing.
    """
    numbers = _numbers(frame, frame.columns)
    numbers = np.nan_to_num(numbers, posinf=0.0, neginf=0.0)
    totals, counted = numbers[worded], ~again
    counted[worded] = False
    before = np.vstack([np.zeros(numbers.shape[1]), np.cumsum(np.where(counted[:, None], numbers, 0.0), axis=0)])
    rows = np.concatenate([[0], np.cumsum(counted)])
    begins = np.concatenate([[0], np.array(worded[:-1], dtype=np.int64) + 1])
    summed = np.zeros(len(worded), dtype=bool)
    for begin in (np.zeros(len(worded), dtype=np.int64), begins):
        parts = before[worded] - before[begin]
        same = (totals != 0) & (np.abs(parts - totals) <= _CLOSE * np.abs(totals))
        summed |= same.any(axis=1) & (rows[worded] - rows[begin] > 1)
    return summed


def _numbers(frame: pd.DataFrame, columns: Iterable[object]) -> npt.NDArray[np.float64]:
    """What the cells of these columns say as numbers, (rows, columns); NaN where they say none."""
    return np.column_stack([read_numbers(trimmed(frame[column])).values.to_numpy() for column in columns])


def _shown(row: pd.Series) -> str:
    return "; ".join(str(cell) for cell in row if not pd.isna(cell))[:2000]
