"""Who may import whom: the rule holds, and breaking it is noticed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECK = [
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command; lint_imports_command()",
    "--no-cache",
    "--no-logo",
]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
}

# contract -> modules, and a line added to each that together break it; a module that is not there is invented
OFFENCES = {
    "pipeline": {"pipeline/describing/cards.py": "import dashapp"},
    "rooms": {"pipeline/contract/tables.py": "from pipeline.reading import read_source"},
    "dashboard": {"dashapp/pages/__init__.py": "from pipeline.segmenting import sweep"},
    "door": {"pipeline/summary.py": "import korzina"},
    "door_charts": {"korzina/display.py": "from dashapp import data"},
    "dashboard_rooms": {"dashapp/telling/wording.py": "from dashapp import charts"},
    "mlflow": {"pipeline/segmenting/features.py": "import mlflow"},
    "store": {"pipeline/summary.py": "from pipeline.store import Store"},
    "settings": {"pipeline/segmenting/kmeans.py": "from pipeline.settings import Settings"},
    "spark": {"pipeline/describing/bought_together.py": "import pyspark"},
    "engine": {"pipeline/describing/bought_together.py": "import duckdb"},
    "kernels": {"pipeline/folding/kernels/column_kernels.py": "import pandas"},
    "figures": {"dashapp/pages/invented/__init__.py": "", "dashapp/pages/invented/figures.py": "from dash import html"},
    "pages": {"dashapp/pages/invented.py": "", "dashapp/pages/another.py": "from dashapp.pages import invented"},
}


def check_imports(folder: Path) -> tuple[int, dict[str, str]]:
    """Exit code of import-linter in ``folder`` and its verdict on each contract."""
    found = subprocess.run(CHECK, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    report = " ".join(found.stdout.split())
    verdicts = {
        key: match[1]
        for key, name in CONTRACTS.items()
        if (match := re.search(re.escape(name) + r" (KEPT|BROKEN)", report))
    }
    assert verdicts.keys() == CONTRACTS.keys(), found.stdout + found.stderr
    return found.returncode, verdicts


def test_the_dependency_rule_holds() -> None:
    code, verdicts = check_imports(ROOT)

    assert {key for key, verdict in verdicts.items() if verdict == "BROKEN"} == set()
    assert code == 0


def test_every_contract_has_an_offence_that_shows_it_bites() -> None:
    assert OFFENCES.keys() == CONTRACTS.keys()


@pytest.mark.parametrize("contract", OFFENCES)
def test_an_offence_is_noticed_and_its_contract_named(contract: str, tmp_path: Path) -> None:
    for package in ("korzina", "pipeline", "dashapp"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, line in OFFENCES[contract].items():
        (tmp_path / module).parent.mkdir(exist_ok=True)
        with (tmp_path / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")

    code, verdicts = check_imports(tmp_path)

    assert code != 0
    assert verdicts[contract] == "BROKEN"
