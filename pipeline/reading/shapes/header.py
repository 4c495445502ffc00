"""Where a table begins in a grid of cells: lines before it, a header of one or several rows, or none at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.reading.values.currencies import MONEY
from pipeline.reading.values.months import month_words
from pipeline.reading.values.unknown import NULLS

Row = Sequence[str]
SAMPLE_ROWS = 120
_HIGHEST = 4  # rows of a header
_LONGEST = 400  # letters of a number
_NARROW = 3  # columns, of which a header may name one only
_MONEY = re.compile(MONEY)
_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*-?(?:e[+-]?\d+)?", re.IGNORECASE)
_AROUND = str.maketrans("", "", "() \u00a0\u202f\u2009'’%−\"")
_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{4}-\d{2}\b|\d{1,2}:\d{2}|\d{1,2}[ -][^\W\d_]{3,9}\.?[ -]\d{2,4}")
_PERIOD = re.compile(r"(?:q|qtr|w|wk|кв|kw|m)? ?\d{1,2}", re.IGNORECASE)
_LEAST_PERIODS = 3
_NUMBERED = "n"
_DATED = "d"
_WORDED = "t"


@dataclass(frozen=True)
class Header:
    """The grid's row in which the table begins, and how many rows its header has (0: none).

    ``doubtful``: the first row may as well be one of the table.
    """

    first: int
    height: int
    doubtful: bool = False

    @property
    def body(self) -> int:
        """The first row of the table itself."""
        return self.first + self.height


def find_header(rows: Sequence[Row]) -> Header:
    """Find the header in the first rows of a table, at most ``SAMPLE_ROWS`` of them.

    A header has words over columns of numbers or days. Rows with less than half as many cells as those of the table
    stand before it; a second row fills or refines the first. Without numbers and days the first full row is the header.
    """
    kinds = [[kind_of(cell) for cell in row] for row in rows[:SAMPLE_ROWS]]
    columns, full = _columns(kinds)
    wide = [len(row) > 1 and _fill(row) >= (1 if full <= _NARROW else max(2, full / 2)) for row in kinds]
    if not any(wide):
        return Header(0, 1)
    measured = [place for place, kind in enumerate(columns) if kind in (_NUMBERED, _DATED)]
    first = wide.index(True)
    if not measured or _names_what_is_mostly_empty(rows[first], kinds[first], full):
        return Header(first, 1)
    counted = _WORDED in columns  # where every column is of numbers, 1, 2, 3 is a row like others
    named = _names_all(rows[first], kinds[first], len(columns))
    bodies = (
        at
        for at, row in enumerate(kinds)
        if wide[at]
        and (_is_body(row, columns, measured) or (named and at > first and not set(row) <= {"", _WORDED}))
        and not (counted and _counts_columns(rows[at]))
    )
    body = next((at for at in bodies if at != first or not _is_series_of_names(rows[at : at + 2])), len(rows))
    above = [at for at in range(body) if wide[at] and not _counts_columns(rows[at])]
    above = [at for at in above if at == above[0] or not _is_heading(kinds[at], kinds[body:])]
    if not above:
        evident = body < len(rows) and _evident(rows, kinds, body)
        return Header(body, 0) if evident else Header(first, 1, doubtful=body < len(rows))
    top = _top(rows, kinds, columns, above[-1])
    end = above[-1] + 1
    while end < body and end - top < _HIGHEST and not _is_heading(kinds[end], kinds[body:]):
        if not (_counts_columns(rows[end]) or _refines(kinds[end], kinds[end - 1])):
            break
        end += 1
    return Header(top, end - top)


def _names_what_is_mostly_empty(row: Row, kinds: Sequence[str], full: float) -> bool:
    """Whether a row without numbers, no two cells alike, is more than twice as full as those of the table."""
    cells = [cell for cell in row if cell.strip()]
    return _fill(kinds) > 2 * full and _NUMBERED not in kinds and len(set(cells)) == len(cells)


def _refines(kinds: Sequence[str], above: Sequence[str]) -> bool:
    """Whether a row has nothing but words, in as many cells as the row of the header above it."""
    return len(kinds) == len(above) and set(kinds) <= {"", _WORDED} and any(kinds)


def _is_heading(kinds: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has one cell only, and rows of the table have that cell only as well: headings of groups."""
    filled = [bool(kind) for kind in kinds]
    return sum(filled) == 1 and any([bool(kind) for kind in row] == filled for row in below)


def header_names(rows: Sequence[Row], width: int) -> list[str]:
    """Names of columns from the rows of a header; without rows ``column 1``, ``column 2`` ...

    A cell that is merged over several columns stands in the first of them only: its words go before those below it.
    """
    if not rows:
        return [f"column {place + 1}" for place in range(width)]
    cells = [[_clean(row[place]) if place < len(row) else "" for place in range(width)] for row in rows]
    cells = [row for row in cells if not _counts_columns([cell for cell in row if cell])]
    for upper, lower in pairwise(cells):
        for place in range(1, width):
            if not upper[place] and lower[place] and lower[place - 1]:
                upper[place] = upper[place - 1]
    return [" ".join(dict.fromkeys(row[place] for row in cells if row[place])) for place in range(width)]


def kind_of(cell: str) -> str:
    """``n`` for a number, ``d`` for a day or a time, ``t`` for words, nothing for what is unknown."""
    bare = cell.strip()
    if bare.lower() in NULLS:
        return ""
    if _DAY.match(bare):
        return _DATED
    if len(bare) > _LONGEST or not any(letter.isdigit() for letter in bare):
        return _WORDED
    return _NUMBERED if _NUMBER.fullmatch(_MONEY.sub("", bare).translate(_AROUND)) else _WORDED


def _clean(cell: str) -> str:
    return " ".join(cell.replace("\v", " ").split()).strip("\ufeff")


def _fill(kinds: Sequence[str]) -> int:
    return sum(bool(kind) for kind in kinds)


def _columns(kinds: Sequence[Sequence[str]]) -> tuple[list[str], float]:
    """What most cells of each column are in the lower half of the sample, and how many cells its rows have."""
    lower = kinds[max(1, len(kinds) // 2) :] or kinds
    most = max(map(_fill, lower), default=0)
    body = [row for row in lower if _fill(row) >= most / 2]
    width = max(map(len, body), default=0)
    columns = []
    for place in range(width):
        counts = Counter(row[place] for row in body if place < len(row) and row[place])
        kind, number = counts.most_common(1)[0] if counts else ("", 0)
        columns.append(kind if number >= 0.6 * counts.total() else _WORDED)
    fills = sorted(map(_fill, body))
    return columns, fills[len(fills) // 2] if fills else 0


def _is_body(kinds: Sequence[str], columns: Sequence[str], measured: Sequence[int]) -> bool:
    """Whether most of a row's cells over columns of numbers and days are such."""
    cells = [(kinds[place], columns[place]) for place in measured if place < len(kinds) and kinds[place]]
    same = sum(kind == column for kind, column in cells)
    return same > len(cells) - same


def _names_all(row: Row, kinds: Sequence[str], width: int) -> bool:
    """Whether a row has words of its own for each of the columns: no row with a number in it is a header below that."""
    return _fill(kinds) >= width and set(kinds) <= {"", _WORDED} and len({cell.strip() for cell in row}) == len(row)


def _is_series_of_names(rows: Sequence[Row]) -> bool:
    """Whether a row names its columns 2019, 2020, 2021 or 1, 2, 3 beside a word, and the next does not."""
    series = [_is_series([cell.strip() for cell in row if kind_of(cell) == _NUMBERED]) for row in rows]
    return series[:1] == [True] and not all(series[1:]) and any(kind_of(cell) == _WORDED for cell in rows[0])


def _is_series(numbers: Sequence[str]) -> bool:
    """Three whole numbers or more that rise by one, or two years."""
    if len(numbers) < 2 or not all(number.isdecimal() for number in numbers):
        return False
    rising = all(int(later) - int(number) == 1 for number, later in pairwise(numbers))
    return rising and (len(numbers) > 2 or all(len(number) == 4 for number in numbers))


def _counts_columns(row: Row) -> bool:
    """1, 2, 3 ... under the names, as official forms have it."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) > 1 and cells == [str(number + 1) for number in range(len(cells))]


def _evident(rows: Sequence[Row], kinds: Sequence[Sequence[str]], body: int) -> bool:
    """Whether the first row is one of the table: most of its cells are numbers or days, or its words come again."""
    cells = [(place, kind) for place, kind in enumerate(kinds[body]) if kind]
    if sum(kind != _WORDED for _, kind in cells) * 2 > len(cells):
        return True
    below = rows[body + 1 :]
    words = [place for place, kind in cells if kind == _WORDED]
    return all(any(place < len(row) and row[place] == rows[body][place] for row in below) for place in words)


def _top(rows: Sequence[Row], kinds: Sequence[Sequence[str]], columns: Sequence[str], bottom: int) -> int:
    """The first row of the header whose last wide row is ``bottom``."""
    covered = _covered(kinds[bottom], columns)
    top = bottom
    for at in range(bottom - 1, max(-1, bottom - _HIGHEST), -1):
        years = _are_years(rows[at], kinds[at]) and _names_periods(rows[bottom])
        if (_fill(kinds[at]) < 2 and not years) or (_NUMBERED in kinds[at] and not years):
            break
        more = covered | _covered(kinds[at], columns)
        names = [cell for cell in rows[bottom] if cell.strip()]
        as_full = _covered(kinds[at], columns) >= _covered(kinds[bottom], columns)
        if more == covered and len(set(names)) == len(names) and not as_full:
            break
        covered, top = more, at
    return top


def _are_years(row: Row, kinds: Sequence[str]) -> bool:
    """Whether the numbers of a row are years, as above the months of a pivot table; the first column has no period."""
    numbers = [cell.strip() for cell, kind in zip(row, kinds, strict=True) if kind == _NUMBERED]
    return bool(numbers) and not kinds[0] and all(re.fullmatch(r"(19|20)\d\d", number) for number in numbers)


def _names_periods(row: Row) -> bool:
    """Whether three cells of a row and more name months, or number months, weeks or quarters."""
    months = month_words()
    cells = [cell.strip().strip(".").lower() for cell in row]
    return sum(cell in months or _PERIOD.fullmatch(cell) is not None for cell in cells) >= _LEAST_PERIODS


def _covered(kinds: Sequence[str], columns: Sequence[str]) -> set[int]:
    return {place for place, kind in enumerate(kinds[: len(columns)]) if kind and columns[place]}
