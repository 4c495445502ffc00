"""A dashboard as it is served, whose store goes away in every way: it starts, answers in time, and follows."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from pipeline.contract import SavedSweep
from pipeline.settings import Settings
from pipeline.store import LastGood, Store
from tests.command_support import environment
from tests.pipeline.sources_support import down, frozen, postgres_server
from tests.soak.load import ROOT, Server, gunicorn
from tests.soak.test_redeploy import page_of
from tests.support import make_training, save_training

ANSWER_SECONDS, FOLLOW_SECONDS = 3.0, 20.0
COMMAND_SECONDS = 10.0  # for a command to say what is wrong, on a machine with other work too
FAULTS = ("down", "frozen", "slow")


@contextmanager
def tracking_server(folder: Path, port: int) -> Iterator[psutil.Process]:
    """``mlflow server`` over a SQLite store in ``folder``, once it answers."""
    command = [sys.executable, "-m", "mlflow", "server", "-w", "1", "--host", "127.0.0.1", "--port", str(port)]
    places = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    folder.mkdir(exist_ok=True)
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            [*command, *places], env=os.environ | quiet, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 120
        while not is_open(port) or Server(port, folder, folder).status("/health") != 200:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.3)
        yield psutil.Process(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def is_open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Relay:
    """A way to a server that can be made slow: each piece waits, in both directions."""

    def __init__(self, target: int) -> None:
        self.delay = 0.0
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # which ends the waiting for the next
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # nobody is behind it now: whoever comes is turned away, and the next may get through
                near.close()
                continue
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with source, sink:
            while True:
                try:
                    piece = source.recv(65536)
                    time.sleep(self.delay)
                    sink.sendall(piece)
                except OSError:
                    return
                if not piece:
                    return


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def filled(settings: Settings) -> SavedSweep:
    saved = save_training(make_training(300), settings)
    Store.open(settings).promote(saved.run_ids[3], reason="test", who="test")
    LastGood(settings).keep()
    return saved


def slowest_answer(server: Server) -> tuple[float, bool]:
    """Of health, readiness, two pages and the page that a browser draws; and whether that showed the champion."""
    slowest, shown = 0.0, False
    for path, body in (("/healthz", b""), ("/readyz", b""), ("/", b""), ("/", page_of()), ("/compare", b"")):
        started = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            where = "/_dash-update-component" if body else path
            sent = {"Content-Type": "application/json"} if body else {}
            connection.request("POST" if body else "GET", where, body or None, sent)
            answer = connection.getresponse()
            content = answer.read()
        slowest = max(slowest, time.monotonic() - started)
        assert answer.status in ((200,) if path != "/readyz" else (200, 503)), content[:300]
        shown = shown or bool(body and b"k-segment-card" in content)
    return slowest, shown


def command_seconds(settings: Settings, *arguments: str, says: str = "") -> float:
    """How long a command takes to say what is wrong; it says ``says`` besides."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=ROOT,
        env=environment(KORZINA_HOME=str(settings.home), KORZINA_TRACKING_URI=settings.tracking_uri),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    seconds = time.monotonic() - started
    assert "Traceback" not in done.stderr, done.stderr
    if done.returncode:
        assert done.returncode == 3, done.stderr
        assert "What to do" in done.stderr
    assert says in done.stderr, done.stderr
    return seconds


@contextmanager
def broken(kind: str, fault: str, place: ExitStack, relay: Relay, reopen: Callable[[], object]) -> Iterator[None]:
    """The server behind the relay as ``fault`` says, and well again after."""
    if fault == "slow":
        relay.delay = 0.7
        yield
        relay.delay = 0.0
    elif fault == "down" and kind == "postgresql":
        with down(f"x@127.0.0.1:{relay._target}/x"):
            yield
    elif fault == "down":
        place.close()
        yield
        reopen()
    else:
        with stopped(relay) if kind == "server" else frozen(f"x@127.0.0.1:{relay._target}/x"):
            yield


@contextmanager
def stopped(relay: Relay) -> Iterator[None]:
    listening = [c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == relay._target]
    processes = {psutil.Process(pid) for pid in listening if pid}
    for process in processes:
        process.suspend()
    yield
    for process in processes:
        process.resume()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["postgresql", "server"])
def test_a_store_that_goes_away_and_comes_back(
    kind: str, fault: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with ExitStack() as place:
        port = free_port()

        def reopen() -> object:
            return place.enter_context(tracking_server(tmp_path / "server", port))

        if kind == "postgresql":
            address = place.enter_context(postgres_server())
            relay = Relay(int(address.rpartition(":")[2].partition("/")[0]))
            uri = f"postgresql+psycopg://korzina:secret@127.0.0.1:{relay.port}/postgres"
        else:
            reopen()
            relay = Relay(port)
            uri = f"http://127.0.0.1:{relay.port}"
        settings = Settings(home=tmp_path / "home", tracking_uri=uri)
        saved = filled(settings)
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        with gunicorn(settings, tmp_path / "one") as running:
            assert slowest_answer(running)[1]
            usual = min(command_seconds(settings, "runs") for _ in range(2))  # the second finds files at hand
            with broken(kind, fault, place, relay, reopen):
                found = [slowest_answer(running) for _ in range(4)]
                with gunicorn(settings, tmp_path / "two") as started_without:
                    found += [slowest_answer(started_without) for _ in range(4)]
                says = "is slow" if (kind, fault) == ("server", "slow") else ""
                seconds = max(command_seconds(settings, name, says=says) for name in ("runs", "doctor"))
            Store.open(settings).promote(saved.run_ids[2], reason="back", who="test")
            back = follows(running, saved.run_ids[2])
        relay.close()
    slowest = max(seconds_of for seconds_of, _shown in found)
    commands = f"command {seconds:.1f} s, {usual:.1f} s before"
    tell(f"{kind} {fault}: slowest answer {slowest:.1f} s, {commands}, followed after {back:.1f} s")
    assert all(shown for _seconds, shown in found)
    assert slowest < ANSWER_SECONDS
    if fault != "slow":
        assert seconds < COMMAND_SECONDS


@pytest.mark.parametrize("fault", ["locked", "missing", "corrupt", "0a8213491aaa", "ffffffffffff"])
def test_a_sqlite_store_that_goes_away_and_comes_back(fault: str, tmp_path: Path, tell: Callable[[str], None]) -> None:
    settings = Settings(home=tmp_path / "home", tracking_uri="")
    saved = filled(settings)
    file = settings.home / "mlflow.db"
    whole = file.read_bytes()
    with gunicorn(settings, tmp_path) as running:
        assert slowest_answer(running)[1]
        usual = min(command_seconds(settings, "runs") for _ in range(2))  # the second finds files at hand
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            if fault == "locked":
                connection.execute("BEGIN EXCLUSIVE")
            elif fault == "missing":
                file.rename(tmp_path / "away")
            elif fault == "corrupt":
                file.write_bytes(whole[:100] + b"\xff" * 50_000)
            else:
                connection.execute("UPDATE alembic_version SET version_num = ?", (fault,))
            found = [slowest_answer(running) for _ in range(4)]
            seconds = max(command_seconds(settings, "runs"), command_seconds(settings, "doctor"))
        if fault == "missing":
            (tmp_path / "away").rename(file)
        elif fault != "locked":
            file.write_bytes(whole)
        Store.open(settings).promote(saved.run_ids[2], reason="back", who="test")
        back = follows(running, saved.run_ids[2])
    slowest = max(seconds_of for seconds_of, _shown in found)
    commands = f"command {seconds:.1f} s, {usual:.1f} s before"
    tell(f"SQLite {fault}: slowest answer {slowest:.1f} s, {commands}, followed after {back:.1f} s")
    assert all(shown for _seconds, shown in found)
    assert slowest < ANSWER_SECONDS
    assert seconds < COMMAND_SECONDS


def follows(server: Server, run_id: str) -> float:
    """Seconds until the page names the run."""
    started = time.monotonic()
    while True:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            connection.request("POST", "/_dash-update-component", page_of(), {"Content-Type": "application/json"})
            content = connection.getresponse().read()
        if run_id in json.dumps(json.loads(content)):
            return time.monotonic() - started
        assert time.monotonic() - started < FOLLOW_SECONDS, server.log.read_text()
        time.sleep(0.3)
