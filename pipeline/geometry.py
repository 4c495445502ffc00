"""Distances and means, plain NumPy: what the sweep, the scoring and the dashboard share without scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.contract import Labels, Matrix

Array = npt.NDArray[Any]


def squared_distances(rows: Array, centres: Array) -> Array:
    """Squared Euclidean distances, (n, k), never negative."""
    norms = np.einsum("ij,ij->i", rows, rows)[:, None] + np.einsum("ij,ij->i", centres, centres)[None, :]
    distances: Array = np.maximum(norms - 2.0 * (rows @ centres.T), 0.0)
    return distances


def cluster_means(matrix: Matrix, labels: Labels, k: int) -> Matrix:
    """Mean row of each cluster, (k, p)."""
    counts = np.bincount(labels, minlength=k)
    sums = np.column_stack([np.bincount(labels, weights=column, minlength=k) for column in matrix.T])
    means: Matrix = sums / counts[:, None]
    return means
