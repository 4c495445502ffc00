"""A run with everything in it that a viewer must not single out: three large buyers who are a segment of their own.

And a city where one customer lives, an answer that four of a segment did not give, an income that few are asked for.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.analyse import analyse
from pipeline.cleaning import clean
from pipeline.contract import Segmentation
from pipeline.reading import read_source
from pipeline.stages import Options
from pipeline.stopwatch import Stopwatch
from tests.pipeline.sources_support import tiny_spec
from tests.support import as_stored

WHALES, SPENT, LONE_CITY = 3, (912_345.67, 923_456.78, 934_567.89), "Ultima Thule"
PEOPLE = 260
SPEC = tiny_spec(
    columns={
        "spend": {"role": "active", "meaning": "spend", "unit": "$"},
        "orders": {"role": "active"},
        "age": {"role": "passive"},
        "income": {"role": "passive", "unit": "$"},
        "city": {"role": "passive", "kind": "category"},
        "subscribed": {"role": "passive", "kind": "flag"},
    }
)


def customers() -> pd.DataFrame:
    """Two hundred and sixty people of two kinds, the last three of them large buyers."""
    rng = np.random.default_rng(11)
    kind = rng.integers(0, 2, PEOPLE)
    frame = pd.DataFrame({"id": [f"t{n}" for n in range(PEOPLE)]})
    frame["spend"] = np.round(kind * 4_000 + rng.uniform(50, 500, PEOPLE), 2)
    frame["orders"] = 1 + kind * 12 + rng.integers(0, 4, PEOPLE)
    frame["age"] = 25 + kind * 20 + rng.integers(0, 15, PEOPLE)
    frame["income"] = np.round(rng.uniform(20_000, 60_000, PEOPLE), 0)
    frame["city"] = rng.choice(["Ghent", "Lyon", "Porto"], PEOPLE)
    frame["subscribed"] = 1
    frame.loc[PEOPLE - WHALES :, "spend"] = SPENT
    frame.loc[PEOPLE - WHALES :, "orders"] = (900, 910, 920)
    frame.loc[[3], "city"] = LONE_CITY
    frame.loc[np.flatnonzero(kind == 0)[:4], "subscribed"] = 0
    return frame


def run_of_whales(folder: Path) -> Segmentation:
    """The run, as a store hands it out; its third segment is the three."""
    customers().to_csv(folder / "whales.csv", index=False)
    cleaned = clean(read_source(SPEC, str(folder / "whales.csv")), SPEC)
    training = analyse(cleaned, Options(k_min=3, k_max=4, bounds=(3, 3)), Stopwatch(), spec=SPEC.model_dump_json())
    return as_stored(training, k=3)
