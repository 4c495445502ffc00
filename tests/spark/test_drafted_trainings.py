"""Whole trainings of what ``korzina init`` drafts: the run that Spark leaves is the local one in everything stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.contract import Ledger, Segmentation
from pipeline.drafting import draft
from pipeline.settings import Settings
from pipeline.spark import Cluster
from pipeline.store import Store
from pipeline.train import Request, Result, train
from tests.spark.line_data import retail, stored

OF_THE_RUN = {"run_id", "sweep_run_id", "experiment", "experiment_id", "started"}
OF_THE_ENGINE = {"engine", "spark_master", "spark_version", "spark_partitions", "spark_passes"}


def purchases() -> pd.DataFrame:
    """A shop's lines, whose goods are bought with their neighbours on the shelf."""
    frame = retail()
    goods = (frame["InvoiceNo"].str.extract(r"(\d+)")[0].astype(int) * 7 + frame.groupby("InvoiceNo").cumcount()) % 30
    return frame.assign(StockCode=[f"S{100 + at}" for at in goods], Description=[f"green mug {at}" for at in goods])


def customers() -> pd.DataFrame:
    """One row a customer, with categories, flags, days, unknown cells and rows that stand there twice."""
    rng = np.random.default_rng(31)
    n = 700
    kind = rng.integers(0, 3, n)
    frame = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in rng.permutation(n)],
            "orders": rng.poisson(np.array([3, 12, 30])[kind]) + 1,
            "total_spend": np.round(rng.gamma(2, np.array([40, 160, 700])[kind]), 2),
            "days_since_last_order": rng.poisson(np.array([200, 40, 9])[kind]),
            "city": rng.choice(["Paris", "Rome", "Казань", None], n, p=[0.4, 0.3, 0.2, 0.1]),
            "newsletter": rng.choice(["yes", "no"], n),
            "registered": pd.Timestamp("2022-01-05 23:30") + pd.to_timedelta(rng.integers(0, 1_100, n), "D"),
            "birthday": [
                f"{day:%d.%m.%Y}" for day in pd.Timestamp("1960-03-01") + pd.to_timedelta(np.arange(n) * 21, "D")
            ],
        }
    )
    frame.loc[rng.choice(n, 25, replace=False), "total_spend"] = np.nan
    frame.loc[rng.choice(n, 25, replace=False), "registered"] = pd.NaT
    frame.loc[rng.choice(n, 25, replace=False), "birthday"] = "unknown"
    return pd.concat([frame, frame.sample(30, random_state=2)], ignore_index=True)


@pytest.mark.long
@pytest.mark.parametrize("made", [pytest.param(purchases, marks=pytest.mark.long), customers])
def test_a_drafted_spec_trains_to_the_same_run(
    opened: Cluster, tmp_path: Path, made: Callable[[], pd.DataFrame]
) -> None:
    data = stored(tmp_path / "data", pa.Table.from_pandas(made(), preserve_index=False), files=2)
    drafted, settings = draft(data, "drafted"), Settings(home=tmp_path / "home")
    assert not drafted.questions
    spec = tmp_path / "drafted.toml"
    spec.write_text(drafted.text, "utf-8")
    request = Request(spec=str(spec), data=data, k_max=3)

    here, there = (train(replace(request, engine=name, experiment=name), settings) for name in ("local", "spark"))

    assert there.training.decision == here.training.decision
    assert (there.promoted, there.note) == (here.promoted, here.note)
    store = Store.open(settings)
    for k in here.saved.run_ids:
        local, spark = (store.load(result.saved.run_ids[k]) for result in (here, there))
        assert local.cards
        same_run(spark, local)
    assert (local.ledger.lines is not None) == bool(len(local.affinities)) == (made is purchases)
    assert params(store, "spark", there) == params(store, "local", here)


def same_run(spark: Segmentation, local: Segmentation) -> None:
    """Every stored part, but for where rows stand and what the engine says of itself."""
    assert account(spark.ledger)[:-1] == account(local.ledger)[:-1]
    assert spark.ledger.notes[:-1] == local.ledger.notes
    for name in {field.name for field in fields(Segmentation)} - OF_THE_RUN - {"ledger", "quarantine"}:
        alike(getattr(spark, name), getattr(local, name), name)
    assert len(spark.quarantine) == len(local.quarantine)


def alike(theirs: Any, mine: Any, name: str) -> None:
    """Equal to the last bit, tables and arrays inside of records included."""
    if isinstance(mine, pd.DataFrame):
        pd.testing.assert_frame_equal(theirs, mine, check_exact=True, obj=name)
    elif isinstance(mine, np.ndarray):
        np.testing.assert_array_equal(theirs, mine, err_msg=name)
    elif name == "candidates":
        timeless = [[one.model_copy(update={"seconds": 0.0, "run_id": ""}) for one in each] for each in (theirs, mine)]
        assert timeless[0] == timeless[1]
    elif is_dataclass(mine):
        for part in fields(mine):
            alike(getattr(theirs, part.name), getattr(mine, part.name), f"{name}.{part.name}")
    else:
        assert theirs == mine, name


def account(ledger: Ledger) -> list[Any]:
    """All that is counted; of lines with their places, of other rows without."""
    whole = ledger.model_dump(exclude={"notes", "entries"})
    return [whole, *(entry.model_dump(exclude={"examples"}) for entry in ledger.entries), ledger.notes]


def params(store: Store, experiment: str, result: Result) -> dict[str, dict[str, str]]:
    """What MLflow keeps of each run of a sweep, but for the engine."""
    ids = {run_id: str(k) for k, run_id in result.saved.run_ids.items()}
    runs = {ids.get(run.run_id, "sweep"): run.params for run in store.runs(experiment)}
    assert len(runs) >= len(ids)
    return {k: {name: value for name, value in kept.items() if name not in OF_THE_ENGINE} for k, kept in runs.items()}
