"""Whatever is wrong with a store, a person is told within a second what it is and what to do."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contract import SavedSweep
from pipeline.errors import StoreError
from pipeline.recording import record_training
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from pipeline.store.tracking import client, preflight
from tests.support import save_training

_SCHEDULE = Path("/proc/thread-self/schedstat")  # nanoseconds on a processor, nanoseconds waiting for one, turns


def _own_seconds() -> float:
    """A clock of this thread that stands still while other programs have the processor: working and sleeping count.

    So a busy machine makes no test slower, and a wait for a lock or an answer does. Elsewhere than on Linux: wall time.
    """
    queued = int(_SCHEDULE.read_text().split()[1]) / 1e9 if _SCHEDULE.exists() else 0.0
    return time.monotonic() - queued


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    started = _own_seconds()
    yield
    assert _own_seconds() - started < 4


def test_mistyped_path_makes_no_new_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no store at .*typo/mlflow.db.*KORZINA_HOME"):
        Store.open(Settings(home=tmp_path / "typo"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [False, True])
def test_folder_in_the_database_place(tmp_path: Path, create: bool) -> None:
    (tmp_path / "mlflow.db").mkdir()
    with pytest.raises(StoreError, match=r"is a folder.*KORZINA_TRACKING_URI"):
        Store.open(Settings(home=tmp_path), create=create)


@pytest.mark.parametrize("create", [False, True])
def test_file_that_is_no_database(tmp_path: Path, create: bool) -> None:
    (tmp_path / "mlflow.db").write_text("customer,spend\n1,2\n")
    with pytest.raises(StoreError, match="is not a SQLite database"):
        Store.open(Settings(home=tmp_path), create=create)
    assert (tmp_path / "mlflow.db").read_text() == "customer,spend\n1,2\n"


@pytest.mark.parametrize("create", [False, True])
def test_another_programs_database(tmp_path: Path, create: bool) -> None:
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="not an MLflow store"):
        Store.open(Settings(home=tmp_path), create=create)


def test_empty_file_is_refused_for_reading_and_filled_for_training(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").touch()
    with pytest.raises(StoreError, match="Found: an empty file"):
        Store.open(Settings(home=tmp_path))
    assert Store.open(Settings(home=tmp_path), create=True).runs() == ()


def test_damaged_database(settings: Settings) -> None:
    file = settings.home / "mlflow.db"
    content = bytearray(file.read_bytes())
    content[100:40_000] = b"\xff" * 39_900
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged.*restore it from a backup"):
        Store.open(settings)


def test_other_schema_version(settings: Settings) -> None:
    with closing(sqlite3.connect(settings.home / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0a8213491aaa'")
    with pytest.raises(StoreError, match=r"another version of MLflow.*Found: schema 0a8213491aaa.*mlflow db upgrade"):
        Store.open(settings)


def test_locked_database(settings: Settings, saved: SavedSweep) -> None:
    store = Store.open(settings)
    holder = sqlite3.connect(settings.home / "mlflow.db")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreError, match="locked by another program"):
            store.runs()
    finally:
        holder.close()
    assert len(store.runs()) == 3


def test_writing_to_a_locked_database_fails_before_anything_is_imported(settings: Settings, saved: SavedSweep) -> None:
    store = Store.open(settings)
    holder = sqlite3.connect(settings.home / "mlflow.db")
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert len(store.runs()) == 3  # readers are not disturbed
        with pytest.raises(StoreError, match="locked by another program"):
            store.promote(saved.run_ids[2], reason="now", who="tester")
    finally:
        holder.close()


def test_a_store_is_read_after_its_writer_was_killed(settings: Settings, saved: SavedSweep) -> None:
    file = settings.home / "mlflow.db"
    killed = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA cache_size = 1');"
        "c.execute('UPDATE tags SET value = hex(randomblob(500))'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(file)], check=False)
    assert file.with_name("mlflow.db-journal").stat().st_size > 0

    store = Store.open(settings)

    assert [run.k for run in store.runs()] == [2, 3, 4]


def test_opening_a_store_keeps_the_locks_of_this_process(settings: Settings) -> None:
    file = settings.home / "mlflow.db"
    holder = sqlite3.connect(file)
    holder.execute("BEGIN IMMEDIATE")
    try:
        Store.open(settings)
        other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        tried = subprocess.run([sys.executable, "-c", other, str(file)], capture_output=True, text=True, check=False)
    finally:
        holder.close()
    assert "database is locked" in tried.stderr


def test_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write to .*KORZINA_HOME"):
        Store.open(Settings(home=tmp_path / "file"), create=True)


def test_deleted_experiment(settings: Settings, training: Training) -> None:
    store = Store.open(settings)
    store._client.delete_experiment(store._client.get_experiment_by_name("sample").experiment_id)
    assert store.runs() == ()
    with pytest.raises(StoreError, match="was deleted in MLflow"):
        store.save(record_training(training), experiment="sample")


def test_artifacts_that_are_gone(tmp_path: Path, training: Training) -> None:
    settings = Settings(home=tmp_path / "mlruns")
    saved = save_training(training, settings)
    (tmp_path / "mlruns/artifacts").rename(tmp_path / "away")
    with pytest.raises(StoreError, match=r"manifest.json cannot be read.*mlruns/artifacts/sample.*restore"):
        Store.open(settings).load(saved.run_ids[2])


def test_artifacts_elsewhere(settings: Settings, saved: SavedSweep, tmp_path: Path) -> None:
    (settings.home / "artifacts").rename(tmp_path / "away")
    assert Store.open(Settings(home=settings.home, artifact_root=str(tmp_path / "away"))).load(saved.run_ids[2]).k == 2


def test_server_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StoreError, match=r"does not answer as it should.*KORZINA_TRACKING_URI") as caught:
        Store.open(Settings(home=tmp_path, tracking_uri=f"http://someone:secret@127.0.0.1:{port}"))
    assert "secret" not in str(caught.value)


class _Slow(BaseHTTPRequestHandler):
    """A tracking server without experiments that answers each question late."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(0.1)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_words: object) -> None:
        """Nothing on stderr."""


def test_a_server_that_answers_slowly_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "_SLOW", 0.25)
    monkeypatch.setattr(client, "_SLOW_CALL", 0.05)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = client.make_client(
            Settings(home=tmp_path, tracking_uri=f"http://someone:secret@127.0.0.1:{server.server_port}")
        )
        for _ in range(4):
            assert asked.search_experiments() == []
        server.shutdown()

    (words,) = [record.getMessage() for record in caplog.records]
    assert f"http://127.0.0.1:{server.server_port} is slow" in words
    assert "secret" not in words


@pytest.mark.parametrize(
    ("name", "said", "damaged"),
    [
        ("SQLITE_CORRUPT", "database disk image is malformed", True),
        ("SQLITE_CORRUPT_INDEX", "malformed", True),
        ("SQLITE_NOTADB", "file is encrypted", True),
        ("SQLITE_CONSTRAINT_UNIQUE", "UNIQUE constraint failed: experiments.name", False),
        ("SQLITE_ERROR", "no such table: runs", False),
        ("SQLITE_IOERR", "disk I/O error", False),
        ("SQLITE_SCHEMA", "database schema has changed", False),
    ],
)
def test_only_what_sqlite_calls_corrupt_is_damaged(tmp_path: Path, name: str, said: str, damaged: bool) -> None:
    """Whoever loses a race is not told to move a whole store away."""
    error = sqlite3.OperationalError(said)
    error.sqlite_errorname = name

    told = str(preflight.explain(error, tmp_path / "mlflow.db"))

    assert ("is damaged" in told) is damaged
    assert ("move it away" in told) is damaged


def test_arrow_s_threads_read_no_object_of_python_s(
    store: Store, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that gave an object back while the interpreter ended took the process with it, now and then."""
    import pyarrow as pa

    given: list[object] = []
    read = pd.read_parquet
    monkeypatch.setattr(pd, "read_parquet", lambda file, **options: given.append(file) or read(file, **options))

    store.load(saved.run_ids[3])

    assert given
    assert all(isinstance(file, pa.BufferReader) for file in given)
