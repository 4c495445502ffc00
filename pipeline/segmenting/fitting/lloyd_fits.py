"""Lloyd's algorithm from given centres, many times on the same rows: these are centred and measured once.

``KMeans.fit`` checks, copies, centres and measures the rows at each of some thousand fits of a training, which takes as
long as the steps themselves on a few thousand rows. The steps are still scikit-learn's own compiled ones. They are
private there; so before they are used, one small fit has to give the same bits through ``KMeans`` (``_private_step``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from pipeline.contract import Labels
from pipeline.segmenting.distances import Array

Step = Callable[..., tuple[Labels, float, Array, int]]


@dataclass(frozen=True)
class LloydFit:
    """What Lloyd found from one start."""

    centres: Array
    inertia: float
    labels: Labels


@dataclass(frozen=True)
class LloydRows:
    """Rows (n, p) that are fitted from several starts, in one thread each; what comes is ``KMeans``'s to the bit."""

    rows: Array  # as ``KMeans`` takes them
    tolerance: float  # as ``KMeans`` takes it: in mean variances of a feature
    iterations: int
    centred: Array | None  # rows in C order less their mean; None where ``KMeans`` has to do it
    middle: Array
    weights: Array
    shift: float  # the tolerance in squared units of the rows

    @classmethod
    def of(cls, rows: Array, *, tolerance: float, iterations: int) -> LloydRows:
        """Prepare rows of float32 or float64."""
        if _private_step() is None:
            return cls(rows, tolerance, iterations, None, rows[:0], rows[:0], 0.0)
        return cls._prepared(rows, tolerance, iterations)

    @classmethod
    def _prepared(cls, rows: Array, tolerance: float, iterations: int) -> LloydRows:
        centred = np.array(rows, order="C")
        shift = np.mean(np.var(centred, axis=0)) * tolerance if tolerance else 0.0
        middle = centred.mean(axis=0)
        centred -= middle
        return cls(rows, tolerance, iterations, centred, middle, np.ones(len(rows), rows.dtype), shift)

    def fit(self, centres: Array) -> LloydFit:
        """Lloyd from ``centres`` (k, p)."""
        step = _private_step()
        if step is None or self.centred is None:
            return _by_class(self.rows, centres, self.tolerance, self.iterations)
        return self._fit_with(step, centres)

    def _fit_with(self, step: Step, centres: Array) -> LloydFit:
        start = np.array(centres, dtype=self.rows.dtype, order="C")
        start -= self.middle
        labels, inertia, moved, _ = step(
            self.centred, self.weights, start, max_iter=self.iterations, tol=self.shift, n_threads=1
        )
        moved += self.middle
        return LloydFit(moved, float(inertia), labels)


def _by_class(rows: Array, centres: Array, tolerance: float, iterations: int) -> LloydFit:
    from sklearn.cluster import KMeans

    model = KMeans(len(centres), init=centres, n_init=1, tol=tolerance, max_iter=iterations).fit(rows)
    return LloydFit(model.cluster_centers_, float(model.inertia_), model.labels_)


@cache
def _private_step() -> Step | None:
    """scikit-learn's loop of Lloyd steps, where this version's gives what its ``KMeans`` gives; else None."""
    from sklearn.cluster import _kmeans

    step: Any = getattr(_kmeans, "_kmeans_single_lloyd", None)
    return step if step is not None and gives_the_same(step) else None


def gives_the_same(step: Step) -> bool:
    """Whether a fit of 300 rows, in both precisions, has the same bits as through ``KMeans``."""
    from pipeline.processors import one_thread

    rng = np.random.default_rng(0)
    for dtype in (np.float32, np.float64):
        rows = rng.normal(size=(300, 3)).astype(dtype)
        with one_thread():
            wanted = _by_class(rows, rows[:4], 1e-3, 20)
            try:
                fit = LloydRows._prepared(rows, 1e-3, 20)._fit_with(step, rows[:4])
            except (TypeError, ValueError, AttributeError):  # other arguments, another result
                return False
        same = (
            fit.inertia == wanted.inertia,
            np.array_equal(fit.centres, wanted.centres),
            np.array_equal(fit.labels, wanted.labels),
        )
        if not all(same):
            return False
    return True
