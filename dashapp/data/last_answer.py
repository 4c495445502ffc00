"""What the store held when it last answered: kept on disk beside the requests, and given back when it is needed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from dashapp.readable import ReadableStore
from pipeline.contract import Champion
from pipeline.errors import KorzinaError

_KEPT_SECONDS = 60.0  # after which what is unchanged is kept anew, with its new time
_log = logging.getLogger(__name__)


class SeenStore(ReadableStore, Protocol):
    """A store as it was at ``seen``, seconds since the epoch."""

    seen: float


class KeepsLastGood(Protocol):
    """What ``pipeline.store.LastGood`` does."""

    def keep(self) -> None:
        """Ask the store, and keep what it holds; raises ``StoreError``."""

    def read(self) -> SeenStore:
        """The store as it was last kept; raises ``UnreadableError``."""


class Keeping:
    """Keeps in a thread of its own, at most once a minute while the champions are the same; made on first use."""

    def __init__(self, make: Callable[[], KeepsLastGood] | None = None) -> None:
        """Without ``make`` nothing is kept and there is nothing to give back."""
        self._make = make
        self._made: KeepsLastGood | None = None
        self._champions: tuple[Champion, ...] | None = None
        self._when = float("-inf")
        self._busy = threading.Lock()
        self._complaint = ""

    @property
    def seen(self) -> float:
        """When what would be given back was seen; 0 where there is nothing."""
        return self.champions()[1]

    def note(self, champions: tuple[Champion, ...]) -> None:
        """The store answers, and these are its champions; returns at once."""
        is_fresh = champions == self._champions and time.monotonic() - self._when < _KEPT_SECONDS
        if self._make is None or is_fresh or not self._busy.acquire(blocking=False):
            return
        self._champions, self._when = champions, time.monotonic()
        threading.Thread(target=self._keep, daemon=True, name="korzina-keeping").start()

    def store(self) -> SeenStore | None:
        """The store as it was last kept; None where nothing was."""
        try:
            return self._last_good().read() if self._make else None
        except KorzinaError as error:
            self._complain(error)
            return None

    def champions(self) -> tuple[tuple[Champion, ...], float]:
        """The champions as they were last kept, and when; none, and 0, where nothing was."""
        kept = self.store()
        if kept is None:
            return (), 0.0
        try:
            return kept.champions(), kept.seen
        except KorzinaError as error:
            self._complain(error)
            return (), 0.0

    def _keep(self) -> None:
        try:
            self._last_good().keep()
        except KorzinaError as error:
            self._complain(error)
        finally:
            self._busy.release()

    def _last_good(self) -> KeepsLastGood:
        if self._made is None:
            assert self._make is not None  # noqa: S101 (for the type checker; the callers looked)
            self._made = self._make()
        return self._made

    def _complain(self, error: KorzinaError) -> None:
        """Once for each fault: this is asked for every few seconds."""
        if str(error) != self._complaint:
            self._complaint = str(error)
            _log.warning("no last good segmentation: %s", error)
