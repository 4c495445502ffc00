"""What the columns of a data set mean, in a TOML file: loaded, checked, and told as a ``Dataset``."""

from pipeline.spec.checks import identifiers, outcome_derived
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
    HistorySpec,
    IdColumn,
    LookalikeRule,
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
    "HistorySpec",
    "IdColumn",
    "LookalikeRule",
    "RangeRule",
    "ReplaceRule",
    "Source",
    "Spec",
    "WhereRule",
    "describe_dataset",
    "identifiers",
    "load_spec",
    "outcome_derived",
    "parse_spec",
    "raw_columns",
    "read_spec",
    "restore_spec",
    "schema_text",
    "share_name",
    "shipped_specs",
    "spec_schema",
]
