"""How far new customers have moved from those trained on: the population stability index, feature by feature.

The index (Siddiqi 2006) sums ``(new - old) * ln(new / old)`` over the shares in the training's tenths. Small samples
differ from any training by chance, and among many features one nearly always does. So each index is held against
those of the same customers dealt out anew (a permutation test: exact in samples of any size, with empty tenths too),
and all of them together are held to a false discovery rate of ``ALPHA`` (Benjamini and Hochberg 1995): of files in
which nothing has moved, one in 20 is told of drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
from pipeline.statistics import benjamini_hochberg

TENTHS = np.arange(1, 10) / 10
ALPHA = 0.05
_DEALS = 2_000  # and more where there are many tests, so that the least p value can pass the strictest of them
_DEALS_PER_TEST = 100


@dataclass(frozen=True)
class _Compared:
    """One index, and those of the same customers dealt out at random, in rising order."""

    psi: float
    by_chance: Matrix

    @property
    def p(self) -> float:
        """Share of the deals, the true one included, in which the index is as large."""
        reached = len(self.by_chance) - int(np.searchsorted(self.by_chance, self.psi - 1e-12, side="left"))
        return (1 + reached) / (1 + len(self.by_chance))

    def limit(self, level: float) -> float:
        """The least index whose p value is at most ``level``."""
        above = int(level * (1 + len(self.by_chance)) + 1e-9) - 1  # deals that may reach it
        return float(self.by_chance[len(self.by_chance) - 1 - above]) if above >= 0 else np.inf


def measure_drift(customers: pd.DataFrame, labels: Labels, segmentation: Segmentation) -> Drift:
    """Compare cleaned new customers and their segments (from 0) with the training's."""
    dataset, trained = segmentation.dataset, segmentation.customers
    names_of = segmentation.transform.names
    before = np.bincount(segmentation.assignments[Assignments.SEGMENT].to_numpy(), minlength=segmentation.k)
    now = np.bincount(labels, minlength=segmentation.k)
    values = [(_numbers(customers[name]), _numbers(trained[name])) for name in names_of]
    deals = max(_DEALS, _DEALS_PER_TEST * (len(names_of) + 1))
    compared = [_compare(*_tenths_of(new, old), deals) for new, old in values]
    shares = _compare(now, before, deals)
    level = _level([*compared, shares])
    features = tuple(
        _feature(dataset.column(name), new, old, of_feature, level)
        for name, (new, old), of_feature in zip(names_of, values, compared, strict=True)
    )
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
        shares.psi,
        _word(shares, level),
        (*_missing(customers, segmentation), *_unseen(customers, segmentation)),
    )


def stability_index(now: Labels, before: Labels) -> float:
    """Population stability index of two counts over the same bins; half a customer stands in each empty bin."""
    return float(_indexes(now, before))


def _indexes(now: Labels, before: Labels) -> Matrix:
    """Indexes along the last axis."""
    new, old = (np.maximum(counts, 0.5) for counts in (now, before))
    new, old = (counts / counts.sum(axis=-1, keepdims=True) for counts in (new, old))
    total: Matrix = ((new - old) * np.log(new / old)).sum(axis=-1)
    return total


def _compare(now: Labels, before: Labels, deals: int) -> _Compared:
    """The index of two counts over the same bins beside those of ``deals`` random deals of all their customers."""
    used = (now + before) > 0
    now, before = now[used], before[used]
    size = int(now.sum())
    if len(now) < 2 or not size:
        return _Compared(0.0, np.zeros(deals))
    dealt = np.random.default_rng(0).multivariate_hypergeometric(now + before, size, size=deals, method="marginals")
    return _Compared(stability_index(now, before), np.sort(_indexes(dealt, now + before - dealt)))


def _level(compared: Sequence[_Compared]) -> float:
    """The p value up to which an index counts: Benjamini and Hochberg's cut, the strictest where none passes it."""
    told = int((benjamini_hochberg([feature.p for feature in compared]) <= ALPHA).sum())
    return ALPHA * max(told, 1) / len(compared)


def _word(compared: _Compared, level: float) -> DriftWord:
    if compared.p > level or compared.psi < MOVED:
        return "stable"
    return "moved" if compared.psi < DRIFTED else "drifted"


def _feature(column: Column, new: Matrix, old: Matrix, compared: _Compared, level: float) -> FeatureDrift:
    return FeatureDrift(
        column.name,
        column.label,
        compared.psi,
        compared.limit(level),
        _word(compared, level),
        _median(new),
        _median(old),
    )


def _tenths_of(new: Matrix, old: Matrix) -> tuple[Labels, Labels]:
    """Both samples' counts over the tenths of the old one."""
    known = old[np.isfinite(old)]
    edges = np.unique(np.quantile(known, TENTHS, method="lower")) if len(known) else np.array([])
    return _tenths(new, edges), _tenths(old, edges)


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
        unseen = values[~values.isin(segmentation.categories(column.name))]
        if len(unseen):
            examples = Joined(tuple(f"'{category}'" for category in sorted(unseen.unique())[:3]))
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
