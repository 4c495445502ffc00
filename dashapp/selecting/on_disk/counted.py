"""How many customers pass, and how surely that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashapp.selecting.dimensions import SEGMENT, Array, Dimension
from dashapp.selecting.on_disk.tallied import Tallied
from dashapp.selecting.selection import Filter, Range, Selection, Values
from pipeline.statistics import stratified_count


@dataclass(frozen=True)
class Count:
    """Customers; ``low`` and ``high`` are the ends of the 95 % interval of an estimate, and the count itself if exact.

    ``sampled`` of ``everybody`` are those whom an estimate, or whatever else is drawn under the same filters, rests on;
    0 where all customers are in memory.
    """

    value: int
    low: int
    high: int
    everybody: int
    sampled: int = 0

    @property
    def exact(self) -> bool:
        """Whether it was counted and not estimated."""
        return self.low == self.high

    def told_exactly(self, value: int) -> Count:
        """The same once somebody has counted."""
        return Count(value, value, value, self.everybody, self.sampled)


def estimated(weights: Array, segments: Array, passing: Array, k: int, everybody: int, sampled: int) -> Count:
    """The customers whom the ``passing`` rows of a sample stand for; its weights add up to the sizes of the segments.

    All arrays are (rows,).
    """
    sizes = np.bincount(segments, weights, minlength=k)
    value, low, high = stratified_count(weights, segments, passing, sizes)
    return Count(round(value), int(np.floor(low)), int(np.ceil(high)), everybody, sampled)


def exactly(selection: Selection, dimensions: Mapping[str, Dimension], tallied: Tallied) -> int | None:
    """How many pass, where the tallies tell: filters of whole bins, two of them at most, and of segments beside one."""
    passing = {}
    for name, chosen in selection.filters.items():
        bins = whole_bins(dimensions[name], chosen)
        if bins is None:
            return None
        passing[name] = bins
    segments = passing.pop(SEGMENT, None)
    if len(passing) + (segments is not None) > 2:
        return None
    names = list(passing)
    if not names:
        return None if segments is None else int(tallied.sizes[segments].sum())
    if len(names) == 1:
        counts = tallied.counts(names[0])
        return int(counts[slice(None) if segments is None else segments][:, passing[names[0]]].sum())
    together = tallied.together(*names)
    return None if together is None else int(together[np.ix_(passing[names[0]], passing[names[1]])].sum())


def whole_bins(dimension: Dimension, chosen: Filter) -> Array | None:
    """Which bins a filter lets pass, (bins,); None where it parts one."""
    if isinstance(chosen, Values):
        return np.isin(np.array(dimension.tokens, dtype=object), np.array(chosen.tokens, dtype=object))
    if not isinstance(chosen, Range):
        return None
    edges = np.array(dimension.edges)
    low = edges[0] if chosen.low is None else chosen.low
    high = edges[-1] if chosen.high is None else chosen.high
    if low not in edges or high not in edges:
        return None
    passing: Array = (edges[:-1] >= low) & (edges[1:] <= high)
    return passing
