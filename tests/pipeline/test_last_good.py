"""What a store held when it last answered, given back when it does not."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contract import SavedSweep
from pipeline.errors import StoreError, UnreadableError
from pipeline.settings import Settings
from pipeline.store import LastGood, Store


@pytest.fixture
def champion(store: Store, saved: SavedSweep) -> str:
    store.promote(saved.run_ids[3], reason="first", who="anna")
    store.annotate(saved.run_ids[3], store.load(saved.run_ids[3]).cards[0].key, who="anna", name="Regulars")
    return saved.run_ids[3]


def spoil(settings: Settings, how: str) -> None:
    file = settings.home / "mlflow.db"
    if how == "missing":
        file.unlink()
    elif how == "corrupt":
        file.write_bytes(file.read_bytes()[:100] + b"\xff" * 50_000)
    elif how == "empty":
        file.write_bytes(b"")
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (how,))


@pytest.mark.parametrize("how", ["missing", "corrupt", "empty", "0a8213491aaa", "ffffffffffff"])
def test_a_store_that_is_gone_is_read_from_what_was_kept(
    settings: Settings, store: Store, champion: str, how: str
) -> None:
    before = store.load(champion)
    history = store.history("sample")
    LastGood(settings).keep()

    spoil(settings, how)

    with pytest.raises(UnreadableError):
        Store.open(settings).champions()
    kept = LastGood(settings).read()  # as another process would
    assert time.time() - kept.seen < 60
    assert [one.run_id for one in kept.champions()] == [champion]
    assert [(run.k, run.champion_version) for run in kept.runs("sample")] == [(2, None), (3, 1), (4, None)]
    assert kept.history("sample") == history
    pd.testing.assert_frame_equal(kept.load(champion).customers, before.customers)
    assert kept.load(champion).cards == before.cards
    assert kept.load(champion).cards[0].name == "Regulars"


def test_files_that_are_damaged_are_read_from_their_copy(settings: Settings, store: Store, champion: str) -> None:
    LastGood(settings).keep()
    file = next(Path(settings.artifacts).glob(f"*/{champion}/artifacts/korzina/assignments.parquet"))
    file.write_bytes(file.read_bytes()[:-10])

    with pytest.raises(UnreadableError, match="was changed after it was saved"):
        store.load(champion)
    LastGood(settings).keep()  # what is damaged now does not take the place of what was whole
    assert LastGood(settings).read().load(champion).k == 3


def test_what_was_kept_takes_nothing(settings: Settings, champion: str, saved: SavedSweep) -> None:
    LastGood(settings).keep()
    kept = LastGood(settings).read()

    for change in (
        lambda: kept.promote(saved.run_ids[2], reason="now", who="anna"),
        lambda: kept.rollback("sample", reason="now", who="anna"),
        lambda: kept.annotate(champion, kept.load(champion).cards[0].key, who="anna", note="now"),
    ):
        with pytest.raises(UnreadableError, match="nothing can be changed"):
            change()


@pytest.mark.parametrize("damage", [b"", b"0" * 64, b"x"])
def test_what_was_kept_and_is_damaged_is_not_shown(settings: Settings, champion: str, damage: bytes) -> None:
    LastGood(settings).keep()
    [file] = settings.home.glob("cache/*/last-good")
    file.write_bytes(damage + file.read_bytes()[len(damage) + 1 :])

    with pytest.raises(UnreadableError, match="is damaged"):
        LastGood(settings).read()


def test_a_copy_that_is_damaged_is_not_shown_and_made_anew(settings: Settings, champion: str) -> None:
    LastGood(settings).keep()
    [copy] = settings.home.glob(f"cache/*/{champion}/korzina/segments.json")
    copy.write_text("[]")

    with pytest.raises(UnreadableError, match="was changed"):
        LastGood(settings).read().load(champion)
    LastGood(settings).keep()
    assert LastGood(settings).read().load(champion).k == 3


def test_only_the_champion_is_copied_and_what_is_none_any_more_is_removed(
    settings: Settings, store: Store, champion: str, saved: SavedSweep
) -> None:
    LastGood(settings).keep()
    store.promote(saved.run_ids[2], reason="second", who="anna")
    LastGood(settings).keep()

    copies = {path.name for path in settings.home.glob("cache/*/*") if path.is_dir()}
    assert copies == {saved.sweep_run_id, saved.run_ids[2]}
    store._client.delete_run(saved.run_ids[2])
    LastGood(settings).keep()
    assert not [path for path in settings.home.glob("cache/*/*") if path.is_dir()]


def test_a_home_that_cannot_be_written_is_told(settings: Settings, champion: str) -> None:
    (settings.home / "cache").write_text("in the way")

    with pytest.raises(StoreError, match="cannot be written"):
        LastGood(settings).keep()
