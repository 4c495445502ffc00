"""What the command line takes, whom that names, and the documents that it prints."""

from pipeline.command_line.manual import DOCUMENTS, document
from pipeline.command_line.options import (
    ChampionOption,
    DataOption,
    JsonOption,
    Promote,
    ReasonOption,
    SpecOption,
    champion_to,
    given,
    mlflow_pages,
    only_experiment,
    plan_at,
    settings_fault,
    who,
)

__all__ = [
    "DOCUMENTS",
    "ChampionOption",
    "DataOption",
    "JsonOption",
    "Promote",
    "ReasonOption",
    "SpecOption",
    "champion_to",
    "document",
    "given",
    "mlflow_pages",
    "only_experiment",
    "plan_at",
    "settings_fault",
    "who",
]
