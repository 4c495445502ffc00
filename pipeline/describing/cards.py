"""Segments in words: names, portraits and trust, from the strongest differences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.contract import (
    Cased,
    Column,
    Dataset,
    Difference,
    Joined,
    Message,
    Profiles,
    Quantity,
    SegmentCard,
    Trust,
    currency_of,
    inline,
    more_or_less,
    names_its_unit,
    own,
    percent,
)

NAMED_EFFECT = 0.4  # a weaker difference does not enter a name
LEADING_EFFECT = 0.7  # from here on a difference in worth opens the name
SHOWN = 8
_WORTH = ("spend", "orders", "average_cheque")
TRUSTED, PATTERN = 0.75, 0.6  # Hennig's bounds for the Jaccard of a cluster that comes back


@dataclass(frozen=True)
class Support:
    """What the data say of dividing them at all: which grade a segment can have at best."""

    clear: bool = True  # the verdict is strong
    finer: bool = False  # into more segments than they support: which of the groups is cut, chance decides


def make_cards(
    differences: Mapping[int, pd.DataFrame],
    dataset: Dataset,
    *,
    sizes: Sequence[int],
    revenue_shares: Sequence[float | None],
    silhouettes: Sequence[float | None],
    jaccards: Sequence[float | None],
    support: Support,
) -> tuple[SegmentCard, ...]:
    """One card a segment, with names that no two segments share."""
    told = {
        segment: tuple(_difference(row, dataset) for row in rows.to_dict("records"))
        for segment, rows in differences.items()
    }
    names = _unique_names([_for_names(told.get(segment, ()), dataset) for segment in range(len(sizes))])
    cards = []
    for segment, size in enumerate(sizes):
        grade, why = _trust(jaccards[segment], size, support)
        share = size / sum(sizes)
        cards.append(
            SegmentCard(
                segment=segment,
                key=f"s{segment + 1}",
                colour=segment,
                name=names[segment],
                size=size,
                share=share,
                portrait=_portrait(told.get(segment, ()), dataset, size, share, revenue_shares[segment]),
                revenue_share=revenue_shares[segment],
                trust=grade,
                trust_reason=why,
                silhouette=silhouettes[segment],
                jaccard=jaccards[segment],
                differences=told.get(segment, ())[:SHOWN],
            )
        )
    return tuple(cards)


def phrase(column: Column, effect: float) -> str:
    """How those above (or below) the others are called: the spec's word, else high or low with the label."""
    word = column.high if effect > 0 else column.low
    return word or more_or_less(column.label, more=effect > 0)


def _difference(row: Mapping[Hashable, Any], dataset: Dataset) -> Difference:
    column = dataset.column(str(row[Profiles.COLUMN]))
    effect, index = float(row[Profiles.EFFECT]), float(row[Profiles.INDEX])
    return Difference(
        column=column.name,
        effect=effect,
        median=float(row[Profiles.MEDIAN]),
        overall_median=float(row[Profiles.OVERALL_MEDIAN]),
        index=index if index == index else None,
        phrase=phrase(column, effect),
    )


def _for_names(differences: tuple[Difference, ...], dataset: Dataset) -> tuple[Difference, ...]:
    """Differences in the order that a name takes them: what the segment is worth, what it likes, then the rest.

    Spend, orders and cheque say much the same, so at most one of them comes before the others; and what a segment has
    more of tells more than what it has less of, unless that is much stronger.
    """
    worth = [difference for difference in differences if dataset.column(difference.column).meaning in _WORTH]
    others = sorted(
        (difference for difference in differences if difference not in worth),
        key=lambda difference: -difference.effect if difference.effect > 0 else 0.7 * difference.effect,
    )
    lead = [one for one in worth[:1] if abs(one.effect) >= LEADING_EFFECT]
    return (*lead, *others, *(one for one in worth if one not in lead))


def _unique_names(told: Sequence[tuple[Difference, ...]]) -> list[Message]:
    names = [_name(differences, 2) for differences in told]
    for words in (3, 4, 5):
        for segment, name in enumerate(names):
            if names.count(name) > 1:
                names[segment] = _name(told[segment], words)
    return [
        name
        if names.count(name) == 1
        else Message.of("{name} ({n})", name=name, n=Quantity(names[:segment].count(name) + 1))
        for segment, name in enumerate(names)
    ]


def _name(differences: tuple[Difference, ...], words: int) -> Message:
    strong = [own(difference.phrase) for difference in differences if abs(difference.effect) >= NAMED_EFFECT][:words]
    if not strong:
        return Message.of("Near the average")
    return Message.of("{phrases}", phrases=Cased("upper", Joined(tuple(strong))))


def _portrait(
    differences: tuple[Difference, ...], dataset: Dataset, size: int, share: float, revenue_share: float | None
) -> Message:
    first = _weight(size, share, revenue_share)
    strong = [difference for difference in differences if abs(difference.effect) >= NAMED_EFFECT][:3]
    if not strong:
        return Message.of("{first} In no column do they stand clearly apart from the others.", first=first)
    traits = Joined(tuple(_trait(one, dataset.column(one.column)) for one in strong), "; ")
    return Message.of("{first} Typical for them: {traits}.", first=first, traits=traits)


def _weight(size: int, share: float, revenue_share: float | None) -> Message:
    """How many they are, and what they bring."""
    if revenue_share is None:
        return Message.counted(
            "{n} customers ({share} of all).", "{n} customers ({share} of all).", size, share=percent(share)
        )
    return Message.counted(
        "{n} customers ({share} of all) who bring {revenue} of revenue.",
        "{n} customers ({share} of all) who bring {revenue} of revenue.",
        size,
        share=percent(share),
        revenue=percent(revenue_share),
    )


def _trait(difference: Difference, column: Column) -> Message:
    return Message.of(
        "{label}: {value} (all customers: {overall})",
        label=inline(column.label),
        value=_value(difference.median, column),
        overall=_value(difference.overall_median, column),
    )


def _trust(jaccard: float | None, size: int, support: Support) -> tuple[Trust, Message]:
    """Grade and reason; what comes back without clear groups in the data is a division of a continuum, never solid."""
    if size < 60:
        return "fragile", Message.of("Only {n} customers: too few to rely on.", n=Quantity(size))
    if jaccard is None:
        return "usable", Message.of("How well this segment comes back on other samples was not measured.")
    if jaccard < PATTERN:
        grade: Trust = "fragile"
        template = (
            "Looked for in two separate halves of the customers, {share} of this segment or more is the same "
            "{repeats}: do not rely on who exactly belongs to it."
        )
    elif jaccard < TRUSTED:
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
    repeats = Message.of("in every repeat") if support.finer else Message.of("in four of five repeats")
    return grade, Message.of(template, share=percent(jaccard), repeats=repeats)


def _value(value: float, column: Column) -> Quantity:
    if "%" in column.format:
        return percent(value)
    unit = "" if names_its_unit(column) and not currency_of(column.unit)[0] else column.unit
    return Quantity(value, ",.0f" if abs(value) >= 10 or value == int(value) else ",.1f", unit)
