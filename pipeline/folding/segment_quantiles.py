"""Order statistics of the members of each cluster of every k, exact, where nobody holds all values.

Ranks are counted at and between values of the sample; the few values in the brackets where a wanted rank falls are
fetched. A bracket holds a thousandth of the customers, so that where these are many the brackets are divided first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from pipeline.contract import Matrix
from pipeline.folding.drawing import Sample, column_values
from pipeline.folding.kernels import Beside, Placed, Rows, SegmentRanksWithin, SegmentWithin, bracketed
from pipeline.folding.measures import Places, Quantile, edges_of, looked_up
from pipeline.folding.protocol import Population

EDGES = 1_024  # bins of the sample, by segment
FINER_EDGES = 64  # of a bracket
MOST_VALUES = 1_000_000  # fetched at once: 8 MB, and the same again while two parts become one

Bracket = tuple[int, int, int, float, float]  # k, cluster, column (the last: distance), values between which others lie
Edges = Sequence[tuple[float, ...]]


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


def edges_by_column(
    sample: Sample, asked: Aggregation
) -> tuple[tuple[tuple[float, ...], ...], dict[int, tuple[float, ...]]]:
    """Values of the sample between which ranks are counted: of each column, and of each k's distances."""
    edges: list[tuple[float, ...]] = []
    far: dict[int, tuple[float, ...]] = {}
    for k, column in _sampled(sample, asked):
        made = tuple(edges_of(column, EDGES).tolist())
        if k:
            far[k] = made
        else:
            edges.append(made)
    edges += [()] * len(asked.measured.transform.columns)  # of the clustered space nobody asks for quartiles
    return tuple(edges), far


def _sampled(sample: Sample, asked: Aggregation) -> Iterator[tuple[int, Matrix]]:
    """The known values of the sample, rising: of each raw column (0), then the distances of each k (k)."""
    rows: Rows = {name: column_values(sample.customers[name]) for name in asked.measured.columns}
    for column in asked.measured.raw.matrix(rows).T:
        yield 0, np.sort(column[~np.isnan(column)])
    matrix = asked.placed.source.matrix(rows)
    for k, labels in asked.placed.labels(matrix).items():
        yield k, np.sort(asked.placed.apart(matrix, k, labels))


@dataclass(frozen=True)
class _Wanted:
    """One quantile of one cluster's column, at two neighbouring ranks.

    ``values`` holds what is known of these by now, and ``rest`` of the others: place -> bounds of the bracket, and the
    members' values before it.
    """

    k: int
    cluster: int
    column: int
    row: int  # among the quantiles
    quantile: Quantile
    values: Matrix
    rest: dict[int, tuple[float, float, int]]

    def rank(self, spot: int) -> int:
        """The rank at one of the two places."""
        return (self.quantile.below, self.quantile.above)[spot]

    def bracket(self, spot: int) -> Bracket:
        """Where the value at this place lies."""
        low, high, _ = self.rest[spot]
        return self.k, self.cluster, self.column, low, high


def segment_quantiles(
    population: Population,
    asked: Aggregation,
    counts: Mapping[str, Places],
    edges: Edges,
    far: Mapping[int, tuple[float, ...]],
) -> dict[int, Matrix]:
    """Quartiles and reach by k, (4, k, c + 1), NaN where nobody has a value or nobody asks.

    ``counts`` are those of ``SegmentRanks`` between ``edges``, and ``far`` of the distances.
    """
    quantiles = {k: np.full((4, k, len(edges) + 1), np.nan) for k in far}
    waiting, values = _located(asked, counts, edges, far)
    if values > MOST_VALUES:
        _narrow(population, asked, waiting)
    inside = _inside(population, asked, waiting)
    for wanted in waiting:
        for spot, (_, _, before) in wanted.rest.items():
            wanted.values[spot] = inside[wanted.bracket(spot)][wanted.rank(spot) - before]
        quantiles[wanted.k][wanted.row, wanted.cluster, wanted.column] = wanted.quantile.between(
            *wanted.values.tolist()
        )
    return quantiles


def _located(
    asked: Aggregation, counts: Mapping[str, Places], edges: Edges, far: Mapping[int, tuple[float, ...]]
) -> tuple[list[_Wanted], int]:
    """Every quantile that is asked for, in its brackets, and how many values these hold together."""
    waiting: list[_Wanted] = []
    held: dict[Bracket, int] = {}
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
                    wanted = _Wanted(k, cluster, column, row, quantile, values, rest)
                    waiting.append(wanted)
                    for spot, (low, _, _) in rest.items():
                        place = int(np.searchsorted(bounds, low, side="right"))  # below the first edge: 0
                        held[wanted.bracket(spot)] = int(own[2 * place])
    return waiting, sum(held.values())


def _brackets(waiting: Sequence[_Wanted]) -> tuple[Bracket, ...]:
    return tuple(dict.fromkeys(wanted.bracket(spot) for wanted in waiting for spot in wanted.rest))


def _narrow(population: Population, asked: Aggregation, waiting: Sequence[_Wanted]) -> None:
    """Divide the brackets at values of the sample within them, and find again which part holds each rank: one pass."""
    brackets = _brackets(waiting)
    finer = _edges_within(population.sample(), asked, brackets)
    within = SegmentWithin(asked.placed, asked.measured, brackets)
    counts = population.fold(SegmentRanksWithin(within, tuple(finer.values())))["counts"].astype(np.int64)
    widths = [2 * len(own) + 1 for own in finer.values()]
    by_bracket = dict(zip(finer, np.split(counts, np.cumsum(widths)[:-1]), strict=True))
    for wanted in waiting:
        for spot, (low, high, before) in list(wanted.rest.items()):
            bracket = wanted.bracket(spot)
            rank = np.array([wanted.rank(spot) - before])
            values, rest = looked_up(by_bracket[bracket], np.array(finer[bracket]), rank)
            if rest:
                left, right, more = rest[0]
                wanted.rest[spot] = (max(low, left), min(high, right), before + more)
            else:
                wanted.values[spot] = values[0]
                del wanted.rest[spot]


def _edges_within(sample: Sample, asked: Aggregation, brackets: Sequence[Bracket]) -> dict[Bracket, tuple[float, ...]]:
    """At most ``FINER_EDGES`` values of the sample strictly within each bracket, rising."""
    by_column: dict[tuple[int, int], list[Bracket]] = {}
    last = asked.raw + len(asked.measured.transform.columns)
    for bracket in brackets:
        k, _, column, _, _ = bracket
        by_column.setdefault((k, last) if column == last else (0, column), []).append(bracket)
    made: dict[Bracket, tuple[float, ...]] = {}
    for place, (k, values) in enumerate(_sampled(sample, asked)):
        for bracket in by_column.get((k, last) if k else (0, place), []):
            *_, low, high = bracket
            between = values[np.searchsorted(values, low, side="right") : np.searchsorted(values, high, side="left")]
            made[bracket] = tuple(edges_of(between, FINER_EDGES).tolist())
    return {bracket: made[bracket] for bracket in brackets}


def _inside(population: Population, asked: Aggregation, waiting: Sequence[_Wanted]) -> dict[Bracket, Matrix]:
    """The values of every bracket where a rank falls, in one more pass."""
    brackets = _brackets(waiting)
    if not brackets:
        return {}
    parts = population.fold(SegmentWithin(asked.placed, asked.measured, brackets))
    return dict(zip(brackets, bracketed(parts), strict=True))
