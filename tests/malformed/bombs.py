"""Small files that unfold to gigabytes in memory, each a way of its own."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.pipeline.workbook_support import ods, xls, xlsx, zipped

ROWS = 60
_HEADER = ("id", "spend", "orders")
_TABLE = [_HEADER, *((f"c{n}", n * 1.5, n % 7) for n in range(ROWS))]
_FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def _parquet(**columns: object) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made, compression="zstd")
    return made.getvalue()


def _plain(**columns: object) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made, compression="zstd", use_dictionary=False)
    return made.getvalue()


def _repeated(word: str, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([word]))


def one_word_in_every_row() -> bytes:
    """A megabyte that stands there 5,000 times: 5 GB, of which the footer says 1 MB."""
    return _parquet(id=np.arange(5_000), spend=np.arange(5_000.0), note=_repeated("x" * 1_000_000, 5_000))


def one_name_for_every_customer() -> bytes:
    """The same in the column of ids."""
    return _parquet(id=_repeated("q" * 1_000_000, 5_000), spend=np.arange(5_000.0), orders=np.arange(5_000))


def one_number_in_every_row() -> bytes:
    """A row group of ten million zeros: 160 MB of 90 KB."""
    rows = 10_000_000
    group = pa.table({"id": np.zeros(rows, dtype=np.int64), "spend": np.zeros(rows)})
    made = io.BytesIO()
    pq.write_table(group, made, compression="zstd", row_group_size=rows)
    return made.getvalue()


def different_long_words() -> bytes:
    """A dictionary of 60 MB."""
    words = [f"{n:05d}" + "y" * 1_000_000 for n in range(60)]
    return _parquet(id=np.arange(ROWS), spend=np.arange(60.0), note=words)


def pages_that_unfold() -> bytes:
    """No dictionary: a page of a megabyte a cell."""
    return _plain(id=np.arange(ROWS), spend=np.arange(60.0), note=["y" * 1_000_000] * ROWS)


def one_endless_cell() -> bytes:
    """A cell of 60 MB."""
    return _plain(id=np.arange(ROWS), spend=np.arange(60.0), note=["y" * 60_000_000, *["z"] * 59])


def long_lists() -> bytes:
    """A list of 200,000 numbers in each cell."""
    return _parquet(id=np.arange(ROWS), spend=np.arange(60.0), list=pa.array([[1.0] * 200_000] * ROWS))


def many_columns() -> bytes:
    """More columns than tables have."""
    return _parquet(**{f"c{n}": [1.0, 2.0] for n in range(20_001)})


def _sheet(sheet: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with another sheet in place of its own."""
    with zipfile.ZipFile(io.BytesIO(xlsx({"s": _TABLE}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    del parts["xl/worksheets/sheet1.xml"]
    relations = parts["xl/_rels/workbook.xml.rels"]
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"worksheets/sheet1.xml", part.removeprefix("xl/").encode())
    return zipped({**parts, part: b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>"})


def _cells(rows: int = ROWS) -> bytes:
    return b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d"><v>2</v></c></row>' % (n, n, n, n) for n in range(1, rows)
    )


def far_corner() -> bytes:
    """A cell at the far corner of a sheet: 17 billion empty ones before it."""
    return _sheet(_cells() + _FAR)


def far_corner_in_single_quotes() -> bytes:
    """XML allows them."""
    return _sheet((_cells() + _FAR).replace(b'"', b"'").replace(b" r=", b"\n r = "))


def far_corner_of_a_sheet_called_otherwise() -> bytes:
    """The list of parts may give a sheet any name."""
    return _sheet(_cells() + _FAR, "xl/media/picture.png")


def far_row_without_places() -> bytes:
    """Cells that name no place stand in the row that their row says."""
    return _sheet(_cells() + b'<row r="1048576">' + b"<c><v>1</v></c>" * 40 + b"</row>")


def far_corner_nearby() -> bytes:
    """Not so far that one sheet is too large, but in 20 sheets."""
    with zipfile.ZipFile(io.BytesIO(xlsx({f"s{n}": _TABLE for n in range(20)}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    far = b'<row r="100000"><c r="Z100000"><v>1</v></c></row></sheetData>'
    return zipped({name: part.replace(b"</sheetData>", far) for name, part in parts.items()})


def long_texts_shared() -> bytes:
    """A text of a workbook that 100,000 cells share."""
    with zipfile.ZipFile(io.BytesIO(xlsx({"s": _TABLE}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 100_000))
    parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"a" * 32_000 + b"</t></si></sst>"
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    return zipped(parts)


def styles_without_end() -> bytes:
    """A part of a workbook that unfolds to 55 MB."""
    with zipfile.ZipFile(io.BytesIO(xlsx({"s": _TABLE}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, "xl/styles.xml": b"<styleSheet>" + b" " * 55_000_000 + b"</styleSheet>"})


def far_corners_of_an_old_workbook() -> bytes:
    """Excel 97: 16.7 million cells in each of 20 sheets."""
    import xlwt

    book = xlwt.Workbook()
    for number in range(20):
        sheet = book.add_sheet(f"s{number}")
        sheet.write(0, 0, "id")
        sheet.write(65_535, 255, 1.0)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def an_old_sheet_that_says_it_is_endless() -> bytes:
    """A reader makes room for as many cells as the sheet says it has."""
    data = xls(_TABLE)
    span = struct.pack("<HH", 0x0200, 14)
    at = data.index(span) + 4
    return data[:at] + struct.pack("<IIHH", 0, 0xFFFF_FFFF, 0, 0xFFFF) + data[at + 12 :]


def _record(kind: int, data: bytes) -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(data)]) + data


def far_corner_of_a_binary_workbook() -> bytes:
    """The same in the newer binary form."""
    rows = [(0, 0), (1_048_575, 16_383)]
    cells = b"".join(
        _record(0, struct.pack("<I", row) + bytes(21)) + _record(5, struct.pack("<IId", column, 0, 1.0))
        for row, column in rows
    )
    sheet = (
        _record(0x81, b"") + _record(0x94, struct.pack("<IIII", 0, 1_048_575, 0, 16_383)) + _record(0x91, b"") + cells
    )
    return zipped({"xl/workbook.bin": _record(0x83, b""), "xl/worksheets/sheet1.bin": sheet + _record(0x92, b"")})


def far_corner_of_an_open_document() -> bytes:
    """Empty rows and cells that are repeated by number, then a filled one."""
    data = ods(_TABLE, repeated='table:number-rows-repeated="1"')
    far = (
        b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row><table:table-row>'
        b'<table:table-cell table:number-columns-repeated="16000"/><table:table-cell office:value-type="float" '
        b'office:value="1"/></table:table-row></table:table>'
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, "content.xml": parts["content.xml"].replace(b"</table:table>", far)})


def _endless() -> bytes:
    return b"id,spend,orders\n" + b"c1,1.5,2\n" * 6_000_000


def gzip_bomb() -> bytes:
    """54 MB of one line."""
    return gzip.compress(_endless(), 9)


def bzip2_bomb() -> bytes:
    """The same in pieces."""
    return bz2.compress(_endless()[:900_016]) * 60


def xz_bomb() -> bytes:
    """The same."""
    return lzma.compress(_endless(), preset=0)


def zip_bomb() -> bytes:
    """The same twice."""
    return zipped(dict.fromkeys(("1.csv", "2.csv"), _endless()))


def zip_of_many() -> bytes:
    """More files than an archive of tables has."""
    return zipped({f"{n}.csv": b"id,spend\n1,2\n" for n in range(1_001)})


def zip_in_zip() -> bytes:
    """Archives in archives."""
    made = zipped({"a.csv": b"id,spend\n1,2\n"})
    for _ in range(5):
        made = zipped({"a.zip": made})
    return made


def zip_over_itself() -> bytes:
    """Ten entries for the same 40 MB."""
    data = zipped({"a.csv": b"id,spend\n" + b"1,2\n" * 10_000_000})
    at = data.index(b"PK\x01\x02")
    entry, end = data[at : data.index(b"PK\x05\x06")], data[data.index(b"PK\x05\x06") :]
    entries = b"".join(entry.replace(b"a.csv", b"%d.csv" % n) for n in range(10))
    return data[:at] + entries + end[:8] + struct.pack("<HHI", 10, 10, len(entries)) + end[16:]


def deep_json() -> bytes:
    """Lists in lists."""
    return b'[{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}]"


def deep_records() -> bytes:
    """Records in records."""
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def json_with_a_name_a_record() -> bytes:
    """15,000 records of one value each under a name of its own: 225 million cells."""
    return b"[" + b",".join(b'{"id":%d,"k%d":1}' % (n, n) for n in range(15_000)) + b"]"


BOMBS: dict[str, Callable[[], bytes]] = {
    **{
        f"{made.__name__}.parquet": made
        for made in (
            one_word_in_every_row,
            one_name_for_every_customer,
            one_number_in_every_row,
            different_long_words,
            pages_that_unfold,
            one_endless_cell,
            long_lists,
            many_columns,
        )
    },
    **{
        f"{made.__name__}.xlsx": made
        for made in (
            far_corner,
            far_corner_in_single_quotes,
            far_corner_of_a_sheet_called_otherwise,
            far_row_without_places,
            far_corner_nearby,
            long_texts_shared,
            styles_without_end,
        )
    },
    "old_corners.xls": far_corners_of_an_old_workbook,
    "old_endless.xls": an_old_sheet_that_says_it_is_endless,
    "corner.xlsb": far_corner_of_a_binary_workbook,
    "corner.ods": far_corner_of_an_open_document,
    "bomb.csv.gz": gzip_bomb,
    "bomb.csv.bz2": bzip2_bomb,
    "bomb.csv.xz": xz_bomb,
    "bomb.zip": zip_bomb,
    "many.zip": zip_of_many,
    "nested.zip": zip_in_zip,
    "itself.zip": zip_over_itself,
    "deep.json": deep_json,
    "records.json": deep_records,
    "names.json": json_with_a_name_a_record,
}
