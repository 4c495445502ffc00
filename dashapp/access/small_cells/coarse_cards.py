"""Cards of segments as a viewer sees them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from dashapp.access.small_cells import coarse_words
from dashapp.access.small_cells.groups import Array, Numbers, rounded
from dashapp.access.small_cells.summaries import Seen
from pipeline.contract import Difference, Profiles, Segmentation, SegmentCard

Figures = Mapping[tuple[str, int], Mapping[str, float]]  # of a column in a segment: the numbers of ``profiles``
_NUMBERS = (Profiles.EFFECT, Profiles.MEDIAN, Profiles.OVERALL_MEDIAN, Profiles.INDEX)


def cards(segmentation: Segmentation, sizes: Array, seen: Seen, profiles: pd.DataFrame) -> tuple[SegmentCard, ...]:
    """Sizes to the nearest ten, and shares, differences and sentences that say no more than the rows.

    ``sizes`` are the customers of each segment, (k,); ``profiles`` the table that a viewer sees. Of a segment under ten
    there is no more than that it is there.
    """
    total = max(1, sum(rounded(float(size)) for size in sizes))
    revenue, figures = _revenue_shares(segmentation, seen), _figures(profiles)
    return tuple(
        _card(segmentation, card, rounded(float(sizes[card.segment])), total, revenue, figures)
        for card in segmentation.cards
    )


def _card(
    segmentation: Segmentation, card: SegmentCard, size: int, total: int, revenue: Numbers | None, figures: Figures
) -> SegmentCard:
    told = {difference.column: figures.get((difference.column, card.segment)) for difference in card.differences}
    kept: dict[str, object] = {
        "size": size,
        "share": size / total,
        "trust_reason": coarse_words.trust_reason(card, size),
        "differences": tuple(
            _difference(difference, row) for difference in card.differences if (row := told[difference.column])
        ),
        "revenue_share": None if card.revenue_share is None or revenue is None else float(revenue[card.segment]),
    }
    shown = card.model_copy(update=kept)
    if not size:
        return coarse_words.without_figures(shown)
    medians = {
        column: (row[Profiles.MEDIAN], row[Profiles.OVERALL_MEDIAN])
        for (column, segment), row in figures.items()
        if segment == card.segment
    }
    return shown.model_copy(update={"portrait": coarse_words.portrait(shown, segmentation.dataset.columns, medians)})


def _figures(profiles: pd.DataFrame) -> Figures:
    keys = zip(profiles[Profiles.COLUMN].astype("str"), profiles[Profiles.SEGMENT].tolist(), strict=True)
    rows = zip(*(profiles[name].tolist() for name in _NUMBERS), strict=True)
    return {key: dict(zip(_NUMBERS, row, strict=True)) for key, row in zip(keys, rows, strict=True)}


def _revenue_shares(segmentation: Segmentation, seen: Seen) -> Numbers | None:
    """Each segment's share of what the rows spend, (k,); None where that is nothing, or no column of theirs."""
    spend = segmentation.dataset.meaning("spend")
    total = seen.sums(seen.numbers(spend.name))[1] if spend else np.zeros(1)
    return total / total.sum() if total.sum() > 0 else None


def _difference(difference: Difference, row: Mapping[str, float]) -> Difference:
    index = row[Profiles.INDEX]
    told = {
        "effect": row[Profiles.EFFECT],
        "median": row[Profiles.MEDIAN],
        "overall_median": row[Profiles.OVERALL_MEDIAN],
        "index": None if difference.index is None or math.isnan(index) else index,
    }
    return difference.model_copy(update=told)
