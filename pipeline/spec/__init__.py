"""What the columns of a data set mean, in a TOML file: loaded, checked, and told as a ``Dataset``."""

from pipeline.spec.checks import identifiers, outcome_derived
from pipeline.spec.loading import (
    describe_dataset,
    load_spec,
    parse_spec,
    raw_columns,
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

__all__ = [
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
    "restore_spec",
    "share_name",
    "shipped_specs",
]
