"""Evidence before names: who bought, when, for how much, and when to ask."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.drafting import draft
from pipeline.errors import InputError, SpecError
from pipeline.reading import SINGLE, read_source, tables
from pipeline.spec import parse_spec
from pipeline.understanding import Relations, Understanding, understand

ORDERS, CUSTOMERS = 300, 60


def lines(seed: int = 1, **columns: Any) -> pd.DataFrame:
    """Order lines under neutral names: customer, order, day, item, quantity, price."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, ORDERS)
    order = np.repeat(np.arange(ORDERS), sizes)
    n = len(order)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 300, ORDERS)), unit="D")
    item = rng.integers(0, 30, n)
    frame = pd.DataFrame(
        {
            "customer": 1000 + rng.integers(0, CUSTOMERS, ORDERS)[order],
            "order": 70_000 + order,
            "day": day[order],
            "item": [f"Item {number}" for number in item],
            "quantity": rng.integers(1, 5, n),
            "price": np.round(3 + rng.gamma(2, 4, 30), 2)[item],
        }
    )
    return frame.assign(**columns)


def read(frame: pd.DataFrame, answers: Mapping[str, str] | None = None) -> Understanding:
    with tables(frames={SINGLE: frame}) as engine:
        return understand(engine, answers)[0]


def keys(reading: Understanding) -> list[str]:
    return [question.key for question in reading.questions]


@pytest.mark.parametrize(
    "headers",
    [
        ("CustomerID", "InvoiceNo", "InvoiceDate", "Description", "Quantity", "UnitPrice"),
        ("Контрагент", "Номер документа", "Дата", "Номенклатура", "Количество", "Цена, руб."),
        ("Kundennummer", "Bestellnummer", "Bestelldatum", "Artikel", "Menge", "Einzelpreis"),
        ("Numéro client", "Numéro de commande", "Date de commande", "Produit", "Quantité", "Prix unitaire"),
        ("Cliente", "Pedido", "Fecha", "Producto", "Cantidad", "Precio"),
    ],
)
def test_lines_are_known_in_any_language_and_order_of_columns(headers: tuple[str, ...]) -> None:
    frame = lines().set_axis(list(headers), axis=1)
    reading = read(frame[list(reversed(headers))])
    customer, order, day, _item, quantity, price = headers
    assert (reading.form, reading.customer, reading.order, reading.day) == ("purchases", customer, order, day)
    assert reading.money is not None
    assert set(reading.money.columns) == {quantity, price}
    assert not reading.questions


def test_a_dependency_is_measured_beyond_what_chance_gives() -> None:
    rng = np.random.default_rng(3)
    frame = lines().assign(rare=rng.random(len(lines())) < 0.02, noise=rng.integers(0, 9, len(lines())))
    with tables(frames={SINGLE: frame}) as engine:
        relations = Relations(engine)
        assert relations.lift("order", "customer") == 1
        assert relations.holds("item", "price")
        assert abs(relations.lift("order", "noise") or 1) < 0.2
        assert abs(relations.lift("order", "rare") or 1) < 0.3  # nearly constant, yet not determined


def test_headers_that_say_nothing_are_asked_about() -> None:
    frame = lines().set_axis([f"col{number}" for number in range(1, 7)], axis=1)
    reading = read(frame)
    assert reading.form == "purchases"
    assert keys(reading) == ["customer", "money"]
    assert [question.choices[0].value for question in reading.questions] == ["col1", '"col6" * "col5"']
    answered = read(frame, {"customer": "col1", "money": '"col6" * "col5"'})
    assert not answered.questions
    assert (answered.order, answered.day) == ("col2", "col3")


def test_values_veto_a_header_that_lies() -> None:
    frame = lines().rename(columns={"customer": "item", "item": "customer"})
    reading = read(frame)
    assert keys(reading) == ["customer"]
    assert reading.questions[0].choices[0].value == "item"  # one order has one of it


def test_lines_without_a_customer_are_refused() -> None:
    with pytest.raises(InputError, match="no column says who bought"):
        read(lines(store=np.arange(len(lines())) % 5).drop(columns="customer"))


def test_neither_postcode_nor_card_digits_nor_supplier_is_a_customer() -> None:
    frame = lines()
    places = frame["customer"] % 17
    other = frame.assign(zip=places + 10_000, card_last4=frame["customer"] * 7 % 9973, supplier=places)
    assert read(other).customer == "customer"
    with pytest.raises(InputError, match="who bought"):
        read(other.drop(columns="customer"))


def test_an_email_is_a_customer_whatever_its_header_says() -> None:
    frame = lines().rename(columns={"customer": "x"})
    reading = read(frame.assign(x=[f"buyer{number}@example.com" for number in frame["x"]]))
    assert reading.customer == "x"
    assert not reading.questions


@pytest.mark.parametrize("shown", ["each line", "first line"])
def test_a_total_of_the_order_counts_once(shown: str) -> None:
    frame = lines().drop(columns=["quantity", "price"])
    total = pd.Series(np.random.default_rng(5).gamma(2, 30, ORDERS).round(2))[frame["order"] - 70_000].to_numpy()
    first = ~frame["order"].duplicated()
    frame["order_total"] = np.where(first, total, np.nan) if shown == "first line" else total
    reading = read(frame)
    assert reading.money is not None
    assert (reading.money.columns, reading.money.once_an_order) == (("order_total",), True)


def test_price_times_quantity_goes_before_the_order_total_that_it_adds_up_to() -> None:
    frame = lines()
    product = (frame["price"] * frame["quantity"]).groupby(frame["order"]).transform("sum").round(2)
    reading = read(frame.assign(order_total=product))
    assert reading.money is not None
    assert (set(reading.money.columns), reading.money.once_an_order) == ({"price", "quantity"}, False)


def test_a_price_that_grows_with_the_pieces_is_that_of_the_line() -> None:
    frame = lines()
    reading = read(frame.assign(price=frame["price"] * frame["quantity"]))
    assert reading.money is not None
    assert reading.money.sql == '"price"'


def test_a_discount_is_never_the_money_and_never_taken_off() -> None:
    frame = lines()
    frame["amount"] = (frame["price"] * frame["quantity"]).round(2)
    reading = read(frame.assign(discount=frame["amount"] / 10, tax=frame["amount"] / 5))
    assert reading.money is not None
    assert reading.money.columns == ("amount",)
    assert any("discount" in message and "tax" in message for message in reading.told)


def test_the_first_of_two_days_is_the_purchase_and_the_other_is_told() -> None:
    frame = lines()
    later = frame["day"] + pd.to_timedelta(np.random.default_rng(2).integers(0, 9, len(frame)), unit="D")
    reading = read(frame.rename(columns={"day": "Date A"}).assign(**{"Date B": later}))
    assert reading.day == "Date A"
    assert any("Date B" in message for message in reading.told)
    assert read(frame.assign(shipped_at=later).rename(columns={"day": "ordered_at"})).day == "ordered_at"


def test_cancelled_orders_are_set_aside_whole() -> None:
    frame = lines()
    status = np.where(frame["order"] % 10 == 0, "Cancelled", "Completed")
    first = ~frame["order"].duplicated()
    reading = read(frame.assign(status=np.where(first, status, None)))
    rule = next(rule for rule in reading.aside if rule.counts == "cancelled")
    assert rule.whole_order
    assert "'Cancelled'" in rule.sql
    assert not reading.questions


def test_two_currencies_are_asked_about_and_one_can_be_chosen() -> None:
    frame = lines()
    frame["currency"] = np.where(frame["customer"] % 3 == 0, "JPY", "USD")
    assert keys(read(frame)) == ["currency"]
    chosen = read(frame, {"currency": "USD"})
    assert chosen.currency == "USD"
    assert any("'USD'" in rule.sql for rule in chosen.aside)


@pytest.mark.parametrize("values", [("USD", "EUR", "?"), ("руб.", "$"), ("USD", "usd", "EUR")])
def test_currencies_written_in_any_way_are_not_added_up(values: tuple[str, ...]) -> None:
    frame = lines()
    frame["Currency"] = [values[place % len(values)] for place in range(len(frame))]

    assert keys(read(frame)) == ["currency"]
    rule = next(rule for rule in read(frame, {"currency": values[0]}).aside if rule.name == "other currencies")
    with tables(frames={SINGLE: frame}) as engine:
        kept = engine.query(f'SELECT DISTINCT "Currency" FROM data WHERE NOT ({rule.sql})')["Currency"]
    assert {value.upper() for value in kept} == {values[0].upper()}


def test_one_currency_in_capital_and_small_letters_is_one() -> None:
    frame = lines()
    frame["currency"] = [("EUR", "eur")[place % 2] for place in range(len(frame))]
    assert (keys(read(frame)), read(frame).currency) == ([], "EUR")


def test_negative_lines_are_returns_and_mostly_negative_amounts_are_asked_about() -> None:
    frame = lines()
    frame["amount"] = frame["price"] * np.where(np.arange(len(frame)) % 20 == 0, -1, 1)
    assert read(frame.drop(columns=["price", "quantity"])).returned
    account = frame.drop(columns=["price", "quantity"]).assign(amount=-frame["amount"])
    assert keys(read(account)) == ["sign"]
    assert read(account, {"sign": "spent"}).money.sql == '-("amount")'  # type: ignore[union-attr]


def test_a_credit_note_without_a_sign_counts_against_the_money() -> None:
    frame = lines().assign(doc_type="Invoice")
    back = frame.head(12).assign(doc_type="Credit note", order=lambda rows: rows["order"] + 90_000)
    reading = read(pd.concat([frame, back]))
    assert reading.money is not None
    assert "-abs(" in reading.money.sql
    assert "'Credit note'" in reading.returns
    assert not any("Credit" in rule.sql for rule in reading.aside)


def test_what_visitors_look_at_is_no_purchase() -> None:
    frame = lines()
    kinds = np.array(["purchase", "view", "cart"])[np.arange(len(frame)) % 3]
    reading = read(frame.assign(event_type=kinds))
    assert [rule.sql for rule in reading.aside if "event_type" in rule.sql] == ["\"event_type\" IN ('cart', 'view')"]


def test_guests_are_set_aside_and_a_heavy_customer_is_asked_about() -> None:
    frame = lines()
    some = frame["order"] % 3 == 0
    reading = read(frame.assign(customer=frame["customer"].astype(str).where(~some, "guest")))
    assert any("'guest'" in rule.sql for rule in reading.aside)
    assert not reading.questions
    heavy = frame.assign(customer=frame["customer"].where(~some, 4711))
    assert "placeholder" in keys(read(heavy))


def test_snapshots_give_the_latest_row_of_each_customer() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(80), 3),
            "month": np.repeat(pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]), 80),
            "orders": rng.poisson(5, 240),
            "spend": rng.gamma(2, 50, 240).round(2),
            "days_since_last": rng.integers(0, 60, 240),
        }
    )
    assert read(frame).form == "snapshots"


def people(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"age": rng.integers(18, 80, 200), "income": rng.normal(40_000, 9_000, 200).round()})
    return frame.assign(orders=rng.poisson(5, 200), spend=rng.gamma(2, 50, 200).round(2)).assign(**columns)


def test_a_row_number_is_not_preferred_to_a_customer_number() -> None:
    frame = people(RowNumber=range(1, 201), CustomerId=np.random.default_rng(1).permutation(200) + 15_000_000)
    assert read(frame[["RowNumber", "CustomerId", "age", "income"]]).customer == "CustomerId"


@pytest.mark.parametrize("key", ["employee_id", "patient_id", "product_id", "house_id"])
def test_a_key_proves_a_row_a_thing_and_not_a_customer(key: str) -> None:
    assert keys(read(people(**{key: range(200)}))) == ["kind"]


def test_a_table_of_people_without_a_key_is_taken_by_its_lines() -> None:
    reading = read(people())
    assert (reading.form, reading.customer) == ("customers", None)
    assert not reading.questions


def test_numbers_that_a_spreadsheet_spoilt_are_named() -> None:
    reading = read(people(card=1.23e12))
    assert any("card was spoilt by a spreadsheet" in message for message in reading.told)


def test_arms_of_an_experiment_are_asked_for_and_what_follows_is_kept_apart() -> None:
    rng = np.random.default_rng(8)
    visit = rng.random(200) < 0.3
    frame = people(
        customer_id=range(200), segment=rng.choice(["Mens E-Mail", "No E-Mail"], 200), visit=visit.astype(int)
    )
    reading = read(frame.drop(columns="spend").assign(spend=np.where(visit, rng.gamma(2, 9, 200), 0.0)))
    assert keys(reading) == ["arm"]
    assert reading.afterwards == ("visit", "spend")


@pytest.mark.parametrize("header", ["date,id", "id,date", "day;code", "ID\tzeit"])
def test_days_and_numbers_alone_are_asked_about(header: str, tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(draw.integers(0, 300, 400), "D")
    cells = {"id": draw.integers(1000, 1050, 400).astype(str), "day": days.strftime("%Y-%m-%d")}
    sign = next(sign for sign in ",;\t" if sign in header)
    first = "id" if header.lower().startswith("id") else "day"
    rows = zip(cells[first], cells["day" if first == "id" else "id"], strict=True)
    file = tmp_path / "visits.csv"
    file.write_text("\n".join([header, *(sign.join(row) for row in rows)]) + "\n")

    (question,) = draft(str(file)).questions
    assert (question.key, [choice.value for choice in question.choices]) == ("kind", ["purchases"])
    assert draft(str(file), answers={"kind": "purchases"}).questions == ()
    with pytest.raises(InputError, match="no column of which segments"):
        draft(str(file), answers={"kind": "customers"})


def test_a_report_in_groups_is_refused_by_the_lines_of_its_file(tmp_path: Path) -> None:
    rows = ["Отчёт за 2023 г.;", ";", "Контрагент;Сумма"]
    for customer in range(8):
        sums = [10.5 + customer, 20.25 + 2 * customer, 7.75 + 3 * customer]
        rows += [
            f"ООО «Клиент {customer}»;{sum(sums)}",
            *(f"Товар {place};{money}" for place, money in enumerate(sums)),
        ]
    file = tmp_path / "report.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")

    with pytest.raises(InputError, match="line 32 sums up line 33 to line 35 in Сумма"):
        draft(str(file))


def test_an_answer_must_name_a_column() -> None:
    with pytest.raises(SpecError, match="custoner"):
        read(lines(), {"customer": "custoner"})


def test_days_and_amounts_that_parquet_keeps_as_text_or_numbers_are_read(tmp_path: Path) -> None:
    frame = lines()
    frame["amount"] = [f"${value:,.2f}" for value in frame["price"] * frame["quantity"] * 100]
    whole = frame.drop(columns=["price", "quantity"])
    money = (frame["price"] * frame["quantity"] * 100).round(2).sum()
    forms = {"named": whole["day"].dt.strftime("%d %b %Y"), "compact": whole["day"].dt.strftime("%Y%m%d").astype(int)}
    for name, days in forms.items():
        whole.assign(day=days).to_parquet(tmp_path / f"{name}.parquet")
        made = draft(str(tmp_path / f"{name}.parquet"))
        assert not made.questions
        spec = parse_spec(tomllib.loads(made.text), where="draft")
        raw = read_source(spec, str(tmp_path / f"{name}.parquet"))
        assert raw.as_of == frame["day"].max().date()
        assert raw.frame["spend"].sum() == pytest.approx(money)


def test_a_column_a_month_makes_lines(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    amounts = np.where(rng.random((80, 4)) < 0.6, rng.gamma(2, 40, (80, 4)).round(2), 0.0)
    amounts[:, 0] += 1
    wide = pd.DataFrame(amounts, columns=["Jan 2024", "Feb 2024", "Mar 2024", "Apr 2024"])
    wide.insert(0, "Client", [f"C{number}" for number in range(80)])
    wide.to_csv(tmp_path / "wide.csv", index=False)
    spec = parse_spec(tomllib.loads(draft(str(tmp_path / "wide.csv")).text), where="draft")
    raw = read_source(spec, str(tmp_path / "wide.csv"))
    assert raw.frame["spend"].sum() == pytest.approx(amounts.sum())
    assert raw.frame["orders"].sum() == (amounts > 0).sum()
    assert str(raw.as_of) == "2024-04-01"
    wide.columns = pd.Index(["Client", "Январь", "Февраль", "Март", "Апрель"])
    wide.assign(Май=1.0, Июнь=1.0).to_csv(tmp_path / "yearless.csv", index=False)
    assert [question.key for question in draft(str(tmp_path / "yearless.csv")).questions] == ["year"]
    answered = draft(str(tmp_path / "yearless.csv"), answers={"year": "2023"})
    assert "2023-06-01" in answered.text


@pytest.mark.parametrize("described", ["household_size", "Customer profile", "Kundentyp", "members_band"])
def test_beside_a_customer_a_row_a_column_of_few_values_describes_her(described: str) -> None:
    rng = np.random.default_rng(3)
    customers = pd.DataFrame(
        {
            "household_id": 1 + rng.permutation(900),
            "orders": rng.integers(1, 80, 900),
            "spend": np.round(rng.gamma(2, 300, 900), 2),
            "last_purchase": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 900), unit="D"),
            described: rng.choice(["1", "2", "3", "4", "5+"], 900),
        }
    )
    reading = read(customers)
    assert (reading.form, reading.customer, keys(reading)) == ("customers", "household_id", [])
