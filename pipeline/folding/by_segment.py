"""What is said of segments, exact and of all customers: sizes, sums, order statistics and categories, all k at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from pipeline.contract import Matrix
from pipeline.folding.drawing import Sample, column_values
from pipeline.folding.kernels import (
    Beside,
    Placed,
    Rows,
    SegmentCategories,
    SegmentRanks,
    SegmentWithin,
    Several,
    Tally,
    bracketed,
    squared,
    total,
)
from pipeline.folding.measures import ColumnRanges, Places, Quantile, edges_of, looked_up, ranges
from pipeline.folding.protocol import Population

EDGES = 1_024  # bins of the sample, by segment
_TOO_FAR = 2  # a centre lies within the cube of all rows, whose diagonal is twice its reach times the root of p


@dataclass(frozen=True)
class Totals:
    """One k; columns (c,) are those of the raw numbers, then those of the clustered space."""

    sizes: Places  # (k,)
    known: Places  # (k, c)
    sums: Matrix  # (k, c) of the known values less ``shift``
    squares: Matrix  # (k, c)
    quartiles: Matrix  # (3, k, raw columns), by linear interpolation; NaN where nothing is known
    distances: Matrix  # (k,) sums of the distances to the own centre
    reach: Matrix  # (k,) the distance's quantile that was asked for; 0 of nobody
    categories: Mapping[str, Places]  # column -> (k, words)


@dataclass(frozen=True)
class Aggregation:
    """What is to be known of every segment."""

    placed: Placed
    measured: Beside
    shift: Matrix  # (c,) means of the sample
    words: Mapping[str, tuple[str, ...]]  # of columns of categories
    reach: float  # share of a segment's customers

    @property
    def raw(self) -> int:
        """How many raw columns there are."""
        return len(self.measured.raw.columns)


def by_segment(population: Population, asked: Aggregation) -> dict[int, Totals]:
    """In three passes: extremes; sums, ranks and categories; and the values in the brackets where quartiles fall."""
    reach = ranges(population.fold, asked.measured)
    scale, far = reach.beyond(asked.shift), _farthest(reach, asked)
    edges, own_edges = _edges(population.sample(), asked)
    tally = Tally(asked.placed, asked.measured, tuple(asked.shift.tolist()), tuple(scale.tolist()), far)
    ranks = SegmentRanks(asked.placed, asked.measured, edges, own_edges)
    together = Several((tally, ranks, SegmentCategories(asked.placed, asked.words)))
    sums, counts, words = together.split(population.fold(together))
    statistics = _order_statistics(population, asked, counts, edges, own_edges)
    totals, start = {}, 0
    for k in sorted(asked.placed.guides):
        own = {name: values[start : start + k] for name, values in sums.items()}
        added_up = total(own["upper"], own["lower"], np.concatenate([scale, squared(scale)]))
        totals[k] = Totals(
            sizes=own["sizes"],
            known=own["known"],
            sums=added_up[:, : len(scale)],
            squares=added_up[:, len(scale) :],
            quartiles=statistics[k][:3, :, : asked.raw],
            distances=total(own["far"][:, 0], own["far"][:, 1], np.array(far)),
            reach=np.nan_to_num(statistics[k][3, :, -1]),
            categories={name: words[f"{k} {name}"].astype(np.int64) for name in asked.words},
        )
        start += k
    return totals


def _farthest(reach: ColumnRanges, asked: Aggregation) -> int:
    """Exponent of a distance that none to a centre exceeds."""
    clustered = slice(asked.raw, None)
    widest = float(np.max(np.maximum(np.abs(reach.least[clustered]), np.abs(reach.largest[clustered]))))
    features = asked.measured.transform
    filled = np.abs(features.matrix({name: np.array([np.nan]) for name in features.columns})).max()
    diagonal = _TOO_FAR * max(widest, float(filled)) * np.sqrt(len(features.columns))
    return int(np.frexp(diagonal)[1])


def _edges(sample: Sample, asked: Aggregation) -> tuple[tuple[tuple[float, ...], ...], dict[int, tuple[float, ...]]]:
    """Values of the sample between which ranks are counted: of each column, and of each k's distances."""
    rows: Rows = {name: column_values(sample.customers[name]) for name in asked.measured.columns}
    columns = (np.sort(column[~np.isnan(column)]) for column in asked.measured.raw.matrix(rows).T)
    edges = [tuple(edges_of(column, EDGES).tolist()) for column in columns]
    edges += [()] * len(asked.measured.transform.columns)  # of the clustered space nobody asks for quartiles
    matrix = asked.placed.source.matrix(rows)
    far = {
        k: tuple(edges_of(np.sort(asked.placed.apart(matrix, k, labels)), EDGES).tolist())
        for k, labels in asked.placed.labels(matrix).items()
    }
    return tuple(edges), far


@dataclass(frozen=True)
class _Wanted:
    """One quantile of one cluster's column, at two neighbouring ranks."""

    k: int
    cluster: int
    column: int
    row: int  # among the quantiles
    quantile: Quantile


def _order_statistics(
    population: Population,
    asked: Aggregation,
    counts: Mapping[str, Places],
    edges: Sequence[tuple[float, ...]],
    far: Mapping[int, tuple[float, ...]],
) -> dict[int, Matrix]:
    """Quartiles and reach by k, (4, k, c + 1), NaN where nobody has a value or nobody asks."""
    shape = len(edges) + 1
    quantiles = {k: np.full((4, k, shape), np.nan) for k in far}
    waiting: list[tuple[_Wanted, Matrix, dict[int, tuple[float, float, int]]]] = []
    for k in far:
        widths = [0, *accumulate(2 * len(column_edges) + 1 for column_edges in (*edges, far[k]))]
        for column, (start, stop) in enumerate(pairwise(widths)):
            if asked.raw <= column < len(edges):
                continue
            shares = {3: asked.reach} if column == len(edges) else {0: 0.25, 1: 0.5, 2: 0.75}
            bounds = np.array(far[k] if column == len(edges) else edges[column])
            for cluster, own in enumerate(counts[f"counts {k}"][:, start:stop].astype(np.int64)):
                if not own.any():
                    continue
                for row, share in shares.items():
                    quantile = Quantile.of(share, int(own.sum()))
                    values, rest = looked_up(own, bounds, np.array([quantile.below, quantile.above]))
                    waiting.append((_Wanted(k, cluster, column, row, quantile), values, rest))
    inside = _inside(population, asked, waiting)
    for wanted, values, rest in waiting:
        for spot, (low, high, before) in rest.items():
            rank = (wanted.quantile.below, wanted.quantile.above)[spot]
            values[spot] = inside[wanted.k, wanted.cluster, wanted.column, low, high][rank - before]
        quantiles[wanted.k][wanted.row, wanted.cluster, wanted.column] = wanted.quantile.between(*values.tolist())
    return quantiles


def _inside(
    population: Population,
    asked: Aggregation,
    waiting: Sequence[tuple[_Wanted, Matrix, dict[int, tuple[float, float, int]]]],
) -> dict[tuple[int, int, int, float, float], Matrix]:
    """The values of every bracket where a rank falls, in one more pass."""
    brackets = tuple(
        dict.fromkeys(
            (wanted.k, wanted.cluster, wanted.column, low, high)
            for wanted, _, rest in waiting
            for low, high, _ in rest.values()
        )
    )
    if not brackets:
        return {}
    parts = population.fold(SegmentWithin(asked.placed, asked.measured, brackets))
    return dict(zip(brackets, bracketed(parts), strict=True))
