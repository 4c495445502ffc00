"""Tables as CSV files: with the run they belong to, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pipeline.contract import harmless

_MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], about: Sequence[tuple[str, object]] = ()) -> str:
    """One line a row; ``about`` stands above the header, with an empty line between them."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    if about:
        lines.writerows([[name, harmless(value)] for name, value in about])
        lines.writerow([])
    lines.writerow([harmless(one) for one in header])
    lines.writerows([harmless(cell) for cell in row] for row in rows)
    return _MARK + written.getvalue()


def harmless_lines(rows: Iterable[Sequence[object]]) -> str:
    """More rows of the same file."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def csv_file(name: str, text: str) -> dict[str, str]:
    """What ``dcc.Download`` takes."""
    return {"content": text, "type": "text/csv; charset=utf-8", "filename": f"{name}.csv"}
