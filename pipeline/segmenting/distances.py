"""Distances and means, plain NumPy: what the sweep, the scoring and the dashboard share without scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.contract import Labels, Matrix

BLOCK = 16_384

Array = npt.NDArray[Any]


def squared_distances(rows: Array, centres: Array) -> Array:
    """Squared Euclidean distances, (n, k), never negative."""
    norms = np.einsum("ij,ij->i", rows, rows)[:, None] + np.einsum("ij,ij->i", centres, centres)[None, :]
    distances: Array = rows @ centres.T
    distances *= 2.0
    np.subtract(norms, distances, out=distances)
    np.maximum(distances, 0.0, out=distances)
    return distances


def nearest(rows: Matrix, centres: Matrix) -> Labels:
    """Place of the nearest centre for each row, (n,)."""
    places: Labels = squared_distances(rows, centres).argmin(axis=1)
    return places


def blocks(n: int) -> Iterator[slice]:
    """Slices of ``BLOCK`` rows, so that what is computed of them stays in the processor's cache."""
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def cluster_means(matrix: Matrix, labels: Labels, k: int) -> Matrix:
    """Mean row of each cluster, (k, p) float64; a cluster without rows has no mean (NaN)."""
    numbers = np.arange(k, dtype=labels.dtype)[:, None]
    sums = np.zeros((k, matrix.shape[1]))
    for rows in blocks(len(matrix)):  # a product of matrices is twice as fast as counting, and lets other threads run
        sums += (labels[rows] == numbers).astype(matrix.dtype) @ matrix[rows]
    with np.errstate(invalid="ignore"):
        means: Matrix = sums / np.bincount(labels, minlength=k)[:, None]
    return means
