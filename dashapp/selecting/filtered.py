"""A cube under one selection: what every chart of a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dashapp.selecting.coding import OFFERS
from dashapp.selecting.dimensions import MAP, SEGMENT, Array, Dimension
from dashapp.selecting.on_disk import Count, estimated, exactly
from dashapp.selecting.reactions import OfferAnswers
from dashapp.selecting.selection import Selection
from dashapp.selecting.slices import Points, Slice

if TYPE_CHECKING:
    from dashapp.selecting.crossfilter import Cube

Rows = npt.NDArray[np.int64] | None  # row numbers in rising order; None stands for all
MAP_POINTS, GHOST_POINTS = 3_500, 1_500


class Filtered:
    """A cube under one selection."""

    def __init__(self, cube: Cube, selection: Selection) -> None:
        self._cube, self.selection = cube, selection
        self._own = {name: cube.mask(name, chosen) for name, chosen in selection.filters.items()}
        self._slices: dict[str, Slice] = {}
        self._failed: Array = np.zeros(len(cube.order), dtype=np.min_scalar_type(len(self._own)))
        for mask in self._own.values():
            self._failed += ~mask

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """Everything that can be counted and filtered by."""
        return self._cube.dimensions

    @cached_property
    def _all(self) -> Rows:
        return np.flatnonzero(self._failed == 0) if self._own else None

    @cached_property
    def customers(self) -> int:
        """How many pass every filter."""
        return self.count.value

    @cached_property
    def count(self) -> Count:
        """The same, with how surely it is known."""
        cube, rows = self._cube, self._all
        if cube.weights is None or rows is None:
            return Count(cube.count(rows), cube.count(rows), cube.count(rows), cube.n, cube.sampled)
        known = exactly(self.selection, cube.dimensions, cube.tallied) if cube.tallied else None
        if known is not None:
            return Count(known, known, known, cube.n, cube.sampled)
        passing = np.zeros(len(cube.order), dtype=np.bool_)
        passing[rows] = True
        return estimated(cube.weights, cube.segment_of(np.arange(len(passing))), passing, cube.k, cube.n, cube.sampled)

    @cached_property
    def by_segment(self) -> Array:
        """How many of each segment pass every filter, (k,)."""
        return self._cube.by_segment(self._all)

    def places(self) -> Rows:
        """Who passes every filter, as rising places in canonical order; None stands for all."""
        return None if self._all is None else np.sort(self._cube.order[self._all])

    def slice(self, name: str) -> Slice:
        """What the chart of dimension ``name`` shows."""
        if name not in self._slices:
            self._slices[name] = self._slice(name)
        return self._slices[name]

    def points(self) -> Points:
        """What the map shows."""
        cube, among = self._cube, self._without(MAP)
        rows, ghosts = cube.sample(among, MAP_POINTS), cube.sample(None, GHOST_POINTS)
        own = self._own.get(MAP)
        return Points(
            x=cube.x[rows],
            y=cube.y[rows],
            segment=cube.segment_of(rows),
            inside=np.ones(len(rows), dtype=np.bool_) if own is None else own[rows],
            ghost_x=cube.x[ghosts],
            ghost_y=cube.y[ghosts],
            customers=cube.count(among),
        )

    def sums(self, name: str) -> Array:
        """Sum of a number by segment, (k,), under every filter but that on the segments."""
        return self._cube.sums(name, self._without(SEGMENT))

    def averages(self, name: str) -> Array:
        """Average of a number by segment, (k,), under the same filters; NaN where nobody's value is known."""
        rows = self._without(SEGMENT)
        known = self._cube.counts(name, rows).sum(axis=1).astype(np.float64)
        found: Array = np.divide(self._cube.sums(name, rows), known, out=np.full(len(known), np.nan), where=known > 0)
        return found

    def responses(self) -> OfferAnswers:
        """Offers made and answered."""
        rows = self._without(SEGMENT)
        shown, everyone = self._cube.amounts(OFFERS, rows), self._cube.amounts(OFFERS, None)
        return OfferAnswers(shown.T, everyone.T, self._cube.count(rows))

    def together(self, across: str, up: str, *, apart: Sequence[str] = (), amount: str = "") -> Array:
        """Customers by the bins of two dimensions, (bins across, bins up), or the sum of the number ``amount``.

        Under every filter but their own and those of ``apart``.
        """
        return self._cube.together(across, up, self._without(across, up, *apart), amount)

    def _slice(self, name: str) -> Slice:
        cube, dimension, rows = self._cube, self._cube.dimensions[name], self._without(name)
        base = cube.everyone.slice(name) if self is not cube.everyone else None
        chosen = cube.bins_passing(dimension, self.selection.filters.get(name))
        if base is not None and rows is None:
            return replace(base, chosen=chosen)
        shown = cube.amounts(name, rows) if dimension.kind == "mix" else cube.counts(name, rows)
        middle = cube.median(name, rows, shown.sum(axis=0)) if dimension.kind == "number" else None
        return Slice(
            dimension=dimension,
            chosen=chosen,
            shown=shown,
            everyone=base.everyone if base else shown,
            customers=cube.count(rows),
            middle=middle,
            overall_middle=base.overall_middle if base else middle,
        )

    def _without(self, *names: str) -> Rows:
        """Who passes every filter but those of ``names``."""
        own = [self._own[name] for name in names if name in self._own]
        if not own:
            return self._all
        if len(self._own) == len(own):
            return None
        failed = sum((~mask).astype(self._failed.dtype) for mask in own)
        return np.flatnonzero(self._failed == failed)
