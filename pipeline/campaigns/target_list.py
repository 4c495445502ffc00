"""A target list in numbers: whom to contact, whom to hold out, and what either is expected to bring.

Counted from the plan's table of targets by this one function, so that pages, files, report and command line agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.campaigns.profit import Interval, expected_gain, expected_profit
from pipeline.contract import CampaignPlan, HeldOut, Targets

Numbers = dict[str, float | None]
_OF_SEGMENTS = (HeldOut.BY_SEGMENT, HeldOut.BY_SEGMENT_AND_PAST)


@dataclass(frozen=True)
class ListNumbers:
    """Some customers at the plan's prices; ``customers`` of them were looked at, ``listed`` are worth a contact."""

    customers: int
    listed: int
    held: int  # of those listed, left alone so that the campaign's own effect can be measured
    expected: Interval  # profit of contacting the rest of the list
    given_up: float  # profit that those held out would be expected to bring
    probability: float  # mean of those to contact; 0 where there is nobody

    @property
    def contacts(self) -> int:
        """Those who are really contacted."""
        return self.listed - self.held

    @property
    def whole(self) -> float:
        """Profit to expect of the whole list, with nobody held out."""
        return self.expected.value + self.given_up

    def pays(self, revenue: float) -> bool:
        """Whether a campaign for them is worth the name: a list that promises less than one response is noise."""
        return self.listed > 0 and self.whole >= revenue


def in_numbers(
    plan: CampaignPlan, segment: int | None = None, places: npt.NDArray[np.int64] | None = None
) -> ListNumbers:
    """The list of everybody, of one ``segment``, or of the customers at ``places`` in the targets.

    The hold-out group is drawn once for the whole plan; a part of the list holds its part of the group, so nobody is
    held out in one file and contacted in another.
    """
    targets, summary = plan.targets, plan.summary
    cost, revenue = summary.cost or 0.0, summary.revenue or 0.0
    inside = np.ones(len(targets), dtype=np.bool_)
    if places is not None:
        inside[:] = False
        inside[places] = True
    if segment is not None:
        inside &= targets[Targets.SEGMENT].to_numpy() == segment
    listed = inside & (targets[Targets.CONTACT].to_numpy() == 1)
    held = inside & (targets[Targets.HOLD_OUT].to_numpy() == 1)
    probability = targets[Targets.PROBABILITY].to_numpy(np.float64)
    contacted = probability[listed & ~held]
    return ListNumbers(
        customers=int(inside.sum()),
        listed=int(listed.sum()),
        held=int(held.sum()),
        expected=expected_profit(contacted, cost, revenue, summary.judged),
        given_up=float(expected_gain(probability[held], cost, revenue, summary.judged).sum()),
        probability=float(contacted.mean()) if len(contacted) else 0.0,
    )


# ------------------------------------------------------------------ a whole plan, for the list of runs


def headline(plan: CampaignPlan) -> tuple[Numbers, Numbers]:
    """(numbers of this segmentation, numbers of the sweep), both empty where the plan has no prices.

    A response model that learned over time knows purchases and earlier answers but no segments: its list, with contacts
    and expected profit, is one for all k of a sweep, and so is what it earned on customers it had not seen. A model
    fitted on the customers table knows the segments, so everything is the segmentation's own. Contacting whole segments
    always is: all customers of those that are worth it.
    """
    if plan.summary.cost is None or plan.summary.revenue is None or plan.summary.method == "none":
        return {}, {}
    held_out = {f"held_out_profit_{strategy.key}": strategy.profit for strategy in plan.summary.evaluation}
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
