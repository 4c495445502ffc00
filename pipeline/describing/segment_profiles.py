"""Profiles of every numeric column by segment, a column at a time for all k: no more than one column is prepared."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import TABLES, Column, Dataset, Matrix, Profiles
from pipeline.processors import THREADS
from pipeline.stages import Features, Partition
from pipeline.statistics import effects_from_sums

Places = npt.NDArray[np.integer[Any]]
PROFILED = {"number", "integer", "flag"}
_QUARTILES = (0.25, 0.5, 0.75)
_WORD = 64


@dataclass(frozen=True)
class Summed:
    """One column's sums by segment, (k,) each, and quartiles, (3, k): all that its rows of the table are made of."""

    column: Column
    shift: float  # what was taken off the values before they were summed, about their mean
    counts: Places
    total: Matrix
    squares: Matrix
    compared: tuple[Matrix, Matrix]  # sums and squares, centred, of what the effect is measured on
    quartiles: Matrix
    middle: float  # mean of all
    median: float  # of all

    def rows(self) -> dict[str, Any]:
        """The ``profiles`` table of this column."""
        k = len(self.counts)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.shift + self.total / self.counts
            variance = np.maximum(self.squares - self.total**2 / self.counts, 0.0) / (self.counts - 1)
        lower, median, upper = self.quartiles
        return {
            Profiles.SEGMENT: np.arange(k),
            Profiles.COLUMN: [self.column.name] * k,
            Profiles.N: self.counts,
            Profiles.MEAN: mean,
            Profiles.MEDIAN: median,
            Profiles.Q25: lower,
            Profiles.Q75: upper,
            Profiles.STD: np.sqrt(np.where(self.counts > 1, variance, np.nan)),
            Profiles.EFFECT: effects_from_sums(self.counts.astype(float), *self.compared),
            Profiles.INDEX: mean / self.middle * 100 if self.middle > 0 else np.full(k, np.nan),
            Profiles.OVERALL_MEAN: np.full(k, self.middle),
            Profiles.OVERALL_MEDIAN: np.full(k, self.median),
        }


@dataclass(frozen=True)
class _Alike:
    """Customers whom all partitions put together, as one cell: few beside the customers, summed once for all k."""

    cells: int
    cell: Places  # (n,) of each customer
    labels: tuple[Places, ...]  # (n,) by partition: segment of each customer, in few bytes
    segments: tuple[Places, ...]  # (cells,) by partition: segment of each cell
    sizes: tuple[int, ...]  # k of each partition


@dataclass(frozen=True)
class _Profiled:
    """One column's known values with what profiles of any of the partitions need of them."""

    column: Column
    rows: Places | None  # of the customers whose value is known; None: of all
    ordered: Matrix  # the known values in rising order
    order: Places  # their places before that
    middle: float  # their mean
    counts: Places  # known values of each cell
    sums: tuple[Matrix, ...]  # by cell: of centred values, their squares, and the compared ones alike
    median: float


def profile(
    customers: pd.DataFrame, dataset: Dataset, features: Features, partitions: Sequence[Partition]
) -> list[pd.DataFrame]:
    """The ``profiles`` table of each partition in original units, one row a segment and column.

    ``effect`` is Cohen's d of the segment against all other customers (never against a mean that includes it), on the
    transformed scale for active columns, so that a long tail does not drown the rest.
    """
    transformed = dict(zip(features.transform.names, features.matrix.T, strict=True))
    alike = _alike(partitions, len(customers))

    def measured(column: Column) -> list[dict[str, Any]]:
        values = customers[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
        return _profiles(_read(column, values, transformed.get(column.name, values), alike), alike)

    with ThreadPoolExecutor(THREADS) as threads:
        wanted = [column for column in dataset.columns if column.kind in PROFILED and column.name in customers]
        by_column = list(threads.map(measured, wanted))
    return [profile_table([parts[place] for parts in by_column]) for place in range(len(partitions))]


def profile_table(parts: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """The ``profiles`` table of columns one after the other."""
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in TABLES["profiles"]}).astype(
        {Profiles.COLUMN: "str"}
    )


def _alike(partitions: Sequence[Partition], n: int) -> _Alike:
    cell = np.zeros(n, dtype=np.int64)
    for partition in partitions:
        cell, _ = pd.factorize(cell * partition.k + partition.labels)
    first = np.unique(cell, return_index=True)[1]
    return _Alike(
        len(first),
        cell,
        tuple(partition.labels.astype(np.min_scalar_type(partition.k - 1)) for partition in partitions),
        tuple(partition.labels[first] for partition in partitions),
        tuple(partition.k for partition in partitions),
    )


def _read(column: Column, values: Matrix, compared: Matrix, alike: _Alike) -> _Profiled:
    known = np.isfinite(values)
    rows = None if known.all() else np.flatnonzero(known)
    x, other, cell = values, compared, alike.cell
    if rows is not None:
        x, other, cell = x[rows], other[rows], cell[rows]
    order = np.argsort(x)  # which of equal values comes first makes no difference to any quantile
    ordered = x[order]
    middle = float(x.mean()) if len(x) else np.nan
    centred, its = x - middle, other - (other.mean() if len(x) else 0.0)
    return _Profiled(
        column,
        rows,
        ordered,
        order,
        middle,
        np.bincount(cell, minlength=alike.cells),
        tuple(_sums(of, cell, alike.cells) for of in (centred, centred * centred, its, its * its)),
        float(ordered[(len(x) - 1) // 2] + ordered[len(x) // 2]) / 2 if len(x) else np.nan,
    )


def _profiles(profiled: _Profiled, alike: _Alike) -> list[dict[str, Any]]:
    """The rows of each partition's table."""
    made = []
    for labels, segments, k in zip(alike.labels, alike.segments, alike.sizes, strict=True):
        counts = _sums(profiled.counts, segments, k).astype(np.int64)
        total, squares, its_total, its_squares = (_sums(values, segments, k) for values in profiled.sums)
        quartiles = _quartiles(profiled, labels if profiled.rows is None else labels[profiled.rows], counts)
        summed = Summed(
            profiled.column,
            profiled.middle,
            counts,
            total,
            squares,
            (its_total, its_squares),
            quartiles,
            profiled.middle,
            profiled.median,
        )
        made.append(summed.rows())
    return made


def _sums(values: Matrix | Places, own: Places, k: int) -> Matrix:
    total: Matrix = np.bincount(own, weights=values, minlength=k).astype(np.float64)
    return total


def _quartiles(profiled: _Profiled, own: Places, counts: Places) -> Matrix:
    """Quartiles of each segment, (3, k), by linear interpolation; NaN where a segment has no value."""
    rising = own[profiled.order]  # segments of the values in rising order
    quartiles = np.full((3, len(counts)), np.nan)
    for segment, count in enumerate(counts):
        if count:
            places = np.array(_QUARTILES) * (count - 1)
            below = np.floor(places).astype(int)
            above = np.minimum(below + 1, count - 1)
            at = _places_of(rising == segment, np.concatenate([below, above]))
            low, high = profiled.ordered[at[:3]], profiled.ordered[at[3:]]
            quartiles[:, segment] = low + (places - below) * (high - low)
    return quartiles


def _places_of(mask: npt.NDArray[np.bool_], ranks: Places) -> Places:
    """Where the members of a mask stand that have these ranks among them, from 0; words of bits are counted at once."""
    bits = np.packbits(mask, bitorder="little")
    words = np.zeros(-(-len(bits) // 8) * 8, dtype=np.uint8)
    words[: len(bits)] = bits
    ends = np.cumsum(np.bitwise_count(words.view(np.uint64)), dtype=np.int64)
    word = np.searchsorted(ends, ranks, side="right")
    before = np.where(word > 0, ends[word - 1], 0)
    places = [
        start + np.flatnonzero(mask[start : start + _WORD])[rank]
        for start, rank in zip((word * _WORD).tolist(), (ranks - before).tolist(), strict=True)
    ]
    return np.array(places)
