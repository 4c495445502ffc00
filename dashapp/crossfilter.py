"""Counts of a run's customers under a selection, fast enough for a click: every chart obeys all filters but its own.

Rows are kept sorted by segment (shuffled within), so that sums by segment are sums over slices and the first rows of
a slice are a random sample of it. All of it is NumPy over small integer codes; nothing here knows of Dash.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dashapp.dimensions import (
    MAP,
    REST,
    SEGMENT,
    UNKNOWN,
    Array,
    Dimension,
    dimensions,
    mix_name,
    mixes,
    to_numbers,
    to_words,
)
from dashapp.geometry import inside
from dashapp.selection import Area, Filter, Range, Selection, Values
from pipeline.contract import Assignments, Group, Projection, Segmentation

Mask = npt.NDArray[np.bool_]

MAP_POINTS, GHOST_POINTS = 3_500, 1_500
_MASKS_KEPT = 48
_SEED = 20_140_629


@dataclass(frozen=True)
class Slice:
    """What one chart draws. ``shown`` is (segments, bins): counts, or for a mix the sums of its members."""

    dimension: Dimension
    shown: Array
    everyone: Array  # (segments, bins) without any filter
    chosen: Mask  # (bins,) whether the chart's own filter lets a bin pass
    customers: int  # that the other filters let pass
    middle: float | None = None  # median of a number among them
    overall_middle: float | None = None


@dataclass(frozen=True)
class Points:
    """A sample for the map: positions and segment, those inside the map's own filter marked."""

    x: Array
    y: Array
    segment: Array
    inside: Mask
    ghost_x: Array
    ghost_y: Array
    customers: int  # that the other filters let pass, of which the points are a sample


class Cube:
    """One run's customers, coded once and counted often. Safe to use from several threads."""

    def __init__(self, it: Segmentation) -> None:
        self.dimensions = {dimension.name: dimension for dimension in dimensions(it)}
        segments = it.assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64)
        self.n, self.k = len(segments), it.k
        shuffled = np.random.default_rng(_SEED).permutation(self.n)
        order = shuffled[np.argsort(segments[shuffled], kind="stable")]
        self._segments = segments[order]
        self._starts = np.searchsorted(self._segments, np.arange(self.k + 1))
        self.x = it.projection[Projection.X].to_numpy(dtype=np.float64)[order]
        self.y = it.projection[Projection.Y].to_numpy(dtype=np.float64)[order]
        self._values: dict[str, Array] = {}
        self._amounts: dict[str, Array] = {}
        self._codes: dict[str, Array] = {}
        for group in mixes(it):
            self._add_mix(group, it, order)
        for dimension in self.dimensions.values():
            if dimension.kind in ("number", "category"):
                self._add_column(dimension, it, order)
        self._masks: OrderedDict[tuple[str, Filter], Mask] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def everyone(self) -> Filtered:
        """No filter at all."""
        return Filtered(self, Selection())

    def filtered(self, selection: Selection) -> Filtered:
        """The customers under ``selection``."""
        return Filtered(self, selection) if selection else self.everyone

    def span(self) -> float:
        """Width or height of the map, whichever is larger."""
        return float(max(np.ptp(self.x), np.ptp(self.y))) if self.n else 0.0

    def mask(self, name: str, chosen: Filter) -> Mask:
        """Who passes one filter, (n,); kept for the next click."""
        with self._lock:
            if (name, chosen) in self._masks:
                self._masks.move_to_end((name, chosen))
                return self._masks[name, chosen]
        made = self._make_mask(self.dimensions[name], chosen)
        made.setflags(write=False)
        with self._lock:
            self._masks[name, chosen] = made
            while len(self._masks) > _MASKS_KEPT:
                self._masks.popitem(last=False)
        return made

    def bins_passing(self, dimension: Dimension, chosen: Filter | None) -> Mask:
        """Which bins a filter lets pass (a number's bin: wholly or in part)."""
        if isinstance(chosen, Values):
            return np.isin(np.array(dimension.tokens, dtype=object), np.array(chosen.tokens, dtype=object))
        if isinstance(chosen, Range):
            lows, highs = np.array(dimension.edges[:-1]), np.array(dimension.edges[1:])
            low, high = _ends(chosen)
            return (highs > low) & (lows < high)
        return np.ones(dimension.bins, dtype=np.bool_)

    def counts(self, name: str, mask: Mask | None) -> Array:
        """Customers by segment and bin, (k, bins); customers without a value are in no bin."""
        if name == SEGMENT:
            return np.diag(self.by_segment(mask))
        codes, bins = self._codes[name], self.dimensions[name].bins + 1
        counted = np.bincount(codes if mask is None else codes[mask], minlength=self.k * bins)
        return counted.reshape(self.k, bins)[:, :-1]

    def amounts(self, name: str, mask: Mask | None) -> Array:
        """Sums of a mix's members by segment, (k, members)."""
        table = self._amounts[name]
        weights = np.ones(self.n) if mask is None else mask.astype(np.float64)
        return np.stack([weights[first:last] @ table[first:last]
                         for first, last in pairwise(self._starts)])

    def by_segment(self, mask: Mask | None) -> Array:
        """Customers by segment, (k,)."""
        if mask is None:
            return np.diff(self._starts)
        return np.array([np.count_nonzero(mask[first:last])
                         for first, last in pairwise(self._starts)])

    def median(self, name: str, mask: Mask | None) -> float | None:
        """Median of a number among those whose value is known."""
        values = self._values[name] if mask is None else self._values[name][mask]
        known = values[np.isfinite(values)]
        return float(np.median(known)) if len(known) else None

    def sample(self, mask: Mask | None, size: int) -> Array:
        """Rows of a sample in proportion to the segments, at least 30 of each, the same for the same customers."""
        rows = np.arange(self.n) if mask is None else np.flatnonzero(mask)
        if len(rows) <= size:
            return rows
        cuts = np.searchsorted(rows, self._starts)
        counts = np.diff(cuts)
        least = min(30, size // max(1, self.k))
        spare = max(0, size - least * self.k)
        wanted = np.minimum(counts, least + np.floor(counts * (spare / len(rows))).astype(np.int64))
        return np.concatenate([rows[cut:cut + number] for cut, number in zip(cuts, wanted, strict=False)])

    def segment_of(self, rows: Array) -> Array:
        """Segment numbers of rows."""
        picked: Array = self._segments[rows]
        return picked

    # ------------------------------------------------------------------ building

    def _add_mix(self, group: Group, it: Segmentation, order: Array) -> None:
        table = np.column_stack([to_numbers(it.customers[member]) for member in group.members])[order]
        table = np.where(np.isfinite(table) & (table > 0), table, 0.0)
        most = np.where(table.max(axis=1) > 0, table.argmax(axis=1), len(group.members))
        self._amounts[mix_name(group)] = table
        self._store_codes(mix_name(group), most)

    def _add_column(self, dimension: Dimension, it: Segmentation, order: Array) -> None:
        series = it.customers[dimension.column]
        if dimension.kind == "number":
            values = to_numbers(series)[order]
            self._values[dimension.name] = values
            places = np.searchsorted(np.array(dimension.edges[1:-1]), values, side="right")
            self._store_codes(dimension.name, np.where(np.isfinite(values), places, dimension.bins))
            return
        words = to_words(it.dataset.column(dimension.column), series)
        bins = {token: place for place, token in enumerate(dimension.tokens)}
        named = words.map({word: bins.get(word, bins.get(REST)) for word in words.dropna().unique()})
        missing = bins.get(UNKNOWN, dimension.bins)
        codes = named.astype("Float64").fillna(missing).to_numpy(dtype=np.int64)
        self._store_codes(dimension.name, codes[order])

    def _store_codes(self, name: str, codes: Array) -> None:
        """Segment and bin in one small integer; the last bin of each segment holds those without a value."""
        bins = self.dimensions[name].bins + 1
        width = np.uint16 if self.k * bins < 2**16 else np.int64
        self._codes[name] = (self._segments * bins + codes).astype(width)

    def _make_mask(self, dimension: Dimension, chosen: Filter) -> Mask:
        if isinstance(chosen, Area):
            return inside(self.x, self.y, chosen.corners)
        if isinstance(chosen, Range):
            low, high = _ends(chosen)
            values = self._values[dimension.name]
            within: Mask = (values >= low) & (values < high)
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
        self._failed: Array = np.zeros(cube.n, dtype=np.uint8)
        for mask in self._own.values():
            self._failed += ~mask

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """Everything that can be counted and filtered by."""
        return self._cube.dimensions

    @cached_property
    def _all(self) -> Mask | None:
        return self._failed == 0 if self._own else None

    @cached_property
    def customers(self) -> int:
        """How many pass every filter."""
        return self._cube.n if self._all is None else int(np.count_nonzero(self._all))

    @cached_property
    def by_segment(self) -> Array:
        """How many of each segment pass every filter, (k,)."""
        return self._cube.by_segment(self._all)

    def slice(self, name: str) -> Slice:
        """What the chart of dimension ``name`` shows."""
        if name not in self._slices:
            self._slices[name] = self._slice(name)
        return self._slices[name]

    def _slice(self, name: str) -> Slice:
        cube, dimension, mask = self._cube, self._cube.dimensions[name], self._without(name)
        count = cube.amounts if dimension.kind == "mix" else cube.counts
        everyone = cube.everyone
        whole = mask is None and self is not everyone
        base = everyone.slice(name) if self is not everyone else None
        number = dimension.kind == "number"
        overall = base.overall_middle if base else cube.median(name, None) if number else None
        return Slice(
            dimension=dimension, chosen=cube.bins_passing(dimension, self.selection.filters.get(name)),
            shown=base.shown if base and whole else count(name, mask),
            everyone=base.everyone if base else count(name, None),
            customers=cube.n if mask is None else int(np.count_nonzero(mask)),
            middle=(overall if mask is None else cube.median(name, mask)) if number else None, overall_middle=overall,
        )

    def points(self) -> Points:
        """What the map shows."""
        cube, mask = self._cube, self._without(MAP)
        rows = cube.sample(mask, MAP_POINTS)
        ghosts = cube.sample(None, GHOST_POINTS)
        own = self._own.get(MAP)
        return Points(
            x=cube.x[rows], y=cube.y[rows], segment=cube.segment_of(rows),
            inside=np.ones(len(rows), dtype=np.bool_) if own is None else own[rows], ghost_x=cube.x[ghosts],
            ghost_y=cube.y[ghosts], customers=cube.n if mask is None else int(np.count_nonzero(mask)))

    def _without(self, name: str) -> Mask | None:
        """Who passes every filter but that of ``name``; None stands for everybody."""
        if name not in self._own:
            return self._all
        if len(self._own) == 1:
            return None
        others: Mask = (self._failed - (~self._own[name]).astype(np.uint8)) == 0
        return others


def _ends(chosen: Range) -> tuple[float, float]:
    return -np.inf if chosen.low is None else chosen.low, np.inf if chosen.high is None else chosen.high
