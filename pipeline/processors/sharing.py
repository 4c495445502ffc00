"""Tasks that two processes share: whoever is free takes the next one, and the results do not depend on who."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import RLock
from typing import Any, Generic, TypeVar

from pipeline.processors.parallel import Helper

R = TypeVar("R")


class SharedTasks(Generic[R]):
    """Tasks that the helper works through, one after the other, until whoever gave them takes part.

    ``function`` and its arguments must be picklable, and each result must depend on its own arguments alone.
    """

    def __init__(self, function: Callable[..., R], arguments: Sequence[tuple[Any, ...]], helper: Helper | None) -> None:
        self._function, self._arguments, self._helper = function, arguments, helper
        self._waiting = deque(range(len(arguments)))
        self._away: dict[int, Future[R]] = {}
        self._lock = RLock()  # the next task is handed over by the thread that hears of the last one's end

    def begin(self) -> SharedTasks[R]:
        """Let the helper start as soon as it has nothing else to do, while this process does something else."""
        if self._helper is not None:
            self._helper.then(self._go_on)
        return self

    def results(self, tick: Callable[[float], None] | None = None) -> list[R]:
        """``[function(*one) for one in arguments]``, this process taking part. Errors of either side are raised."""
        done: dict[int, R] = {}
        try:
            while (place := self._next()) is not None:
                done[place] = self._function(*self._arguments[place])
                if tick:
                    tick((len(done) + len(self._away)) / len(self._arguments))
            done |= {place: future.result() for place, future in self._away.items()}
        finally:
            self._waiting.clear()
        return [done[place] for place in range(len(self._arguments))]

    def _next(self) -> int | None:
        """The task that this process takes; before that the helper gets one, if it has none and there are two."""
        if self._helper is not None and len(self._waiting) > 1 and self._helper.idle():
            self._hand_over()
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _hand_over(self) -> None:
        with self._lock:
            if self._helper is None or not self._waiting:
                return
            place = self._waiting[0]
            future = self._away[place] = self._helper.submit(self._function, *self._arguments[place])
            self._waiting.popleft()
        future.add_done_callback(self._ended)

    def _ended(self, future: Future[R]) -> None:
        if not future.cancelled() and future.exception() is None:
            self._go_on()

    def _go_on(self) -> None:
        with suppress(RuntimeError):  # the helper has been stopped, or was killed, which whoever waits for it hears
            self._hand_over()


def share(
    function: Callable[..., R],
    arguments: Sequence[tuple[Any, ...]],
    helper: Helper | None,
    tick: Callable[[float], None] | None = None,
) -> list[R]:
    """``[function(*one) for one in arguments]``, with the helper taking a task whenever it is idle; ``SharedTasks``."""
    return SharedTasks(function, arguments, helper).results(tick)
