"""Numbers of weighted rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dashapp.selecting.medians import Taken

Array = npt.NDArray[Any]


def weighted_median(values: Taken, weights: Array, bins: Array, count: int, rows: Array | None = None) -> float | None:
    """The least value up to which half of the weight lies; None where nothing that weighs is known.

    ``weights`` and ``bins`` are of the ``rows`` (None: of all values). Bins rise with the values, and are ``count`` and
    more where a value is not known: only the values of the bin that holds the middle are looked at.
    """
    by_bin = np.bincount(bins, weights, minlength=count + 1)[:count]
    half = by_bin.sum() / 2
    if not half > 0:
        return None
    so_far = np.cumsum(by_bin)
    place = min(int(np.searchsorted(so_far, half)), count - 1)
    near = np.flatnonzero((bins == place) & (weights > 0))
    held = values.take(near if rows is None else rows.take(near))
    order = np.argsort(held, kind="stable")
    above = np.cumsum(weights[near[order]]) + (so_far[place] - by_bin[place])
    return float(held[order[min(int(np.searchsorted(above, half * (1 - 1e-12))), len(order) - 1)]])
