"""The same store through a tracking server: a real ``mlflow server`` that keeps database and files to itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pandas as pd
import pytest

from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from tests.support import save_training

pytestmark = pytest.mark.e2e


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path / "server"
    home.mkdir()
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "-w",
        "1",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--backend-store-uri",
        f"sqlite:///{home}/mlflow.db",
        "--artifacts-destination",
        str(home / "artifacts"),
    ]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | quiet, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, tmp_path / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def test_round_trip_and_promotion_through_a_server(
    server: str, training: Training, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "client", tracking_uri=server)
    saved = save_training(training, settings)

    store = Store.open(settings)
    loaded = store.load(saved.run_ids[3])
    pd.testing.assert_frame_equal(loaded.customers, training.customers)
    assert [run.k for run in store.runs("sample")] == [2, 3, 4]
    assert store.champion("sample") is None
    store.promote(saved.run_ids[3], reason="first", who="anna")
    store.promote(saved.run_ids[2], reason="second", who="anna")
    assert store.rollback("sample", reason="no", who="anna").k == 3
    assert [one.k for one in store.champions()] == [3]
    assert [move.action for move in store.history("sample")] == ["promote", "promote", "rollback"]
    assert not (tmp_path / "client/mlflow.db").exists()
    assert Store.open(settings).load(saved.run_ids[3]).k == 3  # from the cache
    assert capfd.readouterr().out == ""  # `korzina train --json` prints its own object there and nothing else


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text())
