"""What an engine gives: all customers behind one face, wherever they are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Dataset, Ledger
from pipeline.engine.kernels import Kernel, Parts, Transform, salted, smallest

SAMPLE = 100_000  # customers from whom everything is decided; up to so many, they are everybody


@dataclass(frozen=True)
class Sample:
    """Customers drawn by hash, in canonical order, with the hashes by which further draws are made of them."""

    customers: pd.DataFrame  # columns as in ``Cleaned.customers``
    hashes: npt.NDArray[np.uint64]  # (m,)

    def drawn(self, m: int, salt: str) -> npt.NDArray[np.int64]:
        """Places of ``m`` of them, rising; all of them where they are no more."""
        return smallest(salted(self.hashes, salt), m)


class Population(Protocol):
    """The cleaned customers of one source."""

    @property
    def dataset(self) -> Dataset:
        """What the columns mean."""
        ...

    @property
    def ledger(self) -> Ledger:
        """The account of every row."""
        ...

    @property
    def n(self) -> int:
        """How many customers there are."""
        ...

    def fold(self, kernel: Kernel) -> Parts:
        """The kernel's answer about all of them, the same bits for every way of cutting them into blocks."""
        ...

    def sample(self, m: int = SAMPLE, salt: str = "sample") -> Sample:
        """Those with the ``m`` smallest salted hashes; their key is their place among all where the engine knows it."""
        ...

    def prepared(self, transform: Transform) -> AbstractContextManager[Population]:
        """The same customers with the clustered space at hand for the length of a block, as many passes need it."""
        ...
