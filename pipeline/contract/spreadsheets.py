"""Tables that others open: cells that no spreadsheet runs, CSV whose first line is the header, and workbooks."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

import pandas as pd

SHEET_ROWS = 1_048_575  # customers that fit on a sheet below its header
ABOUT = "About"  # the second sheet of a workbook: what the first was taken from
BOM = "\ufeff"  # tells spreadsheets that a file is UTF-8
_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
# blanks of all kinds, signs that steer and are not seen, and apostrophes, which harmless may have put there
_UNSHOWN = re.compile(
    r"^[\s'\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]*"
)
_NUMBER = re.compile(r"[+-]?(\d+([., \u00a0\u202f]\d{3})*([.,]\d+)?|[.,]\d+)(e[+-]?\d+)?%?", re.IGNORECASE | re.ASCII)
# where another cell begins to a spreadsheet that takes ; or a tab for what parts cells, as it does where commas part
# decimals: there quotation marks in the middle of a line mean nothing, and a line ends within a cell, too
_WITHIN = re.compile(r"(?<=[;\t\r\n])[^;\t\r\n]+")
_SEPARATOR = "sep="  # at the top of a file it says what parts cells
_LONGEST = 32_767  # characters of a cell
_EXACT = 2**53  # whole numbers above it are no longer told apart as floats, which is all that a cell holds

Cells = Sequence[object]
Account = Sequence[tuple[str, object]]


def harmless(value: object) -> object:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection): with an apostrophe before it.

    So do parts of it that a spreadsheet may take for cells. Numbers stay as they are, also those that are text
    (``-5``). ``restored`` takes the apostrophes away again.
    """
    if not isinstance(value, str):
        return value
    inner = _WITHIN.sub(lambda part: f"'{part[0]}" if _is_formula(part[0]) else part[0], value)
    return f"'{inner}" if _is_formula(value) else inner


def restored(text: str) -> str:
    """The text that ``harmless`` was given; any other text as it is."""
    return _WITHIN.sub(lambda part: _without_mark(part[0]), _without_mark(text))


def _without_mark(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may run the text: what it does not show before the first sign does not count."""
    if text[:1].isalnum() and text[:1].isascii():
        return text[:4].casefold() == _SEPARATOR
    shown = _UNSHOWN.sub("", text)
    if shown[:4].casefold() == _SEPARATOR:
        return True
    if unicodedata.normalize("NFKC", shown[:1]) not in _FORMULA:  # the full-width signs and other forms of them
        return text[:1] in ("\t", "\r", "\n") and bool(shown)
    return len(shown) > 1 and not _NUMBER.fullmatch(text)


def csv_lines(rows: Iterable[Cells]) -> str:
    """Rows as lines of a CSV file (RFC 4180: a comma between cells, CRLF behind each line), harmless to open."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([harmless(_written(cell)) for cell in row] for row in rows)
    return written.getvalue()


def account_text(account: Account) -> str:
    """What a table was taken from, a line a fact, for a text file beside it."""
    return "".join(f"{name}: {_written(value)}\r\n" for name, value in account)


def write_workbook(
    file: Path | IO[bytes],
    header: Sequence[str],
    rows: Iterable[Cells],
    account: Account,
    *,
    sheet: str,
    about: str = ABOUT,
) -> None:
    """An Excel workbook: the table on the first sheet with its header in row 1, the account on the second.

    Text stays text whatever it begins with, so that no cell is a formula or a link and ids keep their zeros in front.
    Rows are written while they come: the memory needed does not depend on their number.

    Raises
    ------
    OSError
        Where ``file`` cannot be written.
    ValueError
        For more than ``SHEET_ROWS`` rows.

    """
    from xlsxwriter import Workbook  # late: most of what asks for this module writes no workbook
    from xlsxwriter.exceptions import FileCreateError

    book = Workbook(
        str(file) if isinstance(file, Path) else file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    forms = {"head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"})}
    forms |= {day: book.add_format({"num_format": form}) for day, form in _DAYS.items()}
    page = book.add_worksheet(_sheet_name(sheet, about))
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(header) - 1, 0), 16)
    for place, name in enumerate(header):
        page.write_string(0, place, name[:_LONGEST], forms["head"])
    for line, row in enumerate(rows, start=1):
        if line > SHEET_ROWS:
            raise ValueError(f"a sheet holds {SHEET_ROWS} rows at most")
        for place, cell in enumerate(row):
            _write(page, line, place, _plain(cell), forms)
    beside = book.add_worksheet(about[:31])
    beside.set_column(0, 1, 36)
    for line, (name, value) in enumerate(account):
        beside.write_string(line, 0, name, forms["head"])
        _write(beside, line, 1, _plain(value), forms)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error)) from error


def _sheet_name(wanted: str, other: str) -> str:
    """A name that Excel allows for a sheet, and not the other sheet's."""
    name = re.sub(r"[\[\]:*?/\\]", " ", wanted)[:29].strip(" '") or "1"
    return f"{name} 1" if name.casefold() == other.casefold() else name


_DAYS = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}
_FIRST_DAY = datetime(1900, 3, 1)  # before it Excel counts a leap day that was none


def _write(page: Any, line: int, place: int, cell: object, forms: dict[str, Any]) -> None:
    if isinstance(cell, bool):
        page.write_boolean(line, place, cell)
    elif isinstance(cell, datetime) and cell.tzinfo is None and cell >= _FIRST_DAY:
        page.write_datetime(line, place, cell, forms["moment" if cell.time() != time() else "day"])
    elif isinstance(cell, int | float) and abs(cell) <= _EXACT:
        page.write_number(line, place, cell)
    elif cell != "":
        page.write_string(line, place, str(cell)[:_LONGEST])


def _plain(cell: object) -> object:
    """The cell as Python's own value; empty where it holds none."""
    value = cell.item() if hasattr(cell, "item") and not isinstance(cell, datetime) else cell
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and math.isinf(value):
        return ""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value


def _written(cell: object) -> object:
    """The same for a text file: a day as ``2026-06-30``."""
    value = _plain(cell)
    if not isinstance(value, datetime):
        return value
    return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
