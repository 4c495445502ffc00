"""Does a segment come back on another sample, and would data without structure look as good?

Every subsample and every null draw is clustered from scratch: a warm start from the full solution reports stability
that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.contract import Labels, Matrix, verdicts
from pipeline.folding import Hashes, by_place, drawn
from pipeline.processors import Helper, one_thread, share
from pipeline.segmenting.distances import blocks, nearest
from pipeline.segmenting.kmeans import FEW, LIGHT, sought_again, sweep
from pipeline.segmenting.quality import silhouettes
from pipeline.segmenting.valleys import PIECES, Lattice, count_heaps, lies_along_a_curve
from pipeline.stages import Partition

OFTEN = 0.5  # of the repeats reach a segment's recurrence: four in five kept fewer of those that do come back
SURELY = 0.9  # strength from half to half that tells of groups; where others miss them, they may have begun badly
SPLITS = 8  # four, as in the paper's examples, let the worst segment's share swing by 0.05 between seeds
NULL_DRAWS = 4
HALF_ROWS = 5_000
_FLAT = 0.1  # excess kurtosis nearer to 0 than this counts as Gaussian
NULL_ROWS = 5_000
CURVE_SPLITS = 4
CURVE_ROWS = 2_000  # of each half, enough for a gap in a curve

Tick = Callable[[float], None]


@dataclass(frozen=True)
class Stability:
    """What resampling says about one k."""

    prediction_strength: float
    jaccard: tuple[float, ...]  # one a segment: what two disjoint halves agree about it in ``OFTEN`` of the repeats
    least: tuple[float, ...]  # and in all of them
    heaps: float | None = None  # mean number of groups with a valley between them; None where that was not looked at


@dataclass(frozen=True)
class _Pair:
    """Two disjoint halves, their places in the whole, the first's before the second's, and the fits of each."""

    first: Matrix
    second: Matrix
    rows: Labels
    of_first: tuple[Partition, ...]
    of_second: tuple[Partition, ...]
    filled: tuple[Matrix, Matrix]  # both halves, spread over the steps of their values
    ratios: tuple[Matrix, Matrix] | None = None  # these, shares as ratios; None where there are none
    _placed: dict[int, tuple[Labels, Labels]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def heaps(self, place: int) -> list[int]:
        """Heaps in each half among the clusters by the other's centres, in shares and in their ratios the fewer."""
        counts = []
        for side, guide in enumerate((self.of_second[place], self.of_first[place])):
            count = count_heaps(self.filled[side], guide)
            if self.ratios is not None and count > 1:
                taught = self.ratios[1 - side]
                centres = np.stack([taught[guide.labels == cluster].mean(axis=0) for cluster in range(guide.k)])
                count = min(count, count_heaps(self.filled[side], guide, (self.ratios[side], centres)))
            counts.append(count)
        return counts

    def placed(self, place: int) -> tuple[Labels, Labels]:
        """Clusters of all rows by the first half's centres, and by the second's."""
        if place not in self._placed:  # asked for whether to seek again, for the strengths, and for what comes back
            left, right = self.of_first[place], self.of_second[place]
            by_left = np.concatenate([left.labels, nearest(self.second, left.centres)])
            self._placed[place] = by_left, np.concatenate([nearest(self.first, right.centres), right.labels])
        return self._placed[place]

    def strengths(self, place: int) -> list[float]:
        """Of the first half's clusters by the second's centres, and the other way round."""
        left, right, size = self.of_first[place], self.of_second[place], len(self.first)
        by_left, by_right = self.placed(place)
        return [_strength(left, by_right[:size], right.k), _strength(right, by_left[size:], left.k)]


def assess_stability(
    matrix: Matrix,
    partitions: Sequence[Partition],
    *,
    seed: int,
    splits: int = SPLITS,
    helper: Helper | None = None,
    tick: Tick | None = None,
    hashes: Hashes | None = None,
    lattice: Lattice | None = None,
) -> Mapping[int, Stability]:
    """Prediction strength of every k and recurrence of every segment, from the same disjoint half-samples.

    Prediction strength (Tibshirani and Walther 2005): cluster both halves, then ask of each cluster of one half which
    share of its pairs the other half's centres keep together; the worst cluster counts, averaged over the splits,
    both ways. Where it is at least ``BARE_STRENGTH``, the heaps of customers in each half are counted among the
    clusters that the other half's centres cut it into (``count_heaps``). Customers who lie along one curve are one
    heap, into however many pieces it is cut (``lies_along_a_curve``). Both look at values spread over the steps of
    ``lattice``, and heaps at its shares as ratios too.

    Recurrence: the cluster of one half that resembles a segment most, and its best match (Jaccard, as Hennig 2007)
    among the clusters of the other, with which it shares no customer; both place the same customers. Against the whole
    solution in place of the other half a segment comes back too well, since half of its customers taught both.

    Halves are drawn by ``hashes`` (n,); without them, by the places of the rows.
    """
    ks = [partition.k for partition in partitions]
    halves = list(_halves(by_place(len(matrix)) if hashes is None else hashes, seed, splits))
    tasks = [(matrix[rows], ks, seed + split) for split, pair in enumerate(halves, start=1) for rows in pair]
    fits = share(_fit_light, tasks, helper, tick)
    filled = [_without_steps(matrix, halved, lattice, [seed, split]) for split, halved in enumerate(halves)]
    pairs = [
        _Pair(
            matrix[first],
            matrix[second],
            np.concatenate([first, second]),
            of_first,
            of_second,
            filled[split],
            _in_ratios(filled[split], lattice),
        )
        for split, ((first, second), of_first, of_second) in enumerate(zip(halves, fits[::2], fits[1::2], strict=True))
    ]
    pairs = _sought_again(pairs, ks, seed, helper)
    with one_thread():  # a thousand products of a few thousand rows: two threads would wait for one another
        assessed = {partition.k: _assess(partition, place, pairs) for place, partition in enumerate(partitions)}
    if any((stability.heaps or 1.0) > 1.0 for stability in assessed.values()) and _is_a_curve(pairs, seed):
        return {
            k: replace(stability, heaps=None if stability.heaps is None else 1.0) for k, stability in assessed.items()
        }
    return assessed


def _sought_again(pairs: Sequence[_Pair], ks: Sequence[int], seed: int, helper: Helper | None) -> list[_Pair]:
    """The pairs with better fits of those k beyond all that come back at which some halves agree surely, others not.

    One seeding a half finds a dozen groups in one half and misses one in the other: what does not come back then is
    the search and not the groups. Each half is searched anew by itself.
    """
    strengths = [[strength for pair in pairs for strength in pair.strengths(place)] for place in range(len(ks))]
    back = [k for k, of_k in zip(ks, strengths, strict=True) if np.mean(of_k) >= verdicts.MIN_STRENGTH]
    places = [
        place
        for place, (k, of_k) in enumerate(zip(ks, strengths, strict=True))
        if k > max([FEW, *back]) and max(of_k) >= SURELY
    ]
    if not places:
        return list(pairs)
    tasks = [
        ([pair.first, pair.second][side], [of[place] for place in places], [seed, split, side])
        for split, pair in enumerate(pairs)
        for side, of in enumerate((pair.of_first, pair.of_second))
    ]
    further = share(_fit_again, tasks, helper)
    return [
        replace(
            pair,
            of_first=_in_place(pair.of_first, places, of_first),
            of_second=_in_place(pair.of_second, places, of_second),
        )
        for pair, of_first, of_second in zip(pairs, further[::2], further[1::2], strict=True)
    ]


def _in_place(fits: Sequence[Partition], places: Sequence[int], further: Sequence[Partition]) -> tuple[Partition, ...]:
    better = dict(zip(places, further, strict=True))
    return tuple(better.get(place, fit) for place, fit in enumerate(fits))


def _without_steps(
    matrix: Matrix, halves: tuple[Labels, Labels], lattice: Lattice | None, seed: Sequence[int]
) -> tuple[Matrix, Matrix]:
    if lattice is None:
        return matrix[halves[0]], matrix[halves[1]]
    first, second = (lattice.spread(matrix[rows], [*seed, side]) for side, rows in enumerate(halves))
    return first, second


def _in_ratios(halves: tuple[Matrix, Matrix], lattice: Lattice | None) -> tuple[Matrix, Matrix] | None:
    if lattice is None or not lattice.wholes:
        return None
    both = lattice.in_ratios(np.concatenate(halves))
    return both[: len(halves[0])], both[len(halves[0]) :]


def _is_a_curve(pairs: Sequence[_Pair], seed: int) -> bool:
    """Whether most halves lie along the curve that the customers of the other one draw."""
    ways = [both for pair in pairs[:CURVE_SPLITS] for both in (pair.filled, pair.filled[::-1])]
    missed = 0
    for place, (by, of) in enumerate(ways):
        step = len(by) // CURVE_ROWS + 1
        rows, others = by[::step], of[::step]
        pieces = min(PIECES, len(np.unique(rows, axis=0)))
        missed += pieces < 2 or not lies_along_a_curve(others, _fit_light(rows, [pieces], seed + place)[0])
        if 2 * missed >= len(ways):
            return False
    return True


def _assess(partition: Partition, place: int, pairs: Sequence[_Pair]) -> Stability:
    strengths, back, heaps = [], [], None
    for pair in pairs:
        strengths += pair.strengths(place)
        back += _recurrence(partition.labels[pair.rows], *pair.placed(place), partition.k)
    strength = float(np.mean(strengths))
    if strength >= verdicts.BARE_STRENGTH:
        heaps = float(np.mean([count for pair in pairs for count in pair.heaps(place)]))
    often, least = np.quantile(back, 1 - OFTEN, axis=0), np.min(back, axis=0)
    return Stability(strength, tuple(often.tolist()), tuple(least.tolist()), heaps)


def null_silhouettes(
    matrix: Matrix,
    ks: Sequence[int],
    *,
    seed: int,
    draws: int = NULL_DRAWS,
    helper: Helper | None = None,
    tick: Tick | None = None,
) -> Mapping[int, tuple[float, ...]]:
    """Silhouettes that structure-free data of the same covariance reach when clustered alike, by k.

    One draw a value; each has as many rows as the data, at most ``NULL_ROWS``. The draws are Gaussian, but flat along
    those principal axes where the data are flat (excess kurtosis below 0, at the least a uniform's): a continuum from
    one extreme to another, evenly filled, would beat a Gaussian without having any groups.
    """
    rows = min(len(matrix), NULL_ROWS)
    with one_thread("blas"):  # a product of a few columns: several threads take longer than one
        variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(matrix, rowvar=False)))
    deviations = np.sqrt(np.maximum(variances, 0.0))
    flatness = _flatness(matrix, axes)
    tasks = [(axes * deviations, flatness, rows, list(ks), seed, draw) for draw in range(draws)]
    drawn = share(_one_null, tasks, helper, tick)
    return {k: tuple(draw[place] for draw in drawn) for place, k in enumerate(ks)}


def _fit_light(rows: Matrix, ks: Sequence[int], seed: int) -> tuple[Partition, ...]:
    return sweep(rows, ks, seed=seed, effort=LIGHT)


def _fit_again(rows: Matrix, fits: Sequence[Partition], seed: Sequence[int]) -> tuple[Partition, ...]:
    return tuple(sought_again(rows, fitted, [*seed, fitted.k]) for fitted in fits)


def _flatness(matrix: Matrix, axes: Matrix) -> Matrix:
    """Parameter a of the symmetric Beta(a, a) with the kurtosis along each axis; infinite where Gaussian, least 1."""
    middle, seconds, fourths = matrix.mean(axis=0), np.zeros(axes.shape[1]), np.zeros(axes.shape[1])
    for rows in blocks(len(matrix)):
        squares = ((matrix[rows] - middle) @ axes) ** 2
        seconds += squares.sum(axis=0)
        fourths += (squares**2).sum(axis=0)
    variance = seconds / len(matrix)
    kurtosis = fourths / len(matrix) / np.where(variance > 0, variance, 1.0) ** 2 - 3.0
    with np.errstate(divide="ignore"):
        parameter: Matrix = np.where(kurtosis < -_FLAT, (-6.0 / np.minimum(kurtosis, -1e-9) - 3.0) / 2.0, np.inf)
    return np.maximum(parameter, 1.0)


def _one_null(axes: Matrix, flatness: Matrix, rows: int, ks: Sequence[int], seed: int, draw: int) -> list[float]:
    """Silhouettes of one structure-free draw; ``axes`` are the principal axes times their deviations, (p, p)."""
    rng = np.random.default_rng([seed, draw])
    scores = rng.standard_normal((rows, len(flatness)))
    for axis in np.flatnonzero(np.isfinite(flatness)):
        a = flatness[axis]
        scores[:, axis] = (rng.beta(a, a, rows) - 0.5) * np.sqrt(4.0 * (2.0 * a + 1.0))
    invented = scores @ axes.T
    partitions = sweep(invented, ks, seed=seed + draw, effort=LIGHT)
    return [
        silhouette.overall
        for silhouette in silhouettes(invented, [partition.labels for partition in partitions], seed=seed)
    ]


def _halves(hashes: Hashes, seed: int, splits: int) -> Iterator[tuple[Labels, Labels]]:
    """Places of two disjoint draws, of the smallest salted hashes and of those next in size."""
    size = min(len(hashes) // 2, HALF_ROWS)
    for split in range(splits):
        salt = f"halves {seed} {split}"
        rows = drawn(hashes, 2 * size, salt)
        first = drawn(hashes[rows], size, salt)
        yield rows[first], np.delete(rows, first)


def _strength(fitted: Partition, assigned: Labels, k: int) -> float:
    """Worst cluster's share of pairs that the other half's centres keep together."""
    table = _contingency(fitted.labels, assigned, fitted.k, k)
    sizes = table.sum(axis=1)
    pairs = sizes * (sizes - 1)
    kept = (table * (table - 1)).sum(axis=1)
    return float(np.where(pairs > 0, kept / np.maximum(pairs, 1), 0.0).min())


def _recurrence(own: Labels, by_one: Labels, by_two: Labels, k: int) -> list[Matrix]:
    """Of each segment, how well both halves agree about it: seen from the one half, and from the other."""
    between = _jaccard(by_one, by_two, k)
    return [
        between.max(axis=1)[_jaccard(own, by_one, k).argmax(axis=1)],
        between.max(axis=0)[_jaccard(own, by_two, k).argmax(axis=1)],
    ]


def _jaccard(first: Labels, second: Labels, k: int) -> Matrix:
    table = _contingency(first, second, k, k)
    overlaps: Matrix = table / np.maximum(table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table, 1)
    return overlaps


def _contingency(rows: Labels, columns: Labels, n_rows: int, n_columns: int) -> Matrix:
    counts = np.bincount(rows.astype(np.int64) * n_columns + columns, minlength=n_rows * n_columns)
    table: Matrix = counts.reshape(n_rows, n_columns).astype(np.float64)
    return table
