"""Numbers of weighted rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def weighted_median(values: Array, weights: Array, bins: Array, count: int) -> float | None:
    """The least value up to which half of the weight lies; None where nothing that weighs is known.

    ``bins``, (rows,), rise with the values, and are ``count`` and more where a value is not known: only those of the
    bin that holds the middle are put in order.
    """
    by_bin = np.bincount(bins, weights, minlength=count + 1)[:count]
    half = by_bin.sum() / 2
    if not half > 0:
        return None
    so_far = np.cumsum(by_bin)
    place = min(int(np.searchsorted(so_far, half)), count - 1)
    near = np.flatnonzero((bins == place) & (weights > 0))
    order = near[np.argsort(values[near], kind="stable")]
    above = np.cumsum(weights[order]) + (so_far[place] - by_bin[place])
    return float(values[order[min(int(np.searchsorted(above, half * (1 - 1e-12))), len(order) - 1)]])
