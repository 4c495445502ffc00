"""A source to raw rows: text in any encoding, Parquet, databases; DuckDB is asked from here and nowhere else."""

from pipeline.reading.engine import Engine, QueryError, quote, tables
from pipeline.reading.frames import SINGLE, Data, Frames
from pipeline.reading.kinds import FALSE, NULLS, TRUE, as_text, convert, decimal_hint, infer_column
from pipeline.reading.questions import Choice, Question
from pipeline.reading.raw import ROW_ID, RawTable
from pipeline.reading.sources import open_tables, query_tables, read_source

__all__ = [
    "FALSE",
    "NULLS",
    "ROW_ID",
    "SINGLE",
    "TRUE",
    "Choice",
    "Data",
    "Engine",
    "Frames",
    "QueryError",
    "Question",
    "RawTable",
    "as_text",
    "convert",
    "decimal_hint",
    "infer_column",
    "open_tables",
    "query_tables",
    "quote",
    "read_source",
    "tables",
]
