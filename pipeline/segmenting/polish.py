"""Lloyd on all rows from the search's centres, and the partition that comes of it, exact in float64."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.contract import Labels, Matrix, Message
from pipeline.errors import InputError
from pipeline.processors import THREADS, pool
from pipeline.segmenting.distances import Array, cluster_means, cluster_sums
from pipeline.stages import Partition

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

LARGE_ROWS = 100_000  # above this Lloyd runs in float32, half the memory traffic, and on a part of the rows first
STRICT_ROWS = 20_000  # up to this many Lloyd runs until no row changes sides
TOLERANCE = 1e-4  # scikit-learn's own: squared shift of the centres in mean variances of a feature
_THREADED_ROWS = 10_000
_MOST_STEPS = 300  # scikit-learn's own limit

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
    """Lloyd on a part of the rows, then on all, where few steps are left.

    Those steps are scikit-learn's assignment and our means, kept up to date by the few rows that change sides: a third
    of the time of its own steps at a million rows, without the 0.3 s for which a fit prepares.
    """
    middle = matrix.mean(axis=0)
    data: Array = np.empty(matrix.shape, dtype=np.float32)
    np.subtract(matrix, middle, out=data, casting="same_kind")
    part = np.ascontiguousarray(data[:: len(data) // LARGE_ROWS])
    tolerance = TOLERANCE * float(part.var(axis=0).mean())

    def lloyd(centres: Array) -> Labels:
        k = len(centres)
        model = _fit(part, (centres - middle).astype(np.float32), TOLERANCE)
        labels: Labels = model.predict(data)
        sums, counts = cluster_sums(data, labels, k)
        for _ in range(_MOST_STEPS):
            if not counts.all():  # a cluster lost its last row: a fit gives it another one
                return _labels(_fit(data, model.cluster_centers_, TOLERANCE))
            moved = (sums / counts[:, None]).astype(np.float32)
            shift = float(((moved - model.cluster_centers_) ** 2).sum())
            if shift <= tolerance:
                break
            model.cluster_centers_ = moved
            before, labels = labels, model.predict(data)
            changed = np.flatnonzero(labels != before)
            rows = data[changed]
            for sign, side in ((1, labels), (-1, before)):
                its_sums, its_counts = cluster_sums(rows, side[changed], k)
                sums += sign * its_sums
                counts += sign * its_counts
        return labels

    return lloyd


def _fit(rows: Array, centres: Array, tolerance: float) -> KMeans:
    from sklearn.cluster import KMeans

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
        raise InputError.because(
            Message.of("k = {k}: a cluster is empty", k=str(k)), remedy=Message.of("lower --k-max")
        )
    means = cluster_means(matrix, labels, k)
    order = np.lexsort((*means.T[::-1], -counts))
    renumber = np.empty(k, dtype=np.int64)
    renumber[order] = np.arange(k)
    numbered, centres = renumber[labels], means[order]
    between = float((counts[order] * np.einsum("ij,ij->i", centres, centres)).sum())
    inertia = float(((matrix - centres[numbered]) ** 2).sum()) if total is None else total - between
    return Partition(k=k, centres=centres, labels=numbered, inertia=inertia, seed_spread=None, seconds=0.0)
