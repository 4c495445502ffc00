"""Shapes that k-means does not know: customers along one line, straight or bent, and long groups side by side.

A curve through their middle says whether customers lie along a line without a gap. Of long groups a valley between
segments says nothing where two were left together: so where a segment is long, or no k comes back, each is divided by
two Gaussians of any shape, fitted on one half of its customers, and the dip test looks for a valley across the border
in the other half. Round segments of a strong division are looked into likewise, where two means are enough to divide
them: two groups that lie close to each other beside far ones are left together as well.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

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
_STARTS, _ROUNDS = 8, 10
_THIN = 0.05  # of the variance along the longest axis: less is what several features say together, and its steps
_ROUNDING = 1e-9

Across = Callable[[Matrix], Matrix]


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

    Never strong where one of them holds customers of two groups. All are looked at: two long groups side by side are
    less long than either. Where one is long, or the verdict is none, groups may have any shape: long ones cut across
    come back in no way, and are no continuum either. Values in the steps of ``lattice`` are looked at spread over
    these.
    """
    any_shape = (record.elongation or 0.0) >= LONG or decision.verdict == "none"
    looks = [*([_across] if any_shape else []), *([_between_two] if decision.verdict == "strong" else [])]
    number = sum(
        any(holds_two(matrix, partition, hashes, segment, lattice, across) for across in looks)
        for segment in range(partition.k)
    )
    if not number:
        return decision
    across = number > _A_PART * partition.k
    words = Message.counted(
        "{n} segment holds customers of two groups with a valley between them: k-means left these together, or set its "
        "border elsewhere.",
        "{n} segments hold customers of two groups each with a valley between them: k-means left these together, or "
        "set its borders elsewhere.",
        number,
    )
    if decision.verdict == "none" and not across:  # a continuum but for these
        words = Message.counted(
            "Within {n} segment customers lie in two heaps with a valley between them, which no number of segments "
            "that was tried sets apart; everywhere else one group runs into the next.",
            "Within {n} segments customers lie in two heaps each with a valley between them, which no number of "
            "segments that was tried sets apart; everywhere else one group runs into the next.",
            number,
        )
    return verdicts.with_groups_within(decision, words, across=across)


def _across(rows: Matrix) -> Matrix:
    """The direction that parts two Gaussians fitted to ``rows`` (n, p) best (Fisher 1936), (p,).

    They are fitted to rows that are as long in one direction as in any other, or both would lie one behind the other
    along the length, where the search begins.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    round_ones = _made_round(rows, _ROUNDING)
    with warnings.catch_warnings():  # a border that is not final yet is a border
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture = GaussianMixture(2, random_state=0).fit(rows @ round_ones)
    within = np.einsum("k,kij->ij", mixture.weights_, mixture.covariances_)
    return np.asarray(round_ones @ np.linalg.solve(within, mixture.means_[1] - mixture.means_[0]))


def _between_two(rows: Matrix) -> Matrix:
    """The direction between two means of ``rows`` (n, p) made round, the closest of ``_STARTS`` searches, (p,).

    Where the covariance of all is the unit's it is the one that parts both best, too (Fisher 1936). A search from one
    start misses two groups in five features in a third of the halves; all are made at once, each from a border
    through the middle in a direction of its own.
    """
    round_ones = _made_round(rows, _THIN)
    places = (rows - rows.mean(axis=0)) @ round_ones
    above = places @ np.random.default_rng(0).standard_normal((places.shape[1], _STARTS)) > 0
    for _ in range(_ROUNDS):
        low, high, gains = _two_means(places, above)
        moved = places @ (high - low) > ((high**2).sum(axis=0) - (low**2).sum(axis=0)) / 2
        if (moved == above).all():
            break
        above = moved
    low, high, gains = _two_means(places, above)
    return np.asarray(round_ones @ (high - low)[:, gains.argmax()])


def _two_means(places: Matrix, above: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Means of centred ``places`` (n, p) on both sides of each border (p, starts), and what they explain (starts,)."""
    ups = above.sum(axis=0)
    downs = len(places) - ups
    summed = places.T @ above
    low, high = -summed / np.maximum(downs, 1), summed / np.maximum(ups, 1)
    return low, high, downs * (low**2).sum(axis=0) + ups * (high**2).sum(axis=0)


def _made_round(rows: Matrix, least: float) -> Matrix:
    """The axes, (p, axes), along which ``rows`` (n, p) are as long in one direction as in any other.

    Those along which they vary less than ``least`` times as much as along the longest are left out.
    """
    variances, axes = np.linalg.eigh(np.cov(rows, rowvar=False))
    kept = variances > least * variances[-1]
    return np.asarray(axes[:, kept] / np.sqrt(variances[kept]))


def holds_two(
    matrix: Matrix,
    partition: Partition,
    hashes: Hashes,
    segment: int,
    lattice: Lattice | None = None,
    across: Across = _across,
) -> bool:
    """Whether a segment has a valley ``across``, in at least half of the halves that are seen by what the other taught.

    Both are taken of values spread over their steps: two Gaussians would be laid along two neighbouring whole numbers,
    between which there is nobody. Shares of which many here have none of a part are left out (``zeros``).
    """
    inside = np.flatnonzero(partition.labels == segment)
    places = inside[drawn(hashes[inside], _ROWS, "two groups")]
    members = matrix[places]
    if lattice is not None and len(members):
        left_out = [at for whole in lattice.often_nothing(members) for at in whole]
        members = np.delete(lattice.spread(members, [segment]), left_out, axis=1)
    if len(members) < _FEWEST or members.shape[1] < 2:
        return False
    valleys = []
    for split in range(_SPLITS):
        first = drawn(hashes[places], len(places) // 2, f"halves of a segment {split}")
        one, two = members[first], np.delete(members, first, axis=0)
        valleys += [has_valley(others @ across(half)) for half, others in ((one, two), (two, one))]
    return 2 * sum(valleys) >= len(valleys)
