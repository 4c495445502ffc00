"""The embedded engine: files and frames under names, and SQL over them. The only module that knows DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline.reading.frames import Arrow


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

    def query(self, sql: str, given: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
        """The answer to one query over the tables, and over the frames ``given`` by name.

        Raises
        ------
        QueryError
            With the engine's own words.
        """
        try:
            for name, frame in (given or {}).items():
                self._connection.register(name, frame)
            return self._connection.execute(sql).df()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error

    def view(self, name: str, sql: str) -> None:
        """Give the answer of a query a name, so that further SQL finds it as a table.

        Raises
        ------
        QueryError
            With the engine's own words.
        """
        try:
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS {sql.strip().rstrip(';')}")
        except duckdb.Error as error:
            raise QueryError(str(error)) from error

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self._rows(f"SELECT count(*) FROM {quote(table)}")[0][0])  # noqa: S608

    def columns(self, table: str) -> dict[str, str]:
        """Columns of a table with the names of their SQL types."""
        return {row[0]: row[1] for row in self._rows(f"DESCRIBE SELECT * FROM {quote(table)}")}  # noqa: S608

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
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
        for name, frame in (frames or {}).items():
            connection.register(name, frame)
        if sealed:
            connection.execute("SET enable_external_access = false")
        yield Engine(connection)


def count_rows(files: Sequence[Path]) -> int:
    """Rows of Parquet files as their footers tell, without reading a value."""
    with duckdb.connect() as connection:
        try:
            answer = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{_listed(files)}])")  # noqa: S608
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        return int(answer.fetchall()[0][0])


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _scan(files: Sequence[Path]) -> str:
    return f"read_parquet([{_listed(files)}], union_by_name = true)"


def _listed(files: Sequence[Path]) -> str:
    return ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
