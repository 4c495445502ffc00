"""Every command works in a folder whose files are called like modules: nothing is imported from where one works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from functools import partial
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from pipeline.contract import Artifacts
from tests.command_support import get, run, serving
from tests.pipeline.test_train import russian_customers

pytestmark = pytest.mark.long

KORZINA = Path(sys.executable).with_name("korzina")  # the script that the installation put beside this Python
NAMES = {*sys.stdlib_module_names, *packages_distributions(), "pipeline", "dashapp", "korzina", "report", "conftest"}
# raising alone would not do: some programs go on without a module that cannot be imported
TRAP = """
with open({mark!r}, "a") as mark:
    mark.write(__name__ + "\\n")
raise ImportError("taken from the reader's folder: " + __file__)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder: data, settings with relative paths, a file for every module that there is, and a champion."""
    place = tmp_path_factory.mktemp("reader")
    (place / "shop").mkdir()
    russian_customers().to_csv(place / "customers.csv", index=False)
    (place / ".env").write_text("KORZINA_TRACKING_URI=sqlite:///shop/runs.db\nKORZINA_ARTIFACT_ROOT=shop/files\n")
    trap = TRAP.format(mark=str(place / "imported.txt"))
    for name in NAMES:
        if name.isidentifier():
            (place / f"{name}.py").write_text(trap, "utf-8")
    run(KORZINA, ["init", "customers.csv", "--output", "shop.toml"], place)
    run(KORZINA, ["train", "--spec", "shop.toml", "--data", "customers.csv", "--k-max", "4"], place)
    return place


def imported(folder: Path) -> set[str]:
    """Modules that were taken from the folder."""
    mark = folder / "imported.txt"
    return set(mark.read_text("utf-8").split()) if mark.exists() else set()


def reports(folder: Path) -> int:
    return len(list((folder / "shop" / "files").rglob(Artifacts.REPORT)))


def test_the_trap_bites(tmp_path: Path) -> None:
    bait = tmp_path / "pandas.py"
    bait.write_text(TRAP.format(mark=str(tmp_path / "imported.txt")), "utf-8")

    done = subprocess.run([sys.executable, "-c", "import pandas"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode != 0
    assert imported(tmp_path) == {"pandas"}


def test_init_and_train_make_a_champion_and_its_report(folder: Path) -> None:
    assert imported(folder) == set()
    assert reports(folder) == 1
    assert not (folder / "mlruns" / "mlflow.db").exists()  # the relative paths of .env hold


def test_the_other_commands(folder: Path) -> None:
    korzina = partial(run, KORZINA, folder=folder)
    runs = json.loads(korzina(["runs", "--json"]).stdout)["runs"]
    other = next(one["run_id"] for one in runs if not one["champion_version"])

    korzina(["promote", other, "--reason", "test"])
    korzina(["rollback", "--reason", "test"])
    korzina(["score", "--data", "customers.csv", "--output", "placed.csv"])
    said = korzina(["campaigns"]).stdout

    assert imported(folder) == set()
    assert reports(folder) == 2
    assert (folder / "placed.csv").is_file()
    assert "Cost of a contact" in said


def test_the_help_of_each(folder: Path) -> None:
    listed = run(KORZINA, ["--help"], folder).stdout.split("Commands:")[1]
    commands = re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)

    assert {"train", "score", "serve"} <= set(commands)
    for command in commands:
        assert "Usage: " in run(KORZINA, [command, "--help"], folder).stdout
    assert imported(folder) == set()


def test_serve_with_the_mlflow_ui(folder: Path) -> None:
    ports = {"KORZINA_PORT": "18650", "KORZINA_MLFLOW_PORT": "18700"}
    with serving(KORZINA, [], folder, "Dashboard", "MLflow UI", **ports) as addresses:
        ready = json.loads(get(f"{addresses['Dashboard']}/readyz"))
        report = get(f"{addresses['Dashboard']}/report")
        experiments = _experiments(addresses["MLflow UI"])

    assert imported(folder) == set()
    assert ready == {"ready": True, "reasons": []}
    assert report.startswith("<!DOCTYPE html>")
    assert "customers" in experiments


def _experiments(address: str) -> list[str]:
    asked = urllib.request.Request(
        f"{address.split('/#')[0]}/api/2.0/mlflow/experiments/search",  # what follows # is for a browser
        data=json.dumps({"max_results": 10}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return [one["name"] for one in json.load(answer)["experiments"]]
