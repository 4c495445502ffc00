"""One table made of several by ``source.view``: its lines, where they stand, and joins that change their number."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.reading import Frames, query_tables, read_source
from pipeline.spec import Spec, parse_spec

ITEMS = pd.DataFrame({"order_id": [7, 8, 7, 9, 10], "price": [1.5, 2.0, 3.0, 4.0, 5.0]})
ORDERS = pd.DataFrame(
    {
        "id": [10, 9, 8, 7],
        "customer": ["b", None, "a", "a"],
        "day": pd.to_datetime(["2024-03-04", "2024-03-03", "2024-03-02", "2024-03-01"]),
    }
)
VIEW = """
SELECT items.order_id, items.price, items.line_number, orders.customer, orders.day
FROM items LEFT JOIN orders ON items.order_id = orders.id;
"""
QUERY = """
SELECT customer AS id, count(DISTINCT order_id) AS orders, sum(line_money) AS spend, min(line_number) AS line,
       date_diff('day', max(CAST(day AS DATE)), $as_of) AS recency
FROM lines GROUP BY customer ORDER BY customer
"""


def spec_of(**source: Any) -> Spec:
    return parse_spec(
        {
            "name": "shop",
            "as_of": "auto",
            "source": {"tables": {"items": "items", "orders": "orders"}, "view": VIEW, "query": QUERY, **source},
            "lines": {"customer": "customer", "order": "order_id", "day": "day", "money": "price"},
            "id": {"column": "id"},
            "columns": {"spend": {"role": "active"}, "orders": {"role": "active"}, "recency": {"role": "active"}},
        },
        where="shop.toml",
    )


def stored(folder: Path, form: str) -> str | Frames:
    """The shop's tables in one of the forms in which people have them."""
    shop = {"items": ITEMS, "orders": ORDERS}
    if form == "frames":
        return Frames.of_tables(shop)
    if form == "database":
        with closing(sqlite3.connect(folder / "shop.db")) as connection:
            for name, table in shop.items():
                table.astype({"day": "str"} if "day" in table else {}).to_sql(name, connection, index=False)
        return f"sqlite:///{folder / 'shop.db'}"
    for name, table in shop.items():
        if form == "csv":
            table.to_csv(folder / f"{name}.csv", index=False)
        else:
            table.to_parquet(folder / f"{name}.parquet")
    return str(folder)


@pytest.mark.parametrize("form", ["csv", "parquet", "frames", "database"])
def test_a_view_gives_the_same_customers_and_lines_in_every_form(tmp_path: Path, form: str) -> None:
    load = {"load": {"items": ["order_id", "price"], "orders": ["id", "customer", "day"]}} if form == "database" else {}
    spec = spec_of(grain="items", **load)
    data = stored(tmp_path, form)

    raw = read_source(spec, data)
    baskets = query_tables(spec, data, "baskets.query", "SELECT customer, order_id FROM lines")

    first = 2 if form == "csv" else 1
    assert raw.frame.to_dict("list") == {
        "id": ["a", "b"],
        "orders": [2, 1],
        "spend": [6.5, 5.0],
        "line": [first, first + 4],
        "recency": [2, 0],
    }
    assert len(baskets) == 4  # the line without a customer is in none
