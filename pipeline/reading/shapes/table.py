"""The table of one file or sheet: named columns, rows with their places, and what is no row of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message, Quantity, restored
from pipeline.errors import InputError
from pipeline.reading.questions import Question
from pipeline.reading.raw import Reject
from pipeline.reading.shapes.aside import set_aside, ungrouped

MOST_COLUMNS = 2_000
LONGEST_NAME = 1_000  # letters
LONGEST_TITLE = 2_000
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FileTable:
    """One table: columns as written (empty: null), and the line or row each of its rows begins on."""

    frame: pd.DataFrame
    lines: Positions
    rejects: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    header: int | None = 1  # line of the header; 0: there is none; None: the form has no such line
    name: str = ""  # of the sheet or of the file in an archive
    unit: str = "line"
    told: tuple[Message, ...] = ()  # of the notes, those that a reader has to know before training
    faults: tuple[tuple[str, int], ...] = ()  # column and row of cells that hold an error of the spreadsheet
    title: str = ""  # what stands above the header

    @property
    def fault_positions(self) -> list[tuple[str, int]]:
        """The same with positions of the frame; those in rows that were set aside are left out."""
        position = {int(line): at for at, line in enumerate(self.lines)}
        kept = set(map(str, self.frame.columns))
        return [(name, position[line]) for name, line in self.faults if name in kept and line in position]

    @property
    def signature(self) -> frozenset[str]:
        """The names of its columns; tables with the same ones are parts of one table."""
        return frozenset(map(str, self.frame.columns))


def refuse_wide(columns: int, name: str) -> None:
    """Raise ``InputError`` for more columns than a table has."""
    remedy = Message.of("check source.delimiter, or keep the columns that matter")
    _refuse_more(columns, MOST_COLUMNS, Message.of("{file}: too many columns", file=name), remedy)


def refuse_long(names: Iterable[str], name: str) -> None:
    """Raise ``InputError`` for a name of a column that is a text of its own: every message would repeat it."""
    remedy = Message.of("check that the first line is the header, and that quotes and delimiters are whole")
    longest = max(map(len, names), default=0)
    _refuse_more(longest, LONGEST_NAME, Message.of("{file}: a name in the header is too long", file=name), remedy)


def _refuse_more(found: int, most: int, what: Message, remedy: Message) -> None:
    if found > most:
        raise InputError.because(
            what,
            expected=Message.of("at most {n}", n=Quantity(most)),
            found=Message.of("{n}", n=Quantity(found)),
            remedy=remedy,
        )


def refuse_twice(names: Iterable[str], name: str) -> None:
    """Raise ``InputError`` for names that are the same without the blanks around them."""
    counts = Counter(column.strip() for column in names)
    twice = [column for column, times in counts.items() if times > 1]
    if twice:
        raise InputError.because(
            Message.of("{file}: the header names a column twice", file=name),
            found=", ".join(map(repr, twice[:5])),
            remedy=Message.of("rename one of them in the file"),
        )


def finish_table(frame: pd.DataFrame, lines: Positions, header: list[str], name: str, *, named: bool) -> FileTable:
    """Rows with columns numbered from 0 under their names, without totals and repeated headers.

    Raises
    ------
    InputError
        Where no row is left, or no column has a name.
    """
    refuse_long(header, name)
    kept, header, headings = ungrouped(set_aside(frame, lines, header if named else []), header)
    places, notes = [place for place, column in enumerate(header) if column and not _is_index(column)], []
    if not places:
        raise InputError.because(Message.of("{file}: no column has a name", file=name))
    if len(places) < len(header):
        notes.append(Message.of("{file}: a column without a name was ignored", file=name))
    copies, header, second = _copies(kept.frame, places, header)
    grouped = Message.of(
        "{file}: a report in groups; {column} is what stands above the rows of a group",
        file=name,
        column="" if headings is None else header[headings],
    )
    told = () if headings is None else (grouped,)
    if copies:
        twice = ", ".join(repr(header[place]) for place in copies[:5])
        notes.append(
            Message.of("{file}: {columns} stands twice with the same cells; one is kept", file=name, columns=twice)
        )
    told = (*told, *(_called(header[place], name) for place in second if place != headings))
    places = [place for place in places if place not in copies]
    table = _restored(kept.frame[places].set_axis([restored(header[place]) for place in places], axis=1))
    return FileTable(table, kept.lines, kept.aside, (*told, *notes), told=told)


def _restored(table: pd.DataFrame) -> pd.DataFrame:
    """The cells without the apostrophes that a list of ours has before what a spreadsheet would run."""
    quoted = {
        place: table.iloc[:, place].str.contains("'", regex=False, na=False)
        for place, kind in enumerate(table.dtypes)
        if isinstance(kind, pd.StringDtype)
    }
    made = {
        place: table.iloc[:, place].mask(cells, table.iloc[:, place][cells].map(restored))
        for place, cells in quoted.items()
        if cells.any()
    }
    columns = [made.get(place, table.iloc[:, place]) for place in range(table.shape[1])]
    return pd.concat(columns, axis=1) if made else table


def without_rows(name: str, rejects: int) -> InputError:
    """The error for a header with nothing below it that fits."""
    return InputError.because(
        Message.of("{file}: no rows", file=name),
        expected=Message.of("a header line and one line a customer"),
        found=Message.of("a header and {n} lines that do not fit it", n=Quantity(rejects, "d")),
    )


def ordered(table: FileTable) -> FileTable:
    """Rejects in the order of their lines."""
    return replace(table, rejects=tuple(sorted(table.rejects, key=lambda reject: reject.line)))


def _is_index(column: str) -> bool:
    return column.startswith("Unnamed: ")


def _copies(frame: pd.DataFrame, places: list[int], header: list[str]) -> tuple[list[int], list[str], list[int]]:
    """Columns that repeat an earlier one of their name cell by cell, the header in which others of a name are numbered
    (``sum``, ``sum (2)``), and which these are.
    """
    first: dict[str, int] = {}
    named, taken = list(header), set(header)
    copies: list[int] = []
    second: list[int] = []
    for place in places:
        earlier = first.setdefault(header[place], place)
        if earlier == place:
            continue
        if frame[earlier].equals(frame[place]) and frame[place].notna().any() and len(frame) > 1:
            copies.append(place)
            continue
        free = (f"{header[place]} ({number})" for number in count(2))
        named[place] = next(name for name in free if name not in taken)
        taken.add(named[place])
        second.append(place)
    return copies, named, second


def _called(column: str, name: str) -> Message:
    return Message.of(
        "{file}: the header names a column twice with other cells; the later one is {column}", file=name, column=column
    )


def numbered(rows: int, start: int = 1) -> Positions:
    """Running numbers from ``start``."""
    return np.arange(start, start + rows, dtype=np.int64)
