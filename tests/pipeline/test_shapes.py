"""Shapes of text tables: lines around them, headers of several rows or none, blanks between columns, totals."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.reading import RawTable, read_source
from pipeline.spec import Spec
from tests.pipeline.sources_support import tiny_spec, write

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not beside the project")
ROWS = [[str(1001 + n % 7), f"{1 + n % 28:02d}.03.2023", f"{n}.50"] for n in range(20)]


@pytest.fixture
def spec() -> Spec:
    return tiny_spec()


def lines(rows: list[list[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def read(tmp_path: Path, text: str, **source: object) -> RawTable:
    return read_source(tiny_spec(source=source), write(tmp_path / "a.csv", text))


# ------------------------------------------------------------------ lines before and after


@pytest.mark.parametrize(
    ("before", "header"),
    [
        ("# ------\n# User explorer\n# 20230101-20231231\n# ------\n\n", 6),
        ("Sales report\n\n", 3),
        ("Отчёт по продажам,,\nПериод: 2023 год,,\n,,\n", 4),
        ("Run,c8a2eb1c\nSegments,3\nCustomers,20\n\n", 5),
        ("Generated on 2023-11-28 by till 4\n", 2),
        ('"Report, of all sales"\n\n\n', 4),
    ],
)
def test_lines_before_the_header_are_left_out_and_told(tmp_path: Path, before: str, header: int) -> None:
    raw = read(tmp_path, before + "client,day,amount\n" + lines(ROWS))

    assert list(raw.frame.columns) == ["client", "day", "amount"]
    assert raw.frame["amount"].tolist() == [row[2] for row in ROWS]
    assert raw.rows.tolist() == list(range(header + 1, header + 21))
    assert raw.header == header
    assert f"a.csv: the header is in line {header}; what stands before it is left out" in raw.notes[-1]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_title_above_a_table_of_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    raw = read(
        tmp_path,
        "Продажи, март 2023, все магазины\n\n"
        + delimiter.join(["кто", "когда", "сколько"])
        + "\n"
        + lines(ROWS, delimiter),
    )

    assert (list(raw.frame.columns), len(raw.frame), raw.header) == (["кто", "когда", "сколько"], 20, 3)


def test_lines_below_the_table_are_told_with_their_line(tmp_path: Path) -> None:
    raw = read(tmp_path, "client,day,amount\n" + lines(ROWS) + "\n(20 rows affected)\nSigned: J. Smith\n")

    assert len(raw.frame) == 20
    assert [(one.line, one.why) for one in raw.rejects] == [
        (23, "1 fields where the header has 3"),
        (24, "1 fields where the header has 3"),
    ]


def test_the_line_of_the_header_can_be_given(tmp_path: Path) -> None:
    text = "a,b,c\nd,e,f\nclient,day,amount\n" + lines(ROWS)

    assert list(read(tmp_path, text, header=3).frame.columns) == ["client", "day", "amount"]
    without = read(tmp_path, lines(ROWS), header=0)
    assert (list(without.frame.columns), without.header, len(without.frame)) == (
        ["column 1", "column 2", "column 3"],
        0,
        20,
    )


@pytest.mark.parametrize("first", [["0", ":", "0"], [":", "0", "?"], ["unknown", "unknown", "7"]])
def test_a_row_with_a_number_below_whole_names_is_a_row(tmp_path: Path, first: list[str]) -> None:
    """It went into the names: "id 0", "spend :", and a customer was gone."""
    rows = [first, *([str(n), f"{n}.5", "3"] for n in range(3))]
    raw = read(tmp_path, "id,spend,orders\n" + lines(rows))

    assert list(raw.frame.columns) == ["id", "spend", "orders"]
    assert raw.frame.to_numpy().tolist() == rows


# ------------------------------------------------------------------ no header


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [[f"c{n % 9}@example.org", f"2023-03-{1 + n % 28:02d}", f"{n}.5", str(n)] for n in range(30)],
        [["00001", "19970101", "1", "11.77"], ["00002", "19970112", "1", "12.00"], ["00002", "19970112", "5", "77.00"]],
        [["Kazan", "12.5"], ["Perm", "13.5"], ["Kazan", "14.5"], ["Perm", "1.5"]],
    ],
)
def test_a_table_without_a_header_gets_numbered_columns(tmp_path: Path, rows: list[list[str]]) -> None:
    raw = read(tmp_path, lines(rows))

    assert list(raw.frame.columns) == [f"column {place + 1}" for place in range(len(rows[0]))]
    assert raw.frame.to_numpy().tolist() == rows
    assert (raw.rows[0], raw.header, raw.questions) == (1, 0, ())


@pytest.mark.parametrize(
    "header",
    ["name,2019,2020,2021", "who,1,2,3", "client,2023-01,2023-02,2023-03", "a,b,c,d"],
)
def test_years_and_months_as_names_are_a_header(tmp_path: Path, header: str) -> None:
    raw = read(tmp_path, f"{header}\n" + lines([[f"n{n}", str(n), str(n * 3 % 7), f"{n}"] for n in range(20)]))

    assert (list(raw.frame.columns), raw.header) == (header.split(","), 1)


def test_a_first_line_that_may_be_either_is_a_header_and_asked_about(tmp_path: Path) -> None:
    raw = read(tmp_path, "Anna,Kazan,4\n" + lines([[f"name{n}", f"city{n}", str(n)] for n in range(20)]))

    (question,) = raw.questions
    assert (question.key, [choice.value for choice in question.choices]) == ("header", ["1", "0"])
    assert (len(raw.frame), raw.header) == (20, 1)
    assert len(read(tmp_path, Path(tmp_path / "a.csv").read_text("utf-8"), header=0).frame) == 21


# ------------------------------------------------------------------ headers of several rows


def test_two_header_rows_are_one(tmp_path: Path) -> None:
    text = "Контрагент;Продажи;;Возвраты;\n;Количество;Сумма;Количество;Сумма\n"
    raw = read(tmp_path, text + "".join(f"Клиент {n};{n};{n},50;0;0,00\n" for n in range(12)))

    assert list(raw.frame.columns) == [
        "Контрагент",
        "Продажи Количество",
        "Продажи Сумма",
        "Возвраты Количество",
        "Возвраты Сумма",
    ]
    assert raw.rows.tolist() == list(range(3, 15))


def test_units_and_numbers_of_columns_below_the_names(tmp_path: Path) -> None:
    rows = "".join(f"К{n};{n},50;{n}\n" for n in range(12))

    assert list(read(tmp_path, "Клиент;Сумма;Вес\n;руб.;кг\n" + rows).frame.columns) == [
        "Клиент",
        "Сумма руб.",
        "Вес кг",
    ]
    raw = read(tmp_path, "Клиент;Сумма;Вес\n1;2;3\n" + rows)
    assert (list(raw.frame.columns), len(raw.frame)) == (["Клиент", "Сумма", "Вес"], 12)


# ------------------------------------------------------------------ blanks between columns


@pytest.mark.parametrize(
    "text",
    [
        " id   day      n  amount\n" + "".join(f" {1001 + n:05d} 202301{1 + n:02d}  {n}  {n}.50\n" for n in range(20)),
        "id\tday   n\t amount\n" + "".join(f"{1001 + n}  202301{1 + n:02d}\t{n}  {n}.50\n" for n in range(20)),
        "id    day         n    amount\n"
        + "".join(f"{1001 + n:<6}202301{1 + n:02d}    {n:<5}{n}.50\n" for n in range(20)),
        "id day n amount\n" + "".join(f"{1001 + n} 202301{1 + n:02d} {n} {n},50\n" for n in range(20)),
    ],
)
def test_runs_of_blanks_part_columns(tmp_path: Path, text: str) -> None:
    raw = read(tmp_path, text)

    assert list(raw.frame.columns) == ["id", "day", "n", "amount"]
    assert raw.frame["n"].tolist() == [str(n) for n in range(20)]
    assert raw.rows.tolist() == list(range(2, 22))


def test_fields_of_a_fixed_width_may_be_empty_and_hold_blanks(tmp_path: Path) -> None:
    text = "id    city       amount\n" + "".join(
        f"{1001 + n:<6}{('New York' if n % 3 else ''):<11}{n}.50\n" for n in range(20)
    )

    raw = read(tmp_path, text)

    assert list(raw.frame.columns) == ["id", "city", "amount"]
    assert raw.frame["city"].isna().sum() == 7
    assert raw.frame["amount"].tolist() == [f"{n}.50" for n in range(20)]


def test_blanks_named_as_the_delimiter_are_runs(tmp_path: Path) -> None:
    raw = read(tmp_path, "".join(f" {n}  a{n}   {n}.5\n" for n in range(9)), delimiter=" ", header=0)

    assert raw.frame["column 3"].tolist() == [f"{n}.5" for n in range(9)]


# ------------------------------------------------------------------ totals, repeated headers, ends of lines


@pytest.mark.parametrize(
    "total",
    ["Total,,190.0", "Итого:,,190", "GRAND TOTAL,,", "Всего по магазину,,190", ",Total,190.00", "Summe,,190"],
)
def test_a_row_of_totals_is_set_aside_and_told(tmp_path: Path, total: str) -> None:
    rows = [["anna", "tea", f"{n}.0"] for n in range(20)]

    raw = read(tmp_path, "who,what,amount\n" + lines(rows) + total + "\n")

    assert len(raw.frame) == 20
    assert [(one.line, one.why) for one in raw.rejects] == [(22, "a row of totals")]


def test_subtotals_inside_are_set_aside(tmp_path: Path) -> None:
    text = (
        "who,what,amount\na,tea,1.5\na,milk,2.5\na Total,,4.0\nb,tea,3.0\nb,tea,1.0\nb Total,,4.0\nGrand Total,,8.0\n"
    )

    raw = read(tmp_path, text)

    assert raw.frame["amount"].tolist() == ["1.5", "2.5", "3.0", "1.0"]
    assert [one.line for one in raw.rejects] == [4, 7, 8]


def test_the_sum_of_each_customer_is_set_aside_and_of_those_with_one_row_too(tmp_path: Path) -> None:
    rows, sums = [], []
    for customer in range(12):
        amounts = [3.25 + customer + place for place in range(1 + customer % 3)]  # some have a row alone
        rows += [f"k{customer},2023-01-{place + 1:02d},{amount}" for place, amount in enumerate(amounts)]
        rows.append(f"k{customer} Total,,{sum(amounts)}")
        sums.append(len(rows) + 1)

    raw = read(tmp_path, "who,day,amount\n" + "\n".join(rows) + "\n")

    assert [reject.line for reject in raw.rejects] == sums
    assert raw.frame["who"].nunique() == 12


@pytest.mark.parametrize("row", ["Total,tea,7.0", "total,milk,3", "Totally,,5.0", "Sum Ltd,,5.0"])
def test_a_customer_called_total_stays(tmp_path: Path, row: str) -> None:
    raw = read(tmp_path, "who,what,amount\n" + lines([["anna", "tea", f"{n}.0"] for n in range(20)]) + row + "\n")

    assert (len(raw.frame), raw.rejects) == (21, ())


def test_a_last_row_of_sums_without_a_word_is_set_aside(tmp_path: Path) -> None:
    rows = [[f"k{n}", f"{n}.5", str(n + 3)] for n in range(20)]
    sums = f",{sum(n + 0.5 for n in range(20))},{sum(n + 3 for n in range(20))}\n"

    raw = read(tmp_path, "who,amount,visits\n" + lines(rows) + sums)

    assert (len(raw.frame), [(one.line, one.why) for one in raw.rejects]) == (20, [(22, "a row of totals")])


@pytest.mark.parametrize("row", ["k20,200.0,250", ",200.0,7", ",7.5,250"])
def test_a_last_row_with_a_key_or_one_sum_only_stays(tmp_path: Path, row: str) -> None:
    rows = [[f"k{n}", f"{n}.5", str(n + 3)] for n in range(20)]

    raw = read(tmp_path, "who,amount,visits\n" + lines(rows) + row + "\n")

    assert (len(raw.frame), raw.rejects) == (21, ())


def _grouped(sums: list[int]) -> str:
    rows = ["Покупатель / Документ;Сумма"]
    for group, total in enumerate(sums):
        rows.append(f"ООО {group};{total}")
        rows += [f"Реализация {group}{n} от 0{n + 1}.03.2023 10:00:00;{10 + n}" for n in range(3)]
    return "\n".join(rows) + "\n"


def test_documents_below_their_customers_get_them_beside(tmp_path: Path) -> None:
    raw = read(tmp_path, _grouped([33] * 5) + "Итого;165\n")

    assert list(raw.frame.columns) == ["Документ", "Сумма", "Покупатель"]
    assert raw.frame["Покупатель"].tolist() == [f"ООО {group}" for group in range(5) for _ in range(3)]
    assert len(raw.rejects) == 6


def test_headings_whose_numbers_are_not_the_sums_below_them_stay_rows(tmp_path: Path) -> None:
    raw = read(tmp_path, _grouped([33, 33, 34, 33, 33]))

    assert (len(raw.frame), raw.rejects) == (20, ())


def test_files_whose_names_differ_in_numbers_are_one_table_though_a_column_came(tmp_path: Path) -> None:
    (tmp_path / "sales_01.csv").write_text("who,day,amount\na,2023-01-05,1.5\nb,2023-01-06,2.5\n")
    (tmp_path / "sales_02.csv").write_text("day,who,amount,promo\n2023-02-05,a,3.5,x\n2023-02-06,c,4.5,\n")

    raw = read_source(tiny_spec(), str(tmp_path))

    assert raw.frame["amount"].tolist() == ["1.5", "2.5", "3.5", "4.5"]
    assert raw.frame["promo"].isna().tolist() == [True, True, False, True]
    assert [told for told in raw.told if "promo" in told] != []


def test_files_of_other_columns_and_names_are_refused_as_before(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("who,day,amount\na,2023-01-05,1.5\n")
    (tmp_path / "people.csv").write_text("who,day,amount,age\na,2023-02-05,1.5,4\n")

    with pytest.raises(InputError, match="other columns"):
        read_source(tiny_spec(), str(tmp_path))


def test_json_by_columns_is_read_and_columns_of_unequal_length_are_not(tmp_path: Path) -> None:
    even = write(tmp_path / "even.json", '{"who": {"0": "a", "1": "b"}, "amount": {"0": 1.5, "1": 2.5}}')
    odd = write(tmp_path / "odd.json", '{"who": {"0": "a", "1": "b"}, "amount": {"0": 1.5}}')

    assert read_source(tiny_spec(), str(even)).frame["amount"].tolist() == [1.5, 2.5]
    assert len(read_source(tiny_spec(), str(odd)).frame) == 1


def test_the_header_again_inside_the_file_is_set_aside(tmp_path: Path) -> None:
    raw = read(tmp_path, "client,day,amount\n" + lines(ROWS[:9]) + "client,day,amount\n" + lines(ROWS[9:]))

    assert (len(raw.frame), [(one.line, one.why) for one in raw.rejects]) == (20, [(11, "the header once more")])


def test_delimiters_at_the_ends_of_lines(tmp_path: Path) -> None:
    body = "".join(f"{n},a{n},{n}.5,\n" for n in range(9))

    both = read(tmp_path, "id,name,amount,\n" + body)
    below = read(tmp_path, "id,name,amount\n" + body)
    above = read(tmp_path, "id,name,amount,\n" + body.replace(",\n", "\n"))

    for raw in (both, below, above):
        assert list(raw.frame.columns) == ["id", "name", "amount"]
        assert raw.frame["id"].tolist() == [str(n) for n in range(9)]


def test_columns_named_twice_are_one_where_their_cells_agree(tmp_path: Path) -> None:
    raw = read(tmp_path, "id,city,id\n" + "".join(f"{n},Perm,{n}\n" for n in range(9)))
    assert list(raw.frame.columns) == ["id", "city"]
    assert "stands twice with the same cells" in raw.notes[-1]


def test_columns_named_twice_are_numbered_where_their_cells_differ_and_it_is_told(tmp_path: Path) -> None:
    raw = read(tmp_path, "id,sum,sum,sum (2),sum\n" + "".join(f"{n},{n},{n + 1},{n + 2},{n + 3}\n" for n in range(9)))

    assert list(raw.frame.columns) == ["id", "sum", "sum (3)", "sum (2)", "sum (4)"]
    assert raw.frame.iloc[0].tolist() == ["0", "0", "1", "2", "3"]
    assert [str(told).rpartition("/")[2] for told in raw.told] == [
        f"a.csv: the header names a column twice with other cells; the later one is sum ({n})" for n in (3, 4)
    ]


# ------------------------------------------------------------------ shared cases, hostile files


@needs_cases
def test_the_shared_cases(spec: Spec) -> None:
    analytics = read_source(spec, str(CASES / "analytics_preamble.csv"))
    assert (analytics.frame.columns[0], analytics.header, len(analytics.frame)) == ("Effective user ID", 6, 150)
    own = read_source(spec, str(CASES / "own_export_customers.csv"))
    assert (list(own.frame.columns)[:3], own.header, len(own.frame)) == (
        ["Customer", "Segment", "Segment name"],
        9,
        128,
    )
    spaces = read_source(spec, str(CASES / "space_separated.txt"))
    assert list(spaces.frame.columns) == ["customer_id", "date", "number_of_items", "dollar_value"]
    assert len(spaces.frame) == 340
    assert spaces.frame["dollar_value"].notna().all()


def test_a_header_of_a_hundred_thousand_columns_is_refused_at_once(tmp_path: Path) -> None:
    text = ",".join(f"c{n}" for n in range(100_000)) + "\n" + ",".join("1" for _ in range(100_000)) + "\n"
    started = time.monotonic()

    with pytest.raises(InputError, match="too many columns"):
        read(tmp_path, text)

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("banner", ["", "A report\n\n", "# one\n# two\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_a_table_is_the_same_in_every_form(tmp_path: Path, delimiter: str, banner: str, encoding: str) -> None:
    rows = [[f"Клиент {n % 5}", f"{1 + n % 28:02d}.03.2023", f"{n}.50", f"товар {n % 3}"] for n in range(40)]
    text = banner + lines([["кто", "когда", "сколько", "что"], *rows], delimiter)

    raw = read_source(tiny_spec(), write(tmp_path / "a.csv", text, encoding))

    expected = pd.DataFrame(rows, columns=["кто", "когда", "сколько", "что"], dtype="str")
    pd.testing.assert_frame_equal(raw.frame, expected)
    assert raw.rows.tolist() == list(range(banner.count("\n") + 2, banner.count("\n") + 42))
