"""A target list in numbers: whom to contact, whom to hold out, and what either is expected to bring.

Counted from the plan's table of targets by this one function, so that pages, files, report and command line agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.campaigns.profit import Interval, expected_profit
from pipeline.contract import CampaignPlan, Targets


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
        expected=expected_profit(contacted, cost, revenue, summary.level_variance),
        given_up=float((probability[held] * revenue - cost).sum()),
        probability=float(contacted.mean()) if len(contacted) else 0.0,
    )
