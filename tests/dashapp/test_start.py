"""What the start of a server does not pay for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sklearn", "scipy.stats", "mlflow", "matplotlib", "duckdb")


@pytest.mark.parametrize("module", ["dashapp.app", "dashapp.wsgi"])
def test_the_dashboard_starts_without_what_only_training_needs(module: str) -> None:
    program = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_worker_that_scores_loads_no_machine_learning() -> None:
    """Every worker of the dashboard loads it for the Score page: 80 MB and a second each."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, pipeline.scoring; print([n for n in {HEAVY[:-1]} if n in sys.modules])"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
