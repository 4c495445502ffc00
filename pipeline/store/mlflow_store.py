"""``Store``: all that the rest of Korzina knows of MLflow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contract import (
    Annotation,
    Champion,
    Dataset,
    Placement,
    Promotion,
    RunSummary,
    SavedSweep,
    Segment,
    Segmentation,
    SweepRecord,
    given_names,
    with_names,
)
from pipeline.errors import StoreError
from pipeline.processors import own_folder
from pipeline.settings import Settings
from pipeline.store import artifacts, checked_notes, entrance, run_reader
from pipeline.store.beyond import StandIn, SweepRuns, prepare, stand_in
from pipeline.store.erasing import Eraser
from pipeline.store.moves import history, written
from pipeline.store.store_faults import Fault
from pipeline.store.tracking import preflight
from pipeline.store.tracking.index import Index, ModelRow, RunRow, SqliteIndex
from pipeline.store.tracking.relocate import refuse_moved, relocate
from pipeline.store.tracking.tag_names import check_experiment

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from pipeline.store.registry import Registry


class Store:
    """One MLflow store. Reading a SQLite store never imports MLflow; writing does, when it first happens."""

    def __init__(self, settings: Settings, most: int | None = None) -> None:
        self._settings, self._most = settings, most
        self._file = settings.database_file

    @classmethod
    def open(cls, settings: Settings, *, create: bool = False, most: int | None = None) -> Store:
        """The store that ``settings`` names; it loads runs of more than ``most`` customers by their sample.

        With ``create`` a missing SQLite store is made, once; without it a mistyped path
        is an error and never a new, empty store.

        Raises
        ------
        StoreError
            Within two seconds (to write: four) for a SQLite store: missing, locked, damaged, a folder, another schema.
            Within four for a server or another database: down, frozen, without a store, another schema.

        """
        store = cls(settings, most)
        if store._file is None:
            from pipeline.store.tracking import remote

            if not remote.check(settings, create=create):
                with remote.only_one(settings):
                    _ = store._index.models("")  # which makes the tables, or finds them made meanwhile
        elif create:
            if not preflight.exists(store._file):
                from pipeline.store.tracking.creation import create_store

                create_store(store._file)
            preflight.check(store._file, write=True)
        else:
            preflight.check(store._file)
        return store

    def save(
        self, record: SweepRecord, *, experiment: str, progress: Callable[[str], None] | None = None
    ) -> SavedSweep:
        """Save a whole sweep as one parent run with a nested run for each k; visible only when all of it is there.

        ``progress`` is called with a few words after each run. Raises ``StoreError``, ``UsageError`` for a name
        that MLflow cannot take.
        """
        check_experiment(experiment)
        self._check_writable()
        if self._file is not None and self._is_known:
            relocate(self._file, self._settings.artifacts, experiment)
        elif self._file is not None:
            present = self._client.get_experiment_by_name(experiment)
            refuse_moved(present.artifact_location if present else None, self._settings.artifacts, experiment)
        from pipeline.store.writer import Writer

        with self._translated():
            return Writer(self._client, self._settings).save(
                record, experiment=experiment, progress=progress or (lambda _: None)
            )

    def close_unfinished(self, experiment: str) -> None:
        """Mark as failed what stopped trainings of this machine left open, as the next save would."""
        from pipeline.store.tracking.writers import close_dead_runs

        with self._translated():
            present = self._client.get_experiment_by_name(experiment)
            if present is not None:
                close_dead_runs(self._client, present.experiment_id)

    def runs(self, experiment: str | None = None) -> tuple[RunSummary, ...]:
        """Completed candidate runs, newest sweep first, then by k."""
        return run_reader.summaries(self._index.runs(experiment=experiment), self.champions())

    def load(self, run_id: str) -> Segmentation:
        """One completed run with its sweep, from Parquet and JSON alone, checked, its segments as people named them.

        ``run_id`` may be the start of an id, six digits at least. Raises ``StoreError`` (``UnpreparedError``: prepare).
        """
        row, parent = run_reader.find(self._index, run_id)
        return run_reader.called(run_reader.load(row, parent, self.folder, self._stand_in), self._names(row.experiment))

    def prepare_run(self, run_id: str) -> None:
        """Make what stands in for the customers of a run, on this machine; takes a while. Raises ``StoreError``."""
        row, parent = run_reader.find(self._index, run_id)
        prepare(SweepRuns.of(row, parent, self._index), self.folder, self._settings, self._most)

    def about(self, run_id: str) -> tuple[Dataset, str]:
        """What data one completed run is of, with the text of their spec; reads no table. Raises ``StoreError``."""
        _row, parent = run_reader.find(self._index, run_id)
        return run_reader.about(parent, self.folder)

    def placement(self, run_id: str) -> Placement:
        """Who is where in one completed run: a hundredth of what ``load`` reads. Raises ``StoreError``."""
        row, _parent = run_reader.find(self._index, run_id)
        placement = run_reader.placement(row, self.folder)
        return replace(placement, cards=with_names(placement.cards, row.run_id, self._names(row.experiment)))

    def annotations(self, experiment: str | None = None) -> tuple[Annotation, ...]:
        """Names and notes of segments, oldest first; rows are only ever added."""
        return tuple(annotation for model in self._index.models(experiment) for annotation in written(model))

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        """Give a segment a name (empty: its generated one again), a note, or both; they stay with it when it returns.

        Raises ``StoreError`` for an unknown run or segment, ``UsageError`` for a name or note that cannot be used.
        """
        row, _parent = run_reader.find(self._index, run_id)
        cards = with_names(run_reader.cards(row, self.folder), row.run_id, self._names(row.experiment))
        entry = checked_notes.entry(row.run_id, cards, key, who=who, name=name, note=note)
        with self._registry() as registry:
            return registry.annotate(row.experiment, entry)

    def champion(self, experiment: str) -> Champion | None:
        """The promoted run of ``experiment``; None where nothing (that still exists) was promoted."""
        return next(iter(run_reader.champions(self._index.models(experiment), self._index)), None)

    def champions(self) -> tuple[Champion, ...]:
        """The champion of every experiment that has one, newest promotion first."""
        return run_reader.champions(self._index.models(), self._index)

    def history(self, experiment: str) -> tuple[Promotion, ...]:
        """Every move of an experiment's champion, oldest first; rows are only ever added."""
        return tuple(move for model in self._index.models(experiment) for move in history(model))

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        """Make a completed run the champion of its experiment, once its files have proved whole.

        Promoting the champion again changes nothing. Raises ``StoreError`` for an unknown, incomplete or damaged run.
        """
        row, parent = run_reader.find(self._index, run_id)
        for run in (row, parent):
            artifacts.RunFiles(run.run_id, self.folder(run)).check_all()
        with self._registry() as registry:
            return registry.promote(row, reason=reason, who=who)

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """Go back to the champion before the present one; again for the one before that."""
        with self._registry() as registry:
            return registry.rollback(experiment, reason=reason, who=who)

    def pages(self, experiment: str = "") -> str:
        """What follows the address of MLflow's pages to open the runs of ``experiment``.

        Left out: of the newest champion's, else of the newest sweep's; empty where there is nothing to open.
        """
        newest = self.champions()[:1] or self.runs()[:1]
        name = experiment or (newest[0].experiment if newest else "")
        row = self._index.experiment(name) if name else None
        return entrance.runs_path(row.experiment_id, row.tags) if row is not None else ""

    def attached(self, run_id: str, name: str) -> bool:
        """Whether a completed run has a file called ``name`` at its top. Raises ``StoreError``."""
        row, _parent = run_reader.find(self._index, run_id)
        folder = artifacts.local_folder(row, self._settings)
        if folder is not None:
            return (folder / name).is_file()
        with self._translated():
            return name in (artifact.path for artifact in self._client.list_artifacts(row.run_id))

    def attach(self, run_id: str, name: str, content: bytes) -> None:
        """Put a file beside a completed run's own, which its manifest does not know. Raises ``StoreError``."""
        row, _parent = run_reader.find(self._index, run_id)
        folder = artifacts.local_folder(row, self._settings)
        if folder is not None:
            artifacts.attach(folder, name, content)  # as MLflow itself keeps local files, without seconds of imports
            return
        with self._translated(), own_folder() as draft:
            (draft / name).write_bytes(content)
            self._client.log_artifact(row.run_id, str(draft / name))

    def examine(self) -> tuple[Fault, ...]:
        """What is wrong in the store: reads every file of every completed run. Raises ``StoreError``."""
        from pipeline.store.examination import examine

        with self._translated():
            return examine(self._client, self._index, self._settings)

    def mend(self, faults: tuple[Fault, ...]) -> tuple[str, ...]:
        """Mend what can be mended without losing anything; says what was done. Raises ``StoreError``."""
        self._check_writable()
        from pipeline.store.examination import mend

        with self._translated():
            return mend(self._client, self._settings, faults)

    @contextmanager
    def erasing(self) -> Iterator[Eraser]:
        """What a purge works with; nobody promotes or writes a name meanwhile. Raises ``StoreError``."""
        with self._alone(), Eraser.of(self._settings, self._client) as eraser:
            yield eraser

    def purged(self) -> str:
        """Changes whenever rows were removed from completed runs, which else never change. Raises ``StoreError``."""
        return self._index.purged()

    def prepare(self) -> None:
        """Import what saving needs, seconds of imports, in a thread while something else computes."""
        from pipeline.store import writer  # noqa: F401

        _ = self._client

    def _stand_in(self, row: RunRow, sweep: artifacts.RunFiles, own: artifacts.RunFiles) -> StandIn | None:
        return stand_in(row, sweep, own, self._settings, self._most)

    @contextmanager
    def _registry(self) -> Iterator[Registry]:
        """The registry, held by one process at a time where the store is a local file or in PostgreSQL."""
        with self._alone():
            from pipeline.store.registry import Registry

            yield Registry(self._client, self._index, remote=self._settings.store_uri.startswith("http"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else moves champions, writes names or removes rows: in a local file, or in PostgreSQL."""
        self._check_writable()
        from pipeline.store.tracking import remote

        with preflight.locked(self._file) if self._file else remote.alone(self._settings), self._translated():
            yield

    def _translated(self) -> AbstractContextManager[None]:
        """What goes wrong with MLflow meanwhile is a ``StoreError``."""
        from pipeline.store.tracking.client import translated

        return translated(self._settings)

    @cached_property
    def _client(self) -> MlflowClient:
        from pipeline.store.tracking.client import make_client

        return make_client(self._settings)

    @cached_property
    def _index(self) -> Index:
        if self._file is not None and self._is_known:
            return SqliteIndex(self._file)
        from pipeline.store.tracking.client_index import ClientIndex

        return ClientIndex(self._client, self._settings)

    @cached_property
    def _is_known(self) -> bool:
        """Whether the SQLite file has tables that we may read and mend by ourselves; said once where not."""
        assert self._file is not None  # noqa: S101 (for the type checker; the caller looked)
        schema = preflight.schema_of(self._file)
        if schema not in preflight.KNOWN_SCHEMAS:
            preflight.say_unknown(schema)
        return schema in preflight.KNOWN_SCHEMAS

    def _names(self, experiment: str) -> Mapping[Segment, str]:
        """Given names; a damaged entry costs the names and not the run."""
        try:
            return given_names(self.annotations(experiment))
        except StoreError as error:
            logging.getLogger(__name__).warning("segments keep their generated names: %s", error)
            return {}

    def _check_writable(self) -> None:
        if self._file is not None:
            preflight.check(self._file, write=True)

    def rows(self) -> tuple[list[RunRow], list[ModelRow]]:
        """Every completed run and registered model as the database lists them; raises ``StoreError``."""
        return self._index.runs(), self._index.models()

    def folder(self, row: RunRow) -> Path:
        """Where the files of a run can be read, fetched there where they are not on this machine."""
        folder = artifacts.local_folder(row, self._settings)
        if folder is not None:
            return folder
        with self._translated():
            artifacts.drop_outdated(self._settings, self.purged())
            return artifacts.download(row, self._settings, self._client)
