"""What is said first of a segmentation: what the verdict means, its groups, and how far to rely on them."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.i18n import N_, _, plural
from dashapp.telling import number, percent
from pipeline.contract import APART, Segmentation, SegmentCard, Verdict, cuts_across_groups, verdict_at

STABLE = 0.75  # of a segment is found again, from which on it is said to come back (Hennig's bound)
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
    "strong": N_("Groups that come back"),
    "weak": N_("Groups with blurred borders"),
    "none": N_("No clear borders"),
}

_ANOTHER_SHAPE = N_(
    "There are groups, but not round ones, and these segments cut across them: they are handy parts, not a discovery."
)


def verdict_of(segmentation: Segmentation) -> Verdict:
    """The verdict on the number of segments that this run has, by its own figures."""
    return verdict_at(segmentation.k, segmentation.decision, segmentation.candidates)


def title(verdict: Verdict, silhouette: float | None) -> str:
    """A verdict in few words; groups are apart only where the silhouette says so too."""
    if verdict == "strong" and silhouette is not None and silhouette >= APART:
        return _("Clearly separate groups")
    return _(TITLES[verdict])


def title_of(segmentation: Segmentation) -> str:
    """The title of the run in view."""
    if _too_many(segmentation):
        return _("More groups than the data support")
    if _cuts_across(segmentation):
        return _("Groups of another shape")
    return title(verdict_of(segmentation), _silhouette(segmentation, segmentation.k))


def title_of_choice(segmentation: Segmentation) -> str:
    """The title of the number of segments that was chosen, whichever run is in view."""
    if cuts_across_groups(segmentation.decision):
        return _("Groups of another shape")
    return title(segmentation.decision.verdict, _silhouette(segmentation, segmentation.decision.k))


def words_of(segmentation: Segmentation) -> str:
    """What the verdict on the run in view means."""
    supported = segmentation.decision.supported_k
    if supported and _too_many(segmentation):
        return plural(
            "The data support {n} group. With more, some of the borders run through customers who are much alike, and "
            "fall elsewhere when the analysis is repeated.",
            "The data support {n} groups. With more, some of the borders run through customers who are much alike, "
            "and fall elsewhere when the analysis is repeated.",
            supported,
        )
    return _(_ANOTHER_SHAPE if _cuts_across(segmentation) else WORDS[verdict_of(segmentation)])


def persons_choice(segmentation: Segmentation) -> str:
    """Who chose this number against the rule, and why; empty where the rule did, or another number is in view."""
    decided = segmentation.decision
    return decided.reason if decided.chosen_by == "person" and decided.k == segmentation.k else ""


def reliance(segmentation: Segmentation) -> str:
    """The trust of the groups and the verdict on their borders in one breath, since either alone misleads."""
    cards, decision = segmentation.cards, segmentation.decision
    solid = sum(map(_comes_back, cards))  # a grade is also held down by the verdict, which is told behind this
    if solid == len(cards):
        back = _("The groups come back when the analysis is repeated on other customers")
    elif solid:
        back = plural(
            "{n} of the {all} groups comes back when the analysis is repeated on other customers",
            "{n} of the {all} groups come back when the analysis is repeated on other customers",
            solid,
            all=number(len(cards)),
        )
    else:
        back = _("The groups come back only in part when the analysis is repeated on other customers")
    borders = _borders(segmentation, back)
    if not decision.supported_k or decision.supported_k == len(cards):
        return borders
    alone = plural(
        "By themselves the data support {n} group.", "By themselves the data support {n} groups.", decision.supported_k
    )
    return f"{borders} {alone}"


def _borders(segmentation: Segmentation, back: str) -> str:
    verdict = verdict_of(segmentation)
    if verdict == "strong" and (_silhouette(segmentation, segmentation.k) or 0.0) >= APART:
        return _("{back}, and their borders are clear.", back=back)
    if verdict == "strong":
        return _("{back}. They touch: those near a border could belong to either side.", back=back)
    if _cuts_across(segmentation):
        but = _("{back}, but they cut across groups of another shape, which k-means cannot follow.", back=back)
        also = _("{back}, and they cut across groups of another shape, which k-means cannot follow.", back=back)
    elif verdict == "none" and not _too_many(segmentation):
        but = _(
            "{back}, but the data show no borders between them: they divide a continuum into handy parts.", back=back
        )
        also = _(
            "{back}, and the data show no borders between them: they divide a continuum into handy parts.", back=back
        )
    else:
        but = _("{back}, but their borders are blurred: those near one could belong to either side.", back=back)
        also = _("{back}, and their borders are blurred: those near one could belong to either side.", back=back)
    return but if any(map(_comes_back, segmentation.cards)) else also


def _comes_back(card: SegmentCard) -> bool:
    """Whether the segment itself is found again, also where the verdict on all of them holds its grade down."""
    return card.trust == "solid" or (card.trust == "usable" and card.jaccard is not None and card.jaccard >= STABLE)


def _too_many(segmentation: Segmentation) -> bool:
    supported = segmentation.decision.supported_k
    return supported is not None and segmentation.k > supported and verdict_of(segmentation) == "none"


def _cuts_across(segmentation: Segmentation) -> bool:
    """Whether the run in view divides customers who lie in groups that k-means cannot follow."""
    return cuts_across_groups(segmentation.decision) and verdict_of(segmentation) == "none"


def _silhouette(segmentation: Segmentation, k: int) -> float | None:
    return next((candidate.silhouette for candidate in segmentation.candidates if candidate.k == k), None)


def finding(cards: Sequence[SegmentCard]) -> str:
    """What the overview says first: who spends the most for their number, or who are the most."""
    if not cards:
        return ""
    rated = [card for card in cards if card.revenue_share is not None and card.share > 0]
    if rated:
        best = max(rated, key=lambda card: (card.revenue_share or 0) / card.share)
        if (best.revenue_share or 0) / best.share >= 1.15:
            return _(
                "“{name}” are {share} of the customers and account for {spend} of all spend.",
                name=best.name,
                share=percent(best.share),
                spend=percent(best.revenue_share or 0),
            )
    largest = max(cards, key=lambda card: card.size)
    return plural(
        "The customers fall into {n} group; the largest, “{name}”, holds {share}.",
        "The customers fall into {n} groups; the largest, “{name}”, holds {share}.",
        len(cards),
        name=largest.name,
        share=percent(largest.share),
    )
