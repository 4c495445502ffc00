"""Match the new segments with the champion's, so that key, colour and name persist where the segment does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.contract import (
    Assignments,
    FeatureTransform,
    Identity,
    Labels,
    Matrix,
    Segmentation,
    SegmentCard,
)
from pipeline.describing.describe import differences_by_segment
from pipeline.describing.naming import Naming
from pipeline.segmenting import apply_transform, squared_distances
from pipeline.stages import Candidate, Training

SAME, CHANGED = 0.6, 0.3  # least Jaccard overlap of members
GOES_ON = 0.3  # from here on a segment goes on among one more: the larger part of one that splits is half of it or less
MIN_SHARED = 30  # fewer common customers say nothing of a segment's identity


@dataclass(frozen=True)
class Predecessor:
    """What is needed of the champion: who was where, how customers are placed, and what the segments are called."""

    run_id: str
    cards: tuple[SegmentCard, ...]
    ids: pd.Series | None  # id by customer, None where ids are not stored
    labels: Labels
    transform: FeatureTransform
    centres: Matrix

    @classmethod
    def of(cls, segmentation: Segmentation) -> Predecessor:
        """The parts of a stored run."""
        name = segmentation.dataset.id_column
        return cls(
            run_id=segmentation.run_id,
            cards=segmentation.cards,
            transform=segmentation.transform,
            ids=segmentation.customers[name] if name else None,
            centres=segmentation.centres,
            labels=segmentation.assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64),
        )


def follow(
    cards: Sequence[SegmentCard],
    labels: Labels,
    customers: pd.DataFrame,
    id_column: str | None,
    before: Predecessor | None,
    naming: Naming | None = None,
) -> tuple[tuple[SegmentCard, ...], tuple[str, ...]]:
    """The cards with the identity they inherit, and the names of the champion's segments that dissolved.

    Members decide: customers of both runs by their id, else the new customers as the champion's centres place them.
    Pairs come from Hungarian assignment on the Jaccard overlap; from ``SAME`` on a segment keeps key, colour and name,
    from ``CHANGED`` on it is told as changed, below that it is new. A name that ``naming`` finds to be true no longer
    is not handed on.
    """
    if before is None:
        return tuple(cards), ()
    overlap = _overlap(labels, len(cards), customers, id_column, before)
    if overlap is None:
        return _renewed(cards, before, {}, naming), tuple(card.name for card in before.cards)
    from scipy.optimize import linear_sum_assignment  # SciPy takes a second to load, and most calls return before

    pairs = {int(new): int(old) for new, old in zip(*linear_sum_assignment(-overlap), strict=True)}
    identities = {
        new: Identity(
            status="same" if overlap[new, old] >= SAME else "changed",
            overlap=float(overlap[new, old]),
            previous=before.cards[old].name,
            previous_key=before.cards[old].key,
        )
        for new, old in pairs.items()
        if overlap[new, old] >= CHANGED
    }
    kept = {identity.previous_key for identity in identities.values()}
    return _renewed(cards, before, identities, naming), tuple(
        card.name for card in before.cards if card.key not in kept
    )


def follow_in(training: Training, before: Predecessor) -> Training:
    """A training made without a champion, with the cards that it would have had beside ``before``."""
    candidates: list[Candidate] = []
    fewer = None
    for candidate in training.candidates:
        labels = candidate.labels
        naming = Naming.of(
            differences_by_segment(candidate.profiles, training.dataset), training.dataset, candidate.record.k
        )
        cards, dissolved = follow(
            candidate.cards, labels, training.customers, training.dataset.id_column, before, naming
        )
        cards = keep_colours(cards, labels, fewer)
        fewer = cards, labels
        candidates.append(
            replace(candidate, cards=cards, record=candidate.record.model_copy(update={"dissolved": dissolved}))
        )
    return replace(training, candidates=tuple(candidates))


def keep_colours(
    cards: Sequence[SegmentCard], labels: Labels, fewer: tuple[Sequence[SegmentCard], Labels] | None
) -> tuple[SegmentCard, ...]:
    """The cards in the colours that their segments have among ``fewer``, the cards and labels of the next smaller k.

    What a card has from the champion stays. A segment that goes on keeps its colour, so that a reader can follow it
    from k to k + 1; the others take colours that are free.
    """
    if fewer is None:
        return tuple(cards)
    from scipy.optimize import linear_sum_assignment

    few, of_few = fewer
    overlap = _jaccard(labels, of_few, len(cards), len(few))
    pairs = zip(*linear_sum_assignment(-overlap), strict=True)
    wanted = {int(new): few[old].colour for new, old in pairs if overlap[new, old] >= GOES_ON}
    held = {card.segment: card.colour for card in cards if card.identity is not None and card.identity.status == "same"}
    taken = set(held.values())
    for segment, colour in wanted.items():
        if segment not in held and colour not in taken:
            held[segment] = colour
            taken.add(colour)
    free = (colour for colour in range(2 * len(cards) + len(taken)) if colour not in taken)
    return tuple(
        card.model_copy(update={"colour": held[card.segment] if card.segment in held else next(free)}) for card in cards
    )


def _overlap(
    labels: Labels, k: int, customers: pd.DataFrame, id_column: str | None, before: Predecessor
) -> Matrix | None:
    """Jaccard overlap of members, (new k, old k); None where the two runs cannot be compared."""
    old_k = len(before.cards)
    if id_column is not None and id_column in customers and before.ids is not None:
        ours = pd.Series(labels, index=customers[id_column].astype("str"))
        theirs = pd.Series(before.labels, index=before.ids.astype("str"))
        shared = pd.concat([ours.rename("new"), theirs.rename("old")], axis=1, join="inner")
        if len(shared) >= MIN_SHARED:
            return _jaccard(shared["new"].to_numpy(), shared["old"].to_numpy(), k, old_k)
    if not set(before.transform.names) <= set(customers.columns):
        return None
    placed = squared_distances(apply_transform(customers, before.transform), before.centres).argmin(axis=1)
    return _jaccard(labels, placed, k, old_k)


def _jaccard(new: Labels, old: Labels, new_k: int, old_k: int) -> Matrix:
    table = (
        np.bincount(new.astype(np.int64) * old_k + old, minlength=new_k * old_k)
        .reshape(new_k, old_k)
        .astype(np.float64)
    )
    union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
    overlap: Matrix = table / np.maximum(union, 1)
    return overlap


def _renewed(
    cards: Sequence[SegmentCard], before: Predecessor, identities: dict[int, Identity], naming: Naming | None
) -> tuple[SegmentCard, ...]:
    """Give each card its inherited or a fresh key, colour and name; no two cards share any of them."""
    old = {card.key: card for card in before.cards}
    same = {
        segment: old[str(identity.previous_key)]
        for segment, identity in identities.items()
        if identity.status == "same"
    }
    colours = {card.colour for card in same.values()}
    numbers = [int(card.key[1:]) for card in before.cards if card.key[1:].isdigit()]
    fresh = max(numbers, default=0)
    renewed = []
    for card in cards:
        identity = identities.get(card.segment, Identity(status="new", overlap=0.0))
        if card.segment in same:
            heir = same[card.segment]
            name = heir.generated or heir.name
            update = {
                "key": heir.key,
                "colour": heir.colour,
                "name": name if naming is None or naming.holds(name, card.segment) else card.name,
                "origin": heir.origin or before.run_id,
            }
        else:
            fresh += 1
            colour = next(place for place in range(len(cards) + len(colours) + 1) if place not in colours)
            colours.add(colour)
            update = {"key": f"s{fresh}", "colour": colour}
        renewed.append(card.model_copy(update={**update, "identity": identity}))
    return tuple(renewed)
