"""Tables in pages and in Excel's XML of 2003, as shops, banks and 1C save them under the name of a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.reading import RawTable, read_source
from pipeline.spec import IdColumn, Source, Spec

SPACES = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
ROWS = [(f"C{n % 7}", f"2023-05-{n + 1:02d}", 1000 + n, 10.5 * n) for n in range(20)]


def read(folder: Path, data: bytes, name: str = "a.xls", **source: Any) -> RawTable:
    path = folder / name
    path.write_bytes(data)
    spec = Spec(name="draft", id=IdColumn(column="(row)"), columns={}, source=Source(**source))
    return read_source(spec, str(path))


def page(rows: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><table border=1>{rows}</table></body></html>".encode()


def in_html(*, closed: bool = True) -> str:
    end = "</td>" if closed else ""
    made = "<tr><th>client</th><th>day</th><th>receipt</th><th>sum</th></tr>"
    return made + "".join("<tr>" + "".join(f"<td align=right>{cell}{end}" for cell in row) + "\n" for row in ROWS)


def workbook(rows: str, before: str = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>') -> bytes:
    sheet = f'<Worksheet ss:Name="Sales"><Table>{rows}</Table></Worksheet>'
    return f"{before}<Workbook {SPACES}><Styles/>{sheet}</Workbook>".encode()


def data(kind: str, value: object) -> str:
    return f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'


def in_xml() -> str:
    header = "".join(data("String", name) for name in ("client", "day", "receipt", "sum"))
    lines = (
        data("String", who) + data("DateTime", f"{day}T10:30:00.000") + data("Number", number) + data("Number", total)
        for who, day, number, total in ROWS
    )
    return f"<Row>{header}</Row>" + "".join(f"<Row>{line}</Row>" for line in lines)


@pytest.mark.parametrize("closed", [True, False])
def test_a_table_of_a_page_is_read_whether_its_cells_are_closed_or_not(tmp_path: Path, closed: bool) -> None:
    raw = read(tmp_path, page(in_html(closed=closed)))

    assert list(raw.frame.columns) == ["client", "day", "receipt", "sum"]
    assert raw.frame.iloc[19].tolist() == ["C5", "2023-05-20", "1019", "199.5"]
    assert raw.where(0) == "row 2"


def test_a_page_is_in_the_encoding_that_it_declares_or_else_in_that_of_its_bytes(tmp_path: Path) -> None:
    head = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    rows = "<tr><td>Клиент<td>Сумма<tr><td>Пётр &amp; Ко<td>1&nbsp;234,50<tr><td>Иван<td>7"
    declared = page(rows, head).decode().encode("cp1251")
    untrue = page(rows, head.replace("windows-1251", "utf-8")).decode().encode("cp1251")
    marked = page(rows).decode().encode("utf-16")

    for made in (declared, untrue, marked):
        assert read(tmp_path, made).frame.to_numpy().tolist() == [["Пётр & Ко", "1 234,50"], ["Иван", "7"]]


def test_the_largest_table_of_a_page_is_taken_and_a_cell_may_hold_lines_scripts_and_tables(tmp_path: Path) -> None:
    layout = "<table><tr><td>Shop</td><td>2023</td></tr><tr><td colspan=2>"
    inner = in_html().replace("<th>sum</th>", "<th>sum<br>USD<script>var x = '<td>';</script></th>")
    raw = read(tmp_path, f"<!-- made by a shop --><body>{layout}<table>{inner}</table></td></tr></table>".encode())

    assert list(raw.frame.columns) == ["client", "day", "receipt", "sum USD"]
    assert len(raw.frame) == 20


def test_a_single_file_web_page_is_read(tmp_path: Path) -> None:
    head = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html\n\n'

    assert len(read(tmp_path, head + page(in_html()) + b"\n--b--\n").frame) == 20


def test_excels_xml_has_typed_cells_places_and_errors(tmp_path: Path) -> None:
    rows = in_xml().replace("<Row>", '<Row ss:Index="4">', 1)  # three empty rows above the header
    rows = rows.replace(data("Number", 1001), data("Error", "#N/A"))
    raw = read(tmp_path, workbook(rows))

    assert raw.frame["day"].iloc[0] == pd.Timestamp("2023-05-01 10:30")
    assert raw.frame["sum"].sum() == pytest.approx(sum(row[3] for row in ROWS))
    assert raw.faults == (("receipt", 1),)
    assert (raw.header, raw.sheet, raw.where(0)) == (4, "Sales", "row 5")


def test_cells_of_excels_xml_stand_where_their_index_and_merged_ones_say(tmp_path: Path) -> None:
    header = data("String", "client").replace("<Cell>", '<Cell ss:MergeAcross="1">') + data("String", "sum")
    line = data("String", "C1") + data("Number", 5).replace("<Cell>", '<Cell ss:Index="3">')
    remark = line.replace("</Cell>", "<Comment><ss:Data>no cell</ss:Data></Comment></Cell>", 1)
    raw = read(tmp_path, workbook(f"<Row>{header}</Row><Row>{line}</Row><Row>{remark}</Row>", before=""))

    assert raw.frame[["client", "sum"]].to_numpy().tolist() == [["C1", 5.0], ["C1", 5.0]]


LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "other.xml">]>'


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (b"<html><body>Please sign in</body></html>", "an HTML or XML page"),
        (page("<tr><td>id</td><td>a</td></tr>"), "an HTML or XML page"),
        (workbook(in_xml(), before=LAUGHS), "a document type of its own"),
        (workbook(in_xml())[:-30], "cannot be read"),
        (workbook(in_xml().replace("<Row>", '<Row ss:Index="1000000">', 1)), "too many cells"),
        (page(in_html() + "<tr><td colspan=2000>x" * 3000), "too many cells"),
    ],
)
def test_what_is_no_table_or_would_unfold_is_refused(tmp_path: Path, made: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(tmp_path, made)


def test_a_table_of_a_page_is_named_by_its_number(tmp_path: Path) -> None:
    other = "<tr><td>city<td>people" + "".join(f"<tr><td>Town {n}<td>{n}" for n in range(9))
    made = page(in_html()) + page(other)

    assert list(read(tmp_path, made).frame.columns) == ["client", "day", "receipt", "sum"]
    assert list(read(tmp_path, made, sheet="table 2").frame.columns) == ["city", "people"]
