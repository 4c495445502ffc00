"""Counts of a run's customers under a selection, fast enough for a click: every chart obeys all filters but its own.

Rows are sorted by segment (``coding``), so that sums by segment are sums over slices and the first rows of a slice are
a random sample of it. All of it is NumPy over small integer codes; nothing here knows of Dash.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

import numpy as np

from dashapp.lru import LruCache
from dashapp.selecting.coding import OFFERS, coded_customers
from dashapp.selecting.dimensions import (
    SEGMENT,
    Array,
    Dimension,
    dimensions,
)
from dashapp.selecting.filtered import Filtered, Rows
from dashapp.selecting.medians import median
from dashapp.selecting.on_disk import Tallied, weighted_median
from dashapp.selecting.outlines import inside
from dashapp.selecting.rfm_filter import rfm_dimensions
from dashapp.selecting.selection import Area, Filter, Range, Selection, Values, page_parameters, parse_query
from dashapp.selecting.slices import Mask
from pipeline.contract import Segmentation

_MASKS_KEPT, _SELECTIONS_KEPT = 48, 4
_LEAST_MASKS, _MASKED = 12, 12_000_000  # masks, and customers in all of them: a byte each
_LEAST_SELECTIONS, _SELECTED = 2, 2_000_000  # the same of selections: a dozen bytes each


class Cube:
    """One run's customers, coded once and counted often. Safe to use from several threads."""

    def __init__(self, segmentation: Segmentation, reserved: frozenset[str] = frozenset()) -> None:
        """``reserved``: names in the address that pages keep for themselves."""
        self._reserved = reserved
        every = (*dimensions(segmentation, reserved), *rfm_dimensions(segmentation))
        self.dimensions = {dimension.name: dimension for dimension in every}
        coded = coded_customers(segmentation, self.dimensions.values())
        everybody = segmentation.everybody
        self.k, self.order = segmentation.k, coded.order
        self.n = everybody.rows if everybody else len(coded.order)
        self.sampled = everybody.sampled if everybody else 0
        self.weights = everybody.weights[coded.order] if everybody else None  # (rows,); None: each stands for herself
        self.tallied = Tallied(segmentation, every) if everybody and everybody.tallies is not None else None
        self._asked = [campaign.column for campaign in segmentation.dataset.campaigns]
        self.x, self.y, self._rising = coded.x, coded.y, coded.rising
        self._segments, self._starts = coded.segments, coded.starts
        self._values, self._amounts, self._codes = coded.values, coded.amounts, coded.codes
        masks = min(_MASKS_KEPT, _MASKED // max(1, len(self.order)))
        self._alike = self._weights_alike()
        self._masks: LruCache[tuple[str, Filter], Mask] = LruCache(max(_LEAST_MASKS, masks))
        self._selections = self._no_selections()

    def _no_selections(self) -> LruCache[tuple[tuple[str, Filter], ...], Filtered]:
        kept = min(_SELECTIONS_KEPT, _SELECTED // max(1, len(self.order)))
        return LruCache(max(_LEAST_SELECTIONS, kept))

    def _weights_alike(self) -> Array | None:
        """The weight that all rows of a segment have, (k,); None where they differ, or there are none."""
        if self.weights is None:
            return None
        first = np.append(self.weights, 0.0)[self._starts[:-1]]
        return first if np.array_equal(np.repeat(first, np.diff(self._starts)), self.weights) else None

    def retold(self, tell: Callable[[str], str]) -> Cube:
        """The same customers with labels told anew; codes, values and masks are shared."""
        made = copy.copy(self)
        made.__dict__.pop("everyone", None)
        made._selections = made._no_selections()  # their slices have labels
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
        return float(max(np.ptp(self.x), np.ptp(self.y))) if len(self.x) else 0.0

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

    def count(self, rows: Rows) -> int:
        """Customers whom these rows stand for."""
        if rows is None:
            return self.n
        return len(rows) if self.weights is None else round(float(self.weights.take(rows).sum()))

    def counts(self, name: str, rows: Rows) -> Array:
        """Customers by segment and bin, (k, bins); customers without a value are in no bin."""
        if name == SEGMENT:
            return np.diag(self.by_segment(rows))
        if rows is None and self.tallied:
            return self.tallied.counts(name)
        codes, bins = self._codes[name], self.dimensions[name].bins + 1
        places = codes if rows is None else codes.take(rows)
        if self._alike is not None:
            counted = np.bincount(places, minlength=self.k * bins).reshape(self.k, bins) * self._alike[:, None]
            return np.rint(counted[:, :-1]).astype(np.int64)
        return self._summed(places, rows, self.k * bins).reshape(self.k, bins)[:, :-1]

    def _summed(self, places: Array, rows: Rows, length: int) -> Array:
        """Customers at each place, of those whom the rows stand for."""
        if self.weights is None:
            return np.bincount(places, minlength=length)
        weights = self.weights if rows is None else self.weights.take(rows)
        return np.rint(np.bincount(places, weights, minlength=length)).astype(np.int64)

    def together(self, across: str, up: str, rows: Rows, amount: str = "") -> Array:
        """Customers by the bins of two dimensions, or the sum of a number; who has no value of either is left out."""
        told = self.tallied.together(across, up, amount=bool(amount)) if rows is None and self.tallied else None
        if told is not None:
            return told
        high = self.dimensions[up].bins + 1
        crossed = self._bins_of(across, rows).astype(np.int64) * high + self._bins_of(up, rows)
        length = (self.dimensions[across].bins + 1) * high
        if amount:
            counted = np.bincount(crossed, np.nan_to_num(self._weighed(self._values[amount].take(rows), rows)), length)
        else:
            counted = self._summed(crossed, rows, length)
        return counted.reshape(-1, high)[:-1, :-1]

    def _weighed(self, values: Array, rows: Rows) -> Array:
        """Values of rows, (..., rows), times the customers whom each stands for."""
        if self.weights is None:
            return values
        return values * (self.weights if rows is None else self.weights.take(rows))

    def _bins_of(self, name: str, rows: Rows) -> Array:
        stored = self._segments if name == SEGMENT else self._codes[name]
        codes = stored if rows is None else stored.take(rows)
        return codes if name == SEGMENT else codes % (self.dimensions[name].bins + 1)

    def amounts(self, name: str, rows: Rows) -> Array:
        """Sums of a mix's members by segment, (k, members)."""
        if rows is None and self.tallied:
            return self.tallied.answers(self._asked) if name == OFFERS else self.tallied.amounts(name)
        table = self._weighed(self._amounts[name] if rows is None else self._amounts[name].take(rows, axis=1), rows)
        cuts = self._starts if rows is None else np.searchsorted(rows, self._starts)
        return np.stack([table[:, first:last].sum(axis=1) for first, last in pairwise(cuts)])

    def sums(self, name: str, rows: Rows) -> Array:
        """Sum of a number by segment, (k,); a value that is not known adds nothing."""
        if rows is None and self.tallied:
            return self.tallied.sums(name)
        values = self._weighed(self._values[name].take(rows), rows)
        cuts = self._starts if rows is None else np.searchsorted(rows, self._starts)
        return np.array([np.nansum(values[first:last]) for first, last in pairwise(cuts)])

    def by_segment(self, rows: Rows) -> Array:
        """Customers by segment, (k,)."""
        if rows is None and self.tallied:
            return self.tallied.sizes
        if self.weights is not None:
            return self._summed(self._segments if rows is None else self._segments.take(rows), rows, self.k)
        return np.diff(self._starts if rows is None else np.searchsorted(rows, self._starts))

    def median(self, name: str, rows: Rows, counts: Array) -> float | None:
        """Median of a number among those whose value is known, given their ``counts`` by bin."""
        if rows is None and self.tallied:
            return self.tallied.middle(name)
        if self.weights is not None:
            weights = self.weights if rows is None else self.weights.take(rows)
            bins = self._bins_of(name, rows)
            return weighted_median(self._values[name], weights, bins, self.dimensions[name].bins, rows)
        return median(self._values[name], self._codes[name], self.k, rows, counts)

    def sample(self, rows: Rows, size: int) -> Array:
        """Rows of a sample in proportion to the segments, at least 30 of each, the same for the same customers."""
        rows = np.arange(len(self.order)) if rows is None else rows
        if len(rows) <= size:
            return rows
        cuts = np.searchsorted(rows, self._starts)
        counts = self._summed(self._segments.take(rows), rows, self.k)
        least = min(30, size // max(1, self.k))
        spare = max(0, size - least * self.k)
        wanted = least + np.floor(counts * (spare / max(1, counts.sum()))).astype(np.int64)
        wanted = np.minimum(np.diff(cuts), wanted)
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


def _ends(chosen: Range) -> tuple[float, float]:
    return -np.inf if chosen.low is None else chosen.low, np.inf if chosen.high is None else chosen.high
