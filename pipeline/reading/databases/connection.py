"""A database's address: a connection that only reads, and its faults in words, without the password."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.contract import Message
from pipeline.errors import InputError, masked

if TYPE_CHECKING:
    import sqlalchemy as sa

SQLITE_START = b"SQLite format 3\x00"
CHUNK = 50_000  # rows that are held at a time
_LOOKS = {"table_info", "table_xinfo", "foreign_key_list", "index_list", "index_info", "index_xinfo", "table_list"}
_LONGEST = 3600  # seconds that a server may work on one question
_ONLY_READ = f"-c default_transaction_read_only=on -c statement_timeout={_LONGEST * 1000}"
_PATIENCE = 10  # seconds until a server that does not answer counts as unreachable
_FORM = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
_CHECK_PATH = "check the path after sqlite:///"
_FAULTS: tuple[
    tuple[tuple[str, ...], Message, Message], ...
] = (  # SQLSTATE, or what the driver's words hold where a failed connection has none; what it means; what to do
    (
        ("28P01", "28000", "password authentication failed", "no password supplied"),
        Message.of("the server refuses this user or password"),
        Message.of("check both in the address; in a password, @ : / and % are written %40 %3A %2F and %25"),
    ),
    (
        ("3D000", 'FATAL:  database "'),
        Message.of("there is no such database on this server"),
        Message.of("check the name at the end of the address"),
    ),
    (
        ("Connection refused", "translate host", "resolve host", "timeout expired", "No route", "unreachable"),
        Message.of("no server answers there"),
        Message.of("check host and port, and that the server runs and lets this machine in"),
    ),
    (
        ("file is not a database", "malformed"),
        Message.of("the file is no SQLite database"),
        Message.of(_CHECK_PATH),
    ),
    (
        ("database is locked",),
        Message.of("another program is writing to it"),
        Message.of("try again when it is done"),
    ),
    (
        ("42501", "permission denied"),
        Message.of("this user may not read it"),
        Message.of("ask who keeps the database for the right to SELECT"),
    ),
)

_CHECK_ALL = Message.of("check the address, that the server runs, and source.query in the spec")


@dataclass(frozen=True)
class Database:
    """An open connection, on which every statement sees the same data, and the address as it may be shown."""

    connection: sa.Connection
    shown: str

    @property
    def dialect(self) -> str:
        """``postgresql``, ``sqlite`` ..."""
        return self.connection.dialect.name


def is_database(data: object) -> bool:
    """Whether ``data`` is the address of a database, or the path of an SQLite file."""
    return isinstance(data, str) and ("://" in data or is_sqlite_file(data))


def is_sqlite_file(path: str) -> bool:
    """Whether a file begins as an SQLite database does; its name does not matter."""
    try:
        file = Path(path).expanduser()
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            return stream.read(len(SQLITE_START)) == SQLITE_START
    except (OSError, ValueError, RuntimeError):  # no such user before the path, a NUL in it
        return False


@contextmanager
def open_database(url: str) -> Iterator[Database]:
    """A connection in one transaction that only reads.

    Raises
    ------
    InputError
        Where the address is none, its driver is missing, or the database cannot be reached or asked, also in the
        body; the message never holds the password.
    """
    import sqlalchemy as sa

    engine, shown = _engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # the driver begins none for what only reads
                _only_read(connection)
            yield Database(connection, shown)
    except sa.exc.SQLAlchemyError as error:
        raise _refusal(error, shown, engine.url.password) from error
    finally:
        engine.dispose()


def _engine(url: str) -> tuple[sa.Engine, str]:
    """An engine that only reads, and the address without its password."""
    import sqlalchemy as sa

    try:
        address = sa.make_url(url) if "://" in url else sa.URL.create("sqlite", database=str(Path(url).expanduser()))
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        shown = masked(address.set(drivername=address.drivername.split("+")[0]).render_as_string(hide_password=True))
        if address.drivername.startswith("sqlite"):
            return sa.create_engine(_existing_file(address, shown)), shown
        if address.drivername.startswith("postgresql"):
            patience: dict[str, Any] = {} if "connect_timeout" in address.query else {"connect_timeout": _PATIENCE}
            theirs = address.query.get("options", "")
            theirs = theirs if isinstance(theirs, str) else " ".join(theirs)
            patience["options"] = f"{theirs} {_ONLY_READ}".strip()  # of one setting named twice the last counts
            return _postgres(sa.create_engine(address, connect_args=patience)), shown
        return sa.create_engine(address), shown
    except (sa.exc.ArgumentError, ValueError) as error:  # the second: a port that is no number
        raise InputError.because(
            Message.of("not a database address"),
            expected=Message.of(_FORM),
            found=Message.of("an address of another form"),
            remedy=Message.of("correct the address, or give a file or a folder"),
        ) from error
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        raise InputError.because(
            Message.of("the driver of this database is not installed"),
            found=str(error),
            remedy=Message.of("install it: pip install 'korzina[postgres]'")
            if "postgres" in url
            else Message.of("install the database's driver for SQLAlchemy with pip"),
        ) from error


def _existing_file(address: sa.URL, shown: str) -> sa.URL:
    """Read-only: a mistyped path must not become a new, empty database."""
    if not address.database or not Path(address.database).is_file():
        raise InputError.because(
            Message.of("{source}: no such database file", source=shown), remedy=Message.of(_CHECK_PATH)
        )
    return address.set(
        database=f"file:{quote(str(Path(address.database).absolute()))}", query={"mode": "ro", "uri": "true"}
    )


def _only_read(connection: sa.Connection) -> None:
    """Nothing but reading this one file: no other is attached, no extension loaded, no setting changed."""
    reading = {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
    }

    def judge(action: int, what: str | None, value: str | None, *_place: str | None) -> int:
        looks = action == sqlite3.SQLITE_PRAGMA and (value is None or str(what).lower() in _LOOKS)
        loads = action == sqlite3.SQLITE_FUNCTION and str(value).lower() == "load_extension"
        # a pragma as a table, which SQLite 3.40 refuses and 3.46 lets pass: where the file lies
        asks = action == sqlite3.SQLITE_READ and str(what).lower().startswith("pragma_")
        return sqlite3.SQLITE_OK if (action in reading or looks) and not (loads or asks) else sqlite3.SQLITE_DENY

    connection.connection.driver_connection.set_authorizer(judge)  # type: ignore[union-attr]


def _postgres(engine: sa.Engine) -> sa.Engine:
    """Repeatable reads, so that orders and their lines are of one moment."""
    return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")


def _refusal(error: sa.exc.SQLAlchemyError, shown: str, password: Any) -> InputError:
    orig = getattr(error, "orig", None)
    cause = str(orig or error).strip()
    state = getattr(orig, "sqlstate", None) or ""
    brief = cause.splitlines()[0] if cause else type(error).__name__
    known = (fault for fault in _FAULTS if state in fault[0] or any(sign in cause for sign in fault[0]))
    meaning, remedy = next(((meaning, remedy) for _, meaning, remedy in known), (None, _CHECK_ALL))
    return InputError.because(
        Message.of("{source}: the database cannot be read, {meaning}", source=shown, meaning=meaning)
        if meaning
        else Message.of("{source}: the database cannot be read", source=shown),
        found=masked(brief.replace(str(password), "***") if password else brief)[:300],
        remedy=remedy,
    )
