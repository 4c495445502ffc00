"""Segments in numbers: profiles of every column, and how far each segment stands from everybody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import (
    CATEGORY_KINDS,
    FIT_QUANTILE,
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
from pipeline.processors import one_thread
from pipeline.segmenting import Silhouettes, blocks, squared_distances
from pipeline.stages import Features, Partition

UNKNOWN = "not known"
TYPICAL = 5  # customers shown of each segment
_NEARBY = 100  # among so many nearest ones, those that differ are looked for


@dataclass(frozen=True)
class NearestCentre:
    """Who is where under one k, a byte a customer; distances are computed when the table is asked for."""

    matrix: Matrix
    centres: Matrix
    labels: npt.NDArray[np.integer[Any]]
    silhouettes: Silhouettes

    @classmethod
    def of(cls, features: Features, partition: Partition, silhouettes: Silhouettes) -> NearestCentre:
        """With the labels in the smallest whole numbers that hold them."""
        labels = partition.labels.astype(np.min_scalar_type(partition.k - 1))
        return cls(features.matrix, partition.centres, labels, silhouettes)

    def table(self) -> pd.DataFrame:
        """The ``assignments`` table: own and second segment with their distances, silhouette where measured."""
        n = len(self.labels)
        own, other, second = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)

        def fill(block: slice, distances: Matrix) -> None:
            places, labels = np.arange(len(distances)), self.labels[block]
            own[block] = distances[places, labels]
            distances[places, labels] = np.inf
            second[block] = distances.argmin(axis=1)
            other[block] = distances[places, second[block]]

        self._measure(fill)
        silhouettes = np.full(n, np.nan)
        silhouettes[self.silhouettes.rows] = self.silhouettes.values
        columns = {
            Assignments.KEY: np.arange(n),
            Assignments.SEGMENT: self.labels.astype(np.int64),
            Assignments.SECOND: second,
            Assignments.DISTANCE: own,
            Assignments.SECOND_DISTANCE: other,
            Assignments.SILHOUETTE: silhouettes,
        }
        return pd.DataFrame(columns, copy=False)

    def measured(self) -> pd.DataFrame:
        """Key, segment and silhouette where that was measured."""
        rows = self.silhouettes.rows
        return pd.DataFrame(
            {
                Assignments.KEY: rows,
                Assignments.SEGMENT: self.labels[rows].astype(np.int64),
                Assignments.SILHOUETTE: self.silhouettes.values,
            }
        )

    def distances(self) -> Matrix:
        """Of each customer to the own centre, (n,)."""
        own = np.empty(len(self.labels))

        def fill(block: slice, distances: Matrix) -> None:
            own[block] = distances[np.arange(len(distances)), self.labels[block]]

        self._measure(fill)
        return own

    def _measure(self, fill: Callable[[slice, Matrix], None]) -> None:
        """Distances to all centres, block by block."""
        with one_thread("blas"):  # products this small are no work for two
            for block in blocks(len(self.matrix)):
                fill(block, np.sqrt(squared_distances(self.matrix[block], self.centres)))


def typical_customers(labels: Labels, distances: Matrix, k: int) -> pd.DataFrame:
    """The ``typical`` table: keys of the ``TYPICAL`` customers nearest to each centre.

    Customers alike in every feature stand at the same distance; one of them is shown, so that three rows are three
    different customers. ``distances`` are those to the own centre, (n,).
    """
    parts = []
    for segment in range(k):
        rows = _nearest(np.flatnonzero(labels == segment), distances)
        ranks = np.arange(1, len(rows) + 1)
        parts.append(pd.DataFrame({Typical.SEGMENT: segment, Typical.KEY: rows, Typical.RANK: ranks}))
    return pd.concat(parts, ignore_index=True)[list(TABLES["typical"])]


def _nearest(rows: Labels, distances: Matrix) -> Labels:
    near, own = rows, distances[rows]
    if len(rows) > _NEARBY:
        near = rows[np.argpartition(own, _NEARBY)[:_NEARBY]]
    ordered = near[np.lexsort((near, distances[near]))]
    different = np.concatenate([[True], np.diff(distances[ordered]) > 0])[: len(ordered)]
    nearest: Labels = ordered[different][:TYPICAL]
    return nearest


def reaches(labels: Labels, distances: Matrix, k: int) -> tuple[float, ...]:
    """Distance within which ``FIT_QUANTILE`` of each segment's customers lie, as pandas interpolates; 0 for none."""
    quantiles = []
    for segment in range(k):
        own = distances[labels == segment]
        place = FIT_QUANTILE * (len(own) - 1)
        low = int(max(place, 0))
        high = min(low + 1, len(own) - 1)
        if not len(own):
            quantiles.append(0.0)
            continue
        own.partition((low, high))
        quantiles.append(float(own[low] + (own[high] - own[low]) * (place % 1)))
    return tuple(quantiles)


@dataclass(frozen=True)
class CategoryColumn:
    """A column of categories, read once for every number of segments."""

    column: Column
    order: tuple[str, ...]
    codes: npt.NDArray[np.integer[Any]]  # (n,) place in ``order``; -1 where not known


def read_categories(customers: pd.DataFrame, dataset: Dataset) -> tuple[CategoryColumn, ...]:
    """Every column of categories that the customers have."""
    columns = []
    for column in dataset.columns:
        if column.kind in CATEGORY_KINDS and column.name in customers:
            order = category_order(column, customers[column.name])
            codes = pd.Categorical(customers[column.name], categories=order).codes
            columns.append(CategoryColumn(column, tuple(order), codes))
    return tuple(columns)


def profile_categories(categories: Sequence[CategoryColumn], partition: Partition) -> pd.DataFrame:
    """The ``category_profiles`` table: share of each category within each segment, among those whose value is known."""
    return category_table([_count_categories(column, partition.labels, partition.k) for column in categories])


def category_table(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The ``category_profiles`` table of columns one after the other."""
    if not parts:
        dtypes = {"int": "int64", "float": "float64", "text": "str"}
        return pd.DataFrame({name: pd.Series(dtype=dtypes[kind]) for name, kind in TABLES["category_profiles"].items()})
    return pd.concat(parts, ignore_index=True)


def _count_categories(read: CategoryColumn, labels: Labels, k: int) -> pd.DataFrame:
    order, codes = list(read.order), read.codes.astype(np.int64)
    known = codes >= 0
    cells = labels[known].astype(np.int64) * len(order) + codes[known]
    return category_part(read.column, order, np.bincount(cells, minlength=k * len(order)).reshape(k, len(order)))


def category_part(column: Column, order: Sequence[str], table: Labels) -> pd.DataFrame:
    """Rows of one column from how many of each segment have which category, (k, categories)."""
    k = len(table)
    totals = table.sum(axis=1, keepdims=True)
    overall = table.sum(axis=0) / max(float(table.sum()), 1.0)
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
    return in_reading_order(column, series.dropna().value_counts().sort_index())


def in_reading_order(column: Column, counts: pd.Series) -> list[str]:
    """The same from the number of customers with each category, sorted by category."""
    categories = [str(category) for category in counts.sort_values(ascending=False, kind="stable").index]
    return [category for category in column.order if category in categories] + [
        category for category in categories if category not in column.order
    ]


def revenue_shares(customers: pd.DataFrame, dataset: Dataset, labels: Labels, k: int) -> Sequence[float | None]:
    """Each segment's share of the total spend; None where the data set has no spend."""
    spend = dataset.meaning("spend")
    if spend is None or spend.name not in customers:
        return [None] * k
    values = customers[spend.name].fillna(0.0).to_numpy(dtype=np.float64)
    sums: Matrix = np.bincount(labels, weights=values, minlength=k).astype(np.float64)
    return shares_of_total(sums)


def shares_of_total(sums: Matrix) -> Sequence[float | None]:
    """Each segment's share of the total of what its customers spent, (k,); None where there is no total."""
    total = sums.sum()
    return (sums / total).tolist() if total > 0 else [None] * len(sums)


def differences_by_segment(profiles: pd.DataFrame, dataset: Dataset) -> Mapping[int, pd.DataFrame]:
    """Active columns of each segment, the strongest difference first."""
    active = {column.name for column in dataset.with_role("active")}
    kept = profiles[profiles[Profiles.COLUMN].isin(active) & profiles[Profiles.EFFECT].notna()]
    ordered = kept.iloc[kept[Profiles.EFFECT].abs().argsort(kind="stable")[::-1]]
    segments = profiles[Profiles.SEGMENT].unique().tolist()
    return {segment: ordered[ordered[Profiles.SEGMENT] == segment] for segment in segments}
