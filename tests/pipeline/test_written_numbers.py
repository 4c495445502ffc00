"""Numbers as people write them, and currencies beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading import convert, currency_of, infer_column
from pipeline.reading.kinds import infer

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not beside the project")


def column(values: list[str]) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["(12.34)", "$12.50"], [-12.34, 12.5]),
        (["($12.34)", "-$3.00", "$(5.00)"], [-12.34, -3.0, -5.0]),
        (["(1 234,50 €)", "12,50 €"], [-1234.5, 12.5]),
        (["12.34-", "5.00"], [-12.34, 5.0]),
        (["1.234,50-", "2.000,00"], [-1234.5, 2000.0]),
        (["1,23,456.78", "12,34,567.00", "1,000.00"], [123456.78, 1234567.0, 1000.0]),
        (["₹1,23,456", "₹ 12.50"], [123456.0, 12.5]),
        (["1'234.50", "1’234.50"], [1234.5, 1234.5]),
        (["1\u202f234,50", "1\u00a0234,50", "1 234,50"], [1234.5] * 3),
        (["12 руб.", "1 200,50 р.", "3р", "4 рубля"], [12.0, 1200.5, 3.0, 4.0]),
        (["EUR 12", "USD12", "12,50 €", "CHF 1,5"], [12.0, 12.0, 12.5, 1.5]),
        (["US$ 1,200.00", "C$5", "R$ 7.50"], [1200.0, 5.0, 7.5]),
        (["12,50 zł", "3 Kč", "7 kr"], [12.5, 3.0, 7.0]),
        (["1.234,56", "2.345.678,90"], [1234.56, 2345678.9]),
        (["1.5e3", "2E+2"], [1500.0, 200.0]),
        (["- 12.5", "–12.5", "−12.5"], [-12.5] * 3),
        (['="12.5"', "'13"], [12.5, 13.0]),
        (["12€50", "1 234€05", "7€"], [12.5, 1234.05, 7.0]),
        (["1 234 руб. 50 коп.", "90 руб. 05 коп."], [1234.5, 90.05]),
        (["1.2K", "$12.5k", "0.9K", "900"], [1200.0, 12500.0, 900.0, 900.0]),
        (["3,4 млн", "12,5 тыс.", "1,5 млн ₽"], [3.4e6, 12500.0, 1.5e6]),
        (["1,234-", "5,-", "120,-", "7,50"], [-1.234, 5.0, 120.0, 7.5]),
        (["Rs. 1,234.50/-", "Rs. 5/-"], [1234.5, 5.0]),
        (["12.50", "13,75", "14.00", "1.05"], [12.5, 13.75, 14.0, 1.05]),
    ],
)
def test_a_number_is_read_with_all_that_stands_around_it(written: list[str], expected: list[float]) -> None:
    made = convert(column(written), "number")

    assert made.values.tolist() == expected
    assert infer_column(column(written))[0] == "number"


@pytest.mark.parametrize(
    "odd", ["12-50", "(12", "12)", "1,2,3", "USD", "5 kg", "--5", "()", "12.3.4", "12€505", "5K", "1.5m²"]
)
def test_what_is_no_number_is_marked(odd: str) -> None:
    made = convert(column(["1.5", odd, "2.5"]), "number")

    assert made.bad.tolist() == [False, True, False]


def test_decimals_that_are_written_both_ways_are_told() -> None:
    made = convert(column(["12.50", "13,75", "14.00"]), "number")

    assert "written both ways" in made.note


def test_lengths_and_sizes_in_thousands_stay_words() -> None:
    assert infer_column(column(["5K", "10K", "21K"] * 20))[0] == "text"


def test_percent_is_read_as_it_stands_and_told() -> None:
    made = convert(column(["12 %", "13.5%"]), "number")

    assert (made.values.tolist(), made.note) == ([12.0, 13.5], "12 % is read as 12")


@pytest.mark.parametrize("fault", ["#REF!", "#DIV/0!", "#ЗНАЧ!", "error", "#####"])
def test_faults_of_a_spreadsheet_leave_a_column_of_numbers(fault: str) -> None:
    kind, values = infer_column(column([*map(str, range(95)), *[fault] * 5]))

    assert (kind, int(values.isna().sum())) == ("number", 5)


def test_a_few_words_among_amounts_leave_them_numbers() -> None:
    kind, values = infer_column(column([*(f"{n}.50" for n in range(95)), "on request", "free", "ask", "gift", "gift"]))

    assert (kind, int(values.isna().sum())) == ("number", 5)


@pytest.mark.parametrize(
    "values",
    [
        [*(str(536365 + n) for n in range(95)), *(f"C{536500 + n}" for n in range(5))],  # cancelled invoices
        [*(str(85000 + n) for n in range(90)), *(f"{84000 + n}A" for n in range(7)), "POST", "M", "D"],
        [*(f"{n:05d}" for n in range(95)), *["error"] * 5],
        [*map(str, range(80)), *["#REF!"] * 20],
    ],
)
def test_codes_and_columns_with_too_much_else_stay_text(values: list[str]) -> None:
    assert infer_column(column(values))[0] == "text"


def test_a_query_goes_on_to_see_text_where_it_saw_text() -> None:
    """Somebody's own SQL takes such columns apart; only a form in the spec makes them something else."""
    frame = pd.DataFrame(
        {
            "when": column([f"3/{1 + n % 28}/2023 2:27:00 PM" for n in range(50)]),
            "amount": column([f"({n}.50)" for n in range(50)]),
            "until": column(["9999-12-31", *["2023-01-01"] * 49]),
        }
    )

    seen, pinned = infer(frame), infer(frame, formats={"when": "%m/%d/%Y", "amount": "number", "until": "text"})

    assert pd.api.types.is_string_dtype(seen["when"])
    assert pd.api.types.is_string_dtype(seen["amount"])
    assert seen["until"].max() == pd.Timestamp("9999-12-31")
    assert pinned["when"].max() == pd.Timestamp(2023, 3, 28, 14, 27)
    assert pinned["amount"].min() == -49.5
    assert pd.api.types.is_string_dtype(pinned["until"])


# ------------------------------------------------------------------ currencies


@pytest.mark.parametrize(
    ("cells", "name", "expected"),
    [
        (["$12.50", "($3)"], "amount", "$"),
        (["12,50 €", "EUR 7"], "Betrag", "€"),
        (["1 200,50 руб.", "3 р."], "Сумма", "₽"),
        (["C$5", "CAD 7"], "total", "CAD"),
        (["$5", "$6", "€7"], "total", "$, €"),
        (["USD", "JPY", "USD"], "currency", "$, ¥"),
        (["5", "6"], "Цена, руб.", "₽"),
        (["5", "6"], "Сумма, р.", "₽"),
        (["5", "6"], "Amount (USD)", "$"),
        (["5", "6"], "price_eur", "€"),
        (["5", "6"], "Total £", "£"),
        (["5", "6"], "Lineitem price", ""),
        (["5", "6"], "euribor3m", ""),
        (["5", "6"], "all orders", ""),
        (["tea $5 cup", "coffee €3"], "item", ""),
    ],
)
def test_the_currency_is_found_in_cells_or_in_the_header(cells: list[str], name: str, expected: str) -> None:
    assert currency_of(column(cells), name) == expected


# ------------------------------------------------------------------ shared cases and a property


@needs_cases
def test_the_shared_cases() -> None:
    negatives = pd.read_csv(CASES / "accounting_negatives.csv", dtype="str")
    kind, amounts = infer_column(negatives["amount"])
    assert kind == "number"
    assert round(amounts[negatives["customer_id"] == "1001"].sum(), 2) == 109.67
    assert currency_of(negatives["amount"], "amount") == "$"
    errors = pd.read_csv(CASES / "errors_in_spend.csv", dtype="str")
    kind, spend = infer_column(errors["spend"])
    assert (kind, int(spend.isna().sum())) == ("number", 5)


def grouped(value: float, group: str, mark: str) -> str:
    return f"{abs(value):,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)


WRITERS = {
    "parentheses": lambda value: f"({grouped(value, ',', '.')})" if value < 0 else grouped(value, ",", "."),
    "minus behind": lambda value: grouped(value, ".", ",") + ("-" if value < 0 else ""),
    "dollars": lambda value: ("-" if value < 0 else "") + "$" + grouped(value, ",", "."),
    "roubles": lambda value: ("−" if value < 0 else "") + grouped(value, "\u00a0", ",") + " руб.",
    "apostrophes": lambda value: ("-" if value < 0 else "") + grouped(value, "’", "."),
    "euros": lambda value: ("-" if value < 0 else "") + grouped(value, "\u202f", ",") + " €",
    "codes": lambda value: "EUR " + ("-" if value < 0 else "") + grouped(value, ".", ","),
}


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=25, deadline=None)
@given(cents=st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=20))
def test_a_written_amount_is_read_back(writer: str, cents: list[int]) -> None:
    values = [number / 100 for number in cents]

    made = convert(column([WRITERS[writer](value) for value in values]), "number")

    np.testing.assert_allclose(made.values, values, rtol=1e-12)
