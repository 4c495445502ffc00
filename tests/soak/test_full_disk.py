"""A disk that is full at each write of a save, and a database that cannot grow: told in words, and nothing is lost."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.contract import SweepRecord
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.store import Store
from tests.soak.killing import Events, in_child
from tests.soak.test_kills import left_behind, points, record_of, whole_store

SIZES = 12


class FullDisk(Events):
    """No space is left from the event ``last`` on, for files of the store that Python writes."""

    def watch(self) -> None:
        sys.addaudithook(self._audit)

    def _happen(self) -> None:
        self.count += 1
        if self._last is not None and self.count >= self._last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def saved_on(settings: Settings, record: SweepRecord, last: int) -> str:
    """What a person was told; nothing where it was saved."""
    store = Store.open(settings)
    store.prepare()
    FullDisk(settings.home, last).watch()
    return told(store, record)


def saved_below(settings: Settings, record: SweepRecord, size: int) -> str:
    """What a person was told where no file may be larger than ``size`` bytes."""
    store = Store.open(settings)
    store.prepare()
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return told(store, record)


def told(store: Store, record: SweepRecord) -> str:
    try:
        store.save(record, experiment="sample")
    except StoreError as error:
        return str(error)
    return ""


def test_a_save_on_a_disk_that_is_full(tmp_path: Path, tell: Callable[[str], None]) -> None:
    base, small = tmp_path / "base", record_of(2)
    warm = Settings(home=tmp_path / "warm", tracking_uri="")
    left_behind(warm, whole_store(warm, record_of(2, 3, 4)))
    saved = in_child(partial(whole_store, Settings(home=base, tracking_uri=""), record_of(2, 3, 4)))
    wrong: list[str] = []

    def tried(name: str, attempt: Callable[[Settings], Any]) -> str:
        settings = copy(base, tmp_path / name)
        words = str(in_child(partial(attempt, settings)))
        wrong.extend(f"{name}: {what}" for what in in_child(partial(left_behind, settings, saved)))
        if words and "What to do" not in words:
            wrong.append(f"{name}: {words}")
        shutil.rmtree(settings.home)
        return words

    most = int(in_child(lambda: files_of(copy(base, tmp_path / "dry"), small)))
    refused = [
        tried(f"write {point}", lambda settings, at=point: saved_on(settings, small, at)) for point in points(most, 20)
    ]
    grown = (base / "mlflow.db").stat().st_size
    limits = [grown + 4096 * step for step in range(SIZES)]
    refused += [tried(f"size {limit}", lambda settings, at=limit: saved_below(settings, small, at)) for limit in limits]

    tell(f"{len(refused)} full disks, {sum(map(bool, refused))} refusals in words, {len(wrong)} faults left")
    assert wrong == []
    assert all(refused[: most - 1])


def files_of(settings: Settings, record: SweepRecord) -> int:
    store = Store.open(settings)
    store.prepare()
    disk = FullDisk(settings.home, None)
    disk.watch()
    store.save(record, experiment="sample")
    return disk.count


def copy(base: Path, target: Path) -> Settings:
    shutil.copytree(base, target)
    return Settings(home=target, tracking_uri="")
