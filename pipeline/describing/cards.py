"""Segments in words: names, portraits and trust, from the strongest differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract import Joined, Message, Quantity, SegmentCard, Trust, Value, inline, percent
from pipeline.describing.naming import NAMED_EFFECT, Naming, Standing, typical

SHOWN = 8
TRUSTED, PATTERN = 0.75, 0.6  # Hennig's bounds for the Jaccard of a cluster that comes back
FINER_TRUSTED = 0.7  # in every repeat: of a group that one of them cuts, no part is more than half to two thirds
SMALLEST = 30  # customers; of fewer nothing is told as a share either


@dataclass(frozen=True)
class Support:
    """What the data say of dividing them at all: which grade a segment can have at best."""

    clear: bool = True  # the verdict is strong
    finer: bool = False  # into more segments than they support: which of the groups is cut, chance decides

    @property
    def solid(self) -> float:
        """The Jaccard from which on a segment is solid: of half of the repeats, or of the worst of them."""
        return FINER_TRUSTED if self.finer else TRUSTED


def make_cards(
    naming: Naming,
    *,
    sizes: Sequence[int],
    revenue_shares: Sequence[float | None],
    silhouettes: Sequence[float | None],
    jaccards: Sequence[float | None],
    support: Support,
) -> tuple[SegmentCard, ...]:
    """One card a segment, with names that no figure contradicts and no two segments share; see ``naming``.

    Of the differences those are told that the medians show, the one that the name is made of first.
    """
    cards = []
    for segment, size in enumerate(sizes):
        grade, why = _trust(jaccards[segment], size, support)
        share = size / sum(sizes)
        cards.append(
            SegmentCard(
                segment=segment,
                key=f"s{segment + 1}",
                colour=segment,
                name=naming.names[segment],
                size=size,
                share=share,
                portrait=_portrait(naming.ordered(segment), size, share, revenue_shares[segment]),
                revenue_share=revenue_shares[segment],
                trust=grade,
                trust_reason=why,
                silhouette=silhouettes[segment],
                jaccard=jaccards[segment],
                differences=tuple(standing.told() for standing in naming.ordered(segment)[:SHOWN]),
            )
        )
    return tuple(cards)


def _portrait(standings: Sequence[Standing], size: int, share: float, revenue_share: float | None) -> Message:
    first = _weight(size, share, revenue_share)
    strong = [standing for standing in standings if abs(standing.effect) >= NAMED_EFFECT][:3]
    if not strong:
        return Message.of("{first} In no column do they stand clearly apart from the others.", first=first)
    traits = Joined(tuple(map(_trait, strong)), "; ")
    return Message.of("{first} Typical for them (medians): {traits}.", first=first, traits=traits)


def _weight(size: int, share: float, revenue_share: float | None) -> Message:
    """How many they are, and what they spend."""
    if revenue_share is None:
        return Message.counted(
            "{n} customers ({share} of all).", "{n} customers ({share} of all).", size, share=_part(share)
        )
    return Message.counted(
        "{n} customers ({share} of all) who account for {spend} of all spend.",
        "{n} customers ({share} of all) who account for {spend} of all spend.",
        size,
        share=_part(share),
        spend=_part(revenue_share),
    )


def _part(share: float) -> Value:
    """A share in whole per cent; what is not all is not told as 100 %, and what is not nothing not as 0 %."""
    if 0 < share < 0.005:
        return Message.of("under {share}", share=percent(0.01))
    if 0.995 <= share < 1:
        return Message.of("over {share}", share=percent(0.99))
    return percent(share)


def _trait(standing: Standing) -> Message:
    return Message.of(
        "{label}: {value} (all customers: {overall})",
        label=inline(standing.column.label),
        value=typical(standing.median, standing.column),
        overall=typical(standing.overall, standing.column),
    )


def _trust(jaccard: float | None, size: int, support: Support) -> tuple[Trust, Message]:
    """Grade and reason; what comes back without clear groups in the data is a division of a continuum, never solid."""
    if size < SMALLEST:
        return "fragile", Message.of("Only {n} customers: too few to rely on.", n=Quantity(size))
    if jaccard is None:
        return "usable", Message.of("How well this segment comes back on other samples was not measured.")
    if jaccard < PATTERN:
        grade: Trust = "fragile"
        template = (
            "Looked for in two separate halves of the customers, {share} of this segment or more is the same "
            "{repeats}: do not rely on who exactly belongs to it."
        )
    elif jaccard < support.solid:
        grade = "usable"
        template = (
            "Looked for in two separate halves of the customers, {share} of this segment or more is the same "
            "{repeats}: a real pattern with a blurred border."
        )
    elif not support.clear:
        grade = "usable"
        template = (
            "Looked for in two separate halves of the customers, {share} of this segment or more is the same "
            "{repeats}, but the data as a whole do not fall into clear groups: where it ends is a convention."
        )
    else:
        grade = "solid"
        template = (
            "Looked for in two separate halves of the customers, {share} of this segment or more is the same "
            "{repeats}: it is stable."
        )
    repeats = Message.of("in every repeat") if support.finer else Message.of("in half of the repeats")
    share = percent(min(jaccard, 0.99))  # nothing is more than all of it
    return grade, Message.of(template, share=share, repeats=repeats)
