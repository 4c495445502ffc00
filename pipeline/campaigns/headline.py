"""A plan in a few numbers for the list of runs: those of one segmentation, and those that the whole sweep shares."""

from __future__ import annotations

import numpy as np

from pipeline.contract import CampaignPlan, HeldOut, Targets

Numbers = dict[str, float | None]
_OF_SEGMENTS = (HeldOut.BY_SEGMENT, HeldOut.BY_SEGMENT_AND_PAST)


def headline(plan: CampaignPlan) -> tuple[Numbers, Numbers]:
    """(numbers of this segmentation, numbers of the sweep), both empty where the plan has no prices.

    A response model that learned over time knows purchases and earlier answers but no segments: its list, with contacts
    and expected profit, is one for all k of a sweep, and so is what it earned on customers it had not seen. A model
    fitted on the customers table knows the segments, so everything is the segmentation's own. Contacting whole segments
    always is: all customers of those that are worth it.
    """
    if plan.summary.cost is None or plan.summary.revenue is None or plan.summary.method == "none":
        return {}, {}
    held_out = {f"held_out_profit_{one.key}": one.profit for one in plan.summary.evaluation}
    own: Numbers = {name: held_out.pop(name) for name in _held_out_names() if name in held_out}
    own |= _whole_segments(plan, plan.summary.cost, plan.summary.revenue)
    listed = _listed(plan) | held_out
    return (own, listed) if plan.summary.method == "time split" else (own | listed, {})


def _held_out_names() -> list[str]:
    return [f"held_out_profit_{name}" for name in _OF_SEGMENTS]


def _listed(plan: CampaignPlan) -> Numbers:
    summary = plan.summary
    numbers: Numbers = {
        "expected_profit": summary.expected_profit,
        "expected_profit_low": summary.expected_low,
        "expected_profit_high": summary.expected_high,
        "contacts": float(summary.contacts),
    }
    if summary.calibration:
        numbers |= {
            "response_auc": summary.calibration.auc,
            "response_log_loss": summary.calibration.log_loss,
            "response_mean_predicted": summary.calibration.mean_predicted,
            "response_observed": summary.calibration.observed,
        }
    return numbers


def _whole_segments(plan: CampaignPlan, cost: float, revenue: float) -> Numbers:
    """What contacting every customer of each segment brings whose mean probability is worth the cost."""
    segment = plan.targets[Targets.SEGMENT].to_numpy(np.int64)
    gain = plan.targets[Targets.PROBABILITY].to_numpy(np.float64) * revenue - cost
    sums, sizes = np.bincount(segment, gain), np.bincount(segment)
    worth = sums > 0
    return {
        "whole_segments_contacts": float(sizes[worth].sum()),
        "whole_segments_expected_profit": float(sums[worth].sum()),
    }
