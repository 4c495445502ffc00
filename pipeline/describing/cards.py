"""Segments in words: names, portraits and trust, from the strongest differences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.contract import (
    Column,
    Dataset,
    Difference,
    Profiles,
    SegmentCard,
    Trust,
    inline,
    more_or_less,
    names_its_unit,
)

NAMED_EFFECT = 0.4  # a weaker difference does not enter a name
LEADING_EFFECT = 0.7  # from here on a difference in worth opens the name
SHOWN = 8
_WORTH = ("spend", "orders", "average_cheque")
TRUSTED, PATTERN = 0.75, 0.6  # Hennig's bounds for the mean Jaccard of a cluster


def make_cards(
    differences: Mapping[int, pd.DataFrame],
    dataset: Dataset,
    *,
    sizes: Sequence[int],
    revenue_shares: Sequence[float | None],
    silhouettes: Sequence[float | None],
    jaccards: Sequence[float | None],
) -> tuple[SegmentCard, ...]:
    """One card a segment, with names that no two segments share."""
    told = {
        segment: tuple(_difference(row, dataset) for row in rows.to_dict("records"))
        for segment, rows in differences.items()
    }
    names = _unique_names([_for_names(told.get(segment, ()), dataset) for segment in range(len(sizes))])
    cards = []
    for segment, size in enumerate(sizes):
        grade, why = _trust(jaccards[segment], size)
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
    worth = [one for one in differences if dataset.column(one.column).meaning in _WORTH]
    others = sorted(
        (one for one in differences if one not in worth),
        key=lambda one: -one.effect if one.effect > 0 else 0.7 * one.effect,
    )
    lead = [one for one in worth[:1] if abs(one.effect) >= LEADING_EFFECT]
    return (*lead, *others, *(one for one in worth if one not in lead))


def _unique_names(told: Sequence[tuple[Difference, ...]]) -> list[str]:
    names = [_name(differences, 2) for differences in told]
    for words in (3, 4, 5):
        for segment, name in enumerate(names):
            if names.count(name) > 1:
                names[segment] = _name(told[segment], words)
    return [
        name if names.count(name) == 1 else f"{name} ({names[:segment].count(name) + 1})"
        for segment, name in enumerate(names)
    ]


def _name(differences: tuple[Difference, ...], words: int) -> str:
    strong = [one.phrase for one in differences if abs(one.effect) >= NAMED_EFFECT][:words]
    if not strong:
        return "Near the average"
    joined = ", ".join(strong)
    return joined[:1].upper() + joined[1:]


def _portrait(
    differences: tuple[Difference, ...], dataset: Dataset, size: int, share: float, revenue_share: float | None
) -> str:
    worth = "" if revenue_share is None else f" who bring {_percent(revenue_share)} of revenue"
    first = f"{size:,} customers ({_percent(share)} of all){worth}."
    strong = [one for one in differences if abs(one.effect) >= NAMED_EFFECT][:3]
    if not strong:
        return f"{first} In no column do they stand clearly apart from the others."
    parts = [_trait(one, dataset.column(one.column)) for one in strong]
    return f"{first} Typical for them: {'; '.join(parts)}."


def _trait(one: Difference, column: Column) -> str:
    return f"{inline(column.label)}: {_value(one.median, column)} (all customers: {_value(one.overall_median, column)})"


def _trust(jaccard: float | None, size: int) -> tuple[Trust, str]:
    if size < 60:
        return "fragile", f"Only {size} customers: too few to rely on."
    if jaccard is None:
        return "usable", "How well this segment comes back on other samples was not measured."
    found = f"On random halves of the customers {_percent(jaccard)} of this segment comes back"
    if jaccard >= TRUSTED:
        return "solid", f"{found}: it is stable."
    if jaccard >= PATTERN:
        return "usable", f"{found}: a real pattern with a blurred border."
    return "fragile", f"{found}: do not rely on who exactly belongs to it."


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _value(value: float, column: Column) -> str:
    if "%" in column.format:
        return _percent(value)
    number = f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:,.1f}"
    if column.unit in ("$", "€", "£"):
        return f"{column.unit}{number}"
    return number if names_its_unit(column) else f"{number} {column.unit}".strip()
