"""The helper process: whoever leaves it in a hurry hears nothing of its tasks."""

from __future__ import annotations

import gc
import time

import pytest

from pipeline.errors import UsageError
from pipeline.processors import process_helper

USUAL = gc.get_threshold()


def give_and_fail(tasks: int) -> None:
    with process_helper() as helper:
        rarely = helper.submit(gc.get_threshold).result()  # the pool's own thread waits for more
        assert gc.get_threshold()[0] == rarely[0] >= 100 * USUAL[0]  # imports of both would be looked through often
        for _ in range(tasks):
            helper.submit(time.sleep, 0.01)
        raise UsageError.because("refused")


@pytest.mark.parametrize("tasks", [1, 2])
def test_an_error_right_after_the_tasks_were_given_is_the_only_one(tasks: int) -> None:
    """Pytest turns what a thread fails with into an error of the test."""
    with pytest.raises(UsageError, match="refused"):
        give_and_fail(tasks)
    assert gc.get_threshold() == USUAL
