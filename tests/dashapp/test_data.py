"""The view of the store: newest champion, kept runs, and what a reader is told when something is missing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from dashapp.data import SegmentationData
from dashapp.i18n import speak
from pipeline.contract import Segmentation
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.stages import Training
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.support import as_stored

OTHER = "aaaabbbbccccddddeeeeffff00001111"


def test_a_plain_address_opens_the_champion(data: SegmentationData) -> None:
    view = data.view()

    assert view.run is not None
    assert (view.run.run_id, view.is_champion, view.notice) == (RUN, True, "")


def test_a_run_may_be_named_by_the_start_of_its_id(data: SegmentationData) -> None:
    assert data.run(RUN[:12]) is data.run(RUN)


@pytest.mark.parametrize("run_id", ["zzz", "../../etc/passwd", "0" * 500, ["a", "b"], 17, {"a": 1}])
def test_a_run_that_is_not_there_gives_the_champion_and_a_notice(data: SegmentationData, run_id: object) -> None:
    view = data.view(run_id)

    assert view.is_champion
    assert "not in the store" in view.notice


def test_a_new_champion_is_seen_by_the_next_page(
    data: SegmentationData, store: MemoryStore, training: Training, until: Callable[[Callable[[], bool]], None]
) -> None:
    assert data.view().champion == champion()
    store.held[OTHER] = as_stored(training, OTHER, k=2)
    store.current = (champion(OTHER, k=2, version=2),)

    until(lambda: data.view().champion == champion(OTHER, k=2, version=2))
    old = data.view(RUN)

    assert old.run is not None
    assert not old.is_champion


def test_the_title_of_a_data_set_is_told_in_the_readers_language(segmentation: Segmentation) -> None:
    told = replace(segmentation, spec='{"translations": {"ru": {"Corner shop": "Лавка на углу"}}}')
    data = SegmentationData(lambda: MemoryStore({RUN: told}, (champion(),)), Settings(poll_seconds=1))

    speak("ru")
    russian = data.title(champion())
    speak("en")

    assert (data.title(champion()), russian) == ("Corner shop", "Лавка на углу")
    assert data.title(champion("e" * 32, experiment="tea_shop")) == "tea shop"


def test_the_store_is_asked_at_most_once_a_polling_interval(store: MemoryStore) -> None:
    data = SegmentationData(lambda: store, Settings(poll_seconds=60))

    for _ in range(20):
        data.champions()

    assert store.asked == 1


def test_while_the_store_is_down_the_last_good_view_stands_with_its_time(
    data: SegmentationData, store: MemoryStore, until: Callable[[Callable[[], bool]], None]
) -> None:
    assert data.view().run is not None
    store.down = True

    until(lambda: bool(data.view().champions.problem))
    view = data.view()

    assert view.run is not None
    assert view.champions.seen > 0
    assert "locked" in str(view.champions.problem)


def test_a_store_that_opens_later_is_found_without_a_restart(store: MemoryStore) -> None:
    there = False

    def open_store() -> MemoryStore:
        if not there:
            raise StoreError.because("there is no store at /nowhere")
        return store

    data = SegmentationData(open_store, Settings(poll_seconds=0.001))
    assert data.view().run is None
    there = True

    assert data.view().run is not None or data.champions(max_age=0).found


def test_the_experiment_of_the_settings_is_opened_first(store: MemoryStore, segmentation: Segmentation) -> None:
    store.held[OTHER] = segmentation
    store.current = (champion(OTHER, experiment="newest"), champion())

    data = SegmentationData(lambda: store, Settings(poll_seconds=1, experiment="sample"))

    assert data.view().run is not None
    assert data.champions().found[0].experiment == "newest"
    assert data.view().run.run_id == segmentation.run_id


def test_a_champion_whose_files_are_gone_leaves_the_reason(store: MemoryStore) -> None:
    store.current = (champion(OTHER),)
    data = SegmentationData(lambda: store, Settings(poll_seconds=1))

    assert data.view().run is None
    assert "no completed run" in str(data.view().champions.problem)
    assert "no completed run" in data.not_ready()[0]


def test_rows_that_were_removed_from_a_run_are_no_longer_shown(
    store: MemoryStore, data: SegmentationData, segmentation: Segmentation
) -> None:
    run = data.view().run
    assert run is not None
    customers = segmentation.customers.iloc[1:]
    store.held[RUN] = replace(segmentation, customers=customers)
    time.sleep(0.02)
    assert data.view().run is run  # completed runs never change

    store.removed = "1795954401.98"  # but where it is said
    time.sleep(0.02)

    now = data.view().run
    assert now is not None
    assert len(now.segmentation.customers) == len(customers)


def test_a_real_store_is_read(saved: Settings) -> None:
    from pipeline.store import Store

    data = SegmentationData(lambda: Store.open(saved), saved)
    view = data.view()

    assert view.run is not None
    assert view.run.cube.n == 400
    assert data.not_ready() == ()
    assert [one.k for one in data.runs("sample")] == [2, 3, 4]
