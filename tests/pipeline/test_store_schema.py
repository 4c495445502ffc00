"""A schema of MLflow that Korzina has not been tried with: everything goes through MLflow's own interface."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.contract import SavedSweep
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from pipeline.store.tracking import preflight
from pipeline.store.tracking.client_index import ClientIndex
from tests.support import save_training


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nobody has heard of the schema that the installed MLflow makes."""
    preflight.say_unknown.cache_clear()
    monkeypatch.setattr(preflight, "KNOWN_SCHEMAS", frozenset({"0a8213491aaa"}))


@pytest.fixture
def unknown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The store of ``settings``, whose schema nobody has heard of."""
    forget(monkeypatch)
    return settings


def test_it_is_read_through_mlflow_with_the_same_answers(
    settings: Settings, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(settings)
    direct = (store.runs(), store.load(saved.run_ids[3]), store.pages())
    assert not isinstance(store._index, ClientIndex)
    forget(monkeypatch)

    through = Store.open(settings)

    assert isinstance(through._index, ClientIndex)
    assert through.runs() == direct[0]
    assert np.array_equal(through.load(saved.run_ids[3]).centres, direct[1].centres)
    assert through.load(saved.run_ids[3]).cards == direct[1].cards
    assert through.pages() == direct[2] != ""


def test_it_is_said_once(unknown: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="pipeline.store"):
        Store.open(unknown).runs()
        Store.open(unknown).runs()

    (said,) = [record.getMessage() for record in caplog.records if "schema" in record.getMessage()]
    assert str(preflight.schema_head()) in said
    assert "through MLflow itself" in said


def test_it_is_written_to(unknown: Settings, saved: SavedSweep, training: Training, tmp_path: Path) -> None:
    fresh = Settings(home=tmp_path / "fresh")
    newer = save_training(training, fresh)
    store = Store.open(fresh)

    assert store.promote(newer.run_ids[3], reason="first", who="anna").version == 1
    assert store.promote(newer.run_ids[2], reason="fewer", who="anna").version == 2
    assert store.rollback("sample", reason="no", who="anna").k == 3
    store.annotate(newer.run_ids[3], store.load(newer.run_ids[3]).cards[0].key, who="anna", name="Regulars")
    assert store.load(newer.run_ids[3]).cards[0].name == "Regulars"


def test_training_in_a_moved_store_is_refused_rather_than_written_beside_another(
    unknown: Settings, training: Training, tmp_path: Path
) -> None:
    original = tmp_path / "original"
    save_training(training, Settings(home=original))
    shutil.copytree(original, tmp_path / "copy")
    before = sorted(original.rglob("*"))

    with pytest.raises(StoreError, match=r"the store was moved.*under another --experiment"):
        save_training(training, Settings(home=tmp_path / "copy"))

    assert sorted(original.rglob("*")) == before
    assert len(Store.open(Settings(home=tmp_path / "copy")).runs()) == 3
