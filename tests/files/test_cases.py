"""Files that were once read wrongly, with their exact right values, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.cleaning import clean
from pipeline.contract import Meaning
from pipeline.errors import KorzinaError, SpecError
from pipeline.reading import ROW_ID, read_source
from pipeline.spec import Spec, load_spec
from pipeline.stages import Cleaned
from tests.files.evaluation import total

CASES = Path(__file__).parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")


@dataclass(frozen=True)
class Started:
    """What ``korzina init`` said of a file, and the customers that its draft makes."""

    spec: Spec
    cleaned: Cleaned
    said: str
    text: str

    @property
    def as_of(self) -> str:
        return str(self.cleaned.dataset.as_of)

    def roles(self, role: str) -> set[str]:
        return {name for name, column in self.spec.columns.items() if column.role == role}

    def of(self, meaning: Meaning) -> str:
        return next(name for name, column in self.spec.columns.items() if column.meaning == meaning)

    def customer(self, name: str) -> pd.Series:
        customers = self.cleaned.customers
        (row,) = customers.index[customers[self.spec.id.column].astype(str) == name]
        return customers.loc[row]

    def values(self, customer: str, *meanings: Meaning) -> tuple[float, ...]:
        row = self.customer(customer)
        return tuple(round(float(row[self.of(meaning)]), 2) for meaning in meanings)


def init(name: str, folder: Path, *answers: str, code: int = 0) -> tuple[str, Path]:
    """What the command said on both channels, and the draft that it wrote."""
    target = folder / "s.toml"
    options = [word for answer in answers for word in ("--answer", answer)]
    done = CliRunner().invoke(app, ["init", str(CASES / name), "--output", str(target), "--force", *options])
    if isinstance(done.exception, KorzinaError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output, target


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Started]:
    def started(name: str, *answers: str) -> Started:
        said, target = init(name, tmp_path, *answers)
        spec = load_spec(str(target))
        kept = spec.model_copy(update={"id": spec.id.model_copy(update={"keep": True})})  # to look customers up
        cleaned = clean(read_source(kept, str(CASES / name)), kept)
        return Started(spec, cleaned, said, target.read_text("utf-8"))

    return started


Start = Callable[..., Started]


def test_a_shopify_export_has_customers_by_email_and_the_subtotal_as_money(start: Start) -> None:
    """60 customers and 340 orders are in the file; 68 orders were refunded or voided, one customer had no other."""
    shop = start("shop_orders_export.csv")

    assert (shop.spec.id.column, shop.spec.id.keep) == ("Email", False)
    assert (len(shop.cleaned.customers), total(shop.spec, shop.cleaned, "orders")) == (59, 272)
    assert shop.values("buyer1001@example.com", "orders", "spend") == (6, 109.67)
    assert "35" in shop.said
    assert "33" in shop.said
    assert {"refunded", "voided"} <= set(shop.said.replace(",", " ").split())


def test_a_1c_report_has_counterparties_as_customers(start: Start) -> None:
    sales = start("sales_1c_clean.csv")

    assert sales.spec.id.column == "Контрагент"
    assert (len(sales.cleaned.customers), total(sales.spec, sales.cleaned, "orders")) == (60, 340)
    assert total(sales.spec, sales.cleaned, "spend") == pytest.approx(1_003_196.0)
    assert sales.as_of == "2023-11-28"


@pytest.mark.parametrize("name", ["ampm_times.csv", "excel_serial_dates.csv"])
def test_days_are_read_in_the_form_in_which_a_spreadsheet_has_them(start: Start, name: str) -> None:
    shop = start(name)

    assert len(shop.cleaned.customers) == 60
    assert shop.as_of == "2023-11-28"
    assert shop.values("1001", "orders", "recency") == (6, 31)
    assert total(shop.spec, shop.cleaned, "spend") == pytest.approx(10_031.96)


def test_the_money_of_a_customer_with_times_in_the_morning_and_the_afternoon(start: Start) -> None:
    assert start("ampm_times.csv").values("1001", "spend") == (109.67,)


def test_days_that_can_be_read_two_ways_are_asked(start: Start, tmp_path: Path) -> None:
    said, target = init("us_dates_1st_to_12th.csv", tmp_path, code=1)
    answered = start("us_dates_1st_to_12th.csv", "date_format=%m/%d/%Y")

    assert "--answer date_format=" in said
    assert "[[questions]]" in target.read_text("utf-8") or load_spec(str(target))
    assert answered.as_of == "2023-12-11"
    assert answered.values("1", "recency") == (10,)
    assert answered.values("99", "recency") == (274,)


def test_amounts_in_brackets_are_negative(start: Start) -> None:
    shop = start("accounting_negatives.csv")

    assert len(shop.cleaned.customers) == 60
    assert shop.values("1001", "spend") == (109.67,)


def test_a_column_of_numbers_with_a_few_errors_is_a_number(start: Start) -> None:
    shop = start("errors_in_spend.csv")
    (spend,) = (column for column in shop.cleaned.dataset.columns if column.name == "spend")

    assert (spend.role, spend.kind) == ("active", "number")
    assert "5 not readable" in shop.text
    assert total(shop.spec, shop.cleaned, "spend") == pytest.approx(_numbers("errors_in_spend.csv", "spend").sum())
    assert "spend" in shop.said
    assert "5" in shop.said.split()


def _numbers(name: str, column: str) -> pd.Series:
    return pd.to_numeric(pd.read_csv(CASES / name)[column], errors="coerce")


def test_cancelled_invoices_lower_the_money_and_are_no_orders(start: Start) -> None:
    shop = start("cancelled_invoices.csv")

    assert shop.as_of == "2023-11-28"
    assert shop.values("2001", "orders", "recency", "spend") == (3, 166, 70)
    assert shop.values("2002", "orders") == (1,)
    assert "return" in shop.said


def test_only_finished_orders_count(start: Start) -> None:
    shop = start("order_status.csv")

    assert total(shop.spec, shop.cleaned, "spend") == pytest.approx(7_563.58)
    assert shop.values("3001", "orders", "spend") == (2, 150)
    assert {"Cancelled", "Refunded", "Pending"} <= {word.strip("'\",.:") for word in shop.said.split()}


def test_a_total_on_each_line_counts_once(start: Start) -> None:
    assert start("order_total_on_each_line.csv").values("1001", "spend") == (109.68,)


def test_two_currencies_are_asked_and_not_added_up(start: Start, tmp_path: Path) -> None:
    said, _target = init("mixed_currencies.csv", tmp_path, code=1)
    dollars = start("mixed_currencies.csv", "currency=USD")
    lines = pd.read_csv(CASES / "mixed_currencies.csv")

    assert "--answer currency=USD" in said
    assert "1005" not in set(dollars.cleaned.customers[dollars.spec.id.column].astype(str))
    assert total(dollars.spec, dollars.cleaned, "spend") == pytest.approx(lines.amount[lines.currency == "USD"].sum())


def test_a_day_in_2099_is_named_and_is_not_the_last_day(start: Start) -> None:
    shop = start("date_in_2099.csv")
    lines = (CASES / "date_in_2099.csv").read_text("utf-8").splitlines()
    (place,) = (number for number, line in enumerate(lines, 1) if "2099" in line)

    assert shop.as_of == "2023-11-28"
    assert shop.values("1002", "recency") == (14,)
    assert f"line {place}" in shop.said.replace("lines", "line")


def test_the_day_of_the_order_counts_and_not_that_of_the_shipping(start: Start) -> None:
    shop = start("order_and_ship_date.csv")

    assert shop.as_of == "2023-11-01"
    assert shop.values("1001", "recency") == (31,)
    assert "Ship Date" in shop.said


def test_a_row_number_is_ignored(start: Start) -> None:
    bank = start("row_number_column.csv")

    assert bank.spec.id.column == "CustomerId"
    assert bank.spec.columns["RowNumber"].role == "ignored"


def test_codes_are_categories_and_detergents_are_goods(start: Start) -> None:
    table = start("wholesale_like.csv")
    raw = pd.read_csv(CASES / "wholesale_like.csv")
    goods = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]
    (group,) = table.spec.groups.values()

    assert table.spec.id.column == ROW_ID
    assert {"Channel", "Region"} <= table.roles("passive")
    assert {table.spec.columns[name].kind for name in ("Channel", "Region")} == {"category"}
    assert set(group.members) == set(goods)
    assert total(table.spec, table.cleaned, "spend") == pytest.approx(raw[goods].sum().sum())


def test_who_leaves_is_no_campaign(start: Start) -> None:
    table = start("churn_flag.csv")

    assert table.spec.campaigns == ()
    assert table.spec.columns["Churn"].role in ("outcome", "passive")
    assert table.spec.columns["PhoneService"].kind == "flag"
    assert table.spec.columns["PhoneService"].role == "passive"


def test_lines_before_the_header_are_skipped(start: Start) -> None:
    table = start("analytics_preamble.csv")

    assert table.spec.id.column == "Effective user ID"
    assert len(table.cleaned.customers) == 150
    assert {"Transactions", "Purchase revenue"} <= table.roles("active")


def test_korzina_reads_what_it_exported_before(start: Start) -> None:
    table = start("own_export_customers.csv")

    assert table.spec.id.column == "Customer"
    assert len(table.cleaned.customers) == 128
    assert {"Orders", "Spend", "Recency"} <= table.roles("active")


def test_one_large_account_does_not_take_the_money_out(start: Start) -> None:
    assert {"orders", "spend", "recency"} <= start("one_outlier.csv").roles("active")


def test_lines_without_a_customer_are_told_with_their_money(start: Start) -> None:
    shop = start("no_customer_on_a_quarter.csv")

    assert len(shop.cleaned.customers) == 57
    assert total(shop.spec, shop.cleaned, "spend") == pytest.approx(10_031.96 - 2_593.70)
    for figure in ("92", "340", "2,593.70", "10,031.96"):
        assert figure in shop.said


def test_the_newest_of_monthly_snapshots_counts(start: Start) -> None:
    table = start("monthly_snapshots.csv")
    raw = pd.read_csv(CASES / "monthly_snapshots.csv")

    assert table.spec.id.column == "customer_id"
    assert len(table.cleaned.customers) == 80
    assert total(table.spec, table.cleaned, "spend") == pytest.approx(raw.spend[raw.month == "2023-03"].sum())


def test_columns_parted_by_spaces_are_read(start: Start) -> None:
    shop = start("space_separated.txt")

    assert shop.spec.id.column == "customer_id"
    assert len(shop.cleaned.customers) == 60
    assert total(shop.spec, shop.cleaned, "spend") == pytest.approx(10_031.96)
    assert shop.as_of == "2023-11-28"


def test_a_category_cannot_be_active_and_its_key_is_named() -> None:
    with pytest.raises(SpecError) as refused:
        load_spec(str(CASES / "category_active.toml"))

    assert "columns.plan" in str(refused.value)
    assert "category" in str(refused.value)


def test_ids_that_a_spreadsheet_spoilt_are_named(tmp_path: Path) -> None:
    try:
        said, _target = init("scientific_ids.csv", tmp_path, code=1)
    except KorzinaError as refusal:
        said = str(refusal)

    assert "card" in said
    assert "1.23E+12" in said or "spreadsheet" in said


def test_compact_days_are_days(start: Start) -> None:
    shop = start("compact_dates.csv", *_answers("compact_dates.csv", customer="ID", kind="purchases"))

    assert shop.spec.id.column == "ID"
    assert len(shop.cleaned.customers) == 60
    assert total(shop.spec, shop.cleaned, "orders") == 275


def _answers(_name: str, **replies: str) -> list[str]:
    return [f"{key}={value}" for key, value in replies.items()]


def test_shares_of_a_customer_with_returns_are_of_what_was_bought(start: Start) -> None:
    shop = start("returns_by_category.csv")
    shares = [name for name in shop.cleaned.customers if str(name).endswith("_share")]
    customer = shop.customer("5001")

    assert shop.cleaned.customers[shares].min().min() >= 0
    assert shop.cleaned.customers[shares].max().max() <= 1
    assert [float(customer[name]) for name in shares if "Food" in name] == [1.0]
    assert [float(customer[name]) for name in shares if "Home" in name] == [0.0]


@pytest.mark.parametrize(
    "name", ["order_total_on_each_line.csv", pytest.param("cancelled_invoices.csv", marks=pytest.mark.long)]
)
def test_what_init_drafts_trains_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _said, target = init(name, tmp_path)
    monkeypatch.setenv("KORZINA_HOME", str(tmp_path / "home"))
    arguments = ["train", "--spec", str(target), "--data", str(CASES / name), "--k-max", "3", "--json"]

    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["ledger"]["rows_out"] in (60, 62)
