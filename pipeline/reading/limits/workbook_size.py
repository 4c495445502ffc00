"""How large a workbook is before it is read: cells that its sheets span, and text that its cells repeat.

Excel's newer form and OpenDocument are archives of XML. Its parts are known by what they hold, not by their names: a
list of parts may call a sheet whatever it likes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.limits.allowed import most_bytes, too_large
from pipeline.reading.limits.binary import count_xls, count_xlsb
from pipeline.reading.limits.grid import Grid
from pipeline.reading.shapes.archives import BROKEN, MOST_BYTES, TIMES

MOST_LETTERS = 1 << 31  # of text that many cells share
_CHUNK = 1 << 22
_OVERLAP = 400  # so that no tag is cut in two
_HEAD = 2_000  # bytes of a part, by which it is known
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
# a place that no spreadsheet has, for which a reader makes room all the same
_ODD = re.compile(
    rb"""<(?:\w{1,20}:)?c\s(?:[^<>]{0,300}?\s)?r\s{0,9}=\s{0,9}["'](?![A-Z]{1,3}[1-9]\d{0,6}["'])([^"'<>]{0,20})"""
)
_OPENED = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
_ROW_OR_CELL = re.compile(rb"""<(?:\w{1,20}:)?(row|c)(?=[\s/>])(?:[^<>]*?\sr\s*=\s*["'](\d{1,10})["'])?""")
_SHARED = re.compile(rb"""\st\s*=\s*["']s["'][^<>]{0,300}>\s{0,9}<(?:\w{1,20}:)?v>(\d+)<""")
_TEXT = re.compile(rb"<(?:\w{1,20}:)?si[\s>]")
_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d+)["']""")
_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d+)["']""")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^<>]*)>")
_BINARY = "xl/workbook.bin"
_PICTURES = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"\x01\0\0\0", b"\xd0\xcf\x11\xe0")
Lengths = npt.NDArray[np.int64]


def refuse_bombs(data: bytes, name: str) -> None:
    """Raise ``InputError`` where a workbook would unfold to more than can be held, before a reader tries.

    Parts of the archive are unpacked and counted as they come, since what it says of their size may be untrue.
    """
    if not data.startswith(b"PK"):
        count_xls(data, Grid(name))
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _Archive(archive, name, len(data)).look()
    except NotImplementedError as error:
        raise _unreadable(name, str(error)[:200]) from error
    except RuntimeError as error:
        raise _unreadable(name, Message.of("a workbook protected by a password")) from error
    except BROKEN as error:
        raise _unreadable(name, str(error)[:200]) from error


def _unreadable(name: str, why: str) -> InputError:
    return InputError.because(
        Message.of("{file}: the workbook cannot be read", file=name),
        found=why,
        remedy=Message.of("open it in a spreadsheet, save the sheet as CSV and give that file"),
    )


@dataclass
class _Archive:
    """The parts of a workbook, and what was counted of them so far."""

    archive: zipfile.ZipFile
    name: str
    size: int  # of the file
    unfolded: int = 0
    letters: int = 0
    lengths: Lengths = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # of the texts that cells share

    def look(self) -> None:
        """Raise ``InputError`` where it holds too much."""
        heads = {entry.filename: self._head(entry) for entry in self.archive.infolist()}
        grid = Grid(self.name)
        for entry in sorted(self.archive.infolist(), key=lambda entry: b"<sst" not in heads[entry.filename]):
            head = heads[entry.filename]
            grid.sheet()
            if b"<sst" in head or b":sst" in head:
                self._measure_texts(entry)
            elif entry.filename.lower() == "content.xml":
                self._count_open_document(entry, grid)
            elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                self._count_cells(entry, grid)
            elif _BINARY in heads and not head.startswith(_PICTURES):
                count_xlsb(self._chunks(entry), grid)
            else:
                for _chunk in self._chunks(entry):
                    pass  # its size counts

    def _head(self, entry: zipfile.ZipInfo) -> bytes:
        with self.archive.open(entry) as stream:
            return stream.read(_HEAD)

    def _chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        most = most_bytes(self.size, TIMES, MOST_BYTES)
        with self.archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                self.unfolded += len(chunk)
                if self.unfolded > most:
                    raise too_large(self.name, most)
                yield chunk

    def _measure_texts(self, entry: zipfile.ZipInfo) -> None:
        data = b"".join(self._chunks(entry))
        self.lengths = np.array([len(text) for text in _TEXT.split(data)[1:]], dtype=np.int64)

    def _count_cells(self, entry: zipfile.ZipInfo, grid: Grid) -> None:
        """Cells of a sheet by their own places, or by those of their rows and their order where they name none."""
        most = most_bytes(self.size, TIMES, MOST_LETTERS)
        tail, at = b"", (0, 0)
        for chunk in self._chunks(entry):
            window = tail + chunk
            cut = window.rfind(b"<")
            window, tail = (window[:cut], window[cut:]) if 0 < len(window) - cut < _OVERLAP else (window, b"")
            odd = _ODD.search(window)
            if odd:
                raise _unreadable(self.name, odd[1].decode("ascii", "replace"))
            cells, opened = _CELL.findall(window), len(_OPENED.findall(window))
            highest = max((int(row) for _, row in cells), default=0)
            widest = max(map(place_of, {column for column, _ in cells}), default=0)
            if opened > len(cells):
                at, rows, columns = _in_order(window, at)
                highest, widest = max(highest, rows), max(widest, columns)
            grid.add(highest, widest, opened)
            if len(self.lengths):
                shared = np.array([int(at[:9]) for at in _SHARED.findall(window)], dtype=np.int64)
                self.letters += int(self.lengths[shared[shared < len(self.lengths)]].sum())
                if self.letters > most:
                    raise too_large(self.name, most)

    def _count_open_document(self, entry: zipfile.ZipInfo, grid: Grid) -> None:
        """Rows and cells that are repeated by number count as often as it says, once a filled one follows."""
        sheets = b"".join(self._chunks(entry)).split(b"<table:table ")
        for sheet in sheets:
            grid.sheet()
            height = 0
            for row in sheet.split(b"<table:table-row")[1:]:
                head, _, rest = row.partition(b">")
                times, width, filled = _times(_ROWS, head), 0, 0
                end = 0  # of the last filled cell
                for attributes in _ODS_CELL.findall(rest):
                    repeated = _times(_COLUMNS, attributes)
                    width += repeated
                    if b"value-type" in attributes or not attributes.endswith(b"/"):
                        end, filled = width, filled + repeated
                height += times
                if filled:
                    grid.add(height, end, min(filled, rest.count(b"<table:table-cell")))


def _in_order(window: bytes, at: tuple[int, int]) -> tuple[tuple[int, int], int, int]:
    """Row and place of the last cell, the highest row and the widest place, of cells that follow each other."""
    (row, place), rows, columns = at, 0, 0
    for kind, number in _ROW_OR_CELL.findall(window):
        if kind == b"row":
            row, place = int(number or row + 1), 0
        else:
            place += 1
            rows, columns = max(rows, row), max(columns, place)
    return (row, place), rows, columns


def _times(repeated: re.Pattern[bytes], attributes: bytes) -> int:
    match = repeated.search(attributes)
    return int(match[1][:12]) if match else 1


def place_of(column: bytes) -> int:
    """The number of a column from 1: ``A`` is 1, ``AB`` 28."""
    place = 0
    for letter in column:
        place = place * 26 + letter - 64
    return place
