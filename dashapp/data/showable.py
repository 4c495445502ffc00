"""Making runs of very many customers showable, beside the requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from pipeline.errors import KorzinaError

_AGAIN = 60.0  # seconds after which what failed is tried again
_log = logging.getLogger(__name__)


class Preparing:
    """One run after the other, each in a thread that ends with it; what is asked for twice is made once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._failed: dict[str, tuple[float, KorzinaError]] = {}

    def begin(self, run_id: str, prepare: Callable[[str], None], error: KorzinaError) -> KorzinaError:
        """See that the run is being prepared; what a reader is told meanwhile: ``error``, or why it failed."""
        with self._lock:
            when, failure = self._failed.get(run_id, (float("-inf"), error))
            if run_id not in self._busy and time.monotonic() - when > _AGAIN:
                self._busy.add(run_id)
                threading.Thread(
                    target=self._prepare, args=(run_id, prepare), daemon=True, name="korzina-preparing"
                ).start()
            return failure

    def _prepare(self, run_id: str, prepare: Callable[[str], None]) -> None:
        try:
            prepare(run_id)
            self._failed.pop(run_id, None)
        except KorzinaError as error:
            _log.warning("run %s cannot be prepared: %s", run_id, error)
            self._failed[run_id] = time.monotonic(), error
        finally:
            with self._lock:
                self._busy.discard(run_id)
