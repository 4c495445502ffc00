"""What is said first of a segmentation: what the verdict means, its groups, and how far to rely on them."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.i18n import N_, _, plural
from dashapp.telling import number, percent
from pipeline.contract import Decision, SegmentCard, Verdict

WORDS: dict[Verdict, str] = {
    "strong": N_("The groups are real: they come back when the analysis is repeated on other samples of customers."),
    "weak": N_(
        "The groups are a useful pattern with blurred borders: those near a border could belong to either side."
    ),
    "none": N_(
        "The data show no clear borders. The groups divide a continuum into handy parts; they are not a discovery."
    ),
}
TITLES: dict[Verdict, str] = {
    "strong": N_("Clearly separate groups"),
    "weak": N_("Groups with blurred borders"),
    "none": N_("No clear borders"),
}


def reliance(cards: Sequence[SegmentCard], decision: Decision) -> str:
    """The trust of the groups and the verdict on their borders in one breath, since either alone misleads."""
    solid = sum(card.trust == "solid" for card in cards)
    if solid == len(cards):
        back = _("The groups come back when the analysis is repeated on other customers")
    elif solid:
        back = plural(
            "{solid} of the {n} group comes back when the analysis is repeated on other customers",
            "{solid} of the {n} groups come back when the analysis is repeated on other customers",
            len(cards),
            solid=number(solid),
        )
    else:
        back = _("The groups come back only in part when the analysis is repeated on other customers")
    borders = {
        "strong": _("{back}, and their borders are clear.", back=back),
        "weak": _("{back}, but their borders are blurred: those near one could belong to either side.", back=back),
        "none": _(
            "{back}, but the data show no borders between them: they divide a continuum into handy parts.", back=back
        ),
    }[decision.verdict]
    if not decision.supported_k or decision.supported_k == len(cards):
        return borders
    alone = plural(
        "By themselves the data support {n} group.", "By themselves the data support {n} groups.", decision.supported_k
    )
    return f"{borders} {alone}"


def finding(cards: Sequence[SegmentCard]) -> str:
    """What the overview says first: who brings the most for their number, or who are the most."""
    if not cards:
        return ""
    rated = [card for card in cards if card.revenue_share is not None and card.share > 0]
    if rated:
        best = max(rated, key=lambda card: (card.revenue_share or 0) / card.share)
        if (best.revenue_share or 0) / best.share >= 1.15:
            return _(
                "“{name}” are {share} of the customers and bring {revenue} of the revenue.",
                name=best.name,
                share=percent(best.share),
                revenue=percent(best.revenue_share or 0),
            )
    largest = max(cards, key=lambda card: card.size)
    return plural(
        "The customers fall into {n} group; the largest, “{name}”, holds {share}.",
        "The customers fall into {n} groups; the largest, “{name}”, holds {share}.",
        len(cards),
        name=largest.name,
        share=percent(largest.share),
    )
