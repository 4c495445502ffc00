"""Are two neighbouring groups two heaps of customers, or one that was cut? A dip test of each border."""

from __future__ import annotations

import numpy as np

from pipeline.contract import Labels, Matrix
from pipeline.segmenting.distances import nearest
from pipeline.stages import Partition

NEAREST = 2  # so many times the smaller group's customers are looked at in the larger one
_FEWEST = 8
_ROUNDING = 1e-12


def count_heaps(rows: Matrix, guide: Partition, along: tuple[Matrix, Matrix] | None = None) -> int:
    """Number of groups of customers with a valley between them, among the clusters that ``guide`` cuts ``rows`` into.

    Two clusters are joined where the dip test along the line between their centres does not reject a single mode at
    1 %; what is joined, directly or through others, counts once (the local unimodality of Vardakas, Kalogeratos and
    Likas 2023, arXiv 2312.11323). So a bent continuum is one, though its ends lie apart. ``guide`` must have been
    fitted on other customers than ``rows``: centres fitted on the same ones lie where these happen to heap. Of the
    larger of two clusters only the nearest ``NEAREST`` times as many customers count as the smaller one has, or a
    small group's valley would be lost beside it; cutting a tail off leaves one mode one mode.

    ``along`` are the same rows and centres in other units, where valleys are looked for in place of these.
    """
    assigned = nearest(rows, guide.centres)
    places, centres = along or (rows, guide.centres)
    members = [np.flatnonzero(assigned == cluster) for cluster in range(guide.k)]
    group = np.arange(guide.k)
    for first in range(guide.k):
        for second in range(first + 1, guide.k):
            if group[first] == group[second]:
                continue
            line = _between(places, members[first], members[second], centres[second] - centres[first])
            if not has_valley(line):
                group[group == group[second]] = group[first]
    return len(np.unique(group))


def has_valley(values: Matrix) -> bool:
    """Whether the dip test rejects at 1 % that ``values`` (n,) have a single mode; never where n is under 8.

    The limit is that of uniform values, the least favourable with one mode, simulated 40,000 times for n from 8 to
    4,096: the square root of n times the dip is between 0.490 and 0.633, and at most 0.64 less 0.42 over that root.
    """
    root = np.sqrt(len(values))
    return len(values) >= _FEWEST and bool(root * dip(values) > 0.64 - 0.42 / root)


def dip(values: Matrix) -> float:
    """Largest distance of the values' distribution from the nearest with one mode (Hartigan and Hartigan 1985).

    Equal values count as spread evenly up to the next smaller one, so that whole numbers are not modes of their own.
    Convex minorant and concave majorant are isotonic regressions of the distribution's slopes.
    """
    places, counts = np.unique(values, return_counts=True)
    reached = np.cumsum(counts) / len(values)
    low, high, most = 0, len(places) - 1, 0.0
    while high - low > 1:
        own = reached[low : high + 1]
        below, above = _hull(places[low : high + 1], own, convex=True), _hull(places[low : high + 1], own, convex=False)
        left, right, apart = _modal_interval(own, below, above)
        if apart <= most:
            break
        most = max(most, float((own - below)[: left + 1].max()), float((above - own)[right:].max()))
        if left == 0 and right == high - low:
            break
        low, high = low + left, low + right
    return (most + 1.0 / len(values)) / 2.0


def _hull(places: Matrix, reached: Matrix, *, convex: bool) -> Matrix:
    """Greatest convex minorant, or least concave majorant, of a distribution at its own places."""
    from scipy.optimize import isotonic_regression  # late: who places customers needs this room and no test

    widths = np.diff(places)
    slopes = isotonic_regression(np.diff(reached) / widths, weights=widths, increasing=convex).x
    hull: Matrix = reached[0] + np.concatenate([[0.0], np.cumsum(slopes * widths)])
    return hull


def _modal_interval(own: Matrix, below: Matrix, above: Matrix) -> tuple[int, int, float]:
    """Where the hulls are farthest apart: the vertex of the one, the nearest of the other, and how far."""
    apart = above - below
    convex, concave = np.flatnonzero(own - below <= _ROUNDING), np.flatnonzero(above - own <= _ROUNDING)
    left, right = convex[apart[convex].argmax()], concave[apart[concave].argmax()]
    if apart[left] >= apart[right]:
        right = concave[np.searchsorted(concave, left)]
        return int(left), int(right), float(apart[left])
    left = convex[np.searchsorted(convex, right, side="right") - 1]
    return int(left), int(right), float(apart[right])


def _between(rows: Matrix, first: Labels, second: Labels, axis: Matrix) -> Matrix:
    """Places of two clusters' customers along ``axis``, from the first to the second; of the larger the nearest."""
    near, far = np.sort(rows[first] @ axis), np.sort(rows[second] @ axis)
    most = NEAREST * min(len(near), len(far))
    return np.concatenate([near[max(len(near) - most, 0) :], far[:most]])
