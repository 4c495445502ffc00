"""One helper process beside this one: whoever is free takes the next task, and the result does not depend on who.

MLflow's import and the store's creation take seconds of pure Python, and so do resampling and drawing; two processes
share them where two threads would wait for each other. Loky (joblib's executor) needs no guard in the caller's script.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from threading import Lock
from typing import Any, ParamSpec, Protocol, TypeVar

from pipeline.errors import StarvedError
from pipeline.processors.memory import free_memory

R = TypeVar("R")
P = ParamSpec("P")
Task = Callable[[], R]
_RARER = 100
_USUAL = gc.get_threshold()[0]  # objects between two looks: 700 in Python 3.11, 2,000 in 3.13


class Helper(Protocol):
    """Somebody who may take tasks."""

    def idle(self) -> bool:
        """Whether a task submitted now would start now."""
        ...

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run ``function`` elsewhere."""
        ...

    def then(self, call: Callable[[], object]) -> None:
        """Call as soon as what was submitted so far is done, from whatever thread hears of it."""
        ...


class ProcessHelper:
    """A helper in a process of its own."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self._last: Future[Any] | None = None
        self._lock, self._stopped = Lock(), False

    def idle(self) -> bool:
        """Whether the last task is done."""
        return self._last is None or self._last.done()

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Queue ``function`` behind what was submitted before; raises ``RuntimeError`` once the helper is stopped."""
        with self._lock:  # tasks come from the thread too that hears of the end of others
            if self._stopped:
                raise RuntimeError("the helper is stopped")
            future: Future[R] = self._executor.submit(function, *args, **kwargs)
            self._last = future
        return future

    def then(self, call: Callable[[], object]) -> None:
        """Call now, where the last task is done, else when it is."""
        if self._last is None or self._last.done():
            call()
        else:
            self._last.add_done_callback(lambda _: call())

    def stop(self) -> None:
        """Take no more tasks."""
        with self._lock:
            self._stopped = True


@contextmanager
def process_helper(early: Any = None) -> Iterator[Helper]:
    """A helper process for the length of the block; it is stopped at the end, whatever happens.

    ``early``: one that ``early_helper`` has started.
    """
    with early_helper() if early is None else nullcontext(early) as executor:
        helper = ProcessHelper(executor)
        try:
            yield helper
        except (BrokenExecutor, MemoryError) as error:
            raise _starved(error) from error
        finally:
            helper.stop()


@contextmanager
def early_helper(module: str = "") -> Iterator[Any]:
    """The process of a helper, started before whoever gives it tasks is loaded; it loads ``module`` meanwhile."""
    from joblib.externals.loky import ProcessPoolExecutor

    # Python would look for the helper's modules in the working folder first, where a reader may have a pandas.py. For
    # the whole block, since Loky starts a worker anew that has grown, and processes that track what it holds.
    with _environment({"PYTHONSAFEPATH": "1"}), _collecting_rarely():
        executor = ProcessPoolExecutor(max_workers=1, initializer=_keep_going)
        try:
            _start(executor)
            if module:
                executor.submit(_load, module)
            yield executor
        finally:
            _forget_waiting(executor)
            executor.shutdown(wait=True, kill_workers=True)


def _starved(error: Exception) -> StarvedError:
    """In words: a process that the system kills cannot say anything itself."""
    free = free_memory()
    killed = isinstance(error, BrokenExecutor)
    return StarvedError.because(
        "the helper process was stopped by the system, most likely for want of memory"
        if killed
        else "there is not enough memory to go on",
        found="" if free is None else f"{free / 2**30:.1f} GiB free now",
        remedy="end other programs, keep fewer columns in the spec, train on a sample of the customers (--sample), "
        "or use a machine with more memory; nothing of this training is in the store",
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Processes that are started in the block see these variables."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Look for cyclic garbage a hundred times less often in the block.

    The libraries imported in it make some hundred thousand objects that stay; looking through them again and again took
    a tenth of the processor time of a training of 2,240 customers. As little garbage waits as objects come in between.
    """
    before = gc.get_threshold()
    gc.set_threshold(_RARER * _USUAL, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _load(module: str) -> None:
    import_module(module)


def keep_loaded() -> None:
    """Take what is loaded by now out of every later search for garbage; for a helper that has its imports behind it."""
    gc.freeze()


def _keep_going() -> None:
    """Leave the worker alone that has grown: importing MLflow and Matplotlib is no leak.

    Where psutil is installed, as beside every notebook, loky restarts a worker that has grown by 300 MB since its first
    task, warns of it, and the imports have to be made again.
    """
    from joblib.externals.loky import process_executor

    process_executor._USE_PSUTIL = False
    gc.set_threshold(_RARER * _USUAL, *gc.get_threshold()[1:])


def _forget_waiting(executor: Any) -> None:
    """Take back tasks that no worker has yet: loky forgets them in its shutdown, looks for them, and fails aloud."""
    with suppress(queue.Empty):
        while True:
            executor._work_ids.get_nowait()


def _start(executor: Any) -> None:
    """Start the process with Ctrl-C blocked: a terminal sends that to all, and the caller stops this one."""
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # Python would start it in between, and unblock Ctrl-C after that
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        executor.submit(int)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
