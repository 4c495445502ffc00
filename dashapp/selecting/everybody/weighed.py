"""Numbers of weighted rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def weighted_median(values: Array, weights: Array) -> float | None:
    """The least value up to which half of the weight lies; None where nothing that weighs is known."""
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return None
    order = np.argsort(values[known], kind="stable")
    so_far = np.cumsum(weights[known][order])
    return float(values[known][order][np.searchsorted(so_far, so_far[-1] / 2)])
