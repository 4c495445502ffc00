"""What is wrong in a store, each fault with what can be done; and doing it where nothing can be lost by it.

Imports MLflow. Nothing is ever deleted: a folder that no run knows may be all that is left of a run after an older
database was restored, so it is moved aside and its new place is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Experiment, LifecycleStage, Run, ViewType

from pipeline.errors import KorzinaError
from pipeline.settings import Settings
from pipeline.store.artifacts import RunFiles, local_folder
from pipeline.store.store_faults import Fault
from pipeline.store.tracking.index import Index, RunRow
from pipeline.store.tracking.tag_names import ALIAS, NOTE_OF_PURGE
from pipeline.store.tracking.writers import close_dead_runs, dead_runs

_RUN_FOLDER = re.compile(r"[0-9a-f]{32}")
_MODEL_FOLDER = re.compile(r"m-[0-9a-f]{32}")
_MODELS = "models"
ASIDE = "orphaned"  # folder beside the experiments' own, for what no run knows


def examine(client: MlflowClient, index: Index, settings: Settings) -> tuple[Fault, ...]:
    """Everything that is wrong, in the order in which it is best looked at. Reads every file of every completed run."""
    experiments = client.search_experiments(view_type=ViewType.ALL)
    runs = list(_runs(client, [experiment.experiment_id for experiment in experiments]))
    there = {run.info.run_id for run in runs if run.info.lifecycle_stage == LifecycleStage.ACTIVE}
    return (
        *_unfinished(client, experiments),
        *_damaged(index, settings),
        *_half_purged(settings),
        *_lost_champions(client, there),
        *_orphaned(client, settings, experiments, {run.info.run_id for run in runs}),
    )


def mend(client: MlflowClient, settings: Settings, faults: tuple[Fault, ...]) -> tuple[str, ...]:
    """Close what died and move aside what no run knows; says what was done. What else is wrong stays."""
    done = []
    for name in dict.fromkeys(fault.experiment for fault in faults if fault.kind == "unfinished"):
        experiment = client.get_experiment_by_name(name)
        if experiment is not None:
            close_dead_runs(client, experiment.experiment_id)
            done.append(f"{name}: what was left open is marked as failed")
    done.extend(
        f"{fault.what} was moved to {_move_aside(Path(settings.artifacts), fault.what)}"
        for fault in faults
        if fault.kind == "orphaned"
    )
    return tuple(done)


def _unfinished(client: MlflowClient, experiments: Sequence[Experiment]) -> Iterator[Fault]:
    for experiment in experiments:
        if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
            continue
        for run_id in dead_runs(client, experiment.experiment_id):
            yield Fault(
                "unfinished",
                experiment.name,
                run_id,
                f"run {run_id} was left open by a training that ended before it was saved",
                "korzina doctor --mend marks it as failed",
                mendable=True,
            )


def _damaged(index: Index, settings: Settings) -> Iterator[Fault]:
    for row in index.runs():
        problem = _problem(row, settings)
        if problem is not None:
            yield Fault(
                "damaged", row.experiment, row.run_id, str(problem), str(problem.parts["remedy"]), mendable=False
            )


def _problem(row: RunRow, settings: Settings) -> KorzinaError | None:
    """What keeps a run's files on this machine from being read."""
    try:
        folder = local_folder(row, settings)
        if folder is not None:
            RunFiles(row.run_id, folder).check_all()
    except KorzinaError as error:
        return error
    return None


def _half_purged(settings: Settings) -> Iterator[Fault]:
    """Sweeps in which a purge was killed: some of their runs still hold rows that were to be removed."""
    root = Path(settings.artifacts) if settings.artifacts and "://" not in settings.artifacts else None
    for note in sorted(root.glob(f"*/*/{NOTE_OF_PURGE}")) if root is not None else ():
        run = note.parent.name
        yield Fault(
            "half purged",
            note.parent.parent.name,
            run,
            f"the removal of rows from the training {run} was broken off",
            "run any 'korzina purge' again: it ends what was begun first",
            mendable=False,
        )


def _lost_champions(client: MlflowClient, runs: Collection[str]) -> Iterator[Fault]:
    for model in client.search_registered_models():
        version = model.aliases.get(ALIAS)
        if version is None:
            continue
        run_id = client.get_model_version(model.name, str(version)).run_id
        if run_id not in runs:
            yield Fault(
                "lost champion",
                model.name,
                model.name,
                f"the champion of {model.name} is run {run_id}, which was deleted",
                f"restore it (mlflow gc has not run yet: mlflow runs restore --run-id {run_id}), or promote another: "
                "korzina promote RUN --reason ...",
                mendable=False,
            )


def _orphaned(
    client: MlflowClient, settings: Settings, experiments: Sequence[Experiment], runs: Collection[str]
) -> Iterator[Fault]:
    root = Path(settings.artifacts) if settings.artifacts and "://" not in settings.artifacts else None
    if root is None or not root.is_dir():
        return
    models = {
        model.model_id
        for experiment in experiments
        for model in client.search_logged_models([experiment.experiment_id], max_results=10_000)
    }
    for name in unknown_folders(root, runs, models):
        yield Fault(
            "orphaned",
            name.partition("/")[0],
            name,
            f"folder {name} belongs to no run of the store",
            f"korzina doctor --mend moves it to {ASIDE}/; remove it there once nobody misses it",
            mendable=True,
        )


def unknown_folders(root: Path, runs: Collection[str], models: Collection[str]) -> Iterator[str]:
    """Folders of runs and models below the artifacts' root that are none of these."""
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not folder.is_dir() or folder.name == ASIDE:
            continue
        for place in sorted((*folder.glob("*"), *folder.glob(f"{_MODELS}/*"))):
            unknown_run = _RUN_FOLDER.fullmatch(place.name) and place.name not in runs
            unknown_model = _MODEL_FOLDER.fullmatch(place.name) and place.name not in models
            if place.is_dir() and (unknown_run or unknown_model):
                yield place.relative_to(root).as_posix()


def _runs(client: MlflowClient, experiments: list[str]) -> Iterator[Run]:
    """Every run, deleted ones among them."""
    token: str | None = None
    while True:
        page = client.search_runs(experiments, run_view_type=ViewType.ALL, max_results=1000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _move_aside(root: Path, name: str) -> Path:
    target = root / ASIDE / name
    target.parent.mkdir(parents=True, exist_ok=True)
    (root / name).rename(target)
    return target
