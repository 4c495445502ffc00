"""Ctrl-C in a real training: one sentence, no process left, nothing half-done in the store."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.test_train import korzina, russian_customers

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    table = tmp_path / "клиенты.csv"
    russian_customers().to_csv(table, index=False, sep=";")
    korzina("init", str(table), "--output", str(tmp_path / "spec.toml"), home=tmp_path / "home")
    return ["train", "--spec", str(tmp_path / "spec.toml"), "--data", str(table), "--k-max", "4"]


def interrupted(arguments: list[str], home: Path, when: Callable[[], bool]) -> tuple[int, str, list[str]]:
    """Start the command, press Ctrl-C as a terminal does, and say how it ended and which processes live on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "KORZINA_HOME": str(home)},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # a shell's "&" switches it off
    while process.poll() is None and not when():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    deadline = time.monotonic() + 5  # one that was killed may still be giving its memory back
    while (alive := living(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return process.returncode, said.strip(), alive


def living(session: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "stat=,args=", "-s", str(session)], capture_output=True, text=True)
    return [one for one in listed.stdout.splitlines() if not one.startswith("Z")]


def statuses(home: Path) -> list[str]:
    file = home / "mlflow.db"
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return [row[0] for row in connection.execute("SELECT status FROM runs ORDER BY start_time")]
    except sqlite3.OperationalError:  # it is being made
        return []


@pytest.mark.parametrize("phase", ["before", "saving"])
def test_ctrl_c_leaves_a_clean_store(phase: str, arguments: list[str], tmp_path: Path) -> None:
    home, started = tmp_path / "home", time.monotonic()
    when = {"before": lambda: time.monotonic() > started + 4, "saving": lambda: len(statuses(home)) > 1}[phase]

    code, said, alive = interrupted(arguments, home, when)

    # a shell shows both as 130: where Ctrl-C hits code that Python itself compiles from a string (as it does for every
    # dataclass), CPython ends the process by the signal, whatever the program says
    assert code in (130, -signal.SIGINT)
    assert said == "korzina: stopped; nothing half-done is visible in the store"
    assert alive == []
    assert set(statuses(home)) <= {"FAILED"}
    korzina(*arguments, home=home)
    assert [run.k for run in Store.open(Settings(home=home)).runs()] == [2, 3, 4]
