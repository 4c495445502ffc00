"""Exact statistics of all customers, written once over folds: extremes, moments and order statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.contract import Matrix
from pipeline.folding.kernels import (
    Extremes,
    Kernel,
    NumberColumns,
    Parts,
    Ranks,
    Sums,
    Within,
    bracketed,
    exponents,
    squared,
    total,
)
from pipeline.folding.kernels.kernel import MatrixSource
from pipeline.folding.protocol import Population

EDGES = 4_096  # bins of the sample between which order statistics are looked for

Places = npt.NDArray[np.integer[Any]]
Fold = Callable[[Kernel], Parts]  # of a population, or of blocks that nobody else knows


@dataclass(frozen=True)
class ColumnRanges:
    """Of each column (c,): known values, those below 0, and the least and largest (infinite where none is known)."""

    n: int  # customers
    known: Places
    below: Places
    least: Matrix
    largest: Matrix

    def beyond(self, shift: Matrix) -> Places:
        """Common exponents of the values less ``shift``; what has no value has the least."""
        size = np.maximum(np.abs(self.least - shift), np.abs(self.largest - shift))
        return exponents(np.where(np.isfinite(size), size, 0.0))


@dataclass(frozen=True)
class ColumnMoments:
    """Of each column (c,): mean and deviation (of the whole, not of a sample) of the known values."""

    mean: Matrix
    deviation: Matrix


def ranges(fold: Fold, source: MatrixSource) -> ColumnRanges:
    """What the columns of ``source`` reach, in one pass."""
    parts = fold(Extremes(source))
    return ColumnRanges(int(parts["n"][0]), parts["known"], parts["below"], parts["least"], parts["largest"])


def moments(fold: Fold, source: MatrixSource, reach: ColumnRanges, shift: Matrix) -> ColumnMoments:
    """Mean and deviation in one pass, from sums that are equal to the last bit on every engine.

    ``shift`` (c,) lies within a deviation of the mean, as the median does (Hotelling and Solomons 1932), so that
    nothing cancels. NaN where nothing is known.
    """
    scale = reach.beyond(shift)
    parts = fold(Sums(source, tuple(shift.tolist()), tuple(scale.tolist())))
    sums, squares = total(parts["upper"], parts["lower"], np.stack([scale, squared(scale)]))
    with np.errstate(invalid="ignore", divide="ignore"):
        less = sums / reach.known
        variance = np.maximum(squares / reach.known - less**2, 0.0)
    return ColumnMoments(shift + less, np.sqrt(variance))


def order_statistics(population: Population, names: Sequence[str], ranks: Sequence[Places]) -> list[Matrix]:
    """The known values of each column that have these ranks among them, from 0, exact.

    In two passes: counts at and between values of the sample, then the few values that lie in the brackets where a
    rank falls. Where the sample is everybody it is looked up there.
    """
    numbers = NumberColumns(tuple(names))
    sample = population.sample()
    rows = {name: sample.customers[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names}
    ordered = [np.sort(column[~np.isnan(column)]) for column in numbers.matrix(rows).T]
    if population.n <= len(sample.customers):
        return [column[wanted] for column, wanted in zip(ordered, ranks, strict=True)]
    edges = [edges_of(column, EDGES) for column in ordered]
    counts = population.fold(Ranks(numbers, tuple(tuple(column_edges.tolist()) for column_edges in edges)))["counts"]
    widths = [2 * len(column_edges) + 1 for column_edges in edges]
    located = [
        looked_up(own, bounds, wanted)
        for own, bounds, wanted in zip(np.split(counts, np.cumsum(widths)[:-1]), edges, ranks, strict=True)
    ]
    brackets = [
        (place, *bracket) for place, (_, rest) in enumerate(located) for bracket in dict.fromkeys(rest.values())
    ]
    inside = dict(zip(brackets, _within(population, numbers, brackets), strict=True))
    for place, (values, rest) in enumerate(located):
        for spot, (low, high, before) in rest.items():
            values[spot] = inside[place, low, high, before][ranks[place][spot] - before]
    return [values for values, _ in located]


def _within(
    population: Population, source: MatrixSource, brackets: Sequence[tuple[int, float, float, int]]
) -> Sequence[Matrix]:
    if not brackets:
        return []
    kernel = Within(source, tuple(bracket[:3] for bracket in brackets))
    return bracketed(population.fold(kernel))


def edges_of(ordered: Matrix, most: int) -> Matrix:
    """At most ``most`` different values of a column, evenly among its ranks."""
    different = np.unique(ordered)
    if len(different) > most:
        different = np.unique(ordered[np.linspace(0, len(ordered) - 1, most).astype(np.int64)])
    return different


def looked_up(counts: Places, edges: Matrix, ranks: Places) -> tuple[Matrix, dict[int, tuple[float, float, int]]]:
    """Values of the ranks that fall on an edge; of the others place -> bounds of the bracket, and the values before."""
    ends = np.cumsum(counts)
    values, rest = np.full(len(ranks), np.nan), {}
    bounds = np.concatenate([[-np.inf], edges, [np.inf]])
    for spot, code in enumerate(np.searchsorted(ends, ranks, side="right").tolist()):
        if code % 2:
            values[spot] = edges[code // 2]
        else:
            before = int(ends[code - 1]) if code else 0
            rest[spot] = (float(bounds[code // 2]), float(bounds[code // 2 + 1]), before)
    return values, rest


@dataclass(frozen=True)
class Quantile:
    """Where a quantile lies among n ordered values, by linear interpolation (Hyndman and Fan 1996, type 7)."""

    below: int
    above: int
    weight: float

    @classmethod
    def of(cls, share: float, n: int) -> Quantile:
        """``share`` from 0 to 1 of ``n`` values, at least one."""
        place = share * (n - 1)
        below = int(np.floor(place))
        return cls(below, min(below + 1, n - 1), place - below)

    def between(self, low: float, high: float) -> float:
        """The value, from those at ``below`` and ``above``; the same bits as ``numpy.quantile``."""
        if self.weight >= 0.5:
            return high - (high - low) * (1.0 - self.weight)
        return low + (high - low) * self.weight
