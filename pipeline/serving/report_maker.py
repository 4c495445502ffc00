"""The report of a new champion: the dashboard's package makes it, and is started by name as ``serve.py`` does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from pipeline.settings import PACKAGES, Settings

_PATIENCE = 60.0  # seconds; it takes two
# looking for cyclic garbage while its libraries are loaded, which stay, and at its end would take a quarter of its time
_REPORT = (
    "import gc, runpy; gc.set_threshold(70_000); runpy.run_module('dashapp.report', run_name='__main__'); gc.freeze()"
)


class ReportMaker:
    """Makes a run's report and logs it there; what goes wrong is told in a line and fails nothing else.

    The process may be started before the run is known: most of its time is spent loading libraries. Leaving the block
    waits for the report, or stops the process where none was asked for or the block failed.
    """

    def __init__(self, settings: Settings, complain: Callable[[str], object]) -> None:
        self._settings, self._complain = settings, complain
        self._process: subprocess.Popen[str] | None = None
        self._asked = False

    def __enter__(self) -> Self:
        return self

    def start(self) -> None:
        """Start the process, which then waits for a run."""
        self._process = self._process or subprocess.Popen(  # noqa: S603 - the command is ours
            (sys.executable, "-c", _REPORT, "--log", "-"),
            text=True,
            env={**os.environ, **self._settings.as_environment()},
            cwd=PACKAGES,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def early(self, progress: Callable[[str, float], None] | None) -> Callable[[str, float], None]:
        """``progress``, which also starts the process with the stage that leaves the second processor idle."""

        def told(stage: str, fraction: float) -> None:
            if stage == "store":
                self.start()
            if progress:
                progress(stage, fraction)

        return told

    def make(self, run_id: str) -> None:
        """Make the report of ``run_id`` meanwhile."""
        self.start()
        self._asked = True
        if self._process and self._process.stdin:
            with suppress(OSError):  # it ended before: what it said is read when the block is left
                self._process.stdin.write(run_id)
                self._process.stdin.close()
            self._process.stdin = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        if kind is not None or not self._asked:
            self._process.kill()
        problem = _why_not(self._process)
        if problem and kind is None and self._asked:
            self._complain(f"The report was not made: {problem}")


def _why_not(process: subprocess.Popen[str]) -> str:
    """Wait for the report; what stood in its way, or nothing."""
    try:
        _nothing, said = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"it took more than {_PATIENCE:.0f} seconds"
    lines = said.strip().splitlines()
    return "" if process.returncode == 0 else lines[-1] if lines else f"exit code {process.returncode}"
