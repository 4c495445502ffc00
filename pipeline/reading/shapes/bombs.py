"""How large a workbook is before it is read: cells that its sheets span, and text that its cells repeat."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import numpy as np

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError
from pipeline.reading.shapes.archives import MOST_BYTES, too_large

MOST_CELLS = 30_000_000  # between the first and the last cell of a sheet, empty ones included: a reader holds them all
MOST_LETTERS = 1 << 31  # of text that many cells share
_CHUNK = 1 << 22
_OVERLAP = 200  # so that no tag is cut in two
_CELL = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_SHARED = re.compile(rb'\st="s"[^>]*>\s*<(?:\w+:)?v>(\d+)<')
_TEXT = re.compile(rb"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.DOTALL)
_ROW = re.compile(rb'<table:table-row\b[^>]*?(?:number-rows-repeated="(\d+)")?[^>]*>')
_REPEATED = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")
_TIMES = re.compile(rb'number-columns-repeated="(\d+)"')
_ROW_TIMES = re.compile(rb'number-rows-repeated="(\d+)"')


def refuse_bombs(data: bytes, name: str) -> None:
    """Raise ``InputError`` where a workbook would unfold to more than can be held, before a reader tries.

    Parts of the archive are unpacked and counted as they come, since what it says of their size may be untrue.
    """
    if not data.startswith(b"PK"):
        return  # xls: at most 65,536 rows of 256 cells a sheet
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _look(archive, name)
    except RuntimeError as error:
        raise _unreadable(name, Message.of("a workbook protected by a password")) from error
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, KeyError) as error:
        raise _unreadable(name, str(error)[:200]) from error


def _unreadable(name: str, why: str) -> InputError:
    return InputError.because(
        Message.of("{file}: the workbook cannot be read", file=name),
        found=why,
        remedy=Message.of("open it in a spreadsheet, save the sheet as CSV and give that file"),
    )


def _look(archive: zipfile.ZipFile, name: str) -> None:
    left, lengths = MOST_BYTES, np.zeros(0, dtype=np.int64)
    entries = sorted(archive.infolist(), key=lambda entry: "sharedstrings" not in entry.filename.lower())
    for entry in entries:
        kind = entry.filename.lower()
        if not kind.endswith((".xml", ".bin")):
            continue
        if "sharedstrings" in kind and kind.endswith(".xml"):
            lengths, size = _lengths(archive, entry, name, left)
        elif "worksheets/sheet" in kind and kind.endswith(".xml"):
            size = _sheet(archive, entry, name, left, lengths)
        elif kind == "content.xml":
            size = _open_document(archive, entry, name, left)
        else:
            size = sum(len(chunk) for chunk in _chunks(archive, entry, name, left))
        left -= size


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int):  # type: ignore[no-untyped-def]
    size = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise too_large(name, MOST_BYTES)
            yield chunk


def _lengths(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> tuple[np.ndarray, int]:
    """Letters of each shared text."""
    data = b"".join(_chunks(archive, entry, name, most))
    return np.array([len(text) for text in _TEXT.findall(data)], dtype=np.int64), len(data)


def _sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int, lengths: np.ndarray) -> int:
    size, tail, rows, columns, letters = 0, b"", 0, set[bytes](), 0
    for chunk in _chunks(archive, entry, name, most):
        size += len(chunk)
        window = tail + chunk
        cells = _CELL.findall(window)
        columns.update(column for column, _ in cells)
        rows = max(rows, max((int(row) for _, row in (*cells[:1], *cells[-1:])), default=0), _highest(cells))
        widest = max(map(place_of, columns), default=0)
        if rows * widest > MOST_CELLS:
            raise _too_many(name, rows, widest)
        if len(lengths):
            shared = np.array([int(at) for at in _SHARED.findall(chunk)], dtype=np.int64)
            letters += int(lengths[shared[shared < len(lengths)]].sum())
            if letters > MOST_LETTERS:
                raise too_large(name, MOST_LETTERS)
        tail = window[-_OVERLAP:]
    return size


def _highest(cells: list[tuple[bytes, bytes]]) -> int:
    return max((int(row) for _, row in cells), default=0)


def place_of(column: bytes) -> int:
    """The number of a column from 1: ``A`` is 1, ``AB`` 28."""
    place = 0
    for letter in column:
        place = place * 26 + letter - 64
    return place


def _open_document(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> int:
    """Rows and cells that OpenDocument repeats by number count as often as it says, unless they are empty."""
    data = b"".join(_chunks(archive, entry, name, most))
    total = 0
    for row in data.split(b"<table:table-row")[1:]:
        head, _, rest = row.partition(b">")
        filled = [attributes for attributes in _REPEATED.findall(rest) if b"value-type" in attributes]
        times = _ROW_TIMES.search(head)
        cells = sum(int(match[1]) if (match := _TIMES.search(attributes)) else 1 for attributes in filled)
        total += cells * (int(times[1]) if times else 1)
        if total > MOST_CELLS:
            raise _too_many(name, total, 1)
    return len(data)


def _too_many(name: str, rows: int, columns: int) -> InputError:
    return InputError.because(
        Message.of("{file}: too many cells in a sheet", file=name),
        expected=Message.of("at most {n}, empty ones between the first and the last included", n=Quantity(MOST_CELLS)),
        found=Message.of("{rows} rows x {columns} columns", rows=Quantity(rows), columns=Quantity(columns)),
        remedy=Message.of("delete what stands far from the table, or save the table as CSV and give that file"),
    )
