"""All customers counted before, in the shapes in which a cube counts those in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from dashapp.selecting.dimensions import RFM, SEGMENT, Array, Dimension, words_in
from dashapp.selecting.rfm_filter import COLUMNS
from pipeline.contract import Pairs, RfmScores, Segmentation, Tallies, population

_MIX = "main."


class Tallied:
    """Exact counts of a run's customers by the bins of its dimensions."""

    def __init__(self, segmentation: Segmentation, dimensions: Iterable[Dimension]) -> None:
        """Raises ``ValueError`` where the run has no tallies."""
        everybody = segmentation.everybody
        if everybody is None or everybody.tallies is None or everybody.population is None:
            raise ValueError("a run without tallies")
        self._k, self._it = segmentation.k, segmentation
        self._pairs, self._spreads = everybody.pairs, everybody.population.spreads
        by_name = everybody.tallies.groupby([Tallies.SOURCE, Tallies.NAME])
        self._tables: dict[object, pd.DataFrame] = {name: table for name, table in by_name}  # noqa: C416
        self._dimensions = {dimension.name: dimension for dimension in dimensions}

    @cached_property
    def sizes(self) -> Array:
        """Customers by segment, (k,)."""
        sizes = np.zeros(self._k, dtype=np.int64)
        for card in self._it.cards:
            sizes[card.segment] = card.size
        return sizes

    def counts(self, name: str) -> Array:
        """Customers by segment and bin, (k, bins); who has no value is in none."""
        if name == SEGMENT:
            return np.diag(self.sizes)
        return self._by_bin(name, Tallies.N, np.int64)

    def amounts(self, name: str) -> Array:
        """Sums of a mix's members by segment, (k, members)."""
        return self._by_bin(name, Tallies.TOTAL, np.float64)[:, :-1]

    def sums(self, name: str) -> Array:
        """Sum of a number by segment, (k,)."""
        table = self._table(name)
        return np.bincount(table[Tallies.SEGMENT], table[Tallies.TOTAL], minlength=self._k)

    def answers(self, columns: Iterable[str]) -> Array:
        """Customers asked, and who said yes, by segment and over all of these outcomes, (k, 2)."""
        made = np.zeros((self._k, 2))
        for column in columns:
            table = self._tables.get(("answers", column))
            if table is not None:
                np.add.at(made, table[Tallies.SEGMENT].to_numpy(), table[[Tallies.N, Tallies.TOTAL]].to_numpy())
        return made

    def middle(self, name: str) -> float | None:
        """Median of a number over all customers."""
        spread = self._spreads.get(self._dimensions[name].column)
        return spread.middle if spread else None

    def together(self, across: str, up: str, *, amount: bool = False) -> Array | None:
        """Customers by the bins of two dimensions, (bins across, bins up), or what they spend; None if not tallied."""
        if SEGMENT in (across, up):
            table = self.counts(up if across == SEGMENT else across)
            if across == up:
                return table
            return None if amount else table if across == SEGMENT else table.T
        if across == up:
            return None if amount else np.diag(self.counts(across).sum(axis=0))
        crossed = self._pair(across, up, Pairs.TOTAL if amount else Pairs.N)
        if crossed is not None:
            return crossed
        other = self._pair(up, across, Pairs.TOTAL if amount else Pairs.N)
        return None if other is None else other.T

    def _pair(self, across: str, up: str, value: str) -> Array | None:
        first, second = (self._dimensions[name] for name in (across, up))
        names = self._named(first), self._named(second)
        table = self._by_pair.get(names)
        if table is None:
            return None
        made = np.zeros((first.bins + 1, second.bins + 1), dtype=np.float64 if value == Pairs.TOTAL else np.int64)
        places = self._places(first, table[Pairs.LEFT_BIN]), self._places(second, table[Pairs.RIGHT_BIN])
        np.add.at(made, places, table[value].to_numpy())
        return made[:-1, :-1]

    @cached_property
    def _by_pair(self) -> Mapping[object, pd.DataFrame]:
        if self._pairs is None:
            return {}
        return {name: table for name, table in self._pairs.groupby([Pairs.LEFT, Pairs.RIGHT])}  # noqa: C416

    def _named(self, dimension: Dimension) -> str:
        return Pairs.named(*_source(dimension))

    def _table(self, name: str) -> pd.DataFrame:
        tallies: pd.DataFrame = self._tables[_source(self._dimensions[name])]
        return tallies

    def _by_bin(self, name: str, value: str, kind: type) -> Array:
        dimension, table = self._dimensions[name], self._table(name)
        made: Array = np.zeros((self._k, dimension.bins + 1), dtype=kind)
        words = bool(self._words(dimension))
        known = table[table[Tallies.BIN] >= 0]
        places = self._places(dimension, known[Tallies.WORD] if words else known[Tallies.BIN])
        np.add.at(made, (known[Tallies.SEGMENT].to_numpy(), places), known[value].to_numpy())
        return made[:, :-1]

    def _places(self, dimension: Dimension, bins: pd.Series) -> Array:
        """The place in a dimension of each bin as it was tallied; one more than there are where it has none."""
        words = self._words(dimension)
        if not words:
            return bins.to_numpy().astype(np.int64)
        return bins.map(words).fillna(dimension.bins).to_numpy(np.int64)

    def _words(self, dimension: Dimension) -> Mapping[str, int]:
        """Word of a category -> its bin; empty for all that is tallied by the number of the bin."""
        if dimension.kind != "category" or not dimension.column:
            return {}
        places = {token: place for place, token in enumerate(dimension.tokens)}
        rest = places.get(population.REST, dimension.bins)
        column = self._it.dataset.column(dimension.column)
        return {str(word): places.get(str(word), rest) for word in words_in(self._it, column).index}


def _source(dimension: Dimension) -> tuple[population.TallySource, str]:
    """Under which names a dimension's bins were tallied."""
    if dimension.kind == "mix":
        return "mix", dimension.name.removeprefix(_MIX)
    if dimension.name == RFM:
        return "rfm", RfmScores.CELL
    if dimension.name in COLUMNS:
        return "rfm", COLUMNS[dimension.name]
    return ("number" if dimension.kind == "number" else "category"), dimension.column
