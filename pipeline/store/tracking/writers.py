"""Who writes a run, and closing the runs of writers that died."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.store.tracking.tag_names import STARTED, STATUS, WRITER

if TYPE_CHECKING:
    from mlflow import MlflowClient

_LONGEST_SAVE = 24 * 3600.0  # seconds


def this_writer() -> str:
    """``host:process:birth``: enough to tell later whether this process still lives."""
    return f"{socket.gethostname()}:{os.getpid()}:{_birth(os.getpid())}"


def dead_runs(client: MlflowClient, experiment_id: str) -> list[str]:
    """Ids of runs that are open and that nobody writes any more.

    Open runs of other machines (a container is one) are left alone for a day; no save takes that long.
    """
    unfinished = f"tags.`{STATUS}` = '{STARTED}' AND attributes.status = 'RUNNING'"
    return [
        run.info.run_id
        for run in client.search_runs([experiment_id], unfinished)
        if is_dead(run.data.tags.get(WRITER, "")) or time.time() - run.info.start_time / 1000 > _LONGEST_SAVE
    ]


def close_dead_runs(client: MlflowClient, experiment_id: str) -> None:
    """Mark as failed what a killed process of this machine left open."""
    dead = dead_runs(client, experiment_id)
    for run_id in dead:
        client.set_terminated(run_id, "FAILED")
    if not dead:
        return
    for model in client.search_logged_models([experiment_id], max_results=1000):
        if model.source_run_id in dead and str(model.status) != "READY":
            client.finalize_logged_model(model.model_id, "FAILED")


def is_dead(writer: str) -> bool:
    """Whether the process that this tag names was one of this machine, and has ended."""
    host, _, rest = writer.rpartition(":")[0].rpartition(":")
    process, birth = rest, writer.rpartition(":")[2]
    if host != socket.gethostname() or not process.isdigit():
        return False
    return _birth(int(process)) != birth


def _birth(process: int) -> str:
    """When the process started, in the kernel's ticks; empty where it does not live."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return _alive(process)
    return stat.rpartition(")")[2].split()[19]


def _alive(process: int) -> str:
    """Systems without /proc: alive or not is all that can be known."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "alive"
    return "alive"
