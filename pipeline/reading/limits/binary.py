"""The cells that a binary workbook spans, by its records: Excel 97 (xls) and its newer binary form (xlsb).

Records and the compound file around them: MS-XLS 2.1.4, MS-XLSB 2.1.4 and MS-CFB of Microsoft's open specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from pipeline.reading.limits.grid import Grid

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = ("Workbook", "Book")
_BEGIN = (0x0009, 0x0209, 0x0409, 0x0809)
_CELLS = frozenset(
    (0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0203, 0x0204, 0x0205, 0x0206, 0x0406, 0x027E, 0x00D6, 0x00FD)
)
_MANY = 0x00BD  # several numbers of a row
_SPAN = 0x0200  # the sheet's own word of what it spans, for which a reader makes room
_PASSWORD = 0x002F  # what follows is encrypted, which the reader of cells will say
_WIDEST = 256
_ROW, _NEWER_SPAN = 0, 0x94
_NEWER_CELLS = range(2, 12)  # 1 is a blank one


def count_xls(data: bytes, grid: Grid) -> None:
    """Count the cells of a workbook of Excel 97; what is broken is left to the reader of cells to say."""
    book = _stream(data) if data.startswith(_COMPOUND) else data
    for kind, record in _records(book):
        if kind == _PASSWORD:
            return
        if kind in _BEGIN:
            grid.sheet()
        elif kind in _CELLS and len(record) >= 4:
            row, column = struct.unpack_from("<HH", record)
            grid.add(row + 1, column + 1, 1)
        elif kind == _MANY and len(record) >= 6:
            row, last = *struct.unpack_from("<H", record), *struct.unpack_from("<H", record, len(record) - 2)
            grid.add(row + 1, last + 1, (len(record) - 6) // 6)
        elif kind == _SPAN and len(record) >= 12:
            _, rows, _, columns = struct.unpack_from("<IIHH", record)
            grid.add(rows if rows > 1 << 16 else 0, columns if columns > _WIDEST else 0, 0)


def count_xlsb(chunks: Iterable[bytes], grid: Grid) -> None:
    """Count the cells of a part of a binary workbook; parts of other kinds have none."""
    row = 0
    for kind, record in _newer_records(b"".join(chunks)):
        if kind == _ROW and len(record) >= 4:
            (row,) = struct.unpack_from("<I", record)
        elif kind in _NEWER_CELLS and len(record) >= 4:
            (column,) = struct.unpack_from("<I", record)
            grid.add(row + 1, column + 1, 1)


def _records(book: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _newer_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Numbers of kinds and sizes in seven bits a byte, while the highest bit is set."""
    at = 0
    while at < len(part):
        kind, at = _number(part, at, 2)
        size, at = _number(part, at, 4)
        yield kind, part[at : at + size]
        at += size


def _number(part: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(part[at : at + longest]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return value, at + longest


def _stream(data: bytes) -> bytes:
    """The stream of the workbook in a compound file; nothing where there is none."""
    if len(data) < 512:
        return b""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    tables, directory, _, limit, small_table = (
        *struct.unpack_from("<II", data, 44),
        *struct.unpack_from("<III", data, 52),
    )
    sector, small = 1 << min(shift, 16), 1 << min(small_shift, 16)
    links = _links(data, sector, tables)
    entries = _follow(data, directory, links, sector, sector)
    root, chosen = (0, 0), (0, 0)
    for at in range(0, len(entries) - 127, 128):
        name = entries[at : at + 64].decode("utf-16-le", "replace").split("\0")[0]
        place = struct.unpack_from("<II", entries, at + 116)
        root = place if entries[at + 66] == 5 else root
        chosen = place if name in _STREAMS else chosen
    start, size = chosen
    if size >= limit:
        return _follow(data, start, links, sector, sector)[:size]
    held = _follow(data, root[0], links, sector, sector)
    listed = _follow(data, small_table, links, sector, sector)
    small_links = list(struct.unpack(f"<{len(listed) // 4}I", listed[: len(listed) // 4 * 4]))
    return _follow(held, start, small_links, small, 0)[:size]


def _links(data: bytes, sector: int, tables: int) -> list[int]:
    """Sector -> the next of its stream."""
    places = list(struct.unpack_from("<109I", data, 76))
    more, left = struct.unpack_from("<II", data, 68)
    while left and (more + 2) * sector <= len(data):
        part = struct.unpack_from(f"<{sector // 4}I", data, (more + 1) * sector)
        places += part[:-1]
        more, left = part[-1], left - 1
    links: list[int] = []
    for place in places[:tables]:
        table = data[(place + 1) * sector : (place + 2) * sector]
        links += struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
    return links


def _follow(data: bytes, first: int, links: list[int], sector: int, offset: int) -> bytes:
    """The sectors of a stream put together; a chain that comes back to itself ends with the file's length."""
    parts: list[bytes] = []
    at = first
    while at < len(links) and len(parts) * sector <= len(data):
        parts.append(data[at * sector + offset : at * sector + offset + sector])
        at = links[at]
    return b"".join(parts)
