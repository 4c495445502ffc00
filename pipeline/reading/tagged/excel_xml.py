"""The XML of Excel 2003 -> the cells of its sheets, with the types that they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers import expat

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.limits.grid import Grid
from pipeline.reading.shapes.faults import Faults
from pipeline.reading.shapes.table import MOST_COLUMNS
from pipeline.reading.shapes.workbooks import Cells, even
from pipeline.reading.text.encodings import no_table

_MOST_SHEETS = 200
_LAST_ROW = 1 << 20


@dataclass
class _ExcelXml:
    """Sheets of Excel's XML while they are read."""

    name: str
    sheets: dict[str, Cells] = field(default_factory=dict)
    errors: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    grid: Grid = field(init=False)
    sheet: str = ""
    at: tuple[int, int] = (0, 0)  # row and place of the open cell, from 1
    across: int = 0  # further columns that it is merged over
    kind: str | None = None  # of the open value
    texts: list[str] = field(default_factory=list)
    remark: bool = False

    def __post_init__(self) -> None:
        self.grid = Grid(self.name)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        part, given = _local(tag), {_local(key): value for key, value in attributes.items()}
        if part == "Worksheet" and len(self.sheets) < _MOST_SHEETS:
            self.sheet = given.get("Name", f"{len(self.sheets) + 1}")
            self.sheets[self.sheet], self.errors[self.sheet] = [], set()
            self.grid.sheet()
            self.at = (0, 0)
        elif part == "Row" and self.sheet:
            self.at, self.across = (_place(given, self.at[0] + 1, _LAST_ROW), 0), 0
        elif part == "Cell" and self.sheet:
            self.at = (self.at[0], _place(given, self.at[1] + self.across + 1, MOST_COLUMNS + 1))
            across = given.get("MergeAcross", "")
            self.across = min(int(across[:6]), MOST_COLUMNS) if across.isdecimal() else 0
        elif part == "Comment":
            self.remark = True
        elif part == "Data" and self.sheet and not self.remark:
            self.kind, self.texts = given.get("Type", "String"), []

    def end(self, tag: str) -> None:
        part = _local(tag)
        if part == "Comment":
            self.remark = False
        elif part == "Data" and self.kind is not None:
            self._put("".join(self.texts).strip(), self.kind)
            self.kind = None

    def text(self, data: str) -> None:
        if self.kind is not None:
            self.texts.append(data)

    def _put(self, text: str, kind: str) -> None:
        row, place = self.at
        rows = self.sheets[self.sheet]
        self.grid.add(row, place, 1)
        rows.extend([] for _ in range(row - len(rows)))
        rows[row - 1].extend([""] * (place - len(rows[row - 1])))
        if kind == "Error":
            self.errors[self.sheet].add((row - 1, place - 1))
        else:
            rows[row - 1][place - 1] = _value(text, kind)


def sheets_in_xml(text: str, name: str) -> tuple[dict[str, Cells], dict[str, Faults]]:
    """Cells of each sheet, and the places of those that hold an error; raises ``InputError``."""
    book = _ExcelXml(name)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = book.start, book.end
    parser.CharacterDataHandler = book.text
    parser.StartDoctypeDeclHandler = _refusing(name)
    try:
        parser.Parse(text.lstrip().encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise InputError.because(
            Message.of("{file}: the workbook cannot be read", file=name),
            found=str(error),
            remedy=Message.of("open it in a spreadsheet, save the sheet as CSV and give that file"),
        ) from error
    return (
        {sheet: even(rows) for sheet, rows in book.sheets.items()},
        {sheet: frozenset(errors) for sheet, errors in book.errors.items()},
    )


def _refusing(name: str) -> Callable[..., None]:
    def refuse(*_declared: Any) -> None:
        raise InputError.because(
            no_table(name),
            found=Message.of("XML with a document type of its own"),
            remedy=Message.of("open it in a spreadsheet, save it as a real workbook (xlsx) or CSV and give that file"),
        )

    return refuse


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _place(given: dict[str, str], following: int, most: int) -> int:
    """The place that ``ss:Index`` gives, else the following one; within what a sheet has."""
    index = given.get("Index", "")
    return min(max(int(index[:9]), 1) if index.isdecimal() else following, most)


def _value(text: str, kind: str) -> Any:
    if not text:
        return ""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if kind != "Boolean" else text == "1"
