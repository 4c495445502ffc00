"""Children that do something to a store and die in the middle of it, and children that look at what they left.

A child counts what it does to files below the store's folder and what it tells the database, and kills itself at the
event that it was given. The one that starts them never opens a store itself: a forked connection belongs to nobody.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WATCHED = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.copyfile", "shutil.move")


def in_child(work: Callable[[], Any]) -> Any:
    """What ``work`` returns, computed in a child; its exception is raised, and its death is ``ChildProcessError``."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            outcome: Any = (True, work())
        except BaseException as error:
            outcome = (False, f"{type(error).__name__}: {error}")
        with os.fdopen(writing, "wb") as stream:
            pickle.dump(outcome, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    _pid, status = os.waitpid(child, 0)
    if not said:
        raise ChildProcessError(f"the child ended with status {status}")
    is_well, value = pickle.loads(said)
    if not is_well:
        raise RuntimeError(value)
    return value


class Events:
    """Counts what this process does to a store; kills it at event ``last``."""

    def __init__(self, home: Path, last: int | None) -> None:
        self.count, self._home, self._last = 0, str(home), last

    def watch(self) -> None:
        """Begin; for the rest of the process."""
        import sqlalchemy

        sys.addaudithook(self._audit)
        for name in ("before_cursor_execute", "commit"):
            sqlalchemy.event.listen(sqlalchemy.Engine, name, lambda *_arguments: self._happen())

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open":
            path, mode, flags = arguments
            is_written = any(sign in (mode or "") for sign in "wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
            if is_written and str(path).startswith(self._home):
                self._happen()
        elif name in _WATCHED and any(str(part).startswith(self._home) for part in arguments):
            self._happen()

    def _happen(self) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def events_in(home: Path, work: Callable[[], Any], last: int | None = None) -> int:
    """How many events ``work`` is, done in a child that dies at event ``last``; 0 where it died."""

    def counted() -> int:
        events = Events(home, last)
        events.watch()
        work()
        return events.count

    try:
        return int(in_child(counted))
    except ChildProcessError:
        return 0
