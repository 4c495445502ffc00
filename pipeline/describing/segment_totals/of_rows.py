"""Tables of all customers from their rows, where these are all at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.contract import Matrix
from pipeline.describing.describe import (
    CategoryColumn,
    profile_categories,
    reaches,
    read_categories,
    revenue_shares,
)
from pipeline.describing.passive import PassiveColumn, describe_passive, read_traits
from pipeline.describing.segment_profiles import profile
from pipeline.segmenting import davies_bouldin, dispersion
from pipeline.stages import Cleaned, Features, Partition


@dataclass(frozen=True)
class RowTotals:
    """What the customers at hand add up to, for every k; ``Everybody`` tells the same of more than fit here."""

    cleaned: Cleaned
    features: Features
    partitions: Mapping[int, Partition]

    @cached_property
    def _traits(self) -> tuple[PassiveColumn, ...]:
        return read_traits(self.cleaned.customers, self.cleaned.dataset)

    @cached_property
    def _categories(self) -> tuple[CategoryColumn, ...]:
        return read_categories(self.cleaned.customers, self.cleaned.dataset)

    @cached_property
    def _profiles(self) -> Mapping[int, pd.DataFrame]:
        partitions = list(self.partitions.values())
        tables = profile(self.cleaned.customers, self.cleaned.dataset, self.features, partitions)
        return dict(zip(self.partitions, tables, strict=True))

    @cached_property
    def _dispersion(self) -> float:
        return dispersion(self.features.matrix)

    def sizes(self, k: int) -> tuple[int, ...]:
        """Customers of each segment."""
        return tuple(np.bincount(self.partitions[k].labels, minlength=k).tolist())

    def scatter(self, _: int) -> float:
        """Sum of squared distances of all from their mean."""
        return self._dispersion

    def profiles(self, k: int) -> pd.DataFrame:
        """The ``profiles`` table."""
        return self._profiles[k]

    def category_profiles(self, k: int) -> pd.DataFrame:
        """The ``category_profiles`` table."""
        return profile_categories(self._categories, self.partitions[k])

    def passive(self, k: int) -> pd.DataFrame:
        """The ``passive`` table."""
        return describe_passive(self._traits, self.partitions[k].labels, k)

    def revenue_shares(self, k: int) -> Sequence[float | None]:
        """Each segment's share of the total spend; None where the data set has no spend."""
        return revenue_shares(self.cleaned.customers, self.cleaned.dataset, self.partitions[k].labels, k)

    def davies_bouldin(self, k: int, distances: Matrix) -> float:
        """See ``segmenting.davies_bouldin``; ``distances`` are those of all customers to their own centre, (n,)."""
        return davies_bouldin(self.partitions[k], distances)

    def reach(self, k: int, distances: Matrix) -> tuple[float, ...]:
        """Distance within which ``FIT_QUANTILE`` of each segment's customers lie."""
        return reaches(self.partitions[k].labels, distances, k)
