"""A shop with a spec of its own and two campaigns, trained by the real pipeline; new customers for it to score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.analyse import analyse
from pipeline.campaigns import with_campaigns
from pipeline.cleaning import clean
from pipeline.reading import read_source
from pipeline.spec import Spec, load_spec
from pipeline.stages import Options, Training
from pipeline.stopwatch import Stopwatch

K = 3
SPEC = """
name = "tea_shop"
title = "Tea shop"
as_of = 2026-01-01
currency = "$"
transform = ["standardize"]

[id]
column = "card"
keep = true

[columns.spend]
role = "active"
label = "Total spend"
unit = "$"
format = ",.0f"
meaning = "spend"
transform = ["log1p", "standardize"]
high = "big spenders"
low = "light spenders"

[columns.orders]
role = "active"
kind = "integer"
label = "Orders"
format = ",.0f"
meaning = "orders"
high = "frequent buyers"
low = "occasional buyers"

[columns.cheque]
sql = "spend / nullif(orders, 0)"
role = "active"
label = "Average cheque"
unit = "$"
format = ",.0f"
meaning = "average_cheque"
high = "large baskets"
low = "small baskets"

[columns.age]
role = "passive"
kind = "integer"
label = "Age"
unit = "years"
format = ",.0f"
meaning = "age"

[columns.city]
role = "passive"
kind = "category"
label = "City"

[columns.spring]
role = "outcome"
kind = "flag"
label = "Answered in spring"

[columns.autumn]
role = "outcome"
kind = "flag"
label = "Answered in autumn"

[[campaigns]]
column = "spring"
label = "Spring leaflet"
cost = 1
revenue = 6

[[campaigns]]
column = "autumn"
label = "Autumn leaflet"
cost = 1
revenue = 6

[[rules]]
rule = "range"
column = "spend"
min = 0
action = "quarantine"
"""


def shoppers(n: int = 600, seed: int = 0) -> pd.DataFrame:
    """Three kinds of customers as a file would hold them; spend and an earlier answer make an answer likelier."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(K, n, p=(0.5, 0.3, 0.2))
    orders = np.maximum(1, rng.poisson(np.array([4, 12, 25])[kind]))
    spend = np.round(orders * np.array([9.0, 60.0, 20.0])[kind] * rng.lognormal(0, 0.15, n), 2)
    spring = rng.random(n) < np.array([0.1, 0.5, 0.3])[kind]
    autumn = rng.random(n) < np.array([0.1, 0.4, 0.2])[kind] + 0.3 * spring
    return pd.DataFrame(
        {
            "card": [f"T{number:05d}" for number in range(n)],
            "spend": spend,
            "orders": orders,
            "age": rng.integers(18, 80, n),
            "city": rng.choice(["Kazan", "Omsk", "Perm"], n),
            "spring": spring.astype(int),
            "autumn": autumn.astype(int),
        }
    )


def write_shop(folder: Path, frame: pd.DataFrame | None = None) -> tuple[Path, Path]:
    """The spec and the file of customers to train on."""
    spec, data = folder / "tea_shop.toml", folder / "customers.csv"
    spec.write_text(SPEC, "utf-8")
    (shoppers() if frame is None else frame).to_csv(data, index=False)
    return spec, data


def train_shop(folder: Path) -> tuple[Spec, Training]:
    """A whole training without a store."""
    file, data = write_shop(folder)
    spec = load_spec(str(file))
    cleaned = clean(read_source(spec, str(data)), spec)
    training = analyse(cleaned, Options(k_min=2, k_max=K + 1, bounds=(K, K)), Stopwatch(), spec=spec.model_dump_json())
    return spec, with_campaigns(training, spec)
