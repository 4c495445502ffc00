"""Tables on their way to the store: files of the same values, and no folder is left behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import RunRecord, write_table
from pipeline.errors import ContractError
from pipeline.recording import drafts
from pipeline.recording.drafts import filed
from pipeline.store.artifacts import manifest, stage


def test_what_a_killed_training_left_is_removed_and_what_another_needs_is_not(tmp_path: Path) -> None:
    left = tmp_path / "drafts-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "customers.parquet").write_bytes(b"half")
    with drafts(tmp_path) as first:
        assert not left.exists()
        with drafts(tmp_path) as second:
            assert first.exists()
            assert second != first
        assert first.exists()
    assert not list(tmp_path.glob("drafts-*"))


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


def test_a_table_that_is_none_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="column 'segment' is missing"):
        write_table("assignments", pd.DataFrame({"customer": [0]}), tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()
