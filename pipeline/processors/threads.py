"""Threads of our own side by side, each with one thread of BLAS and OpenMP: theirs would wait for one another."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, redirect_stderr
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

THREADS = 2

R = TypeVar("R")
P = ParamSpec("P")


class Pool(Protocol):
    """What takes tasks."""

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run one task."""
        ...

    def map(self, function: Callable[..., R], /, *arguments: Iterable[Any]) -> Iterator[R]:
        """Run a task for each set of arguments, results in that order."""
        ...


class _Here:
    """Tasks in the caller's own thread: starting one and handing over costs more than a small fit."""

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        done: Future[R] = Future()
        done.set_result(function(*args, **kwargs))
        return done

    def map(self, function: Callable[..., R], /, *arguments: Iterable[Any]) -> Iterator[R]:
        return map(function, *arguments)


def one_thread(api: str | None = None) -> AbstractContextManager[Any]:
    """One thread for the native libraries, or for those of one ``api`` ("blas" or "openmp")."""
    _count_cores()
    limit: AbstractContextManager[Any] = _controller().limit(limits=1, user_api=api)
    return limit


@cache
def _controller() -> ThreadpoolController:  # looking for the libraries takes 7 ms, as long as several small fits
    import sklearn.cluster  # noqa: F401  (only libraries that are loaded by now are controlled)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@cache
def _count_cores() -> None:
    """Let joblib count the physical cores before scikit-learn asks it to.

    Where they cannot be counted (a container without ``/sys``) joblib takes the logical ones and says so once, with a
    warning and a traceback that nobody who segments customers can do anything about.
    """
    from joblib import cpu_count

    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        cpu_count(only_physical_cores=True)


@contextmanager
def pool(threads: int = THREADS) -> Iterator[Pool]:
    """Threads for scikit-learn's fits, one processor each: it lets go of the interpreter while it computes."""
    _count_cores()
    if threads == 1:
        yield _Here()
        return

    from sklearn import set_config

    def prepare() -> None:  # OpenMP's thread count and scikit-learn's settings belong to the thread that sets them
        _controller().limit(limits=1, user_api="openmp")
        set_config(assume_finite=True, skip_parameter_validation=True)

    with ThreadPoolExecutor(threads, initializer=prepare) as executor:
        yield executor
