"""How good each partition is: silhouette, Calinski-Harabasz and Davies-Bouldin, all k from shared sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.contract import Labels, Matrix, Partition

EXACT_ROWS = 20_000  # up to this many customers every silhouette is exact
SAMPLE_ROWS = 10_000
REFERENCE_ROWS = 100_000
_BLOCK_BYTES = 64 << 20


@dataclass(frozen=True)
class Silhouettes:
    """Silhouette of some customers under one partition."""

    rows: Labels  # (m,) which customers
    values: Matrix  # (m,)
    overall: float
    standard_error: float | None  # None where every customer was used


def silhouettes(matrix: Matrix, labellings: Sequence[Labels], *, seed: int) -> tuple[Silhouettes, ...]:
    """Euclidean silhouettes (Rousseeuw 1987) of several partitions in one pass over the distances.

    Up to ``EXACT_ROWS`` rows the result equals scikit-learn's ``silhouette_samples`` to 1e-5. Above that,
    ``SAMPLE_ROWS`` customers are measured against a random reference of ``REFERENCE_ROWS``, with a standard error.
    """
    n = len(matrix)
    if n <= EXACT_ROWS:
        rows = reference = np.arange(n)
    else:
        drawn = np.random.default_rng(seed).permutation(n)[:REFERENCE_ROWS]
        rows, reference = np.sort(drawn[:SAMPLE_ROWS]), drawn
    sums, counts, offsets = _distance_sums(matrix, rows, reference, labellings)
    found = []
    for labels, start, stop in zip(labellings, offsets[:-1], offsets[1:], strict=True):
        values = _silhouette_values(sums[:, start:stop], counts[start:stop], labels[rows])
        error = None if n <= EXACT_ROWS else float(values.std(ddof=1) / np.sqrt(len(values)))
        found.append(Silhouettes(rows, values, float(values.mean()), error))
    return tuple(found)


def _distance_sums(matrix: Matrix, rows: Labels, reference: Labels, labellings: Sequence[Labels]
                   ) -> tuple[Matrix, Matrix, list[int]]:
    """Sum of distances from each row to each cluster of each labelling: (m, sum of k), with the counts."""
    sizes = [int(labels.max()) + 1 for labels in labellings]
    offsets = [0, *np.cumsum(sizes).tolist()]
    members = np.zeros((len(reference), offsets[-1]), dtype=np.float32)
    for labels, start in zip(labellings, offsets[:-1], strict=True):
        members[np.arange(len(reference)), start + labels[reference]] = 1.0
    centred = (matrix - matrix.mean(axis=0)).astype(np.float32)
    others = centred[reference]
    other_norms = np.einsum("ij,ij->i", others, others)
    sums = np.empty((len(rows), offsets[-1]))
    block = max(1, _BLOCK_BYTES // (4 * len(reference)))
    exact = len(rows) == len(reference)
    for start in range(0, len(rows), block):
        part = centred[rows[start:start + block]]
        distances = np.einsum("ij,ij->i", part, part)[:, None] + other_norms[None, :] - 2.0 * (part @ others.T)
        np.sqrt(np.maximum(distances, 0.0, out=distances), out=distances)
        if exact:  # a customer's distance to itself is 0, rounding or not
            distances[np.arange(len(part)), np.arange(start, start + len(part))] = 0.0
        sums[start:start + block] = distances @ members
    return sums, members.sum(axis=0, dtype=np.float64), offsets


def _silhouette_values(sums: Matrix, counts: Matrix, own: Labels) -> Matrix:
    index = np.arange(len(own))
    own_counts = counts[own]
    within = sums[index, own] / np.maximum(own_counts - 1, 1)
    means = sums / np.maximum(counts, 1)
    means[index, own] = np.inf
    nearest = means.min(axis=1)
    widest = np.maximum(within, nearest)
    values: Matrix = np.where((own_counts > 1) & (widest > 0), (nearest - within) / np.where(widest > 0, widest, 1), 0)
    return values


def calinski_harabasz(matrix: Matrix, partition: Partition) -> float:
    """Between over within dispersion, each per degree of freedom (Calinski and Harabasz 1974)."""
    middle = matrix.mean(axis=0)  # about 0 where the features are standardized, so that nothing cancels below
    total = float(np.einsum("ij,ij->", matrix, matrix) - len(matrix) * (middle @ middle))
    if partition.inertia <= 0:
        return 1.0
    between = total - partition.inertia
    return between / (partition.k - 1) / (partition.inertia / (len(matrix) - partition.k))


def davies_bouldin(partition: Partition, distances: Matrix) -> float:
    """Mean over clusters of the worst ratio of spread to separation (Davies and Bouldin 1979).

    ``distances`` is each customer's distance to its own centre, (n,).
    """
    counts = np.bincount(partition.labels, minlength=partition.k)
    spread = np.bincount(partition.labels, weights=distances, minlength=partition.k) / counts
    apart = np.linalg.norm(partition.centres[:, None, :] - partition.centres[None, :, :], axis=2)
    np.fill_diagonal(apart, np.inf)
    ratios = (spread[:, None] + spread[None, :]) / np.where(apart > 0, apart, np.inf)
    return float(ratios.max(axis=1).mean())
