"""What is said of a plan's evidence agrees with the board of rules that stands beside it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.campaigns.evidence_words import corrected, why_nobody, worth
from pipeline.campaigns.learning.rivals import rfm_cells
from pipeline.campaigns.plan_words import hold_out_advice, segment_advice
from pipeline.campaigns.profit import Interval
from pipeline.campaigns.target_list import ListNumbers
from pipeline.contract import Column, HeldOut, Judgement, Strategy


def judgement(profit: float, low: float, kept: float = 1.0) -> Judgement:
    return Judgement(
        contacts=50, expected=20.0, squares=8.0, responses=20.0, inflation=1.0, profit=profit, low=low,
        high=2 * profit - low, kept=kept,
    )  # fmt: skip


def board(everybody: tuple[float, float], segments: float, model: float) -> list[Strategy]:
    rows = [("everybody", *everybody), (HeldOut.BY_SEGMENT, segments, 1.0), (HeldOut.PROBABILITY, model, 1.0)]
    return [
        Strategy(key=key, label=key, contacts=100, profit=profit, low=low, high=2 * profit - low)
        for key, profit, low in rows
    ]


def test_nobody_is_called_unworthy_where_contacting_everybody_is_proven_to_pay() -> None:
    probability = np.array([0.5, 0.1])
    paying, losing = board((510.0, 82.0), 0.0, 200.0), board((-300.0, -500.0), 0.0, 200.0)

    told = str(why_nobody(judgement(200.0, -20.0), probability, 0.3, "$", paying))

    assert "Nobody" not in told
    assert "contacting everybody is: it earned $510 ($82 to $938)" in told
    assert str(why_nobody(judgement(200.0, -20.0), probability, 0.3, "$", losing)).startswith("Nobody is worth")


def test_where_everybody_earns_the_most_nobody_is_told_to_target_by_none() -> None:
    told = str(worth(board((620.0, -10.0), 500.0, 597.0), "$"))

    assert told.endswith("Here no rule beats contacting everybody: leave nobody out for what it says.")
    assert str(worth(board((-620.0, -900.0), -5.0, -1.0), "$")).endswith("target by none of them yet.")


def test_segments_that_earn_more_than_the_model_are_not_told_as_a_share_above_all() -> None:
    assert str(worth(board((0.0, -50.0), 706.0, 699.0), "$")).endswith("either will do.")


@pytest.mark.parametrize(("kept", "why"), [(1.1, "was more, so $110 are"), (0.8, "chance has helped"), (1.0, "")])
def test_a_promise_that_rose_is_not_explained_by_chance_that_was_taken_off(kept: float, why: str) -> None:
    told = str(corrected(judgement(300.0, 100.0, kept), 100.0, "$"))

    assert why in told
    assert ("chance" in told) == (kept < 1)
    assert bool(told) == (kept != 1.0)


def test_free_contacts_and_responses_that_earn_nothing_have_words_of_their_own() -> None:
    held = np.arange(100) < 20
    numbers = ListNumbers(200, 0, 0, Interval(0.0, 0.0, 0.0), 0.0, 0.0)

    free = str(hold_out_advice(np.full(100, 0.5), held, 0.0, 10.0, "$").sentence)
    nothing = str(segment_advice(0, "A", numbers, word="don't", even=float("inf")).sentence)

    assert "costs nothing" in free
    assert "0.0" not in free
    assert nothing == "none of 200 is worth a contact."


def test_a_segment_that_no_campaign_pays_for_is_told_with_those_who_are_contacted() -> None:
    """The list leaves 20 of 66 alone; page and file tell the 46."""
    numbers = ListNumbers(542, 66, 20, Interval(5.0, -9.0, 12.0), 2.0, 0.3)

    told = str(segment_advice(0, "A", numbers, word="test", even=0.1, revenue=10.0, currency="$").sentence)

    assert "46 of 542 are worth a contact, $5 expected" in told


@pytest.mark.parametrize(("known", "there"), [(("recency", "orders", "spend"), True), (("orders", "spend"), False)])
def test_a_rule_is_called_rfm_only_where_all_three_are_known(known: Any, there: bool) -> None:
    frame = pd.DataFrame({name: np.arange(30.0) for name in known})
    columns = tuple(Column(name=name, role="active", kind="number", label=name, meaning=name) for name in known)
    offers: Any = SimpleNamespace(known=frame, columns=columns, outcome=np.zeros(30))

    assert (rfm_cells(offers, np.ones(30, dtype=bool)) is not None) == there
