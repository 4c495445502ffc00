"""What a chart is drawn from: counts of one dimension, or points of the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashapp.selecting.dimensions import Array, Dimension

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Slice:
    """What one chart draws. ``shown`` is (segments, bins): counts, or for a mix the sums of its members."""

    dimension: Dimension
    shown: Array
    everyone: Array  # (segments, bins) without any filter
    chosen: Mask  # (bins,) whether the chart's own filter lets a bin pass
    customers: int  # that the other filters let pass
    middle: float | None = None  # median of a number among them
    overall_middle: float | None = None


@dataclass(frozen=True)
class Points:
    """A sample for the map: positions and segment, those inside the map's own filter marked."""

    x: Array
    y: Array
    segment: Array
    inside: Mask
    ghost_x: Array
    ghost_y: Array
    customers: int  # that the other filters let pass, of which the points are a sample
