"""Which of many alike tests run at once, so that ``make test`` stays short: every third; CI runs the others, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

AT_ONCE = 3
Thing = TypeVar("Thing")


def some_at_once(things: Iterable[Thing], name: Callable[[Thing], str] = str) -> list[object]:
    """Parameters of a test: one of three as it is, the others marked ``long``."""
    return [
        pytest.param(thing, id=name(thing), marks=() if at % AT_ONCE == 0 else pytest.mark.long)
        for at, thing in enumerate(things)
    ]
