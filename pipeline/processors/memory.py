"""How much memory is free, for this process and those that it starts: the machine's, or what its container may use."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path

_MACHINE = Path("/proc/meminfo")
_LIMITS = (  # of a container, version 2 and 1: what it may hold, what it holds, and where its caches stand
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current"), "inactive_file"),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        "total_inactive_file",
    ),
)

# From an analysis of a million customers by twenty numbers (docs/benchmarks.md, "How far one machine goes"); of ten
# millions it is nearly twice what was measured.
_OF_PROGRAM = 900_000_000  # bytes, of both processes before there are customers
_OF_CUSTOMER, _OF_VALUE = 400, 40  # labels of each k, ids, distances; values as read, cleaned and transformed
_OF_TEXT = 6.5  # bytes held for one of a text file, as it stands, in records and as cells: 120 and 400 MB of CSV


def needed_memory(rows: int, columns: int) -> int:
    """Bytes that all processes of a training hold at most, for ``rows`` customers with so many columns."""
    return _OF_PROGRAM + rows * (_OF_CUSTOMER + columns * _OF_VALUE)


def needed_for_text(size: int) -> int:
    """Bytes that are held at most while so many bytes of text are read, none of which is analysed yet."""
    return _OF_PROGRAM + int(_OF_TEXT * size)


def fitting_rows(free: int, columns: int) -> int:
    """How many customers with so many columns fit into ``free`` bytes."""
    return max(0, free - _OF_PROGRAM) // (_OF_CUSTOMER + columns * _OF_VALUE)


def give_back() -> None:
    """Give the system what this process has freed and its allocators keep for later, where they can be asked to."""
    import pyarrow as pa  # type: ignore[import-untyped]

    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # of glibc alone
        ctypes.CDLL(None).malloc_trim(0)


def free_memory() -> int | None:
    """Bytes that can be taken without swapping; None where the system does not tell (it is no Linux)."""
    limits = [_of_machine(), *(_of_container(*paths) for paths in _LIMITS)]
    return min((limit for limit in limits if limit is not None), default=None)


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in _MACHINE.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_container(limit: Path, used: Path, cache: str) -> int | None:
    with suppress(OSError, ValueError):
        most = int(limit.read_text("ascii"))  # "max" is no number: there is no limit
        held = int(used.read_text("ascii"))
        stat = dict(line.split() for line in limit.with_name("memory.stat").read_text("ascii").splitlines())
        return max(0, most - held + int(stat.get(cache, 0)))
    return None
