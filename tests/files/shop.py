"""A shop that never was: customers, orders and lines from a seed, the truth behind the files of the corpus."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

CATEGORIES = ("Food", "Home", "Garden", "Sport", "Toys")
CITIES = ("Kazan", "Perm", "Lyon", "Bonn", "Porto", "Leeds")
FIRST_DAY = pd.Timestamp("2023-01-02")


@cache
def shop(seed: int, customers: int = 60, orders: int = 300, days: int = 330) -> pd.DataFrame:
    """Lines of orders, the oldest first.

    Columns: ``customer`` (0 to customers - 1, each with an order at least), ``order`` (rises with the day), ``line``
    (from 1 in each order), ``day`` (to the second), ``item``, ``category``, ``quantity``, ``price``, ``money``
    (quantity times price), ``city`` (of the customer) and ``store`` (of the order).
    """
    rng = np.random.default_rng([seed, 2023])
    weights = rng.gamma(0.8, 1.0, customers) + 0.05
    who = np.concatenate([np.arange(customers), rng.choice(customers, orders - customers, p=weights / weights.sum())])
    rng.shuffle(who)
    # fewer sales on Sundays, shops open from 8 to 20
    offsets = np.sort(rng.integers(0, days, orders))
    sundays = (FIRST_DAY + pd.to_timedelta(offsets, unit="D")).day_of_week == 6
    offsets = np.sort(np.where(sundays & (rng.random(orders) < 0.7) & (offsets > 0), offsets - 1, offsets))
    offsets[0], offsets[-1] = 0, days
    seconds = np.sort(rng.integers(8 * 3600, 20 * 3600, orders))
    rng.shuffle(seconds)
    moments = FIRST_DAY + pd.to_timedelta(offsets, unit="D") + pd.to_timedelta(seconds, unit="s")
    moments = pd.Series(moments).sort_values(ignore_index=True)
    lengths = rng.choice([1, 2, 3, 4], orders, p=[0.35, 0.3, 0.2, 0.15])
    prices = np.round(rng.lognormal(2.5, 0.7, 24), 2) + 0.01  # by item
    number = np.repeat(np.arange(orders), lengths)
    place = np.arange(len(number)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    shelves = rng.permuted(np.tile(np.arange(24), (orders, 1)), axis=1)  # no item twice in an order
    lines = pd.DataFrame(
        {
            "customer": who[number],
            "order": number,
            "line": place + 1,
            "day": moments.to_numpy()[number],
            "item": shelves[number, place],
            "quantity": rng.choice([1, 1, 1, 2, 3], len(number)),
            "store": rng.integers(1, 5, orders)[number],
        }
    )
    lines["price"] = prices[lines["item"]].round(2)
    lines["money"] = (lines["price"] * lines["quantity"]).round(2)
    lines["category"] = [CATEGORIES[item % len(CATEGORIES)] for item in lines["item"]]
    towns = rng.integers(0, len(CITIES), customers)
    lines["city"] = [CITIES[towns[one]] for one in lines["customer"]]
    return lines


def by_order(lines: pd.DataFrame) -> pd.DataFrame:
    """One row an order: its customer, day, store and money."""
    orders = lines.groupby("order", as_index=False).agg(
        customer=("customer", "first"),
        day=("day", "first"),
        store=("store", "first"),
        city=("city", "first"),
        category=("category", "first"),
        quantity=("quantity", "sum"),
        money=("money", "sum"),
    )
    return orders.assign(money=orders["money"].round(2))


@cache
def people(seed: int, count: int = 240) -> pd.DataFrame:
    """One row a customer: ``number``, ``orders``, ``spend``, ``recency`` (days), ``age``, ``city``, ``plan``."""
    rng = np.random.default_rng([seed, 7])
    orders = 1 + rng.poisson(rng.gamma(1.5, 4, count))
    return pd.DataFrame(
        {
            "number": np.arange(count),
            "orders": orders,
            "spend": (orders * rng.lognormal(3, 0.4, count)).round(2),
            "recency": rng.integers(0, 360, count),
            "age": rng.integers(18, 80, count),
            "city": [CITIES[town] for town in rng.integers(0, len(CITIES), count)],
            "plan": [("basic", "plus", "pro")[plan] for plan in rng.integers(0, 3, count)],
        }
    )


def customer_codes(numbers: pd.Series, style: str) -> pd.Series:
    """Customers as a shop names them: ``number``, ``code``, ``email``, ``phone``, ``name``, ``float``."""
    styles = {
        "number": lambda one: str(1001 + one * 7),
        "code": lambda one: f"C{one + 1:05d}",
        "email": lambda one: f"buyer{one + 1}@example.com",
        "phone": lambda one: f"+7 9{one % 90 + 10} {one * 37 % 900 + 100}-{one % 80 + 10}-{one * 13 % 90 + 10}",
        "name": lambda one: f"Client {one + 1}",
        "float": lambda one: f"{12346 + one * 3}.0",
    }
    return numbers.map(styles[style])


def order_codes(numbers: pd.Series, style: str = "number") -> pd.Series:
    """Orders as a shop numbers them: ``number``, ``hash`` (#1001) or ``code`` (a prefix and the number)."""
    forms = {"number": "{}", "hash": "#{}", "code": "ORD-{}"}
    return numbers.map(lambda one: forms[style].format(536300 + one))


def with_returns(lines: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Lines with ``count`` of the first ones of their orders given back within nine days, marked ``returned``."""
    rng = np.random.default_rng(seed)
    back = lines[lines["line"] == 1].sample(count, random_state=seed)
    back = back.assign(
        day=back["day"] + pd.to_timedelta(rng.integers(1, 9, len(back)), unit="D"),
        quantity=-back["quantity"],
        money=-back["money"],
        returned=True,
    )
    return pd.concat([lines.assign(returned=False), back]).sort_values("day", kind="stable", ignore_index=True)
