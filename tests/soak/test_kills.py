"""kill -9 at 165 points of changes in SQLite and PostgreSQL: nothing is lost or half-done, and the rest mends."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from pipeline.contract import SavedSweep, SweepRecord
from pipeline.recording import record_training
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.sources_support import postgres_server
from tests.soak.killing import events_in, in_child
from tests.support import make_training

Act = Callable[[Settings, SavedSweep, SweepRecord], object]
SHARES = 5  # of the points of a save, so that no test takes minutes
ACTS: dict[str, tuple[int, Act]] = {  # on how many points it is killed
    "save": (55, lambda settings, _saved, record: _store(settings).save(record, experiment="sample")),
    "promote": (20, lambda settings, saved, _record: _store(settings).promote(saved.run_ids[2], reason="b", who="b")),
    "rollback": (15, lambda settings, _saved, _record: _store(settings).rollback("sample", reason="c", who="c")),
    "rename": (10, lambda settings, saved, _record: _rename(settings, saved)),
}


def _store(settings: Settings) -> Store:
    return Store.open(settings)


def _rename(settings: Settings, saved: SavedSweep) -> None:
    store = _store(settings)
    store.annotate(saved.run_ids[3], store.load(saved.run_ids[3]).cards[0].key, who="d", name="Regulars")


@cache
def record_of(*ks: int) -> SweepRecord:
    """Made before a child is: what clusters in one waits for threads that its parent had, and for ever."""
    record = record_training(make_training(60))
    return dataclasses.replace(record, children={k: record.children[k] for k in ks})


def whole_store(settings: Settings, record: SweepRecord) -> SavedSweep:
    """A sweep of which k = 4 was the champion before k = 3."""
    store = Store.open(settings, create=True)
    saved = store.save(record, experiment="sample")
    for k in (4, 3):
        store.promote(saved.run_ids[k], reason="a", who="a")
    return saved


def left_behind(settings: Settings, saved: SavedSweep) -> list[str]:
    """What is wrong with a store after a kill; it is mended meanwhile."""
    wrong: list[str] = []
    store = Store.open(settings)
    runs = store.runs("sample")
    sweeps = {run.sweep_run_id: [one.k for one in runs if one.sweep_run_id == run.sweep_run_id] for run in runs}
    if sweeps.pop(saved.sweep_run_id, None) != [2, 3, 4] or any(ks != [2] for ks in sweeps.values()):
        wrong.append(f"half of a sweep shows: {sweeps}")
    champion = store.champion("sample")
    if champion is None or champion.run_id not in saved.run_ids.values():
        wrong.append(f"the champion is {champion}")
    else:
        store.load(champion.run_id)
    faults = store.examine()
    wrong += [f"{fault.kind}: {fault.told}" for fault in faults if not fault.mendable]
    store.mend(faults)
    wrong += [f"not mended: {fault.told}" for fault in store.examine()]
    store.promote(saved.run_ids[2], reason="e", who="e")  # and it goes on
    if store.history("sample")[-1].to_run != saved.run_ids[2]:
        wrong.append("the history does not go on")
    return wrong


def points(most: int, wanted: int) -> list[int]:
    """Events from the first to the last, spread evenly."""
    return sorted({1 + round(step * (most - 1) / max(wanted - 1, 1)) for step in range(wanted)})


@pytest.fixture(scope="module", autouse=True)
def _imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What MLflow imports late is imported before the first child, over a store that no child opens."""
    settings = Settings(home=tmp_path_factory.mktemp("first"), tracking_uri="")
    left_behind(settings, whole_store(settings, record_of(2, 3, 4)))


@pytest.mark.parametrize(
    ("act", "share"), [*((act, 0) for act in ACTS if act != "save"), *(("save", share) for share in range(SHARES))]
)
def test_a_killed_change_leaves_a_whole_store(
    act: str, share: int, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    wanted, change = ACTS[act]
    shares = SHARES if act == "save" else 1
    base, small = tmp_path / "base", record_of(2)
    saved = in_child(partial(whole_store, Settings(home=base, tracking_uri=""), record_of(2, 3, 4)))

    def copy(name: str) -> Settings:
        shutil.copytree(base, tmp_path / name)
        return Settings(home=tmp_path / name, tracking_uri="")

    dry = copy("dry")
    most = events_in(dry.home, partial(change, dry, saved, small))
    killed, wrong = 0, []
    chosen = points(most, wanted)[share::shares]
    for point in chosen:
        settings = copy(str(point))
        killed += events_in(settings.home, partial(change, settings, saved, small), point) == 0
        wrong += [f"{act}, event {point}: {what}" for what in in_child(partial(left_behind, settings, saved))]
        shutil.rmtree(settings.home)

    tell(f"{act}: killed at {killed} of {most} events, {len(wrong)} faults left")
    assert wrong == []
    assert killed >= len(chosen) - math.ceil(2 / shares)  # a few events more or less each time


@pytest.fixture(scope="module")
def in_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, SavedSweep]]:
    with postgres_server() as url:
        address = url.replace("postgresql://", "postgresql+psycopg://")
        settings = Settings(home=tmp_path_factory.mktemp("postgresql") / "home", tracking_uri=address)
        yield settings, in_child(partial(whole_store, settings, record_of(2, 3, 4)))


def set_back(settings: Settings, saved: SavedSweep) -> None:
    """The champions of ``whole_store`` again, where each change was made to the same store."""
    for k in (2, 4, 3):
        _store(settings).promote(saved.run_ids[k], reason="a", who="a")


@pytest.mark.parametrize("act", ACTS)
def test_a_killed_change_leaves_a_whole_store_in_postgresql(
    act: str, in_postgresql: tuple[Settings, SavedSweep], tell: Callable[[str], None]
) -> None:
    settings, saved = in_postgresql
    change = partial(ACTS[act][1], settings, saved, record_of(2))
    in_child(partial(set_back, settings, saved))
    most = events_in(settings.home, change)
    killed, wrong, chosen = 0, [], points(most, min(ACTS[act][0], 20))
    for point in chosen:
        in_child(partial(set_back, settings, saved))
        killed += events_in(settings.home, change, point) == 0
        wrong += [f"{act}, event {point}: {what}" for what in in_child(partial(left_behind, settings, saved))]

    tell(f"{act} in PostgreSQL: killed at {killed} of {most} events, {len(wrong)} faults left")
    assert wrong == []
    assert killed >= len(chosen) - 2
