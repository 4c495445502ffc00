"""Do the customers lie along one line, straight or bent, without a gap? A curve through their middle says so."""

from __future__ import annotations

import numpy as np

from pipeline.contract import Labels, Matrix
from pipeline.segmenting.distances import squared_distances
from pipeline.segmenting.heaps import has_valley
from pipeline.stages import Partition

PIECES = 8  # clusters whose centres the curve leads through; with fewer it cuts the bends off
COVERED = 0.85  # share of the customers in those clusters; groups beside each other make a tree with side branches
EXPLAINED = 2 / 3  # of the variance, by the nearest points of the curve; less is a cloud and no line


def lies_along_a_curve(rows: Matrix, guide: Partition) -> bool:
    """Whether ``rows`` (n, p) follow the curve through the centres of ``guide``, evenly enough to have one mode on it.

    The curve is the longest path of the centres' minimum spanning tree, a principal curve by pieces (Hastie and
    Stuetzle 1989; Kegl and others 2000). Customers follow it where it explains ``EXPLAINED`` of their variance and
    reaches ``COVERED`` of them; the dip test of where each of them lies along it finds the valleys between groups. A
    straight line between two centres misses that a ring is closed elsewhere. ``guide`` must have been fitted on other
    customers than ``rows``.
    """
    if guide.k < 3:
        return False
    path = _longest_path(guide.centres)
    if np.isin(guide.labels, path).mean() < COVERED:
        return False
    places, left = _along(rows, guide.centres[path])
    total = ((rows - rows.mean(axis=0)) ** 2).sum()
    return bool(1.0 - left.sum() / total >= EXPLAINED) and not has_valley(places)


def _longest_path(centres: Matrix) -> Labels:
    """Places of the centres from one end of their minimum spanning tree to the farthest other one."""
    from scipy.sparse.csgraph import minimum_spanning_tree, shortest_path  # late: who places customers needs none

    tree = minimum_spanning_tree(np.sqrt(squared_distances(centres, centres)))
    lengths, before = shortest_path(tree, directed=False, return_predecessors=True)
    first, last = np.unravel_index(lengths.argmax(), lengths.shape)
    path = [int(last)]
    while path[-1] != first:
        path.append(int(before[first, path[-1]]))
    return np.array(path)


def _along(rows: Matrix, corners: Matrix) -> tuple[Matrix, Matrix]:
    """Of each customer the place of the nearest point of the curve, as the length up to it, and its squared distance.

    The first and the last piece go on beyond their ends.
    """
    steps = np.diff(corners, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    begins = np.concatenate([[0.0], np.cumsum(lengths)])
    places, nearest = np.zeros(len(rows)), np.full(len(rows), np.inf)
    for piece, (corner, step, length) in enumerate(zip(corners[:-1], steps, lengths, strict=True)):
        low = 0.0 if piece else -np.inf
        high = length if piece < len(steps) - 1 else np.inf
        reached = np.clip((rows - corner) @ step / length, low, high)
        apart = ((rows - corner - reached[:, None] * (step / length)) ** 2).sum(axis=1)
        nearer = apart < nearest
        places[nearer], nearest[nearer] = begins[piece] + reached[nearer], apart[nearer]
    return places, nearest
