"""Who of some customers passes a selection, decided as a cube decides it of those in memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dashapp.selecting.dimensions import MAP, SEGMENT, Array, Dimension, mix_name, mixes
from dashapp.selecting.outlines import inside
from dashapp.selecting.rfm_filter import rfm_places
from dashapp.selecting.selection import Area, Filter, Range, Selection, Values
from dashapp.selecting.slices import Mask
from pipeline.contract import Artifacts, Assignments, Projection, RfmScores, Segmentation, population


class Passing:
    """One selection over tables that are read in parts."""

    def __init__(self, segmentation: Segmentation, dimensions: Mapping[str, Dimension], selection: Selection) -> None:
        self._it = segmentation
        self._filters = [(dimensions[name], chosen) for name, chosen in selection.filters.items()]
        self._mixes = {mix_name(group): group.members for group in mixes(segmentation)}

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns that have to be read of each table by customer; of the segments always."""
        needed: dict[str, list[str]] = {Artifacts.ASSIGNMENTS: [Assignments.SEGMENT]}
        for dimension, _chosen in self._filters:
            table, names = self._needed(dimension)
            needed.setdefault(table, []).extend(names)
        return {table: tuple(dict.fromkeys(names)) for table, names in needed.items()}

    def mask(self, parts: Mapping[str, pd.DataFrame]) -> Mask:
        """Which of these customers pass, (n,); ``parts`` are the same rows of every table that ``columns`` names."""
        passing = np.ones(len(parts[Artifacts.ASSIGNMENTS]), dtype=np.bool_)
        for dimension, chosen in self._filters:
            passing &= self._passes(dimension, chosen, parts)
        return passing

    def _needed(self, dimension: Dimension) -> tuple[str, tuple[str, ...]]:
        if dimension.name == SEGMENT:
            return Artifacts.ASSIGNMENTS, ()
        if dimension.name == MAP:
            return Artifacts.PROJECTION, (Projection.X, Projection.Y)
        if dimension.kind == "mix":
            return Artifacts.CUSTOMERS, self._mixes[dimension.name]
        if dimension.column:
            return Artifacts.CUSTOMERS, (dimension.column,)
        return Artifacts.RFM_SCORES, RfmScores.SCORED

    def _passes(self, dimension: Dimension, chosen: Filter, parts: Mapping[str, pd.DataFrame]) -> Mask:
        if isinstance(chosen, Area):
            x, y = (parts[Artifacts.PROJECTION][name].to_numpy(np.float64) for name in (Projection.X, Projection.Y))
            return inside(x, y, chosen.corners)
        if isinstance(chosen, Range):
            values = population.to_numbers(parts[Artifacts.CUSTOMERS][dimension.column])
            low, high = (-np.inf if chosen.low is None else chosen.low, np.inf if chosen.high is None else chosen.high)
            within: Mask = (values >= low) & (values < high)
            return within
        bins = np.append(np.isin(np.array(dimension.tokens, dtype=object), _tokens(chosen)), False)
        return bins[self._bins(dimension, parts)]

    def _bins(self, dimension: Dimension, parts: Mapping[str, pd.DataFrame]) -> Array:
        """The bin of each customer, the number of bins where it is not known."""
        if dimension.name == SEGMENT:
            return parts[Artifacts.ASSIGNMENTS][Assignments.SEGMENT].to_numpy(np.int64)
        if dimension.kind == "mix":
            table = parts[Artifacts.CUSTOMERS]
            return population.bins_of_mix(population.to_numbers(table[name]) for name in self._mixes[dimension.name])
        if not dimension.column:
            places = rfm_places(parts[Artifacts.RFM_SCORES], dimension)
            return np.full(0, 0) if places is None else places
        column = self._it.dataset.column(dimension.column)
        return category_bins(dimension, *population.to_codes(column, parts[Artifacts.CUSTOMERS][dimension.column]))


def category_bins(dimension: Dimension, codes: Array, words: list[str]) -> Array:
    """The bin of each code of a category, given its words: rarer ones have one together."""
    bins = {token: place for place, token in enumerate(dimension.tokens)}
    missing = bins.get(population.UNKNOWN, dimension.bins)
    rest = bins.get(population.REST, missing)
    table = np.array([*(bins.get(word, rest) for word in words), missing])  # -1, not known, finds the last
    return table[codes]


def _tokens(chosen: Filter) -> Array:
    return np.array(chosen.tokens if isinstance(chosen, Values) else (), dtype=object)
