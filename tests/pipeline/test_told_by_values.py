"""Where headers say one thing or nothing, values decide or it is asked: pieces, ledgers, guests, statuses, decimals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.reading import SINGLE, convert, tables
from pipeline.understanding import Understanding, parts_of_a_name, profiles, understand
from tests.files.shop import by_order, shop


def read(frame: pd.DataFrame, answers: Mapping[str, str] | None = None) -> Understanding:
    with tables(frames={SINGLE: frame}) as engine:
        return understand(engine, answers)[0]


def orders(seed: int, **columns: object) -> pd.DataFrame:
    """An order a row: customer, order, day and money."""
    made = by_order(shop(seed))
    return made[["customer", "order", "day", "money"]].assign(**columns)


def test_an_amount_of_few_whole_numbers_beside_a_price_of_each_thing_is_asked_about() -> None:
    lines = shop(4001)
    frame = lines[["customer", "order", "day", "price"]].assign(
        product=lines["item"].map("Thing {}".format), amount=lines["quantity"]
    )

    reading = read(frame)

    question = next(question for question in reading.questions if question.key == "money")
    assert [choice.value for choice in question.choices] == ['"price" * "amount"', "amount"]


def test_what_is_over_counts_where_it_was_a_membership_and_not_elsewhere() -> None:
    states = np.where(np.arange(300) % 3, "Active", "Expired")
    made = orders(4021, status=states)
    until = made["day"] + pd.Timedelta(days=30)

    assert read(made.assign(plan="gold", **{"valid until": until})).aside[1:] == []
    assert [aside.name for aside in read(made).aside[1:]] == ["not completed"]


def test_an_open_order_counts_where_its_payment_has_a_status_of_its_own() -> None:
    states = np.where(np.arange(300) % 3, "shipped", "open")
    paid = read(orders(4022, order_status=states, payment_status=np.where(np.arange(300) % 7, "paid", "refunded")))

    assert [aside.sql for aside in paid.aside[1:]] == ["\"payment_status\" IN ('refunded')"]


def test_lines_of_the_other_side_of_an_account_do_not_count() -> None:
    made = orders(4023)
    here = np.arange(300) % 4 > 0
    frame = made.drop(columns="money").assign(credit=made["money"].where(here), debit=made["money"].where(~here))

    reading = read(frame, {"money": "credit"})

    assert "no purchase" in [aside.name for aside in reading.aside]


def test_of_two_statuses_an_answer_is_for_the_one_that_has_its_words() -> None:
    states = np.where(np.arange(300) % 3, "Q1", "Q7")
    frame = orders(4024, order_status=states, payment_status=np.where(np.arange(300) % 7, "paid", "refunded"))

    reading = read(frame, {"status": "Q1"})

    assert not any("payment_status" in aside.sql and "'paid'" in aside.sql for aside in reading.aside)


def test_a_status_with_commas_is_one_answer() -> None:
    states = np.where(np.arange(300) % 3, "warm, wet", "cold")
    frame = orders(4002, status=states)

    asked = read(frame)
    reading = read(frame, {"status": "warm, wet"})

    assert [question.key for question in asked.questions] == ["status"]
    assert [aside.sql for aside in reading.aside if aside.name == "not completed"] == ["\"status\" IN ('cold')"]


def test_of_kinds_of_lines_with_the_same_sums_only_one_counts() -> None:
    lines = shop(4003)[["customer", "order", "day", "money"]].assign(kind="goods")
    payments = orders(4003, kind="card")

    reading = read(pd.concat([payments, lines], ignore_index=True))

    assert "\"kind\" IN ('card')" in [aside.sql for aside in reading.aside]


def test_kinds_of_lines_with_sums_of_their_own_all_count() -> None:
    lines = shop(4004)
    frame = lines[["customer", "order", "day", "money"]].assign(kind=np.where(lines["line"] % 2, "goods", "service"))

    reading = read(frame)

    assert [aside.name for aside in reading.aside] == ["no customer"]


def test_addresses_go_before_a_number_that_all_guests_share() -> None:
    made = orders(4005)
    guests = made["order"] % 6 == 0
    frame = made.assign(
        customer_id=made["customer"].where(~guests, -1) + 1,
        email=made["customer"].map("buyer{}@example.com".format),
    ).drop(columns="customer")

    question = next(question for question in read(frame).questions if question.key == "customer")

    assert question.choices[0].value == "email"


def test_a_column_that_is_plainly_written_with_the_other_decimal_sign_is_read_by_its_own() -> None:
    fares = pd.Series(["R$ 27,40", "R$ 1.203,55", "R$ 8,05"] * 10)

    assert convert(fares, "number", decimal=".").values[:3].tolist() == [27.40, 1203.55, 8.05]
    assert convert(pd.Series(["1,203", "2,500"]), "number", decimal=".").values.tolist() == [1203.0, 2500.0]


def test_first_names_alone_are_not_taken_for_customers_where_addresses_are() -> None:
    made = orders(4006)
    frame = made.assign(
        first_name=np.where(made["customer"] % 2, "Anna", "Boris"),
        last_name=made["customer"].map("Adler{}".format),
        email=made["customer"].map("buyer{}@example.com".format),
    ).drop(columns="customer")

    with tables(frames={SINGLE: frame}) as engine:
        assert parts_of_a_name(profiles(engine)) == ()
    with tables(frames={SINGLE: frame.drop(columns="email")}) as engine:
        assert parts_of_a_name(profiles(engine)) == ("first_name", "last_name")
