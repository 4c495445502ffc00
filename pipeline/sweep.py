"""Matrix -> one partition a k. scikit-learn's KMeans does every Lloyd step; ours is which rows and centres it gets.

The search runs on at most ``SEARCH_ROWS`` rows: greedy k-means++ seedings at the largest k whose prefixes seed every
smaller k, then neighbour moves (k from k - 1 by adding a centre, k from k + 1 by removing the cheapest) and swaps.
Lloyd on all rows then starts from the winners. Rows come in canonical order, so the input's order cannot matter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from sklearn import config_context
from sklearn.cluster import KMeans, kmeans_plusplus
from threadpoolctl import threadpool_limits

from pipeline.contract import Labels, Matrix, Partition
from pipeline.errors import InputError
from pipeline.geometry import Array, cluster_means, squared_distances

SEARCH_ROWS = 20_000
FLOAT32_ROWS = 100_000  # above this the polish runs in float32: half the memory traffic, same partition
_WORKERS = 2
_ADD_TRIALS = 4

Tick = Callable[[float], None]


@dataclass(frozen=True)
class Effort:
    """How hard the search tries."""

    seedings: int = 10
    passes: int = 2
    swaps: int = 2


THOROUGH = Effort()
LIGHT = Effort(seedings=2, passes=1, swaps=1)  # for stability and null draws, where many sweeps are averaged


@dataclass
class _Best:
    """Best centres found for one k so far."""

    centres: Array
    inertia: float


def sweep(matrix: Matrix, ks: Iterable[int], *, seed: int, effort: Effort = THOROUGH, tick: Tick | None = None
          ) -> tuple[Partition, ...]:
    """Fit KMeans for every k.

    Parameters
    ----------
    matrix : (n, p) float64, rows in canonical order.
    ks : the numbers of clusters, each at least 2.
    seed : every random choice derives from it.
    tick : called with the fraction done, 0 to 1.

    Raises
    ------
    InputError
        Where the rows are fewer or less distinct than the largest k.
    """
    wanted = sorted(set(ks))
    _check(matrix, wanted[-1])
    rng = np.random.default_rng(seed)
    started = time.perf_counter()
    # the matrix was checked above, so scikit-learn need not check it again at each of hundreds of fits
    with threadpool_limits(limits=1), config_context(assume_finite=True, skip_parameter_validation=True):
        rows = _search_rows(matrix, rng)
        best, spread = _search(rows, wanted, rng, effort)
        if tick:
            tick(0.5)
        search_seconds = (time.perf_counter() - started) / len(wanted)
        polished = _polish_all(matrix, {k: best[k].centres for k in wanted}, tick)
    return tuple(
        _partition(matrix, k, centres, labels, spread[k], search_seconds + seconds)
        for k, (centres, labels, seconds) in sorted(polished.items())
    )


def _check(matrix: Matrix, largest: int) -> None:
    if not np.isfinite(matrix).all():
        raise InputError.because("the clustered matrix holds values that are not finite numbers")
    distinct = len(np.unique(matrix[: 50 * SEARCH_ROWS], axis=0)) if len(matrix) <= SEARCH_ROWS else largest
    if distinct < largest:
        raise InputError.because(
            f"too few different customers for k = {largest}", expected=f"at least {largest} different rows",
            found=str(distinct), remedy="lower --k-max, or add active columns that tell customers apart",
        )


def _search_rows(matrix: Matrix, rng: np.random.Generator) -> Array:
    if len(matrix) <= SEARCH_ROWS:
        return matrix
    return matrix[np.sort(rng.choice(len(matrix), SEARCH_ROWS, replace=False))]


# ------------------------------------------------------------------ the search


def _search(rows: Array, ks: Sequence[int], rng: np.random.Generator, effort: Effort
            ) -> tuple[dict[int, _Best], dict[int, float | None]]:
    # neighbour moves need an unbroken chain of k, so the gaps are searched too
    chain = list(range(max(2, ks[0]), ks[-1] + 1))
    squared = np.einsum("ij,ij->i", rows, rows)
    best: dict[int, _Best] = {}
    inertias: dict[int, list[float]] = {k: [] for k in chain}
    for _ in range(effort.seedings):
        seeds, _ = kmeans_plusplus(rows, chain[-1], x_squared_norms=squared, random_state=_state(rng))
        for k in chain:
            found = _lloyd(rows, seeds[:k])
            inertias[k].append(found.inertia)
            _keep(best, k, found)
    for _ in range(effort.passes):
        for k in chain[1:]:
            _keep(best, k, _lloyd(rows, _add_centre(rows, best[k - 1].centres, rng)))
        for k in reversed(chain[:-1]):
            _keep(best, k, _lloyd(rows, _remove_centre(rows, best[k + 1].centres)))
    for _ in range(effort.swaps):
        for k in chain:
            if k > 2:
                _keep(best, k, _lloyd(rows, _add_centre(rows, _remove_centre(rows, best[k].centres), rng)))
    return best, {k: _relative_deviation(values) for k, values in inertias.items()}


def _state(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31 - 1))


def _lloyd(rows: Array, centres: Array) -> _Best:
    model = KMeans(len(centres), init=centres, n_init=1, tol=1e-3, max_iter=100, copy_x=True).fit(rows)
    return _Best(model.cluster_centers_, float(model.inertia_))


def _keep(best: dict[int, _Best], k: int, found: _Best) -> None:
    if k not in best or found.inertia < best[k].inertia:
        best[k] = found


def _add_centre(rows: Array, centres: Array, rng: np.random.Generator) -> Array:
    """The row that lowers the inertia most among a few drawn with probability proportional to their distance."""
    nearest = squared_distances(rows, centres).min(axis=1)
    total = nearest.sum()
    if total <= 0:
        return np.vstack([centres, rows[:1]])
    drawn = rng.choice(len(rows), _ADD_TRIALS, p=nearest / total)
    left = np.minimum(nearest[:, None], squared_distances(rows, rows[drawn])).sum(axis=0)
    return np.vstack([centres, rows[drawn[left.argmin()]]])


def _remove_centre(rows: Array, centres: Array) -> Array:
    """All centres but the one whose members are nearest to another one."""
    distances = squared_distances(rows, centres)
    two = np.partition(distances, 1, axis=1)[:, :2]
    cost = np.bincount(distances.argmin(axis=1), weights=two[:, 1] - two[:, 0], minlength=len(centres))
    kept: Array = np.delete(centres, cost.argmin(), axis=0)
    return kept


def _relative_deviation(values: list[float]) -> float | None:
    mean = float(np.mean(values))
    return float(np.std(values)) / mean if len(values) > 1 and mean > 0 else None


# ------------------------------------------------------------------ Lloyd on all rows


def _polish_all(matrix: Matrix, starts: dict[int, Array], tick: Tick | None
                ) -> dict[int, tuple[Array, Array, float]]:
    """Run Lloyd to convergence for every k, the largest first; one thread a fit keeps each result exact."""
    data = matrix.astype(np.float32) if len(matrix) > FLOAT32_ROWS else matrix

    def polish(k: int) -> tuple[int, tuple[Array, Array, float]]:
        started = time.perf_counter()
        tolerance = 1e-4 if len(data) > SEARCH_ROWS else 0.0
        model = KMeans(k, init=starts[k].astype(data.dtype), n_init=1, tol=tolerance, max_iter=300).fit(data)
        return k, (model.cluster_centers_, model.labels_, time.perf_counter() - started)

    done: dict[int, tuple[Array, Array, float]] = {}
    workers = _WORKERS if len(data) > SEARCH_ROWS // 2 else 1
    # OpenMP's thread count belongs to the thread that sets it, hence the initializer
    with ThreadPoolExecutor(workers, initializer=lambda: threadpool_limits(limits=1, user_api="openmp")) as pool:
        for k, result in pool.map(polish, sorted(starts, reverse=True)):
            done[k] = result
            if tick:
                tick(0.5 + 0.5 * len(done) / len(starts))
    return done


def _partition(matrix: Matrix, k: int, centres: Array, labels: Array, spread: float | None, seconds: float
               ) -> Partition:
    """Number the clusters by falling size and compute centres and inertia anew from the labels, in float64."""
    counts = np.bincount(labels, minlength=k)
    if counts.min() == 0:
        raise InputError.because(f"k = {k}: a cluster is empty", remedy="lower --k-max")
    order = np.lexsort((*centres.T[::-1], -counts))
    renumber = np.empty(k, dtype=np.int64)
    renumber[order] = np.arange(k)
    numbered: Labels = renumber[labels]
    exact = cluster_means(matrix, numbered, k)
    inertia = float(((matrix - exact[numbered]) ** 2).sum()) if len(matrix) <= FLOAT32_ROWS else _inertia(
        matrix, exact, numbered)
    return Partition(k=k, centres=exact, labels=numbered, inertia=inertia, seed_spread=spread, seconds=seconds)


def _inertia(matrix: Matrix, centres: Matrix, labels: Labels) -> float:
    """Sum of squares about the centres without an (n, p) temporary: total minus between."""
    counts = np.bincount(labels, minlength=len(centres))
    return float(np.einsum("ij,ij->", matrix, matrix) - (counts * np.einsum("ij,ij->i", centres, centres)).sum())
