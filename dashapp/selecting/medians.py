"""A median without sorting everything. Plain NumPy."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from dashapp.selecting.dimensions import Array


class Taken(Protocol):
    """Values that are looked up by row."""

    def take(self, rows: npt.NDArray[np.int64], /) -> Array:
        """Those of these rows."""
        ...


def median(values: Taken, codes: Array, k: int, rows: npt.NDArray[np.int64] | None, counts: Array) -> float | None:
    """Median of the known ones of ``values`` among ``rows`` (None: all), given their ``counts`` by bin.

    Only the values of the bins that hold the middle are looked at; ``codes`` are segment times bins plus bin, the last
    bin of each of the ``k`` segments being of unknown values.
    """
    known = int(counts.sum())
    if not known:
        return None
    below = np.cumsum(counts)
    middle = np.array([(known - 1) // 2, known // 2])
    first, last = np.searchsorted(below, middle, side="right")
    wanted = np.zeros(len(counts) + 1, dtype=np.bool_)
    wanted[first : last + 1] = True
    near = np.flatnonzero(np.tile(wanted, k)[codes if rows is None else codes.take(rows)])
    rising = np.sort(values.take(near if rows is None else rows.take(near)))
    return float(rising[middle - (below[first - 1] if first else 0)].mean())
