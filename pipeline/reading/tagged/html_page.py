"""A page (HTML) -> the cells of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.reading.limits.grid import Grid
from pipeline.reading.shapes.table import MOST_COLUMNS
from pipeline.reading.shapes.workbooks import Cells, even
from pipeline.reading.text.encodings import refuse_page

MOST_TABLES = 200
_BREAKS = {"br", "p", "div", "li"}
_UNSEEN = {"script", "style"}


@dataclass
class _HtmlTable:
    """A table of a page while it is read."""

    rows: Cells = field(default_factory=list)
    cell: list[str] | None = None  # texts of the open one
    span: int = 1

    def close_cell(self) -> None:
        if self.cell is not None:
            self.rows[-1] += [" ".join("".join(self.cell).split()), *[""] * (self.span - 1)]
            self.cell = None

    def open_cell(self, span: str) -> None:
        self.close_cell()
        if not self.rows:
            self.rows.append([])
        self.cell, self.span = [], min(int(span[:6]), MOST_COLUMNS) if span.isdecimal() and int(span[:6]) else 1


class _PageTables:
    """Rows of every table of a page, as the parser finds its tags; text outside of cells is left out."""

    def __init__(self, name: str) -> None:
        self.tables: list[Cells] = []
        self._grid = Grid(name)
        self._open: list[_HtmlTable] = []  # one in the cell of another
        self._unseen = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "table" and len(self.tables) < MOST_TABLES:
            self._grid.sheet()
            grown = _HtmlTable()
            self.tables.append(grown.rows)
            self._open.append(grown)
        elif tag in _UNSEEN:
            self._unseen = True
        elif not self._open:
            return
        elif tag == "tr":
            self._close_row()
            self._open[-1].rows.append([])
        elif tag in ("td", "th"):
            self._open[-1].open_cell(attributes.get("colspan", ""))
        elif tag in _BREAKS:
            self.data(" ")

    def end(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = False
        elif not self._open:
            return
        elif tag in ("td", "th"):
            self._open[-1].close_cell()
        elif tag in ("tr", "table"):
            self._close_row()
            if tag == "table":
                self._open.pop()

    def data(self, data: str) -> None:
        if self._open and not self._unseen and (cell := self._open[-1].cell) is not None:
            cell.append(data)

    def close(self) -> list[Cells]:
        """All tables; those left open end here."""
        while self._open:
            self._close_row()
            self._open.pop()
        return self.tables

    def _close_row(self) -> None:
        grown = self._open[-1]
        grown.close_cell()
        if grown.rows:
            row = grown.rows[-1]
            self._grid.add(len(grown.rows), len(row), sum(cell != "" for cell in row))


def tables_in_page(text: str, name: str) -> dict[str, Cells]:
    """The tables of a page with two rows and more, called ``table 1``, ``table 2`` ...; raises ``InputError``."""
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    parser = etree.HTMLParser(target=_PageTables(name), no_network=True, encoding="utf-8")
    try:
        tables = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise refuse_page(name) from error
    grids = [even(rows) for rows in tables if len(rows) > 1]
    return {f"table {number}": rows for number, rows in enumerate(grids, start=1)}
