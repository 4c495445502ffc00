"""Gunicorn's worker of threads, made patient with clients and not too patient with slow ones.

What gunicorn 26.2 lacks, as measured in ``tests/soak/test_redeploy.py`` and ``tests/e2e/test_slow_bodies.py``:

- A request holds a thread from its first byte on, however slowly the rest comes. Here it is read no further after
  ``READING_SECONDS``, and where all threads are taken, after ``CROWDED_SECONDS``. That is harmless to a request that
  has come whole: its answer still goes out.
- A worker that was told to end closes connections whose last answer promised to keep them, and the next request on
  them is lost. Here they stay open until they have been idle, and are told to close with the next answer.
"""

from __future__ import annotations

import selectors
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

READING_SECONDS = 60.0  # an upload of 10 MB over a line of 2 Mbit/s takes 55
CROWDED_SECONDS = 2.0
AGAIN_SECONDS = 0.5  # while others whom that befell wait for threads in a row


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that answers ``/healthz`` beside slow clients, and loses no request when it ends."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._busy: dict[Any, float] = {}  # connection -> since when a thread has it, by the monotonic clock
        self._cut_off = float("-inf")  # when somebody was last let go of

    def handle(self, conn: Any) -> Any:
        """Answer one request, in a thread."""
        self._busy[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self._busy.pop(conn, None)

    def murder_pending(self) -> None:
        """Called at each turn of the main loop: also let go of those who send too slowly."""
        super().murder_pending()
        now, most = time.monotonic(), READING_SECONDS
        if self._is_crowded():
            most = AGAIN_SECONDS if now - self._cut_off < CROWDED_SECONDS + AGAIN_SECONDS else CROWDED_SECONDS
        for conn, since in list(self._busy.items()):
            if now - since > most:
                self._cut_off = now
                with suppress(OSError):  # it has gone by itself
                    conn.sock.shutdown(socket.SHUT_RD)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """One turn of the main loop; a short one while threads are short, and no long one while ending."""
        super().wait_for_and_dispatch_events(min(timeout, AGAIN_SECONDS / 2 if self._is_crowded() else 1.0))

    def _is_crowded(self) -> bool:
        return len(self._busy) >= int(self.cfg.threads)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """After an answer: a connection that it promised to keep is kept, even if the worker was told to end since."""
        if self.alive or fs.cancelled() or fs.exception() or fs.result() is not True:
            super().finish_request(conn, fs)
            return
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))
