"""Names that Korzina gives to things in MLflow: tags, the alias, folders."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

from pipeline.errors import UsageError

STATUS, STARTED, COMPLETED = "korzina.status", "started", "completed"
SCHEMA = "korzina.schema_version"
WRITER = "korzina.writer"  # host:process:birth of whoever writes the run, to tell a dead run from a busy one
PARENT, NAME, NOTE = "mlflow.parentRunId", "mlflow.runName", "mlflow.note.content"
ALIAS = "champion"
CHAMPION = "champion"  # tag of the run that the alias points at: for MLflow's pages, the alias decides
VIEW_KEY = "korzina"
VIEW = f"mlflow.sharedViewState.{VIEW_KEY}"  # tag of an experiment: a view that MLflow's pages offer
HISTORY = "korzina.history."  # prefix of the registered model's tags that hold the history of champions
PURGED = "korzina.purged"  # tag of an experiment: when rows were last removed from its runs for good
NOTE_OF_PURGE = "purge.json"  # beside a run's files while rows are being removed from its sweep
ANNOTATION = "korzina.segment."  # and of those that hold the names and notes of segments


def leads_nowhere_else(run_id: object, artifact_uri: object) -> bool:
    """Whether a run's id and address are such as MLflow gives: folders are called by them, and some are removed."""
    plain = isinstance(run_id, str) and re.fullmatch(r"[0-9A-Za-z_-]{1,64}", run_id)
    return bool(plain) and isinstance(artifact_uri, str) and ".." not in re.split(r"[/\\]", unquote(artifact_uri))[-4:]


def check_experiment(name: str) -> str:
    """Refuse a name that cannot also be a registered model's; raises ``UsageError``."""
    if not name.strip() or len(name) > 200 or re.search(r"[/:\\'\"`\x00-\x1f]", name):
        raise UsageError.because(
            f"experiment name {name!r} cannot be used",
            expected="1 to 200 characters without / \\ :, quotes and control characters",
            remedy="give another --experiment",
        )
    return name


def folder_of(experiment: str) -> str:
    """Folder of an experiment's artifacts: its name, where that is a safe folder name."""
    safe = re.sub(r"[^\w.-]", "_", experiment).strip(".")
    if safe == experiment:
        return safe
    return f"{safe or 'experiment'}-{hashlib.sha256(experiment.encode()).hexdigest()[:8]}"
