"""What people add to a segment: a name of their own and notes. Entries are only ever added, and they outlive a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.contract.messages import Message
from pipeline.contract.record_types import Record, SegmentCard

LONGEST_NAME, LONGEST_NOTE = 80, 2000
Segment = tuple[str, str]  # where it first appeared (a run's id), and its key there: one identity through all runs


class Annotation(Record):
    """One entry: a new name, a note, or both.

    A key alone would not do: runs of one sweep number their new segments alike, and so do the successors of one
    champion. With the run where the segment first appeared it names the same people through every re-train.
    """

    when: float
    who: str
    run_id: str  # the run that it was written on
    origin: str  # the run where the segment first appeared
    key: str
    name: str | None = None  # None: the name stays; empty: back to the generated one
    note: str = ""

    @property
    def segment(self) -> Segment:
        """Which segment it is about."""
        return self.origin, self.key


def identity_of(card: SegmentCard, run_id: str) -> Segment:
    """The segment that a card of the run ``run_id`` stands for."""
    return card.origin or run_id, card.key


def given_names(entries: Iterable[Annotation]) -> dict[Segment, str]:
    """The name last given to each segment, from entries in order; one that was taken back is left out."""
    names = {entry.segment: entry.name for entry in entries if entry.name is not None}
    return {segment: name for segment, name in names.items() if name}


def with_names(cards: tuple[SegmentCard, ...], run_id: str, names: Mapping[Segment, str]) -> tuple[SegmentCard, ...]:
    """The cards under the names that people gave; the generated name stays beside.

    A given name is the value of a message that says nothing else, so that no page takes it for words of the data set
    and translates it.
    """
    return tuple(
        card.model_copy(update={"name": Message.of("{name}", name=names[identity]), "generated": card.name})
        if (identity := identity_of(card, run_id)) in names
        else card
        for card in cards
    )
