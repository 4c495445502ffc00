"""Clients that send a byte now and then: they are cut off before they are in the way of others."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from pipeline.settings import Settings
from tests.e2e.conftest import Served, status

pytestmark = pytest.mark.e2e
THREADS = 16
HEADERS = b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000000\r\n\r\n"
)


@pytest.fixture(scope="module")
def address(serve: Callable[[Settings], str], served: Served) -> str:
    """A server of one worker, so that no other one answers beside it."""
    return serve(served.settings.model_copy(update={"workers": 1}))


@pytest.fixture
def dribble(address: str) -> Iterator[Callable[[bytes, int], None]]:
    """Open connections that send a beginning and then a byte every tenth of a second until they are closed."""
    done, threads = threading.Event(), []

    def one(beginning: bytes) -> None:
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) as connection, suppress(OSError):
            connection.sendall(beginning)
            while not done.wait(0.1):
                connection.sendall(b"x")

    def many(beginning: bytes, number: int) -> None:
        for _ in range(number):
            threads.append(threading.Thread(target=one, args=(beginning,)))
            threads[-1].start()

    yield many
    done.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("beginning", [HEADERS, BODY], ids=["headers", "body"])
def test_eight_slow_clients_delay_nobody(address: str, dribble: Callable[[bytes, int], None], beginning: bytes) -> None:
    dribble(beginning, 8)

    for _ in range(5):
        started = time.monotonic()
        assert status(f"{address}/healthz") == 200
        assert time.monotonic() - started < 2


def test_more_slow_clients_than_threads_are_cut_off(address: str, dribble: Callable[[bytes, int], None]) -> None:
    dribble(HEADERS, THREADS)
    dribble(BODY, 2 * THREADS)
    time.sleep(0.3)  # they have all the threads

    started = time.monotonic()
    while status(f"{address}/healthz") != 200:  # gives up after five seconds each
        assert time.monotonic() - started < 10
    started = time.monotonic()
    assert status(f"{address}/healthz") == 200
    assert time.monotonic() - started < 2
