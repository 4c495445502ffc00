"""What happens to customers without anybody contacting them (churn, default): by segment, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashapp.i18n import _
from dashapp.pricing import FEWEST, wilson
from dashapp.selecting import answers, weights_of
from dashapp.telling import rate
from pipeline.contract import Assignments, Column, Segmentation, SegmentCard

LEAST = FEWEST  # customers known, under which there is no share


@dataclass(frozen=True)
class Happened:
    """How many customers it is known of, and to how many it happened; no share under ``LEAST`` known."""

    known: int
    count: int
    share: float | None = None
    low: float | None = None  # of the 95 % interval
    high: float | None = None


def outcomes(segmentation: Segmentation) -> tuple[Column, ...]:
    """Outcomes that no campaign asked for: they describe, and nothing is reckoned with them."""
    asked = {campaign.column for campaign in segmentation.dataset.campaigns}
    return tuple(
        column
        for column in segmentation.dataset.with_role("outcome")
        if column.kind == "flag" and column.name not in asked and column.name in segmentation.customers
    )


def by_segment(
    segmentation: Segmentation, column: Column, places: npt.NDArray[np.int64] | None = None
) -> tuple[Happened, tuple[Happened, ...]]:
    """Among all customers, or those at ``places``: of everybody, and of each segment in the order of its number."""
    if places is None and (segmentation.everybody is None or segmentation.everybody.tallies is not None):
        told = answers(segmentation, column.name)
        return _told(*told.sum(axis=0)), tuple(_told(known, count) for known, count in told)
    values = segmentation.customers[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
    labels, weights = segmentation.assignments[Assignments.SEGMENT].to_numpy(), weights_of(segmentation)
    if places is not None:
        values, labels, weights = values[places], labels[places], weights[places]
    return _counted(values, weights), tuple(
        _counted(values[labels == segment], weights[labels == segment]) for segment in range(segmentation.k)
    )


def _counted(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> Happened:
    """Of rows that stand for so many customers each; how sure it is, the number of rows says."""
    known = np.isfinite(values) & (weights > 0)
    return _told(weights[known].sum(), weights[values > 0].sum(), int(known.sum()))


def _told(known: float, count: float, rows: int | None = None) -> Happened:
    n, rows = round(known), round(known) if rows is None else rows
    if rows < LEAST:
        return Happened(n, round(count))
    low, high = map(float, wilson(count / known * rows, rows))
    return Happened(n, round(count), count / known, low, high)


def title(column: Column) -> str:
    """The question that the numbers answer."""
    return _("{what}: in which segments?", what=column.label)


def why_no_campaign(columns: Sequence[Column]) -> str:
    """Why there is neither a list nor a cost."""
    return _(
        "No campaign of these data asked for it: {what}. So there is nothing to reckon with: no costs, no list and no "
        "model of responses. What is told is to whom it happened; the segments were made without it.",
        what=", ".join(_("“{name}”", name=column.label) for column in columns),
    )


def finding(column: Column, everyone: Happened, segments: Sequence[Happened], cards: Sequence[SegmentCard]) -> str:
    """The share of all, and between which segments it surely differs."""
    if everyone.share is None:
        return _("Too few customers to tell a share.")
    said = _("“{what}”: {rate} of the customers.", what=column.label, rate=rate(everyone.share))
    rated = [(segment, card) for segment, card in zip(segments, cards, strict=True) if segment.share is not None]
    if len(rated) < 2:
        return said
    most, least = (choose(rated, key=lambda pair: pair[0].share or 0.0) for choose in (max, min))
    if (most[0].low or 0.0) <= (least[0].high or 1.0):
        return said + " " + _("The differences between the segments may be chance.")
    return (
        said
        + " "
        + _(
            "Most often in “{most}” ({high}), least often in “{least}” ({low}).",
            most=most[1].name,
            high=rate(most[0].share or 0.0),
            least=least[1].name,
            low=rate(least[0].share or 0.0),
        )
    )


def in_segment(segmentation: Segmentation, column: Column, segment: int) -> str:
    """One segment beside all customers, in a sentence."""
    everyone, segments = by_segment(segmentation, column)
    here = segments[segment]
    if here.share is None or here.low is None or here.high is None or everyone.share is None:
        return _("“{what}”: known of too few of them to tell a share.", what=column.label)
    return _(
        "“{what}”: {rate} of them ({low} to {high}); all customers: {every}.",
        what=column.label,
        rate=rate(here.share),
        low=rate(here.low),
        high=rate(here.high),
        every=rate(everyone.share),
    )
