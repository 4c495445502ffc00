"""Lloyd on all rows from the search's centres, and the partition that comes of it, exact in float64."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from pipeline.contract import Labels, Matrix, Message
from pipeline.errors import InputError
from pipeline.folding import Crowd, Space, labels_of, lloyd
from pipeline.processors import THREADS, pool
from pipeline.segmenting.distances import Array, cluster_means
from pipeline.segmenting.fitting.lloyd_fits import LloydRows
from pipeline.stages import Partition

STRICT_ROWS = 20_000  # up to this many Lloyd runs until no row changes sides
TOLERANCE = 1e-4  # scikit-learn's own: squared shift of the centres in mean variances of a feature
_THREADED_ROWS = 10_000
_ITERATIONS = 300

Lloyd = Callable[[Array], Labels]


def polish(crowd: Crowd, starts: Mapping[int, Array]) -> Iterator[Partition]:
    """Run Lloyd to convergence for every k, the largest first; one thread a fit keeps each result exact.

    Raises ``InputError`` where a cluster is empty in the end.
    """
    if crowd.space is not None:
        yield from _large(crowd.matrix, crowd.sample, crowd.space, starts)
        return
    matrix, lloyd = crowd.matrix, _small(crowd.matrix)

    def fit(k: int) -> Partition:
        started = time.perf_counter()
        fitted = partition(matrix, k, lloyd(starts[k]))
        return replace(fitted, seconds=time.perf_counter() - started)

    with pool(THREADS if len(matrix) > _THREADED_ROWS else 1) as threads:
        yield from threads.map(fit, sorted(starts, reverse=True))


def _small(matrix: Matrix) -> Lloyd:
    rows = LloydRows.of(matrix, tolerance=TOLERANCE if len(matrix) > STRICT_ROWS else 0.0, iterations=_ITERATIONS)

    def lloyd(centres: Array) -> Labels:
        return rows.fit(centres.astype(matrix.dtype)).labels

    return lloyd


def _large(matrix: Matrix, sample: Labels, space: Space, starts: Mapping[int, Array]) -> Iterator[Partition]:
    """Lloyd on the sample, then on everybody, where few steps are left, all k in one pass."""
    started = time.perf_counter()
    part = (matrix[sample] - space.middle).astype(np.float32)
    rows = LloydRows.of(part, tolerance=TOLERANCE, iterations=_ITERATIONS)

    def fit(k: int) -> Matrix:
        fitted = rows.fit((starts[k] - space.middle).astype(np.float32))
        guide: Matrix = fitted.centres.astype(np.float64) + space.middle
        return guide

    ks = sorted(starts, reverse=True)
    with pool(THREADS) as threads:
        guides = dict(zip(ks, threads.map(fit, ks), strict=True))
    fitted = lloyd(space, guides)
    labels = labels_of(matrix, {k: cluster_fit.guide for k, cluster_fit in fitted.items()}, space.middle)
    seconds = (time.perf_counter() - started) / len(ks)
    for k, cluster_fit in fitted.items():
        _refuse_empty(k, cluster_fit.sizes)
        yield Partition(
            k,
            cluster_fit.centres,
            labels[k],
            cluster_fit.inertia,
            None,
            seconds,
            guide=cluster_fit.guide,
            sizes=cluster_fit.sizes,
        )


def partition(matrix: Matrix, k: int, labels: Labels) -> Partition:
    """Number the clusters by falling size and compute centres and inertia from the labels, in float64."""
    counts = np.bincount(labels, minlength=k)
    _refuse_empty(k, counts)
    means = cluster_means(matrix, labels, k)
    order = np.lexsort((*means.T[::-1], -counts))
    renumber = np.empty(k, dtype=np.min_scalar_type(k - 1))
    renumber[order] = np.arange(k)
    numbered, centres = renumber[labels], means[order]
    inertia = float(((matrix - centres[numbered]) ** 2).sum())
    return Partition(k, centres, numbered, inertia, None, 0.0)


def _refuse_empty(k: int, counts: Labels) -> None:
    if counts.min() == 0:
        raise InputError.because(
            Message.of("k = {k}: a cluster is empty", k=str(k)),
            remedy=Message.of("ask for fewer segments (--k-max; in Python k)"),
        )
