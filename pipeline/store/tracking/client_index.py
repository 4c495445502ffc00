"""The same answers as ``SqliteIndex`` through MLflow's client: for tracking servers and other databases."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import RegisteredModel

from pipeline.settings import Settings
from pipeline.store.tracking.client import translated
from pipeline.store.tracking.index import ExperimentRow, ModelRow, RunRow, seconds
from pipeline.store.tracking.tag_names import (
    ALIAS,
    ANNOTATION,
    COMPLETED,
    HISTORY,
    PARENT,
    PURGED,
    STATUS,
    leads_nowhere_else,
)

_PAGE = 1000


class ClientIndex:
    """Answers over the client; see ``Index``."""

    def __init__(self, client: MlflowClient, settings: Settings) -> None:
        self._client, self._settings = client, settings

    def runs(self, *, experiment: str | None = None, prefix: str = "", sweep: str | None = None) -> list[RunRow]:
        """See ``Index``."""
        with translated(self._settings):
            names = {
                experiment_of.experiment_id: experiment_of.name
                for experiment_of in self._client.search_experiments(max_results=_PAGE)
                if experiment is None or experiment_of.name == experiment
            }
            matches = self._search(list(names)) if names else []
        rows = [
            _run_row(run, names[run.info.experiment_id])
            for run in matches
            if leads_nowhere_else(run.info.run_id, run.info.artifact_uri)
        ]
        return [
            row
            for row in rows
            if row.run_id.startswith(prefix) and (sweep is None or sweep in (row.run_id, row.tags.get(PARENT)))
        ]

    def models(self, name: str | None = None) -> list[ModelRow]:
        """See ``Index``."""
        rows: list[ModelRow] = []
        with translated(self._settings):
            token = None
            while True:
                page = self._client.search_registered_models(max_results=_PAGE, page_token=token)
                rows += [self._model_row(model) for model in page if name in (None, model.name)]
                token = page.token
                if not token:
                    return rows

    def experiment(self, name: str) -> ExperimentRow | None:
        """See ``Index``."""
        with translated(self._settings):
            experiment = self._client.get_experiment_by_name(name)
        if experiment is None or experiment.lifecycle_stage != "active":
            return None
        return ExperimentRow(str(experiment.experiment_id), dict(experiment.tags))

    def purged(self) -> str:
        """See ``Index``."""
        with translated(self._settings):
            experiments = self._client.search_experiments(max_results=_PAGE)
        return max((experiment.tags.get(PURGED, "") for experiment in experiments), default="")

    def _search(self, experiments: list[str]) -> list[Run]:
        runs: list[Run] = []
        token = None
        while True:
            page = self._client.search_runs(
                experiments, f"tags.`{STATUS}` = '{COMPLETED}'", max_results=_PAGE, page_token=token
            )
            runs += page
            token = page.token
            if not token:
                return runs

    def _model_row(self, model: RegisteredModel) -> ModelRow:
        version = model.aliases.get(ALIAS)
        run_id = self._client.get_model_version(model.name, version).run_id if version else None
        tags = {key: value for key, value in model.tags.items() if key.startswith((HISTORY, ANNOTATION))}
        return ModelRow(model.name, int(version) if run_id else None, run_id or None, tags)


def _run_row(run: Run, experiment: str) -> RunRow:
    return RunRow(
        run.info.run_id,
        str(run.info.experiment_id),
        experiment,
        seconds(run.info.start_time),
        run.info.artifact_uri,
        tags=dict(run.data.tags),
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
    )
