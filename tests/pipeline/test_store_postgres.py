"""The same store in PostgreSQL: a real server, the files in the home folder; running, frozen and gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise

import dash
import pandas as pd
import pytest

from dashapp.app import create_app
from dashapp.data import Keeping, PunctualStore, SegmentationData
from pipeline.contract import SavedSweep
from pipeline.errors import UnreadableError
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import LastGood, Store
from pipeline.store.tracking import client
from tests.pipeline.sources_support import frozen, postgres_server
from tests.support import save_training

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server() -> Iterator[ExitStack]:
    """A server that the last test ends before its time."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def stored(
    server: ExitStack, training: Training, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, SavedSweep, SavedSweep]:
    """A store with two sweeps in a database that was empty."""
    address = server.enter_context(postgres_server()).replace("postgresql://", "postgresql+psycopg://")
    settings = Settings(home=tmp_path_factory.mktemp("postgres") / "home", tracking_uri=address, poll_seconds=0.1)
    with pytest.raises(UnreadableError, match="there is no store in the database"):
        Store.open(settings)
    return settings, save_training(training, settings), save_training(training, settings)


def test_round_trip_and_promotion_in_postgresql(
    stored: tuple[Settings, SavedSweep, SavedSweep], training: Training
) -> None:
    settings, saved, again = stored
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
    assert not (settings.home / "mlflow.db").exists()


def test_those_who_promote_at_once_take_turns(stored: tuple[Settings, SavedSweep, SavedSweep]) -> None:
    """Each saw a champion of which the history did not know yet, and wrote a move that nobody had made."""
    settings, saved, again = stored
    before = len(Store.open(settings).history("sample"))
    runs = [run_id for run_id in (*saved.run_ids.values(), *again.run_ids.values()) if run_id != saved.run_ids[3]]

    def promote(run_id: str) -> None:
        Store.open(settings).promote(run_id, reason="at once", who="anna")

    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(promote, runs))

    moves = Store.open(settings).history("sample")[before:]
    assert sorted(move.to_run for move in moves) == sorted(runs)
    assert {move.who for move in moves} == {"anna"}
    assert all(move.from_run == last.to_run for last, move in pairwise(moves))


def test_a_frozen_database_delays_nobody_and_is_followed_when_it_answers_again(
    server: ExitStack, stored: tuple[Settings, SavedSweep, SavedSweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, saved, _again = stored
    store = Store.open(settings)
    store.promote(saved.run_ids[3], reason="first", who="anna")
    LastGood(settings).keep()
    running, fresh = dashboard(settings), dashboard(settings)  # the second has not seen the store yet
    assert running.champions().problem is None
    monkeypatch.setattr(client, "_PATIENCE", 1.0)

    with frozen(settings.tracking_uri):
        with pytest.raises(UnreadableError, match="accepts connections and does not answer"):
            timed(lambda: Store.open(settings), 5)
        with pytest.raises(UnreadableError, match="no answer within 1 s"):  # over a connection that was open before
            timed(store.runs, 3)
        for data in (running, fresh):
            dash.page_registry.clear()
            browser = create_app(data).server.test_client()
            for path in ("/healthz", "/readyz", "/"):
                timed(lambda browser=browser, path=path: browser.get(path), 3)
            view = timed(data.view, 3)
            assert view.run is not None
            assert (view.run.run_id, view.champions.problem is None) == (saved.run_ids[3], False)
            assert time.time() - view.champions.seen < 60
            assert {run.sweep_run_id for run in data.runs("sample")} >= {saved.sweep_run_id}
            with pytest.raises(UnreadableError):
                data.promote(saved.run_ids[2], reason="now", who="anna")
    dash.page_registry.clear()

    until_it_answers(store)
    store.promote(saved.run_ids[2], reason="second", who="anna")
    for data in (running, fresh):
        follows(data, saved.run_ids[2])

    server.close()
    with pytest.raises(UnreadableError, match="Connection refused"):
        timed(lambda: Store.open(settings), 5)
    assert dashboard(settings).view().run is not None


def dashboard(settings: Settings) -> SegmentationData:
    """As a worker of the dashboard is put together."""
    store = PunctualStore(lambda: Store.open(settings))
    return SegmentationData(lambda: store, settings, keeping=Keeping(lambda: LastGood(settings)))


def timed(work, most: float):  # type: ignore[no-untyped-def]
    started = time.monotonic()
    try:
        return work()
    finally:
        assert time.monotonic() - started < most


def follows(data: SegmentationData, run_id: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        view = data.view()
        if view.run is not None and view.run.run_id == run_id and view.champions.problem is None:
            return
        assert time.monotonic() < deadline, view.champions.problem
        time.sleep(0.2)


def until_it_answers(store: Store) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            store.runs()
        except UnreadableError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return
