from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.cleaning import clean
from pipeline.drafting import draft_spec
from pipeline.drafting.structure import analyse_structure
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, read_source
from pipeline.segmenting import fit_features
from pipeline.spec import Spec, load_spec
from pipeline.stages import Cleaned
from tests.pipeline.sources_support import CAMPAIGN_FILE, needs_campaign_file

N = 120


def drafted(data: str, folder: Path) -> tuple[Spec, Cleaned]:
    """The draft as a user would use it: written, loaded, cleaned with, and made into features."""
    file = folder / "draft.toml"
    file.write_text(draft_spec(data), "utf-8")
    spec = load_spec(str(file))
    cleaned = clean(read_source(spec, data), spec)
    matrix = fit_features(cleaned.customers, cleaned.dataset).matrix
    assert np.isfinite(matrix).all()
    return spec, cleaned


def russian_customers() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    money = [f"{value:.2f}".replace(".", ",") for value in rng.gamma(2, 900, N)]
    return pd.DataFrame(
        {
            "Номер клиента": np.arange(1000, 1000 + N),
            "ФИО": [f"Иванова Анна {number}" for number in range(N)],
            "Пол": rng.choice(["ж", "м"], N),
            "Год рождения": rng.integers(1950, 2004, N),
            "Город": rng.choice(["Москва", "Казань", "Пермь"], N),
            "Семейное положение": rng.choice(["в браке", "холост"], N),
            "Доход, руб.": [f"{value:,.0f}".replace(",", " ") for value in rng.normal(60000, 9000, N)],
            "Дата регистрации": pd.Series(
                pd.Timestamp("2024-05-31") - pd.to_timedelta(rng.integers(0, 900, N), unit="D")
            ).dt.strftime("%d.%m.%Y"),
            "Траты на вино": money,
            "Траты на мясо": money[::-1],
            "Траты на рыбу": sorted(money),
            "Покупки на сайте": rng.poisson(4, N),
            "Покупки в магазине": rng.poisson(6, N),
            "Покупки по каталогу": rng.poisson(2, N),
            "Отклик на акцию": rng.choice(["да", "нет"], N, p=[0.2, 0.8]),
            "Склад": "основной",
        }
    )


def test_a_russian_table_trains_as_drafted(tmp_path: Path) -> None:
    data = tmp_path / "клиенты 2024.csv"
    russian_customers().to_csv(data, sep=";", index=False, encoding="cp1251")
    spec, cleaned = drafted(str(data), tmp_path)
    dataset = cleaned.dataset
    assert spec.name == "клиенты_2024"
    assert dataset.as_of == pd.to_datetime(russian_customers()["Дата регистрации"], dayfirst=True).max().date()
    assert dataset.currency == "₽"
    assert {column.meaning: column.name for column in dataset.columns if column.meaning} == {
        "age": "age",
        "income": "Доход, руб.",
        "gender": "Пол",
        "marital_status": "Семейное положение",
        "region": "Город",
        "spend": "spend",
        "orders": "orders",
        "average_cheque": "average_cheque",
        "tenure": "tenure",
    }
    assert [group.meaning for group in dataset.groups] == ["channels", "categories"]
    assert [column.name for column in dataset.with_role("outcome")] == ["Отклик на акцию"]
    assert spec.columns["ФИО"].role == spec.columns["Склад"].role == "ignored"
    assert "Иванова" not in cleaned.customers.to_csv()
    assert cleaned.ledger.rows_out == N


@needs_campaign_file
def test_the_campaign_file_is_understood(tmp_path: Path) -> None:
    _, cleaned = drafted(str(CAMPAIGN_FILE), tmp_path)
    roles = {column.name: column.role for column in cleaned.dataset.columns}
    assert (roles["Response"], roles["AcceptedCmp1"], roles["Income"], roles["age"]) == (
        "outcome",
        "outcome",
        "passive",
        "passive",
    )
    assert (roles["spend"], roles["orders"], roles["average_cheque"]) == ("active",) * 3
    assert roles["Z_Revenue"] == "ignored"
    assert [group.members[:1] for group in cleaned.dataset.groups] == [("NumWebPurchases",), ("MntWines",)]


def test_purchases_become_customers(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "Дата": [f"{day:02d}.03.2024" for day in rng.integers(1, 29, 900)],
            "Чек": np.arange(900) + 5000,
            "Клиент": rng.integers(100, 160, 900),
            "Категория": rng.choice(["Хлеб", "Мясо 'экстра'"], 900),
            "Канал": rng.choice(["сайт", "магазин"], 900),
            "Сумма": [f"{value:.2f}".replace(".", ",") for value in rng.gamma(2, 300, 900)],
        }
    )
    rows.to_csv(tmp_path / "чеки.csv", sep=";", index=False)
    spec, cleaned = drafted(str(tmp_path / "чеки.csv"), tmp_path)
    assert spec.id.column == "Клиент"
    assert cleaned.customers["orders"].sum() == 900
    total = rows["Сумма"].str.replace(",", ".").astype(float).sum()
    assert cleaned.customers["spend"].sum() == pytest.approx(total)
    assert cleaned.customers[["spend on Хлеб", "spend on Мясо 'экстра'"]].sum().sum() == pytest.approx(total)
    assert [group.meaning for group in cleaned.dataset.groups] == ["categories", "channels"]
    assert cleaned.customers["recency"].min() == 0


def test_no_id_personal_id_and_hardly_any_behaviour(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    plain = pd.DataFrame({"visits": rng.poisson(5, N), "amount": rng.gamma(2, 50, N).round(2), "birth_year": 1980})
    plain["birth_year"] = rng.integers(1950, 2000, N)
    plain.to_csv(tmp_path / "plain.csv", index=False)
    spec, _ = drafted(str(tmp_path / "plain.csv"), tmp_path)
    assert spec.id.column == ROW_ID
    assert spec.as_of is None
    assert "age" not in spec.columns

    plain.assign(mail=[f"a{number}@b.org" for number in range(N)]).to_csv(tmp_path / "mail.csv", index=False)
    spec, cleaned = drafted(str(tmp_path / "mail.csv"), tmp_path)
    assert (spec.id.column, spec.id.keep) == ("mail", False)
    assert "@" not in cleaned.customers.to_csv()

    pd.DataFrame(
        {"id": range(N), "Age": plain["visits"] + 20, "Income": plain["amount"], "Spending Score": plain["visits"] % 4}
    ).to_csv(tmp_path / "mall.csv", index=False)
    _, cleaned = drafted(str(tmp_path / "mall.csv"), tmp_path)
    assert {column.name for column in cleaned.dataset.with_role("active")} == {"Age", "Income", "Spending Score"}

    pd.DataFrame({"id": range(N), "city": "Perm"}).to_csv(tmp_path / "none.csv", index=False)
    with pytest.raises(InputError, match="no column of which segments could be made"):
        draft_spec(str(tmp_path / "none.csv"))


def test_structure_finds_ids_copies_constants_and_ranges() -> None:
    rng = np.random.default_rng(3)
    spend = rng.gamma(2, 50, N).round(2)
    frame = pd.DataFrame(
        {
            "customer_id": range(5, 5 + N),
            "spend": spend,
            "spend_cents": spend * 100,
            "x": 1,
            "city": ["A", "B"] * (N // 2),
            "town": ["A", "B"] * (N // 2),
        }
    ).astype(str)
    found = analyse_structure(frame)
    assert found.profile("spend_cents").same_as == "spend"
    assert found.profile("town").same_as == "city"
    assert found.profile("x").distinct == 1
    assert found.profile("customer_id").summary == f"integer, none missing, {N} distinct, 5 to {N + 4}"


def test_a_date_that_cannot_be_read_is_not_called_missing() -> None:
    days = [f"2026-03-{1 + number % 28:02d}" for number in range(300)]
    days[5], days[6], days[7] = "2026-31-31", "soon", ""

    found = analyse_structure(pd.DataFrame({"joined": days}, dtype="str")).profile("joined")

    assert found.summary == "date, 1 of 300 missing, 2 not readable, 28 distinct, 2026-03-01 to 2026-03-28"
    assert (found.nulls, found.unreadable, found.unique) == (3, 2, False)


def test_every_column_of_a_draft_carries_a_comment(tmp_path: Path) -> None:
    russian_customers().to_csv(tmp_path / "a.csv", index=False)
    text = draft_spec(str(tmp_path / "a.csv"))
    assert set(tomllib.loads(text)["columns"]) >= {"ФИО", "Пол"}
    blocks = re.findall(r"(?m)^(.*)\n\[columns\.", text)
    assert len(blocks) == len(tomllib.loads(text)["columns"])
    assert all(line.startswith("# ") for line in blocks)
