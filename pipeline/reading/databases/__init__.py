"""SQL databases by their URL: what they hold, the answer to a spec's own query, and named columns for the engine."""

from pipeline.reading.databases.answer import read_database
from pipeline.reading.databases.catalogue import Reference, StoredTable, database_tables, stored_tables
from pipeline.reading.databases.connection import SQLITE_START, Database, is_database, open_database
from pipeline.reading.databases.loading import loaded

__all__ = [
    "SQLITE_START",
    "Database",
    "Reference",
    "StoredTable",
    "database_tables",
    "is_database",
    "loaded",
    "open_database",
    "read_database",
    "stored_tables",
]
