"""Tables in which nobody buys anything: refused with a reason, or asked about, never taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, File
from tests.files.rendering import look, render
from tests.files.shop import shop


def others() -> Iterator[File]:
    """Every file of this chapter."""
    for number, maker in enumerate(MAKERS):
        for turn, name in enumerate(("comma_en", "semicolon_de", "tab_english")):
            table = maker(900 + 3 * number + turn)
            yield File(
                f"{maker.__name__.strip('_')}_{name}",
                "other tables",
                "products, reviews, patients, employees, sensors, stocks: nobody who buys",
                partial(render, table, look(name, language="")),
                NO_CUSTOMERS,
            )


def _products(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 180
    return pd.DataFrame(
        {
            "product_id": [f"P{one:04d}" for one in range(count)],
            "product_name": [f"Thing {one}" for one in range(count)],
            "category": rng.choice(["Food", "Home", "Toys"], count),
            "price": rng.lognormal(3, 0.6, count).round(2),
            "stock": rng.integers(0, 500, count).astype(str),
            "rating": rng.uniform(1, 5, count).round(2),
            "sold_last_year": rng.poisson(80, count).astype(str),
        }
    )


def _reviews(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 300
    return pd.DataFrame(
        {
            "review_id": [f"r{one:06d}" for one in rng.permutation(count)],
            "product": [f"Thing {one}" for one in rng.integers(0, 30, count)],
            "score": rng.integers(1, 6, count).astype(str),
            "review_date": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 300, count), unit="D"),
            "helpful_votes": rng.poisson(3, count).astype(str),
            "text": [f"this thing is number {rng.integers(1e6)} of all I had" for _ in range(count)],
        }
    )


def _patients(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 250
    return pd.DataFrame(
        {
            "patient_id": np.arange(1, count + 1).astype(str),
            "age": rng.integers(20, 90, count).astype(str),
            "sex": rng.choice(["F", "M"], count),
            "blood_pressure": rng.normal(130, 15, count).round(1),
            "cholesterol": rng.normal(220, 40, count).round(1),
            "heart_rate": rng.normal(75, 9, count).round(1),
            "diagnosis": rng.choice(["0", "1"], count),
        }
    )


def _employees(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 200
    return pd.DataFrame(
        {
            "employee_id": [f"E{one:04d}" for one in range(count)],
            "department": rng.choice(["Sales", "IT", "Legal"], count),
            "salary": rng.lognormal(10, 0.3, count).round(2),
            "hire_date": pd.Timestamp("2012-01-01") + pd.to_timedelta(rng.integers(0, 4000, count), unit="D"),
            "overtime_hours": rng.poisson(10, count).astype(str),
            "performance": rng.integers(1, 6, count).astype(str),
        }
    )


def _sensors(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 400
    return pd.DataFrame(
        {
            "timestamp": pd.Timestamp("2023-05-01") + pd.to_timedelta(np.arange(count) * 15, unit="min"),
            "sensor": [f"S{one % 8}" for one in range(count)],
            "temperature": rng.normal(21, 3, count).round(2),
            "humidity": rng.normal(45, 9, count).round(2),
        }
    )


def _stocks(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2023-01-02", periods=80)
    prices = rng.lognormal(4, 0.02, (4, 80)).round(2)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "date": days,
                    "symbol": symbol,
                    "open": prices[place],
                    "close": (prices[place] * 1.01).round(2),
                    "volume": rng.integers(1e4, 1e6, 80).astype(str),
                }
            )
            for place, symbol in enumerate(("AAA", "BBB", "CCC", "DDD"))
        ],
        ignore_index=True,
    )


def _order_items(seed: int) -> pd.DataFrame:
    """The items of a shop's orders, whose customers stand in another table."""
    lines = shop(seed)
    return pd.DataFrame(
        {
            "order_id": (10_000 + lines["order"]).astype(str),
            "order_item_id": lines["line"].astype(str),
            "product_id": lines["item"].map("P{:03d}".format),
            "seller_id": lines["item"].map(lambda one: f"seller{one % 6}"),
            "price": lines["price"],
            "freight_value": (lines["price"] * 0.1).round(2),
        }
    )


def _houses(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 220
    return pd.DataFrame(
        {
            "Id": np.arange(1, count + 1).astype(str),
            "LotArea": rng.integers(2000, 20_000, count).astype(str),
            "YearBuilt": rng.integers(1900, 2022, count).astype(str),
            "Rooms": rng.integers(2, 12, count).astype(str),
            "SalePrice": rng.lognormal(12, 0.4, count).round(0),
        }
    )


def _flowers(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sepal_length": rng.normal(5.8, 0.8, 150).round(1),
            "sepal_width": rng.normal(3.0, 0.4, 150).round(1),
            "petal_length": rng.normal(3.7, 1.7, 150).round(1),
            "species": rng.choice(["setosa", "virginica"], 150),
        }
    )


def _students(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = 190
    return pd.DataFrame(
        {
            "student_id": np.arange(5001, 5001 + count).astype(str),
            "hours_studied": rng.uniform(0, 40, count).round(1),
            "attendance": rng.uniform(0.5, 1, count).round(2),
            "exam_score": rng.normal(70, 12, count).round(1),
            "school": rng.choice(["A", "B", "C"], count),
        }
    )


def _accounts(seed: int) -> pd.DataFrame:
    """A bank account's statement: one person's own spending."""
    rng = np.random.default_rng(seed)
    count = 260
    amounts = np.where(rng.random(count) < 0.1, 2500.0, -rng.lognormal(3, 0.8, count)).round(2)
    return pd.DataFrame(
        {
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 360, count)), unit="D"),
            "description": [f"payment {one % 37}" for one in rng.integers(0, 99, count)],
            "amount": amounts,
            "balance": (5000 + amounts.cumsum()).round(2),
        }
    )


def _daily_totals(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "day": pd.date_range("2023-01-01", periods=300),
            "store": [f"Shop {one % 3}" for one in range(300)],
            "receipts": rng.poisson(120, 300).astype(str),
            "revenue": rng.lognormal(8, 0.3, 300).round(2),
        }
    )


MAKERS: tuple[Callable[[int], pd.DataFrame], ...] = (
    _products, _reviews, _patients, _employees, _sensors, _stocks, _order_items, _houses, _flowers, _students,
    _accounts,
    _daily_totals,
)  # fmt: skip
