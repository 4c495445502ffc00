"""What the command line takes, whom that names, and the documents that it prints."""

from pipeline.command_line.asking import can_ask
from pipeline.command_line.manual import DOCUMENTS, document
from pipeline.command_line.options import (
    ChampionOption,
    DataOption,
    DayOption,
    JsonOption,
    LanguageOption,
    Promote,
    ReasonOption,
    SpecOption,
    champion_to,
    given,
    mlflow_pages,
    only_experiment,
    plan_at,
    settings_fault,
    told_in,
    who,
)
from pipeline.command_line.placing import place
from pipeline.command_line.trial import Wanted, answers_of, as_document, data_of, target_of, told, try_draft

__all__ = [
    "DOCUMENTS",
    "ChampionOption",
    "DataOption",
    "DayOption",
    "JsonOption",
    "LanguageOption",
    "Promote",
    "ReasonOption",
    "SpecOption",
    "Wanted",
    "answers_of",
    "as_document",
    "can_ask",
    "champion_to",
    "data_of",
    "document",
    "given",
    "mlflow_pages",
    "only_experiment",
    "place",
    "plan_at",
    "settings_fault",
    "target_of",
    "told",
    "told_in",
    "try_draft",
    "who",
]
