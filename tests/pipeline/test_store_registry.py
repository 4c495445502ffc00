"""One champion an experiment, moved in one step, with every move on record."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.contract import Artifacts, SavedSweep
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from tests.support import save_training


def test_promote(store: Store, saved: SavedSweep) -> None:
    assert store.champion("sample") is None
    made = store.promote(saved.run_ids[3][:10], reason="clearest", who="anna")

    assert (made.run_id, made.k, made.version, made.experiment) == (saved.run_ids[3], 3, 1, "sample")
    assert store.champion("sample") == made
    assert store.champions() == (made,)
    assert [run.champion_version for run in store.runs()] == [None, 1, None]


def test_promoting_the_champion_again_changes_nothing(store: Store, saved: SavedSweep) -> None:
    first = store.promote(saved.run_ids[3], reason="clearest", who="anna")
    assert store.promote(saved.run_ids[3], reason="again", who="boris") == first
    assert [move.who for move in store.history("sample")] == ["anna"]


def test_rollback_walks_back_through_the_champions(store: Store, saved: SavedSweep) -> None:
    for k in (2, 3, 4):
        store.promote(saved.run_ids[k], reason=f"k {k}", who="anna")

    assert store.rollback("sample", reason="4 is too many", who="boris").k == 3
    assert store.rollback("sample", reason="3 too", who="boris").k == 2
    with pytest.raises(StoreError, match="no earlier champion"):
        store.rollback("sample", reason="and 2", who="boris")
    assert store.promote(saved.run_ids[3], reason="3 after all", who="anna").version == 2
    assert store.rollback("sample", reason="no", who="boris").k == 2


def test_history_tells_every_move_and_is_only_added_to(store: Store, saved: SavedSweep) -> None:
    store.promote(saved.run_ids[2], reason="first", who="anna")
    early = store.history("sample")
    store.promote(saved.run_ids[3], reason="better", who="boris")
    store.rollback("sample", reason="worse", who="anna")

    moves = store.history("sample")
    assert moves[:1] == early
    two, three = saved.run_ids[2], saved.run_ids[3]
    assert [(move.action, move.from_run, move.to_run, move.k, move.who, move.reason) for move in moves] == [
        ("promote", None, two, 2, "anna", "first"),
        ("promote", two, three, 3, "boris", "better"),
        ("rollback", three, two, 2, "anna", "worse"),
    ]
    assert [move.when for move in moves] == sorted(move.when for move in moves)


def test_rollback_without_any_champion(store: Store) -> None:
    with pytest.raises(StoreError, match=r"no earlier champion.*korzina runs"):
        store.rollback("sample", reason="x", who="anna")


def test_alias_moved_in_the_mlflow_ui_is_seen_and_put_on_record(store: Store, saved: SavedSweep) -> None:
    store.promote(saved.run_ids[2], reason="first", who="anna")
    store.promote(saved.run_ids[3], reason="second", who="anna")
    store._client.set_registered_model_alias("sample", "champion", "1")

    assert store.champion("sample") is not None
    assert store.champion("sample").k == 2  # type: ignore[union-attr]
    store.promote(saved.run_ids[4], reason="third", who="anna")
    assert [(move.who, move.k) for move in store.history("sample")] == [
        ("anna", 2),
        ("anna", 3),
        ("unknown", 2),
        ("anna", 4),
    ]


def test_run_with_a_damaged_file_is_not_promoted(store: Store, saved: SavedSweep, settings: Settings) -> None:
    (settings.home / "artifacts/sample" / saved.run_ids[3] / "artifacts" / Artifacts.CENTRES).write_text("[[0]]")
    with pytest.raises(StoreError, match=r"centres.json was changed"):
        store.promote(saved.run_ids[3], reason="x", who="anna")
    assert store.champion("sample") is None


def test_champion_whose_run_was_deleted_is_none(store: Store, saved: SavedSweep) -> None:
    store.promote(saved.run_ids[3], reason="x", who="anna")
    store._client.delete_run(saved.run_ids[3])
    assert store.champion("sample") is None
    assert store.champions() == ()


def test_champions_of_several_experiments_newest_first(
    settings: Settings, saved: SavedSweep, training: Training
) -> None:
    other = save_training(training, settings, "other")
    store = Store.open(settings)
    store.promote(other.run_ids[2], reason="x", who="anna")
    store.promote(saved.run_ids[4], reason="x", who="anna")

    assert [(one.experiment, one.k) for one in store.champions()] == [("sample", 4), ("other", 2)]
    assert store.champion("other").k == 2  # type: ignore[union-attr]


def test_moved_store_keeps_its_champion_and_promotes(settings: Settings, saved: SavedSweep, tmp_path: Path) -> None:
    Store.open(settings).promote(saved.run_ids[2], reason="x", who="anna")
    settings.home.rename(tmp_path / "elsewhere")

    store = Store.open(Settings(home=tmp_path / "elsewhere"))
    assert store.champion("sample").k == 2  # type: ignore[union-attr]
    assert store.promote(saved.run_ids[3], reason="y", who="anna").version == 2


def test_a_clock_that_was_turned_back_changes_no_order(
    store: Store, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = store.load(saved.run_ids[2]).cards[0].key
    store.promote(saved.run_ids[2], reason="first", who="anna")
    store.annotate(saved.run_ids[2], key, who="anna", name="Before")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 86_400)

    store.promote(saved.run_ids[3], reason="second", who="anna")
    store.promote(saved.run_ids[4], reason="third", who="anna")
    store.annotate(saved.run_ids[2], key, who="anna", name="After")

    assert [move.reason for move in store.history("sample")] == ["first", "second", "third"]
    assert store.load(saved.run_ids[2]).cards[0].name == "After"
    assert store.rollback("sample", reason="no", who="anna").run_id == saved.run_ids[3]
    assert store.rollback("sample", reason="no", who="anna").run_id == saved.run_ids[2]
