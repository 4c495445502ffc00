"""Saving a sweep so that a kill at any moment leaves nothing that looks complete. Importing this imports MLflow.

Order: the parent run tagged ``started``, each k with parameters, metrics, files, model and its manifest, then the
parent's own files and manifest; then the tags ``completed``, children first and the parent last. Only completed
children of a completed parent are ever listed.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModel,
    LoggedModelOutput,
    Metric,
    Param,
)
from mlflow.exceptions import MlflowException

from pipeline.contract import SCHEMA_VERSION, Artifacts, RunIndex, RunRecord, SavedSweep, SweepRecord
from pipeline.errors import StoreError, without_password
from pipeline.processors import own_folder
from pipeline.settings import Settings, account_name
from pipeline.store import artifacts, entrance
from pipeline.store.model_files import write_model
from pipeline.store.tracking.client import run_again
from pipeline.store.tracking.remote import first_line
from pipeline.store.tracking.tag_names import COMPLETED, NOTE, PARENT, SCHEMA, STARTED, STATUS, WRITER, folder_of
from pipeline.store.tracking.writers import close_dead_runs, this_writer

_LONGEST_PARAM = 6000
_log = logging.getLogger(__name__)
Progress = Callable[[str], None]


class Writer:
    """Writes one sweep."""

    def __init__(self, client: MlflowClient, settings: Settings) -> None:
        self._client, self._settings = client, settings
        self._open: list[str] = []
        self._models: list[str] = []
        self._addresses: dict[str, str] = {}  # of each run's artifacts

    def save(self, record: SweepRecord, *, experiment: str, progress: Progress) -> SavedSweep:
        """See ``Store.save``."""
        experiment_id = self._experiment(experiment)
        close_dead_runs(self._client, experiment_id)
        try:
            return self._save(record, experiment_id, progress)
        except BaseException:  # an interrupt too: nothing half-done stays open
            self._give_up()
            raise

    def _save(self, record: SweepRecord, experiment_id: str, progress: Progress) -> SavedSweep:
        data = _dataset(record)
        parent = self._start(experiment_id, record.parent)
        children: dict[int, str] = {}
        for k, child in record.children.items():
            children[k] = self._start(experiment_id, child, parent=parent)
            self._fill(experiment_id, children[k], child, data)
            progress(f"saved k = {k}")
        self._fill(experiment_id, parent, record.parent, data)
        for run_id in (*children.values(), parent):
            self._complete(run_id)
        self._describe(experiment_id, parent, record)
        return SavedSweep(experiment_id=experiment_id, sweep_run_id=parent, run_ids=children)

    def _experiment(self, name: str) -> str:
        experiment = self._client.get_experiment_by_name(name)
        if experiment is None:
            root = self._settings.artifacts
            location = f"{root.rstrip('/')}/{folder_of(name)}" if root else None
            try:
                return str(self._client.create_experiment(name, artifact_location=location))
            except MlflowException:  # another process was quicker
                experiment = self._client.get_experiment_by_name(name)
                if experiment is None:
                    raise
        if experiment.lifecycle_stage != "active":
            raise StoreError.because(
                f"experiment {name!r} was deleted in MLflow",
                remedy="restore it in the MLflow UI, or give another --experiment",
            )
        return str(experiment.experiment_id)

    def _start(self, experiment_id: str, record: RunRecord, *, parent: str | None = None) -> str:
        tags = {
            **record.tags,
            STATUS: STARTED,
            SCHEMA: str(SCHEMA_VERSION),
            WRITER: this_writer(),
            NOTE: record.description,
            "mlflow.user": account_name(),
            "mlflow.source.name": "korzina train",
            "mlflow.source.type": "LOCAL",
        }
        if parent is not None:
            tags[PARENT] = parent
        if record.ui_tables:
            tables = [{"path": name, "type": "table"} for name in record.ui_tables]
            tags["mlflow.loggedArtifacts"] = json.dumps(tables)
        run = self._client.create_run(experiment_id, tags=tags, run_name=record.name)
        self._open.append(run.info.run_id)
        self._addresses[run.info.run_id] = run.info.artifact_uri
        return str(run.info.run_id)

    def _fill(self, experiment_id: str, run_id: str, record: RunRecord, data: DatasetInput) -> None:
        model = self._model(experiment_id, run_id, record) if record.model is not None else None
        self._client.log_batch(run_id, metrics=_metrics(record, model), params=_params(record.params))
        run_again(lambda: self._client.log_inputs(run_id, datasets=[data]))  # two may be first to name the same data
        place = artifacts.folder_at(self._addresses[run_id])
        if place is not None:  # the artifacts are files of this machine: written where they stay
            place.mkdir(parents=True, exist_ok=True)
            artifacts.stage(record, place)
            _write_manifest(place, artifacts.manifest(place))
            return
        with own_folder() as folder:
            artifacts.stage(record, folder)
            index = artifacts.manifest(folder)
            self._client.log_artifacts(run_id, str(folder))
            last = _write_manifest(folder, index)
            self._client.log_artifact(run_id, str(last), str(Path(Artifacts.MANIFEST).parent))

    def _model(self, experiment_id: str, run_id: str, record: RunRecord) -> LoggedModel:
        """Log the model as an MLflow 3 model of the run, so that the UI's Models column shows it."""
        assert record.model is not None  # noqa: S101 (for the type checker; the caller looked)
        model = self._client.create_logged_model(
            experiment_id,
            name=f"segments-k{record.params['k']}",
            source_run_id=run_id,
            model_type="clustering",
            params={"k": record.params["k"]},
        )
        self._models.append(model.model_id)
        with own_folder() as draft:
            write_model(draft / Artifacts.MODEL, record.model, model, run_id)
            self._client.log_model_artifacts(model.model_id, str(draft / Artifacts.MODEL))
        columns = [str(name) for name in record.model.example.columns]
        self._client.set_tag(run_id, NOTE, entrance.with_usage(record.description, model.model_id, columns))
        self._client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=0)])
        ready = self._client.finalize_logged_model(model.model_id, "READY")
        self._models.remove(model.model_id)
        return ready

    def _describe(self, experiment_id: str, sweep_run_id: str, record: SweepRecord) -> None:
        """What MLflow's pages say of the experiment and show first; the sweep is complete without."""
        note = entrance.experiment_note(record.dataset_name, record.rows, record.parent.tags, record.recommended_k)
        view, value = entrance.sweep_view(sweep_run_id, time.time())
        try:
            for key, text in ((NOTE, note[: entrance.LONGEST_NOTE]), (view, value)):
                run_again(partial(self._client.set_experiment_tag, experiment_id, key, text))
        except Exception as error:
            _log.warning(
                "MLflow's pages keep what they said of the experiment before: %s", without_password(first_line(error))
            )
            _log.debug("in full", exc_info=True)

    def _complete(self, run_id: str) -> None:
        self._client.set_terminated(run_id, "FINISHED")
        self._client.set_tag(run_id, STATUS, COMPLETED)
        self._open.remove(run_id)

    def _give_up(self) -> None:
        for model_id in self._models:
            self._client.finalize_logged_model(model_id, "FAILED")
        for run_id in self._open:
            self._client.set_terminated(run_id, "FAILED")


def _write_manifest(folder: Path, index: RunIndex) -> Path:
    """The last file of a run, without which it is not complete."""
    path = folder / Artifacts.MANIFEST
    path.parent.mkdir(exist_ok=True)
    path.write_text(index.model_dump_json(indent=1), "utf-8")
    return path


def _dataset(record: SweepRecord) -> DatasetInput:
    schema = {
        "mlflow_colspec": [{"name": name, "type": kind, "required": False} for name, kind in record.schema.items()]
    }
    profile = {"num_rows": record.rows, "num_elements": record.rows * len(record.schema)}
    dataset = Dataset(
        name=record.dataset_name[:500],
        digest=record.fingerprint[:36],
        source_type="local",
        source=json.dumps({"uri": record.source}),
        schema=json.dumps(schema),
        profile=json.dumps(profile),
    )
    return DatasetInput(dataset, tags=[InputTag("mlflow.data.context", "training")])


def _metrics(record: RunRecord, model: LoggedModel | None) -> list[Metric]:
    now = int(time.time() * 1000)
    model_id = None if model is None else model.model_id
    points = [(name, 0, value) for name, value in record.metrics.items()]
    points += [(name, step, value) for name, curve in record.curves.items() for step, value in curve.items()]
    return [Metric(name, value, now, step, model_id=model_id) for name, step, value in points]


def _params(params: Mapping[str, str]) -> list[Param]:
    return [
        Param(name, value if len(value) <= _LONGEST_PARAM else value[: _LONGEST_PARAM - 1] + "…")
        for name, value in params.items()
    ]
