"""Differences that are as large as can be, shares that are nearly all or none, and rules that say a thing once."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.contract import Column, Message
from pipeline.describing.cards import _part
from pipeline.describing.naming import Standing
from pipeline.describing.naming.in_between import in_between
from pipeline.describing.rules.search import _simplified
from pipeline.statistics import FARTHEST, effects_from_sums


def test_a_column_that_parts_a_segment_wholly_is_its_strongest_difference() -> None:
    """Twenty who all have it among eighty of whom none has: nothing varies within, which passed for no difference."""
    effects = effects_from_sums(np.array([20.0, 80.0]), np.array([20.0, 0.0]), np.array([20.0, 0.0]))
    alike = effects_from_sums(np.array([20.0, 80.0]), np.array([20.0, 80.0]), np.array([20.0, 80.0]))

    assert effects.tolist() == [FARTHEST, -FARTHEST]
    assert alike.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0 %"), (2 / 500, "under 1 %"), (0.006, "1 %"), (0.5, "50 %"), (498 / 500, "over 99 %"), (1.0, "100 %")],
)
def test_not_all_is_not_told_as_100_per_cent_and_some_not_as_none(share: float, told: str) -> None:
    assert str(Message.of("{share}", share=_part(share))) == told


def test_a_rule_says_a_thing_once() -> None:
    values = np.array([[at, at % 3] for at in range(60)])
    own = values[:, 0] >= 40

    assert _simplified([{0: (39, 99), 1: (-1, 1)}, {0: (39, 99), 1: (1, 9)}], values, own) == ({0: (39, 99)},)


def standing(name: str, effect: float, median: float) -> Standing:
    column = Column(name=name, role="active", kind="number", label=name.title(), format=",.0f")
    return Standing(column, effect, median, median, 100.0, None)


def test_a_value_that_is_a_name_differs_by_more_than_a_hair() -> None:
    every = {
        0: (standing("profit", -0.9, -501.0), standing("orders", 0.5, 6.0)),
        1: (standing("profit", -0.85, -500.0), standing("orders", 1.9, 11.0)),
        2: (standing("profit", 2.0, -202.0), standing("orders", -1.2, 3.0)),
    }

    name, reason = in_between(0, every[0], every, set())

    assert (str(name), reason) == ("Orders: second highest", every[0][1])
