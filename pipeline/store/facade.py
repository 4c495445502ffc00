"""``Store``: all that the rest of Korzina knows of MLflow."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contract import Champion, RunSummary, SavedSweep, Segmentation, SweepRecord
from pipeline.settings import Settings
from pipeline.store import artifacts, preflight, reader
from pipeline.store.index import Index, RunRow, SqliteIndex
from pipeline.store.names import check_experiment

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Store:
    """One MLflow store. Reading a SQLite store never imports MLflow; writing does, when it first happens."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = settings.database_file

    @classmethod
    def open(cls, settings: Settings, *, create: bool = False) -> Store:
        """The store that ``settings`` names.

        With ``create`` a missing SQLite store is made (about a second and a half, once); without it a mistyped path
        is an error and never a new, empty store.

        Raises
        ------
        StoreError
            Within a second for a SQLite store: missing, locked, damaged, a folder, another schema, not writable.

        """
        store = cls(settings)
        if store._file is None:
            _ = store._index.models("")  # asks the server once
        elif create:
            if not preflight.exists(store._file):
                from pipeline.store.client import create_store

                create_store(store._file)
            preflight.check(store._file, write=True)
        else:
            preflight.check(store._file)
        return store

    def save(self, record: SweepRecord, *, experiment: str, progress: Callable[[str], None] | None = None
             ) -> SavedSweep:
        """Save a whole sweep as one parent run with a nested run for each k; visible only when all of it is there.

        ``progress`` is called with a few words after each run. Raises ``StoreError``, ``UsageError`` for a name
        that MLflow cannot take.
        """
        check_experiment(experiment)
        self._check_writable()
        from pipeline.store.client import translated
        from pipeline.store.writer import Writer

        with translated(self._settings):
            return Writer(self._client, self._settings).save(
                record, experiment=experiment, progress=progress or (lambda _: None))

    def runs(self, experiment: str | None = None) -> tuple[RunSummary, ...]:
        """Completed candidate runs, newest sweep first, then by k."""
        return reader.summaries(self._index.runs(experiment=experiment), self.champions())

    def load(self, run_id: str) -> Segmentation:
        """One completed run with its sweep, read from Parquet and JSON alone and checked.

        ``run_id`` may be the start of an id, six digits at least. Raises ``StoreError``.
        """
        row, parent = reader.find(self._index, run_id)
        return reader.load(row, parent, self._folder)

    def champion(self, experiment: str) -> Champion | None:
        """The promoted run of ``experiment``; None where nothing (that still exists) was promoted."""
        return next(iter(reader.champions(self._index.models(experiment), self._index)), None)

    def champions(self) -> tuple[Champion, ...]:
        """The champion of every experiment that has one, newest promotion first."""
        return reader.champions(self._index.models(), self._index)

    @cached_property
    def _client(self) -> MlflowClient:
        from pipeline.store.client import make_client

        return make_client(self._settings)

    @cached_property
    def _index(self) -> Index:
        if self._file is not None:
            return SqliteIndex(self._file)
        from pipeline.store.client_index import ClientIndex

        return ClientIndex(self._client, self._settings)

    def _check_writable(self) -> None:
        if self._file is not None:
            preflight.check(self._file, write=True)

    def _folder(self, row: RunRow) -> Path:
        folder = artifacts.local_folder(row, self._settings)
        if folder is not None:
            return folder
        from pipeline.store.client import translated

        with translated(self._settings):
            return artifacts.download(row, self._settings, self._client)

