"""What is said of segments, exact and of all customers: sizes, sums, order statistics and categories, all k at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.contract import Matrix
from pipeline.folding.kernels import SegmentCategories, SegmentRanks, Several, Tally, squared, total
from pipeline.folding.measures import ColumnRanges, Places, ranges
from pipeline.folding.protocol import Population
from pipeline.folding.segment_quantiles import Aggregation, edges_by_column, segment_quantiles

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


def by_segment(population: Population, asked: Aggregation) -> dict[int, Totals]:
    """In three passes: extremes; sums, ranks and categories; and the values in the brackets where quartiles fall.

    In four, where so many customers would have more values there than come to one place.
    """
    reach = ranges(population.fold, asked.measured)
    scale, far = reach.beyond(asked.shift), _farthest(reach, asked)
    edges, own_edges = edges_by_column(population.sample(), asked)
    tally = Tally(asked.placed, asked.measured, tuple(asked.shift.tolist()), tuple(scale.tolist()), far)
    ranks = SegmentRanks(asked.placed, asked.measured, edges, own_edges)
    together = Several((tally, ranks, SegmentCategories(asked.placed, asked.words)))
    sums, counts, words = together.split(population.fold(together))
    statistics = segment_quantiles(population, asked, counts, edges, own_edges)
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
