"""Sentences about a segment with the numbers that a viewer may see in place of the exact ones."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping

from dashapp.access.small_cells.groups import LEAST
from pipeline.contract import Column, Joined, Message, Quantity, SegmentCard, Value, inline


def refilled(message: Message, **told: float) -> Message:
    """The sentence with these numbers where it has values of these names, at any depth."""

    def filled(name: str, value: Value) -> Value:
        if isinstance(value, Message):
            return refilled(value, **told)
        if isinstance(value, Quantity) and name in told:
            return dataclasses.replace(value, number=told[name])
        return value

    values = {name: filled(name, value) for name, value in message.values.items()}
    if message.many:
        n = values.pop("n")
        return Message.counted(message.id, message.many, int(n.number) if isinstance(n, Quantity) else 0, **values)
    return Message.of(message.id, **values)


def scale(column: Column) -> int:
    """By what a value is multiplied before it stands in a sentence: shares of 1 are told in percent."""
    return 100 if "%" in column.format else 1


def portrait(card: SegmentCard, columns: Iterable[Column], medians: Mapping[str, tuple[float, float]]) -> str:
    """The portrait with a viewer's size, shares and medians; empty where the run holds it as plain text.

    ``card`` has the viewer's size and shares already; ``medians`` are the segment's and everybody's by column.
    """
    stored = card.portrait
    first = stored.values.get("first") if isinstance(stored, Message) else None
    if not isinstance(stored, Message) or not isinstance(first, Message):
        return ""
    revenue = 100 * (card.revenue_share or 0.0)
    weight = refilled(first, n=card.size, share=100 * card.share, revenue=revenue)
    traits = stored.values.get("traits")
    if not isinstance(traits, Joined):
        return Message.of(stored.id, first=weight)
    named = {_written(inline(column.label)): column for column in columns if column.name in medians}
    told = []
    for trait in traits.parts:
        column = named.get(_written(trait.values.get("label", ""))) if isinstance(trait, Message) else None
        if isinstance(trait, Message) and column is not None:
            own, overall = (scale(column) * median for median in medians[column.name])
            told.append(refilled(trait, value=own, overall=overall))
    return Message.of(stored.id, first=weight, traits=Joined(tuple(told), traits.separator)) if told else weight


def _written(label: Value) -> str:
    return str(Message.of("{label}", label=label))


def trust_reason(card: SegmentCard, size: int) -> str:
    """Why a segment is to be relied on or not, without the number of customers of one under ten.

    ``card`` is as stored, with its exact size.
    """
    stored = card.trust_reason
    if not size:
        return Message.of("Fewer than {n} customers: too few to rely on.", n=Quantity(LEAST))
    if isinstance(stored, Message):
        return refilled(stored, n=size)
    return re.sub(rf"(?<!\d){card.size}(?!\d)", str(size), stored)


def without_figures(card: SegmentCard) -> SegmentCard:
    """Of a segment under ten no more than that it is there, and what a person called it."""
    group = Message.of("Group {n}", n=Quantity(card.segment + 1))
    given = bool(card.generated)
    few = {"revenue_share": None, "silhouette": None, "jaccard": None, "differences": (), "portrait": ""}
    names = {"name": card.name if given else group, "generated": group if given else ""}
    return card.model_copy(update={**few, **names, "identity": None})
