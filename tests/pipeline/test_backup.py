"""The commands of docs/operations.md, run as they stand there: back up, lose everything, restore, open every run."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.accounts import AccountDatabase, AuditEntry, AuditLog, Users
from pipeline.contract import SavedSweep
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from tests.pipeline.sources_support import postgres_server
from tests.support import save_training

ROOT = Path(__file__).parents[2]
KEY = "0f9d" * 4 + "c7a1b2e8" * 3


def commands(name: str) -> str:
    """The block of the document that is called so."""
    found = re.search(rf"```sh {name}\n(.*?)```", (ROOT / "docs/operations.md").read_text("utf-8"), re.DOTALL)
    assert found, name
    return found[1]


def run(name: str, tmp_path: Path, **environment: str) -> str:
    """Run a block in a shell, where ``korzina`` is this checkout's."""
    tools = tmp_path / "bin"
    tools.mkdir(exist_ok=True)
    program = tools / "korzina"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m pipeline "$@"\n')
    program.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("KORZINA_")}
    done = subprocess.run(
        ["bash", "-eu", "-c", commands(name)],
        env={**kept, "PATH": f"{tools}:{kept['PATH']}", **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def described(settings: Settings) -> list[object]:
    """Every run, read to its end, with champion, history and notes."""
    store = Store.open(settings)
    runs = [
        (run.run_id, loaded.customers.to_csv(), loaded.assignments.to_csv(), [card.name for card in loaded.cards])
        for run in store.runs()
        for loaded in [store.load(run.run_id)]
    ]
    return [runs, store.champions(), store.history("sample"), store.annotations("sample")]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 program on this machine")
def test_a_sqlite_store_comes_back_whole_with_its_accounts(
    settings: Settings, saved: SavedSweep, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"secret_key": KEY})
    store = Store.open(settings)
    store.promote(saved.run_ids[3], reason="good", who="anna")
    store.annotate(saved.run_ids[3], "sample-0", who="anna", name="Ours", note="a note")
    Users(AccountDatabase(settings.accounts)).add("anna", "analyst", "correct horse battery")
    head = AuditLog.of(settings).add(AuditEntry("users", "root", "cli", told="adds anna, analyst"))
    before, backup = described(settings), tmp_path / "backup"
    backup.mkdir()

    run("backup-sqlite", tmp_path, KORZINA_HOME=str(settings.home), BACKUP=str(backup))
    assert [file for file in backup.iterdir() if file.stat().st_mode & 0o077] == []
    shutil.rmtree(settings.home)
    told = run("restore-sqlite", tmp_path, KORZINA_HOME=str(settings.home), BACKUP=str(backup))

    assert "nothing is wrong" in told
    assert described(settings) == before
    assert Users(AccountDatabase(settings.accounts)).check("anna", "correct horse battery") is not None
    assert AuditLog.of(settings).verify(head) == (head, ())


KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")  # so that pages are written before the end of it
connection.execute("BEGIN")
connection.execute("CREATE TABLE half (cell)")
connection.executemany("INSERT INTO half VALUES (?)", ((os.urandom(3000),) for _ in range(500)))
connection.execute("UPDATE tags SET value = 'half'")
os._exit(9)
"""


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 program on this machine")
def test_a_backup_is_restored_over_the_store_of_a_writer_that_was_killed(
    settings: Settings, saved: SavedSweep, tmp_path: Path
) -> None:
    """What it left beside the database is not put into the one that is restored."""
    before, backup, file = described(settings), tmp_path / "backup", settings.home / "mlflow.db"
    backup.mkdir()
    given = {"KORZINA_HOME": str(settings.home), "BACKUP": str(backup)}
    run("backup-sqlite", tmp_path, **given)
    with closing(sqlite3.connect(file)) as connection:  # goes on after the backup, so that pages lie elsewhere
        connection.executescript("CREATE TABLE more AS SELECT * FROM tags; DROP TABLE more; VACUUM")
    subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert file.with_name("mlflow.db-journal").stat().st_size

    told = run("restore-sqlite", tmp_path, **given)

    assert "nothing is wrong" in told
    assert described(settings) == before
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.e2e
@pytest.mark.long
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="no pg_dump on this machine")
def test_a_postgresql_store_comes_back_whole(training: Training, tmp_path: Path) -> None:
    import psycopg

    backup, home = tmp_path / "backup", tmp_path / "home"
    backup.mkdir()
    with postgres_server() as url:
        address = url.replace("postgresql://", "postgresql+psycopg://")
        settings = Settings(home=home, tracking_uri=address)
        saved = save_training(training, settings)
        Store.open(settings).promote(saved.run_ids[3], reason="good", who="anna")
        before = described(settings)
        given = {
            "KORZINA_HOME": str(home),
            "KORZINA_TRACKING_URI": address,
            "DATABASE": url,
            "BACKUP": str(backup),
        }

        run("backup-postgresql", tmp_path, **given)
        shutil.rmtree(home)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        told = run("restore-postgresql", tmp_path, **given)

        assert "nothing is wrong" in told
        assert described(settings) == before
