"""The database of accounts: its tables, and how it is opened. SQLite or PostgreSQL, apart from the store of runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from pipeline.errors import StoreError, UsageError, masked

WAIT_SECONDS = 5
CLOCK_SECONDS = 60  # that the clocks of several machines may differ; what lies further ahead was written by a wrong one
_CONNECT_SECONDS = 2  # to a server, which may be frozen: every answer of the dashboard comes within three
_metadata = sql.MetaData()

USERS = sql.Table(
    "korzina_users",
    _metadata,
    sql.Column("name", sql.String(100), primary_key=True),
    sql.Column("role", sql.String(20), nullable=False),
    sql.Column("password", sql.String(300), nullable=False),  # argon2id; empty: signs in elsewhere only
    sql.Column("disabled", sql.Boolean, nullable=False),
    sql.Column("created", sql.Float, nullable=False),
)
SESSIONS = sql.Table(
    "korzina_sessions",
    _metadata,
    sql.Column("token", sql.String(64), primary_key=True),  # SHA-256 of what the browser holds
    sql.Column("name", sql.String(100), nullable=False, index=True),
    sql.Column("role", sql.String(20), nullable=False),  # of a user of another provider; ours stands with the user
    sql.Column("own", sql.Boolean, nullable=False),  # whether the user is one of ``USERS``
    sql.Column("ends", sql.Float, nullable=False),
    sql.Column("hint", sql.Text, nullable=False),  # the provider's id token, which signing out there asks for
)
ATTEMPTS = sql.Table(
    "korzina_attempts",
    _metadata,
    sql.Column("id", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("subject", sql.String(64), nullable=False, index=True),  # keyed hash of a name or an address
    sql.Column("moment", sql.Float, nullable=False),
)
AUDIT = sql.Table(
    "korzina_audit",
    _metadata,
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("entry", sql.Text, nullable=False),
    sql.Column("mac", sql.String(64), nullable=False),
)
_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS korzina_audit_no_{act} BEFORE {act} ON korzina_audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION korzina_audit_stands() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$",
        "CREATE OR REPLACE TRIGGER korzina_audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON korzina_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION korzina_audit_stands()",
    ],
}


class AccountDatabase:
    """Opened at the first use, so that it may be made before a fork; no connection is kept between two uses."""

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except (sql.exc.ArgumentError, ValueError):  # the second: a port that is no number
            raise UsageError.because(
                "KORZINA_USERS is no address of a database",
                expected="sqlite:///path/accounts.db or postgresql+psycopg://user@host/database",
            ) from None
        if self._url.get_backend_name() not in _APPEND_ONLY:
            raise UsageError.because(
                "KORZINA_USERS names a database that accounts cannot be kept in",
                expected="SQLite or PostgreSQL",
                found=self._url.get_backend_name(),
            )

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        name = self._url.database if self._url.get_backend_name() == "sqlite" else None
        return Path(name) if name else None

    @contextmanager
    def reading(self) -> Iterator[sql.Connection]:
        """A connection for single reads; raises ``StoreError``."""
        with self._faults(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self, table: sql.Table) -> Iterator[sql.Connection]:
        """A transaction that nobody else writes to ``table`` beside; raises ``StoreError``."""
        with self._faults(), self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")
            yield connection

    @cached_property
    def _engine(self) -> sql.Engine:
        sqlite = self._url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"timeout": WAIT_SECONDS} if sqlite else {"connect_timeout": _CONNECT_SECONDS}
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))  # nobody else's to read
        engine = sql.create_engine(self._url, poolclass=NullPool, connect_args=options)
        if sqlite:
            sql.event.listen(engine, "connect", _leave_transactions_to_us)
            sql.event.listen(engine, "begin", _begin_writing)
        with engine.begin() as connection:
            if not sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5017093)")  # one first start at a time
            _metadata.create_all(connection)
            for statement in _APPEND_ONLY[engine.dialect.name]:
                connection.exec_driver_sql(statement)
        return engine

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sql.exc.SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            place = masked(self._url.render_as_string(hide_password=True))
            raise StoreError.because(
                "the database of accounts does not answer",
                found=type(cause).__name__,
                remedy=f"see whether {place} is there and can be written",
            ) from error


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin_writing(connection: sql.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
