"""What a source hands over: values as they were written, and where each row stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Joined, LineAccount, Message, Quantity
from pipeline.errors import StarvedError
from pipeline.processors import fitting_rows, free_memory, needed_for_text, needed_memory
from pipeline.reading.questions import Question

_MOST_PLACES = 3
_SMALL, _UNTOLD = 5_000_000, 400_000_000  # values that are read whatever is free; and where the system does not tell it
_LITTLE_TEXT = 100_000_000  # bytes that are read whatever is free
_READ = 8  # bytes of a value that are held once it is read
ROW_ID = "(row)"  # id of a table that has none: where the row stands in its file; holds for that very file only


@dataclass(frozen=True)
class Reject:
    """A row that cannot be taken apart into columns."""

    line: int
    text: str
    why: Message
    file: str = ""  # named where several files were read

    @property
    def where(self) -> Message:
        """Where the row stands: ``line 17`` or ``b.csv, line 17``."""
        spot = Message.of("line {n}", n=Quantity(self.line, "d"))
        return Message.of("{file}, {spot}", file=self.file, spot=spot) if self.file else spot

    @property
    def told(self) -> Message:
        """Where the row stands and why it cannot be taken apart."""
        return Message.of("{where}: {why}", where=self.where, why=self.why)


@dataclass(frozen=True)
class RawTable:
    """One row a customer, nothing converted: text sources hold text, typed sources hold their own types."""

    frame: pd.DataFrame  # RangeIndex; every column as read
    source: str  # for people: a path, a package, a database's address without its password
    rows: npt.NDArray[np.int64]  # line in the text file (from 1, header included), else running number from 1
    rejects: tuple[Reject, ...] = ()
    tables: Mapping[str, int] = field(default_factory=dict)  # rows of each table read
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[int, str], ...] = ()  # (first position, file) where several files were read
    unit: str = "row"  # "line" for text files
    account: LineAccount | None = None  # of the lines of purchases that the rows were made from
    as_of: date | None = None  # from which day the rows count ages, where the spec says "auto"
    questions: tuple[Question, ...] = ()  # what reading alone cannot decide; the likeliest was taken
    header: int | None = None  # line of the header in the one file or sheet read; 0: there is none
    sheet: str | None = None  # of the workbook that was read
    told: tuple[Message, ...] = ()  # of the notes, those that a reader has to know before training
    faults: tuple[tuple[str, int], ...] = ()  # column and position of cells that hold an error of the spreadsheet
    title: str = ""  # what stands above the header of the one file or sheet read
    left_out: int = 0  # rows of customers beyond the sample that was asked for

    def row_ids(self) -> pd.Series:
        """Text that tells each row apart where no column does: ``17`` or ``b.csv:17``."""
        numbers = pd.Series(self.rows).astype("str")
        if not self.parts:
            return numbers
        starts = [start for start, _ in self.parts]
        sizes = np.diff([*starts, len(self.rows)])
        return pd.Series(np.repeat([file for _, file in self.parts], sizes), dtype="str") + ":" + numbers

    def faults_told(self) -> list[Message]:
        """Cells with an error, by column, with the first few places."""
        by_column: dict[str, list[int]] = {}
        for name, position in self.faults:
            by_column.setdefault(name, []).append(position)
        return [
            Message.counted(
                "{n} cell of {column} holds an error of the workbook, such as #N/A: unknown ({places})",
                "{n} cells of {column} hold an error of the workbook, such as #N/A: unknown ({places})",
                len(positions),
                column=name,
                places=Joined(tuple(self.where(position) for position in positions[:_MOST_PLACES])),
            )
            for name, positions in by_column.items()
        ]

    def where(self, position: int) -> Message:
        """Where the row at ``position`` of the frame stands, in words."""
        number = Quantity(int(self.rows[position]), "d")
        spot = Message.of("line {n}" if self.unit == "line" else "row {n}", n=number)
        if not self.parts:
            return spot
        part = bisect_right([start for start, _ in self.parts], position) - 1
        return Message.of("{file}, {spot}", file=self.parts[part][1], spot=spot)


def refuse_starving(rows: int, columns: int, source: str, *, held: bool = False) -> None:
    """Raise ``StarvedError`` where a training of so many customers does not fit into memory; small ones always do.

    ``held``: their values are in memory by now.
    """
    free, values = free_memory(), rows * columns
    if values < _SMALL:
        return
    if free is None:
        if values > _UNTOLD:
            raise _starved(rows, columns, source, needed_memory(_UNTOLD // columns, columns))
    elif needed_memory(rows, columns) - (values * _READ if held else 0) > free:
        raise _starved(rows, columns, source, free)


def refuse_much_text(size: int, source: str) -> None:
    """Raise ``StarvedError`` where so many bytes of text, which are read whole, do not fit into memory."""
    free = free_memory()
    if size < _LITTLE_TEXT or free is None or needed_for_text(size) <= free:
        return
    raise StarvedError.because(
        _more_than_free(source, needed_for_text(size), free),
        found=Message.of("{size} GB of text", size=Quantity(size / 1e9, ".1f")),
        remedy=Message.of(
            "save the table as Parquet, of which only what is needed is read, and add --sample where that is too much "
            "as well; or give the file in parts, or use a machine with more memory"
        ),
    )


def _round(rows: int) -> int:
    """So many, or a few less, of which a person types two figures."""
    tens = int(10 ** max(0, len(str(rows)) - 2))
    return rows // tens * tens


def _starved(rows: int, columns: int, source: str, free: int) -> StarvedError:
    return StarvedError.because(
        _more_than_free(source, needed_memory(rows, columns), free),
        found=Message.of("{rows} rows x {columns} columns", rows=Quantity(rows), columns=Quantity(columns)),
        remedy=Message.of(
            "leave out columns that the spec does not use; or train on a sample of the customers, --sample {fitting}, "
            "and place the others with 'korzina score'; or use a machine with more memory",
            fitting=Quantity(_round(fitting_rows(free, columns)), "d"),
        ),
    )


def _more_than_free(source: str, needed: int, free: int) -> Message:
    return Message.of(
        "{source}: about {needed} GB of memory will be needed, {free} GB are free",
        source=source,
        needed=Quantity(needed / 1e9, ".1f"),
        free=Quantity(free / 1e9, ".1f"),
    )
