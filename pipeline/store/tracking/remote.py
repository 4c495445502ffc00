"""What can be wrong with a store that is a server or another database, found out in seconds, before MLflow is imported.

MLflow itself tries ten times to reach a database, for two minutes, and waits without end for one that is frozen.
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.contract import Message
from pipeline.errors import UnreadableError, without_password
from pipeline.settings import Settings
from pipeline.store.tracking import preflight
from pipeline.store.tracking.deadline import SilenceError, begin, result_of, within

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PATIENCE = 3.0  # seconds for one look; a whole command is to end within ten
_VERSIONS = "alembic_version"
# "korz": the advisory locks under which the tables of a store are made, and under which champions move
_CREATING, _MOVING = 0x6B6F727A, 0x6B6F727B
_LONGEST_TURN = 20.0  # seconds for which a move waits for others
# how long a connection may take, and after how long one to a machine that is gone breaks by itself
_POSTGRES = {"connect_timeout": "3", "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3"}
_MYSQL = {"connect_timeout": "3"}


def check(settings: Settings, *, create: bool = False) -> bool:
    """Whether there is a store of this version; raises ``UnreadableError``.

    With ``create`` it is no error that there is none, or none yet: another process may be making it.
    """
    try:
        _import_driver(settings)
        return within(_PATIENCE + 1, lambda: _look(settings, create=create))
    except UnreadableError:
        raise
    except Exception as error:  # of whatever driver the address names
        raise unreachable(settings, error) from error


def _import_driver(settings: Settings) -> None:
    """Before the clock runs: where many programs start at once an import takes seconds, and no server is to blame."""
    if not settings.store_uri.startswith("http"):
        from sqlalchemy import make_url

        make_url(settings.store_uri).get_dialect().import_dbapi()


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Let one process at a time make the tables of a store: MLflow's migrations break each other."""
    with _connection(settings) as connection:
        if connection.dialect.name == "postgresql":  # given back when the connection closes, whatever happens
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_CREATING})")
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let one process at a time move champions and remove rows, where PostgreSQL holds the store.

    Others wait for their turn. A tracking server and other databases have no such lock: there the last one counts.
    Raises ``UnreadableError`` where the turn does not come.
    """
    if not settings.store_uri.startswith("postgresql"):
        yield
        return
    outcome = begin(partial(_take_turn, settings))
    try:
        connection = result_of(outcome, _LONGEST_TURN + _PATIENCE)
    except Exception as error:
        outcome.add_done_callback(_give_back)  # a server that was frozen may hand it out later
        raise unreachable(settings, error) from error
    try:
        yield
    finally:
        connection.close()


def _take_turn(settings: Settings) -> Connection:
    """A connection that holds the lock until it is closed."""
    import sqlalchemy

    unpooled = {"poolclass": sqlalchemy.NullPool, "isolation_level": "AUTOCOMMIT"}
    connection = sqlalchemy.create_engine(patient_uri(settings), **unpooled).connect()
    connection.exec_driver_sql(f"SET lock_timeout = '{_LONGEST_TURN:.0f}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MOVING})")
    return connection


def _give_back(outcome: Future[Connection]) -> None:
    if outcome.exception() is None:
        outcome.result().close()


def patient_uri(settings: Settings) -> str:
    """The address of the store, with limits to how long connecting to a database may take; an operator's own stay."""
    from sqlalchemy import make_url

    if settings.store_uri.startswith(("http", "sqlite")):
        return settings.store_uri
    url = make_url(settings.store_uri)
    limits = {"postgresql": _POSTGRES, "mysql": _MYSQL}.get(url.get_backend_name(), {})
    missing = {name: value for name, value in limits.items() if name not in url.query}
    return url.update_query_dict(missing).render_as_string(hide_password=False)


def unreachable(settings: Settings, error: Exception) -> UnreadableError:
    """A person's words for why a server or a database cannot be used."""
    place, said = without_password(settings.store_uri), without_password(first_line(error))
    if place.startswith("http"):
        return UnreadableError.because(
            Message.of("the tracking server {address} does not answer as it should", address=place),
            found=said,
            remedy=Message.of("start it, or check KORZINA_TRACKING_URI"),
        )
    if isinstance(error, SilenceError) or "timeout expired" in said:
        return UnreadableError.because(
            Message.of("the database {store} accepts connections and does not answer", store=place),
            found=said,
            remedy=Message.of("see whether it is frozen, overloaded or waits for a lock; nothing here needs a restart"),
        )
    return UnreadableError.because(
        Message.of("the store {store} cannot be used", store=place),
        found=said,
        remedy=Message.of("check KORZINA_TRACKING_URI and that the database is up"),
    )


def first_line(error: Exception) -> str:
    """The start of what an error says; its kind where it says nothing."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]


def _look(settings: Settings, *, create: bool) -> bool:
    if settings.store_uri.startswith("http"):
        _ask_server(settings.store_uri)
        return True
    place = without_password(settings.store_uri)
    with _connection(settings) as connection:
        versions = _versions(connection)
    if create:
        return bool(versions) and preflight.schema_head() in (None, *versions)
    if not versions:
        raise UnreadableError.because(
            Message.of("there is no store in the database {store}", store=place),
            remedy=Message.of("check KORZINA_TRACKING_URI; 'korzina train' makes a new store"),
        )
    preflight.check_schema(versions, place, place)
    return True


@contextmanager
def _connection(settings: Settings) -> Iterator[Connection]:
    import sqlalchemy

    engine = sqlalchemy.create_engine(patient_uri(settings), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        yield connection


def _versions(connection: Connection) -> list[str]:
    import sqlalchemy

    if not sqlalchemy.inspect(connection).has_table(_VERSIONS):
        return []
    rows: Any = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSIONS}")
    return [version for (version,) in rows]


def _ask_server(address: str) -> None:
    """Raise ``OSError`` where nobody answers; whatever answers is MLflow's to judge."""
    parts = urlsplit(address)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2], path=f"{parts.path.rstrip('/')}/health").geturl()
    try:
        with urllib.request.urlopen(plain, timeout=_PATIENCE) as answer:  # noqa: S310 (http or https, as looked above)
            answer.read(64)
    except urllib.error.HTTPError as error:
        error.close()
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLError):  # certificates are checked, or not, as MLflow was told
            raise
