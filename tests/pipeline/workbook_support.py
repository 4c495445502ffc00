"""Workbooks and archives as people save them, for the tests of reading."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[Any]]


def xlsx(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = (), merged: Mapping[str, str] | None = None) -> bytes:
    """An Excel workbook; days are cells of days; what begins with "=" is a formula, its value or error behind a bar."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    day, moment = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, place, cell, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(at, place, cell, day)
                elif isinstance(cell, str) and cell.startswith("="):
                    formula, value = cell.split("|")
                    sheet.write_formula(at, place, formula, None, value if value.startswith("#") else float(value))
                elif cell is not None:
                    sheet.write(at, place, cell)
        for cells, title in (merged or {}).items():
            sheet.merge_range(cells, title)
    book.close()
    return made.getvalue()


def xls(rows: Rows) -> bytes:
    """A workbook of Excel 97."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writer is older than some of Python
        import xlwt

        book = xlwt.Workbook()
        sheet = book.add_sheet("Sheet1")
        day = xlwt.easyxf(num_format_str="DD.MM.YYYY")
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is not None:
                    sheet.write(at, place, cell, *([day] if isinstance(cell, date) else []))
        made = io.BytesIO()
        book.save(made)
    return made.getvalue()


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def ods(rows: Rows, repeated: str = "") -> bytes:
    """A spreadsheet of OpenDocument; ``repeated``: attributes of its last row."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    lines += f"<table:table-row {repeated}>{_ods_cell(1.0)}</table:table-row>" if repeated else ""
    content = (
        f'<office:document-content xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
        f'xmlns:text="{_OFFICE}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Sheet1">'
        f"{lines}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0"/>'
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def _ods_cell(cell: Any) -> str:
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{cell or ""}</text:p></table:table-cell>'


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def put(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)
