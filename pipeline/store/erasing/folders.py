"""A run's folder exchanged for one without certain rows, so that a kill at any moment leaves the one or the other."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.contract import Artifacts, RunIndex
from pipeline.store.artifacts import RunFiles

_NEW, _OLD = ".purged", ".before-purge"


def exchange(run_id: str, folder: Path, change: Callable[[RunFiles, Path], None]) -> None:
    """Let ``change`` work on a copy of the run's files, and put that in their place with its checksums made anew.

    Parameters
    ----------
    run_id, folder
        The run, and where its files are.
    change
        Is given the run's checked files and the folder of the copy, in which it writes and removes.
    """
    recover(folder)
    new, old = _beside(folder)
    shutil.copytree(folder, new)
    change(RunFiles(run_id, folder), new)
    _index(new)
    folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old)


def recover(folder: Path) -> None:
    """Undo what a kill left of an exchange, or end it where only the clearing up was missing."""
    new, old = _beside(folder)
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)


def _beside(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(folder.name + _NEW), folder.with_name(folder.name + _OLD)


def _index(folder: Path) -> None:
    """The manifest of the files that are left."""
    place = folder / Artifacts.MANIFEST
    before = RunIndex.model_validate_json(place.read_bytes())
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in before.files
        if (folder / name).is_file()
    }
    place.write_text(before.model_copy(update={"files": files}).model_dump_json(indent=1), "utf-8")
