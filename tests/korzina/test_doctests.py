"""The examples in the docstrings of the public door run as they stand, in a folder with a small file of customers."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

MODULES = ("korzina", "korzina.segmentation", "korzina.spec_draft", "korzina.run_store")  # the first logs into mlruns


def shop(n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kind = np.arange(n) % 3
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:04d}" for number in range(n)],
            "spend": np.array([40.0, 300.0, 1500.0])[kind] * rng.lognormal(0, 0.2, n),
            "orders": np.array([2, 12, 20])[kind] + rng.integers(0, 4, n),
            "visits": np.array([1, 3, 9])[kind] + rng.integers(0, 2, n),
            "age": rng.integers(18, 80, n),
        }
    )


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "TRACKING_URI", "EXPERIMENT", "ARTIFACT_ROOT"):
        monkeypatch.delenv(f"KORZINA_{name}", raising=False)
    shop().to_parquet("customers.parquet")

    found = {name: doctest.testmod(importlib.import_module(name)) for name in MODULES}

    assert {name: result.failed for name, result in found.items()} == dict.fromkeys(MODULES, 0)
    assert all(result.attempted for result in found.values())
