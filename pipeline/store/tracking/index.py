"""Runs and champions as the database lists them, read without MLflow where the store is a SQLite file.

``import mlflow`` costs three seconds and 60 MB in every dashboard worker; asking SQLite costs a millisecond. The
tables read here are those of the schema version that ``preflight`` checks. ``ClientIndex`` answers the same questions
through MLflow's client for every other kind of store, and a test holds the two together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pipeline.store.tracking import preflight
from pipeline.store.tracking.tag_names import ALIAS, ANNOTATION, COMPLETED, HISTORY, PURGED, STATUS, leads_nowhere_else


@dataclass(frozen=True)
class RunRow:
    """One completed run as the database has it."""

    run_id: str
    experiment_id: str
    experiment: str
    started: float  # seconds since the epoch, UTC
    artifact_uri: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class ModelRow:
    """One registered model: where its champion alias points, and the tags that Korzina adds to it."""

    name: str
    version: int | None
    run_id: str | None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def history(self) -> Mapping[str, str]:
        """The tags that hold the moves of the champion."""
        return {key: value for key, value in self.tags.items() if key.startswith(HISTORY)}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The tags that hold the names and notes of segments."""
        return {key: value for key, value in self.tags.items() if key.startswith(ANNOTATION)}


@dataclass(frozen=True)
class ExperimentRow:
    """One experiment: its id in MLflow, and its tags."""

    experiment_id: str
    tags: Mapping[str, str] = field(default_factory=dict)


class Index(Protocol):
    """What reading needs to know."""

    def runs(self, *, experiment: str | None = None, prefix: str = "", sweep: str | None = None) -> list[RunRow]:
        """Completed runs, parents and children, of one experiment, with ids that start alike, or of one sweep."""
        ...

    def models(self, name: str | None = None) -> list[ModelRow]:
        """Registered models, or the one called ``name`` if it exists."""
        ...

    def experiment(self, name: str) -> ExperimentRow | None:
        """The experiment called ``name``, unless it does not exist or was deleted."""
        ...

    def purged(self) -> str:
        """When rows were last removed from completed runs, of all experiments; empty for never."""
        ...


_YEAR_5000 = 95_617_584_000_000  # in milliseconds; what is later is no moment that can be written
_RUNS = """
FROM runs r
JOIN experiments e ON e.experiment_id = r.experiment_id
JOIN tags s ON s.run_uuid = r.run_uuid AND s.key = :status AND s.value = :completed
LEFT JOIN tags p ON p.run_uuid = r.run_uuid AND p.key = 'mlflow.parentRunId'
WHERE r.lifecycle_stage = 'active' AND e.lifecycle_stage = 'active'
  AND (:experiment IS NULL OR e.name = :experiment)
  AND (:sweep IS NULL OR r.run_uuid = :sweep OR p.value = :sweep)
  AND substr(r.run_uuid, 1, length(:prefix)) = :prefix
"""


class SqliteIndex:
    """Answers from the SQLite file itself, read-only."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def runs(self, *, experiment: str | None = None, prefix: str = "", sweep: str | None = None) -> list[RunRow]:
        """See ``Index``; three small queries however many runs there are."""
        values = {"status": STATUS, "completed": COMPLETED, "experiment": experiment, "prefix": prefix, "sweep": sweep}
        with preflight.connect(self._file) as connection:
            rows = connection.execute(
                f"SELECT r.run_uuid, e.experiment_id, e.name, r.start_time, r.artifact_uri {_RUNS}", values
            ).fetchall()
            facts = {
                table: _facts(
                    connection.execute(
                        f"SELECT t.run_uuid, t.key, t.value FROM {table} t "
                        f"WHERE t.run_uuid IN (SELECT r.run_uuid {_RUNS})",
                        values,
                    )
                )
                for table in ("tags", "params", "latest_metrics")
            }
        return [
            RunRow(
                run_id,
                str(experiment_id),
                name,
                seconds(started),
                uri,
                tags=facts["tags"].get(run_id, {}),
                params=facts["params"].get(run_id, {}),
                metrics=facts["latest_metrics"].get(run_id, {}),
            )
            for run_id, experiment_id, name, started, uri in rows
            if leads_nowhere_else(run_id, uri)
        ]

    def models(self, name: str | None = None) -> list[ModelRow]:
        """See ``Index``."""
        values = {"alias": ALIAS, "name": name, "history": HISTORY, "annotation": ANNOTATION}
        with preflight.connect(self._file) as connection:
            rows = connection.execute(
                "SELECT m.name, a.version, v.run_id FROM registered_models m "
                "LEFT JOIN registered_model_aliases a ON a.name = m.name AND a.workspace = m.workspace "
                "AND a.alias = :alias "
                "LEFT JOIN model_versions v ON v.name = a.name AND v.version = a.version AND v.workspace = m.workspace "
                "WHERE :name IS NULL OR m.name = :name",
                values,
            ).fetchall()
            tags = _facts(
                connection.execute(
                    "SELECT name, key, value FROM registered_model_tags WHERE (substr(key, 1, length(:history)) = "
                    ":history OR substr(key, 1, length(:annotation)) = :annotation) "
                    "AND (:name IS NULL OR name = :name)",
                    values,
                )
            )
        return [
            ModelRow(model, None if run_id is None else int(version), run_id, tags.get(model, {}))
            for model, version, run_id in rows
        ]

    def experiment(self, name: str) -> ExperimentRow | None:
        """See ``Index``."""
        with preflight.connect(self._file) as connection:
            row = connection.execute(
                "SELECT experiment_id FROM experiments WHERE name = ? AND lifecycle_stage = 'active'", (name,)
            ).fetchone()
            if row is None:
                return None
            tags = connection.execute("SELECT key, value FROM experiment_tags WHERE experiment_id = ?", row)
            return ExperimentRow(str(row[0]), dict(tags.fetchall()))

    def purged(self) -> str:
        """See ``Index``."""
        with preflight.connect(self._file) as connection:
            (moment,) = connection.execute("SELECT max(value) FROM experiment_tags WHERE key = ?", (PURGED,)).fetchone()
        return moment or ""


def seconds(milliseconds: object) -> float:
    """A moment that MLflow recorded; 1970 where it is none, so that one bad run hides no other."""
    is_moment = isinstance(milliseconds, int | float) and abs(milliseconds) < _YEAR_5000
    return float(milliseconds) / 1000 if is_moment else 0.0  # type: ignore[arg-type]


def _facts(rows: sqlite3.Cursor | Iterable[tuple[str, str, object]]) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for owner, key, value in rows:
        facts.setdefault(owner, {})[key] = value
    return facts
