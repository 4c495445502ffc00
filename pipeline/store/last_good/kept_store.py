"""A store that answers from what was kept of it; it takes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from pipeline.contract import Artifacts, Message
from pipeline.errors import UnreadableError
from pipeline.settings import Settings
from pipeline.store import artifacts
from pipeline.store.last_good.kept_index import Listing
from pipeline.store.mlflow_store import Store
from pipeline.store.tracking.index import RunRow


class KeptStore(Store):
    """The reading side of a store as it was at ``seen`` (seconds since the epoch), without asking it.

    Files come from the copies in the cache, else from where the run lies on this machine; they are checked as ever.
    """

    def __init__(self, settings: Settings, listing: Listing, most: int | None = None) -> None:
        super().__init__(settings, most)
        self.seen = listing.seen
        self._index = listing

    def folder(self, row: RunRow) -> Path:
        """The copy of a run, else its own folder; raises ``UnreadableError`` where it is on another machine alone."""
        copy = artifacts.cache_of(self._settings) / row.run_id
        if (copy / Artifacts.MANIFEST).is_file():
            return copy
        folder = artifacts.local_folder(row, self._settings)
        if folder is None:
            raise UnreadableError.because(
                Message.of("no copy of run {run} is on this machine, and its store does not answer", run=row.run_id),
                remedy=Message.of("wait until the store answers again; nothing here needs a restart"),
            )
        return folder

    def _check_writable(self) -> NoReturn:
        raise UnreadableError.because(
            Message.of("the store does not answer, and nothing can be changed"),
            remedy=Message.of("wait until the store answers again; nothing here needs a restart"),
        )
