"""Segments in numbers: profiles of every column, and how far each segment stands from everybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import (
    CATEGORY_KINDS,
    TABLES,
    Assignments,
    CategoryProfiles,
    Column,
    Dataset,
    Features,
    Labels,
    Matrix,
    Partition,
    Profiles,
    Typical,
)
from pipeline.geometry import squared_distances
from pipeline.quality import Silhouettes

UNKNOWN = "not known"
TYPICAL = 5  # customers shown of each segment
_NEARBY = 100  # among so many nearest ones, those that differ are looked for
_PROFILED_KINDS = {"number", "integer", "flag"}


def assign(features: Features, partition: Partition, silhouettes: Silhouettes) -> pd.DataFrame:
    """The ``assignments`` table: own and second segment with their distances, silhouette where measured."""
    distances = np.sqrt(squared_distances(features.matrix, partition.centres))
    rows = np.arange(len(distances))
    own = distances[rows, partition.labels]
    distances[rows, partition.labels] = np.inf
    second = distances.argmin(axis=1)
    values = np.full(len(rows), np.nan)
    values[silhouettes.rows] = silhouettes.values
    return pd.DataFrame({
        Assignments.KEY: rows, Assignments.SEGMENT: partition.labels, Assignments.SECOND: second,
        Assignments.DISTANCE: own, Assignments.SECOND_DISTANCE: distances[rows, second], Assignments.SILHOUETTE: values,
    })


def typical_customers(assignments: pd.DataFrame) -> pd.DataFrame:
    """The ``typical`` table: keys of the ``TYPICAL`` customers nearest to each centre.

    Customers alike in every feature stand at the same distance; one of them is shown, so that three rows are three
    different customers.
    """
    segments = assignments[Assignments.SEGMENT].to_numpy()
    distances = assignments[Assignments.DISTANCE].to_numpy()
    keys = assignments[Assignments.KEY].to_numpy(dtype=np.int64)
    parts = [pd.DataFrame({Typical.SEGMENT: segment, Typical.KEY: keys[rows]}).assign(
        **{Typical.RANK: np.arange(1, len(rows) + 1)}) for segment in np.unique(segments)
        for rows in [_nearest(np.flatnonzero(segments == segment), distances, keys)]]
    return pd.concat(parts, ignore_index=True)[list(TABLES["typical"])]


def _nearest(rows: Labels, distances: Matrix, keys: Labels) -> Labels:
    near = rows
    if len(rows) > _NEARBY:
        near = rows[np.argpartition(distances[rows], _NEARBY)[:_NEARBY]]
    ordered = near[np.lexsort((keys[near], distances[near]))]
    different = np.concatenate([[True], np.diff(distances[ordered]) > 0])
    nearest: Labels = ordered[different][:TYPICAL]
    return nearest


def profile(customers: pd.DataFrame, dataset: Dataset, features: Features, partition: Partition) -> pd.DataFrame:
    """The ``profiles`` table: every numeric column in original units, one row a segment and column.

    ``effect`` is Cohen's d of the segment against all other customers (never against a mean that includes it), taken
    on the transformed scale for active columns, so that a long tail does not drown the rest.
    """
    transformed = dict(zip(features.transform.names, features.matrix.T, strict=True))
    parts = []
    for column in dataset.columns:
        if column.kind in _PROFILED_KINDS and column.name in customers:
            values = customers[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
            compared = transformed.get(column.name, values)
            parts.append(_profile_column(column, values, compared, partition.labels, partition.k))
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in TABLES["profiles"]}).astype(
        {Profiles.COLUMN: "str"})


def profile_categories(customers: pd.DataFrame, dataset: Dataset, partition: Partition) -> pd.DataFrame:
    """The ``category_profiles`` table: share of each category within each segment, among those whose value is known."""
    parts = [
        _count_categories(column, customers[column.name], partition.labels, partition.k)
        for column in dataset.columns if column.kind in CATEGORY_KINDS and column.name in customers
    ]
    if not parts:
        dtypes = {"int": "int64", "float": "float64", "text": "str"}
        return pd.DataFrame({name: pd.Series(dtype=dtypes[kind]) for name, kind in TABLES["category_profiles"].items()})
    return pd.concat(parts, ignore_index=True)


def effect_sizes(values: Matrix, labels: Labels, k: int) -> Matrix:
    """Cohen's d of each segment against all others, (k,); 0 where nothing varies, NaN where nobody has a value."""
    known = np.isfinite(values)
    x, own = values[known], labels[known]
    count = np.bincount(own, minlength=k).astype(float)
    centred = x - x.mean() if len(x) else x
    total: Matrix = np.bincount(own, weights=centred, minlength=k).astype(np.float64)
    squares: Matrix = np.bincount(own, weights=centred**2, minlength=k).astype(np.float64)
    return effects_from_sums(count, total, squares)


def effects_from_sums(count: Matrix, total: Matrix, squares: Matrix) -> Matrix:
    """``effect_sizes`` from each segment's count, sum and sum of squares; values should be centred, for precision."""
    others, others_total, others_squares = count.sum() - count, total.sum() - total, squares.sum() - squares
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = total / count - others_total / others
        scatter = (squares - total**2 / count) + (others_squares - others_total**2 / others)
        deviation = np.sqrt(scatter / (count.sum() - 2))
        effect: Matrix = np.where(deviation > 1e-12, gap / deviation, np.where(np.isfinite(gap), 0.0, np.nan))
    return effect


def _profile_column(column: Column, values: Matrix, compared: Matrix, labels: Labels, k: int) -> dict[str, Any]:
    known = np.isfinite(values)
    x, own = values[known], labels[known]
    counts = np.bincount(own, minlength=k)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(own, weights=x, minlength=k) / counts
        variance = np.bincount(own, weights=(x - mean[own]) ** 2, minlength=k) / (counts - 1)
    quartiles = _quantiles_by_segment(x, own, counts)
    overall = float(x.mean()) if len(x) else np.nan
    return {
        Profiles.SEGMENT: np.arange(k), Profiles.COLUMN: [column.name] * k, Profiles.N: counts, Profiles.MEAN: mean,
        Profiles.MEDIAN: quartiles[1], Profiles.STD: np.sqrt(np.where(counts > 1, variance, np.nan)),
        Profiles.Q25: quartiles[0], Profiles.Q75: quartiles[2],
        Profiles.EFFECT: effect_sizes(np.where(known, compared, np.nan), labels, k),
        Profiles.INDEX: mean / overall * 100 if overall > 0 else np.full(k, np.nan),
        Profiles.OVERALL_MEAN: np.full(k, overall),
        Profiles.OVERALL_MEDIAN: np.full(k, float(np.median(x)) if len(x) else np.nan),
    }


def _quantiles_by_segment(x: Matrix, own: Labels, counts: Labels) -> Matrix:
    """Quartiles of each segment, (3, k), by linear interpolation; NaN where a segment has no value."""
    ends = np.cumsum(counts)
    ordered = x[np.lexsort((x, own))]
    found = np.full((3, len(counts)), np.nan)
    for segment, (count, end) in enumerate(zip(counts, ends, strict=True)):
        if count:
            places = np.array([0.25, 0.5, 0.75]) * (count - 1)
            below = np.floor(places).astype(int)
            above = np.minimum(below + 1, count - 1)
            part = ordered[end - count:end]
            found[:, segment] = part[below] + (places - below) * (part[above] - part[below])
    return found


def _count_categories(column: Column, series: pd.Series, labels: Labels, k: int) -> pd.DataFrame:
    order = category_order(column, series)
    codes = pd.Categorical(series, categories=order).codes.astype(np.int64)
    known = codes >= 0
    table = np.bincount(labels[known] * len(order) + codes[known], minlength=k * len(order)).reshape(k, len(order))
    totals = table.sum(axis=1, keepdims=True)
    overall = table.sum(axis=0) / max(table.sum(), 1)
    return pd.DataFrame({
        CategoryProfiles.SEGMENT: np.repeat(np.arange(k), len(order)), CategoryProfiles.COLUMN: column.name,
        CategoryProfiles.CATEGORY: np.tile(np.array(order, dtype=object), k),
        CategoryProfiles.N: table.ravel(), CategoryProfiles.SHARE: (table / np.maximum(totals, 1)).ravel(),
        CategoryProfiles.OVERALL_SHARE: np.tile(overall, k),
    }).astype({CategoryProfiles.CATEGORY: "str", CategoryProfiles.COLUMN: "str"})


def category_order(column: Column, series: pd.Series) -> list[str]:
    """Categories as a reader expects them: the spec's order first, the rest by falling frequency."""
    found = [str(one) for one in series.dropna().value_counts().sort_index().sort_values(
        ascending=False, kind="stable").index]
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


