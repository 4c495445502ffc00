"""The campaign plan at a reader's cost and revenue: the pipeline's own arithmetic on the stored probabilities.

Nothing is fitted and no customer leaves the server: a change of price is a few sums over arrays. The last few prices
are kept, since every control of the page asks for the same plan again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashapp.lru import LruCache
from pipeline.campaigns import (
    Curve,
    Interval,
    ListNumbers,
    at_prices,
    expected_curve,
    expected_gain,
    hold_out_advice,
    in_numbers,
    profit_curve,
    promises_of_today,
)
from pipeline.contract import CampaignPlan, HeldOut, HoldOutAdvice, Segmentation, Targets
from pipeline.statistics import FEW, FEWEST, Vector, wilson

__all__ = [
    "FEW",
    "FEWEST",
    "Curve",
    "Expected",
    "Interval",
    "ListNumbers",
    "ProfitCurves",
    "Prospects",
    "Vector",
    "among",
    "expected",
    "figures",
    "in_numbers",
    "measured",
    "own_plan",
    "plan_at",
    "wilson",
]
Rows = npt.NDArray[np.int64]
_plans: LruCache[tuple[str, int, float | None, float | None], CampaignPlan] = LruCache(6)
_figures: LruCache[tuple[str, int], CampaignPlan] = LruCache(6)


@dataclass(frozen=True)
class Prospects:
    """Some of a run's customers at one price: who of them is worth a contact, and what that brings."""

    order: Rows  # places of the customers in the targets, the best prospect first
    numbers: ListNumbers
    hold_out: HoldOutAdvice
    held: Rows  # places of those to leave uncontacted

    @property
    def customers(self) -> int:
        """All who were looked at."""
        return self.numbers.customers

    @property
    def listed(self) -> Rows:
        """Who is worth a contact, the best first; those held out are among them."""
        return self.order[: self.numbers.listed]


@dataclass(frozen=True)
class Expected:
    """Expected profit as more are contacted: by the model, by segments alone, and blindly."""

    model: Curve
    by_segment: Vector
    at_random: Vector


@dataclass(frozen=True)
class ProfitCurves:
    """Profit of known answers as more are contacted; ``by_segment`` is None where segments have no rates."""

    model: Curve
    by_segment: Curve | None
    everybody: float


def plan_at(segmentation: Segmentation, cost: float | None, revenue: float | None) -> CampaignPlan:
    """The run's plan at these prices; ``segmentation`` has to have one."""
    assert segmentation.campaigns is not None  # noqa: S101 - the page asks only for runs that have a plan
    campaigns = segmentation.campaigns
    return _plans.of(
        (segmentation.run_id, len(segmentation.customers), cost, revenue),  # fewer customers after a purge
        lambda: at_prices(campaigns, segmentation.dataset, cost=cost, revenue=revenue),
    )


def own_plan(segmentation: Segmentation) -> CampaignPlan | None:
    """The run's plan at its own prices, in the words of today, whichever version stored it; None where it has none."""
    if (
        segmentation.campaigns is None
        or segmentation.campaigns.summary.method == "none"
        or segmentation.campaigns.summary.cost is None
    ):
        return None
    return plan_at(segmentation, segmentation.campaigns.summary.cost, segmentation.campaigns.summary.revenue)


def figures(segmentation: Segmentation) -> CampaignPlan | None:
    """The run's plan for its figures and the codes of its words, whichever version stored it; None where it has none.

    Sentences may be in the language of whoever asked first: of runs of earlier versions the plan is kept.
    """
    plan = segmentation.campaigns
    if plan is None or promises_of_today(plan):
        return plan
    cost, revenue = plan.summary.cost, plan.summary.revenue
    return _figures.of(
        (segmentation.run_id, len(segmentation.customers)),
        lambda: at_prices(plan, segmentation.dataset, cost=cost, revenue=revenue),
    )


def among(plan: CampaignPlan, places: Rows | None = None, segment: int | None = None, currency: str = "") -> Prospects:
    """The plan for some customers only (``places`` in the targets; None: all), and of them for one segment."""
    summary, targets = plan.summary, plan.targets
    probability = targets[Targets.PROBABILITY].to_numpy(np.float64)
    order = _best_first(plan, places, segment)
    listed = np.sort(order[targets[Targets.CONTACT].to_numpy()[order] == 1])
    out = targets[Targets.HOLD_OUT].to_numpy()[listed] == 1
    cost, revenue = summary.cost or 0.0, summary.revenue or 0.0
    advised = hold_out_advice(probability[listed], out, cost, revenue, currency, summary.judged)
    return Prospects(order, in_numbers(plan, segment, places), advised, listed[out])


def expected(plan: CampaignPlan, prospects: Prospects) -> Expected:
    """What to expect of the next campaign as more of the ``prospects`` are contacted."""
    cost, revenue = plan.summary.cost or 0.0, plan.summary.revenue or 0.0
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)[prospects.order]
    segment = plan.targets[Targets.SEGMENT].to_numpy(np.int64)[prospects.order]
    model = expected_curve(probability, cost, revenue, plan.summary.judged)
    counts = np.bincount(segment)
    gain = expected_gain(probability, cost, revenue, plan.summary.judged)
    best = np.argsort(-np.bincount(segment, weights=probability) / np.maximum(counts, 1), kind="stable")
    so_far = np.append(0, np.cumsum(counts[best]))
    sums = np.append(0.0, np.cumsum(np.bincount(segment, weights=gain)[best]))
    by_segment: Vector = np.interp(model.contacts, so_far, sums)
    at_random = np.asarray((float(gain.mean()) if len(gain) else 0.0) * model.contacts, dtype=np.float64)
    return Expected(model, by_segment, at_random)


def measured(plan: CampaignPlan) -> ProfitCurves:
    """What contacts that no rule had learned from earned, as more of them are contacted."""
    cost, revenue, held_out = plan.summary.cost or 0.0, plan.summary.revenue or 0.0, plan.held_out
    outcome = held_out[HeldOut.OUTCOME].to_numpy(np.float64)
    customer = held_out[HeldOut.KEY].to_numpy(np.int64)
    by_model = held_out[HeldOut.PROBABILITY].to_numpy(np.float64)
    by_segment = held_out[HeldOut.BY_SEGMENT].to_numpy(np.float64)
    segments = None if np.isnan(by_segment).any() else profit_curve(by_segment, outcome, cost, revenue, customer)
    return ProfitCurves(
        profit_curve(by_model, outcome, cost, revenue, customer),
        segments,
        float(outcome.sum()) * revenue - cost * len(outcome),
    )


def _best_first(plan: CampaignPlan, places: Rows | None, segment: int | None) -> Rows:
    """Places by rank; the stored ranks make a sort unnecessary."""
    rank = plan.targets[Targets.RANK].to_numpy(np.int64)
    order = np.empty(len(rank), dtype=np.int64)
    order[rank - 1] = np.arange(len(rank))
    keep = np.ones(len(rank), dtype=np.bool_)
    if places is not None:
        keep[:] = False
        keep[places] = True
    if segment is not None:
        keep &= plan.targets[Targets.SEGMENT].to_numpy(np.int64) == segment
    return order[keep[order]]
