"""The most memory that something took, by what Linux tells of the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
KNOWN = _CLEAR.exists()


@dataclass
class Taken:
    """Bytes beyond those that were held before."""

    most: int = 0


def _of(line: str) -> int:
    return next(int(text.split()[1]) << 10 for text in _STATUS.read_text().splitlines() if text.startswith(line))


@contextmanager
def memory() -> Iterator[Taken]:
    """What is taken at most inside; 0 where the system does not tell."""
    taken = Taken()
    if not KNOWN:
        yield taken
        return
    _CLEAR.write_text("5")
    before = _of("VmRSS")
    yield taken
    taken.most = _of("VmHWM") - before
