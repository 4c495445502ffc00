"""The same store in PostgreSQL: a real server, the files in the home folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from tests.pipeline.sources_support import postgres_server
from tests.support import save_training

pytestmark = pytest.mark.e2e


@pytest.fixture
def address() -> Iterator[str]:
    with postgres_server() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://")


def test_round_trip_and_promotion_in_postgresql(address: str, training: Training, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", tracking_uri=address)
    saved = save_training(training, settings)
    again = save_training(training, settings)

    store = Store.open(settings)
    loaded = store.load(saved.run_ids[3])
    pd.testing.assert_frame_equal(loaded.customers, training.customers)
    assert [run.k for run in store.runs("sample")] == [2, 3, 4, 2, 3, 4]
    assert store.champion("sample") is None
    store.promote(saved.run_ids[3], reason="first", who="anna")
    store.promote(again.run_ids[2], reason="second", who="anna")
    assert store.rollback("sample", reason="no", who="anna").run_id == saved.run_ids[3]
    assert [one.k for one in Store.open(settings).champions()] == [3]
    assert [move.action for move in store.history("sample")] == ["promote", "promote", "rollback"]
    described = {int(version.version): version.description for version in store._client.search_model_versions()}
    assert "anna" in described[1]
    assert "anna" in described[2]
    assert not (tmp_path / "home/mlflow.db").exists()
