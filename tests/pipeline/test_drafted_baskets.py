"""Baskets are drafted wherever lines have the number of an order and goods bought again, and count what they should."""

from __future__ import annotations

import sqlite3
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Affinities
from pipeline.describing.bought_together import LEAST_COUNT
from pipeline.drafting import draft
from pipeline.processors import Helper, process_helper
from pipeline.spec import parse_spec
from pipeline.stages import Options, Training
from pipeline.stopwatch import Stopwatch
from pipeline.train import analyse_source

ORDERS, CUSTOMERS = 700, 160
NAMES = [f"{kind} {good}" for kind in ("Green", "Black") for good in ("tea", "coffee", "cup", "jar", "tray", "bag")]


def lines(seed: int = 0, orders: int = ORDERS) -> pd.DataFrame:
    """Lines of a shop: one to five of twelve products an order; the first two of them go together."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(orders), rng.integers(1, 6, orders))
    product = rng.integers(0, len(NAMES), len(number))
    product[1:] = np.where((number[1:] == number[:-1]) & (product[:-1] == 0), 1, product[1:])
    buyer, day = rng.integers(0, CUSTOMERS, orders), np.sort(rng.integers(0, 400, orders))
    return pd.DataFrame(
        {
            "order_id": 10_000 + number,
            "order_date": pd.Timestamp("2024-01-01") + pd.to_timedelta(day[number], unit="D"),
            "customer_id": 500 + buyer[number],
            "sku": [f"S-{100 + 7 * one}" for one in product],
            "product_name": [NAMES[one] for one in product],
            "category": [f"shelf {one % 9}" for one in product],
            "quantity": rng.integers(1, 4, len(number)),
            "price": (3.5 + product).round(2),
        }
    )


def pairs(frame: pd.DataFrame, order: str, goods: str) -> dict[tuple[str, str], int]:
    """How many orders hold both, for pairs in enough of them: counted one order after the other."""
    held = frame.groupby(order)[goods].agg(lambda column: sorted(set(column.astype("str"))))
    counted = Counter(pair for some in held for pair in combinations(some, 2))
    return {pair: count for pair, count in counted.items() if count >= LEAST_COUNT}


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    with process_helper() as made:
        yield made


def trained(data: str, helper: Helper) -> Training:
    """What ``train`` computes by the draft as it stands."""
    spec = parse_spec(tomllib.loads(draft(data).text), where="draft")
    return analyse_source(spec, data, Options(k_min=2, k_max=3), helper=helper, watch=Stopwatch()).training


def assert_counts(training: Training, expected: dict[tuple[str, str], int], baskets: int) -> None:
    bought = training.bought[training.decision.k]
    everybody = bought.affinities[bought.affinities[Affinities.SEGMENT] == Affinities.EVERYBODY]
    found = {
        tuple(sorted((left, right))): count
        for left, right, count in everybody[[Affinities.LEFT, Affinities.RIGHT, Affinities.COUNT]].itertuples(
            index=False
        )
    }

    assert expected
    assert found == expected
    assert (bought.basis.kind, bought.basis.units) == ("baskets", baskets)


def test_names_of_items_are_counted_in_orders_and_returns_are_not(tmp_path: Path, helper: Helper) -> None:
    frame = lines()[["order_id", "order_date", "customer_id", "sku", "product_name", "quantity", "price"]]
    back = frame.sample(60, random_state=1).assign(quantity=-1)
    data = tmp_path / "items.csv"
    pd.concat([frame, back]).to_csv(data, index=False)
    training = trained(str(data), helper)

    assert_counts(training, pairs(frame, "order_id", "product_name"), frame["order_id"].nunique())


def test_categories_of_a_russian_file_are_counted(tmp_path: Path, helper: Helper) -> None:
    names = {"order_id": "Номер заказа", "order_date": "Дата заказа", "customer_id": "Клиент", "price": "Сумма"}
    frame = lines(3).rename(columns={**names, "category": "Категория"})[[*names.values(), "Категория"]]
    frame["Клиент"] = "К-" + frame["Клиент"].astype(str)
    frame["Категория"] = frame["Категория"].str.replace("shelf", "полка")
    data = tmp_path / "заказы.csv"
    frame.to_csv(data, index=False, sep=";", decimal=",", date_format="%d.%m.%Y", encoding="cp1251")
    training = trained(str(data), helper)

    assert_counts(training, pairs(frame, "Номер заказа", "Категория"), frame["Номер заказа"].nunique())


def test_baskets_of_a_database_go_over_its_joined_tables(tmp_path: Path, helper: Helper) -> None:
    frame = lines(5)
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        orders = frame.drop_duplicates("order_id")[["order_id", "customer_id", "order_date"]]
        orders.assign(order_date=orders["order_date"].dt.strftime("%Y-%m-%d")).to_sql("orders", connection, index=False)
        frame[["order_id", "sku", "quantity", "price"]].to_sql("order_items", connection, index=False)
        goods = frame.drop_duplicates("sku")[["sku", "product_name", "category"]]
        goods.to_sql("products", connection, index=False)
    training = trained(f"sqlite:///{file}", helper)

    assert_counts(training, pairs(frame, "order_id", "product_name"), frame["order_id"].nunique())


def test_goods_of_cancelled_orders_are_in_no_basket(tmp_path: Path, helper: Helper) -> None:
    frame = lines(7)
    frame["status"] = np.where(frame["order_id"] % 9 == 0, "cancelled", "completed")
    data = tmp_path / "orders.parquet"
    frame.drop(columns=["sku", "product_name"]).to_parquet(data)
    training = trained(str(data), helper)
    kept = frame[frame["status"] == "completed"]

    assert_counts(training, pairs(kept, "order_id", "category"), kept["order_id"].nunique())


# ------------------------------------------------------------------ what is drafted, and why not


def drafted(frame: pd.DataFrame, folder: Path) -> tuple[str, str]:
    """The drafted query of baskets, and the line that says why there is none."""
    data = folder / "lines.csv"
    frame.to_csv(data, index=False)
    text = draft(str(data)).text
    why = [line for line in text.splitlines() if line.startswith("# No [baskets]: ")]
    return tomllib.loads(text).get("baskets", {}).get("query", ""), why[0].removeprefix(
        "# No [baskets]: "
    ) if why else ""


def test_without_the_number_of_an_order_there_are_no_baskets_and_it_says_why(tmp_path: Path) -> None:
    query, why = drafted(lines().drop(columns=["order_id"]), tmp_path)

    assert (query, why) == ("", "no column holds the number of an order, so nobody can tell what was bought together.")


def test_items_that_are_almost_unique_make_no_pairs(tmp_path: Path) -> None:
    frame = lines().drop(columns=["category", "sku"])
    frame["product_name"] = [f"Painting no. {number}" for number in range(len(frame))]
    query, why = drafted(frame, tmp_path)

    assert (query, why) == ("", "nearly every value of product_name is in one order only: no pair comes twice.")


def test_orders_of_one_thing_make_no_pairs(tmp_path: Path) -> None:
    query, why = drafted(lines().drop_duplicates("order_id").drop(columns=["sku", "product_name"]), tmp_path)

    assert (query, why) == ("", "no order holds two values of category: nothing is bought together.")


def test_nothing_is_said_of_baskets_where_nothing_says_what_was_bought(tmp_path: Path) -> None:
    query, why = drafted(lines().drop(columns=["category", "sku", "product_name"]), tmp_path)

    assert (query, why) == ("", "no column says what was bought, so no pairs of goods can be counted.")


def test_a_table_of_customers_has_no_baskets_and_says_nothing_of_them(tmp_path: Path) -> None:
    totals = lines().groupby("customer_id").agg(orders=("order_id", "nunique"), spend=("price", "sum")).reset_index()

    assert drafted(totals, tmp_path) == ("", "")


def test_the_finest_goods_that_can_be_looked_through_are_taken(tmp_path: Path) -> None:
    frame = lines(orders=2_000)
    rng = np.random.default_rng(1)
    item = rng.integers(0, 900, len(frame))  # too many to look through
    fine = frame.assign(sku=[f"S{one:04d}" for one in item], product_name=[f"Thing no. {one}" for one in item])
    coarse = fine.assign(category=np.where(item % 2, "food", "other"))

    assert '"category"' in drafted(fine, tmp_path)[0]
    assert '"product_name"' in drafted(coarse, tmp_path)[0]


@pytest.mark.parametrize("seed", [0, 1])
def test_scores_of_recency_orders_and_spend_are_drafted_beside_them(tmp_path: Path, seed: int) -> None:
    data = tmp_path / "lines.csv"
    lines(seed).to_csv(data, index=False)
    without_days = lines(seed).drop(columns="order_date")
    rfm = tomllib.loads(draft(str(data)).text)["rfm"]
    without_days.to_csv(data, index=False)

    assert rfm == {"recency": "recency", "frequency": "orders", "monetary": "spend"}
    assert "rfm" not in tomllib.loads(draft(str(data)).text)
