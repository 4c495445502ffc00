"""Keeping what a store holds: the list of its runs, and the files of its champions, for every process that asks."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.contract import Artifacts, Message
from pipeline.errors import KorzinaError, StoreError, UnreadableError
from pipeline.settings import Settings
from pipeline.store import artifacts, run_reader
from pipeline.store.last_good import kept_index
from pipeline.store.last_good.kept_index import Listing
from pipeline.store.last_good.kept_store import KeptStore
from pipeline.store.mlflow_store import Store
from pipeline.store.tracking.index import RunRow

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_FILE = "last-good"  # in the cache of the store


class LastGood:
    """One store's last good state in its cache, below the home folder.

    Processes share it without a lock: each file is replaced whole, and says by its checksum whether it is.
    """

    def __init__(self, settings: Settings, most: int | None = None) -> None:
        """``most``: runs of more customers are given back by their sample, as ``Store`` does."""
        self._settings, self._most = settings, most
        self._file = artifacts.cache_of(settings) / _FILE
        self._whole: set[str] = set()  # runs whose copy was checked by this process
        self._read: tuple[tuple[int, int], KeptStore] | None = None

    def keep(self) -> None:
        """Ask the store, and keep what it holds; raises ``StoreError`` where it does not answer or nothing can be kept.

        The list is replaced after the files that it needs are there, and before those that it no longer needs go.
        """
        store = Store.open(self._settings)
        runs, models = store.rows()
        now = Listing(time.time(), runs, models)
        needed = [
            row for champion in run_reader.champions(models, now) for row in run_reader.find(now, champion.run_id)
        ]
        try:
            artifacts.drop_outdated(self._settings, store.purged())
            for row in needed:
                self._copy(store, row)
            kept_index.write(self._file, now)
        except OSError as error:
            raise StoreError.because(
                Message.of("{file} cannot be written ({why})", file=str(self._file), why=str(error.strerror)),
                remedy=Message.of("give this user the right to write there, or free some disk space"),
            ) from error
        self._clean({row.run_id for row in needed}, runs)

    def read(self) -> KeptStore:
        """The store as it was last kept; raises ``UnreadableError`` where nothing was kept, or it is damaged."""
        with suppress(OSError):  # what there is no file of is told by reading it
            stat = self._file.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, KeptStore(self._settings, kept_index.read(self._file), self._most)
            return self._read[1]
        return KeptStore(self._settings, kept_index.read(self._file), self._most)

    def _copy(self, store: Store, row: RunRow) -> None:
        """Put the run's files into the cache unless they are there, the same and whole; what is damaged is not taken.

        A run is rewritten where people are removed from it: its manifest tells.
        """
        target = self._file.parent / row.run_id
        folder = store.folder(row)
        if row.run_id in self._whole and _manifest(target) is not None and _manifest(folder) == _manifest(target):
            return
        with suppress(UnreadableError):
            if folder != target and (_manifest(folder) != _manifest(target) or not _is_whole(row, target)):
                artifacts.RunFiles(row.run_id, folder).copy_to(target)
        if _is_whole(row, target):
            self._whole.add(row.run_id)

    def _clean(self, needed: set[str], runs: Sequence[RunRow]) -> None:
        """Remove copies of runs that are gone, or that lie on this machine anyway and are no champions any more."""
        fetched = {row.run_id for row in runs if artifacts.local_folder(row, self._settings) is None}
        for copy in self._file.parent.iterdir():
            if _RUN_ID.fullmatch(copy.name) and copy.name not in needed | fetched:
                shutil.rmtree(copy, ignore_errors=True)  # another process may be at it too
                self._whole.discard(copy.name)


def _is_whole(row: RunRow, folder: Path) -> bool:
    try:
        artifacts.RunFiles(row.run_id, folder).check_all()
    except KorzinaError:
        return False
    return True


def _manifest(folder: Path) -> bytes | None:
    with suppress(OSError):
        return (folder / Artifacts.MANIFEST).read_bytes()
    return None
