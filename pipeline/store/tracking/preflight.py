"""What can be wrong with a SQLite store, found out in milliseconds and before MLflow is imported.

MLflow itself hangs for minutes on some of these, answers others with a bare SQLAlchemy error, and makes a new, empty
store out of a mistyped path. Nothing here opens the file but SQLite: to close it otherwise would drop the locks that
MLflow's connections of this process hold (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import errno
import fcntl
import importlib.util
import logging
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

from pipeline.contract import Message
from pipeline.errors import StoreError, UnreadableError

# the schemas of MLflow 3.15.2, 3.16.1 and 3.17.2, whose tables Korzina reads by itself
KNOWN_SCHEMAS = frozenset({"6f8d9c3b2a1e", "b7e2c1a4d9f3", "dc11669786a5"})
_SQLITE_FILE = Message.of("the SQLite file of an MLflow store")
_NEW_STORE = Message.of("check KORZINA_TRACKING_URI; 'korzina train' makes a new store")
_PATIENCE = 2.0  # seconds that a reader waits for a writer's commit
_WRITERS_PATIENCE = 3.5  # and a writer for another's: what it has to save took minutes
_LONGEST_TURN = 20.0  # and for others that do get on


def check(file: Path, *, write: bool = False) -> None:
    """Raise ``StoreError`` unless ``file`` is an MLflow store of this version that can be read (and written)."""
    if file.is_dir():
        raise UnreadableError.because(
            Message.of("{file} is a folder", file=str(file)),
            expected=_SQLITE_FILE,
            remedy=Message.of(
                "point KORZINA_TRACKING_URI at the file, e.g. {address}", address=f"sqlite:///{file / 'mlflow.db'}"
            ),
        )
    if not file.exists():
        raise UnreadableError.because(
            Message.of("there is no store at {file}", file=str(file)),
            remedy=Message.of("check KORZINA_HOME and KORZINA_TRACKING_URI; 'korzina train' makes a new store"),
        )
    if file.stat().st_size == 0:
        raise _not_a_database(file, Message.of("an empty file"))
    with connect(file, write=write) as connection:
        _check_schema(file, connection)
        if write:
            refuse_unwritable(file)
            _wait_for_turn(file, connection)


def _wait_for_turn(file: Path, connection: sqlite3.Connection) -> None:
    """Whether one may write; a store that others write to, one after another, is not locked but busy."""
    deadline = time.monotonic() + _LONGEST_TURN
    while True:
        changed = file.stat().st_mtime_ns
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if file.stat().st_mtime_ns == changed or time.monotonic() > deadline:
                raise
        else:
            connection.rollback()
            return


def exists(file: Path) -> bool:
    """Whether something is there to be checked; an empty file left by a crash counts as nothing."""
    return file.is_dir() or (file.exists() and file.stat().st_size > 0)


@contextmanager
def connect(file: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """A short-lived connection; a reader's is one snapshot. SQLite's complaints become ``StoreError``.

    A reader, too, opens the file for writing where it may, and then refuses to write: SQLite must be able to roll back
    what a killed process left, and takes a journal that is deleted at this very moment for such a one.
    """
    patience = _WRITERS_PATIENCE if write else _PATIENCE
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=patience)) as connection:
            if not write:
                connection.execute("PRAGMA query_only = ON")
                _begin_reading(connection)
            yield connection
    except sqlite3.Error as error:
        raise explain(error, file) from error


def _begin_reading(connection: sqlite3.Connection) -> None:
    """Take the snapshot. Where the system forbids to write, a journal about to be deleted is waited for."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK" or time.monotonic() > deadline:
                raise
            connection.rollback()
            time.sleep(0.01)
        else:
            return


def explain(error: Exception, file: Path) -> UnreadableError:
    """A person's words for what SQLite said."""
    said = next(iter(str(error).splitlines()), type(error).__name__)  # what follows is SQL with its values
    if "not a database" in said:
        return _not_a_database(file, Message.of("something else"))
    if "locked" in said or "busy" in said:
        return UnreadableError.because(
            Message.of("the store {store} is locked by another program", store=str(file)),
            remedy=Message.of("wait for the other program to end, then try again"),
        )
    if "readonly" in said or "unable to open" in said:
        return UnreadableError.because(
            Message.of("the store {store} cannot be opened or written", store=str(file)),
            found=said,
            remedy=Message.of("give this user the right to read and write the file and its folder"),
        )
    if "disk" in said and "full" in said:
        return UnreadableError.because(
            Message.of("no space is left for the store {store}", store=str(file)),
            remedy=Message.of("free some disk space"),
        )
    if not _is_damage(error):
        return UnreadableError.because(
            Message.of("the store {store} did not do what it was asked", store=str(file)),
            found=said,
            remedy=Message.of("try again: another program may have changed it at the same moment"),
        )
    return UnreadableError.because(
        Message.of("the store {store} is damaged", store=str(file)),
        found=said,
        remedy=Message.of("restore it from a backup, or move it away and train again"),
    )


def _is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is at fault; a lost race is none, and nothing is to be moved away."""
    cause = getattr(error, "orig", error)  # SQLAlchemy's errors hold the driver's
    name = getattr(cause, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or (not name and "malformed" in str(error))


def refuse_unwritable(file: Path) -> None:
    """Raise ``StoreError`` where SQLite could not write: to ``file``, or to its folder, where the journal goes.

    A transaction may begin there all the same, and a training would only be refused at its end.
    """
    for place in (file.parent, file):
        if place.exists() and not os.access(place, os.W_OK):
            raise _unwritable(place, os.strerror(errno.EACCES))


def _unwritable(place: Path, why: str) -> StoreError:
    return StoreError.because(
        Message.of("cannot write to {folder} ({why})", folder=str(place), why=why),
        remedy=Message.of("give this user the right to write there, or set KORZINA_HOME"),
    )


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock file beside ``file``: one process at a time, released by the system if it dies."""
    lock = file.with_name(file.name + ".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = lock.open("a")
    except OSError as error:
        raise _unwritable(lock.parent, str(error.strerror)) from error
    with handle:
        refuse_unwritable(file)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@cache
def schema_head() -> str | None:
    """The schema version that the installed MLflow works with, read from its migrations without importing it."""
    package = importlib.util.find_spec("mlflow")
    if package is None or package.origin is None:
        return None
    made: set[str] = set()
    replaced: set[str] = set()
    for script in (Path(package.origin).parent / "store/db_migrations/versions").glob("*.py"):
        text = script.read_text("utf-8")
        made |= set(re.findall(r"^revision\s*=\s*[\"'](\w+)", text, re.MULTILINE))
        replaced |= set(re.findall(r"^down_revision\s*=\s*[\"'](\w+)", text, re.MULTILINE))
    heads = made - replaced
    return heads.pop() if len(heads) == 1 else None


def check_schema(versions: Sequence[str], store: str, uri: str) -> None:
    """Raise ``UnreadableError`` unless the schema versions ``found`` in a store are that of the installed MLflow."""
    head = schema_head()
    if head is not None and list(versions) != [head]:
        raise UnreadableError.because(
            Message.of("the store {store} was written by another version of MLflow", store=store),
            expected=Message.of("schema {schema}", schema=head),
            found=Message.of("schema {schema}", schema=", ".join(versions) or "none"),
            remedy=Message.of("take a backup, then run: {command}", command=f"mlflow db upgrade {uri}"),
        )


def schema_of(file: Path) -> str:
    """The schema version of an MLflow store; raises ``StoreError``."""
    with connect(file) as connection:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return ", ".join(version for (version,) in rows)


def _not_a_database(file: Path, message: Message) -> UnreadableError:
    return UnreadableError.because(
        Message.of("{file} is not a SQLite database", file=str(file)),
        expected=_SQLITE_FILE,
        found=message,
        remedy=Message.of("check KORZINA_TRACKING_URI, or restore the file from a backup"),
    )


def _check_schema(file: Path, connection: sqlite3.Connection) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"runs", "experiments", "alembic_version"} <= tables:
        raise UnreadableError.because(
            Message.of("{file} is a SQLite database, but not an MLflow store", file=str(file)),
            remedy=_NEW_STORE,
        )
    versions = [version for (version,) in connection.execute("SELECT version_num FROM alembic_version")]
    check_schema(versions, str(file), f"sqlite:///{file}")


@cache
def say_unknown(schema: str) -> None:
    """Once a process: a dashboard opens its store again after every fault."""
    logging.getLogger(__name__).warning(
        "the store has MLflow's schema %s, which this version of Korzina has not been tried with: it is read through "
        "MLflow itself, which takes a few seconds more at the start",
        schema,
    )
