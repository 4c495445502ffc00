"""What the columns of a data set mean, in a TOML file: loaded, checked, and told as a ``Dataset``."""

from pipeline.spec.checks import identifiers, outcome_derived, refuse_open_questions
from pipeline.spec.expressions import asks_day, forbidden, unquoted, with_day
from pipeline.spec.loading import (
    describe_dataset,
    load_spec,
    parse_spec,
    raw_columns,
    read_spec,
    restore_spec,
    share_name,
    shipped_specs,
)
from pipeline.spec.parts import (
    DuplicateIdRule,
    GroupSpec,
    HistorySpec,
    IdColumn,
    LineRule,
    LinesSpec,
    LookalikeRule,
    OpenQuestion,
    RangeRule,
    ReplaceRule,
    Source,
    Spec,
    WhereRule,
)
from pipeline.spec.schema import SCHEMA_FILE, schema_text, spec_schema

__all__ = [
    "SCHEMA_FILE",
    "DuplicateIdRule",
    "GroupSpec",
    "HistorySpec",
    "IdColumn",
    "LineRule",
    "LinesSpec",
    "LookalikeRule",
    "OpenQuestion",
    "RangeRule",
    "ReplaceRule",
    "Source",
    "Spec",
    "WhereRule",
    "asks_day",
    "describe_dataset",
    "forbidden",
    "identifiers",
    "load_spec",
    "outcome_derived",
    "parse_spec",
    "raw_columns",
    "read_spec",
    "refuse_open_questions",
    "restore_spec",
    "schema_text",
    "share_name",
    "shipped_specs",
    "spec_schema",
    "unquoted",
    "with_day",
]
