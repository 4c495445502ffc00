"""The cells that a workbook spans: a reader holds those between the first and the last one, empty ones included."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError

MOST_CELLS = 30_000_000  # of a sheet
MOST_EMPTY = 4_000_000  # of a workbook, where the empty ones are more than ``TIMES`` the filled
TIMES = 10


@dataclass
class Grid:
    """Cells counted so far, in all sheets; raises ``InputError`` once they are too many."""

    name: str  # of the workbook
    spanned: int = 0  # in the sheets before
    filled: int = 0
    rows: int = 0
    columns: int = 0

    def sheet(self) -> None:
        """Begin another sheet."""
        self.spanned += self.rows * self.columns
        self.rows = self.columns = 0

    def add(self, rows: int, columns: int, filled: int) -> None:
        """The sheet reaches that far, with so many more cells that are filled."""
        self.rows, self.columns, self.filled = max(self.rows, rows), max(self.columns, columns), self.filled + filled
        here, most = self.rows * self.columns, min(MOST_CELLS, max(MOST_EMPTY, TIMES * self.filled))
        if here > MOST_CELLS or self.spanned + here > max(MOST_EMPTY, TIMES * self.filled):
            raise InputError.because(
                Message.of("{file}: too many cells", file=self.name),
                expected=Message.of(
                    "at most {n}, empty ones between the first and the last included", n=Quantity(most)
                ),
                found=Message.of(
                    "{rows} rows x {columns} columns", rows=Quantity(self.rows), columns=Quantity(self.columns)
                ),
                remedy=Message.of("delete what stands far from the table, or save the table as CSV and give that file"),
            )
