"""``korzina doctor`` on a real store: each kind of fault is named with its next step, and mending loses nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from pipeline.settings import Settings
from pipeline.store import Store
from tests.command_support import environment
from tests.support import make_training, save_training

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from pipeline.settings import Settings
from pipeline.store.writer import Writer
from tests.support import make_training, save_training
def die(*_arguments): os.kill(os.getpid(), signal.SIGKILL)
Writer._complete = die
save_training(make_training(), Settings())
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one promoted sweep."""
    home = tmp_path_factory.mktemp("whole") / "mlruns"
    settings = Settings(home=home, tracking_uri="")
    sweep = save_training(make_training(), settings)
    Store.open(settings).promote(sweep.run_ids[3], reason="test", who="test")
    return home


@pytest.fixture
def settings(whole: Path, tmp_path: Path) -> Settings:
    home = tmp_path / "mlruns"
    shutil.copytree(whole, home)
    return Settings(home=home, tracking_uri="")


def doctor(settings: Settings, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "doctor", *arguments],
        env=environment(KORZINA_HOME=str(settings.home)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def test_a_whole_store_has_nothing_wrong(settings: Settings) -> None:
    assert doctor(settings) == (
        0,
        "nothing is wrong: every run is closed, every file is as it was saved, every champion is there\n",
    )


def test_what_a_killed_training_left_is_closed_and_the_champion_stays(settings: Settings) -> None:
    champion = Store.open(settings).champion("sample")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=environment(KORZINA_HOME=str(settings.home)),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    faults = Store.open(settings).examine()
    assert {fault.kind for fault in faults} == {"unfinished"}
    assert len(faults) == 4  # the sweep, and k = 2, 3 and 4

    code, said = doctor(settings, "--mend")

    assert code == 0
    assert "what was left open is marked as failed" in said
    assert Store.open(settings).examine() == ()
    assert Store.open(settings).champion("sample") == champion


def test_a_folder_that_no_run_knows_is_moved_aside_and_never_deleted(settings: Settings) -> None:
    root = Path(settings.artifacts)
    stray = root / "sample" / ("0" * 32) / "artifacts"
    stray.mkdir(parents=True)
    (stray / "kept.txt").write_text("all that is left of a run")
    model = root / "sample" / "models" / ("m-" + "1" * 32)
    model.mkdir(parents=True)

    faults = Store.open(settings).examine()
    assert [(fault.kind, fault.what) for fault in faults] == [
        ("orphaned", "sample/" + "0" * 32),
        ("orphaned", "sample/models/m-" + "1" * 32),
    ]

    assert doctor(settings, "--mend")[0] == 0
    assert (root / "orphaned" / "sample" / ("0" * 32) / "artifacts" / "kept.txt").read_text().startswith("all that")
    assert Store.open(settings).examine() == ()  # and what lies aside is no fault


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_file_is_named_and_left_to_a_person(settings: Settings, damage: str) -> None:
    store = Store.open(settings)
    champion = store.champion("sample")
    assert champion is not None
    file = next(Path(settings.artifacts).glob(f"*/{champion.run_id}/artifacts/korzina/assignments.parquet"))
    file.write_bytes(b"not this") if damage == "changed" else file.unlink()

    code, said = doctor(settings, "--mend", "--json")

    (fault,) = json.loads(said)["faults"]
    assert code == 3
    assert (fault["kind"], fault["what"], fault["mendable"]) == ("damaged", champion.run_id, False)
    assert "assignments.parquet" in fault["told"]
    assert "backup" in fault["remedy"]


def test_a_champion_whose_run_was_deleted_is_named_and_back_by_the_command_that_is_printed(settings: Settings) -> None:
    champion = Store.open(settings).champion("sample")
    assert champion is not None
    client = MlflowClient(tracking_uri=settings.store_uri)
    client.delete_run(champion.run_id)

    code, said = doctor(settings)

    assert code == 3
    assert f"the champion of sample is run {champion.run_id}, which was deleted" in said
    assert f"mlflow runs restore --run-id {champion.run_id}" in said
    client.restore_run(champion.run_id)
    assert Store.open(settings).examine() == ()


def test_a_run_that_another_process_is_writing_is_no_fault(settings: Settings) -> None:
    from pipeline.store.tracking.tag_names import STARTED, STATUS, WRITER
    from pipeline.store.tracking.writers import this_writer

    client = MlflowClient(tracking_uri=settings.store_uri)
    experiment = client.get_experiment_by_name("sample")
    assert experiment is not None
    client.create_run(experiment.experiment_id, tags={STATUS: STARTED, WRITER: this_writer()})

    assert Store.open(settings).examine() == ()
