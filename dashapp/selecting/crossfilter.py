"""Counts of a run's customers under a selection, fast enough for a click: every chart obeys all filters but its own.

Rows are sorted by segment (``coding``), so that sums by segment are sums over slices and the first rows of a slice are
a random sample of it. All of it is NumPy over small integer codes; nothing here knows of Dash.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dashapp.kept import Kept
from dashapp.selecting.coding import OFFERS, coded_customers
from dashapp.selecting.dimensions import (
    MAP,
    SEGMENT,
    Array,
    Dimension,
    dimensions,
)
from dashapp.selecting.medians import median
from dashapp.selecting.outlines import inside
from dashapp.selecting.reactions import Responses
from dashapp.selecting.rfm import rfm_dimensions
from dashapp.selecting.selection import Area, Filter, Range, Selection, Values, page_parameters, parse_query
from dashapp.selecting.slices import Mask, Points, Slice
from pipeline.contract import Segmentation

Rows = npt.NDArray[np.int64] | None  # row numbers in rising order; None stands for all

MAP_POINTS, GHOST_POINTS = 3_500, 1_500
_MASKS_KEPT, _SELECTIONS_KEPT = 48, 4


class Cube:
    """One run's customers, coded once and counted often. Safe to use from several threads."""

    def __init__(self, segmentation: Segmentation, reserved: frozenset[str] = frozenset()) -> None:
        """``reserved``: names in the address that pages keep for themselves."""
        self._reserved = reserved
        every = (*dimensions(segmentation, reserved), *rfm_dimensions(segmentation))
        self.dimensions = {dimension.name: dimension for dimension in every}
        coded = coded_customers(segmentation, self.dimensions.values())
        self.n, self.k, self.order = len(coded.order), segmentation.k, coded.order
        self.x, self.y, self._rising = coded.x, coded.y, coded.rising
        self._segments, self._starts = coded.segments, coded.starts
        self._values, self._amounts, self._codes = coded.values, coded.amounts, coded.codes
        self._masks: Kept[tuple[str, Filter], Mask] = Kept(_MASKS_KEPT)
        self._selections: Kept[tuple[tuple[str, Filter], ...], Filtered] = Kept(_SELECTIONS_KEPT)

    def retold(self, tell: Callable[[str], str]) -> Cube:
        """The same customers with labels told anew; codes, values and masks are shared."""
        made = copy.copy(self)
        made.__dict__.pop("everyone", None)
        made._selections = Kept(_SELECTIONS_KEPT)  # their slices have labels
        made.dimensions = {name: dimension.retold(tell) for name, dimension in self.dimensions.items()}
        return made

    def selected(self, query: str) -> tuple[Selection, tuple[str, ...]]:
        """The selection that an address's query holds, and a sentence for each part that does not fit this run."""
        return parse_query(query, self.dimensions, self._reserved)

    def kept_by_pages(self, query: str) -> list[tuple[str, str]]:
        """What pages keep for themselves in an address's query, beside the selection; unchecked."""
        return page_parameters(query, self._reserved)

    @cached_property
    def everyone(self) -> Filtered:
        """No filter at all."""
        return Filtered(self, Selection())

    def filtered(self, selection: Selection) -> Filtered:
        """The customers under ``selection``; the last ones are kept, since every chart of a page asks for the same."""
        if not selection:
            return self.everyone
        return self._selections.of(tuple(selection.filters.items()), lambda: Filtered(self, selection))

    def span(self) -> float:
        """Width or height of the map, whichever is larger."""
        return float(max(np.ptp(self.x), np.ptp(self.y))) if self.n else 0.0

    def mask(self, name: str, chosen: Filter) -> Mask:
        """Who passes one filter, (n,); kept for the next click."""

        def make() -> Mask:
            made = self._make_mask(self.dimensions[name], chosen)
            made.setflags(write=False)
            return made

        return self._masks.of((name, chosen), make)

    def bins_passing(self, dimension: Dimension, chosen: Filter | None) -> Mask:
        """Which bins a filter lets pass (a number's bin: wholly or in part)."""
        if isinstance(chosen, Values):
            return np.isin(np.array(dimension.tokens, dtype=object), np.array(chosen.tokens, dtype=object))
        if isinstance(chosen, Range):
            lows, highs = np.array(dimension.edges[:-1]), np.array(dimension.edges[1:])
            low, high = _ends(chosen)
            return (highs > low) & (lows < high)
        return np.ones(dimension.bins, dtype=np.bool_)

    def counts(self, name: str, rows: Rows) -> Array:
        """Customers by segment and bin, (k, bins); customers without a value are in no bin."""
        if name == SEGMENT:
            return np.diag(self.by_segment(rows))
        codes, bins = self._codes[name], self.dimensions[name].bins + 1
        counted = np.bincount(codes if rows is None else codes.take(rows), minlength=self.k * bins)
        return counted.reshape(self.k, bins)[:, :-1]

    def together(self, across: str, up: str, rows: Rows, amount: str = "") -> Array:
        """Customers by the bins of two dimensions, or the sum of a number; who has no value of either is left out."""
        high = self.dimensions[up].bins + 1
        both = self._bins_of(across, rows).astype(np.int64) * high + self._bins_of(up, rows)
        values = self._values[amount] if amount else None
        weights = None if values is None else np.nan_to_num(values.take(rows))
        counted = np.bincount(both, weights, minlength=(self.dimensions[across].bins + 1) * high)
        return counted.reshape(-1, high)[:-1, :-1]

    def _bins_of(self, name: str, rows: Rows) -> Array:
        stored = self._segments if name == SEGMENT else self._codes[name]
        codes = stored if rows is None else stored.take(rows)
        return codes if name == SEGMENT else codes % (self.dimensions[name].bins + 1)

    def amounts(self, name: str, rows: Rows) -> Array:
        """Sums of a mix's members by segment, (k, members)."""
        table = self._amounts[name] if rows is None else self._amounts[name].take(rows, axis=1)
        cuts = self._starts if rows is None else np.searchsorted(rows, self._starts)
        return np.stack([table[:, first:last].sum(axis=1) for first, last in pairwise(cuts)])

    def sums(self, name: str, rows: Rows) -> Array:
        """Sum of a number by segment, (k,); a value that is not known adds nothing."""
        values = self._values[name].take(rows)
        cuts = self._starts if rows is None else np.searchsorted(rows, self._starts)
        return np.array([np.nansum(values[first:last]) for first, last in pairwise(cuts)])

    def by_segment(self, rows: Rows) -> Array:
        """Customers by segment, (k,)."""
        return np.diff(self._starts if rows is None else np.searchsorted(rows, self._starts))

    def median(self, name: str, rows: Rows, counts: Array) -> float | None:
        """Median of a number among those whose value is known, given their ``counts`` by bin."""
        return median(self._values[name], self._codes[name], self.k, rows, counts)

    def sample(self, rows: Rows, size: int) -> Array:
        """Rows of a sample in proportion to the segments, at least 30 of each, the same for the same customers."""
        rows = np.arange(self.n) if rows is None else rows
        if len(rows) <= size:
            return rows
        cuts = np.searchsorted(rows, self._starts)
        counts = np.diff(cuts)
        least = min(30, size // max(1, self.k))
        spare = max(0, size - least * self.k)
        wanted = np.minimum(counts, least + np.floor(counts * (spare / len(rows))).astype(np.int64))
        return np.concatenate([rows[cut : cut + number] for cut, number in zip(cuts, wanted, strict=False)])

    def segment_of(self, rows: Array) -> Array:
        """Segment numbers of rows."""
        picked: Array = self._segments[rows]
        return picked

    def _make_mask(self, dimension: Dimension, chosen: Filter) -> Mask:
        if isinstance(chosen, Area):
            return inside(self.x, self.y, chosen.corners, self._rising)
        if isinstance(chosen, Range):
            within: Mask = self._values[dimension.name].within(*_ends(chosen))
            return within
        passing = self.bins_passing(dimension, chosen)
        if dimension.name == SEGMENT:
            own: Mask = passing[self._segments]
            return own
        table = np.tile(np.append(passing, False), self.k)
        return table[self._codes[dimension.name]]


class Filtered:
    """A cube under one selection."""

    def __init__(self, cube: Cube, selection: Selection) -> None:
        self._cube, self.selection = cube, selection
        self._own = {name: cube.mask(name, chosen) for name, chosen in selection.filters.items()}
        self._slices: dict[str, Slice] = {}
        self._failed: Array = np.zeros(cube.n, dtype=np.uint16)
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
        return self._count(self._all)

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
            customers=self._count(among),
        )

    def sums(self, name: str) -> Array:
        """Sum of a number by segment, (k,), under every filter but that on the segments."""
        return self._cube.sums(name, self._without(SEGMENT))

    def responses(self) -> Responses:
        """Offers made and answered."""
        rows = self._without(SEGMENT)
        shown, everyone = self._cube.amounts(OFFERS, rows), self._cube.amounts(OFFERS, None)
        return Responses(shown.T, everyone.T, self._count(rows))

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
            customers=self._count(rows),
            middle=middle,
            overall_middle=base.overall_middle if base else middle,
        )

    def _count(self, rows: Rows) -> int:
        return self._cube.n if rows is None else len(rows)

    def _without(self, *names: str) -> Rows:
        """Who passes every filter but those of ``names``."""
        own = [self._own[name] for name in names if name in self._own]
        if not own:
            return self._all
        if len(self._own) == len(own):
            return None
        failed = sum((~mask).astype(np.uint16) for mask in own)
        return np.flatnonzero(self._failed == failed)


def _ends(chosen: Range) -> tuple[float, float]:
    return -np.inf if chosen.low is None else chosen.low, np.inf if chosen.high is None else chosen.high
