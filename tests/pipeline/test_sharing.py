"""Tasks that two processes share: in order, none twice, and the helper goes on while nobody asks."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import pytest

from pipeline.errors import InputError
from pipeline.processors import SharedTasks, early_helper, process_helper, share

R = TypeVar("R")
P = ParamSpec("P")
NUMBERS = [(number,) for number in range(9)]


class Beside:
    """A helper in a thread."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1)
        self.last: Future[object] | None = None

    def idle(self) -> bool:
        return self.last is None or self.last.done()

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future = self.pool.submit(function, *args, **kwargs)
        self.last = future  # type: ignore[assignment]
        return future

    def then(self, call: Callable[[], object]) -> None:
        assert self.last is not None
        self.last.add_done_callback(lambda _: call())


def whose(number: int) -> tuple[int, int]:
    return number, os.getpid()


def failing(number: int) -> int:
    if number == 3:
        raise InputError.because("three")
    return number


def test_results_stand_in_the_order_of_their_tasks_whoever_did_them() -> None:
    with process_helper() as helper:
        done = share(whose, NUMBERS, helper)

    assert [number for number, _ in done] == list(range(9))
    assert os.getpid() in {process for _, process in done}


def test_the_helper_takes_one_task_after_another_while_nobody_asks() -> None:
    with process_helper() as helper:
        tasks = SharedTasks(whose, NUMBERS, helper).begin()
        deadline = time.monotonic() + 60
        while len(tasks._away) < len(NUMBERS) and time.monotonic() < deadline:
            time.sleep(0.01)
        done = tasks.results()

    assert [number for number, _ in done] == list(range(9))
    assert os.getpid() not in {process for _, process in done}


def test_nothing_waits_behind_another_task_of_the_helper() -> None:
    helper, goes_on = Beside(), threading.Event()
    helper.submit(goes_on.wait, 60)
    doers: list[int] = []

    def note(number: int) -> int:
        doers.append(threading.get_ident())
        return number

    done = SharedTasks(note, NUMBERS, helper).begin().results()

    goes_on.set()
    helper.pool.shutdown()
    assert done == list(range(9))
    assert set(doers) == {threading.get_ident()}


@pytest.mark.parametrize("begun", [False, True])
def test_an_error_of_either_side_is_raised(begun: bool) -> None:
    with process_helper() as helper:
        tasks = SharedTasks(failing, NUMBERS, helper)
        ready = tasks.begin() if begun else tasks
        with pytest.raises(InputError, match="three"):
            ready.results()


def test_a_helper_that_is_left_with_tasks_begun_ends_in_silence() -> None:
    """Pytest turns what a thread fails with, and what is logged of a callback, into an error of the test."""
    with process_helper() as helper:
        tasks = SharedTasks(time.sleep, [(0.02,)] * 200, helper).begin()
        time.sleep(0.1)

    assert len(tasks._away) < 200


def test_a_helper_that_was_started_early_has_loaded_what_it_was_told_to() -> None:
    with early_helper("this") as early, process_helper(early) as helper:
        assert helper.submit(loaded, "this").result()


def loaded(module: str) -> bool:
    import sys

    return module in sys.modules


def test_a_stopped_helper_takes_no_tasks() -> None:
    with process_helper() as helper:
        pass

    with pytest.raises(RuntimeError, match="stopped"):
        helper.submit(int)
