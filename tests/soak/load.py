"""A server as the Procfile starts it, and clients that count what they do not get."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.settings import Settings
from tests.command_support import environment

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0


@dataclass
class Server:
    """A running gunicorn, followed by its pid file through redeploys."""

    port: int
    pid_file: Path
    log: Path

    @property
    def pid(self) -> int:
        return int(self.pid_file.read_text())

    def status(self, path: str, timeout: float = 5.0) -> int:
        """HTTP's number; 0 where there was no answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return 0
            return answer.status


@contextmanager
def gunicorn(settings: Settings, folder: Path, prefix: tuple[str, ...] = (), **more: str) -> Iterator[Server]:
    """The dashboard over the store of ``settings``, once it answers; ``prefix`` goes before its command."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Server(port, folder / "korzina.pid", folder / "gunicorn.log")
    command = (sys.executable, "-m", "gunicorn", "-c", "python:dashapp.gunicorn_conf", "--pid", str(server.pid_file))
    given = {"KORZINA_HOME": str(settings.home), "KORZINA_TRACKING_URI": settings.tracking_uri} | more
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            (*prefix, *command, "dashapp.wsgi:server"),
            cwd=ROOT,
            env=environment(KORZINA_PORT=str(port), **given),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while server.status("/healthz") != 200:
            assert process.poll() is None, server.log.read_text()
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        for number in (15, 9):  # TERM, then KILL; after a redeploy the leader of the group is gone and the group stays
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            process.poll()
            time.sleep(3)
        process.wait(timeout=10)


@dataclass
class Outcome:
    """What a crowd of clients met."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)
    slowest: float = 0.0
    bare: int = 0  # pages that showed no champion
    lock: threading.Lock = field(default_factory=threading.Lock)


def crowd(
    server: Server, requests: list[tuple[str, str, bytes]], clients: int, outcome: Outcome
) -> list[threading.Thread]:
    """Clients that send the requests among them, each over connections that it keeps or, every second one, does not."""
    waiting = iter(requests)
    turn = threading.Lock()

    def client(number: int) -> None:
        keeps, connection = number % 2 == 0, None
        while True:
            with turn:
                request = next(waiting, None)
            if request is None:
                if connection:
                    connection.close()
                return
            connection = connection or http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            started = time.monotonic()
            try:
                method, path, body = request
                connection.request(method, path, body or None, {"Content-Type": "application/json"} if body else {})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                with outcome.lock:
                    outcome.lost.append(f"{path}: {error!r}")
                connection.close()
                connection = None
                continue
            with outcome.lock:
                outcome.slowest = max(outcome.slowest, time.monotonic() - started)
                if answer.status == 200:
                    outcome.answered += 1
                else:
                    outcome.lost.append(f"{path}: {answer.status} {content[:200]!r}")
                if body and b"k-segment-card" not in content:
                    outcome.bare += 1
            if not keeps or answer.will_close:
                connection.close()
                connection = None

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    return threads
