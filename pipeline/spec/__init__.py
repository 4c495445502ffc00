"""What the columns of a data set mean, in a TOML file: loaded, checked, and told as a ``Dataset``."""

from pipeline.spec.checks import identifiers, outcome_derived, refuse_open_questions
from pipeline.spec.engines import EngineName, EngineSpec, SparkQuery, SparkSource
from pipeline.spec.expressions import asks_day, forbidden, unquoted, with_day
from pipeline.spec.rfm_section import RfmCuts, RfmSpec
from pipeline.spec.schema import SCHEMA_FILE, schema_text, spec_schema
from pipeline.spec.spec_file import (
    describe_dataset,
    load_spec,
    parse_spec,
    raw_columns,
    read_spec,
    restore_spec,
    share_name,
    shipped_specs,
)
from pipeline.spec.toml_tables import (
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
from pipeline.spec.trust import is_named, leads_out, named, stored_text

__all__ = [
    "SCHEMA_FILE",
    "DuplicateIdRule",
    "EngineName",
    "EngineSpec",
    "GroupSpec",
    "HistorySpec",
    "IdColumn",
    "LineRule",
    "LinesSpec",
    "LookalikeRule",
    "OpenQuestion",
    "RangeRule",
    "ReplaceRule",
    "RfmCuts",
    "RfmSpec",
    "Source",
    "SparkQuery",
    "SparkSource",
    "Spec",
    "WhereRule",
    "asks_day",
    "describe_dataset",
    "forbidden",
    "identifiers",
    "is_named",
    "leads_out",
    "load_spec",
    "named",
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
    "stored_text",
    "unquoted",
    "with_day",
]
