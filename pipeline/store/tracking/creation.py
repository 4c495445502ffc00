"""An empty store, made once however many processes ask at the same time.

MLflow builds its tables by running every migration since its first release, which takes two to three seconds.
``schema.sql`` is what they leave behind, and takes 20 milliseconds. It is used only where it is of the very schema
version that the installed MLflow asks for; otherwise the migrations run. A test holds the two together.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from pipeline.processors import own_folder
from pipeline.store.tracking import preflight

SCRIPT = Path(__file__).with_name("schema.sql")


def create_store(file: Path) -> None:
    """Make an empty store at ``file`` unless there is one.

    The database grows under another name and is moved into place when it is whole, so a kill leaves nothing half-made.
    """
    with preflight.locked(file):
        if preflight.exists(file):
            return
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=".db", dir=file.parent)
        os.close(handle)
        draft = Path(name)
        try:
            _fill(draft)
            draft.chmod(0o666 & ~_umask())
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


def dump_schema() -> str:
    """What MLflow's own migrations make, as SQL; the content of ``schema.sql``."""
    from pipeline.store.tracking.client import migrate

    with own_folder() as folder:
        file = folder / "mlflow.db"
        migrate(file)
        with closing(sqlite3.connect(file)) as connection:
            return "\n".join(connection.iterdump()) + "\n"


def _fill(draft: Path) -> None:
    script = SCRIPT.read_text("utf-8") if SCRIPT.is_file() else ""
    if _version(script) != preflight.schema_head():
        from pipeline.store.tracking.client import migrate

        migrate(draft)
        return
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(script)


def _version(script: str) -> str:
    match = re.search(r'INSERT INTO "alembic_version" VALUES\(\'(\w+)\'\)', script)
    return match[1] if match else "?"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
