"""Workbooks, archives, JSON and several files: read as one table, or refused with a reason before they do harm."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.command_line.trial import DraftRequest, account_lines, try_draft
from pipeline.errors import InputError, SpecError
from pipeline.reading import RawTable, as_text, read_source, tables_in
from pipeline.reading.shapes import archives
from pipeline.spec import load_spec
from tests.pipeline.sources_support import tiny_spec, write
from tests.pipeline.workbook_support import ods, put, xls, xlsx, zipped

HEADER = ["customer", "day", "amount", "city"]
ROWS = [[1001 + n % 7, date(2023, 3, 1 + n % 28), n + 0.5, "Perm" if n % 2 else "Kazan"] for n in range(20)]
CSV = "customer,day,amount\n" + "".join(f"{1001 + n % 7},2023-03-{1 + n % 28:02d},{n}.5\n" for n in range(20))


def read(path: str, **source: object) -> RawTable:
    return read_source(tiny_spec(source=source), path)


@pytest.mark.parametrize("save", [lambda rows: xlsx({"Sheet1": rows}), xls, ods], ids=["xlsx", "xls", "ods"])
def test_a_workbook_is_a_table_with_the_types_of_its_cells(tmp_path: Path, save: object) -> None:
    raw = read(put(tmp_path / "a.xlsx", save([HEADER, *ROWS])))  # type: ignore[operator]

    assert list(raw.frame.columns) == HEADER
    assert as_text(raw.frame["customer"]).tolist() == [str(row[0]) for row in ROWS]
    assert [day.date() for day in raw.frame["day"]] == [row[1] for row in ROWS]
    assert raw.frame["amount"].tolist() == [row[2] for row in ROWS]
    assert raw.frame["city"].tolist() == [row[3] for row in ROWS]
    assert (raw.where(0), raw.header, raw.sheet) == ("row 2", 1, "Sheet1")


def test_titles_gaps_signatures_and_totals_of_a_report(tmp_path: Path) -> None:
    rows = [
        ["Отчёт по продажам"],
        [],
        ["Период:", date(2023, 3, 1), date(2023, 3, 31)],
        [],
        ["Контрагент", "Дата", "Продажи", None, "Склад"],
        [None, None, "Количество", "Сумма, руб.", None],
        *[[f"Клиент {n % 5}", date(2023, 3, 1 + n), n, n * 10.5, "Основной"] for n in range(12)],
        ["Итого", None, 66, 693.0, None],
        [],
        ["Ответственный"],
        ["Иванова", "подпись"],
    ]

    raw = read(put(tmp_path / "a.xlsx", xlsx({"TDSheet": rows}, merged={"A1:E1": "Отчёт по продажам"})))

    assert list(raw.frame.columns) == ["Контрагент", "Дата", "Продажи Количество", "Продажи Сумма, руб.", "Склад"]
    assert raw.rows.tolist() == list(range(7, 19))
    assert raw.frame["Продажи Сумма, руб."].sum() == 693.0
    assert [(one.line, one.why) for one in raw.rejects] == [
        (19, "a row of totals"),
        (21, "stands below the table"),
        (22, "stands below the table"),
    ]
    assert raw.header == 5


def test_formulas_give_their_values_and_mixed_columns_are_text(tmp_path: Path) -> None:
    rows = [["id", "amount", "code", "at"]] + [
        [n, f"=A{n + 1}*2|{n * 2}", n if n % 2 else f"A{n}", datetime(2023, 3, 20, 8, n)] for n in range(1, 9)
    ]

    raw = read(put(tmp_path / "a.xlsx", xlsx({"s": rows})))

    assert raw.frame["amount"].tolist() == [n * 2.0 for n in range(1, 9)]
    assert raw.frame["code"].tolist() == ["1", "A2", "3", "A4", "5", "A6", "7", "A8"]
    assert raw.frame["at"].max() == pd.Timestamp(2023, 3, 20, 8, 8)


def test_the_only_sheet_with_a_table_is_taken(tmp_path: Path) -> None:
    path = put(
        tmp_path / "a.xlsx",
        xlsx({"About": [["Made by us"]], "Orders": [HEADER, *ROWS], "Old": [["x", "y"], [1, 2]]}, hidden=["Old"]),
    )

    assert (read(path).sheet, read(path).questions) == ("Orders", ())
    assert list(read(path, sheet="Old").frame.columns) == ["x", "y"]


def test_sheets_with_different_columns_are_asked_about(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", xlsx({"People": [["id", "city"], [1, "Perm"]], "Orders": [HEADER, *ROWS]}))

    raw = read(path)

    (question,) = raw.questions
    assert (question.key, [choice.value for choice in question.choices]) == ("sheet", ["Orders", "People"])
    assert question.choices[0].evidence == "20 rows: customer, day, amount, city"
    assert list(raw.frame.columns) == HEADER
    assert read(path, sheet="People").questions == ()
    with pytest.raises(SpecError, match=r"no sheet 'Customers'.*'People', 'Orders'"):
        read(path, sheet="Customers")


def test_sheets_of_months_are_one_table(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", xlsx({"Jan": [HEADER, *ROWS[:9]], "Feb": [HEADER, *ROWS[9:]]}))

    raw = read(path)

    assert (len(raw.frame), raw.where(0), raw.where(9)) == (20, "Jan, row 2", "Feb, row 2")
    assert len(read(path, sheet="Jan | Feb").frame) == 20
    assert len(read(path, sheet="Jan").frame) == 9


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", xlsx({"s": [["a"]]})[:300]]
)
def test_a_broken_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match=r"cannot be (read|unpacked)"):
        read(put(tmp_path / "a.xlsx", data))


# ------------------------------------------------------------------ archives


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_text_is_read(tmp_path: Path, pack: object) -> None:
    raw = read(put(tmp_path / "a.csv.gz", pack(CSV.encode())))  # type: ignore[operator]

    assert (len(raw.frame), raw.where(0)) == (20, "line 2")


def test_a_zip_holds_one_table_or_parts_of_one(tmp_path: Path) -> None:
    header, *rows = CSV.splitlines(keepends=True)
    parts = {"x/jan.csv": (header + "".join(rows[:9])).encode(), "x/feb.csv": (header + "".join(rows[9:])).encode()}

    one = read(put(tmp_path / "one.zip", zipped({"a.csv": CSV.encode(), "__MACOSX/._a.csv": b"\0"})))
    two = read(put(tmp_path / "two.zip", zipped(parts)))

    assert len(one.frame) == 20
    assert (len(two.frame), two.where(0), two.where(11)) == (20, "feb.csv, line 2", "jan.csv, line 2")
    book = read(put(tmp_path / "book.zip", zipped({"a.xlsx": xlsx({"s": [HEADER, *ROWS]})})))
    assert list(book.frame.columns) == HEADER


@pytest.mark.parametrize("name", ["x" * 9000 + ".csv", "a/" * 2500 + "x.csv"])
def test_a_zip_may_name_what_no_file_system_would(name: str, tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", zipped({name: CSV.encode()}))

    assert tables_in(path) == {}  # of one table, for which it looks into each file
    assert len(read(path).frame) == len(ROWS)


def test_a_zip_of_different_tables_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", zipped({"a.csv": CSV.encode(), "b.csv": b"id,city\n1,Perm\n2,Kazan\n"}))

    with pytest.raises(InputError, match=r"b\.csv: other columns than a\.csv"):
        read(path)


def test_folders_of_packed_files_and_of_workbooks(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        put(tmp_path / name / "1.csv.gz", gzip.compress(CSV.encode()))
    put(tmp_path / "a" / "2.csv.gz", gzip.compress(CSV.encode()))
    (tmp_path / "c").mkdir()
    for month in ("jan", "feb"):
        put(tmp_path / "c" / f"{month}.xlsx", xlsx({"s": [HEADER, *ROWS]}))

    assert len(read(str(tmp_path / "a")).frame) == 40
    assert read(str(tmp_path / "c")).where(20) == "jan.xlsx, row 2"


# ------------------------------------------------------------------ JSON


def test_json_records_are_rows(tmp_path: Path) -> None:
    records = [{"id": n, "day": f"2023-03-{n:02d}", "amount": n + 0.5, "big": n > 5} for n in range(1, 9)]

    array = read(write(tmp_path / "a.json", json.dumps(records, indent=1)))
    by_line = read(write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)) + "\nnot json\n"))

    pd.testing.assert_frame_equal(array.frame, by_line.frame)
    assert array.frame["amount"].tolist() == [n + 0.5 for n in range(1, 9)]
    assert (array.where(0), by_line.where(0), by_line.rejects[0].told) == ("row 1", "line 1", "line 9: no JSON record")


ORDERS = [
    {
        "id": 500 + n,
        "created_at": f"2024-{1 + n // 28:02d}-{1 + n % 28:02d}T10:00:00+03:00",
        "customer": {"id": 7000 + n % 30, "email": f"b{n % 30}@example.com", "address": {"city": "Perm"}},
        "total_price": f"{12.5 * (1 + n % 3) + 4:.2f}",
        "line_items": [{"sku": f"S{k}", "price": "12.50", "quantity": 1} for k in range(1 + n % 3)]
        + [{"sku": "S9", "price": "2.00", "quantity": 2}],
        "refunds": [],
    }
    for n in range(200)
]


@pytest.mark.parametrize(
    "text",
    [json.dumps(ORDERS), json.dumps({"orders": ORDERS, "next": None}, indent=1), "\n".join(map(json.dumps, ORDERS))],
    ids=["array", "wrapped", "lines"],
)
def test_orders_of_a_shop_in_json_are_lines_with_their_customers(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "orders.json", text)
    raw = read(path)

    assert list(raw.frame.columns) == [
        *("id", "created_at", "customer.id", "customer.email", "customer.address.city", "total_price"),
        *("line_items.sku", "line_items.price", "line_items.quantity"),
    ]
    assert len(raw.frame) == 599
    assert [str(told) for told in raw.told] == [
        "orders.json: records inside customer became columns with a dot in the name",
        "orders.json: 200 records with a list in line_items became 599 lines, one an item",
    ]
    assert raw.where(2) == ("line 2" if "\n" in text and text[0] == "{" and text[1] != "\n" else "row 2")

    outcome = try_draft(DraftRequest(path, tmp_path / "s.toml"))

    assert outcome.cleaned is not None
    assert set(map(str, raw.told)) <= set(map(str, outcome.draft.told))
    customers, account = outcome.cleaned.customers, outcome.cleaned.ledger.lines
    assert len(customers) == 30
    assert customers["orders"].sum() == 200
    assert customers["spend"].sum() == pytest.approx(sum(float(order["total_price"]) for order in ORDERS))
    assert account is not None
    assert account.lines == 599


def test_an_order_without_items_stays_a_line(tmp_path: Path) -> None:
    records = [{"id": 1, "items": [{"a": 1}, {"a": 2}]}, {"id": 2, "items": []}, {"id": 3}, {"id": 4, "items": None}]

    raw = read(write(tmp_path / "a.json", json.dumps(records)))

    assert raw.frame["id"].tolist() == [1, 1, 2, 3, 4]
    assert raw.frame["items.a"].fillna(0).tolist() == [1, 2, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"id": 1, "items": [{"a": 1}]}, {"id": 2, "items": [3]}]', "one column only"),
        ('[{"id": 1, "items": [{"a": 1}]}, {"id": 2, "items": "none"}]', "items is a list in some records only"),
        ('[{"id": 1, "a": {"b": 2}, "a.b": 3}]', r"a column named twice: a\.b"),
        ('[{"id": 1, "a": ' + '{"a": ' * 40 + "1" + "}" * 40 + "}]", "objects in objects without end"),
        ("[1, 2, 3]", "values without names"),
        ('[{"id": 1}, {"id": 2}]', "one column only"),
        ('[{"id": 1, "a": 2}', "JSON"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_other_json_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(write(tmp_path / "a.json", text))


# ------------------------------------------------------------------ several tables


def test_files_are_told_apart_by_their_columns(tmp_path: Path) -> None:
    write(tmp_path / "orders_2023-01.csv", CSV)
    write(tmp_path / "orders_2023-02.csv", "amount;customer;day\n1.5;1001;2023-02-01\n2.5;1002;2023-02-02\n")
    put(tmp_path / "Customers.xlsx", xlsx({"s": [["customer", "city"], [1001, "Perm"], [1002, "Kazan"]]}))
    pd.DataFrame({"item": ["a"], "price": [1.5]}).to_parquet(tmp_path / "items.parquet")

    assert tables_in(str(tmp_path)) == {
        "Customers": "Customers.xlsx",
        "items": "items.parquet",
        "orders": "orders_2023-0*.csv",
    }


def shop_folder(folder: Path) -> Path:
    """Orders in two months, their items, and customers in a workbook."""
    folder.mkdir()
    orders = pd.DataFrame({"order_id": range(500, 740), "customer_id": [1 + (7 * n) % 31 for n in range(240)]})
    orders["order_date"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(range(240), unit="D")).strftime("%Y-%m-%d")
    items = pd.DataFrame(
        [
            {
                "order_id": 500 + n,
                "product": f"P{(n + k) % 9}",
                "quantity": 1 + (n + k) % 3,
                "price": 3.5 + (n * k) % 11,
            }
            for n in range(240)
            for k in range(1 + n % 3)
        ]
    )
    orders.iloc[:120].to_csv(folder / "orders_1.csv", index=False)
    orders.iloc[120:].to_csv(folder / "orders_2.csv", index=False)
    items.to_csv(folder / "items.csv", index=False, sep=";")
    put(folder / "customers.xlsx", xlsx({"s": [["customer_id", "city"], *[[n, "Perm"] for n in range(1, 32)]]}))
    return folder


def test_a_zip_of_several_tables_is_read_as_the_folder_of_its_files(tmp_path: Path) -> None:
    folder = shop_folder(tmp_path / "shop")
    files = {f"export/{file.name}": file.read_bytes() for file in folder.iterdir()}
    packed = put(tmp_path / "packed.zip", zipped({**files, "__MACOSX/._items.csv": b"x"}))

    assert tables_in(packed) == {name: f"export/{file}" for name, file in tables_in(str(folder)).items()}
    assert tables_in(packed)["orders"] == "export/orders_*.csv"
    of_folder = try_draft(DraftRequest(str(folder), tmp_path / "folder.toml"))
    of_zip = try_draft(DraftRequest(packed, tmp_path / "zip.toml"))

    assert of_zip.cleaned is not None
    assert of_folder.cleaned is not None
    assert [str(told) for told in of_zip.draft.told] == [str(told) for told in of_folder.draft.told]
    assert of_zip.cleaned.ledger.lines == of_folder.cleaned.ledger.lines
    pd.testing.assert_frame_equal(of_zip.cleaned.customers, of_folder.cleaned.customers)
    assert len(of_zip.cleaned.customers) == 31
    less = put(tmp_path / "less.zip", zipped({name: data for name, data in files.items() if "items" not in name}))
    with pytest.raises(InputError, match=r"no file export/items\.csv in it.*orders_1"):
        read_source(load_spec(str(tmp_path / "zip.toml")), less)


def test_a_path_leads_to_one_file_of_a_zip(tmp_path: Path) -> None:
    packed = put(tmp_path / "a.zip", zipped({"a.csv": CSV.encode(), "b.csv": b"x,y\n1,2\n"}))

    assert list(read(f"{packed}/b.csv").frame.columns) == ["x", "y"]
    assert len(read(f"{packed}/a*").frame) == 20
    with pytest.raises(InputError, match=r"no file c\.csv in it"):
        read(f"{packed}/c.csv")


def test_no_name_in_a_zip_leads_out_of_it(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.csv", "password,x\nhunter2,1\n")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in ((secret, "a,b\n1,2\n"), ("../secret.csv", "c,d\n1,2\n"), ("plain.csv", "e,f\n1,2\n")):
            archive.writestr(name, text)
    (tmp_path / "in").mkdir()
    packed = put(tmp_path / "in" / "a.zip", made.getvalue())

    for name in (secret.lstrip("/"), "../secret.csv"):
        try:
            columns = list(read(f"{packed}/{name}").frame.columns)
        except InputError:
            columns = []
        assert "password" not in columns
    try:
        found = tables_in(packed)
    except InputError:
        found = {}
    assert all(not Path(file).is_absolute() for file in found.values())


def test_a_zip_of_tables_that_unfold_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    packed = put(tmp_path / "a.zip", zipped({f"{n}.csv": f"a{n},b\n".encode() + b"1,2\n" * 150 for n in range(3)}))

    with pytest.raises(InputError, match="unfolds to more"):
        tables_in(packed)


# ------------------------------------------------------------------ errors of a spreadsheet


def purchases(folder: Path) -> str:
    """200 lines of 40 customers on two sheets of one table; the second has errors in two columns."""
    rows = [[f"C{n % 40}", f"O{n // 2}", date(2023, 1, 1 + n // 10), 5.5 + n % 7, "tea"] for n in range(200)]
    rows = [[f"C{(n // 2) % 40}", *row[1:]] for n, row in enumerate(rows)]
    rows[103][3], rows[150][3], rows[120][4] = "=1/0|#DIV/0!", "=NA()|#N/A", '=VLOOKUP("a",A1:B2,2)|#N/A'
    head = ["customer_id", "order_id", "order_date", "amount", "product"]
    sheets = {"Jan & Feb": [head, *rows[:100]], "Mar": [["Sales"], [], head, *rows[100:]]}
    return put(folder / "book.xlsx", xlsx(sheets))


def test_errors_of_a_workbook_are_found_where_they_stand(tmp_path: Path) -> None:
    raw = read(purchases(tmp_path))

    assert [(name, str(raw.where(at))) for name, at in raw.faults] == [
        ("amount", "Mar, row 7"),
        ("product", "Mar, row 24"),
        ("amount", "Mar, row 54"),
    ]
    assert raw.frame["amount"].isna().sum() == 2


def test_the_account_of_lines_tells_errors_of_a_workbook(tmp_path: Path) -> None:
    outcome = try_draft(DraftRequest(purchases(tmp_path), tmp_path / "s.toml"))
    told = list(account_lines(outcome))
    russian = list(account_lines(replace(outcome, wanted=replace(outcome.wanted, language="ru"))))

    assert any(
        line.startswith("2 cells of amount hold an error of the workbook, such as #N/A: unknown") and "row 7" in line
        for line in told
    ), told
    assert any("столбец amount: 2 ячейки с ошибкой книги" in line for line in russian), russian


def test_a_table_of_customers_tells_errors_of_a_workbook_too(tmp_path: Path) -> None:
    rows = [[f"C{n}", 3 + n % 9, 20.5 * (n % 11) + n, 30 + n % 40] for n in range(60)]
    rows[6][2] = "=1/0|#DIV/0!"
    path = put(tmp_path / "a.xlsx", xlsx({"s": [["customer_id", "orders", "spend", "age"], *rows]}))

    outcome = try_draft(DraftRequest(path, tmp_path / "s.toml"))

    what = "1 cell of spend holds an error of the workbook, such as #N/A: unknown (row 8)"
    assert what in map(str, outcome.draft.told)
    assert outcome.cleaned is not None
    assert what in map(str, outcome.cleaned.ledger.notes)


# ------------------------------------------------------------------ bombs


def refused_fast(path: str, match: str) -> None:
    started = time.monotonic()
    with pytest.raises(InputError, match=match):
        read(path)
    assert time.monotonic() - started < 20


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    refused_fast(put(tmp_path / "a.csv.gz", gzip.compress(b"1,2\n" * 15_000_000)), "unfolds to more than can be read")


def test_a_zip_bomb_is_refused_though_it_lies_about_its_size(tmp_path: Path) -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w", force_zip64=True) as file,
    ):
        for _ in range(6):
            file.write(b"0" * 10_000_000)

    refused_fast(put(tmp_path / "a.zip", made.getvalue()), "unfolds to more than can be read")


def test_a_workbook_with_a_cell_at_its_far_corner_is_refused(tmp_path: Path) -> None:
    book = xlsx({"s": [HEADER, *ROWS]})
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", cell)

    refused_fast(put(tmp_path / "a.xlsx", zipped(parts)), "too many cells.*1,048,576 rows x 16,384 columns")


def test_a_workbook_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx({"s": [HEADER, *ROWS]}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"a" * 60_000_000 + b"</t></si></sst>"

    refused_fast(put(tmp_path / "a.xlsx", zipped(parts)), "unfolds to more than can be read")


def test_a_long_text_in_a_million_cells_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx({"s": [HEADER, *ROWS]}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"a" * 32_000 + b"</t></si></sst>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 200_000))
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"

    refused_fast(put(tmp_path / "a.xlsx", zipped(parts)), "unfolds to more than can be read")


def test_rows_that_opendocument_repeats_without_end_are_refused(tmp_path: Path) -> None:
    data = ods([HEADER, *ROWS], repeated='table:number-rows-repeated="1000000000"')

    refused_fast(put(tmp_path / "a.ods", data), "too many cells")
