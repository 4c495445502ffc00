"""What a database holds: its tables and views, their columns, and the keys that it declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.databases.connection import Database, open_database

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.engine.reflection import Inspector

CellKind = Literal["integer", "number", "flag", "date", "moment", "text", "bytes", "any"]  # any: each cell has its own
_EXACT_DIGITS = 18  # what fits into 64 bits
_SYSTEM = frozenset({"information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys"})
_READABLE = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')"""


@dataclass(frozen=True)
class Reference:
    """A declared foreign key of one column: its values are found in ``key`` of ``table``."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class StoredTable:
    """A table or a view; ``name`` is what a spec calls it, with the schema where that is not the default one."""

    name: str
    table: str
    schema: str | None
    columns: Mapping[str, sa.types.TypeEngine[Any]]
    references: tuple[Reference, ...] = ()

    def kind(self, column: str) -> CellKind:
        """How the cells of a column are handed over."""
        return _kind(self.columns[column])


def database_tables(url: str) -> dict[str, StoredTable]:
    """What a database holds, by name; raises ``InputError`` where it cannot be read, or holds nothing."""
    with open_database(url) as database:
        held = stored_tables(database)
    if not held:
        raise InputError.because(
            Message.of("{source}: no table in this database", source=database.shown),
            expected=Message.of("a table that this user may read"),
            remedy=Message.of("check the name of the database in the address, and what this user may read"),
        )
    return held


def stored_tables(database: Database) -> dict[str, StoredTable]:
    """Tables and views that this user may read, by name; those of the system are left out."""
    import sqlalchemy as sa
    from sqlalchemy.engine.reflection import ObjectKind

    inspector = sa.inspect(database.connection)
    readable = _readable(database)
    tables: dict[str, StoredTable] = {}
    for schema in _schemas(inspector, database):
        keys = inspector.get_multi_foreign_keys(schema=schema, kind=ObjectKind.ANY)
        for (_, table), columns in inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY).items():
            if readable is None or (schema or inspector.default_schema_name, table) in readable:
                name = table if schema is None else f"{schema}.{table}"
                types = {column["name"]: column["type"] for column in columns}
                tables[name] = StoredTable(name, table, schema, types, _references(keys.get((schema, table), ())))
    return dict(sorted(tables.items()))


def _schemas(inspector: Inspector, database: Database) -> list[str | None]:
    """The default schema as None, then the others of PostgreSQL; SQLite's attached files are none of a reader's."""
    if database.dialect == "sqlite":
        return [None]
    others = {*inspector.get_schema_names()} - _SYSTEM - {inspector.default_schema_name or ""}
    return [None, *sorted(name for name in others if not name.startswith("pg_"))]


def _readable(database: Database) -> set[tuple[str, str]] | None:
    """Schema and name of what may be read; None where the database keeps no such rights."""
    if database.dialect != "postgresql":
        return None
    return {(row[0], row[1]) for row in database.connection.exec_driver_sql(_READABLE.replace("%", "%%"))}


def _references(keys: Iterable[Mapping[str, Any]]) -> tuple[Reference, ...]:
    references = []
    for key in keys:
        columns, referred = key["constrained_columns"], key["referred_columns"]
        if len(columns) == len(referred) == 1:
            schema, table = key.get("referred_schema"), key["referred_table"]
            references.append(Reference(columns[0], table if schema is None else f"{schema}.{table}", referred[0]))
    return tuple(references)


def _kind(stored: sa.types.TypeEngine[Any]) -> CellKind:
    import sqlalchemy as sa

    if hasattr(stored, "data_type"):  # a domain: a type of the user's own over another
        return _kind(stored.data_type)
    if isinstance(stored, sa.Numeric) and not isinstance(stored, sa.Float) and stored.scale == 0 and stored.precision:
        return "integer" if stored.precision <= _EXACT_DIGITS else "text"  # a number's digits must not be lost
    kinds: tuple[tuple[type, CellKind], ...] = (
        (sa.Boolean, "flag"),
        (sa.Integer, "integer"),
        (sa.Numeric, "number"),
        (sa.DateTime, "moment"),
        (sa.Date, "date"),
        (sa.LargeBinary, "bytes"),
    )
    if type(stored).__name__ == "MONEY":
        return "number"
    return next((kind for base, kind in kinds if isinstance(stored, base)), "text")
