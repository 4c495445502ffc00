"""MLflow's client: made explicitly for one store, patient for seconds only. Importing this module imports MLflow."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# read when MLflow is imported; an operator's own values stay
for _name, _value in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # stdout belongs to the command: --json prints one object
}.items():
    os.environ.setdefault(_name, _value)

from mlflow import MlflowClient  # noqa: E402

from pipeline.contract import Message  # noqa: E402
from pipeline.errors import KorzinaError, StoreError  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.store.tracking import preflight  # noqa: E402

logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)  # "Creating initial MLflow database tables..."
logging.getLogger("alembic").setLevel(logging.WARNING)


def make_client(settings: Settings) -> MlflowClient:
    """A client for the store of ``settings``; nothing process-global is set."""
    with translated(settings):
        return MlflowClient(tracking_uri=settings.store_uri, registry_uri=settings.store_uri)


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


def _explain(error: Exception, settings: Settings) -> StoreError:
    said = without_password(_first_line(error))
    place = without_password(settings.store_uri)
    if isinstance(error, OSError) and not place.startswith("http"):
        return StoreError.because(
            Message.of("a file of the store cannot be read or written: {said}", said=said),
            remedy=Message.of("check space and rights in {folder}", folder=settings.artifacts),
        )
    if place.startswith("http"):
        return StoreError.because(
            Message.of("the tracking server {address} does not answer as it should", address=place),
            found=said,
            remedy=Message.of("start it, or check KORZINA_TRACKING_URI"),
        )
    file = settings.database_file
    if file is not None and ("sqlite3" in str(error) or "locked" in str(error)):
        return preflight.explain(error, file)
    if "out-of-date database schema" in str(error):
        return StoreError.because(
            Message.of("the store {store} was written by another version of MLflow", store=place),
            found=said,
            remedy=Message.of("take a backup, then run: {command}", command=f"mlflow db upgrade {place}"),
        )
    return StoreError.because(
        Message.of("the store {store} cannot be used", store=place),
        found=said,
        remedy=Message.of("check KORZINA_TRACKING_URI and that the database is up"),
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]


def without_password(text: str) -> str:
    """``text`` with user and password taken out of every address in it."""
    return re.sub(r"://[^/@\s'\"]*@", "://", text)
