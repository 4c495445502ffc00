"""Shapes that k-means does not know: customers along one line, straight or bent, and long groups side by side.

A curve through their middle says whether customers lie along a line without a gap. Of long groups a valley between
segments says nothing where two were left together: so where a segment is long, or no k comes back, each is divided by
two Gaussians of any shape, fitted on one half of its customers, and the dip test looks for a valley across the border
in the other half.
"""

from __future__ import annotations

import warnings

import numpy as np

from pipeline.contract import CandidateRecord, Decision, Labels, Matrix, Message, verdicts
from pipeline.folding import Hashes, drawn
from pipeline.segmenting.distances import squared_distances
from pipeline.segmenting.valleys.heaps import has_valley
from pipeline.segmenting.valleys.lattice import Lattice
from pipeline.stages import Partition

PIECES = 8  # clusters whose centres the curve leads through; with fewer it cuts the bends off
COVERED = 0.85  # share of the customers in those clusters; groups beside each other make a tree with side branches
EXPLAINED = 2 / 3  # of the variance, by the nearest points of the curve; less is a cloud and no line
_A_PART = 0.25  # of the segments: where no more hold two groups, nothing is said of them all
LONG = 2.0  # round groups that k-means finds are at most 1.7 times as long as wide on generated data
_ROWS = 2_000  # of a segment, enough for a valley
_FEWEST = 60
_SPLITS = 3
_ROUNDING = 1e-9


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


# ------------------------------------------------------------------ long groups


def doubted(
    decision: Decision,
    record: CandidateRecord,
    matrix: Matrix,
    partition: Partition,
    hashes: Hashes,
    lattice: Lattice | None = None,
) -> Decision:
    """The decision on ``partition`` of ``matrix`` (n, p), held against what its segments hold.

    Looked into where one is long or the verdict is none: long groups cut across come back in no way, and are no
    continuum either. Never strong where one of them holds customers of two groups. All are looked at: two long groups
    side by side are less long than either. Values in the steps of ``lattice`` are looked at spread over these.
    """
    if (record.elongation or 0.0) < LONG and decision.verdict != "none":
        return decision
    number = sum(holds_two(matrix, partition, hashes, segment, lattice) for segment in range(partition.k))
    if not number:
        return decision
    words = Message.counted(
        "{n} segment holds customers of two groups with a valley between them: k-means left these together, or set its "
        "border elsewhere.",
        "{n} segments hold customers of two groups each with a valley between them: k-means left these together, or "
        "set its borders elsewhere.",
        number,
    )
    return verdicts.with_groups_within(decision, words, across=number > _A_PART * partition.k)


def holds_two(
    matrix: Matrix, partition: Partition, hashes: Hashes, segment: int, lattice: Lattice | None = None
) -> bool:
    """Whether a segment has a valley across, in at least half of the halves that are seen by what the other taught.

    Both are taken of values spread over their steps: two Gaussians would be laid along two neighbouring whole numbers,
    between which there is nobody.
    """
    inside = np.flatnonzero(partition.labels == segment)
    places = inside[drawn(hashes[inside], _ROWS, "two groups")]
    members = matrix[places]
    if len(members) < _FEWEST or matrix.shape[1] < 2:
        return False
    if lattice is not None:
        members = lattice.spread(members, [segment])
    valleys = []
    for split in range(_SPLITS):
        first = drawn(hashes[places], len(places) // 2, f"halves of a segment {split}")
        one, two = members[first], np.delete(members, first, axis=0)
        valleys += [has_valley(others @ _across(half)) for half, others in ((one, two), (two, one))]
    return 2 * sum(valleys) >= len(valleys)


def _across(rows: Matrix) -> Matrix:
    """The direction that parts two Gaussians fitted to ``rows`` (n, p) best (Fisher 1936), (p,).

    They are fitted to rows that are as long in one direction as in any other, or both would lie one behind the other
    along the length, where the search begins.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    variances, axes = np.linalg.eigh(np.cov(rows, rowvar=False))
    kept = variances > _ROUNDING * variances[-1]
    round_ones = axes[:, kept] / np.sqrt(variances[kept])
    with warnings.catch_warnings():  # a border that is not final yet is a border
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture = GaussianMixture(2, random_state=0).fit(rows @ round_ones)
    within = np.einsum("k,kij->ij", mixture.weights_, mixture.covariances_)
    return np.asarray(round_ones @ np.linalg.solve(within, mixture.means_[1] - mixture.means_[0]))
