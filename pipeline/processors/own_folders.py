"""Folders for a while: nobody else reads them, and they go with the work, also with work that was killed.

Who makes one holds a lock on it as long as it is needed. The system gives the lock back however a process ends, so a
folder whose lock is free is nobody's, and the next who makes one removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

_PREFIX = "korzina-own-"


class OwnFolder:
    """A name that nobody guesses, and once it is asked for a folder of this user alone."""

    def __init__(self, place: Path) -> None:
        self.path = place / f"{_PREFIX}{uuid4().hex}"
        self._lock: int | None = None

    @property
    def made(self) -> bool:
        """Whether it is there."""
        return self._lock is not None

    def make(self) -> Path:
        """Make it, and hold it until it is removed or this process and its children end; raises ``OSError``."""
        while self._lock is None:
            self.path.mkdir(mode=0o700)
            try:
                lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:  # somebody took it for a left one before it was opened: once more
                continue
            with suppress(OSError):  # a file system without locks: nobody removes it there either
                fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_at(self.path, lock):  # somebody may have found it before it was locked
                self._lock = lock
            else:
                os.close(lock)
        return self.path

    def remove(self) -> None:
        """Remove it with all that is in it, as far as the system lets us."""
        if self._lock is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


@contextmanager
def own_folder(place: Path | None = None) -> Iterator[Path]:
    """A folder in ``place``, or among the system's temporary ones; gone at the end. Raises ``OSError``.

    Those that killed processes left there are removed first.
    """
    place = Path(tempfile.gettempdir()) if place is None else place
    remove_left(place)
    folder = OwnFolder(place)
    try:
        yield folder.make()
    finally:
        folder.remove()


def remove_left(place: Path | None = None) -> None:
    """Remove the folders whose processes have ended; those of others, or of other users, stay."""
    with suppress(OSError):
        for folder in (Path(tempfile.gettempdir()) if place is None else place).glob(f"{_PREFIX}*"):
            _remove_if_left(folder)


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(lock).st_uid == os.geteuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_at(folder, lock):
                    shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _is_at(folder: Path, opened: int) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and os.path.samestat(found, os.fstat(opened))
