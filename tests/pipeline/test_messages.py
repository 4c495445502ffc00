"""Messages are their English text, keep what they were made of, and find their way through JSON and tables."""

from __future__ import annotations

import json
import pickle
from datetime import date

import pandas as pd
import pytest
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from pipeline.contract import (
    Cased,
    Day,
    Joined,
    LedgerEntry,
    Message,
    Own,
    Quantity,
    Value,
    currency_of,
    decoded,
    encoded,
    inline,
    messages_of,
    percent,
    share_label,
    with_currency,
    with_messages,
)

EVERY: dict[str, Value] = {
    "plain": "a{b}%s",
    "own": Own("yes"),
    "number": Quantity(1234.5, ",.1f", "$ a year"),
    "share": percent(0.275, 1),
    "day": Day(date(2026, 6, 29)),
    "cased": Cased("upper", Joined((Own("big spenders"), Message.of("low {label}", label=Own("Income"))))),
}


def test_a_message_is_its_english_text() -> None:
    said = Message.counted("{n} row of {column}", "{n} rows of {column}", 1234, column="age")

    assert said == "1,234 rows of age"
    assert json.dumps([said]) == '["1,234 rows of age"]'
    assert Message.counted("{n} row", "{n} rows", 1) == "1 row"


def test_every_kind_of_value_is_told() -> None:
    said = Message.of("{plain}; {own}; {number}; {share}; {day}; {cased}", **EVERY)

    assert said == "a{b}%s; yes; $1,234.5 a year; 27.5 %; 2026-06-29; Big spenders, low Income"


@pytest.mark.parametrize("hostile", ["{0}", "{column}", "%s", "{column.__class__}", "}{", "\\1"])
def test_what_stands_in_a_value_is_no_template(hostile: str) -> None:
    assert Message.of("{column} is empty", column=hostile) == f"{hostile} is empty"
    assert Message.of("{label} over {least}", label=Own(hostile), least=Quantity(2)) == f"{hostile} over 2"


@pytest.mark.parametrize("value", EVERY.values(), ids=EVERY)
def test_a_value_comes_back_from_json(value: Value) -> None:
    again = decoded(json.loads(json.dumps(encoded(value))))

    assert again == value
    assert encoded(again) == encoded(value)


def test_a_message_comes_back_with_its_template_and_values() -> None:
    said = Message.counted("{n} row of {column}", "{n} rows of {column}", 2, column="age")

    for again in (decoded(json.loads(json.dumps(encoded(said)))), pickle.loads(pickle.dumps(said))):
        assert isinstance(again, Message)
        assert (str(again), again.id, again.many, again.values) == (str(said), said.id, said.many, said.values)


@pytest.mark.parametrize(
    "held",
    [
        {"id": "{n} rows", "values": {}},
        {"number": 1.0, "format": "999999999d", "unit": ""},
        {"number": 1.5, "format": "d", "unit": ""},
        {"number": float("inf"), "format": ".0f", "unit": ""},
        {"number": "1", "format": ".0f", "unit": ""},
        {"day": "yesterday"},
        {"other": 1},
        None,
    ],
    ids=str,
)
def test_what_no_version_wrote_is_refused(held: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decoded(held)


def test_records_and_tables_keep_the_english_and_get_their_messages_back() -> None:
    entry = LedgerEntry(
        rule=Message.of("range"),
        detail=Message.counted("{n} value of {column} put right", "{n} values of {column} put right", 3, column="age"),
        examples=("17", Message.of("line {n}", n=Quantity(5, "d"))),
    )
    table = pd.DataFrame({"segment": [0, 1], "text": pd.Series([Message.of("Map"), "as it is"], dtype=object)})

    plain = LedgerEntry.model_validate_json(entry.model_dump_json())
    held = json.loads(json.dumps({"entry": messages_of(entry), "table": messages_of(table)}))
    again = with_messages(plain, held["entry"])
    column = with_messages(table.astype({"text": "str"}), held["table"])["text"]

    assert plain == entry
    assert not isinstance(plain.detail, Message)
    assert [type(text) for text in (again.rule, again.detail, *again.examples)] == [Message, Message, str, Message]
    assert [type(text) for text in column] == [Message, str]
    assert list(column) == ["Map", "as it is"]


def test_a_record_without_messages_has_nothing_beside_it() -> None:
    assert messages_of(LedgerEntry(rule="mine", detail="in a person's words")) == {}


def test_a_message_is_found_among_numbers_and_numbers_are_not_looked_into() -> None:
    said = Message.of("{n} customers", n=Quantity(3))
    value = ((1, 0.5, None), (2, said, None))

    held = messages_of(value)

    assert list(held) == ["1"]
    assert list(held["1"]) == ["1"]
    told = with_messages(((1, 0.5, None), (2, str(said), None)), held)
    assert told == value
    assert told[1][1].id == "{n} customers"


def test_the_label_of_a_share_is_told_inside_a_sentence() -> None:
    said = [Message.of("{label}", label=inline(label)) for label in (share_label("Wine"), "Wine: share", "SMS", "Age")]

    assert said == ["wine share", "wine share", "SMS", "age"]


# ------------------------------------------------------------------ money


@pytest.mark.parametrize("code", ["en", "ru", "de", "fr"])
@pytest.mark.parametrize(("sign", "currency"), [("$", "USD"), ("€", "EUR"), ("₽", "RUB"), ("£", "GBP")])
def test_money_has_babel_s_form(code: str, sign: str, currency: str) -> None:
    """Babel's own answer, with the sign that the spec writes in place of the one that the language prefers."""
    expected = format_currency(7, currency, locale=code).replace(get_currency_symbol(currency, code), sign)

    assert with_currency(format_decimal(7, "0.00", locale=code), sign, code) == expected


@pytest.mark.parametrize(
    ("written", "sign", "english", "russian"),
    [
        ("1,234", "₽", "₽1,234", "1,234\u00a0₽"),
        ("−30", "$", "−$30", "−30\u00a0$"),
        ("-0.5", "€", "-€0.5", "-0.5\u00a0€"),
    ],
)
def test_the_sign_stands_where_the_language_has_it(written: str, sign: str, english: str, russian: str) -> None:
    assert with_currency(written, sign) == english
    assert with_currency(written, sign, "ru") == russian


@pytest.mark.parametrize(
    ("unit", "found"),
    [("$", ("$", "")), ("$ a year", ("$", " a year")), ("RUB", ("₽", "")), ("days", ("", "days")), ("", ("", ""))],
)
def test_a_unit_of_money_opens_with_its_sign(unit: str, found: tuple[str, str]) -> None:
    assert currency_of(unit) == found


def test_a_loss_that_rounds_to_nothing_is_none() -> None:
    assert [Quantity(value, "+.2f").written for value in (-0.001, 0.001, -0.01)] == ["+0.00", "+0.00", "-0.01"]
    assert [Quantity(value, ".2f").written for value in (-0.001, -0.01)] == ["0.00", "-0.01"]
    assert [Quantity(value, ",.0f", "₽").written for value in (-1234.0, -0.4, 0.4)] == ["−1,234", "0", "0"]
