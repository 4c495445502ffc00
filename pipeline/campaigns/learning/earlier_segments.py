"""Segments of customers by what was known of them at one moment: today's segments know what came after a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.campaigns.answers import UNKNOWN
from pipeline.campaigns.learning.history import TEST, by_start, latest_by_kind, next_moment
from pipeline.campaigns.learning.offers import columns_over_time
from pipeline.contract import Column, Dataset, Labels, Matrix
from pipeline.statistics import Vector

if TYPE_CHECKING:
    from pipeline.spec import HistorySpec


@dataclass(frozen=True)
class Earlier:
    """Today's segments as far as they could be told at each campaign's start."""

    segments: Mapping[str, Labels]  # outcome column -> segment of each customer, (n,); ``UNKNOWN`` without history
    agreement: float  # share of customers whom the same rule, given what is known today, puts into their own segment


def segments_before(
    customers: pd.DataFrame,
    dataset: Dataset,
    segments: Labels,
    history: Mapping[str, pd.DataFrame],
    spec: HistorySpec,
) -> Earlier | None:
    """Today's segments by what was known when each dated campaign began; None where nothing is known today.

    A rule learns today's segments from the columns of the history as they stand today (multinomial logistic
    regression), and is then asked about each customer as of each campaign. Who belongs where then hangs on nothing
    that came after the contact; only what the segments mean does.
    """
    from sklearn.linear_model import LogisticRegression

    dated = by_start(dataset.campaigns)
    now = next(
        (moment for campaign in latest_by_kind(dated) if (moment := next_moment(campaign.kind)) in history), None
    )
    columns = columns_at(customers, dataset, history, spec, TEST if TEST in history else now)
    if now is None or not columns:
        return None
    known = history[now].sort_index()
    scale = _ColumnScale.of(known, columns)
    rule = LogisticRegression(C=1.0, max_iter=500)
    own = segments[known.index.to_numpy()]
    if len(np.unique(own)) < 2:
        return None
    matrix = scale(known)
    rule.fit(matrix, own)
    made = {}
    for campaign in dated:
        if campaign.column in history and campaign.column in customers:
            then = history[campaign.column]
            made[campaign.column] = labels = np.full(len(customers), UNKNOWN, dtype=np.int64)
            labels[then.index.to_numpy()] = rule.predict(scale(then))
    return Earlier(made, float((rule.predict(matrix) == own).mean())) if made else None


def columns_at(
    customers: pd.DataFrame,
    dataset: Dataset,
    history: Mapping[str, pd.DataFrame],
    spec: HistorySpec,
    moment: str | None,
) -> tuple[Column, ...]:
    """Numbers of the history that describe customers and not one campaign's offer: those known at ``moment``."""
    if moment is None:
        return ()
    return tuple(
        column
        for column in columns_over_time(customers, dataset, spec)
        if column.name in spec.columns and history[moment][column.name].notna().any()
    )


@dataclass(frozen=True)
class _ColumnScale:
    """Columns as today's customers spread: bounds, centres and deviations are the same at every moment."""

    columns: tuple[Column, ...]
    fills: Vector
    bounds: Matrix
    centres: Vector
    deviations: Vector

    @classmethod
    def of(cls, known: pd.DataFrame, columns: tuple[Column, ...]) -> _ColumnScale:
        """Of what is known today."""
        raw = [_numbers(known, column) for column in columns]
        fills = np.array([float(np.nanmedian(values)) if (~np.isnan(values)).any() else 0.0 for values in raw])
        filled = [np.where(np.isnan(values), fill, values) for values, fill in zip(raw, fills, strict=True)]
        bounds = np.array([np.quantile(values, [0.005, 0.995]) for values in filled])
        clipped = [np.clip(values, *bound) for values, bound in zip(filled, bounds, strict=True)]
        deviations = np.array([float(values.std()) or 1.0 for values in clipped])
        return cls(columns, fills, bounds, np.array([values.mean() for values in clipped]), deviations)

    def __call__(self, known: pd.DataFrame) -> Matrix:
        """The columns at one moment, standardised, (rows, columns)."""
        made = np.column_stack([_numbers(known, column) for column in self.columns])
        made = np.clip(np.where(np.isnan(made), self.fills, made), self.bounds[:, 0], self.bounds[:, 1])
        return np.asarray((made - self.centres) / self.deviations)


def _numbers(known: pd.DataFrame, column: Column) -> Vector:
    values = known[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.log1p(np.maximum(values, 0.0)) if "log1p" in column.transform else values
