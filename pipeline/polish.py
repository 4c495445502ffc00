"""Lloyd on all rows from the search's centres, and the partition that comes of it, exact in float64."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from sklearn.cluster import KMeans

from pipeline.contract import Labels, Matrix, Partition
from pipeline.errors import InputError
from pipeline.geometry import Array, cluster_means
from pipeline.threads import THREADS, pool

LARGE_ROWS = 100_000  # above this Lloyd runs in float32, half the memory traffic, and on a part of the rows first
STRICT_ROWS = 20_000  # up to this many Lloyd runs until no row changes sides
TOLERANCE = 1e-4  # scikit-learn's own: squared shift of the centres in mean variances of a feature
_THREADED_ROWS = 10_000
_STEPS = 8

Lloyd = Callable[[Array], Labels]


def polish(matrix: Matrix, starts: Mapping[int, Array]) -> Iterator[Partition]:
    """Run Lloyd to convergence for every k, the largest first; one thread a fit keeps each result exact.

    Raises ``InputError`` where a cluster is empty in the end.
    """
    large = len(matrix) > LARGE_ROWS
    lloyd = _large(matrix) if large else _small(matrix)
    total = float(np.einsum("ij,ij->", matrix, matrix)) if large else None

    def one(k: int) -> Partition:
        started = time.perf_counter()
        found = partition(matrix, k, lloyd(starts[k]), total)
        return replace(found, seconds=time.perf_counter() - started)

    with pool(THREADS if len(matrix) > _THREADED_ROWS else 1) as threads:
        yield from threads.map(one, sorted(starts, reverse=True))


def _small(matrix: Matrix) -> Lloyd:
    tolerance = TOLERANCE if len(matrix) > STRICT_ROWS else 0.0

    def lloyd(centres: Array) -> Labels:
        return _labels(_fit(matrix, centres.astype(matrix.dtype), tolerance))

    return lloyd


def _large(matrix: Matrix) -> Lloyd:
    """Lloyd on a part of the rows, then on all: few steps are left there, and most fits need no more than those.

    Those steps are scikit-learn's assignment and our means, because a fit prepares for 0.3 s at a million rows, ten
    times as long as a step takes. Where they are not enough, a fit goes on from there.
    """
    middle = matrix.mean(axis=0)
    data: Array = np.empty(matrix.shape, dtype=np.float32)
    np.subtract(matrix, middle, out=data, casting="same_kind")
    part = np.ascontiguousarray(data[::len(data) // LARGE_ROWS])
    tolerance = TOLERANCE * float(part.var(axis=0).mean())

    def lloyd(centres: Array) -> Labels:
        model = _fit(part, (centres - middle).astype(np.float32), TOLERANCE)
        for _ in range(_STEPS):
            labels: Labels = model.predict(data)
            moved = cluster_means(data, labels, len(centres)).astype(np.float32)
            if not np.isfinite(moved).all():  # a cluster lost its last row: a fit gives it another one
                break
            if float(((moved - model.cluster_centers_) ** 2).sum()) <= tolerance:
                return labels
            model.cluster_centers_ = moved
        return _labels(_fit(data, model.cluster_centers_, TOLERANCE))

    return lloyd


def _fit(rows: Array, centres: Array, tolerance: float) -> KMeans:
    return KMeans(len(centres), init=centres, n_init=1, tol=tolerance, max_iter=300).fit(rows)


def _labels(model: KMeans) -> Labels:
    labels: Labels = model.labels_
    return labels


def partition(matrix: Matrix, k: int, labels: Labels, total: float | None = None) -> Partition:
    """Number the clusters by falling size and compute centres and inertia from the labels, in float64.

    ``total``, the sum of squares of the whole matrix, takes the place of an (n, p) temporary: less exact, less memory.
    """
    counts = np.bincount(labels, minlength=k)
    if counts.min() == 0:
        raise InputError.because(f"k = {k}: a cluster is empty", remedy="lower --k-max")
    means = cluster_means(matrix, labels, k)
    order = np.lexsort((*means.T[::-1], -counts))
    renumber = np.empty(k, dtype=np.int64)
    renumber[order] = np.arange(k)
    numbered, centres = renumber[labels], means[order]
    between = float((counts[order] * np.einsum("ij,ij->i", centres, centres)).sum())
    inertia = float(((matrix - centres[numbered]) ** 2).sum()) if total is None else total - between
    return Partition(k=k, centres=centres, labels=numbered, inertia=inertia, seed_spread=None, seconds=0.0)
