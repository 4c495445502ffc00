"""One helper process beside this one: whoever is free takes the next task, and the result does not depend on who.

MLflow's import and the store's creation take seconds of pure Python, and so do resampling and drawing; two processes
share them where two threads would wait for each other. Loky (joblib's executor) needs no guard in the caller's script.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, ParamSpec, Protocol, TypeVar

R = TypeVar("R")
P = ParamSpec("P")
Task = Callable[[], R]


class Helper(Protocol):
    """Somebody who may take tasks."""

    def idle(self) -> bool:
        """Whether a task submitted now would start now."""
        ...

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run ``function`` elsewhere."""
        ...


class ProcessHelper:
    """A helper in a process of its own."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self._last: Future[Any] | None = None

    def idle(self) -> bool:
        """Whether the last task is done."""
        return self._last is None or self._last.done()

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Queue ``function`` behind what was submitted before."""
        future: Future[R] = self._executor.submit(function, *args, **kwargs)
        self._last = future
        return future


@contextmanager
def process_helper() -> Iterator[Helper]:
    """A helper process for the length of the block; it is stopped at the end, whatever happens."""
    from joblib.externals.loky import ProcessPoolExecutor

    executor = ProcessPoolExecutor(max_workers=1)
    try:
        _start(executor)
        yield ProcessHelper(executor)
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _start(executor: Any) -> None:
    """Start the process with Ctrl-C blocked: a terminal sends that to all, and the caller stops this one."""
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # Python would start it in between, and unblock Ctrl-C after that
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        executor.submit(int)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def share(
    function: Callable[..., R],
    arguments: Sequence[tuple[Any, ...]],
    helper: Helper | None,
    tick: Callable[[float], None] | None = None,
) -> list[R]:
    """``[function(*one) for one in arguments]``, with the helper taking a task whenever it is idle.

    ``function`` and its arguments must be picklable. Errors of either side are raised here.
    """
    waiting = deque(range(len(arguments)))
    done: dict[int, R] = {}
    away: dict[int, Future[R]] = {}
    while waiting:
        if helper is not None and helper.idle() and len(waiting) > 1:
            place = waiting.popleft()
            away[place] = helper.submit(function, *arguments[place])
        place = waiting.popleft()
        done[place] = function(*arguments[place])
        if tick:
            tick((len(done) + len(away)) / len(arguments))
    done |= {place: future.result() for place, future in away.items()}
    return [done[place] for place in range(len(arguments))]
