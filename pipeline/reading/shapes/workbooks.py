"""Workbooks of Excel and OpenDocument: the sheet that is the table, its header, rows with the types of their cells."""

from __future__ import annotations

import fnmatch
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import Joined, Message, Quantity
from pipeline.errors import InputError, SpecError
from pipeline.reading.limits.workbook_size import refuse_bombs
from pipeline.reading.questions import Choice, Question
from pipeline.reading.raw import Reject
from pipeline.reading.shapes.cells import as_written, column_of
from pipeline.reading.shapes.faults import Faults, faults_of
from pipeline.reading.shapes.header import SAMPLE_ROWS, Header, find_header, header_names
from pipeline.reading.shapes.table import LONGEST_TITLE, FileTable, finish_table, ordered, refuse_wide
from pipeline.spec import Source

_RIVAL = 0.05  # rows of the next sheet for one of the largest, from which on it is asked which one is the table
EITHER = " | "  # parts the names of sheets that are one table
_MOST_SHEETS = 200
_PANIC = "PanicException"
_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08")
Cells = list[list[Any]]
_Row = tuple[int, list[Any]]  # place in the sheet, cells


def is_workbook_data(data: bytes) -> bool:
    """Whether bytes begin as a workbook does; a ZIP is known to be one by then."""
    return data.startswith(_STARTS)


def read_workbook(data: bytes, name: str, source: Source) -> list[FileTable]:
    """The table of a workbook, in as many parts as it has sheets.

    ``source.sheet`` names the sheet, or several parted by ``" | "``. Else sheets with the same columns are one table;
    where columns differ the table with most rows is taken, and asked about.

    Raises
    ------
    InputError
        Where the workbook cannot be read, is too large, or has no table; ``SpecError`` where it has no such sheet.
    """
    refuse_bombs(data, name)
    return tables_of(_sheets(data, name, source.sheet), name, source, faults_of(data, name))


def tables_of(sheets: Mapping[str, Cells], name: str, source: Source, errors: Mapping[str, Faults]) -> list[FileTable]:
    """The table among sheets of cells, as ``read_workbook`` takes it."""
    tables, refused = [], []
    for sheet in sheets if source.sheet is None else _named(source.sheet, list(sheets), name):
        try:
            table = _table(sheets[sheet], sheet, name, source.header, errors.get(sheet, frozenset()))
        except InputError as error:
            refused.append(error)
        else:
            tables += [table] if table is not None else []
    if not tables:
        raise refused[0] if refused else _no_table(name, list(sheets))
    return _chosen(tables, name, source.sheet is not None)


def _sheets(data: bytes, name: str, wanted: str | None) -> dict[str, Cells]:
    """Cells of each sheet that may be the table: those named, else those that can be seen."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        listed = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        seen = [sheet.name for sheet in listed if sheet.visible == SheetVisibleEnum.Visible]
        names = seen or [sheet.name for sheet in listed]
        if wanted is not None:
            names = _named(wanted, [sheet.name for sheet in listed], name)
        return {sheet: _cells(book, sheet) for sheet in names[:_MOST_SHEETS]}
    except BaseException as error:
        # the reader is written in Rust, whose panics are no Exception
        if not isinstance(error, CalamineError | ValueError | OverflowError) and type(error).__name__ != _PANIC:
            raise
        raise InputError.because(
            Message.of("{file}: the workbook cannot be read", file=name),
            found=str(error)[:200],
            remedy=Message.of("open it in a spreadsheet, save the sheet as CSV and give that file"),
        ) from error


def _cells(book: Any, sheet: str) -> Cells:
    """Rows of a sheet from its first row and column on, so that places are those that a reader sees."""
    made = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return made if isinstance(made, list) else []


def _named(wanted: str, there: list[str], name: str) -> list[str]:
    matches = [
        sheet
        for pattern in wanted.split(EITHER)
        for sheet in there
        if sheet == pattern.strip() or fnmatch.fnmatch(sheet, pattern)
    ]
    if not matches:
        raise SpecError.because(
            Message.of("{file}: no sheet {sheet}", file=name, sheet=repr(wanted)),
            expected=", ".join(map(repr, there[:20])),
            remedy=Message.of("mend source.sheet in the spec"),
        )
    return list(dict.fromkeys(matches))


def even(rows: Cells) -> Cells:
    """Rows of one width."""
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _table(cells: Cells, sheet: str, name: str, line: int | None, errors: Faults) -> FileTable | None:
    """The table of one sheet; None where it has none."""
    rows = [(at, row) for at, row in enumerate(cells) if any(cell != "" for cell in row)]
    if len(rows) < 2:
        return None
    written = [_trimmed([as_written(cell) for cell in row]) for _, row in rows[:SAMPLE_ROWS]]
    layout = _header(written, [at for at, _ in rows], line)
    if layout.body >= len(rows):
        return None
    body, below = _body(rows[layout.body :], written[layout.first : layout.body])
    width = max((place + 1 for _, row in body for place, cell in enumerate(row) if cell != ""), default=0)
    width = max(width, *(sum(1 for cell in row if cell) for row in written[layout.first : layout.body]), 0)
    refuse_wide(width, name)
    names = header_names(written[layout.first : layout.body], width)
    if sum(map(bool, names)) < 2 or not body:
        return None
    frame = pd.DataFrame({place: column_of([row[place] for _, row in body]) for place in range(width)})
    lines = np.array([at + 1 for at, _ in body], dtype=np.int64)
    shown = f"{name}, {sheet}"
    table = finish_table(frame, lines, names, shown, named=layout.height > 0)
    header = rows[layout.first][0] + 1 if layout.height else 0
    return ordered(
        replace(
            table,
            rejects=(*table.rejects, *below),
            faults=tuple((names[place], at + 1) for at, place in sorted(errors) if place < width and names[place]),
            notes=(*_told(header, layout, shown), *table.notes),
            header=header,
            name=sheet,
            unit="row",
            title=" ".join(cell for row in written[: layout.first] for cell in row if cell)[:LONGEST_TITLE],
        )
    )


def _trimmed(row: list[str]) -> list[str]:
    """One cell where a row has no other: a title stands alone, however wide the sheet is."""
    filled = [cell for cell in row if cell]
    return filled if len(filled) == 1 else row


def _header(written: list[list[str]], places: list[int], line: int | None) -> Header:
    if line is None:
        return find_header(written)
    if line == 0:
        return Header(0, 0)
    first = next((at for at, place in enumerate(places) if place + 1 >= line), 0)
    below = find_header(written[first:])
    return Header(first, below.height if below.first == 0 and below.height else 1)


def _body(rows: list[_Row], header: list[list[str]]) -> tuple[list[_Row], list[Reject]]:
    """Rows of the table, and those behind an empty row below it that have a cell or two: signatures, remarks."""
    fills = [sum(cell != "" for cell in row) for _, row in rows]
    named = max((sum(map(bool, row)) for row in header), default=0)
    least = max(1.0, min(float(np.median(fills)), named) / 2)
    end = len(rows)
    while end > 1 and fills[end - 1] <= least:
        end -= 1
    gap = next((at for at in range(max(end, 1), len(rows)) if rows[at][0] - rows[at - 1][0] > 1), len(rows))
    why = Message.of("stands below the table")
    below = [Reject(at + 1, "; ".join(as_written(cell) for cell in row if cell != ""), why) for at, row in rows[gap:]]
    return rows[:gap], below


def _told(header: int, layout: Header, shown: str) -> list[Message]:
    notes = []
    if not layout.height:
        notes.append(Message.of("{file}: no header; columns are called column 1, column 2 ...", file=shown))
    elif header > 1:
        told = "{file}: the header is in line {n}; what stands before it is left out"
        notes.append(Message.of(told, file=shown, n=Quantity(header, "d")))
    if layout.height > 1:
        notes.append(Message.of("{file}: the header has {n} lines", file=shown, n=Quantity(layout.height, "d")))
    return notes


def _chosen(tables: Sequence[FileTable], name: str, named: bool) -> list[FileTable]:
    """Sheets of one table, the largest where there are several, with the question which is meant."""
    groups: dict[frozenset[str], list[FileTable]] = {}
    for table in tables:
        groups.setdefault(table.signature, []).append(table)
    ranked = sorted(groups.values(), key=lambda group: -sum(len(table.frame) for table in group))
    if len(ranked) == 1:
        return ranked[0]
    if named:
        raise SpecError.because(
            Message.of("{file}: the sheets of source.sheet have different columns", file=name),
            found="; ".join(
                f"{group[0].name}: {', '.join(map(str, group[0].frame.columns[:6]))}" for group in ranked[:5]
            ),
            remedy=Message.of("name sheets of one table in source.sheet"),
        )
    question = Question(
        "sheet",
        Message.of("Which sheet of {file} is the table?", file=name),
        tuple(Choice(EITHER.join(table.name for table in group), _evidence(group)) for group in ranked),
    )
    note = Message.of(
        "{file}: of sheets with different columns {sheet} was read",
        file=name,
        sheet=Joined(tuple(table.name for table in ranked[0]), ", "),
    )
    first, *rest = ranked[0]
    rows = [sum(len(table.frame) for table in group) for group in ranked]
    asked = (question,) if rows[1] >= _RIVAL * rows[0] else ()
    told = replace(first, questions=asked, notes=(note, *first.notes), told=(note, *first.told))
    return [told, *rest]


def _evidence(group: Sequence[FileTable]) -> Message:
    rows = Quantity(sum(len(table.frame) for table in group))
    return Message.of("{n} rows: {columns}", n=rows, columns=_first_columns(group))


def _first_columns(group: Sequence[FileTable]) -> str:
    return ", ".join(map(str, group[0].frame.columns[:6]))


def _no_table(name: str, sheets: list[str]) -> InputError:
    return InputError.because(
        Message.of("{file}: no table in this workbook", file=name),
        expected=Message.of("a sheet with a header and rows below it"),
        found=", ".join(map(repr, sheets[:10])) or Message.of("no sheet"),
    )
