"""Named columns of a database's tables, fetched in chunks: Arrow tables, or Parquet files where they are large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.contract import unknown_name
from pipeline.processors import own_folder
from pipeline.reading.databases.catalogue import CellKind, StoredTable, stored_tables
from pipeline.reading.databases.connection import CHUNK, Database, open_database
from pipeline.reading.databases.driver_cells import arrow_type, column_of, expression
from pipeline.reading.frames import Arrow, Frames
from pipeline.reading.kept import kept_open

if TYPE_CHECKING:
    import sqlalchemy as sa

Wanted: TypeAlias = Mapping[str, tuple[str, Sequence[str] | None]]  # name -> table of the database, its columns
_MOST_IN_MEMORY = 20_000_000  # cells of one table; more go to files that are taken away afterwards


@contextmanager
def loaded(url: str, wanted: Wanted) -> Iterator[Frames]:
    """Tables for the embedded engine, all as they stood at one moment; those in files last while this is open.

    Under ``keeping`` the first call fetches, and later ones take their part of that where it holds all they want.

    Parameters
    ----------
    url
        The database's address.
    wanted
        Name for the engine -> the table in the database and the columns to fetch; None: all but those of bytes.

    Raises
    ------
    InputError
        Where the database cannot be reached or read.
    SpecError
        Naming a table or a column that is not there, and the nearest that is.
    """
    with kept_open(("database", url), lambda: _fetched(url, wanted)) as held:
        frames = held.part(wanted)
        if frames is not None:
            yield frames
            return
    with _fetched(url, wanted) as other:
        yield other.frames


@dataclass(frozen=True)
class _Fetched:
    """Tables by the names of the engine, and which tables of the database they are."""

    frames: Frames
    stored: Mapping[str, str]

    def part(self, wanted: Wanted) -> Frames | None:
        """The tables and columns ``wanted``; None where not all of them were fetched."""
        by_table = {table: self.frames.tables[name] for name, table in self.stored.items()}
        if not {table for table, _ in wanted.values()} <= set(by_table):
            return None
        made = {name: _only(by_table[table], columns) for name, (table, columns) in wanted.items()}
        return None if None in made.values() else Frames(made, self.frames.title, typed=self.frames.typed)


def _only(table: list[Path] | Arrow, columns: Sequence[str] | None) -> list[Path] | Arrow | None:
    """Some columns of a table, a file of their own where it is in one; None where they are not all there."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    if columns is None:
        return table
    if not isinstance(table, list):
        return table.select(list(columns)) if set(columns) <= set(table.column_names) else None
    (file,) = table
    there = pq.ParquetFile(file)
    names = there.schema_arrow.names
    if list(columns) == names:
        return table
    if not set(columns) <= set(names):
        return None
    fewer = file.with_name(f"{file.stem}-{len(list(file.parent.iterdir()))}.parquet")
    with pq.ParquetWriter(fewer, there.schema_arrow.empty_table().select(list(columns)).schema) as writer:
        for batch in there.iter_batches(CHUNK, columns=list(columns)):
            writer.write_batch(batch.select(list(columns)))
    return [fewer]


@contextmanager
def _fetched(url: str, wanted: Wanted) -> Iterator[_Fetched]:
    with ExitStack() as stack:
        with open_database(url) as database:
            held = stored_tables(database)
            chosen = {name: _chosen(database, held, table, columns) for name, (table, columns) in wanted.items()}
            folder = stack.enter_context(own_folder())  # nobody else's to read
            made: dict[str, list[Path] | Arrow] = {
                name: fetch(database, table, columns, folder / f"{number}.parquet")
                for number, (name, (table, columns)) in enumerate(chosen.items())
            }
        stored = {name: table for name, (table, _) in wanted.items()}
        yield _Fetched(Frames(made, database.shown, typed=False), stored)


def fetch(database: Database, table: StoredTable, columns: Sequence[str], spill: Path) -> list[Path] | Arrow:
    """All rows of some columns: an Arrow table, or a Parquet file at ``spill`` where they are many."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    kinds = _kinds(database, table, columns)
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in kinds.items()])
    chunks: list[Any] = []
    with ExitStack() as stack:
        writer: Any = None
        for rows in _chunks(database, table, kinds):
            values = zip(*rows, strict=True)
            chunks.append(
                pa.table(
                    [column_of(cells, kinds[name]) for name, cells in zip(kinds, values, strict=True)], schema=schema
                )
            )
            if writer is None and sum(map(len, chunks)) * len(kinds) > _MOST_IN_MEMORY:
                writer = stack.enter_context(pq.ParquetWriter(spill, schema))
            if writer is not None:
                writer.write_table(pa.concat_tables(chunks))
                chunks = []
    return [spill] if writer is not None else pa.concat_tables(chunks or [schema.empty_table()])


def _chosen(
    database: Database, held: Mapping[str, StoredTable], name: str, columns: Sequence[str] | None
) -> tuple[StoredTable, Sequence[str]]:
    if name not in held:
        raise unknown_name(f"{database.shown}: tables", name, held)
    if columns is None:
        kinds = _kinds(database, held[name], list(held[name].columns))
        return held[name], [column for column, kind in kinds.items() if kind != "bytes"]
    missing = [column for column in columns if column not in held[name].columns]
    if missing:
        raise unknown_name(f"{database.shown}: columns of {name}", missing[0], held[name].columns)
    return held[name], columns


def _kinds(database: Database, table: StoredTable, columns: Sequence[str]) -> dict[str, CellKind]:
    """Kinds of the cells; SQLite keeps one with each cell, so that all have to be looked at."""
    if database.dialect != "sqlite":
        return {column: table.kind(column) for column in columns}
    import sqlalchemy as sa

    counts = [
        sa.func.sum(sa.func.typeof(_column(name)) == stored)
        for name in columns
        for stored in ("text", "blob", "real", "integer")
    ]
    answer = [number or 0 for number in database.connection.execute(sa.select(*counts).select_from(_from(table))).one()]
    kinds: dict[str, CellKind] = {}
    for at, name in enumerate(columns):
        text, blob, real, integer = answer[4 * at : 4 * at + 4]
        kinds[name] = "text" if text else "bytes" if blob else "number" if real else "integer" if integer else "text"
    return kinds


def _chunks(
    database: Database, table: StoredTable, kinds: Mapping[str, CellKind]
) -> Iterator[Sequence[sa.Row[tuple[Any, ...]]]]:
    import sqlalchemy as sa

    wanted = [
        expression(_column(name), table.columns[name], kind, database.dialect).label(f"c{at}")
        for at, (name, kind) in enumerate(kinds.items())
    ]
    streaming = database.connection.execution_options(stream_results=True, yield_per=CHUNK)
    yield from streaming.execute(sa.select(*wanted).select_from(_from(table))).partitions(CHUNK)


def _column(name: str) -> sa.ColumnClause[Any]:
    import sqlalchemy as sa

    return sa.column(sa.quoted_name(name, quote=True))


def _from(table: StoredTable) -> sa.TableClause:
    import sqlalchemy as sa

    schema = sa.quoted_name(table.schema, quote=True) if table.schema else None
    return sa.table(sa.quoted_name(table.table, quote=True), schema=schema)
