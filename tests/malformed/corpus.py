"""More than a hundred files that are broken, odd or not what their names say; the same for the same seed."""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd

from tests.pipeline.workbook_support import ods, xls, xlsx, zipped

SEED = 20_261_129
ROWS = 40
_HEAD = "id,spend,orders,city"
_CITIES = ("Kazan", "Perm", "Tver")


def _rows(rng: random.Random, rows: int = ROWS) -> list[list[str]]:
    return [
        [f"c{n:03d}", f"{rng.uniform(5, 500):.2f}", str(rng.randrange(1, 30)), rng.choice(_CITIES)] for n in range(rows)
    ]


def _csv(rows: list[list[str]], head: str = _HEAD, sign: str = ",", end: str = "\n") -> str:
    return end.join([head.replace(",", sign), *(sign.join(row) for row in rows)]) + end


def corpus(seed: int = SEED) -> dict[str, bytes]:
    """Name -> bytes; the end of a name says what it claims to be."""
    rng = random.Random(seed)
    rows = _rows(rng)
    made: dict[str, bytes] = {}
    for group in (_texts, _cells, _packed, _workbooks, _parquets, _jsons, _databases, _specs, _noise):
        for name, data in group(rows, rng):
            assert name not in made, name
            made[name] = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    return made


Made = Iterator[tuple[str, bytes | str]]


def _texts(rows: list[list[str]], rng: random.Random) -> Made:
    """Encodings, line ends, delimiters, quotes, headers."""
    good = _csv(rows)
    russian = good.replace("city", "город").replace("Kazan", "Казань").replace("Perm", "Пермь")
    yield "empty.csv", b""
    yield "blank.csv", b"\n\n \t\r\n"
    yield "bom_alone.csv", b"\xef\xbb\xbf"
    yield "header_alone.csv", _HEAD
    yield "header_alone_with_end.csv", _HEAD + "\n"
    yield "one_letter.csv", "x"
    yield "one_quote.csv", '"'
    yield "bom_twice.csv", "\ufeff\ufeff" + good
    yield "bom_inside.csv", good.replace("Perm", "\ufeffPerm")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866", "mac-cyrillic"):
        yield f"russian_{encoding}.csv", russian.encode(encoding)
    yield "utf16_cut_in_a_letter.csv", russian.encode("utf-16")[:-1]
    yield "utf16_mark_on_utf8.csv", b"\xff\xfe" + good.encode()
    yield "utf8_mark_on_cp1251.csv", b"\xef\xbb\xbf" + russian.encode("cp1251")
    yield "utf7.csv", russian.encode("utf-7")
    yield "two_encodings.csv", russian.encode() + russian.encode("cp1251")
    yield "mojibake.csv", russian.encode().decode("latin-1")
    yield "mojibake_twice.csv", russian.encode().decode("latin-1").encode().decode("latin-1")
    yield "overlong_utf8.csv", good.encode().replace(b"Perm", b"\xc0\xaf\xe0\x80\xaf")
    yield "lone_surrogate.csv", good.replace("Perm", "\ud800")
    yield "replacement_signs.csv", good.replace("Perm", "\ufffd" * 20)
    yield "nul_everywhere.csv", b"\0".join(bytes([byte]) for byte in good.encode())
    yield "nul_in_a_cell.csv", good.replace("Perm", "Pe\0rm")
    yield "nul_at_the_end.csv", good + "\0" * 5_000
    yield "control_signs.csv", good.replace("Perm", "".join(map(chr, range(1, 32))).replace("\n", "").replace("\r", ""))
    for name, end in (
        ("cr", "\r"),
        ("crlf", "\r\n"),
        ("lfcr", "\n\r"),
        ("crcrlf", "\r\r\n"),
        ("nel", "\x85"),
        ("ls", "\u2028"),
    ):
        yield f"ends_{name}.csv", _csv(rows[:12], end=end)
    yield "no_last_end.csv", good.rstrip("\n")
    for name, sign in (("semicolon", ";"), ("tab", "\t"), ("bar", "|"), ("caret", "^"), ("bell", "\a"), ("blank", " ")):
        yield f"parted_by_{name}.csv", _csv(rows, sign=sign)
    yield "parts_change.csv", _csv(rows[:20]) + _csv(rows[20:], sign=";")
    yield "sep_line_of_nothing.csv", "sep=\n" + good
    yield "sep_line_of_a_letter.csv", "sep=é\n" + good
    yield "quote_never_closed.csv", good.replace("c005", '"c005')
    yield "quote_never_closed_first.csv", '"' + good
    yield "quotes_everywhere.csv", good.replace(",", '","').replace("\n", '"\n"')
    yield "quotes_alone.csv", '"' * 10_001
    yield "quotes_doubled_oddly.csv", good.replace("Perm", '"""Perm"')
    yield "quotes_inside.csv", good.replace("Perm", 'Pe"r"m')
    yield "ends_inside_quotes.csv", good.replace("Perm", '"P\ne\r\nr\n\nm"')
    yield "a_record_of_many_lines.csv", good.replace("c005,", '"' + "x\n" * 3_000 + '",')
    yield "ragged.csv", "".join(line + "," * rng.randrange(4) + "\n" for line in good.splitlines())
    yield (
        "ragged_short.csv",
        "".join(",".join(line.split(",")[: rng.randrange(1, 5)]) + "\n" for line in good.splitlines()),
    )
    yield "commas_alone.csv", "," * 50_000
    yield "commas_in_lines.csv", (",,,\n") * 5_000
    yield "header_twice.csv", good + good
    yield "header_in_every_third_line.csv", "".join(_csv([row]) for row in rows)
    yield "name_twice.csv", _csv(rows, head="id,spend,spend,city")
    yield "names_empty.csv", _csv(rows, head=",,,")
    yield "names_blank.csv", _csv(rows, head=" ,\t,  ,\u200b")
    yield "names_numbers.csv", _csv(rows, head="1,2,3,4")
    yield "names_hostile.csv", _csv(rows, head='id,spend,\'; drop table data; --,"""<script>"""')
    yield "name_of_ours.csv", _csv(rows, head="(row),spend,orders,(line)")
    yield "name_very_long.csv", _csv(rows, head="id,spend,orders," + "x" * 200_000)
    yield "names_of_one_letter_case.csv", _csv(rows, head="id,Spend,spend,SPEND")
    yield "columns_5000.csv", "\n".join(",".join(f"{name}{n}" for n in range(5_000)) for name in "abc") + "\n"
    yield "totals.csv", good + "Total," + str(sum(float(row[1]) for row in rows)) + ",9999,\n"
    yield "banner.csv", "Report of sales\nfrom 1 to 31 May\n\n" + good
    yield "footer.csv", good + "\n\nPrepared by: A. B.\n\x0c\n"
    yield "markdown.csv", "|" + good.replace(",", "|").replace("\n", "|\n|")
    yield (
        "fixed_width.csv",
        "".join("".join(f"{cell:<12}" for cell in line.split(",")) + "\n" for line in good.splitlines()),
    )
    yield "html.csv", "<html><body><table><tr><td>id</td></tr></table></body></html>"
    yield "nested.html", "<table><tr><td>" * 5_000
    yield "unfinished.html", "<table><tr><td><!--" + "<a" * 20_000
    yield "wide.html", "<table><tr><td colspan=999999999999>" * 3 + "<tr><td>1"
    yield "laughs.xls", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
    yield "html.xls", "<html><table><tr><td>id</td><td>spend</td></tr></table></html>"
    yield "pdf.csv", b"%PDF-1.4\n" + good.encode()
    yield "elf.csv", b"\x7fELF\x02\x01\x01" + bytes(300)
    yield "zst.csv", b"\x28\xb5\x2f\xfd" + bytes(range(200))
    yield "script.csv", "#!/bin/sh\nrm -rf /\n"


def _cells(rows: list[list[str]], rng: random.Random) -> Made:
    """Values that are no such values, or are too much of them."""

    def with_column(place: int, values: Callable[[int], str]) -> str:
        return _csv([[*row[:place], values(n), *row[place + 1 :]] for n, row in enumerate(rows)])

    numbers = {
        "infinities": ["inf", "-inf", "Infinity", "1e999", "-1e999"],
        "not_numbers": ["NaN", "nan", "NA", "#N/A", "#DIV/0!", "-", "?", ".", "null"],
        "huge": ["1" + "0" * 400, "-" + "9" * 5_000, "1e308", "1.7976931348623157e308"],
        "tiny": ["5e-324", "1e-400", "-0.0", "0.0000000001"],
        "hexadecimal": ["0x1F", "0b11", "0o17", "1_000", "١٢٣", "½", "²"],
        "signs": ["+-5", "--5", "5-", "(5)", "5%", "$5", "5€", "1,2,3", "1.2.3"],
        "formulas": ["=1+1", "=cmd|'/C calc'!A0", "@SUM(1)", "+1", "-1+2", "\u200b=1", "＝1"],
        "same": ["5"],
    }
    for name, values in numbers.items():
        yield f"numbers_{name}.csv", with_column(1, lambda n, values=values: f'"{values[n % len(values)]}"')
    days = {
        "year_1": ["0001-01-01"],
        "year_9999": ["9999-12-31", "2026-01-01"],
        "year_0": ["0000-01-01", "0000-00-00"],
        "year_10000": ["10000-01-01", "-0001-01-01"],
        "impossible": ["2026-02-30", "2026-13-01", "31.11.2026", "00.00.0000"],
        "two_orders": ["01/02/2026", "13/02/2026", "02/13/2026"],
        "serials": ["45000", "2958465", "2958466", "-1", "1e9"],
        "seconds": ["1700000000", "99999999999999", "-62135596800"],
        "zones": ["2026-01-01T00:00:00+25:00", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60"],
        "words": ["yesterday", "32 May 2026", "мая 5 2026", "٢٠٢٦-٠١-٠١"],
    }
    for name, values in days.items():
        head = "id,order_date,spend,city"
        table = [[row[0], values[n % len(values)], row[1], row[3]] for n, row in enumerate(rows)]
        yield f"days_{name}.csv", _csv(table, head=head)
    yield "cell_of_a_megabyte.csv", with_column(3, lambda n: "x" * 1_000_000 if n == 5 else "y")
    yield "id_of_a_megabyte.csv", with_column(0, lambda n: "x" * 1_000_000 if n == 5 else f"c{n}")
    yield "number_of_a_megabyte.csv", with_column(1, lambda n: "9" * 1_000_000 if n == 5 else "1")
    yield "cells_of_combining_signs.csv", with_column(3, lambda n: "e" + "\u0301" * 5_000)
    yield "cells_right_to_left.csv", with_column(3, lambda n: "\u202e" + "Kazan")
    yield "ids_empty.csv", with_column(0, lambda n: "")
    yield "ids_same.csv", with_column(0, lambda n: "c1")
    yield "ids_of_blanks.csv", with_column(0, lambda n: " " * n)
    yield "ids_float.csv", with_column(0, lambda n: f"{n}.0")
    yield "ids_beyond_64_bits.csv", with_column(0, lambda n: str(2**70 + n))
    yield "one_row.csv", _csv(rows[:1])
    yield "one_column.csv", "spend\n" + "\n".join(row[1] for row in rows)


def _packed(rows: list[list[str]], rng: random.Random) -> Made:
    good = _csv(rows).encode()
    packed = gzip.compress(good)
    yield "cut.csv.gz", packed[: len(packed) // 2]
    yield "magic_alone.csv.gz", packed[:2]
    yield "wrong_sum.csv.gz", packed[:-8] + bytes(8)
    yield "trailing.csv.gz", packed + b"rubbish"
    yield "twice.csv.gz", gzip.compress(packed)
    yield "empty.csv.gz", gzip.compress(b"")
    archive = zipped({"a.csv": good})
    yield "cut.zip", archive[: len(archive) // 2]
    yield "magic_alone.zip", b"PK\x03\x04"
    yield "empty.zip", b"PK\x05\x06" + bytes(18)
    yield "flipped.zip", archive[:60] + bytes(byte ^ 255 for byte in archive[60:90]) + archive[90:]
    yield "leads_out.zip", zipped({"../../a.csv": good})
    yield "absolute.zip", zipped({"/etc/a.csv": good})
    yield "folder_alone.zip", zipped({"a/": b""})
    yield "different_tables.zip", zipped({"a.csv": good, "b.csv": b"x,y\n1,2\n"})
    yield "long_name.zip", zipped({f"{chr(97) * 9000}.csv": good})
    yield "deep_folders.zip", zipped({"a/" * 2500 + "a.csv": good})
    yield "picture.zip", zipped({"a.png": b"\x89PNG\r\n\x1a\n" + bytes(100)})
    yield "zip_called.csv", archive
    yield "csv_called.zip", good
    yield "method_unknown.zip", archive.replace(b"PK\x01\x02", b"PK\x01\x02", 1)[:8] + b"\x63\0" + archive[10:]
    yield (
        "password.zip",
        archive[:6]
        + b"\x01\0"
        + archive[8:].replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0"),
    )


def _workbooks(rows: list[list[str]], rng: random.Random) -> Made:
    table = [_HEAD.split(","), *([row[0], float(row[1]), int(row[2]), row[3]] for row in rows)]
    book, old, open_document = xlsx({"s": table}), xls(table), ods(table)
    for name, data in (("xlsx", book), ("xls", old), ("ods", open_document)):
        yield f"good.{name}", data
        yield f"cut.{name}", data[: len(data) // 2]
        yield f"cut_early.{name}", data[:600]
        for number in range(3):
            place = rng.randrange(30, len(data) - 40)
            yield f"flipped_{number}.{name}", data[:place] + rng.randbytes(30) + data[place + 30 :]
    yield "empty_sheet.xlsx", xlsx({"s": []})
    yield "header_alone.xlsx", xlsx({"s": table[:1]})
    yield "no_sheet.xlsx", _with(book, {"xl/workbook.xml": b"<workbook/>"})
    yield "no_xml.xlsx", _with(book, {"xl/worksheets/sheet1.xml": b"not xml at all <"})
    yield "entities.xlsx", _with(book, {"xl/sharedStrings.xml": _LAUGHS})
    yield "outside_entity.xlsx", _with(book, {"xl/sharedStrings.xml": _OUTSIDE})
    yield "shared_missing.xlsx", _with(book, {"xl/sharedStrings.xml": b"<sst/>"})
    yield (
        "places_wrong.xlsx",
        _with(book, {"xl/worksheets/sheet1.xml": _SHEET % b'<c r="ZZZZ99999999999"><v>1</v></c>'}),
    )
    yield "places_zero.xlsx", _with(book, {"xl/worksheets/sheet1.xml": _SHEET % b'<c r="A0"><v>1</v></c>'})
    yield (
        "shared_beyond.xlsx",
        _with(book, {"xl/worksheets/sheet1.xml": _SHEET % b'<c r="A1" t="s"><v>99999999</v></c>'}),
    )
    yield (
        "days_beyond.xlsx",
        xlsx({"s": [["id", "day", "spend"], *([row[0], 2_958_465 + n, 1.0] for n, row in enumerate(rows))]}),
    )
    yield "called.csv", book
    yield "workbook_of_another_program.xlsx", zipped({"xl/workbook.xml": b"", "a": b""})


_SHEET = b'<worksheet><sheetData><row r="1">%s</row></sheetData></worksheet>'
_LAUGHS = (
    b'<!DOCTYPE sst [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9))
    + b"]><sst><si><t>&a8;</t></si></sst>"
)
_OUTSIDE = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "/etc/passwd">]><sst><si><t>&x;</t></si></sst>'


def _with(book: bytes, parts: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**held, **parts})


def _parquets(rows: list[list[str]], rng: random.Random) -> Made:
    frame = pd.DataFrame(rows, columns=_HEAD.split(",")).astype({"spend": float, "orders": int})
    made = io.BytesIO()
    frame.to_parquet(made)
    data = made.getvalue()
    yield "good.parquet", data
    yield "cut.parquet", data[: len(data) // 2]
    yield "magic_alone.parquet", b"PAR1"
    yield "magic_twice.parquet", b"PAR1PAR1"
    yield "footer_huge.parquet", data[:-8] + b"\xff\xff\xff\x7f" + b"PAR1"
    yield "footer_nothing.parquet", data[:-8] + b"\0\0\0\0" + b"PAR1"
    yield "end_missing.parquet", data[:-4] + b"XXXX"
    for number in range(6):
        place = rng.randrange(4, len(data) - 40)
        yield f"flipped_{number}.parquet", data[:place] + rng.randbytes(12) + data[place + 12 :]
    yield "called_parquet.csv", data
    for name, other in (
        ("no_rows", frame.iloc[:0]),
        ("infinite", frame.assign(spend=float("inf"))),
        ("null", frame.assign(spend=None)),
        ("bytes", frame.assign(city=b"\xff\0\xfe")),
        ("nested", frame.assign(city=[[1, 2]] * len(frame))),
        ("names_numbers", frame.set_axis(["1", "", " ", "\n"], axis=1)),
    ):
        written = io.BytesIO()
        other.to_parquet(written)
        yield f"{name}.parquet", written.getvalue()


def _jsons(rows: list[list[str]], rng: random.Random) -> Made:
    records = [dict(zip(_HEAD.split(","), row, strict=True)) for row in rows]
    text = json.dumps(records)
    yield "good.json", text
    yield "cut.json", text[: len(text) // 2]
    yield "empty_list.json", "[]"
    yield "empty_record.json", "{}"
    yield "empty_records.json", "[{},{},{}]"
    yield "numbers.json", "[1, 2, 3]"
    yield "one_number.json", "[1"
    yield "constants.json", json.dumps([{"id": n, "spend": float("nan"), "orders": float("inf")} for n in range(9)])
    yield "surrogates.json", '[{"id": "\\ud800", "spend": 1, "\\udfff": 2}, {"id": "b", "spend": 2, "\\udfff": 3}]'
    yield "names_twice.json", '[{"id": 1, "id": 2, "spend": 3}, {"id": 2, "id": 3, "spend": 4}]'
    yield "huge_number.json", '[{"id": 1, "spend": ' + "9" * 5_000 + '}, {"id": 2, "spend": 1}]'
    yield (
        "kinds_mixed.json",
        json.dumps([{**record, "spend": [1, {}, None, "x", True][n % 5]} for n, record in enumerate(records)]),
    )
    yield "dots.json", '[{"a": {"b": 1}, "a.b": 2, "c": 1}, {"a": {"b": 1}, "a.b": 2, "c": 1}]'
    yield "lists.json", json.dumps([{**record, "x": [1, 2], "y": [{"z": 1}]} for record in records])
    yield "deep.json", "[" * 5_000
    yield "deep_records.json", '{"a":' * 5_000 + "1" + "}" * 5_000
    yield (
        "lines_and_rubbish.json",
        "\n".join(json.dumps(record) + ("}" if n % 3 else "") for n, record in enumerate(records)),
    )
    yield "utf16.json", text.encode("utf-16")


def _databases(rows: list[list[str]], rng: random.Random) -> Made:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.db")
        with closing(sqlite3.connect(file)) as connection:
            pd.DataFrame(rows, columns=_HEAD.split(",")).to_sql("customers", connection, index=False)
        good = file.read_bytes()
        yield "good.db", good
        yield "cut.db", good[:5_000]
        yield "header_alone.db", good[:100]
        yield "rubbish.db", b"SQLite format 3\0" + rng.randbytes(5_000)
        for number in range(3):
            place = rng.randrange(100, len(good) - 60)
            yield f"flipped_{number}.db", good[:place] + rng.randbytes(40) + good[place + 40 :]
        hostile = Path(folder, "b.db")
        with closing(sqlite3.connect(hostile)) as connection:
            connection.execute('CREATE TABLE "a""; DROP TABLE x; --" ("id" BLOB, "sp""end" , "" TEXT)')
            connection.executemany(
                'INSERT INTO "a""; DROP TABLE x; --" VALUES (?, ?, ?)', [(b"\xff\0", 1e308 * 10, "\0")] * 5
            )
            connection.commit()
        yield "hostile_names.db", hostile.read_bytes()
        yield "called_db.csv", good


def _specs(rows: list[list[str]], rng: random.Random) -> Made:
    good = 'name = "tiny"\n[id]\ncolumn = "id"\n[columns.spend]\nrole = "active"\n[columns.orders]\nrole = "active"\n'
    yield "empty.toml", b""
    yield "cut.toml", good[:40]
    yield "bom.toml", b"\xef\xbb\xbf" + good.encode()
    yield "utf16.toml", good.encode("utf-16")
    yield "latin.toml", good.replace("tiny", "t\xefny").encode("latin-1")
    yield "nul.toml", good.replace("tiny", "ti\0ny")
    yield "key_twice.toml", good + '[columns.spend]\nrole = "active"\n'
    yield "key_unknown.toml", good + "[nonsense]\nx = 1\n"
    yield "numbers.toml", good.replace('"tiny"', "1e400").replace('"id"', "inf")
    yield "lists.toml", good.replace('"active"', "[[[[]]]]")
    yield "deep.toml", "x = " + "[" * 3_000 + "]" * 3_000
    yield "deep_keys.toml", ".".join(["a"] * 3_000) + " = 1"
    yield "days.toml", "as_of = 0001-01-01\n" + good
    yield "day_beyond.toml", "as_of = 9999-99-99\n" + good
    yield "huge_number.toml", good + "random_state = " + "9" * 5_000
    yield "name_hostile.toml", good.replace("tiny", "../../etc/passwd")
    yield "name_long.toml", good.replace("tiny", "x" * 100_000)
    yield "source_outside.toml", good + '[source.tables]\ndata = "/etc/passwd"\n'
    yield "pattern.toml", good + '[source]\ndate_format = "%"\ndelimiter = "ab"\n'
    yield "query.toml", good + "[source]\nquery = \"COPY data TO 'x'\"\n"
    yield "csv_called.toml", _csv(rows)


def _noise(rows: list[list[str]], rng: random.Random) -> Made:
    """Bytes that mean nothing, and good ones with some changed."""
    good = _csv(rows).encode()
    for number, end in enumerate(("csv", "json", "xlsx", "parquet", "zip", "toml")):
        yield f"noise_{number}.{end}", rng.randbytes(3_000)
    for number in range(8):
        data = bytearray(good)
        for _ in range(rng.randrange(1, 60)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        yield f"changed_{number}.csv", bytes(data)
