"""Round numbers to cut a column at: $600 rather than $593.5, where hardly anybody stands between the two."""

from __future__ import annotations

import math

import numpy as np

from pipeline.contract import Column, Matrix

CUTS = 40  # quantiles from which thresholds are made
MOST_MOVED = 0.02  # share of the customers that rounding a threshold may move across it
_STEPS = (5.0, 2.0, 1.0)


def friendly_thresholds(values: Matrix, column: Column) -> tuple[float, ...]:
    """Rising thresholds t for ``value > t``, none of which leaves everybody on one side.

    Whole numbers are cut between whole numbers only, so that "over 4" means "5 or more".
    """
    ordered = np.sort(values)
    if column.kind == "flag":
        return (0.0,) if ordered[0] <= 0 < ordered[-1] else ()
    cuts = np.unique(np.quantile(ordered, np.arange(1, CUTS) / CUTS, method="lower"))
    whole = column.kind == "integer" or bool(np.all(ordered == np.round(ordered)))
    made = {_rounded(float(cut), ordered, whole) for cut in cuts if cut < ordered[-1]}
    return tuple(sorted(one for one in made if ordered[0] <= one < ordered[-1]))


def _rounded(cut: float, ordered: Matrix, whole: bool) -> float:
    """The roundest number near ``cut`` across which at most ``MOST_MOVED`` of the customers move."""
    below = _share_below(cut, ordered)
    top = math.ceil(math.log10(max(abs(cut), 1e-12)))
    for power in range(top, top - 7, -1):
        for lead in _STEPS:
            step = lead * 10.0**power
            if whole and step < 1:
                return float(math.floor(cut))
            near = round(round(cut / step) * step, max(0, 1 - power))
            if abs(_share_below(near, ordered) - below) <= MOST_MOVED:
                return near
    return cut


def _share_below(value: float, ordered: Matrix) -> float:
    return float(np.searchsorted(ordered, value, side="right") / len(ordered))
