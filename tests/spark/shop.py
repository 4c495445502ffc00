"""Customers of an invented shop with every fault that cleaning knows, as Parquet files, and their spec."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

QUIET = {
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "4",
    # not in UTC, as many machines are not; Derby writes no log beside the tests
    "spark.driver.extraJavaOptions": "-Duser.timezone=America/New_York -Dderby.stream.error.file=/dev/null",
}
SPEC = """
name = "shop"
as_of = 2026-01-31
transform = ["standardize"]

[id]
column = "customer"

[columns.orders]
role = "active"
kind = "integer"
meaning = "orders"

[columns.spend]
role = "active"
meaning = "spend"

[columns.cheque]
role = "active"
sql = "spend / nullif(orders, 0)"

[columns.weekend]
role = "passive"
kind = "flag"
sql = "isodow(joined) >= 6"

[columns.known_for]
role = "passive"
kind = "integer"
sql = "date_diff('day', joined, as_of)"

[columns.joined]
role = "passive"
kind = "date"

[columns.amount]
role = "active"

[columns.vip]
role = "passive"
kind = "flag"

[columns.size]
role = "passive"
kind = "ordered"
order = ["small", "medium", "large"]

[columns.town]
role = "passive"
kind = "category"

[columns.code]
role = "passive"
kind = "category"

[columns.shop]
role = "passive"
kind = "category"

[columns.nothing]
role = "ignored"

[groups.goods]
label = "Goods"
members = { tea = "Tea", milk = "Milk", bread = "Bread" }
shares = "active"

[[rules]]
rule = "replace"
column = "town"
values = { "Pariss" = "Paris", "?!" = "" }

[[rules]]
rule = "range"
column = "orders"
min = 0
max = 60
action = "clip"

[[rules]]
rule = "range"
column = "spend"
max = 4000.0

[[rules]]
rule = "range"
column = "amount"
min = 0
action = "quarantine"

[[rules]]
rule = "where"
name = "never bought"
sql = "orders = 0 and spend < 100"
action = "drop"

[[rules]]
rule = "where"
name = "dear cheques"
sql = "cheque > 900 or tea_share > 0.9"
action = "flag"

[[rules]]
rule = "where"
name = "new on a weekend"
sql = "weekend and known_for < 40"
"""


def customers(n: int) -> pd.DataFrame:
    """Rows of ``n`` customers, some of them twice, without an id, unreadable or impossible; shuffled."""
    rng = np.random.default_rng(17)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2_222, n), "D")
    frame = pd.DataFrame(
        {
            "customer": [f" C{number:06d}" for number in rng.permutation(n)],
            "orders": rng.poisson(8, n).astype("float64"),
            "spend": np.round(rng.lognormal(5, 1, n), 2),
            "joined": days.strftime("%d.%m.%Y"),
            "amount": [f"{value:.2f}".replace(".", ",") for value in rng.gamma(2, 50, n)],
            "vip": rng.integers(0, 2, n).astype(bool),
            "size": rng.choice(["small", "medium", "large", "huge"], n, p=[0.5, 0.3, 0.19, 0.01]),
            "town": rng.choice(["Paris", "Pariss", "Rome", "?!", " Oslo ", "n/a", "Казань"], n),
            "code": rng.choice([1.0, 2.0, 3.0, np.nan], n),
            "shop": "the only one",
            "nothing": rng.choice(["a", "b"], n),
            "tea": np.round(rng.gamma(1, 10, n), 2),
            "milk": np.round(rng.gamma(1, 10, n), 2),
            "bread": np.round(rng.gamma(1, 10, n), 2),
        }
    )
    frame.loc[rng.choice(n, n // 50, replace=False), "spend"] = np.nan
    frame.loc[rng.choice(n, n // 90, replace=False), "orders"] = 0
    frame.loc[rng.choice(n, n // 200, replace=False), "orders"] = 1e16
    frame.loc[rng.choice(n, n // 80, replace=False), "customer"] = "n/a"
    frame.loc[rng.choice(n, n // 70, replace=False), "joined"] = "soon"
    frame.loc[rng.choice(n, n // 60, replace=False), "amount"] = "-3,00"
    frame.loc[rng.choice(n, n // 60, replace=False), "milk"] = -1.0
    alike = frame.sample(n // 60, random_state=1).assign(customer=[f"D{number}" for number in range(n // 60)])
    poorer = frame.sample(n // 70, random_state=2).assign(spend=np.nan)
    other = frame.sample(n // 70, random_state=3).assign(town="Bern")
    again = frame.sample(n // 40, random_state=4)
    return pd.concat([frame, alike, poorer, other, again]).sample(frac=1, random_state=5, ignore_index=True)


def write(folder: Path, n: int, files: int) -> Path:
    """The customers as so many Parquet files, and their spec beside them; returns the spec's path."""
    (folder / "data").mkdir(parents=True)
    table = pa.Table.from_pandas(customers(n), preserve_index=False)
    size = -(-len(table) // files)
    for place in range(files):
        pq.write_table(table.slice(place * size, size), folder / "data" / f"part-{place}.parquet")
    spec = folder / "shop.toml"
    spec.write_text(SPEC, "utf-8")
    return spec
