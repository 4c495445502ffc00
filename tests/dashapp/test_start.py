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
