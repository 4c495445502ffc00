"""What a reader of a run has of customers who are not in memory, beside the rows of their sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract.population.population_record import PopulationRecord
from pipeline.contract.population.tally_tables import Tallies

Weight = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Everybody:
    """All customers of a run whose own tables hold a sample of them.

    ``weights`` are of the sample's rows, (n,), and add up to each segment's exact size. ``tallies`` and ``pairs`` are
    None where only the sample may be told of. ``files`` are everybody's Parquet tables by name, where they can be read.
    """

    rows: int
    sampled: int
    weights: Weight
    population: PopulationRecord | None = None
    tallies: pd.DataFrame | None = None
    pairs: pd.DataFrame | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    planned: bool = False  # whether the run has a campaign plan, of which a row a customer is too much

    @property
    def elsewhere(self) -> bool:
        """Whether the rows of all stayed where they were counted, so that nothing was made of single ones."""
        return self.population is not None and self.population.address is not None

    def categories(self, column: str) -> frozenset[str]:
        """Every category that was counted of a column; none where nothing was."""
        if self.tallies is None:
            return frozenset()
        mine = self.tallies[Tallies.SOURCE].eq("category") & self.tallies[Tallies.NAME].eq(column)
        return frozenset(self.tallies.loc[mine & self.tallies[Tallies.BIN].ge(0), Tallies.WORD])


def stand_in_weights(weights: Weight, segments: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Weight:
    """The sample's weights, (n,), raised or lowered within each segment so that they add up to its size, (k,).

    Post-stratification (Holt and Smith 1979): the sample was drawn by the segments of one k, and the sizes of every
    other k's segments are known as well.
    """
    held = np.bincount(segments, weights, minlength=len(sizes))
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(held > 0, sizes / held, 0.0)
    raised: Weight = weights * factor[segments]
    return raised


def self_weighting(weights: Weight) -> npt.NDArray[np.int64]:
    """Rising rows of which each stands for as many as the heaviest does: drawn in equal steps of the weights' sum."""
    heaviest = float(weights.max(initial=0.0))
    if heaviest <= 0:
        return np.empty(0, np.int64)
    steps = np.floor(np.cumsum(weights / heaviest) + 0.5)
    return np.flatnonzero(np.diff(steps, prepend=0.0) > 0)
