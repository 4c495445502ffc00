"""One real training and one store that holds it, made once a session; each test gets a copy of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.contract import SavedSweep
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from tests.support import make_training, save_training


@pytest.fixture(scope="session")
def training() -> Training:
    """See ``make_training``."""
    return make_training()


@pytest.fixture(scope="session")
def _saved(training: Training, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SavedSweep]:
    home = tmp_path_factory.mktemp("store") / "mlruns"
    return home, save_training(training, Settings(home=home), "sample")


@pytest.fixture
def settings(_saved: tuple[Path, SavedSweep], tmp_path: Path) -> Settings:
    """Settings of a store with one saved sweep. It is a copy, so the paths that MLflow recorded are another store's."""
    home = tmp_path / "mlruns"
    shutil.copytree(_saved[0], home)
    return Settings(home=home)


@pytest.fixture
def saved(_saved: tuple[Path, SavedSweep]) -> SavedSweep:
    """What was saved in the store of ``settings``."""
    return _saved[1]


@pytest.fixture
def store(settings: Settings) -> Store:
    """The opened store of ``settings``."""
    return Store.open(settings)
