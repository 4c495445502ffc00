"""Stores are made once, sweeps are seen whole or not at all, whatever dies in between."""

from __future__ import annotations

import dataclasses
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline.contract import SavedSweep
from pipeline.errors import StoreError
from pipeline.recording import record_training
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from pipeline.store.tracking import creation, preflight

LOCKED = re.search(r"^mlflow==(\S+)", (Path(__file__).parents[2] / "requirements.lock").read_text(), re.MULTILINE)


@pytest.mark.skipif(LOCKED is None or version("mlflow") != LOCKED[1], reason="schema.sql is that of the locked MLflow")
def test_schema_is_what_the_installed_mlflow_makes() -> None:
    """When this fails: write ``pipeline.store.tracking.creation.dump_schema()`` to ``schema.sql``."""

    # MLflow makes its indices, and the constraints of a table, in any order
    def parts(script: str) -> list[list[str]]:
        return sorted(sorted(line.strip().rstrip(",") for line in one.splitlines()) for one in script.split(";\n"))

    assert parts(creation.SCRIPT.read_text("utf-8")) == parts(creation.dump_schema())


def test_the_installed_mlflow_has_a_schema_that_is_known() -> None:
    assert preflight.schema_head() in preflight.KNOWN_SCHEMAS


def test_another_mlflow_makes_its_own_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outdated = tmp_path / "schema.sql"
    outdated.write_text(creation.SCRIPT.read_text("utf-8").replace(preflight.schema_head() or "", "0a8213491aaa"))
    monkeypatch.setattr(creation, "SCRIPT", outdated)

    assert Store.open(Settings(home=tmp_path / "mlruns"), create=True).runs() == ()


def test_several_processes_make_one_store_and_save_into_it(tmp_path: Path) -> None:
    """One round of ``tests/soak/test_first_saves.py``, of two writers."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.soak.first_saves", str(tmp_path)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == b"ready\n"

    for writer in writers:
        assert writer.stdin
        writer.stdin.write(b"mlruns\n")
        writer.stdin.flush()
    for writer in writers:
        told, said = writer.communicate(timeout=300)  # a guard against hanging: a busy machine takes a minute
        assert (told, writer.returncode) == (b"saved\n", 0), said.decode()
    store = Store.open(Settings(home=tmp_path / "mlruns", tracking_uri=""))
    assert len({run.sweep_run_id for run in store.runs("sample")}) == 2
    assert len(store.history("sample")) == 2
    assert sorted(path.name for path in (tmp_path / "mlruns").iterdir()) == [
        "artifacts",
        "mlflow.db",
        "mlflow.db.lock",
    ]


def test_a_store_that_others_write_to_is_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked one is not: see ``test_store_faults.py``."""
    file, held = settings.home / "mlflow.db", threading.Event()
    monkeypatch.setattr(preflight, "_PATIENCE", 0.3)

    def write_twice() -> None:
        with closing(sqlite3.connect(file)) as connection:
            for number in range(2):  # together longer than anybody waits for one commit
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("UPDATE experiments SET last_update_time = ?", (number,))
                held.set()
                time.sleep(0.2)
                connection.commit()

    writer = threading.Thread(target=write_twice)
    writer.start()
    assert held.wait(5)
    preflight.check(file, write=True)
    writer.join()


def test_creation_that_breaks_off_leaves_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(creation, "_fill", broken)
    with pytest.raises(KeyboardInterrupt):
        Store.open(Settings(home=tmp_path), create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db.lock"]


@pytest.mark.parametrize("blow", [KeyboardInterrupt, MemoryError])
def test_interrupted_save_is_invisible_and_closed(
    settings: Settings, saved: SavedSweep, training: Training, blow: type[BaseException]
) -> None:
    store = Store.open(settings)

    def interrupt(words: str) -> None:
        if "k = 3" in words:
            raise blow

    with pytest.raises((blow, StoreError)):
        store.save(record_training(training), experiment="sample", progress=interrupt)
    assert {run.sweep_run_id for run in store.runs()} == {saved.sweep_run_id}
    assert statuses(store, saved) == {"FAILED"}


def test_killed_save_is_invisible_and_closed_at_the_next_start(
    settings: Settings, saved: SavedSweep, training: Training
) -> None:
    program = f"""
import os, signal
from pathlib import Path
from pipeline.recording import (record_training)
from pipeline.settings import Settings
from pipeline.store import (Store)
from tests.support import make_training
store = Store.open(Settings(home=Path({str(settings.home)!r})))
store.save(record_training(make_training(n=60)), experiment="sample",
           progress=lambda words: os.kill(os.getpid(), signal.SIGKILL) if "k = 3" in words else None)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(__file__).parents[2])
    store = Store.open(settings)

    assert killed.returncode == -signal.SIGKILL
    assert len(store.runs()) == 3
    assert statuses(store, saved) == {"RUNNING"}
    (dead,) = {run.info.run_id for run in unfinished(store, saved) if "mlflow.parentRunId" not in run.data.tags}
    with pytest.raises(StoreError, match="no completed run"):
        store.promote(dead, reason="nobody looks", who="tester")

    store.save(record_training(training), experiment="sample")
    assert len(store.runs()) == 6
    assert {run.info.status for run in unfinished(store, saved)} == {"FAILED"}


def test_a_running_save_of_another_process_is_left_alone(
    settings: Settings, saved: SavedSweep, training: Training
) -> None:
    """Two trainings at once: the second must not take the first for dead."""
    outer, inner = Store.open(settings), Store.open(settings)
    seen: list[set[str]] = []

    def meanwhile(words: str) -> None:
        if "k = 2" in words:
            inner.save(dataclasses.replace(record_training(training), children={}), experiment="sample")
            seen.append(statuses(outer, saved))

    outer.save(record_training(training), experiment="sample", progress=meanwhile)
    assert seen == [{"RUNNING"}]
    assert len(outer.runs()) == 6


def test_open_run_of_another_machine_is_closed_after_a_day(
    settings: Settings, saved: SavedSweep, training: Training
) -> None:
    store, now = Store.open(settings), int(time.time() * 1000)
    tags = {"korzina.status": "started", "korzina.writer": "another-container:17:4711"}
    fresh = store._client.create_run(saved.experiment_id, start_time=now, tags=tags).info.run_id
    old = store._client.create_run(saved.experiment_id, start_time=now - 25 * 3_600_000, tags=tags).info.run_id

    store.save(dataclasses.replace(record_training(training), children={}), experiment="sample")
    assert store._client.get_run(fresh).info.status == "RUNNING"
    assert store._client.get_run(old).info.status == "FAILED"


def unfinished(store: Store, saved: SavedSweep) -> list:  # type: ignore[type-arg]  # of mlflow.entities.Run
    return list(store._client.search_runs([saved.experiment_id], "tags.`korzina.status` = 'started'"))


def statuses(store: Store, saved: SavedSweep) -> set[str]:
    return {run.info.status for run in unfinished(store, saved)}
