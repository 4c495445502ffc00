"""The embedded engine: files and frames under names, and SQL over them. The only module that knows DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline.reading.frames import Arrow

AS_OF = "as_of"  # the parameter of a query, and the column of an expression


class QueryError(Exception):
    """What the engine says of SQL that it cannot run, or of a file that it cannot read."""

    @property
    def brief(self) -> str:
        """The reason in one line, without the place in the query that wraps a reader's own SQL."""
        return " ".join(str(self).split("LINE 1")[0].split())[:400]


class Engine:
    """Tables that SQL finds by their names; made by ``tables``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def query(
        self, sql: str, given: Mapping[str, pd.DataFrame] | None = None, *, as_of: date | None = None
    ) -> pd.DataFrame:
        """The answer to one query over the tables, and over the frames ``given`` by name.

        Parameters
        ----------
        as_of
            The day that stands for ``$as_of`` in the query.

        Raises
        ------
        QueryError
            With the engine's own words.
        """
        try:
            for name, frame in (given or {}).items():
                self.give(name, frame)
            statements = self._connection.extract_statements(sql)
            asks = bool(statements) and AS_OF in statements[-1].named_parameters
            if asks and as_of is None:
                raise QueryError("the query asks for $as_of, and the spec sets no as_of")
            return self._connection.execute(sql, {AS_OF: as_of} if asks else None).df()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error

    def give(self, name: str, table: pd.DataFrame | Arrow) -> None:
        """One more table in memory, under a name."""
        self._connection.register(name, table)

    def define(self, name: str, sql: str) -> None:
        """A view of the answer to a query, under a name of its own."""
        self.rows(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS {sql}")

    def keep(self, name: str, sql: str) -> None:
        """The answer to a query as a table, computed once."""
        self.rows(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS {sql}")

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.rows(f"SELECT count(*) FROM {quote(table)}")[0][0])  # noqa: S608

    def columns(self, table: str) -> dict[str, str]:
        """Columns of a table with the names of their SQL types."""
        return {row[0]: row[1] for row in self.rows(f"DESCRIBE SELECT * FROM {quote(table)}")}  # noqa: S608

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a query as Python's own values; raises ``QueryError``."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error


@contextmanager
def tables(
    files: Mapping[str, Sequence[Path]] | None = None,
    frames: Mapping[str, pd.DataFrame | Arrow] | None = None,
    *,
    sealed: bool = False,
) -> Iterator[Engine]:
    """An engine of its own over Parquet ``files`` and ``frames`` by name; it never fetches an extension.

    ``sealed``: its SQL reaches no file and no network, as is right for expressions that somebody else wrote.
    """
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        try:
            for name, paths in (files or {}).items():
                connection.execute(f"CREATE VIEW {quote(name)} AS SELECT * FROM {_scan(paths)}")  # noqa: S608
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        engine = Engine(connection)
        for name, frame in (frames or {}).items():
            engine.give(name, frame)
        if sealed:
            connection.execute("SET enable_external_access = false")
        yield engine


def count_rows(files: Sequence[Path]) -> int:
    """Rows of Parquet files as their footers tell, without reading a value."""
    with duckdb.connect() as connection:
        try:
            answer = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{_listed(files)}])")  # noqa: S608
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        return int(answer.fetchall()[0][0])


def numbered_rows(files: Sequence[Path], position: str, number: str) -> str:
    """SQL for the rows of Parquet files with their places: ``position`` from 0 on in all, ``number`` from 1 in each."""
    starts = accumulate((count_rows([file]) for file in files[:-1]), initial=0)
    parts = (
        f"SELECT * EXCLUDE (file_row_number), file_row_number + {start} AS {quote(position)}, "  # noqa: S608
        f"file_row_number + 1 AS {quote(number)} FROM read_parquet([{_listed([file])}], file_row_number = true)"
        for file, start in zip(files, starts, strict=True)
    )
    return " UNION ALL BY NAME ".join(parts)


@dataclass(frozen=True)
class NamedColumns:
    """Columns that a query refers to, in the order of the query, and names that it gives itself."""

    asked: tuple[str, ...]
    given: frozenset[str]


def named_columns(sql: str) -> NamedColumns:
    """What the engine's own parser finds in a query, of which nothing is run; raises ``QueryError`` for other SQL."""
    with tables(sealed=True) as engine:
        tree = json.loads(engine.rows(f"SELECT json_serialize_sql({literal(sql)})")[0][0])
    if tree["error"]:
        raise QueryError(str(tree.get("error_message", "")))
    asked: dict[str, None] = {}
    given: set[str] = set()
    left: list[Any] = [tree["statements"]]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(reversed(node))
        elif isinstance(node, dict):
            if node.get("class") == "COLUMN_REF":
                asked[node["column_names"][-1]] = None
            if node.get("class") and node.get("alias"):
                given.add(node["alias"])
            left.extend(reversed(node.values()))
    return NamedColumns(tuple(asked), frozenset(given))


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """An SQL string."""
    return "'" + value.replace("'", "''") + "'"


def _scan(files: Sequence[Path]) -> str:
    return f"read_parquet([{_listed(files)}], union_by_name = true)"


def _listed(files: Sequence[Path]) -> str:
    return ", ".join(literal(str(file)) for file in files)
