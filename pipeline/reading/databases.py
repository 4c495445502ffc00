"""Rows from a SQL database by its URL, read in chunks through SQLAlchemy."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InputError
from pipeline.reading.raw import RawTable
from pipeline.spec import Spec

_CHUNK = 50_000


def read_database(spec: Spec, url: str) -> RawTable:
    """One row a customer from ``source.query``, or from the only table there is.

    Raises
    ------
    InputError
        Where the database cannot be reached or asked; the message never holds the password.
    """
    import sqlalchemy as sa

    engine, shown = _engine(url)
    try:
        with engine.connect().execution_options(stream_results=True, yield_per=_CHUNK) as connection:
            query = spec.source.query or _only_table(engine, shown)
            frame = _fetch(connection.execute(sa.text(_literal(query))))
    except sa.exc.SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise InputError.because(
            f"{shown}: the database cannot be read",
            found=_without_password(cause, url),
            remedy="check the address, that the server runs, and source.query in the spec",
        ) from error
    finally:
        engine.dispose()
    if frame.empty:
        raise InputError.because(f"{shown}: no rows", expected="one row a customer", remedy="check source.query")
    return RawTable(frame=frame, source=shown, rows=np.arange(1, len(frame) + 1, dtype=np.int64))


def _engine(url: str) -> tuple[Any, str]:
    """An engine that only reads, and the address without its password."""
    import sqlalchemy as sa

    try:
        address = sa.make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        shown = address.set(drivername=address.drivername.split("+")[0]).render_as_string(hide_password=True)
        if address.drivername.startswith("sqlite"):
            if not address.database or not Path(address.database).is_file():
                raise InputError.because(f"{shown}: no such database file", remedy="check the path after sqlite:///")
            # read-only: a mistyped path must not become a new, empty database
            address = address.set(
                database=f"file:{Path(address.database).absolute()}", query={"mode": "ro", "uri": "true"}
            )
        engine = sa.create_engine(address)
    except sa.exc.ArgumentError as error:
        raise InputError.because(
            "--data: not a database address",
            expected="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
            found="an address of another form",
        ) from error
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        extra = "korzina[postgres]" if "postgres" in url else "the database's SQLAlchemy driver"
        raise InputError.because(
            "the driver of this database is not installed", found=str(error), remedy=f"pip install '{extra}'"
        ) from error
    if address.drivername.startswith("postgresql"):
        engine = engine.execution_options(postgresql_readonly=True)
    return engine, shown


def _only_table(engine: Any, shown: str) -> str:
    import sqlalchemy as sa

    inspector = sa.inspect(engine)
    names = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
    if len(names) != 1:
        raise InputError.because(
            f"{shown}: which table?",
            expected="a database with one table, or a query in the spec",
            found=f"{len(names)} tables: {', '.join(names[:20])}" if names else "no table",
            remedy='write the query into the spec: [source] query = "select * from customers"',
        )
    return f"SELECT * FROM {engine.dialect.identifier_preparer.quote(names[0])}"  # noqa: S608


def _literal(query: str) -> str:
    """The query with its colons protected: SQLAlchemy would take ``:name`` for a parameter."""
    return re.sub(r"(?<!:):(?=\w)", r"\\:", query.strip().rstrip(";"))


def _fetch(result: Any) -> pd.DataFrame:
    names = list(result.keys())
    chunks = [pd.DataFrame([tuple(row) for row in rows], columns=names) for rows in result.partitions(_CHUNK)]
    if not chunks:
        return pd.DataFrame(columns=names)
    frame = pd.concat(chunks, ignore_index=True)
    decimals = [name for name in names if frame[name].map(lambda value: isinstance(value, Decimal)).any()]
    return frame.assign(**{name: frame[name].astype("float64") for name in decimals})


def _without_password(message: str, url: str) -> str:
    found = re.search(r"://[^:/@]*:([^@]+)@", url)
    return message.replace(found.group(1), "***")[:300] if found else message[:300]
