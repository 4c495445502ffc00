"""What to do about a segment next, in one sentence that every page and the report tell alike; nothing knows of Dash."""

from __future__ import annotations

from dashapp.i18n import _, plural
from dashapp.pricing import ListNumbers, figures, in_numbers
from dashapp.telling import money, number
from pipeline.contract import SegmentAdvice, Segmentation, SegmentCard


def advised(card: SegmentCard, segmentation: Segmentation) -> tuple[SegmentAdvice, ListNumbers] | None:
    """The segment's part of the plan and its list in numbers; None where the run has no plan with prices."""
    plan = figures(segmentation)
    found = next((advice for advice in plan.summary.segments if advice.segment == card.segment), None) if plan else None
    if plan is None or found is None or plan.summary.cost is None:
        return None
    return found, in_numbers(plan, card.segment)


def action(card: SegmentCard, segmentation: Segmentation) -> str:
    """Whom of the segment to contact, whom to hold out, and what that brings; empty where the run has no plan."""
    said = advised(card, segmentation)
    if said is None or segmentation.campaigns is None:
        return ""
    advice, found = said
    if not found.listed:
        return _("Next campaign: leave them out, nobody here is worth a contact.")
    if not found.pays(segmentation.campaigns.summary.revenue or 0.0):
        return (
            _("No campaign pays in this segment now: try one on a small sample before spending more.")
            if advice.word in ("test", "association")
            else plural(
                "No campaign pays in this segment as a whole; {n} of them is on the list for a chance of their own.",
                "No campaign pays in this segment as a whole; {n} of them are on the list for chances of their own.",
                found.listed,
            )
        )
    profit = money(found.expected.value, segmentation.dataset.currency)
    if not found.held:
        return plural(
            "Next campaign: contact {n} of them, expected profit {profit}.",
            "Next campaign: contact {n} of them, expected profit {profit}.",
            found.contacts,
            profit=profit,
        )
    return plural(
        "Next campaign: contact {n} of them and hold out {held}, expected profit {profit}.",
        "Next campaign: contact {n} of them and hold out {held}, expected profit {profit}.",
        found.contacts,
        held=number(found.held),
        profit=profit,
    )
