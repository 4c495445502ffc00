"""The account of every line: lines and money read are those used, returned, cancelled and set aside, to the cent."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.contract import LineAccount, LinesSetAside, LinesTally, LinesUsed, account_in_words, speaker
from pipeline.reading import Frames, read_source
from pipeline.spec import parse_spec
from tests.pipeline.test_lines import LINES, QUERY, ROWS, VOID, as_file, lines_spec

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")
SHOP = {"customer": "customer_id", "order": "order_id", "day": "order_date", "money": "amount"}


def account_of_case(name: str, lines: dict[str, Any]) -> LineAccount:
    query = (
        f'SELECT "{lines["customer"]}" AS customer, sum(line_money) AS spend, count(*) AS orders, 0 AS recency '
        "FROM lines GROUP BY ALL"
    )
    account = read_source(lines_spec(lines, query), str(CASES / f"{name}.csv")).account
    assert account is not None
    return account


def account_of_rows(rows: pd.DataFrame, lines: dict[str, Any], **parts: Any) -> LineAccount:
    account = read_source(lines_spec(lines, QUERY, **parts), Frames.of(rows)).account
    assert account is not None
    return account


# ------------------------------------------------------------------ the shared cases


@needs_cases
def test_a_quarter_without_a_customer_is_told_with_its_money() -> None:
    account = account_of_case("no_customer_on_a_quarter", SHOP)

    (rule,) = account.aside
    assert (account.lines, account.money, account.used.customers) == (340, 10031.96, 57)
    assert (rule.rule, rule.lines, rule.money) == ("no customer", 92, 2593.70)
    assert rule.places == ("line 2", "line 3", "line 4")


@needs_cases
def test_orders_that_were_not_completed_are_cancelled() -> None:
    rule = {"name": "not completed", "sql": "status <> 'Completed'", "counts": "cancelled"}
    account = account_of_case("order_status", {**SHOP, "aside": [rule]})

    assert (account.money, account.used.money) == (11081.96, 7563.58)
    assert account.taken("cancelled").money == pytest.approx(11081.96 - 7563.58)
    assert account.taken("aside").lines == 0


@needs_cases
def test_returns_lower_the_money_and_are_no_orders() -> None:
    lines = {
        "customer": "CustomerID",
        "order": "InvoiceNo",
        "day": "InvoiceDate",
        "money": "Quantity * UnitPrice",
        "returns": "starts_with(InvoiceNo, 'C')",
    }
    account = account_of_case("cancelled_invoices", lines)

    assert account.returns == LinesTally(lines=14, money=-375.37)
    assert account.used.money is not None
    assert account.money == pytest.approx(account.used.money - 375.37)
    assert account.used.orders == 344


@needs_cases
def test_a_day_in_2099_is_set_aside_with_its_line() -> None:
    account = account_of_case("date_in_2099", SHOP)

    (rule,) = account.aside
    assert (rule.rule, rule.lines, rule.places) == ("impossible day", 1, ("line 342",))
    assert account.used.last_day == date(2023, 11, 28)


@needs_cases
def test_a_total_on_each_line_counts_once_an_order() -> None:
    lines = {**SHOP, "money": "order_total_value", "once_an_order": True}
    product = {**SHOP, "money": "quantity * unit_price"}

    once, each = (
        account_of_case("order_total_on_each_line", lines),
        account_of_case("order_total_on_each_line", product),
    )

    assert (once.lines, once.used.orders) == (860, 340)
    assert once.money == pytest.approx(each.money, abs=1.0)  # unit prices are rounded
    assert "totals" not in {finding.kind for finding in once.findings}


# ------------------------------------------------------------------ adding up


RULES = [
    VOID,
    {"name": "cheap", "sql": "amount < 1"},
    {"name": "gifts", "sql": "status = 'gift'", "whole_order": True},
]


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", None]),
            st.one_of(st.none(), st.integers(1, 6)),
            st.one_of(st.none(), st.dates(date(2023, 1, 1), date(2023, 3, 1)), st.just(date(2099, 12, 31))),
            st.one_of(st.none(), st.decimals(-500, 500, places=2).map(float), st.just(float("nan"))),
            st.sampled_from(["paid", "void", "gift", "refund"]),
        ),
        min_size=1,
        max_size=40,
    ),
    once=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_line_and_every_cent_is_somewhere(rows: list[tuple[Any, ...]], once: bool) -> None:
    frame = pd.DataFrame(rows, columns=["customer", "order", "day", "amount", "status"])
    frame = frame.astype({"customer": "str", "order": "Int64", "status": "str", "amount": "float64"})
    frame["day"] = pd.to_datetime(frame["day"]).astype("datetime64[us]")
    keeper = frame.tail(1).assign(customer="a", day=pd.Timestamp("2023-02-01"), status="paid", amount=5.0, order=99)
    frame = pd.concat([frame, keeper], ignore_index=True)
    spec = {**LINES, "once_an_order": once, "returns": "status = 'refund'", "aside": RULES}

    account = account_of_rows(frame, spec)

    assert account.lines == len(frame) == account.used.lines + sum(rule.lines for rule in account.aside)
    assert account.money is not None
    parts = [account.used.money or 0.0, account.returns.money or 0.0 if account.returns else 0.0]
    parts += [rule.money or 0.0 for rule in account.aside]
    assert sum(parts) == pytest.approx(account.money, abs=0.005)
    amounts = frame["amount"].where(frame["status"] != "refund", -frame["amount"].abs())
    if not once:
        assert account.money == pytest.approx(amounts.sum(), abs=0.005)


def test_an_account_that_does_not_add_up_cannot_be_made() -> None:
    used, rule = LinesUsed(lines=3, money=10.0), LinesSetAside(rule="no customer", lines=1, money=2.0)

    LineAccount(lines=4, money=12.0, used=used, aside=(rule,))
    with pytest.raises(ValidationError, match="lines does not add up"):
        LineAccount(lines=5, money=12.0, used=used, aside=(rule,))
    with pytest.raises(ValidationError, match="money does not add up"):
        LineAccount(lines=4, money=12.01, used=used, aside=(rule,))


def test_lines_that_cannot_be_taken_apart_are_lines_too(tmp_path: Path) -> None:
    path = as_file(ROWS, tmp_path, "csv")
    with (tmp_path / "shop.csv").open("a") as file:
        file.write("a,9\n")

    account = read_source(lines_spec(LINES), path).account

    assert account is not None
    assert account.lines == 7
    assert (account.aside[0].rule, account.aside[0].lines, account.aside[0].places) == (
        "unreadable lines",
        1,
        ("line 8",),
    )


def test_totals_and_headers_once_more_are_named_as_such(tmp_path: Path) -> None:
    path = Path(as_file(ROWS, tmp_path, "csv"))
    header, *rows = path.read_text("utf-8").splitlines()
    total = sum(float(row["amount"]) for row in ROWS.to_dict("records"))
    blanks = ["Total" if name == "customer" else f"{total}" if name == "amount" else "" for name in header.split(",")]
    path.write_text("\n".join([header, *rows, header, ",".join(blanks)]) + "\n", "utf-8")

    account = read_source(lines_spec(LINES), str(path)).account

    assert account is not None
    last = len(rows) + 2
    assert {
        (one.rule, one.lines, one.places) for one in account.aside if one.rule in ("total row", "repeated header")
    } == {
        ("repeated header", 1, (f"line {last}",)),
        ("total row", 1, (f"line {last + 1}",)),
    }


# ------------------------------------------------------------------ what is odd


def many(n: int = 400, **columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    base = {
        "customer": [f"c{number % 40:02d}" for number in range(n)],
        "order": range(n),
        "day": pd.date_range("2023-01-01", periods=n, freq="12h"),
        "amount": np.round(rng.uniform(5, 50, n), 2),
        "status": "paid",
    }
    return pd.DataFrame(base | columns)


def kinds(account: LineAccount) -> set[str]:
    return {finding.kind for finding in account.findings}


def test_nothing_is_odd_about_usual_lines() -> None:
    assert account_of_rows(many(), LINES).findings == ()


def test_absurd_prices_are_named_by_their_lines() -> None:
    rows = many()
    rows.loc[[10, 20, 30], "amount"] = 99_999_999.0

    account = account_of_rows(rows, LINES)

    found = next(finding for finding in account.findings if finding.kind == "absurd")
    assert (found.lines, found.places, found.money) == (3, ("row 11", "row 21", "row 31"), 299_999_997.0)
    assert "100 %" in found.told


def test_a_few_large_orders_are_not_absurd() -> None:
    rows = many()
    rows.loc[[10, 20], "amount"] = 900.0

    assert "absurd" not in kinds(account_of_rows(rows, LINES))


@pytest.mark.parametrize("keep", [True, False])
def test_one_customer_with_much_of_the_revenue_is_named_only_where_ids_are_kept(keep: bool) -> None:
    rows = many()
    rows.loc[rows["customer"] == "c07", "amount"] *= 30

    account = account_of_rows(rows, LINES, id={"column": "customer", "keep": keep})

    found = next(finding for finding in account.findings if finding.kind == "customer")
    assert found.lines == 10
    assert found.places == ("row 8", "row 48", "row 88")
    assert ("c07" in account.model_dump_json()) is keep


def test_repeated_lines_are_told_with_their_money_and_counted() -> None:
    rows = pd.concat([many(), many().iloc[[3, 5]]], ignore_index=True)

    account = account_of_rows(rows, LINES)

    found = next(finding for finding in account.findings if finding.kind == "repeats")
    assert (found.lines, found.places) == (2, ("row 401", "row 402"))
    assert found.money == pytest.approx(rows["amount"].iloc[[3, 5]].sum())
    assert account.used.lines == 402


@pytest.mark.parametrize("at_once", [100_000, 37])
def test_repeats_are_those_that_pandas_finds(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contents that stand on many lines, amounts that are missing, and hashes that are looked at part by part."""
    monkeypatch.setattr("pipeline.reading.lines.repeats.AT_ONCE", at_once)
    rng = np.random.default_rng(5)
    rows = pd.concat([many(), many().iloc[rng.integers(0, 60, 300)]], ignore_index=True).sample(frac=1, random_state=1)
    rows["amount"] = rows["amount"].where(rows["amount"] > rows["amount"].quantile(0.1))

    account = account_of_rows(rows.reset_index(drop=True), LINES)

    found = next(finding for finding in account.findings if finding.kind == "repeats")
    again = np.flatnonzero(rows.duplicated())
    assert (found.lines, found.places) == (300, tuple(f"row {place + 1}" for place in again[:3]))
    assert found.money == pytest.approx(
        rows["amount"].to_numpy()[again][~rows["amount"].isna().to_numpy()[again]].sum()
    )


def test_amounts_that_cannot_be_read_are_told_by_column_and_line(tmp_path: Path) -> None:
    rows = many().astype({"amount": "str"})
    rows.loc[7, "amount"], rows.loc[9, "amount"] = "#REF!", "see note"

    account = read_source(lines_spec(LINES), as_file(rows, tmp_path, "csv")).account

    assert account is not None
    found = {finding.kind: finding for finding in account.findings}
    assert (found["unreadable"].lines, found["unreadable"].column) == (2, "amount")
    assert found["unreadable"].places == ("line 9", "line 11") == found["amounts"].places
    assert "REF" not in account.model_dump_json()


def test_negative_amounts_that_are_no_returns_are_told() -> None:
    rows = many()
    rows.loc[[4, 6], "amount"] = [-3.0, -4.5]

    account = account_of_rows(rows, LINES)

    found = next(finding for finding in account.findings if finding.kind == "negative")
    assert (found.lines, found.money, found.places) == (2, -7.5, ("row 5", "row 7"))


def test_totals_that_differ_within_an_order_are_told() -> None:
    rows = many(order=np.arange(400) // 4, amount=np.repeat(np.arange(100) + 5.0, 4))
    rows.loc[2, "amount"] = 7.0

    account = account_of_rows(rows, {**LINES, "once_an_order": True})

    found = next(finding for finding in account.findings if finding.kind == "totals")
    assert (found.lines, found.places) == (4, ("row 1",))
    assert account.money == sum(range(5, 105))


def test_lines_without_a_day_are_told() -> None:
    rows = many()
    rows.loc[[1, 2], "day"] = None

    (found,) = account_of_rows(rows, LINES).findings

    assert (found.kind, found.lines, found.column, found.places) == ("days", 2, "day", ("row 2", "row 3"))


# ------------------------------------------------------------------ specs that say nothing of lines


def test_a_spec_without_lines_has_the_account_of_its_column_of_customers(tmp_path: Path) -> None:
    rows = many()
    rows.loc[[3, 4, 5, 6], "customer"] = None
    rows["day"] = rows["day"].dt.strftime("%Y-%m-%d")
    rows.loc[8, "day"] = "2099-12-31"
    query = "SELECT customer, count(*) AS orders, sum(amount) AS spend, 0 AS recency FROM data GROUP BY customer"
    spec = lines_spec(LINES, query, as_of=date(2023, 7, 1)).model_copy(update={"lines": None})

    account = read_source(spec, as_file(rows, tmp_path, "csv")).account

    assert account is not None
    (rule,) = account.aside
    assert (account.declared, account.lines, account.money) == (False, 400, None)
    assert (rule.rule, rule.lines, rule.places) == ("no customer", 4, ("line 5", "line 6", "line 7"))
    assert [(found.kind, found.places) for found in account.findings] == [("days", ("line 10",))]
    assert account.used.customers == 40


def test_a_query_over_columns_of_other_names_goes_on_without_an_account() -> None:
    query = "SELECT person AS customer, count(*) AS orders, sum(amount) AS spend, 0 AS recency FROM data GROUP BY ALL"
    spec = lines_spec(LINES, query, as_of=date(2023, 7, 1)).model_copy(update={"lines": None})

    raw = read_source(spec, Frames.of(many().rename(columns={"customer": "person"})))

    assert (len(raw.frame), raw.account) == (40, None)


def test_a_table_of_customers_has_no_lines() -> None:
    spec = parse_spec(
        {"name": "a", "id": {"column": "customer"}, "columns": {"amount": {"role": "active"}}}, where="a.toml"
    )

    assert read_source(spec, Frames.of(many())).account is None


# ------------------------------------------------------------------ in words


def test_the_account_is_told_in_a_few_lines_in_both_languages() -> None:
    rows = many()
    rows.loc[[3, 4], "customer"] = None
    rows.loc[9, "status"] = "void"
    account = account_of_rows(rows, {**LINES, "aside": [VOID]}, currency="$")

    english = account_in_words(account, "$")
    russian = [speaker("ru").tell(sentence) for sentence in english]

    bought = account.used.money or 0.0
    assert english[0] == f"400 lines read with ${account.money:,.2f}: 397 lines used with ${bought:,.2f}"
    assert english[1] == "40 customers, 397 orders, from 2023-01-01 to 2023-07-19"
    assert english[3].startswith("2 of 400 lines set aside: no customer ($")
    assert english[3].endswith("; row 4, row 5)")
    assert russian[0].startswith("прочитано 400 строк на ")
    assert russian[1] == "40 клиентов, 397 заказов, с 1 января 2023 по 19 июля 2023"
    assert russian[3].startswith("отложены 2 строки из 400: нет покупателя (")
