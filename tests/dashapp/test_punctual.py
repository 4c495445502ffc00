"""A store that hangs, is slow or comes back: whoever asks is answered in time, and nobody waits twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask, g

from dashapp.data import Keeping, PunctualStore, SegmentationData
from dashapp.data import punctual as module
from dashapp.frame.banners import banners
from dashapp.i18n import speak
from pipeline.contract import Champion, Segmentation
from pipeline.errors import StoreError, UnreadableError
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion

Until = Callable[[Callable[[], bool]], None]


@dataclass
class HangingStore(MemoryStore):
    """A store that answers only while ``runs_on`` is set, as a frozen server does."""

    runs_on: threading.Event = field(default_factory=threading.Event)
    begun: int = 0

    def champions(self) -> tuple[Champion, ...]:
        self.begun += 1
        self.runs_on.wait()
        return super().champions()

    def load(self, run_id: str) -> Segmentation:
        self.runs_on.wait()
        return super().load(run_id)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the times that hold for readers."""
    for name in ("_PATIENCE", "APART", "_SILENT"):
        monkeypatch.setattr(module, name, 0.2)


@pytest.fixture
def hanging(segmentation: Segmentation) -> Iterator[HangingStore]:
    store = HangingStore({RUN: segmentation}, (champion(),))
    yield store
    store.runs_on.set()  # lets the threads end


def test_a_store_that_hangs_is_waited_for_once_and_by_one_thread(hanging: HangingStore) -> None:
    store = PunctualStore(lambda: hanging)

    def ask(_number: int) -> float:
        started = time.monotonic()
        with pytest.raises(UnreadableError, match="has not answered"):
            store.champions()
        return time.monotonic() - started

    with ThreadPoolExecutor(16) as pool:
        assert max(pool.map(ask, range(64))) < 1
    assert hanging.begun == 1
    with pytest.raises(UnreadableError):  # another question is not even asked
        store.load(RUN)


def test_when_it_answers_again_it_is_asked_again(hanging: HangingStore, until: Until) -> None:
    store = PunctualStore(lambda: hanging)
    with pytest.raises(UnreadableError):
        store.champions()

    hanging.runs_on.set()

    until(lambda: answers(store))
    assert store.champions() == (champion(),)


def test_an_answer_that_comes_too_late_is_there_for_whoever_asks_next(hanging: HangingStore, until: Until) -> None:
    store = PunctualStore(lambda: hanging)
    with pytest.raises(UnreadableError):
        store.load(RUN)
    hanging.runs_on.set()
    until(lambda: not any(thread.name == "korzina-ask" for thread in threading.enumerate()))
    hanging.held.clear()  # a new question would find nothing

    assert store.load(RUN).run_id == RUN


def test_a_request_waits_once_however_many_questions_it_asks(hanging: HangingStore) -> None:
    store, app = PunctualStore(lambda: hanging), Flask("test")
    started = time.perf_counter()
    with app.test_request_context():
        g.started = started - 0.15
        for ask in (store.champions, lambda: store.load(RUN), lambda: store.runs("sample")):
            with pytest.raises(UnreadableError):
                ask()

    assert time.perf_counter() - started < 0.2


def test_a_reader_does_not_wait_behind_what_waits_longer(
    hanging: HangingStore, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    monkeypatch.setattr(module, "APART", 5.0)  # for what warms up a worker
    data = SegmentationData(lambda: PunctualStore(lambda: hanging), Settings(tracking_uri="postgresql://nobody/x"))
    warming = threading.Thread(target=data.warm_up)
    warming.start()
    until(lambda: hanging.begun > 0)

    with Flask(__name__).test_request_context():
        g.started = started = time.perf_counter()
        view = data.view()

    assert time.perf_counter() - started < 1
    assert view.run is None
    assert "has not answered" in str(view.champions.problem)
    hanging.runs_on.set()
    warming.join(5)
    until(lambda: data.view().run is not None)


def test_what_the_store_refuses_is_told_as_it_is(hanging: HangingStore) -> None:
    hanging.runs_on.set()
    store = PunctualStore(lambda: hanging)

    with pytest.raises(StoreError, match="no completed run") as refused:
        store.load("nothing")
    assert not isinstance(refused.value, UnreadableError)
    assert store.champions()


def test_nothing_is_changed_in_a_store_that_does_not_answer(hanging: HangingStore) -> None:
    with pytest.raises(UnreadableError):
        PunctualStore(lambda: hanging).promote(RUN, reason="now", who="anna")


@pytest.mark.parametrize(("code", "words"), [("en", "This is what was there on"), ("ru", "Показано состояние на")])
def test_a_worker_that_never_saw_the_store_shows_what_another_kept(
    saved: Settings, tmp_path: Path, code: str, words: str, until: Until
) -> None:
    from pipeline.store import LastGood, Store

    settings = saved.model_copy(update={"home": tmp_path, "tracking_uri": saved.store_uri})
    keeping = Keeping(lambda: LastGood(settings))
    seen = SegmentationData(lambda: Store.open(settings), settings, keeping=keeping)
    assert seen.view().run is not None
    until(lambda: keeping.seen > 0)

    def refuse() -> Store:
        raise UnreadableError.because("the database is down")

    data = SegmentationData(refuse, settings, keeping=Keeping(lambda: LastGood(settings)))
    speak(code)
    try:
        view = data.view()
        told = str(banners(view))
    finally:
        speak("en")

    assert view.run is not None
    assert view.is_champion
    assert words in told
    assert "the database is down" in told
    assert [run.k for run in data.runs("sample")] == [2, 3, 4]
    assert data.not_ready() == ("the database is down.",)


def answers(store: PunctualStore) -> bool:
    try:
        store.champions()
    except UnreadableError:
        return False
    return True
