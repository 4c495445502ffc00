"""What was made of a file a moment ago, for a command that reads one file several times."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Inside of it, what ``kept`` makes is made once; nothing outlives it."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def kept(key: Hashable, make: Callable[[], Made]) -> Made:
    """What ``make`` makes, or what it made under this key before."""
    store = _kept.get()
    if store is None:
        return make()
    if key not in store:
        store[key] = make()
    made: Made = store[key]
    return made


def state_of(files: Sequence[Path]) -> Hashable:
    """A key that changes with the files: their names, sizes and times of change."""
    stats = [(str(file), file.stat()) for file in files]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
