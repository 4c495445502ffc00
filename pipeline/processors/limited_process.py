"""Work on what a stranger sent: in a process of its own, with an end to its time and its memory.

The processes come from a server that is started once and has one thread: to fork a worker of the dashboard itself,
whose other threads may hold any lock, could stop for ever.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, TypeVar

from pipeline.processors.own_folders import own_folder

R = TypeVar("R")
_LOOK = 0.05  # seconds between two looks at the memory
AT_ONCE = 2  # processes; who comes later waits for one of them
MOST_WAITING = 4  # each holds a thread of the worker, which needs the others to answer readers
_places = threading.BoundedSemaphore(AT_ONCE)
_doors = threading.BoundedSemaphore(AT_ONCE + MOST_WAITING)


class TooMuchError(Exception):
    """The work took more than it may; ``args[0]`` says of what: ``time``, ``memory``, ``busy`` (no place), ``end``."""


def limited(
    function: Callable[..., R], *arguments: Any, seconds: float, memory: int, modules: tuple[str, ...] = ()
) -> R:
    """``function(*arguments)`` in a process of its own.

    Parameters
    ----------
    seconds
        That it may take, waiting for a free place included.
    memory
        Bytes that it may hold beyond what it began with; looked at where the system tells (Linux).
    modules
        Imported once for all processes, at the first call.

    Raises
    ------
    TooMuchError
        Where it takes longer or more, or too many wait already.
    Exception
        What the function raises.
    """
    if not _doors.acquire(blocking=False):
        raise TooMuchError("busy")
    try:
        if not _places.acquire(timeout=seconds):
            raise TooMuchError("busy")
        try:
            return _run(function, arguments, seconds, memory, modules)
        finally:
            _places.release()
    finally:
        _doors.release()


def _run(
    function: Callable[..., R], arguments: tuple[Any, ...], seconds: float, memory: int, modules: tuple[str, ...]
) -> R:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    with own_folder() as folder:  # what a stranger's file holds lies nowhere else
        process = _context(modules).Process(target=_work, args=(theirs, str(folder), function, arguments), daemon=True)
        process.start()
        theirs.close()
        try:
            _wait(ours, process.pid or 0, time.monotonic() + seconds, memory)
            done, value = ours.recv()
        except EOFError as error:  # killed by the system, as where memory is short
            raise TooMuchError("end") from error
        finally:
            process.kill()
            process.join()
            ours.close()
    if not done:
        raise value
    answer: R = value
    return answer


@cache
def _context(modules: tuple[str, ...]) -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    return context


def _wait(answer: Connection, process: int, deadline: float, memory: int) -> None:
    """Until there is an answer; what is held is looked at, since libraries reserve far more than they use."""
    before = _held(process)
    while not answer.poll(_LOOK):
        if time.monotonic() > deadline:
            raise TooMuchError("time")
        if _held(process) - before > memory:
            raise TooMuchError("memory")


def _held(process: int) -> int:
    """Bytes of memory that a process holds; 0 where the system does not tell, or it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def _work(answer: Connection, folder: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    tempfile.tempdir = folder  # whoever is killed cannot take away what he put there
    os.chdir(folder)  # where the engine puts what does not fit into memory
    try:
        told = (True, function(*arguments))
    except MemoryError:
        told = (False, TooMuchError("memory"))
    except Exception as error:
        told = (False, error)
    answer.send(told)
