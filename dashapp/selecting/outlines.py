"""Outlines on the map: fewer corners, and who is inside. Plain NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Point = tuple[float, float]

MOST_CORNERS = 32


def simplify(points: Sequence[Point], tolerance: float, most: int = MOST_CORNERS) -> list[Point]:
    """The outline with corners left out that lie within ``tolerance`` of it (Douglas and Peucker 1973)."""
    kept = list(points)
    while len(kept) > 4:
        kept = _thinned(list(points), tolerance)
        if len(kept) <= most:
            break
        tolerance = tolerance * 1.5 or 1e-9
    return kept


def inside(x: Array, y: Array, corners: Sequence[Point], rising: Array | None = None) -> npt.NDArray[np.bool_]:
    """Which points lie within the polygon (even-odd rule).

    ``rising`` orders the points by ``y``, for who asks often: then each side of the polygon looks at the points of its
    own height only.
    """
    outline, order = np.asarray(corners, dtype=np.float64), np.argsort(y) if rising is None else rising
    first, last = np.searchsorted(y, [outline[:, 1].min(), outline[:, 1].max()], sorter=order)
    near = order[first:last]
    across, up = x[near], y[near]
    odd = np.zeros(len(near), dtype=np.bool_)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y0 != y1:
            beside = slice(*np.searchsorted(up, sorted((y0, y1))))
            odd[beside] ^= across[beside] < (up[beside] - y0) * ((x1 - x0) / (y1 - y0)) + x0
    result = np.zeros(len(x), dtype=np.bool_)
    result[near] = odd
    return result


def _thinned(points: list[Point], tolerance: float) -> list[Point]:
    outline = np.asarray(points, dtype=np.float64)
    keep = np.zeros(len(outline), dtype=bool)
    far = int(np.hypot(*(outline - outline[0]).T).argmax())
    keep[[0, far, len(outline) - 1]] = True
    spans = [(0, far), (far, len(outline) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distances = _from_chord(outline[first + 1 : last], outline[first], outline[last])
        worst = int(distances.argmax())
        if distances[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return [points[place] for place in np.flatnonzero(keep)]


def _from_chord(points: Array, start: Array, end: Array) -> Array:
    along = end - start
    length = float(np.hypot(*along))
    if length == 0:
        return np.asarray(np.hypot(*(points - start).T))
    offset = points - start
    return np.asarray(np.abs(along[0] * offset[:, 1] - along[1] * offset[:, 0]) / length)
