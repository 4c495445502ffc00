"""A file with Russian headers gets a draft that speaks Russian; what the file calls by name is never translated."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.drafting import draft
from pipeline.drafting.columns import label_of
from pipeline.errors import InputError
from pipeline.reading import Frames
from pipeline.spec import describe_dataset, parse_spec

KINDS = ["Молоко", "Хлеб", "Овощи"]
ROUBLES = "Сумма, руб."


def sales(n: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    amounts = np.round(rng.lognormal(5, 0.6, n), 2)
    return pd.DataFrame(
        {
            "Номер заказа": np.arange(7000, 7000 + n),
            "Дата": pd.date_range("2024-01-03", periods=n, freq="9h").strftime("%d.%m.%Y"),
            "Покупатель": [f"К-{number:03d}" for number in rng.integers(1, 70, n)],
            "Категория": rng.choice(KINDS, n),
            ROUBLES: np.where(rng.random(n) < 0.04, -amounts, amounts),
        }
    )


def clients(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    joined = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), unit="D")
    return pd.DataFrame(
        {
            "Номер клиента": np.arange(n) + 40_001,
            "Сумма покупок": np.round(rng.lognormal(7, 0.5, n), 2),
            "Заказов": rng.integers(1, 30, n),
            "Год рождения": rng.integers(1950, 2004, n),
            "Дата регистрации": joined.strftime("%Y-%m-%d"),
            "Визиты на сайт": rng.poisson(6, n),
            "Отток": np.where(rng.random(n) < 0.2, "да", "нет"),
        }
    )


def drafted(frame: pd.DataFrame, **options: Any) -> tuple[str, dict[str, Any]]:
    text = draft(Frames.of(frame), "проба", **options).text
    return text, tomllib.loads(text)


def labels(document: dict[str, Any]) -> dict[str, str]:
    return {name: column["label"] for name, column in document["columns"].items() if "label" in column}


def test_what_a_draft_of_russian_purchases_makes_has_russian_names() -> None:
    _text, document = drafted(sales())

    assert labels(document) == {
        "orders": "Заказы",
        "spend": "Сумма покупок",
        "returned": "Возвращено",
        "recency": "Дней с последней покупки",
        "tenure": "Дней с первой покупки",
        "average_cheque": "Средний чек",
    }
    assert {name: document["columns"][name].get("unit") for name in ("spend", "average_cheque", "recency")} == {
        "spend": "₽",
        "average_cheque": "₽",
        "recency": "дней",
    }
    assert document["groups"]["categories"]["label"] == "Траты по категориям"


def test_the_words_for_more_and_less_are_russian_and_need_no_gender() -> None:
    _text, document = drafted(sales())

    dataset = describe_dataset(parse_spec(document, where="draft"))
    phrases = {column.name: (column.high, column.low) for column in dataset.columns if column.role == "active"}
    assert phrases["spend"] == ("много тратят", "мало тратят")
    assert phrases["recency"] == ("давно не покупали", "покупали недавно")
    assert ("чаще: молоко", "реже: молоко") in phrases.values()


def test_columns_of_the_file_keep_their_names() -> None:
    _text, document = drafted(clients())

    named = labels(document)
    assert {name: named[name] for name in ("Сумма покупок", "Заказов", "Визиты на сайт", "Отток")} == {
        "Сумма покупок": "Сумма покупок",
        "Заказов": "Заказов",
        "Визиты на сайт": "Визиты на сайт",
        "Отток": "Отток",
    }
    assert named["age"] == "Возраст"
    assert named["tenure"] == "Стаж клиента"
    assert document["columns"]["age"]["unit"] == "лет"


def test_a_derived_column_is_told_apart_from_one_that_the_file_calls_so() -> None:
    frame = clients().assign(**{"Средний чек": "нет данных"})

    _text, document = drafted(frame)

    assert labels(document)["average_cheque"] == "Средний чек (рассчитано)"


@pytest.mark.parametrize("make", [sales, clients])
def test_every_comment_is_in_russian(make: Any) -> None:
    text, _document = drafted(make())

    comments = [line.partition("# ")[2] for line in text.splitlines() if "# " in line and not line.startswith("#:")]
    assert len(comments) > 20
    assert [comment for comment in comments if not re.search("[а-яё]", comment)] == []


@pytest.mark.parametrize(("language", "label"), [("en", "Orders"), ("ru", "Заказы")])
def test_the_language_can_be_said(language: str, label: str) -> None:
    english = sales().rename(
        columns={"Номер заказа": "order_id", "Дата": "date", "Покупатель": "customer_id", ROUBLES: "amount"}
    )

    for frame in (sales(), english):
        text, document = drafted(frame, language=language)
        assert labels(document)["orders"] == label
        assert ("# Роли столбцов" in text) == (language == "ru")


def test_both_languages_make_the_same_spec_but_for_its_words() -> None:
    def bare(document: dict[str, Any]) -> dict[str, Any]:
        words = {"label", "unit", "high", "low"}
        document.pop("translations", None)  # the words of an English draft for readers of Russian
        for table in (*document["columns"].values(), *document["groups"].values()):
            for word in words & set(table):
                del table[word]
        return document

    assert bare(drafted(sales(), language="en")[1]) == bare(drafted(sales(), language="ru")[1])


def test_a_russian_file_is_refused_in_russian(tmp_path: Path) -> None:
    clients().assign(ФИО="Иванова Анна")[["Номер клиента", "ФИО"]].to_csv(tmp_path / "список.csv", index=False)

    for language, remedy in ((), "Что делать: "), (("--language", "en"), "What to do: "):
        done = CliRunner().invoke(app, ["init", str(tmp_path / "список.csv"), *language])
        assert isinstance(done.exception, InputError)
        assert remedy in str(done.exception)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("MonthlyCharges", "Monthly charges"),
        ("total_spend", "Total spend"),
        ("customerID", "Customer ID"),
        ("СрокДоговора", "Срок договора"),
        ("Сумма, руб.", "Сумма, руб."),
        ("Web Visits", "Web Visits"),
    ],
)
def test_a_name_is_spaced_and_otherwise_left_as_it_is(name: str, label: str) -> None:
    assert label_of(name) == label


def test_an_english_file_is_drafted_in_english(tmp_path: Path) -> None:
    frame = clients().set_axis(["customer_id", "spend", "orders", "birth_year", "joined", "visits", "churn"], axis=1)
    frame.to_csv(tmp_path / "clients.csv", index=False)

    made = draft(str(tmp_path / "clients.csv"))

    assert made.language == "en"
    assert not re.search("[а-яё]", made.text.split("[translations.ru]")[0])


def test_an_english_draft_has_russian_for_its_own_words_and_none_for_the_file_s(tmp_path: Path) -> None:
    names = {
        "Номер заказа": "order no",
        "Дата": "date",
        "Покупатель": "customer",
        "Категория": "category",
        ROUBLES: "amount",
    }
    lines = sales().rename(columns=names)
    lines["category"] = lines["category"].map(dict(zip(KINDS, ["Milk", "Bread", "new"], strict=True)))
    lines.to_csv(tmp_path / "sales.csv", index=False)
    rng = np.random.default_rng(8)
    own_spend = pd.DataFrame({"customer id": range(300), "orders": rng.integers(1, 30, 300)})
    own_spend["Spend"] = np.round(rng.lognormal(4, 1, 300), 2)
    own_spend["contract"] = rng.choice(["large baskets", "new"], 300)
    own_spend.to_csv(tmp_path / "own.csv", index=False)

    words = tomllib.loads(draft(str(tmp_path / "sales.csv")).text)["translations"]["ru"]
    file_s = tomllib.loads(draft(str(tmp_path / "own.csv")).text)["translations"]["ru"]

    assert words["Spend"] == "Сумма покупок"
    assert words["big spenders"] == "много тратят"
    assert words["days"] == "дней"
    assert words["much milk"] == "чаще: milk"
    assert not {"Milk", "Bread", "category"} & set(words)
    assert "Average cheque" in file_s  # which the draft makes
    assert not {"Spend", "Orders", "large baskets"} & set(file_s)  # a header, a header, a category


def test_a_russian_draft_needs_no_words_for_readers_of_russian() -> None:
    assert "translations" not in drafted(clients())[1]
