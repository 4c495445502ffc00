"""How far new customers have moved from those trained on: the population stability index, feature by feature.

The index (Siddiqi 2006) sums ``(new - old) * ln(new / old)`` over the shares in the training's tenths. Small samples
differ from any training by chance: without drift the index times ``1 / (1/n + 1/N)`` follows chi-square (Yurdakul
2018), so no word worse than "stable" is given to what chance explains in 19 cases of 20.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtri

from pipeline.contract import (
    CATEGORY_KINDS,
    DRIFTED,
    MOVED,
    Assignments,
    Column,
    Drift,
    DriftWord,
    FeatureDrift,
    Joined,
    Labels,
    Matrix,
    Message,
    Segmentation,
    SegmentDrift,
    own,
    plain_quantity,
)

TENTHS = np.arange(1, 10) / 10


def measure_drift(customers: pd.DataFrame, labels: Labels, segmentation: Segmentation) -> Drift:
    """Compare cleaned new customers and their segments (from 0) with the training's."""
    dataset, trained = segmentation.dataset, segmentation.customers
    features = tuple(
        _feature(dataset.column(name), _numbers(customers[name]), _numbers(trained[name]))
        for name in segmentation.transform.names
    )
    before = np.bincount(segmentation.assignments[Assignments.SEGMENT].to_numpy(), minlength=segmentation.k)
    now = np.bincount(labels, minlength=segmentation.k)
    psi = stability_index(now, before)
    names = {card.segment: card.name for card in segmentation.cards}
    segments = tuple(
        SegmentDrift(
            place + 1, names[place], float(now[place] / max(now.sum(), 1)), float(before[place] / before.sum())
        )
        for place in range(segmentation.k)
    )
    return Drift(
        len(customers),
        features,
        segments,
        psi,
        _word(psi, _by_chance(now, before)),
        (*_missing(customers, segmentation), *_unseen(customers, segmentation)),
    )


def stability_index(now: Labels, before: Labels) -> float:
    """Population stability index of two counts over the same bins; half a customer stands in each empty bin."""
    new, old = (np.maximum(one, 0.5) / np.maximum(one, 0.5).sum() for one in (now, before))
    return float(((new - old) * np.log(new / old)).sum())


def _by_chance(now: Labels, before: Labels) -> float:
    """What the index reaches in one case of 20 where nothing has moved."""
    freedom = int(np.count_nonzero(now + before)) - 1
    if freedom < 1 or not now.sum():
        return 0.0
    return float(chdtri(freedom, 0.05) * (1 / now.sum() + 1 / before.sum()))


def _word(psi: float, chance: float) -> DriftWord:
    if psi < max(MOVED, chance):
        return "stable"
    return "moved" if psi < DRIFTED else "drifted"


def _feature(column: Column, new: Matrix, old: Matrix) -> FeatureDrift:
    known = old[np.isfinite(old)]
    edges = np.unique(np.quantile(known, TENTHS, method="lower")) if len(known) else np.array([])
    now, before = _tenths(new, edges), _tenths(old, edges)
    psi, chance = stability_index(now, before), _by_chance(now, before)
    return FeatureDrift(column.name, column.label, psi, chance, _word(psi, chance), _median(new), _median(old))


def _tenths(values: Matrix, edges: Matrix) -> Labels:
    """Customers in each tenth of the training, and last those whose value is missing."""
    bins = np.where(np.isfinite(values), np.searchsorted(edges, values, side="left"), len(edges) + 1)
    return np.bincount(bins, minlength=len(edges) + 2)


def _missing(customers: pd.DataFrame, segmentation: Segmentation) -> list[Message]:
    """Missing values of active columns stand at the median of the training, as they did there."""
    transform, dataset, notes = segmentation.transform, segmentation.dataset, []
    for name, fill in zip(transform.names, transform.fill, strict=True):
        if count := int((~np.isfinite(_numbers(customers[name]))).sum()):
            notes.append(
                Message.of(
                    "{label}: missing for {customers}, treated as in training: {value} stands in",
                    label=own(dataset.column(name).label),
                    customers=counted_customers(count),
                    value=plain_quantity(fill),
                )
            )
    return notes


def _unseen(customers: pd.DataFrame, segmentation: Segmentation) -> list[Message]:
    """Categories that training never saw. No category is clustered on, so the segment does not depend on them."""
    notes, trained = [], segmentation.customers
    for column in segmentation.dataset.columns:
        if column.kind not in CATEGORY_KINDS or column.name not in customers or column.name not in trained:
            continue
        values = customers[column.name].dropna().astype("str")
        unseen = values[~values.isin(set(trained[column.name].dropna().astype("str")))]
        if len(unseen):
            examples = Joined(tuple(f"'{one}'" for one in sorted(unseen.unique())[:3]))
            notes.append(
                Message.of(
                    "{label}: {values} not seen in training ({customers}); treated as unknown, the segment does not "
                    "depend on it",
                    label=own(column.label),
                    values=examples,
                    customers=counted_customers(len(unseen)),
                )
            )
    return notes


def _numbers(series: pd.Series) -> Matrix:
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def _median(values: Matrix) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def counted_customers(count: int) -> Message:
    """``1 customer``, ``2,240 customers``."""
    return Message.counted("{n} customer", "{n} customers", count)
