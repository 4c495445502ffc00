"""After a move or a copy of the store, tell MLflow where the files are now.

MLflow records absolute paths. Korzina reads without them, but a new run would be written to, and the MLflow UI would
look in, the old place, which after a copy is the *other* store. Before the first save after a move the recorded paths
of files that stand below the present root are set right, in one transaction.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pipeline.errors import StoreError
from pipeline.store.tracking import preflight
from pipeline.store.tracking.tag_names import folder_of

# table, column, and how many last parts of the path lie below the root: <experiment>/<run>/artifacts and so on
_PLACES = (
    ("runs", "artifact_uri", 3),
    ("logged_models", "artifact_location", 4),
    ("model_versions", "source", 4),
    ("model_versions", "storage_location", 4),
)


def relocate(file: Path, root: str, experiment: str) -> None:
    """Point the records of ``experiment``, and of every file found below ``root``, to ``root``."""
    if "://" in root:
        return
    with preflight.connect(file, write=True) as connection:
        row = connection.execute("SELECT artifact_location FROM experiments WHERE name = ?", (experiment,)).fetchone()
        here = str(Path(root, folder_of(experiment)))
        if row is None or row[0] == here:
            return
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE experiments SET artifact_location = ? WHERE name = ?", (here, experiment))
        for table, column, parts in _PLACES:
            _rebase(connection, root, table, column, parts)
        connection.commit()


def refuse_moved(location: str | None, root: str, experiment: str) -> None:
    """The same where we may not touch the records: raise ``StoreError`` rather than write beside another store."""
    here = str(Path(root, folder_of(experiment)))
    if "://" in root or location in (None, here, Path(here).as_uri()):
        return
    raise StoreError.because(
        f"the store was moved, and MLflow would write runs of {experiment!r} to where it was",
        expected=here,
        found=str(location),
        remedy="train in the old place, or under another --experiment; a newer version of Korzina may know this schema",
    )


def _rebase(connection: sqlite3.Connection, root: str, table: str, column: str, parts: int) -> None:
    rows = connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()
    for (old,) in rows:
        if not old or urlsplit(old).scheme not in ("", "file"):
            continue
        address = unquote(urlsplit(old).path) if old.startswith("file:") else old
        new = Path(root, *PurePosixPath(address).parts[-parts:])
        if str(new) != old and new.is_dir():
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (str(new), old))
