"""What a purge may do to a store: see every run, change the files of one, remove runs, take words out of texts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.store.artifacts import RunFiles, attach, folder_below
from pipeline.store.erasing import folders
from pipeline.store.erasing.stored_run import StoredRun
from pipeline.store.tracking.tag_names import NOTE_OF_PURGE, PURGED
from pipeline.store.tracking.writers import is_dead

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from pipeline.store.erasing.mlflow_tables import MlflowTables

_LEFT_OPEN = 24 * 3600.0  # seconds after which a run of another machine counts as left


class Eraser:
    """Works on one store, which nobody promotes or purges in meanwhile; made by ``Store.erasing``."""

    def __init__(self, settings: Settings, client: MlflowClient, tables: MlflowTables) -> None:
        self._settings, self._client, self._tables = settings, client, tables
        self._root = Path(settings.artifacts)

    @classmethod
    @contextmanager
    def of(cls, settings: Settings, client: MlflowClient) -> Iterator[Eraser]:
        """The eraser of a store whose database and files can be reached from here; raises ``StoreError``."""
        if settings.store_uri.startswith("http") or "://" in settings.artifacts:
            raise StoreError.because(
                "rows can be removed for good only where the database and the files of the store are",
                found=f"{urlsplit(settings.store_uri).scheme} and {settings.artifacts or 'files behind a server'}",
                remedy="run this on the machine of the tracking server, with KORZINA_TRACKING_URI as its database's "
                "address and KORZINA_ARTIFACT_ROOT as the folder of its artifacts",
            )
        from pipeline.store.erasing.mlflow_tables import opened  # late: SQLAlchemy is of no use to reading

        with opened(settings.store_uri) as tables:
            yield cls(settings, client, tables)

    def runs(self) -> tuple[StoredRun, ...]:
        """Every run, deleted and unfinished ones too, the oldest first."""
        return self._tables.runs()

    def is_open(self, run: StoredRun) -> bool:
        """Whether a training writes it at this moment."""
        return bool(run.writer) and not is_dead(run.writer) and time.time() - run.started < _LEFT_OPEN

    def files(self, run: StoredRun) -> RunFiles:
        """The checked files of a completed run; mends what a killed purge left. Raises ``StoreError``."""
        folder = self._folder(run)
        folders.recover(folder)
        return RunFiles(run.run_id, folder)

    def change(self, run: StoredRun, how: Callable[[RunFiles, Path], None]) -> None:
        """Let ``how`` write a copy of the run's files, which then takes their place; raises ``StoreError``."""
        folders.exchange(run.run_id, self._folder(run), how)

    def change_models(self, run: StoredRun, how: Callable[[Path], None]) -> None:
        """Let ``how`` change the files of the models that a run logged."""
        for _model, address in self._tables.models([run.run_id]):
            folder = self._model_folder(address)
            if folder.is_dir():
                how(folder)

    def note(self, run: StoredRun, text: str) -> None:
        """Keep a note of the purge beside the run's files, until ``forget``: places of rows, and no values."""
        attach(self._folder(run).parent, NOTE_OF_PURGE, text.encode())

    def noted(self, run: StoredRun) -> str:
        """That note; empty where there is none."""
        place = self._folder(run).parent / NOTE_OF_PURGE
        return place.read_text("utf-8") if place.is_file() else ""

    def forget(self, run: StoredRun) -> None:
        """Remove the note."""
        (self._folder(run).parent / NOTE_OF_PURGE).unlink(missing_ok=True)

    def delete(self, runs: Collection[StoredRun]) -> None:
        """Remove runs for good: first from the database, so that a kill leaves folders that no run knows."""
        models = {run: self._tables.models([run.run_id]) for run in runs}
        self._tables.delete([run.run_id for run in runs])
        for run, logged in models.items():
            _remove(self._folder(run).parent, run.run_id)
            for model, address in logged:
                _remove(self._model_folder(address).parent, model)

    def orphans(self, older_than: float = float("inf")) -> tuple[str, ...]:
        """Folders below the artifacts that belong to no run and no model, and those that were moved aside.

        ``older_than``: only those that nobody changed since, in seconds since the epoch.
        """
        from pipeline.store.examination import ASIDE, unknown_folders

        known = {run.run_id for run in self.runs()}, self._tables.known_models()
        aside = [ASIDE] if (self._root / ASIDE).is_dir() else []
        names = (*aside, *unknown_folders(self._root, *known))
        return tuple(name for name in names if (self._root / name).stat().st_mtime < older_than)

    def delete_orphans(self, names: Collection[str]) -> None:
        """Remove such folders."""
        for name in names:
            shutil.rmtree(self._root / name, ignore_errors=True)

    def redact(self, change: Callable[[str], str]) -> int:
        """Take words out of every text of the database and of the logs in the home folder; how many had some."""
        changed = self._tables.redact(change)
        logs = self._settings.home.absolute() / "logs"
        for file in sorted(logs.glob("*")) if logs.is_dir() else ():
            before = file.read_text("utf-8", "surrogateescape")
            after = change(before)
            if after != before:
                with file.open(
                    "r+", encoding="utf-8", errors="surrogateescape"
                ) as log:  # whoever writes it has it open
                    log.write(after)
                    log.truncate()
                changed += 1
        return changed

    def finish(self, experiments: Collection[str]) -> None:
        """Leave nothing in free pages and caches, and tell running dashboards to read anew."""
        for name in sorted(experiments):
            experiment = self._client.get_experiment_by_name(name)
            if experiment is not None:
                self._client.set_experiment_tag(experiment.experiment_id, PURGED, f"{time.time():.6f}")
        self.drop_caches()
        self._tables.compact()

    @property
    def home(self) -> Path:
        """The folder in which trainings of this store work."""
        return self._settings.home.absolute()

    def drop_caches(self) -> None:
        """Remove what is kept of the store in the home folder."""
        shutil.rmtree(self.home / "cache", ignore_errors=True)

    def _folder(self, run: StoredRun) -> Path:
        return folder_below(self._root, run.artifact_uri)

    def _model_folder(self, address: str) -> Path:
        return folder_below(self._root, address, parts=4)


def _remove(folder: Path, name: str) -> None:
    """Remove the folder that is called so; an address of another form is left alone."""
    if folder.name == name:
        shutil.rmtree(folder, ignore_errors=True)
