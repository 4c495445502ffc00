"""The report of a new champion: the dashboard's package makes it, and is started by name as ``serve.py`` does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.serve import as_environment
from pipeline.settings import Settings

_PATIENCE = 60.0  # seconds; it takes two


@contextmanager
def report_made(settings: Settings, run_id: str | None, complain: Callable[[str], object]) -> Iterator[None]:
    """Make a run's report meanwhile and log it there; what goes wrong is told in a line and fails nothing else."""
    if run_id is None:
        yield
        return
    making = _start(settings, run_id)
    try:
        yield
    finally:
        problem = _why_not(making)
    if problem:
        complain(f"The report was not made: {problem}")


def _start(settings: Settings, run_id: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - this very Python, and an id that the store gave
        (sys.executable, "-m", "dashapp.report", "--log", run_id), env={**os.environ, **as_environment(settings)},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _why_not(making: subprocess.Popen[str]) -> str:
    """Wait for the report; what stood in its way, or nothing."""
    try:
        _nothing, said = making.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        making.kill()
        making.communicate()
        return f"it took more than {_PATIENCE:.0f} seconds"
    lines = said.strip().splitlines()
    return "" if making.returncode == 0 else lines[-1] if lines else f"exit code {making.returncode}"
