"""A source to raw rows: text in any encoding, Parquet, databases; DuckDB is asked from here and nowhere else."""

from pipeline.reading.databases import SQLITE_START, database_tables, is_database, loaded
from pipeline.reading.engine import Engine, QueryError, literal, named_columns, quote, tables
from pipeline.reading.frames import SINGLE, Data, Frames
from pipeline.reading.joined_tables import refuse_other_rows
from pipeline.reading.kept import keeping
from pipeline.reading.kinds import (
    FALSE,
    NULLS,
    TRUE,
    as_text,
    convert,
    convert_counted,
    decimal_hint,
    infer_column,
    read_as,
)
from pipeline.reading.lines import (
    ABSURD_AMOUNT,
    BEHIND,
    LINE_NAMES,
    NATIONAL_DIGITS,
    BoughtLines,
    Days,
    FoundLines,
    HeaviestCustomer,
    Judged,
    Subject,
    SummedLines,
    account_of,
    judge_days,
    line_expressions,
    no_day,
    own_rules,
    refuse_more_than_a_line,
    refuse_unknown,
)
from pipeline.reading.queries import ANSWER, Given, last_of
from pipeline.reading.questions import Choice, Question
from pipeline.reading.raw import ROW_ID, RawTable
from pipeline.reading.several import holds_files, tables_in
from pipeline.reading.shapes.files import is_parquet
from pipeline.reading.sources import open_answer, open_tables, query_tables, read_source, table_files
from pipeline.reading.values.currencies import currency_of, without_currency
from pipeline.reading.values.day_month import DayMonth, day_month_evidence, shown_days
from pipeline.reading.values.forms import DayForm, day_forms
from pipeline.reading.values.months import month_words, with_english_months
from pipeline.reading.values.portable import reading_of_days

__all__ = [
    "ABSURD_AMOUNT",
    "ANSWER",
    "BEHIND",
    "FALSE",
    "LINE_NAMES",
    "NATIONAL_DIGITS",
    "NULLS",
    "ROW_ID",
    "SINGLE",
    "SQLITE_START",
    "TRUE",
    "BoughtLines",
    "Choice",
    "Data",
    "DayForm",
    "DayMonth",
    "Days",
    "Engine",
    "FoundLines",
    "Frames",
    "Given",
    "HeaviestCustomer",
    "Judged",
    "QueryError",
    "Question",
    "RawTable",
    "Subject",
    "SummedLines",
    "account_of",
    "as_text",
    "convert",
    "convert_counted",
    "currency_of",
    "database_tables",
    "day_forms",
    "day_month_evidence",
    "decimal_hint",
    "holds_files",
    "infer_column",
    "is_database",
    "is_parquet",
    "judge_days",
    "keeping",
    "last_of",
    "line_expressions",
    "literal",
    "loaded",
    "month_words",
    "named_columns",
    "no_day",
    "open_answer",
    "open_tables",
    "own_rules",
    "query_tables",
    "quote",
    "read_as",
    "read_source",
    "reading_of_days",
    "refuse_more_than_a_line",
    "refuse_other_rows",
    "refuse_unknown",
    "shown_days",
    "table_files",
    "tables",
    "tables_in",
    "with_english_months",
    "without_currency",
]
