"""A store that answers in time: a page is not to wait for a database that is frozen, or for a slow one.

Each question runs in a thread of its own. Where it takes longer than a reader is to wait, it goes on, and its answer is
there for whoever asks next; meanwhile others are told at once that the store does not answer, and no second thread
waits for the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from flask import g, has_request_context

from dashapp.readable import ReadableStore
from pipeline.contract import Annotation, Champion, Dataset, Message, Placement, Promotion, RunSummary, Segmentation
from pipeline.errors import KorzinaError, UnreadableError

_PATIENCE = 2.0  # seconds of the three in which a request is to be answered
APART = 15.0  # seconds for what no reader waits for
_LEAST = 0.05
_SILENT = 3.0  # after a silence nobody else waits for so long
_ABANDONED = 30.0  # a thread that has waited longer is left to its fate, and another may be sent
_LATE = 30.0  # so old may an answer be that came too late for whoever asked


@dataclass
class _Flight:
    """A question on its way."""

    started: float
    limit: float
    outcome: Future[Any] = field(default_factory=Future)
    ended: float = float("inf")

    def is_overdue(self, now: float) -> bool:
        return not self.outcome.done() and self.started + self.limit < now < self.started + _ABANDONED


class PunctualStore:
    """A store that is opened when it is first asked, and that raises ``UnreadableError`` rather than be late."""

    def __init__(self, open_store: Callable[[], ReadableStore], *, files_at_hand: bool = False) -> None:
        """``files_at_hand``: a run lies on this machine, and reading a large one is not waiting for a server."""
        self._open, self._files_at_hand = open_store, files_at_hand
        self._store: ReadableStore | None = None
        self._opening, self._asking = threading.Lock(), threading.Lock()
        self._flights: dict[Hashable, _Flight] = {}
        self._silence: KorzinaError | None = None
        self._silent_until = float("-inf")

    def runs(self, experiment: str | None = None) -> tuple[RunSummary, ...]:
        """See ``ReadableStore``."""
        answer: tuple[RunSummary, ...] = self._ask("runs", experiment)
        return answer

    def load(self, run_id: str) -> Segmentation:
        """See ``ReadableStore``."""
        answer: Segmentation = self._ask("load", run_id, patience=APART if self._files_at_hand else None)
        return answer

    def prepare_run(self, run_id: str) -> None:
        """See ``ReadableStore``; nobody waits for it, so no clock cuts it off."""
        self._opened().prepare_run(run_id)

    def champions(self) -> tuple[Champion, ...]:
        """See ``ReadableStore``."""
        answer: tuple[Champion, ...] = self._ask("champions")
        return answer

    def placement(self, run_id: str) -> Placement:
        """See ``ReadableStore``."""
        answer: Placement = self._ask("placement", run_id)
        return answer

    def about(self, run_id: str) -> tuple[Dataset, str]:
        """See ``ReadableStore``."""
        answer: tuple[Dataset, str] = self._ask("about", run_id)
        return answer

    def history(self, experiment: str) -> tuple[Promotion, ...]:
        """See ``ReadableStore``."""
        answer: tuple[Promotion, ...] = self._ask("history", experiment)
        return answer

    def annotations(self, experiment: str | None = None) -> tuple[Annotation, ...]:
        """See ``ReadableStore``."""
        answer: tuple[Annotation, ...] = self._ask("annotations", experiment)
        return answer

    def purged(self) -> str:
        """See ``ReadableStore``."""
        answer: str = self._ask("purged")
        return answer

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        """See ``ReadableStore``."""
        return self._writable().promote(run_id, reason=reason, who=who)

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """See ``ReadableStore``."""
        return self._writable().rollback(experiment, reason=reason, who=who)

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        """See ``ReadableStore``."""
        return self._writable().annotate(run_id, key, who=who, name=name, note=note)

    # ------------------------------------------------------------------ within

    def _writable(self) -> ReadableStore:
        """The store itself, which has just answered: what it is told now is not cut off by a clock."""
        self.champions()
        return self._opened()

    def _ask(self, name: str, *arguments: Hashable, patience: float | None = None) -> Any:
        limit = seconds_left() if patience is None else patience
        flight = self._flight((name, *arguments), lambda: getattr(self._opened(), name)(*arguments), limit)
        try:
            return flight.outcome.result(limit)
        except TimeoutError:
            if flight.outcome.done():
                raise
            raise self._be_silent(late(limit)) from None
        except UnreadableError as error:
            if time.monotonic() - flight.started > 1:  # a fault that takes long to be seen is not looked for each time
                self._be_silent(error)
            raise

    def _flight(self, key: Hashable, ask: Callable[[], Any], limit: float) -> _Flight:
        """The question on its way; raises ``UnreadableError`` at once where the store is known not to answer."""
        now = time.monotonic()
        with self._asking:
            self._flights = {name: flight for name, flight in self._flights.items() if not _is_past(flight, now)}
            flight = self._flights.get(key)
            if flight is not None and flight.outcome.done():
                return self._flights.pop(key)  # it came late
            if now < self._silent_until and self._silence is not None:
                raise self._silence
            if any(other.is_overdue(now) for other in self._flights.values()):
                raise self._silence or late(limit)
            if flight is None:
                flight = self._flights[key] = _Flight(now, limit)
                threading.Thread(target=self._fly, args=(key, flight, ask), daemon=True, name="korzina-ask").start()
            return flight

    def _fly(self, key: Hashable, flight: _Flight, ask: Callable[[], Any]) -> None:
        try:
            flight.outcome.set_result(ask())
        except BaseException as error:  # whoever asked is told
            flight.outcome.set_exception(error)
        flight.ended = time.monotonic()
        with self._asking:
            in_time = flight.ended <= flight.started + flight.limit
            if self._flights.get(key) is flight and (in_time or flight.outcome.exception()):
                del self._flights[key]
            if flight.outcome.exception() is None:
                self._silent_until = float("-inf")  # it answers

    def _be_silent(self, error: KorzinaError) -> KorzinaError:
        with self._asking:
            self._silence, self._silent_until = error, time.monotonic() + _SILENT
        return error

    def _opened(self) -> ReadableStore:
        with self._opening:
            if self._store is None:
                self._store = self._open()
            return self._store


def _is_past(flight: _Flight, now: float) -> bool:
    """Whether nobody needs the flight any more: its answer is old, or it is abandoned."""
    return flight.ended + _LATE < now or (not flight.outcome.done() and flight.started + _ABANDONED < now)


def seconds_left() -> float:
    """Seconds that whoever asks has left: a request was begun, and may have asked before."""
    if not has_request_context():
        return APART
    started = g.get("started")
    return _PATIENCE if started is None else max(_PATIENCE - (time.perf_counter() - started), _LEAST)


def late(limit: float) -> UnreadableError:
    """What whoever waited so many seconds is told."""
    return UnreadableError.because(
        Message.of("the store has not answered within {seconds} seconds", seconds=f"{max(limit, 1):.0f}"),
        remedy=Message.of("wait until the store answers again; nothing here needs a restart"),
    )
