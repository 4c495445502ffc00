"""Invented customers in every type that a DataFrame has, and one sweep of them, made once a session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import korzina

KS = range(2, 5)


def sample_frame(n: int = 300) -> pd.DataFrame:
    """Three kinds of customers: numbers, dates, categories, truth values, nullable types, text with markup in it."""
    rng = np.random.default_rng(7)
    kind = rng.permutation(np.arange(n) % 3)
    spend = np.array([40.0, 300.0, 1500.0])[kind] * rng.lognormal(0, 0.2, n)
    visits = pd.array(np.array([1, 3, 9])[kind] + rng.integers(0, 2, n), dtype="Int64")
    visits[5] = pd.NA
    last = pd.Timestamp("2026-06-30") - pd.to_timedelta(rng.integers(0, 90, n), unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:04d}" for number in rng.permutation(n)],
            "spend": np.where(rng.random(n) < 0.02, np.nan, spend),
            "orders": (np.array([2, 12, 20])[kind] + rng.integers(0, 4, n)).astype("int32"),
            "visits": visits,
            "last_order": last.astype("datetime64[ns]"),
            "city": pd.Categorical(np.array(["Kazan", "Perm", "<b>Omsk</b>"])[rng.integers(0, 3, n)]),
            "age": rng.integers(18, 80, n).astype("float32"),
            "newsletter": pd.array(rng.random(n) < 0.4, dtype="boolean"),
            "response_spring": rng.random(n) < np.array([0.05, 0.2, 0.5])[kind],
        }
    )


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """See ``sample_frame``; nobody may change it."""
    return sample_frame()


@pytest.fixture(scope="session")
def parquet(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a Parquet file, with a drafted spec beside it."""
    file = tmp_path_factory.mktemp("data") / "customers.parquet"
    frame.to_parquet(file)
    korzina.draft(file).write(file.with_suffix(".toml"))
    return file


@pytest.fixture(scope="session")
def result(frame: pd.DataFrame, parquet: Path) -> korzina.SweepResult:
    """A sweep of the frame by the drafted spec."""
    return korzina.segment(frame, parquet.with_suffix(".toml"), k=KS)
