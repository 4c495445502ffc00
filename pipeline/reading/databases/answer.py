"""What a database answers to a spec's own query, or all of its only table, read in chunks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.contract import Message
from pipeline.errors import InputError, SpecError
from pipeline.reading.databases.connection import CHUNK, Database, open_database
from pipeline.reading.raw import RawTable
from pipeline.spec import Spec

_QUESTION = re.compile(r"(\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/|\()*(SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)

if TYPE_CHECKING:
    import sqlalchemy as sa


def read_database(spec: Spec, url: str) -> RawTable:
    """One row a customer from ``source.query`` in the database's own SQL, or from the only table there is.

    Raises
    ------
    InputError
        Where the database cannot be reached or asked; the message never holds the password.
    """
    import sqlalchemy as sa

    with open_database(url) as database:
        query = spec.source.query or _only_table(database)
        _refuse_changes(query, database.shown)
        answer = database.connection.execution_options(stream_results=True, yield_per=CHUNK)
        frame = _fetch(answer.execute(sa.text(_literal(query))))
    if frame.empty:
        raise InputError.because(
            Message.of("{source}: no rows", source=database.shown),
            expected=Message.of("one row a customer"),
            remedy=Message.of("check source.query in the spec, or the table that it reads"),
        )
    return RawTable(frame=frame, source=database.shown, rows=np.arange(1, len(frame) + 1, dtype=np.int64))


def _refuse_changes(query: str, shown: str) -> None:
    """Raise ``SpecError`` for what does not begin like a question; a database that is only read refuses the rest."""
    if not _QUESTION.match(query):
        raise SpecError.because(
            Message.of("{source}: source.query is no SELECT", source=shown),
            found=" ".join(query.split())[:100],
            expected=Message.of("one SELECT in the database's own SQL"),
            remedy=Message.of("write source.query in the spec as a SELECT that reads and changes nothing"),
        )


def _only_table(database: Database) -> str:
    import sqlalchemy as sa

    inspector = sa.inspect(database.connection)
    names = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
    if len(names) != 1:
        raise InputError.because(
            Message.of("{source}: which table?", source=database.shown),
            expected=Message.of("a database with one table, or a query in the spec"),
            found=Message.counted("{n} table: {names}", "{n} tables: {names}", len(names), names=", ".join(names[:20]))
            if names
            else Message.of("no table"),
            remedy=Message.of(
                'write the query into the spec: [source] query = "{query}"', query="select * from customers"
            ),
        )
    return f"SELECT * FROM {database.connection.dialect.identifier_preparer.quote(names[0])}"


def _literal(query: str) -> str:
    """The query with its colons protected: SQLAlchemy would take ``:name`` for a parameter."""
    return re.sub(r"(?<!:):(?=\w)", r"\\:", query.strip().rstrip(";"))


def _fetch(result: sa.CursorResult[tuple[object, ...]]) -> pd.DataFrame:
    names = list(result.keys())
    chunks = [pd.DataFrame([tuple(row) for row in rows], columns=names) for rows in result.partitions(CHUNK)]
    if not chunks:
        return pd.DataFrame(columns=names)
    frame = pd.concat(chunks, ignore_index=True)
    decimals = [name for name in names if frame[name].map(lambda value: isinstance(value, Decimal)).any()]
    return frame.assign(**{name: frame[name].astype("float64") for name in decimals})
