"""Kernels about clusters: who is nearest to which centre, and exact sums of who is there, all k in one pass.

A customer's cluster is the nearest centre in float64, the first of equally near ones. Single precision decides where
its error cannot change that, which is nearly everywhere; the rest is computed once more column by column, which gives
the same bits in any block. A product of matrices in double precision would not: the last bits hang on its shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.folding.kernels.fixed_point import LIMB
from pipeline.folding.kernels.kernel import Array, Parts, Rows, added, pieces
from pipeline.folding.kernels.transform import FEATURES, Transform

__all__ = ["FEATURES", "LloydStep", "Starts", "nearest_of"]

_UNIT = 2.0**-24  # rounding of single precision

Starts = Mapping[int, Array]  # k -> centres (k, p) in the clustered space


def nearest_of(matrix: Array, starts: Starts, middle: Array) -> dict[int, Array]:
    """Cluster of each row for every k, (n,) a byte each up to 256; ``middle`` (p,) is about the mean of all rows."""
    ks = sorted(starts)
    labels = {k: np.empty(len(matrix), dtype=np.min_scalar_type(k - 1)) for k in ks}
    centres = np.concatenate([starts[k] - middle for k in ks])
    norms = np.einsum("ij,ij->i", centres, centres)
    single, doubled = norms.astype(np.float32)[:, None], (-2.0 * centres).astype(np.float32)
    for block in pieces(len(matrix)):
        rows = matrix[block] - middle
        short = rows.astype(np.float32)
        distances = doubled @ short.T  # less the row's own norm, which does not matter to who is nearest
        distances += single
        # each distance is off by at most (p + 5) roundings of the two norms (Higham 2002, section 3.1)
        sizes = np.einsum("ij,ij->i", short, short)
        start = 0
        for k in ks:
            own = slice(start, start + k)
            margin = (2.0 * _UNIT * (matrix.shape[1] + 6)) * (sizes + np.float32(norms[own].max()))
            labels[k][block] = _decided(distances[own], margin, rows, centres[own])
            start += k
    return labels


def _decided(distances: Array, margin: Array, rows: Array, centres: Array) -> Array:
    """The nearest centre of each row by ``distances`` (k, n), and by exact ones where two are within ``margin``."""
    label = np.zeros(distances.shape[1], dtype=np.min_scalar_type(len(distances) - 1))
    best, second = distances[0], np.full(distances.shape[1], np.inf, dtype=np.float32)
    less, nearer, worse = np.empty(len(best), dtype=np.bool_), np.empty_like(label), np.empty_like(best)
    for place, own in enumerate(distances[1:], start=1):
        np.less(own, best, out=less)
        np.maximum(best, own, out=worse)
        np.minimum(second, worse, out=second)
        np.minimum(best, own, out=best)
        np.multiply(less.view(np.uint8), label.dtype.type(place), out=nearer)
        np.maximum(label, nearer, out=label)  # a later place is a larger number: the larger of the two is the nearer
    second -= best
    unsure = np.flatnonzero(~(second > margin))
    if len(unsure):
        label[unsure] = _squared(rows[unsure], centres).argmin(axis=1)
    return label


def _squared(rows: Array, centres: Array) -> Array:
    """Squared distances, (n, k), added up feature by feature: bits that no other row can change."""
    squares: Array = np.zeros((len(rows), len(centres)))
    for place in range(centres.shape[1]):
        squares += (rows[:, place, None] - centres[None, :, place]) ** 2
    return squares


def clustered(labels: Array, k: int) -> Array:
    """Membership of each row in each cluster, (k, n) float64 of 0 and 1."""
    members: Array = (labels[None, :] == np.arange(k, dtype=labels.dtype)[:, None]).astype(np.float64)
    return members


@dataclass(frozen=True)
class LloydStep:
    """One step of Lloyd for every k in one pass: members of each cluster and the sums of their features.

    Sums are of the upper limb alone (steps of 2**-31 of the largest value), which is finer than any mean can show.
    """

    source: Transform
    starts: Starts
    middle: tuple[float, ...]
    scale: tuple[int, ...]  # exponents of the largest absolute value of each feature

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return self.source.columns

    def part(self, rows: Rows) -> Parts:
        """``counts`` (sum of k,) and ``sums`` (sum of k, p), one k after the other by rising k."""
        matrix = self.source.matrix(rows)
        width = sum(self.starts)
        counts, sums = np.zeros(width, dtype=np.int64), np.zeros((width, matrix.shape[1]), dtype=np.int64)
        for block in pieces(len(matrix)):
            values = matrix[block]
            upper = np.rint(values * np.ldexp(1.0, LIMB - np.array(self.scale)))
            start = 0
            for k, labels in nearest_of(values, self.starts, np.array(self.middle)).items():
                counts[start : start + k] += np.bincount(labels, minlength=k)
                sums[start : start + k] += (clustered(labels, k) @ upper).astype(np.int64)  # whole numbers below 2**53
                start += k
        return {"counts": counts, "sums": sums}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)
