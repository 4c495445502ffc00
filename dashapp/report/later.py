"""The report of a run that was promoted from a page, made in a process of its own so that no reader waits for it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading

from pipeline.settings import PACKAGES, Settings

_PATIENCE = 120.0  # seconds; it takes three
_log = logging.getLogger(__name__)


def log_later(run_id: str) -> None:
    """Make and log the report of ``run_id`` in the background; what goes wrong is a line in the server's log."""
    threading.Thread(target=_log_report, args=(run_id,), daemon=True).start()


def _log_report(run_id: str) -> None:
    command = (sys.executable, "-m", "dashapp.report", "--log", run_id)
    try:
        made = subprocess.run(  # noqa: S603 - this interpreter, our module and the id of a run of ours
            command,
            env={**os.environ, **Settings().as_environment()},
            cwd=PACKAGES,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("the report of run %s was not made: %s", run_id, error)
        return
    if made.returncode:
        _log.warning("the report of run %s was not made: %s", run_id, made.stderr.strip()[-500:])
