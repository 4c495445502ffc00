"""A redeploy as docs/operations.md says it, under load: nobody notices."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.settings import Settings
from pipeline.store import Store
from tests.soak.load import Outcome, Server, crowd, gunicorn
from tests.support import make_training, save_training

CLIENTS, REDEPLOYS = 8, 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    settings = Settings(home=tmp_path / "store")
    sweep = save_training(make_training(300), settings)
    Store.open(settings).promote(sweep.run_ids[3], reason="test", who="test")
    with gunicorn(settings, tmp_path) as running:
        yield running


def page_of() -> bytes:
    """What a browser sends to be shown the first page."""
    values = {"pathname": "/", "search": ""}
    inputs = [{"id": "_pages_location", "property": name, "value": value} for name, value in values.items()]
    names = ("_pages_content.children", "_pages_store.data")
    outputs = [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names]
    asked = {
        "output": f"..{'...'.join(names)}..",
        "outputs": outputs,
        "inputs": inputs,
        "changedPropIds": [],
        "state": [],
    }
    return json.dumps(asked).encode()


@pytest.mark.parametrize(("number", "requests"), [(signal.SIGUSR2, 5000), (signal.SIGHUP, 3000)], ids=["USR2", "HUP"])
def test_nothing_is_lost_and_no_page_is_bare_while_the_server_is_replaced(
    number: signal.Signals, requests: int, server: Server, tell: Callable[[str], None]
) -> None:
    page = ("POST", "/_dash-update-component", page_of())
    kinds = [*[("GET", "/healthz", b""), ("GET", "/", b"")] * 4, page, page]
    outcome, silent, done = Outcome(), [], threading.Event()

    def watch_health() -> None:
        while not done.is_set():
            started = time.monotonic()
            if server.status("/healthz") != 200:
                silent.append(time.monotonic() - started)
            time.sleep(0.05)

    watcher = threading.Thread(target=watch_health)
    watcher.start()
    threads = crowd(server, [kinds[place % len(kinds)] for place in range(requests)], CLIENTS, outcome)
    seen = [serving(server)]
    while any(thread.is_alive() for thread in threads) and len(seen) <= REDEPLOYS:
        os.kill(server.pid, number)
        seen.append(replaced(server, seen[-1]))
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()

    counts = f"{outcome.answered} answered, {len(outcome.lost)} lost, {outcome.bare} without the champion"
    tell(f"{counts}, slowest {outcome.slowest:.1f} s; {len(seen) - 1} redeploys, /healthz silent {len(silent)} times")
    assert len(seen) > 1
    assert outcome.lost == []
    assert outcome.answered == requests
    assert outcome.bare == 0
    assert silent == []
    assert "Traceback" not in server.log.read_text()


def serving(server: Server) -> frozenset[int]:
    """The server that the pid file names, and its workers."""
    master = psutil.Process(server.pid)
    return frozenset({master.pid, *(child.pid for child in master.children())})


def replaced(server: Server, before: frozenset[int]) -> frozenset[int]:
    """Wait until the pid file names a server none of whose workers is of those before."""
    deadline = time.monotonic() + 90
    while True:
        try:
            now = serving(server)
            if not Path(f"{server.pid_file}.2").exists() and now and not (now - {server.pid}) & before:
                return now
        except (OSError, ValueError, psutil.Error):
            pass  # between two files
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.1)
