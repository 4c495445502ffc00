"""The invented training with answers that follow from what customers are, and the plan made of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.campaigns.learning.held_out import SegmentedCustomers
from pipeline.campaigns.plan import plan_campaigns
from pipeline.contract import Assignments
from pipeline.stages import Training
from tests.support import make_training

COST, REVENUE = 4.0, 20.0


def with_sample_plan(training: Training, seed: int = 3) -> Training:
    """``training`` whose last campaign was answered by those who spend much, and its plan at COST and REVENUE."""
    rng = np.random.default_rng(seed)
    rank = training.customers["spend"].rank(pct=True).to_numpy(np.float64)
    campaign = training.dataset.campaigns[-1].column
    customers = training.customers.assign(**{campaign: (rng.random(len(rank)) < 0.5 * rank**2).astype(float)})
    chosen = next(one for one in training.candidates if one.record.k == training.decision.k)
    subject = SegmentedCustomers(
        customers,
        training.dataset,
        chosen.assignments[Assignments.SEGMENT].to_numpy(np.int64),
        chosen.cards,
        frozenset(),
    )
    plan = plan_campaigns(subject, cost=COST, revenue=REVENUE)
    return replace(training, customers=customers, plans={training.decision.k: plan})


def planned_training(n: int = 600) -> Training:
    """A whole sweep with its plan."""
    return with_sample_plan(make_training(n))
