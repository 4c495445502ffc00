"""Shapes of files: lines before the header, no header, runs of spaces, archives, workbooks, several files."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial

import pandas as pd

from tests.files.answers import File, answer_of
from tests.files.makers.purchases import line_table, order_table
from tests.files.rendering import PLAIN, Look, look, render, rows_as_text
from tests.files.shop import by_order, customer_codes, shop

BANNERS: dict[str, tuple[str, ...]] = {
    "hashes": ("# -----", "# Orders", "# 20230101-20231231", "# -----", ""),
    "title": ("Sales report", "Period: 01.01.2023 - 31.12.2023", ""),
    "one_c": ("Продажи;;;;;;", "Параметры:;Период: 2023 г.;;;;;", ";;;;;;", "Отбор:;Контрагент в группе;;;;;", ""),
    "blank": ("", "", ""),
    "separator": ("sep=,",),
}  # fmt: skip


def shapes() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, lines) in enumerate(BANNERS.items()):
        for turn in range(2):
            yield _banner(name, lines, 1000 + 2 * number + turn, by_line=turn == 1)
    for turn in range(3):
        yield _no_header(1020 + turn)
        yield _spaces(1030 + turn, width=2 + turn)
    yield _two_header_rows(1040)
    yield _two_header_rows(1041)
    for turn, name in enumerate(("comma_en", "semicolon_ru")):
        view = look(name)
        yield _gzip(view, 1050 + turn)
        yield _zip(view, 1055 + turn)
        yield _parts(view, 1060 + turn)
        yield _three_tables(view, 1065 + turn)
        yield _empty_columns(view, 1070 + turn)
    for turn, name in enumerate(("comma_en", "semicolon_ru", "semicolon_de")):
        yield _workbook(look(name), 1075 + turn)


def _banner(name: str, before: tuple[str, ...], seed: int, *, by_line: bool) -> File:
    view = look("semicolon_ru") if name == "one_c" else PLAIN
    lines = shop(seed)
    table = line_table(lines) if by_line else order_table(lines)
    return File(
        f"banner_{name}_{'lines' if by_line else 'orders'}",
        "shapes",
        "lines before the header: banners, comments, titles of 1C",
        partial(render, table, view, before=before),
        answer_of(lines, view.header("customer")),
    )


def visits(orders: pd.DataFrame) -> pd.DataFrame:
    """Without a number of the order, what one customer buys on one day is one."""
    return orders.assign(order=orders["customer"].astype(str) + orders["day"].dt.strftime(" %Y%m%d"))


def _cells(table: pd.DataFrame, view: Look) -> list[list[str]]:
    text = render(table, view).decode(view.encoding).splitlines()[1:]
    return [line.split(view.delimiter) for line in text]


def _no_header(seed: int) -> File:
    """CDNOW's form: no header at all, so no word speaks; the structure does, and it is asked."""
    lines = shop(seed)
    orders = by_order(lines)
    table = pd.DataFrame(
        {
            "customer": customer_codes(orders["customer"], "number"),
            "day": orders["day"].dt.strftime("%Y%m%d" if seed % 2 else "%Y-%m-%d"),
            "quantity": orders["quantity"].astype(str),
            "money": orders["money"],
        }
    )
    answer = answer_of(
        visits(orders),
        "column 1",
        orders=None,  # the quantity can be taken for what was bought together
        may_ask=frozenset({"kind", "customer", "header", "day", "money"}),
        replies={"kind": "purchases", "customer": "column 1", "header": "0", "day": "column 2", "money": "column 4"},
    )
    return File(
        f"no_header_{seed}",
        "shapes",
        "no header",
        partial(rows_as_text, None, _cells(table, PLAIN), PLAIN),
        answer,
    )


def _spaces(seed: int, width: int) -> File:
    """Columns parted by runs of spaces, the numbers to the right."""
    lines = shop(seed)
    orders = by_order(lines)
    rows = [("customer_id", "date", "number_of_items", "dollar_value")]
    rows += [
        (f"{one.customer + 1:05d}", one.day.strftime("%Y%m%d"), str(one.quantity), f"{one.money:.2f}")
        for one in orders.itertuples()
    ]
    widths = [max(len(row[place]) for row in rows) + width for place in range(4)]
    text = "\n".join("".join(cell.rjust(wide) for cell, wide in zip(row, widths, strict=True)) for row in rows) + "\n"
    answer = answer_of(visits(orders), "customer_id")
    return File(
        f"spaces_{width}",
        "shapes",
        "columns parted by runs of spaces",
        partial(str.encode, text),
        answer,
        "txt",
    )


def _two_header_rows(seed: int) -> File:
    """A row of groups above the header."""
    lines = shop(seed)
    table = line_table(lines)
    groups = "Order,,Buyer,Goods,,,"
    return File(
        f"two_header_rows_{seed}",
        "shapes",
        "a row of groups above the header",
        partial(render, table, PLAIN, before=(groups,)),
        answer_of(lines, "customer_id", may_ask=frozenset({"header"}), replies={"header": "2"}),
    )


def _gzip(view: Look, seed: int) -> File:
    lines = shop(seed)
    return File(
        f"gzip_{view.name}",
        "shapes",
        "packed with gzip or zip",
        lambda: gzip.compress(render(line_table(lines), view), mtime=0),
        answer_of(lines, view.header("customer")),
        "csv.gz",
    )


def _zip(view: Look, seed: int) -> File:
    lines = shop(seed)

    def packed() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("orders.csv"), render(line_table(lines), view))
        return out.getvalue()

    return File(
        f"zip_{view.name}",
        "shapes",
        "packed with gzip or zip",
        packed,
        answer_of(lines, view.header("customer")),
        "zip",
    )


def _parts(view: Look, seed: int) -> File:
    """One table in a file a quarter."""
    lines = shop(seed)

    def made() -> Mapping[str, bytes]:
        quarters = lines["day"].dt.quarter
        return {
            f"orders_2023_q{quarter}.csv": render(line_table(lines[quarters == quarter]), view)
            for quarter in range(1, 5)
        }

    return File(
        f"parts_{view.name}",
        "several files",
        "one table in several files",
        made,
        answer_of(lines, view.header("customer")),
    )


def _three_tables(view: Look, seed: int) -> File:
    """Orders, their items and the customers: keys by name, and by what they share."""
    lines = shop(seed)
    orders = by_order(lines)
    table = line_table(lines)

    def made() -> Mapping[str, bytes]:
        heads = order_table(lines)[["order", "customer", "day"]]
        people = pd.DataFrame({"customer": customer_codes(pd.Series(range(60)), "number"), "city": "Kazan"})
        people["city"] = people.index.map(lambda one: f"City {one % 7}")
        return {
            "orders.csv": render(heads, view),
            "order_items.csv": render(table[["order", "item", "quantity", "price"]], view),
            "customers.csv": render(people, view),
        }

    assert len(orders) == 300
    answer = answer_of(
        lines,
        view.header("customer"),
        may_ask=frozenset({"table", "customer", "kind"}),
        replies={"customer": view.header("customer")},
    )
    return File(f"three_tables_{view.name}", "several files", "orders, their items and the customers", made, answer)


def _empty_columns(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = line_table(lines)
    table.insert(1, "Unnamed", "")
    table["Notes"] = ""
    return File(
        f"empty_columns_{view.name}",
        "shapes",
        "columns without a value",
        partial(render, table, view),
        answer_of(lines, view.header("customer")),
    )


def _workbook(view: Look, seed: int) -> File:
    """An xlsx with a title above the table and a second sheet."""
    lines = shop(seed)
    table = line_table(lines)
    header = [view.header(column) for column in table.columns]
    rows = [
        ["Sales 2023"],
        [],
        header,
        *table.assign(day=table["day"].dt.strftime("%Y-%m-%d %H:%M:%S")).values.tolist(),
    ]
    answer = answer_of(lines, view.header("customer"), may_ask=frozenset({"sheet"}), replies={"sheet": "Orders"})
    return File(
        f"workbook_{view.name}",
        "workbooks",
        "xlsx: a title above the table, notes on a second sheet",
        partial(workbook, {"Notes": [["Written by the shop"]], "Orders": rows}),
        answer,
        "xlsx",
    )


def workbook(sheets: Mapping[str, list[list[object]]]) -> bytes:
    """An xlsx of inline texts and numbers, as small as the format allows."""
    out = io.BytesIO()
    space = "http://schemas.openxmlformats.org"
    main, packages = f"{space}/spreadsheetml/2006/main", f"{space}/package/2006"
    office = f"{space}/officeDocument/2006/relationships"
    books = "".join(
        f'<sheet name="{name}" sheetId="{place}" r:id="rId{place}"/>' for place, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{place}" Type="{office}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{place}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        + kinds
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{books}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">{links}</Relationships>',
    }
    for place, rows in enumerate(sheets.values(), 1):
        body = "".join(f'<row r="{number}">{_row(row, number)}</row>' for number, row in enumerate(rows, 1))
        files[f"xl/worksheets/sheet{place}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def _row(row: list[object], number: int) -> str:
    cells = []
    for place, value in enumerate(row):
        at = f"{chr(65 + place)}{number}"
        if isinstance(value, float | int):
            cells.append(f'<c r="{at}"><v>{value}</v></c>')
        elif value:
            cells.append(f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>')
    return "".join(cells)
