"""Tables on their way to the store: files of the same values, and no folder is left behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Artifacts, RunRecord, write_table
from pipeline.errors import ContractError, StoreError
from pipeline.recording import drafts
from pipeline.recording.drafts import filed
from pipeline.store.artifacts import RunFiles, checked, manifest, stage


def test_what_a_killed_training_left_is_removed_and_what_another_needs_is_not(tmp_path: Path) -> None:
    left = tmp_path / "korzina-own-left"
    left.mkdir()
    (left / "customers.parquet").write_bytes(b"half")
    with drafts(tmp_path) as first:
        assert not left.exists()
        with drafts(tmp_path) as second:
            assert first.exists()
            assert second != first
        assert first.exists()
    assert not list(tmp_path.glob("korzina-own-*"))


def test_a_table_in_a_file_is_moved_into_its_run_with_every_value(tmp_path: Path) -> None:
    n = 500
    table = pd.DataFrame(
        {
            "customer": np.arange(n),
            "segment": np.arange(n) % 3,
            "second_segment": (np.arange(n) + 1) % 3,
            "distance": np.random.default_rng(0).random(n),
            "second_distance": np.nan,
            "silhouette": [None if at % 7 else 0.1 for at in range(n)],
        }
    )
    record = RunRecord("k = 3", {}, {}, {}, "", tables={"korzina/assignments.parquet": table})
    with drafts(tmp_path) as folder:
        put = filed(record, folder / "k3")
        stage(put, tmp_path / "run")
        assert not put.tables
        assert not put.files["korzina/assignments.parquet"].exists()

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "run/korzina/assignments.parquet"), table)
    assert list(manifest(tmp_path / "run").files) == ["korzina/assignments.parquet"]


def test_a_large_table_is_read_as_a_small_one_is_and_a_change_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({"customer": np.arange(300), "id": [f"c{at}" for at in range(300)], "x": np.arange(300) / 7})
    table.loc[3, "x"] = np.nan
    stage(RunRecord("sweep", {}, {}, {}, "", tables={Artifacts.CUSTOMERS: table}), tmp_path)
    (tmp_path / Artifacts.MANIFEST).write_text(manifest(tmp_path).model_dump_json(), "utf-8")
    small = RunFiles("run", tmp_path).table(Artifacts.CUSTOMERS)
    monkeypatch.setattr(checked, "_LARGE", 0)
    large = RunFiles("run", tmp_path).table(Artifacts.CUSTOMERS)

    pd.testing.assert_frame_equal(large, small, check_exact=True)
    pd.testing.assert_frame_equal(large, table, check_exact=True)
    table.assign(x=0.0).to_parquet(tmp_path / Artifacts.CUSTOMERS)
    with pytest.raises(StoreError, match="was changed after it was saved"):
        RunFiles("run", tmp_path).table(Artifacts.CUSTOMERS)


def test_a_table_that_is_none_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="column 'segment' is missing"):
        write_table("assignments", pd.DataFrame({"customer": [0]}), tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()
