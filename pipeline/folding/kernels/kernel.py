"""What a kernel is: parts of blocks of rows, joined in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Rows = Mapping[str, Any]  # columns of one block: float64 (n,) with NaN for unknown; texts as pyarrow arrays
Parts = Mapping[str, Array]

BLOCK = 8_192  # rows that are looked at together, so that what is computed of them stays in the processor's cache


class Kernel(Protocol):
    """One question about all customers, answered by blocks.

    ``join`` is associative and commutative to the last bit, so that neither the number of blocks nor their order shows.
    """

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the customers that a block has to bring."""
        ...

    def part(self, rows: Rows) -> Parts:
        """What one block of rows, of any length, has to say."""
        ...

    def join(self, first: Parts, second: Parts) -> Parts:
        """What two parts say together."""
        ...


class MatrixSource(Protocol):
    """Numbers made of each row by itself: raw columns, or the clustered space."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it reads."""
        ...

    def matrix(self, rows: Rows) -> Array:
        """The numbers of a block, (n, c) float64; NaN where not known."""
        ...


def added(first: Parts, second: Parts) -> Parts:
    """Whole numbers added up, name by name, into the first."""
    return {name: np.add(first[name], second[name], out=first[name]) for name in first}


def pieces(n: int) -> list[slice]:
    """Slices of at most ``BLOCK`` rows; one empty slice where there are none."""
    return [slice(start, min(start + BLOCK, n)) for start in range(0, max(n, 1), BLOCK)]
