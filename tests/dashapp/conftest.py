"""A training of 400 invented customers, seen through ``SegmentationData`` without and with a real store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dash
import pytest

from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.selecting import Cube
from pipeline.contract import Annotation, Champion, Dataset, Placement, Promotion, RunSummary, Segmentation
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.stages import Training
from tests.support import RUN as RUN
from tests.support import as_stored, make_training, save_training


@dataclass
class MemoryStore:
    """The store's reading side over values, whose champion a test may change or take offline."""

    held: dict[str, Segmentation]
    current: tuple[Champion, ...] = ()
    down: bool = False
    asked: int = 0
    listed: tuple[RunSummary, ...] = field(default=())
    removed: str = ""

    def runs(self, experiment: str | None = None) -> tuple[RunSummary, ...]:
        return self.listed

    def load(self, run_id: str) -> Segmentation:
        found = [one for name, one in self.held.items() if name.startswith(run_id)]
        if len(found) != 1:
            raise StoreError.because(f"no completed run {run_id!r} in the store")
        return found[0]

    def about(self, run_id: str) -> tuple[Dataset, str]:
        it = self.load(run_id)
        return it.dataset, it.spec

    def placement(self, run_id: str) -> Placement:
        it = self.load(run_id)
        return Placement(it.run_id, it.cards, it.assignments["segment"].to_numpy())

    def history(self, experiment: str) -> tuple[Promotion, ...]:
        return ()

    def annotations(self, experiment: str | None = None) -> tuple[Annotation, ...]:
        return ()

    def purged(self) -> str:
        return self.removed

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        raise AssertionError("nobody may promote here")

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        raise AssertionError("nobody may roll back here")

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        raise AssertionError("nobody may write here")

    def champions(self) -> tuple[Champion, ...]:
        self.asked += 1
        if self.down:
            raise StoreError.because("the store is locked by another program", remedy="wait")
        return self.current


def champion(run_id: str = RUN, k: int = 3, version: int = 1, experiment: str = "sample") -> Champion:
    return Champion(experiment=experiment, run_id=run_id, k=k, version=version)


@pytest.fixture(scope="session")
def training() -> Training:
    return make_training(400)


@pytest.fixture(scope="session")
def segmentation(training: Training) -> Segmentation:
    return as_stored(training, k=3)


@pytest.fixture(scope="session")
def cube(segmentation: Segmentation) -> Cube:
    return Cube(segmentation)


@pytest.fixture
def store(segmentation: Segmentation) -> MemoryStore:
    return MemoryStore({RUN: segmentation}, (champion(),))


@pytest.fixture
def data(store: MemoryStore) -> SegmentationData:
    return SegmentationData(lambda: store, Settings(poll_seconds=0.01))


@pytest.fixture
def app(data: SegmentationData) -> Iterator[dash.Dash]:
    dash.page_registry.clear()
    yield create_app(data)
    dash.page_registry.clear()


@pytest.fixture(scope="session")
def saved(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A real MLflow store with one promoted sweep."""
    from pipeline.store import Store

    settings = Settings(home=Path(tmp_path_factory.mktemp("store")), poll_seconds=0.01)
    sweep = save_training(training, settings)
    Store.open(settings).promote(sweep.run_ids[3], reason="test", who="test")
    return settings


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait at most five seconds for something to become true."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < deadline, "it did not become true within 5 s"
            time.sleep(0.02)

    return wait
