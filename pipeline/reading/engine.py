"""The embedded engine: files and frames under names, and SQL over them. The only module that knows DuckDB.

The SQL may be anybody's: a spec comes from a store or from another person. So every engine is sealed before it answers
(``_seal``), and what it is asked has to be one question (``_one_question``): nothing of it writes, reads another file,
connects anywhere, changes a setting or runs without end.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path
from threading import Timer
from typing import Any, TypeVar

import duckdb
import pandas as pd

from pipeline.processors import OwnFolder, free_memory, remove_left
from pipeline.reading.frames import Arrow

AS_OF = "as_of"  # the parameter of a query, and the column of an expression
_LEAST_MEMORY = 1 << 28  # bytes; with less DuckDB fails on small tables
SECONDS = 1800.0  # that one question may take
MEMORY = "70%"  # of the machine's, that one question may take
_SETTINGS = (
    "TimeZone = 'UTC'",  # days of moments with a zone: the same on every machine, and on Spark
    "max_temp_directory_size = '32GB'",
    "python_enable_replacements = false",  # a query's tables are those it is given, no variables of ours
    "allow_unredacted_secrets = false",
    "enable_external_access = false",
    "lock_configuration = true",  # the last: nothing of the above can be taken back
)
# a PIVOT whose columns hang on the data is two statements to DuckDB; others of that kind begin otherwise
_ASKS = re.compile(r"(\s|--[^\n]*(\n|$)|/\*(?:[^*]|\*(?!/))*\*/|\()*(SELECT|FROM|WITH|PIVOT|UNPIVOT)\b", re.IGNORECASE)
_KINDS = duckdb.StatementType
_WORDS = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_NODES = re.compile(r'"type":"(INSERT|UPDATE|DELETE|MERGE)_QUERY_NODE"')


R = TypeVar("R")


class QueryError(Exception):
    """What the engine says of SQL that it cannot run, or of a file that it cannot read."""

    @property
    def brief(self) -> str:
        """The reason in one line, without the place in the query that wraps a reader's own SQL."""
        return " ".join(str(self).split("LINE 1")[0].split())[:400]


class Engine:
    """Tables that SQL finds by their names; made by ``tables``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, beyond: OwnFolder) -> None:
        """``beyond``: where rows go for which no memory is left; made when it comes to that."""
        self._connection, self._beyond = connection, beyond

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
        for name, frame in (given or {}).items():
            self.give(name, frame)
        asks = AS_OF in self._one_question(sql).named_parameters
        if asks and as_of is None:
            raise QueryError("the query asks for $as_of, and the spec sets no as_of")
        return self._answered(lambda: self._connection.execute(sql, {AS_OF: as_of} if asks else None).df())

    def give(self, name: str, table: pd.DataFrame | Arrow) -> None:
        """One more table in memory, under a name."""
        self._connection.register(name, table)

    def define(self, name: str, sql: str) -> None:
        """A view of the answer to a query, under a name of its own."""
        self._make(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS", sql)

    def keep(self, name: str, sql: str) -> None:
        """The answer to a query as a table, computed once."""
        self._make(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS", sql)

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.rows(f"SELECT count(*) FROM {quote(table)}")[0][0])

    def columns(self, table: str) -> dict[str, str]:
        """Columns of a table with the names of their SQL types."""
        return {row[0]: row[1] for row in self.rows(f"DESCRIBE SELECT * FROM {quote(table)}")}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a query as Python's own values; raises ``QueryError``."""
        self._one_question(sql)
        return self._answered(lambda: self._connection.execute(sql).fetchall())

    def batches(self, sql: str, rows: int) -> Iterator[Arrow]:
        """The answer to a query in batches of so many rows, none of which is held here; raises ``QueryError``."""
        self._one_question(sql)
        with self._answering():
            self._beyond.make()
            yield from self._connection.sql(sql).to_arrow_reader(rows)

    def _make(self, what: str, sql: str) -> None:
        self._one_question(sql)
        self._answered(lambda: self._connection.execute(f"{what} {sql}"))

    def _answered(self, ask: Callable[[], R]) -> R:
        """What ``ask`` gives; where memory is short for the first time, once more with the folder for that."""
        with self._answering():
            try:
                return ask()
            except duckdb.IOException as error:
                if self._beyond.made or str(self._beyond.path) not in str(error):
                    raise
                self._beyond.make()
                return ask()

    def _one_question(self, sql: str) -> duckdb.Statement:
        """The SQL as DuckDB's parser has it; raises ``QueryError`` for all that is not one SELECT."""
        with self._answering():
            statements = self._connection.extract_statements(sql)
            kinds = [statement.type for statement in statements]
            if kinds == [_KINDS.SELECT] and self._changes(sql):
                raise QueryError("a query has to be one SELECT; this one changes tables")
            if kinds != [_KINDS.SELECT] and not (kinds == [_KINDS.MULTI] and _ASKS.match(sql)):
                named = ", ".join(kind.name for kind in kinds) or "nothing"
                raise QueryError(f"a query has to be one SELECT; this is {named}")
            return statements[0]

    def _changes(self, sql: str) -> bool:
        """Whether a SELECT has another statement in its WITH."""
        if not _WORDS.search(sql):
            return False
        [(parsed,)] = self._connection.execute("SELECT json_serialize_sql($1)", [sql]).fetchall()
        return bool(_NODES.search(parsed)) or parsed.startswith('{"error":true')

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """DuckDB's errors as ours, and an end to what takes too long."""
        clock = Timer(SECONDS, self._connection.interrupt)
        clock.daemon = True
        clock.start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise QueryError(f"the query took longer than {SECONDS:,.0f} seconds") from error
        except (duckdb.Error, OSError) as error:
            raise QueryError(str(error)) from error
        finally:
            clock.cancel()


@contextmanager
def tables(
    files: Mapping[str, Sequence[Path]] | None = None,
    frames: Mapping[str, pd.DataFrame | Arrow] | None = None,
    memory: str = MEMORY,
) -> Iterator[Engine]:
    """An engine of its own over Parquet ``files`` and ``frames`` by name; it reads no other file, and writes none.

    ``memory``: what it may hold, as DuckDB writes it (``256MB``, ``70%``).
    """
    with _beyond(bool(files)) as beyond, duckdb.connect() as connection:
        try:
            connection.execute(f"SET temp_directory = {literal(str(beyond.path / 'rows'))}")
            for name, paths in (files or {}).items():
                rows = _scan(paths)
                connection.execute(f"CREATE VIEW {quote(name)} AS SELECT *{_in_micros(connection, rows)} FROM {rows}")
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        _seal(connection, [file for paths in (files or {}).values() for file in paths], memory)
        engine = Engine(connection, beyond)
        for name, frame in (frames or {}).items():
            engine.give(name, frame)
        yield engine


@contextmanager
def _beyond(likely: bool) -> Iterator[OwnFolder]:
    """Where rows go for which no memory is left; DuckDB's own place is the folder that a command is called in.

    For files, which may be larger than memory, it is made at once. For what is in memory already only when it comes to
    that: else nothing is written at all. DuckDB's own folders and files may be read by every user of the machine, so
    that it makes them below ours.
    """
    folder = OwnFolder(Path(tempfile.tempdir or os.getenv("TMPDIR") or "/tmp"))  # noqa: S108 - no name to guess
    try:
        if likely:
            remove_left(folder.path.parent)
            folder.make()
        yield folder
    finally:
        folder.remove()


def _seal(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], memory: str) -> None:
    """Nothing but ``files`` can be read from here on, nothing written, no extension fetched, no setting changed."""
    connection.execute(f"SET memory_limit = {literal(memory)}")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET allowed_paths = [{_listed(files)}]")
    free = free_memory()  # two processes may ask at once: what is beyond half of it goes to disk
    if free is not None:
        connection.execute(f"SET memory_limit = '{max(free // 2, _LEAST_MEMORY)}B'")
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}")


def count_rows(files: Sequence[Path]) -> int:
    """Rows of Parquet files as their footers tell, without reading a value."""
    with duckdb.connect() as connection:
        try:
            answer = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{_listed(files)}])")
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        return int(answer.fetchall()[0][0])


def numbered_rows(files: Sequence[Path], position: str, number: str) -> str:
    """SQL for the rows of Parquet files with their places: ``position`` from 0 on in all, ``number`` from 1 in each."""
    starts = accumulate((count_rows([file]) for file in files[:-1]), initial=0)
    with duckdb.connect() as connection:
        parts = [
            f"SELECT * EXCLUDE (file_row_number){_in_micros(connection, _scan([file]))}, "
            f"file_row_number + {start} AS {quote(position)}, file_row_number + 1 AS {quote(number)} "
            f"FROM read_parquet([{_listed([file])}], file_row_number = true)"
            for file, start in zip(files, starts, strict=True)
        ]
    return " UNION ALL BY NAME ".join(parts)


@dataclass(frozen=True)
class NamedColumns:
    """Columns that a query refers to, in the order of the query, and names that it gives itself."""

    asked: tuple[str, ...]
    given: frozenset[str]


def named_columns(sql: str) -> NamedColumns:
    """What the engine's own parser finds in a query, of which nothing is run; raises ``QueryError`` for other SQL."""
    with tables() as engine:
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


def _in_micros(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    """SQL behind a ``*`` for moments with a zone in nanoseconds, with whose type DuckDB can do next to nothing."""
    kinds = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    fine = [quote(name) for name, kind, *_ in kinds if kind == "TIMESTAMPTZ_NS"]
    return f" REPLACE ({', '.join(f'CAST({name} AS TIMESTAMPTZ) AS {name}' for name in fine)})" if fine else ""


def _scan(files: Sequence[Path]) -> str:
    return f"read_parquet([{_listed(files)}], union_by_name = true)"


def _listed(files: Sequence[Path]) -> str:
    return ", ".join(literal(str(file)) for file in files)
