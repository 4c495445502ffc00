"""Peak memory of this process and everything it started, as the kernel accounts for it.

Shared pages count once: the sum is of proportional set sizes (PSS), sampled, so a second process that shares its
libraries is not charged twice. Linux only; elsewhere the peak of this process alone is told.
"""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY = 0.05  # seconds between samples


class Peak:
    """The largest total seen so far, in bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    def look(self) -> None:
        """Sum up the process tree now."""
        self.bytes = max(self.bytes, proportional_memory(os.getpid()))


def proportional_memory(root: int) -> int:
    """Bytes that a process and all that it started hold now."""
    return sum(_pss(process) for process in _tree(root))


def processor_seconds(root: int) -> float:
    """What a process and all that it started have used of the processors; those included that were waited for."""
    return sum(map(_ticks, _tree(root))) / os.sysconf("SC_CLK_TCK")


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Watch the process tree for the length of the block."""
    peak = Peak()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(EVERY):
            peak.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
        peak.look()
        if not peak.bytes:  # no /proc
            peak.bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _tree(root: int) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += map(int, task.read_text().split())
            except OSError:  # it ended meanwhile
                continue
    return found


def _ticks(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))  # user, system, and those of children that were waited for


def _pss(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
