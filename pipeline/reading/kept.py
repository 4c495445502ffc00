"""What was made of a file a moment ago, for a command that reads one file several times."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pipeline.reading.shapes.archives import archive_of

Made = TypeVar("Made")


@dataclass(frozen=True)
class _Store:
    """What was made, and what has to be closed with it."""

    made: dict[Hashable, Any] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)


_kept: ContextVar[_Store | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Inside of it, what ``kept`` and ``kept_open`` make is made once; nothing outlives it."""
    if _kept.get() is not None:
        yield
        return
    store = _Store()
    token = _kept.set(store)
    try:
        with store.stack:
            yield
    finally:
        _kept.reset(token)


def kept(key: Hashable, make: Callable[[], Made]) -> Made:
    """What ``make`` makes, or what it made under this key before."""
    store = _kept.get()
    if store is None:
        return make()
    if key not in store.made:
        store.made[key] = make()
    made: Made = store.made[key]
    return made


@contextmanager
def kept_open(key: Hashable, open_it: Callable[[], AbstractContextManager[Made]]) -> Iterator[Made]:
    """The same of what has to be closed: with ``keeping``, else at the end of this."""
    store = _kept.get()
    if store is None:
        with open_it() as made:
            yield made
        return
    if key not in store.made:
        store.made[key] = store.stack.enter_context(open_it())
    yield store.made[key]


def state_of(files: Sequence[Path]) -> Hashable:
    """A key that changes with the files: their names, sizes and times of change."""
    stats = [(str(file), (archive_of(file) or file).stat()) for file in files]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
