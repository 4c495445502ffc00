"""MLflow's client: made explicitly for one store, patient for seconds only. Importing this module imports MLflow."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

# read when MLflow is imported; an operator's own values stay
for _name, _value in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",  # a busy server closes idle connections; ``Punctual`` watches the clock
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # stdout belongs to the command: --json prints one object
}.items():
    os.environ.setdefault(_name, _value)

from mlflow import MlflowClient  # noqa: E402

from pipeline.contract import Message  # noqa: E402
from pipeline.errors import KorzinaError, UnreadableError, without_password  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.store.tracking import preflight, remote  # noqa: E402
from pipeline.store.tracking.deadline import SilenceError, begin, result_of, within  # noqa: E402
from pipeline.store.tracking.remote import first_line, unreachable  # noqa: E402

Made = TypeVar("Made")
_PATIENCE = 6.0  # seconds that one call may take; with what a command does before, it ends within ten
_RACES, _RACE_SECONDS = 5, 0.1
_STARTING = 60.0  # seconds in which MLflow may make the tables of a store
_ABANDONED = 30.0  # a thread that has waited longer is left to its fate
_SLOW, _SLOW_CALL = 3.0, 0.5  # seconds of waiting in all, and for a call on average, of which a person is told
_MOVE_FILES = ("log_artifact", "log_artifacts", "log_model_artifacts", "download_artifacts", "list_artifacts")

_log = logging.getLogger(__name__)
# it says that it makes tables, and writes a traceback with SQL and its values where ``translated`` tells it in words
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
logging.getLogger("alembic").setLevel(logging.WARNING)


def make_client(settings: Settings) -> MlflowClient:
    """A client for the store of ``settings``; nothing process-global is set.

    SQLite waits for seconds by itself; a server is left alone after ``_PATIENCE``.
    """
    uri = remote.patient_uri(settings)
    with translated(settings):
        if settings.database_file is not None:
            return _first_client(uri)
        return cast("MlflowClient", Punctual(within(_STARTING, lambda: _first_client(uri)), settings))


def _first_client(uri: str) -> MlflowClient:
    """A client; on a new store each makes the experiment 0 unless it sees one, and all but one lose that race."""
    return run_again(lambda: MlflowClient(tracking_uri=uri, registry_uri=uri))


def run_again(make: Callable[[], Made]) -> Made:
    """What ``make`` returns, tried anew where another process made the same a moment before."""
    for _ in range(_RACES):
        try:
            return make()
        except Exception as error:
            if not _is_lost_race(error):
                raise
            time.sleep(_RACE_SECONDS)
    return make()


def _is_lost_race(error: BaseException | None) -> bool:
    """Whether another process made, a moment before, what was to be made."""
    while error is not None:
        if type(error).__name__ in ("IntegrityError", "UniqueViolation"):
            return True
        error = error.__cause__ or error.__context__
    return False


class Punctual:
    """MLflow's client, none of whose calls waits without end for a server that does not answer.

    What moves files may take its time as long as the server answers beside it. While one call stays without an answer
    those that follow fail at once, so that cleaning up after it takes no minutes. A server that answers each call, and
    each slowly, is told of once: the work goes on.
    """

    def __init__(self, client: MlflowClient, settings: Settings) -> None:
        self._client, self._settings = client, settings
        self._unanswered: Future[Any] | None = None
        self._abandoned = 0.0  # when the unanswered call is no longer waited for
        self._calls, self._waited, self._told = 0, 0.0, False

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        return partial(self._call, name, value) if callable(value) else value

    def _call(self, called: str, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        if self._unanswered is not None and not self._unanswered.done() and time.monotonic() < self._abandoned:
            raise SilenceError(_PATIENCE)
        outcome, started = begin(partial(function, *arguments, **named)), time.monotonic()
        try:
            while True:
                try:
                    answer = result_of(outcome, _PATIENCE)
                    if called not in _MOVE_FILES:
                        self._note(time.monotonic() - started)
                    return answer
                except SilenceError:
                    if called not in _MOVE_FILES:
                        raise
                    remote.check(self._settings)
        except (SilenceError, UnreadableError):
            self._unanswered, self._abandoned = outcome, time.monotonic() + _ABANDONED
            raise

    def _note(self, seconds: float) -> None:
        """Count a call that was answered; say once that the server is slow, before a person takes it for hung."""
        self._calls += 1
        self._waited += seconds
        seconds_a_call = self._waited / self._calls
        if self._told or self._waited < _SLOW or seconds_a_call < _SLOW_CALL:
            return
        self._told = True
        place = without_password(self._settings.store_uri)
        _log.warning(
            "%s is slow: %.1f seconds for each of %d answers; the work goes on", place, seconds_a_call, self._calls
        )


def migrate(file: Path) -> None:
    """Run MLflow's migrations on a new database ``file``; syncing is off, since nothing else looks at it yet."""
    import sqlalchemy
    from mlflow.store.db.utils import _initialize_tables
    from mlflow.store.model_registry.dbmodels import models as _registry  # noqa: F401  (declares its tables)
    from mlflow.store.tracking.dbmodels import models as _tracking  # noqa: F401

    engine = sqlalchemy.create_engine(f"sqlite:///{file}")
    sqlalchemy.event.listen(engine, "connect", _careless)
    _initialize_tables(engine)  # type: ignore[no-untyped-call]
    engine.dispose()


def _careless(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


@contextmanager
def translated(settings: Settings) -> Iterator[None]:
    """Turn whatever MLflow, SQLAlchemy or the network raise into a ``StoreError`` with its remedy."""
    try:
        yield
    except KorzinaError:
        raise
    except Exception as error:
        raise _explain(error, settings) from error


def _explain(error: Exception, settings: Settings) -> UnreadableError:
    said = without_password(first_line(error))
    place = without_password(settings.store_uri)
    if isinstance(error, OSError) and not place.startswith("http"):
        return UnreadableError.because(
            Message.of("a file of the store cannot be read or written: {said}", said=said),
            remedy=Message.of("check space and rights in {folder}", folder=settings.artifacts),
        )
    file = settings.database_file
    if file is not None and ("sqlite3" in str(error) or "locked" in str(error)):
        return preflight.explain(error, file)
    if "out-of-date database schema" in str(error):
        return UnreadableError.because(
            Message.of("the store {store} was written by another version of MLflow", store=place),
            found=said,
            remedy=Message.of("take a backup, then run: {command}", command=f"mlflow db upgrade {place}"),
        )
    return unreachable(settings, error)
