"""Whichever k of a sweep is promoted, its plan and its baskets are there, and the model behind them is fitted once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.campaigns.learning.held_out import SegmentedCustomers
from pipeline.campaigns.plan import plan_campaigns, told_by
from pipeline.contract import HeldOut, Responses, Targets
from pipeline.describing import with_affinities
from pipeline.stages import Training
from tests.support import make_training


@pytest.fixture(scope="module")
def training() -> Training:
    return make_training(600)


def subject(training: Training, k: int) -> SegmentedCustomers:
    candidate = training.candidate(k)
    labels = candidate.assignments["segment"].to_numpy(np.int64)
    return SegmentedCustomers(training.customers, training.dataset, labels, candidate.cards)


def test_every_k_that_was_tried_has_its_baskets(training: Training) -> None:
    ks = [candidate.record.k for candidate in training.candidates]

    assert training.described_ks()[0] == training.decision.k
    assert sorted(with_affinities(training, None).bought) == ks


def test_a_plan_of_another_k_has_the_same_probabilities_told_by_its_own_segments(training: Training) -> None:
    chosen = training.decision.k
    plan = plan_campaigns(subject(training, chosen))
    assert plan.summary.method == "cross-fitted"
    for k in (candidate.record.k for candidate in training.candidates if candidate.record.k != chosen):
        told = told_by(plan, subject(training, k), chosen)

        pd.testing.assert_series_equal(told.targets[Targets.PROBABILITY], plan.targets[Targets.PROBABILITY])
        labels = training.candidate(k).assignments["segment"].to_numpy()
        assert told.targets[Targets.SEGMENT].tolist() == labels[told.targets[Targets.KEY]].tolist()
        assert told.held_out[HeldOut.SEGMENT].tolist() == labels[told.held_out[HeldOut.KEY]].tolist()
        assert [segment.name for segment in told.summary.segments] == [
            card.name for card in training.candidate(k).cards
        ]
        assert set(told.responses[Responses.SEGMENT]) == {Responses.EVERYBODY, *range(k)}
        assert any(f"fitted with {chosen} segments" in note for note in told.summary.notes)
