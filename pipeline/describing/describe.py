"""Segments in numbers: profiles of every column, and how far each segment stands from everybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.contract import (
    CATEGORY_KINDS,
    TABLES,
    Assignments,
    CategoryProfiles,
    Column,
    Dataset,
    Labels,
    Matrix,
    Profiles,
    Typical,
)
from pipeline.segmenting import Silhouettes, blocks, squared_distances
from pipeline.stages import Features, Partition

UNKNOWN = "not known"
TYPICAL = 5  # customers shown of each segment
_NEARBY = 100  # among so many nearest ones, those that differ are looked for


def assign(features: Features, partition: Partition, silhouettes: Silhouettes) -> pd.DataFrame:
    """The ``assignments`` table: own and second segment with their distances, silhouette where measured."""
    n = len(features.matrix)
    rows, second = np.arange(n), np.empty(n, dtype=np.int64)
    own, other = np.empty(n), np.empty(n)
    for block in blocks(n):
        distances = np.sqrt(squared_distances(features.matrix[block], partition.centres))
        places, labels = np.arange(len(distances)), partition.labels[block]
        own[block] = distances[places, labels]
        distances[places, labels] = np.inf
        second[block] = distances.argmin(axis=1)
        other[block] = distances[places, second[block]]
    values = np.full(len(rows), np.nan)
    values[silhouettes.rows] = silhouettes.values
    return pd.DataFrame(
        {
            Assignments.KEY: rows,
            Assignments.SEGMENT: partition.labels,
            Assignments.SECOND: second,
            Assignments.DISTANCE: own,
            Assignments.SECOND_DISTANCE: other,
            Assignments.SILHOUETTE: values,
        }
    )


def typical_customers(assignments: pd.DataFrame) -> pd.DataFrame:
    """The ``typical`` table: keys of the ``TYPICAL`` customers nearest to each centre.

    Customers alike in every feature stand at the same distance; one of them is shown, so that three rows are three
    different customers.
    """
    segments = assignments[Assignments.SEGMENT].to_numpy()
    distances = assignments[Assignments.DISTANCE].to_numpy()
    keys = assignments[Assignments.KEY].to_numpy(dtype=np.int64)
    parts = [
        pd.DataFrame({Typical.SEGMENT: segment, Typical.KEY: keys[rows]}).assign(
            **{Typical.RANK: np.arange(1, len(rows) + 1)}
        )
        for segment in np.unique(segments)
        for rows in [_nearest(np.flatnonzero(segments == segment), distances, keys)]
    ]
    return pd.concat(parts, ignore_index=True)[list(TABLES["typical"])]


def _nearest(rows: Labels, distances: Matrix, keys: Labels) -> Labels:
    near = rows
    if len(rows) > _NEARBY:
        near = rows[np.argpartition(distances[rows], _NEARBY)[:_NEARBY]]
    ordered = near[np.lexsort((keys[near], distances[near]))]
    different = np.concatenate([[True], np.diff(distances[ordered]) > 0])
    nearest: Labels = ordered[different][:TYPICAL]
    return nearest


def profile_categories(customers: pd.DataFrame, dataset: Dataset, partition: Partition) -> pd.DataFrame:
    """The ``category_profiles`` table: share of each category within each segment, among those whose value is known."""
    parts = [
        _count_categories(column, customers[column.name], partition.labels, partition.k)
        for column in dataset.columns
        if column.kind in CATEGORY_KINDS and column.name in customers
    ]
    if not parts:
        dtypes = {"int": "int64", "float": "float64", "text": "str"}
        return pd.DataFrame({name: pd.Series(dtype=dtypes[kind]) for name, kind in TABLES["category_profiles"].items()})
    return pd.concat(parts, ignore_index=True)


def effects_from_sums(count: Matrix, total: Matrix, squares: Matrix) -> Matrix:
    """Cohen's d of each segment against all others, (k,), from each one's count, sum and sum of squares.

    0 where nothing varies, NaN where nobody has a value. Values should be centred before, for precision.
    """
    others, others_total, others_squares = count.sum() - count, total.sum() - total, squares.sum() - squares
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = total / count - others_total / others
        scatter = (squares - total**2 / count) + (others_squares - others_total**2 / others)
        deviation = np.sqrt(scatter / (count.sum() - 2))
        effect: Matrix = np.where(deviation > 1e-12, gap / deviation, np.where(np.isfinite(gap), 0.0, np.nan))
    return effect


def _count_categories(column: Column, series: pd.Series, labels: Labels, k: int) -> pd.DataFrame:
    order = category_order(column, series)
    codes = pd.Categorical(series, categories=order).codes.astype(np.int64)
    known = codes >= 0
    table = np.bincount(labels[known] * len(order) + codes[known], minlength=k * len(order)).reshape(k, len(order))
    totals = table.sum(axis=1, keepdims=True)
    overall = table.sum(axis=0) / max(table.sum(), 1)
    return pd.DataFrame(
        {
            CategoryProfiles.SEGMENT: np.repeat(np.arange(k), len(order)),
            CategoryProfiles.COLUMN: column.name,
            CategoryProfiles.CATEGORY: np.tile(np.array(order, dtype=object), k),
            CategoryProfiles.N: table.ravel(),
            CategoryProfiles.SHARE: (table / np.maximum(totals, 1)).ravel(),
            CategoryProfiles.OVERALL_SHARE: np.tile(overall, k),
        }
    ).astype({CategoryProfiles.CATEGORY: "str", CategoryProfiles.COLUMN: "str"})


def category_order(column: Column, series: pd.Series) -> list[str]:
    """Categories as a reader expects them: the spec's order first, the rest by falling frequency."""
    found = [
        str(one)
        for one in series.dropna().value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    ]
    return [one for one in column.order if one in found] + [one for one in found if one not in column.order]


def revenue_shares(customers: pd.DataFrame, dataset: Dataset, labels: Labels, k: int) -> Sequence[float | None]:
    """Each segment's share of the total spend; None where the data set has no spend."""
    spend = dataset.meaning("spend")
    if spend is None or spend.name not in customers:
        return [None] * k
    values = customers[spend.name].fillna(0.0).to_numpy(dtype=np.float64)
    total = values.sum()
    return (np.bincount(labels, weights=values, minlength=k) / total).tolist() if total > 0 else [None] * k


def differences_by_segment(profiles: pd.DataFrame, dataset: Dataset) -> Mapping[int, pd.DataFrame]:
    """Active columns of each segment, the strongest difference first."""
    active = {column.name for column in dataset.with_role("active")}
    kept = profiles[profiles[Profiles.COLUMN].isin(active) & profiles[Profiles.EFFECT].notna()]
    ordered = kept.iloc[kept[Profiles.EFFECT].abs().argsort(kind="stable")[::-1]]
    segments = profiles[Profiles.SEGMENT].unique().tolist()
    return {segment: ordered[ordered[Profiles.SEGMENT] == segment] for segment in segments}
