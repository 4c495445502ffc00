"""How good each partition is: silhouette, Calinski-Harabasz and Davies-Bouldin, all k from shared sums."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.contract import Labels, Matrix
from pipeline.folding import Hashes, by_place, deciding, drawn
from pipeline.processors import THREADS, one_thread
from pipeline.segmenting.distances import Array
from pipeline.stages import Partition

EXACT_ROWS = 20_000  # up to this many customers every silhouette is exact
SAMPLE_ROWS = 10_000
REFERENCE_ROWS = 40_000  # a cluster of 1 in 100 has 400 of them: its mean distance is known to a hundredth
RESTART_ROWS = 2_500
_FEW_MEMBERS = 30
_ROUNDING = 1e-9
_TILE_ROWS, _TILE_COLUMNS = 256, 2_048  # 2 MB of distances


@dataclass(frozen=True)
class Silhouettes:
    """Silhouette of some customers under one partition."""

    rows: Labels  # (m,) which customers
    values: Matrix  # (m,)
    overall: float
    standard_error: float | None  # None where every customer was used


def silhouettes(
    matrix: Matrix, labellings: Sequence[Labels], *, seed: int, hashes: Hashes | None = None
) -> tuple[Silhouettes, ...]:
    """Euclidean silhouettes (Rousseeuw 1987) of several partitions in one pass over the distances.

    Up to ``EXACT_ROWS`` rows the result equals scikit-learn's ``silhouette_samples`` to 1e-5. Above that,
    ``SAMPLE_ROWS`` customers are measured against ``REFERENCE_ROWS`` of those that decide (``deciding``), with a
    standard error; both are drawn by ``hashes`` (n,), without them by their places.
    """
    n = len(matrix)
    if n <= EXACT_ROWS:
        rows = reference = np.arange(n)
    else:
        known = by_place(n) if hashes is None else hashes
        decide = deciding(known)
        reference = decide[drawn(known[decide], REFERENCE_ROWS, f"silhouettes {seed}")]
        rows = reference[drawn(known[reference], SAMPLE_ROWS, f"silhouettes {seed}")]
    sums, counts, offsets = _distance_sums(matrix, rows, reference, labellings)
    measured = []
    for labels, start, stop in zip(labellings, offsets[:-1], offsets[1:], strict=True):
        values = _silhouette_values(sums[:, start:stop], counts[start:stop], labels[rows])
        error = None if n <= EXACT_ROWS else float(values.std(ddof=1) / np.sqrt(len(values)))
        measured.append(Silhouettes(rows, values, float(values.mean()), error))
    return tuple(measured)


def restart_silhouettes(
    matrix: Matrix,
    partitions: Sequence[Partition],
    measured: Sequence[Silhouettes],
    *,
    seed: int,
    hashes: Hashes | None = None,
) -> tuple[tuple[float, ...], ...]:
    """What single seedings reach beside the solutions that were chosen: one tuple a partition, one value a seeding.

    Both are measured on the same ``RESTART_ROWS`` customers at most, and their difference is put onto the silhouette
    of the whole, so that the sample's own luck does not look like a spread.
    """
    known = [partition.restarts for partition in partitions if partition.restarts is not None]
    if len(known) < len(partitions) or not known:
        return ((),) * len(partitions)
    of_all = known[0].rows
    own = (by_place(len(matrix)) if hashes is None else hashes)[of_all]
    few = drawn(own, RESTART_ROWS, f"restarts {seed}")
    rows = of_all[few]
    labellings = [
        labels
        for partition, restarts in zip(partitions, known, strict=True)
        for labels in (partition.labels[rows], *restarts.labels[:, few])
    ]
    # a cluster without a customer in the sample has no silhouette there: its number is closed up
    dense = [np.unique(labels, return_inverse=True)[1] for labels in labellings]
    values = np.array([silhouette.overall for silhouette in silhouettes(matrix[rows], dense, seed=seed)])
    spreads, place = [], 0
    for silhouette, restarts in zip(measured, known, strict=True):
        chosen, singles = values[place], values[place + 1 : place + 1 + len(restarts.labels)]
        spreads.append(tuple((silhouette.overall + singles - chosen).tolist()))
        place += 1 + len(restarts.labels)
    return tuple(spreads)


def by_segment(
    silhouette: Silhouettes, partition: Partition
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """Mean silhouette of each segment's measured customers, and its standard error where they are a sample."""
    own = partition.labels[silhouette.rows]
    counts = np.bincount(own, minlength=partition.k)
    sums = np.bincount(own, weights=silhouette.values, minlength=partition.k)
    means = sums / np.maximum(counts, 1)
    squares = np.bincount(own, weights=(silhouette.values - means[own]) ** 2, minlength=partition.k)
    errors = np.sqrt(squares / np.maximum(counts - 1, 1) / np.maximum(counts, 1))
    sampled = silhouette.standard_error is not None
    return (
        tuple(float(mean) if count else None for mean, count in zip(means, counts, strict=True)),
        tuple(float(error) if sampled and count > 1 else None for error, count in zip(errors, counts, strict=True)),
    )


def elongation(matrix: Matrix, partition: Partition, hashes: Hashes | None = None) -> float | None:
    """How many times the longest segment is as long as it is wide: deviations along its first two principal axes.

    Of at most ``EXACT_ROWS`` customers, drawn by ``hashes`` (n,); None where no segment has ``_FEW_MEMBERS`` of them,
    or one axis.
    """
    places = drawn(by_place(len(matrix)) if hashes is None else hashes, EXACT_ROWS, "elongation")
    rows, labels = matrix[places], partition.labels[places]
    ratios = []
    for segment in range(partition.k):
        members = rows[labels == segment]
        if len(members) < _FEW_MEMBERS or matrix.shape[1] < 2:
            continue
        *_, width, length = np.linalg.eigvalsh(np.cov(members, rowvar=False))
        if width > _ROUNDING * length:
            ratios.append(float(np.sqrt(length / width)))
    return max(ratios, default=None)


def _distance_sums(
    matrix: Matrix, rows: Labels, reference: Labels, labellings: Sequence[Labels]
) -> tuple[Matrix, Matrix, list[int]]:
    """Sum of distances from each row to each cluster of each labelling: (m, sum of k), with the counts."""
    sizes = [int(labels.max()) + 1 for labels in labellings]
    offsets = [0, *np.cumsum(sizes).tolist()]
    members = np.zeros((len(reference), offsets[-1]), dtype=np.float32)
    for labels, start in zip(labellings, offsets[:-1], strict=True):
        members[np.arange(len(reference)), start + labels[reference].astype(np.intp)] = 1.0
    others = matrix[reference]
    middle = others.mean(axis=0)  # distances do not mind the shift, float32 does
    others = (others - middle).astype(np.float32)
    part = others if rows is reference else (matrix[rows] - middle).astype(np.float32)
    sums = np.empty((len(rows), offsets[-1]))

    def fill(start: int) -> None:
        sums[start : start + _TILE_ROWS] = _sum_block(
            part[start : start + _TILE_ROWS], others, members, own=start if rows is reference else None
        )

    # BLAS itself would use both processors for the products only, and wait for itself in between
    with one_thread("blas"), ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fill, range(0, len(rows), _TILE_ROWS)))
    return sums, members.sum(axis=0, dtype=np.float64), offsets


def _sum_block(part: Array, others: Array, members: Array, *, own: int | None) -> Matrix:
    """Sums of distances from a few rows to every cluster, tile by tile, so that a tile stays in the cache.

    ``own`` is the place among ``others`` of the first row of ``part``, where it is among them.
    """
    sums = np.zeros((len(part), members.shape[1]))
    norms = np.einsum("ij,ij->i", part, part)[:, None]
    doubled = -2.0 * part
    for start in range(0, len(others), _TILE_COLUMNS):
        tile = others[start : start + _TILE_COLUMNS]
        distances = doubled @ tile.T
        distances += norms
        distances += np.einsum("ij,ij->i", tile, tile)
        np.sqrt(np.maximum(distances, 0.0, out=distances), out=distances)
        if own is not None:  # a customer's distance to itself is 0, rounding or not
            places = np.arange(own, own + len(part)) - start
            here = (places >= 0) & (places < len(tile))
            distances[np.flatnonzero(here), places[here]] = 0.0
        sums += distances @ members[start : start + _TILE_COLUMNS]
    return sums


def _silhouette_values(sums: Matrix, counts: Matrix, own: Labels) -> Matrix:
    index = np.arange(len(own))
    own_counts = counts[own]
    within = sums[index, own] / np.maximum(own_counts - 1, 1)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)  # a cluster without reference is near nobody
    means[index, own] = np.inf
    nearest = means.min(axis=1)
    widest = np.maximum(within, nearest)
    values: Matrix = np.where((own_counts > 1) & (widest > 0), (nearest - within) / np.where(widest > 0, widest, 1), 0)
    return values


def dispersion(matrix: Matrix) -> float:
    """Sum of squared distances of all rows from their mean."""
    middle = matrix.mean(axis=0)  # about 0 where the features are standardized, so that nothing cancels below
    return float(np.einsum("ij,ij->", matrix, matrix) - len(matrix) * (middle @ middle))


def calinski_harabasz(total: float, n: int, partition: Partition) -> float:
    """Between over within dispersion, each per degree of freedom (Calinski and Harabasz 1974).

    ``total`` is the ``dispersion`` of the ``n`` rows.
    """
    if partition.inertia <= 0:
        return 1.0
    between = total - partition.inertia
    return between / (partition.k - 1) / (partition.inertia / (n - partition.k))


def davies_bouldin(partition: Partition, distances: Matrix) -> float:
    """Mean over clusters of the worst ratio of spread to separation (Davies and Bouldin 1979).

    ``distances`` is each customer's distance to its own centre, (n,).
    """
    counts = np.bincount(partition.labels, minlength=partition.k)
    return davies_bouldin_of(
        partition.centres, np.bincount(partition.labels, weights=distances, minlength=partition.k) / counts
    )


def davies_bouldin_of(centres: Matrix, spread: Matrix) -> float:
    """The same from each cluster's mean distance to its centre, (k,)."""
    apart = np.linalg.norm(centres[:, None, :] - centres[None, :, :], axis=2)
    np.fill_diagonal(apart, np.inf)
    ratios = (spread[:, None] + spread[None, :]) / np.where(apart > 0, apart, np.inf)
    return float(ratios.max(axis=1).mean())
