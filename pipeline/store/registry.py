"""The champion: one alias, moved in one operation, and the history of its moves. Importing this imports MLflow.

The history is kept as tags of the registered model, one tag a move, under a key made of the moment and a random part:
no move can overwrite another's row, and nothing here ever rewrites one. They are tags of the *model* rather than of its
versions: a run promoted twice is one version with two moves, deleting a version does not delete the past, and one
query reads it all. The database holds them, so they travel with the store. The alias is moved first and its row written
after. A kill in between leaves a champion without a row, and so does somebody moving the alias in the MLflow UI; the
next move writes down what it finds before its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, Literal

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from pipeline.contract import Annotation, Champion, Message, Promotion
from pipeline.errors import StoreError, without_password
from pipeline.store import entrance, run_reader
from pipeline.store.moves import entry_key, history, previous, written
from pipeline.store.tracking.index import Index, ModelRow, RunRow
from pipeline.store.tracking.remote import first_line
from pipeline.store.tracking.tag_names import ALIAS, ANNOTATION, CHAMPION, HISTORY, PARENT, VIEW

_LONGEST_REASON = 2000
_TICK = 2e-6  # seconds; keys tell microseconds apart, and a float of this century does too
_CHOOSE = Message.of("choose a run from 'korzina runs' and promote it")
_log = logging.getLogger(__name__)
Action = Literal["promote", "rollback"]


class Registry:
    """Moves the champion of one store."""

    def __init__(self, client: MlflowClient, index: Index, *, remote: bool) -> None:
        self._client, self._index, self._remote = client, index, remote

    def promote(self, row: RunRow, *, reason: str, who: str) -> Champion:
        """Make a completed run the champion of its experiment; harmless when it is the champion already."""
        model = self._model(row.experiment)
        if model is not None and model.run_id == row.run_id and model.version is not None:
            self._write_missing(model, row, reason=reason, who=who)
            return Champion(experiment=row.experiment, run_id=row.run_id, k=run_reader.k_of(row), version=model.version)
        return self._move(row, model, reason=reason, who=who, action="promote")

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """Go back to the champion before the present one. Raises ``StoreError`` where there is none."""
        model = self._model(experiment)
        past = previous(history(model)) if model is not None else None
        if model is None or past is None:
            raise StoreError.because(
                Message.of("experiment {experiment} has no earlier champion", experiment=repr(experiment)),
                remedy=_CHOOSE,
            )
        row = next(iter(self._index.runs(prefix=past, experiment=experiment)), None)
        if row is None:
            raise StoreError.because(
                Message.of("the earlier champion {run} is no longer in the store", run=past),
                remedy=_CHOOSE,
            )
        return self._move(row, model, reason=reason, who=who, action="rollback")

    def annotate(self, experiment: str, entry: Annotation) -> Annotation:
        """Add a name or a note, and give it back; an experiment without any champion may have them too."""
        model = self._model(experiment)
        if model is None:
            self._create_model(experiment)
        before = [annotation.when for annotation in written(model)] if model is not None else []
        entry = entry.model_copy(update={"when": _later(entry.when, before)})
        self._client.set_registered_model_tag(experiment, entry_key(ANNOTATION, entry.when), entry.model_dump_json())
        return entry

    def _move(self, row: RunRow, model: ModelRow | None, *, reason: str, who: str, action: Action) -> Champion:
        if model is None:
            self._create_model(row.experiment)
            moves: tuple[Promotion, ...] = ()
        else:
            moves = self._catch_up(model)
        version, k = self._version(row), run_reader.k_of(row)
        self._client.set_registered_model_alias(row.experiment, ALIAS, self._asked(version))
        move = Promotion(
            when=_later(time.time(), [past.when for past in moves]),
            who=who[:200],
            reason=reason[:_LONGEST_REASON],
            action=action,
            from_run=model.run_id if model is not None else None,
            to_run=row.run_id,
            version=version,
            k=k,
        )
        self._write(row.experiment, move)
        self._show(row, move)
        return Champion(experiment=row.experiment, run_id=row.run_id, k=k, version=version)

    def _write_missing(self, model: ModelRow, row: RunRow, *, reason: str, who: str) -> None:
        """The row of a move that was cut off after the alias, when whoever was cut off asks again."""
        moves = history(model)
        if moves and moves[-1].to_run == row.run_id:
            return
        move = Promotion(
            when=_later(time.time(), [past.when for past in moves]),
            who=who[:200],
            reason=reason[:_LONGEST_REASON],
            action="promote",
            from_run=moves[-1].to_run if moves else None,
            to_run=row.run_id,
            version=model.version or 0,
            k=run_reader.k_of(row),
        )
        self._write(row.experiment, move)
        self._show(row, move)

    def _show(self, row: RunRow, move: Promotion) -> None:
        """Tell MLflow's pages of the move, in tags and descriptions that nothing of Korzina reads.

        The alias and the history have it already, so a fault here takes nothing back; whatever a kill left undone, the
        next move mends.
        """
        try:
            for run in self._client.search_runs([row.experiment_id], f"tags.`{CHAMPION}` = 'true'"):
                if run.info.run_id != row.run_id:
                    self._client.delete_tag(run.info.run_id, CHAMPION)
            self._client.set_tag(row.run_id, CHAMPION, "true")
            sweep = next((run for run in self._index.runs(sweep=row.tags[PARENT]) if PARENT not in run.tags), row)
            note = entrance.version_note(move.k, sweep.tags, move.action, move.who, move.reason)
            self._client.update_model_version(row.experiment, self._asked(move.version), note)
            self._client.update_registered_model(row.experiment, entrance.model_note(row.experiment))
            experiment = self._index.experiment(row.experiment)
            if experiment is not None and VIEW not in experiment.tags:  # a store of version 0.1
                self._client.set_experiment_tag(row.experiment_id, *entrance.sweep_view(sweep.run_id, move.when))
        except Exception as error:
            _log.warning("MLflow's pages do not tell of the new champion: %s", without_password(first_line(error)))
            _log.debug("in full", exc_info=True)

    def _catch_up(self, model: ModelRow) -> tuple[Promotion, ...]:
        """The history, with a row for a champion that it does not know of."""
        moves = history(model)
        last = moves[-1] if moves else None
        if model.run_id is None or model.version is None or (last is not None and last.to_run == model.run_id):
            return moves
        row = next(iter(self._index.runs(prefix=model.run_id)), None)
        promotion = Promotion(
            when=_later(time.time(), [past.when for past in moves]),
            who="unknown",
            reason="found in MLflow without a record of who moved it",
            action="promote",
            from_run=None if last is None else last.to_run,
            to_run=model.run_id,
            version=model.version,
            k=0 if row is None else run_reader.k_of(row),
        )
        self._write(model.name, promotion)
        return (*moves, promotion)

    def _model(self, experiment: str) -> ModelRow | None:
        return next(iter(self._index.models(experiment)), None)

    def _create_model(self, name: str) -> None:
        try:
            self._client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _version(self, row: RunRow) -> int:
        """The version registered for the run, made if there is none."""
        versions = [
            int(version.version)
            for version in self._client.search_model_versions(f"run_id = '{row.run_id}'")
            if version.name == row.experiment
        ]
        if versions:
            return min(versions)
        outputs = self._client.get_run(row.run_id).outputs
        models = outputs.model_outputs if outputs else []
        if not models:
            raise StoreError.because(
                Message.of("run {run} holds no model", run=row.run_id),
                remedy=Message.of("train again and promote the new run"),
            )
        model = self._client.get_logged_model(models[0].model_id)
        # a server resolves and checks the address itself; a client without one would ask MLflow's process-global store
        source = f"models:/{model.model_id}" if self._remote else model.artifact_location
        made = self._client.create_model_version(
            row.experiment, source=source, run_id=row.run_id, model_id=model.model_id
        )
        return int(made.version)

    def _asked(self, version: int) -> Any:  # int | str: MLflow says str of both
        """A version as the registry is to be asked for it: a server's messages hold text, a database a number.

        MLflow before 3.16 puts what it is given into its query, and PostgreSQL compares no number with text.
        """
        return str(version) if self._remote else version

    def _write(self, experiment: str, promotion: Promotion) -> None:
        key = entry_key(HISTORY, promotion.when)
        self._client.set_registered_model_tag(experiment, key, promotion.model_dump_json())


def _later(when: float, before: Sequence[float]) -> float:
    """The moment of a new entry: after all others even where the clock was turned back, since moments order them."""
    return max([when, *(moment + _TICK for moment in before)])
