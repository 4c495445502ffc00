"""A redeploy as docs/operations.md says it, under load: nobody notices."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.store import Store
from tests.soak.load import Outcome, Server, crowd, gunicorn
from tests.support import make_training, save_training

REQUESTS, CLIENTS, REDEPLOYS = 5000, 8, 3


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


def test_nothing_is_lost_and_no_page_is_bare_while_the_server_is_replaced(
    server: Server, tell: Callable[[str], None]
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
    threads = crowd(server, [kinds[number % len(kinds)] for number in range(REQUESTS)], CLIENTS, outcome)
    seen = [server.pid]
    while any(thread.is_alive() for thread in threads) and len(seen) <= REDEPLOYS:
        os.kill(seen[-1], signal.SIGUSR2)
        seen.append(replaced(server, seen[-1]))
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()

    counts = f"{outcome.answered} answered, {len(outcome.lost)} lost, {outcome.bare} without the champion"
    tell(f"{counts}, slowest {outcome.slowest:.1f} s; {len(seen) - 1} redeploys, /healthz silent {len(silent)} times")
    assert len(seen) > 1
    assert outcome.lost == []
    assert outcome.answered == REQUESTS
    assert outcome.bare == 0
    assert silent == []
    assert "Traceback" not in server.log.read_text()


def replaced(server: Server, before: int) -> int:
    """Wait until another server has the pid file to itself."""
    deadline = time.monotonic() + 90
    while True:
        try:
            if server.pid != before and not Path(f"{server.pid_file}.2").exists():
                return server.pid
        except (OSError, ValueError):
            pass  # between two files
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.1)
