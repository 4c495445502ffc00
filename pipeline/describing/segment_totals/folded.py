"""Tables of all customers where those at hand are a sample of them: the same words, from sums that an engine made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.contract import CATEGORY_KINDS, FIT_QUANTILE, Column, Dataset, Matrix, SegmentRule
from pipeline.describing.describe import category_part, category_table, in_reading_order, shares_of_total
from pipeline.describing.passive import PassiveColumn, means_of, passive_table, shares_of
from pipeline.describing.rules import as_plain
from pipeline.describing.segment_profiles import PROFILED, Summed, profile_table
from pipeline.folding import (
    Aggregation,
    Beside,
    Categories,
    Meeting,
    NumberColumns,
    Placed,
    Population,
    Several,
    Space,
    Totals,
    by_segment,
    column_values,
    order_statistics,
)
from pipeline.processors import give_back
from pipeline.segmenting import davies_bouldin_of
from pipeline.stages import Partition

_NOBODY = np.empty(0)
_ROWS = 10_000


@dataclass(frozen=True)
class FoldedTotals:
    """What all customers add up to, for every k."""

    dataset: Dataset
    partitions: Mapping[int, Partition]
    raw: tuple[Column, ...]  # columns of numbers, as in ``Totals``
    active: tuple[str, ...]  # and after them those of the clustered space
    shift: Matrix
    medians: Mapping[str, float]
    orders: Mapping[str, tuple[str, ...]]  # categories as a reader expects them
    totals: Mapping[int, Totals]

    @classmethod
    def of(cls, population: Population, space: Space, partitions: Mapping[int, Partition]) -> FoldedTotals:
        """In some passes over all customers, whatever the number of k."""
        give_back()  # the largest folds follow, and many threads have kept what they freed
        dataset = population.dataset
        present = population.sample().customers
        raw = tuple(column for column in dataset.columns if column.kind in PROFILED and column.name in present)
        texts = [column for column in dataset.columns if column.kind in CATEGORY_KINDS and column.name in present]
        guides = {
            k: partition.centres if partition.guide is None else partition.guide for k, partition in partitions.items()
        }
        centres = {k: partition.centres for k, partition in partitions.items()}
        measured = Beside(NumberColumns(tuple(column.name for column in raw)), space.source)
        placed = Placed(space.source, guides, centres, tuple(space.middle.tolist()))
        shift = _means(measured, present)
        orders = _orders(population, texts)
        totals = by_segment(population, Aggregation(placed, measured, shift, orders, FIT_QUANTILE))
        known = next(iter(totals.values())).known.sum(axis=0)[: len(raw)]
        medians = _medians(population, raw, known.tolist())
        return cls(dataset, partitions, raw, space.source.columns, shift, medians, orders, totals)

    def profiles(self, k: int) -> pd.DataFrame:
        """The ``profiles`` table."""
        own, parts = self.totals[k], []
        for place, column in enumerate(self.raw):
            at = len(self.raw) + self.active.index(column.name) if column.name in self.active else place
            compared = (own.sums[:, at], own.squares[:, at])
            parts.append(
                Summed(
                    column,
                    float(self.shift[place]),
                    own.known[:, place],
                    own.sums[:, place],
                    own.squares[:, place],
                    compared,
                    own.quartiles[:, :, place],
                    self._mean(k, place),
                    self.medians[column.name],
                ).rows()
            )
        return profile_table(parts)

    def category_profiles(self, k: int) -> pd.DataFrame:
        """The ``category_profiles`` table."""
        own = self.totals[k].categories
        return category_table(
            [category_part(self.dataset.column(name), order, own[name]) for name, order in self.orders.items()]
        )

    def passive(self, k: int) -> pd.DataFrame:
        """The ``passive`` table; members of a group are left out, their shares speak for them."""
        own, places, parts = self.totals[k], {column.name: place for place, column in enumerate(self.raw)}, []
        for column in self.dataset.with_role("passive"):
            if column.group is not None or not {column.name} & (places.keys() | self.orders.keys()):
                continue
            if column.name in self.orders:
                counts = own.categories[column.name]
                trait = PassiveColumn(column, self.orders[column.name], None, _NOBODY)
                parts += shares_of(trait, counts, counts.sum(axis=1), own.sizes)
                continue
            place = places[column.name]
            n, sums, squares = own.known[:, place], own.sums[:, place], own.squares[:, place]
            if column.kind == "flag":
                yes = np.rint(sums + n * self.shift[place]).astype(np.int64)
                parts += shares_of(PassiveColumn(column, ("",), None, _NOBODY), yes[:, None], n, own.sizes)
            else:
                trait = PassiveColumn(column, (), None, _NOBODY, self._mean(k, place))
                parts.append(means_of(trait, float(self.shift[place]), n, sums, squares, own.sizes))
        return passive_table(parts)

    def revenue_shares(self, k: int) -> Sequence[float | None]:
        """Each segment's share of the total spend; None where the data set has no spend."""
        spend, own = self.dataset.meaning("spend"), self.totals[k]
        places = [place for place, column in enumerate(self.raw) if spend is not None and column.name == spend.name]
        if not places:
            return [None] * k
        return shares_of_total(own.sums[:, places[0]] + own.known[:, places[0]] * self.shift[places[0]])

    def davies_bouldin(self, k: int, _: Matrix) -> float:
        """See ``segmenting.davies_bouldin``."""
        own = self.totals[k]
        return davies_bouldin_of(self.partitions[k].centres, own.distances / own.sizes)

    def reach(self, k: int, _: Matrix) -> tuple[float, ...]:
        """Distance within which ``FIT_QUANTILE`` of each segment's customers lie."""
        return tuple(self.totals[k].reach.tolist())

    def sizes(self, k: int) -> tuple[int, ...]:
        """Customers of each segment."""
        return tuple(self.totals[k].sizes.tolist())

    def scatter(self, k: int) -> float:
        """Sum of squared distances of all from their mean: what is within the segments, and between them."""
        partition, weights = self.partitions[k], self.totals[k].sizes.astype(np.float64)
        apart = partition.centres - weights @ partition.centres / weights.sum()
        return partition.inertia + float(weights @ (apart**2).sum(axis=1))

    def _mean(self, k: int, place: int) -> float:
        own = self.totals[k]
        known = int(own.known[:, place].sum())
        return float(self.shift[place] + own.sums[:, place].sum() / known) if known else np.nan


def with_sizes(
    rules: Sequence[tuple[SegmentRule, ...]], population: Population, columns: tuple[str, ...]
) -> list[tuple[SegmentRule, ...]]:
    """The rules of every k with the number of all customers who meet them, in one pass."""
    every = [as_plain(rule.alternatives) for own in rules for rule in own]
    numbers = iter(population.fold(Meeting(columns, tuple(every)))["n"].tolist())
    return [tuple(rule.model_copy(update={"size": next(numbers)}) for rule in own) for own in rules]


def _means(measured: Beside, rows: pd.DataFrame) -> Matrix:
    """Mean of the known values of each column, (c,); 0 where there are none; some rows at a time."""
    sums, known = 0.0, 0
    for start in range(0, len(rows), _ROWS):
        part = rows.iloc[start : start + _ROWS]
        values = measured.matrix({name: column_values(part[name]) for name in measured.columns})
        there = ~np.isnan(values)
        sums, known = sums + np.where(there, values, 0.0).sum(axis=0), known + there.sum(axis=0)
    means: Matrix = sums / np.maximum(known, 1)
    return means


def _medians(population: Population, raw: Sequence[Column], known: Sequence[int]) -> dict[str, float]:
    names = [column.name for column, n in zip(raw, known, strict=True) if n]
    ranks = [np.array([(n - 1) // 2, n // 2]) for n in known if n]
    statistics = order_statistics(population, names, ranks) if names else []
    return {
        **{column.name: np.nan for column in raw},
        **{name: float(values.mean()) for name, values in zip(names, statistics, strict=True)},
    }


def _orders(population: Population, texts: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """Categories of each column in reading order, in one pass."""
    if not texts:
        return {}
    kernel = Several(tuple(Categories(column.name) for column in texts))
    parts = kernel.split(population.fold(kernel))
    return {
        column.name: tuple(in_reading_order(column, pd.Series(part["counts"], index=part["names"])))
        for column, part in zip(texts, parts, strict=True)
    }
