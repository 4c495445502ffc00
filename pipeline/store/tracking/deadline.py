"""Answers in time: what takes longer is left behind in a thread of its own, and whoever asked goes on.

A database driver waits for its server without end (a frozen server keeps its connections and never answers), and cannot
be interrupted. Its thread ends when the server answers after all, the connection breaks, or the process ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


class SilenceError(Exception):
    """A server gave no answer in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:.0f} s")


def begin(work: Callable[[], T]) -> Future[T]:
    """``work`` under way in a thread that no process waits for at its end."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # whoever asked is told
            outcome.set_exception(error)

    threading.Thread(target=copy_context().run, args=(run,), daemon=True, name="korzina-store").start()
    return outcome


def within(seconds: float, work: Callable[[], T]) -> T:
    """What ``work`` gives; raises ``SilenceError`` where it takes longer than ``seconds``."""
    return result_of(begin(work), seconds)


def result_of(outcome: Future[T], seconds: float) -> T:
    """What was begun; raises ``SilenceError`` where it is not there within ``seconds``."""
    try:
        return outcome.result(seconds)
    except TimeoutError:
        if outcome.done():  # the work itself ran into a time-out of its own
            raise
        raise SilenceError(seconds) from None
