"""What an engine gives: all customers behind one face, wherever they are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from pipeline.contract import Dataset
from pipeline.folding.drawing import Sample
from pipeline.folding.kernels import Kernel, Parts, Transform


class Population(Protocol):
    """The cleaned customers of one source."""

    @property
    def dataset(self) -> Dataset:
        """What the columns mean."""
        ...

    @property
    def n(self) -> int:
        """How many customers there are."""
        ...

    def fold(self, kernel: Kernel) -> Parts:
        """The kernel's answer about all of them, the same bits for every way of cutting them into blocks."""
        ...

    def sample(self) -> Sample:
        """Those from whom everything is decided (``deciding``); their key is their place among all, where it is known.

        Where rows have no places, as on a cluster, the key numbers the sample.
        """
        ...

    def prepared(self, transform: Transform) -> AbstractContextManager[Population]:
        """The same customers with the clustered space at hand for the length of a block, as many passes need it."""
        ...
