"""What the command line takes, whom that names, and the documents that it prints."""

from pipeline.command_line.account_commands import attach_accounts, audited
from pipeline.command_line.arguments import PYTHON, champion_of, only_experiment, reason_given
from pipeline.command_line.doctor import examined, told_faults
from pipeline.command_line.first_look import refuse_silent
from pipeline.command_line.manual import DOCUMENTS, document, document_text, documents_in_lines, schema_into
from pipeline.command_line.options import (
    ChampionOption,
    DataOption,
    DayOption,
    EngineOption,
    JsonOption,
    LanguageOption,
    MasterOption,
    Promote,
    ReasonOption,
    SampleOption,
    SpecOption,
    mlflow_pages,
    plan_at,
    settings_fault,
    told_in,
    who,
)
from pipeline.command_line.removal import attach_purge
from pipeline.command_line.score_command import place, told_placed
from pipeline.command_line.terminal import can_ask, tell_version, told_fault
from pipeline.command_line.trial import DraftRequest, answers_of, as_document, data_of, target_of, told, try_draft

__all__ = [
    "DOCUMENTS",
    "PYTHON",
    "ChampionOption",
    "DataOption",
    "DayOption",
    "DraftRequest",
    "EngineOption",
    "JsonOption",
    "LanguageOption",
    "MasterOption",
    "Promote",
    "ReasonOption",
    "SampleOption",
    "SpecOption",
    "answers_of",
    "as_document",
    "attach_accounts",
    "attach_purge",
    "audited",
    "can_ask",
    "champion_of",
    "data_of",
    "document",
    "document_text",
    "documents_in_lines",
    "examined",
    "mlflow_pages",
    "only_experiment",
    "place",
    "plan_at",
    "reason_given",
    "refuse_silent",
    "schema_into",
    "settings_fault",
    "target_of",
    "tell_version",
    "told",
    "told_fault",
    "told_faults",
    "told_in",
    "told_placed",
    "try_draft",
    "who",
]
