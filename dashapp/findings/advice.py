"""What to do about a segment next, in one sentence that every page and the report tell alike; nothing knows of Dash."""

from __future__ import annotations

from dashapp.i18n import _, plural
from dashapp.pricing import ListNumbers, figures, in_numbers
from dashapp.telling import money, number
from pipeline.contract import SegmentAdvice, Segmentation, SegmentCard


def advised(card: SegmentCard, segmentation: Segmentation) -> tuple[SegmentAdvice, ListNumbers] | None:
    """The segment's part of the plan and its list in numbers; None where the run has no plan with prices."""
    plan = figures(segmentation)
    segment_advice = (
        next((advice for advice in plan.summary.segments if advice.segment == card.segment), None) if plan else None
    )
    if plan is None or segment_advice is None or plan.summary.cost is None:
        return None
    return segment_advice, in_numbers(plan, card.segment)


def action(card: SegmentCard, segmentation: Segmentation) -> str:
    """Whom of the segment to contact, whom to hold out, and what that brings; empty where the run has no plan."""
    said = advised(card, segmentation)
    if said is None or segmentation.campaigns is None:
        return ""
    advice, numbers = said
    if not numbers.listed:
        return _("Next campaign: leave them out, nobody here is worth a contact.")
    if not numbers.pays(segmentation.campaigns.summary.revenue or 0.0):
        return (
            _("No campaign pays in this segment now: try one on a small sample before spending more.")
            if advice.word in ("test", "association")
            else plural(
                "No campaign pays in this segment as a whole; {n} of them is on the list for a chance of their own.",
                "No campaign pays in this segment as a whole; {n} of them are on the list for chances of their own.",
                numbers.listed,
            )
        )
    profit = money(numbers.expected.value, segmentation.dataset.currency)
    if not numbers.held:
        return plural(
            "Next campaign: contact {n} of them, expected profit {profit}.",
            "Next campaign: contact {n} of them, expected profit {profit}.",
            numbers.contacts,
            profit=profit,
        )
    return plural(
        "Next campaign: contact {n} of them and hold out {held}, expected profit {profit}.",
        "Next campaign: contact {n} of them and hold out {held}, expected profit {profit}.",
        numbers.contacts,
        held=number(numbers.held),
        profit=profit,
    )
