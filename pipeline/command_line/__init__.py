"""What the command line takes, whom that names, and the documents that it prints."""

from pipeline.command_line.asking import PYTHON, champion_of, only_experiment, reason_given
from pipeline.command_line.manual import DOCUMENTS, document
from pipeline.command_line.options import (
    ChampionOption,
    DataOption,
    JsonOption,
    Promote,
    ReasonOption,
    SpecOption,
    mlflow_pages,
    plan_at,
    settings_fault,
    who,
)

__all__ = [
    "DOCUMENTS",
    "PYTHON",
    "ChampionOption",
    "DataOption",
    "JsonOption",
    "Promote",
    "ReasonOption",
    "SpecOption",
    "champion_of",
    "document",
    "mlflow_pages",
    "only_experiment",
    "plan_at",
    "reason_given",
    "settings_fault",
    "who",
]
