"""A run's customers as arrays that are quick to count: sorted by segment, each value the number of its bin."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from dashapp.selecting.dimensions import SURE, THREADS, Array, Dimension, mix_name, mixes
from dashapp.selecting.on_disk import category_bins
from dashapp.selecting.reactions import offers
from dashapp.selecting.rfm_filter import rfm_places
from pipeline.contract import Assignments, Group, Projection, Segmentation, population

OFFERS = "offers"  # beside the mixes, whose names have a dot
_SEED = 20_140_629


@dataclass(frozen=True)
class CodedNumbers:
    """A number of every customer, left where the run has it; a cube's rows of it are looked up when they are wanted."""

    stored: Array  # (n,) in canonical order, NaN where not known
    order: Array  # (n,) row of the cube -> place

    def take(self, rows: Array | None) -> Array:
        """The values of these rows; None: of all, in the cube's order."""
        return self.stored.take(self.order if rows is None else self.order.take(rows))

    def within(self, low: float, high: float) -> Array:
        """Whether the value of each row is from ``low`` to below ``high``, (n,)."""
        return ((self.stored >= low) & (self.stored < high)).take(self.order)


@dataclass(frozen=True)
class Coded:
    """Customers by row, sorted by segment and shuffled within; arrays by the name of their dimension."""

    order: Array  # (n,) row here -> place in canonical order
    segments: Array  # (n,)
    starts: Array  # (k + 1,) first row of each segment, and the end
    x: Array  # (n,) place on the map
    y: Array
    rising: Array  # (n,) rows from the bottom of the map to its top
    values: dict[str, CodedNumbers] = field(default_factory=dict)  # of numbers
    amounts: dict[str, Array] = field(default_factory=dict)  # (members, n) of mixes, (offers, n) of ``OFFERS``
    codes: dict[str, Array] = field(default_factory=dict)  # (n,) segment and bin in one small integer

    def add_mix(self, group: Group, segmentation: Segmentation) -> None:
        """The amounts of a mix's members, and which of them is the largest."""
        members = [population.positive(population.to_numbers(segmentation.customers[name])) for name in group.members]
        self.amounts[mix_name(group)] = np.stack([amounts[self.order] for amounts in members])
        self._store_codes(mix_name(group), population.bins_of_mix(members)[self.order], len(group.members) + 1)

    def add_rfm(self, dimension: Dimension, places: Array) -> None:
        """The bins of RFM cells or scores."""
        self._store_codes(dimension.name, places[self.order], dimension.bins)

    def add_column(self, dimension: Dimension, segmentation: Segmentation) -> None:
        """The values of a number and their bins, or the bins of a category."""
        measured = dimension.name == SURE  # by the analysis, and no column of the data
        series = (
            segmentation.assignments[Assignments.SILHOUETTE] if measured else segmentation.customers[dimension.column]
        )
        if dimension.kind == "number":
            values = population.to_numbers(series)
            self.values[dimension.name] = CodedNumbers(values, self.order)
            places = population.bins_of_number(values, dimension.edges)
            self._store_codes(dimension.name, places[self.order], dimension.bins)
            return
        places, words = population.to_codes(segmentation.dataset.column(dimension.column), series)
        self._store_codes(dimension.name, category_bins(dimension, places, words)[self.order], dimension.bins)

    def _store_codes(self, name: str, places: Array, bins: int) -> None:
        """Segment and bin in one small integer; one more bin of each segment holds those without a value."""
        k = len(self.starts) - 1
        codes = self.segments.astype(np.int64) * (bins + 1) + places
        self.codes[name] = codes.astype(np.min_scalar_type(k * (bins + 1)))


def coded_customers(segmentation: Segmentation, dimensions: Iterable[Dimension]) -> Coded:
    """The customers of a run, coded for its ``dimensions``."""
    segments = segmentation.assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64)
    shuffled = np.random.default_rng(_SEED).permutation(len(segments))
    if segmentation.everybody is not None:
        shuffled = shuffled[segmentation.everybody.weights[shuffled] > 0]  # who stands for nobody is not counted
    order = shuffled[np.argsort(segments[shuffled], kind="stable")]
    y = segmentation.projection[Projection.Y].to_numpy(dtype=np.float64)[order]
    coded = Coded(
        order=order,
        segments=segments[order].astype(np.min_scalar_type(segmentation.k)),
        starts=np.searchsorted(segments[order], np.arange(segmentation.k + 1)),
        x=segmentation.projection[Projection.X].to_numpy(dtype=np.float64)[order],
        y=y,
        rising=np.argsort(y),
    )
    coded.amounts[OFFERS] = np.ascontiguousarray(offers(segmentation)[:, order])
    for group in mixes(segmentation):
        coded.add_mix(group, segmentation)
    of_columns = []
    for dimension in dimensions:
        places = rfm_places(segmentation.rfm_scores, dimension)
        if places is not None:
            coded.add_rfm(dimension, places)
        elif dimension.kind in ("number", "category"):
            of_columns.append(dimension)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda dimension: coded.add_column(dimension, segmentation), of_columns))
    return coded
