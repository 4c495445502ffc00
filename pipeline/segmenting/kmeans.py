"""Matrix -> one partition a k. scikit-learn's KMeans does every Lloyd step; ours is which rows and centres it gets.

The search runs on at most ``SEARCH_ROWS`` rows (``LARGE_SEARCH_ROWS`` of large tables): greedy k-means++ seedings
at the largest k whose prefixes seed every smaller k, then neighbour moves (k from k - 1 by adding a centre, k from
k + 1 by removing the cheapest) and swaps.
Lloyd on all rows then starts from the winners (``fitting.polish``). Rows are drawn by the customers' hashes and come in
canonical order, so neither the input's order nor the engine can matter, and every task has a random generator of its
own, so which thread takes it cannot matter either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np

from pipeline.contract import Labels, Matrix, Message, Quantity
from pipeline.errors import InputError
from pipeline.folding import Crowd, Hashes, Space, drawn
from pipeline.processors import THREADS, Pool, one_thread, pool
from pipeline.segmenting.distances import Array, squared_distances
from pipeline.segmenting.fitting import LloydFit, LloydRows, partition, polish
from pipeline.stages import Partition, Restarts

SEARCH_ROWS = 16_000
LARGE_SEARCH_ROWS = 12_000  # where Lloyd goes on with the whole sample before it takes everybody
FLOAT32_SEARCH_ROWS = 4_000  # above this the search does, whose winners are polished anyway: half the time
FEW = 3
_ADD_TRIALS = 4
_TOLERANCE = 1e-3  # of the search: squared shift of the centres in mean variances of a feature
_ITERATIONS = 100

Tick = Callable[[float], None]


@dataclass(frozen=True)
class Effort:
    """How hard the search tries."""

    seedings: int = 10
    passes: int = 2
    swaps: int = 2
    threads: int = THREADS
    again: int = 0  # further seedings of k up to ``FEW``, which hardly any neighbour can lead out of a bad start
    converge: bool = True  # also where the search ran on all rows and came within a thousandth of a variance


THOROUGH = Effort()
# for stability and null draws, where many sweeps are averaged and share the processors among them
LIGHT = Effort(seedings=1, passes=1, swaps=1, threads=1, again=6, converge=False)


@dataclass(frozen=True)
class _Found:
    """Best fit of one k, and the fits of single seedings that it won against."""

    best: LloydFit
    singles: tuple[LloydFit, ...]


def sweep(
    matrix: Matrix,
    ks: Iterable[int],
    *,
    seed: int,
    effort: Effort = THOROUGH,
    tick: Tick | None = None,
    hashes: Hashes | None = None,
    space: Space | None = None,
) -> tuple[Partition, ...]:
    """Fit KMeans for every k.

    Parameters
    ----------
    matrix : (n, p) float64, rows in canonical order.
    ks : the numbers of clusters, each at least 2.
    seed : every random choice derives from it.
    tick : called with the fraction done, 0 to 1.
    hashes : (n,), by which rows are drawn; without them, by their places.
    space : everybody, where ``matrix`` is a sample of many more: centres, sizes and inertia are of everybody then.

    Raises
    ------
    InputError
        Where the rows are fewer or less distinct than the largest k.
    """
    from sklearn import config_context  # late, here and below: who places customers needs this room and no fit

    wanted = sorted(set(ks))
    _check(matrix, wanted[-1])
    rng = np.random.default_rng(seed)
    started = time.perf_counter()
    # the matrix was checked above, so scikit-learn need not check it again at each of hundreds of fits
    with one_thread(), config_context(assume_finite=True, skip_parameter_validation=True):
        crowd = Crowd.of(matrix, hashes, space)
        places = _search_rows(crowd, seed)
        rows = matrix[places].astype(np.float32 if len(places) > FLOAT32_SEARCH_ROWS else np.float64, copy=False)
        with pool(effort.threads if len(rows) > FLOAT32_SEARCH_ROWS else 1) as threads:
            fits = _search(rows, wanted, rng, effort, threads)
        if tick:
            tick(0.5)
        search_seconds = (time.perf_counter() - started) / len(wanted)
        done: dict[int, Partition] = {}
        best = {k: fits[k].best for k in wanted}
        for partition in _finish(crowd, best, converge=effort.converge or len(rows) < len(matrix)):
            done[partition.k] = partition
            if tick:
                tick(0.5 + 0.5 * len(done) / len(wanted))
    return tuple(
        replace(
            done[k],
            restarts=Restarts(places, np.stack([single.labels for single in fits[k].singles])),
            seed_spread=_relative_deviation([single.inertia for single in fits[k].singles]),
            seconds=search_seconds + done[k].seconds,
        )
        for k in wanted
    )


def sought_again(matrix: Matrix, fitted: Partition, seed: Sequence[int]) -> Partition:
    """The best of a few further seedings for ``matrix`` (n, p), where it is better than what was ``fitted`` to it."""
    from sklearn import config_context

    with one_thread(), config_context(assume_finite=True, skip_parameter_validation=True):
        fit = _best_of(matrix, fitted.k, LIGHT.again, np.random.default_rng(seed))
        found = partition(matrix, fitted.k, fit.labels)
    return found if found.inertia < fitted.inertia else fitted


def _finish(crowd: Crowd, best: Mapping[int, LloydFit], *, converge: bool) -> Iterator[Partition]:
    if converge:
        return polish(crowd, {k: fit.centres for k, fit in best.items()})
    return (partition(crowd.matrix, k, fit.labels) for k, fit in best.items())


def _check(matrix: Matrix, largest: int) -> None:
    if not np.isfinite(matrix).all():
        raise InputError.because(Message.of("the clustered matrix holds values that are not finite numbers"))
    distinct = len(np.unique(matrix, axis=0)) if len(matrix) <= SEARCH_ROWS else largest
    if distinct < largest:
        raise InputError.because(
            Message.of("too few different customers for k = {k}", k=Quantity(largest)),
            expected=Message.of("at least {n} different rows", n=Quantity(largest)),
            found=str(distinct),
            remedy=Message.of(
                "ask for fewer segments (--k-max; in Python k), or add active columns that tell customers apart"
            ),
        )


def _search_rows(crowd: Crowd, seed: int) -> Labels:
    """Places of the rows on which centres are searched, all of them where they are few."""
    wanted = SEARCH_ROWS if crowd.space is None else LARGE_SEARCH_ROWS
    places: Labels = crowd.sample[drawn(crowd.hashes[crowd.sample], wanted, f"search {seed}")]
    return places


# ------------------------------------------------------------------ the search


def _search(
    rows: Array, ks: Sequence[int], rng: np.random.Generator, effort: Effort, threads: Pool
) -> dict[int, _Found]:
    prepared = LloydRows.of(rows, tolerance=_TOLERANCE, iterations=_ITERATIONS)
    # neighbour moves need an unbroken chain of k, so the gaps are searched too
    chain = list(range(max(2, ks[0]), ks[-1] + 1))
    singles = _seedings(prepared, chain, rng, effort.seedings, threads)
    if effort.again:
        for k in (k for k in chain if k <= FEW):
            singles[k] += (_best_of(rows, k, effort.again, rng),)
    best = {k: min(fits, key=lambda fit: fit.inertia) for k, fits in singles.items()}
    for _ in range(effort.passes):
        [up] = rng.spawn(1)
        moves = [threads.submit(_climb, prepared, chain, best, up), threads.submit(_descend, prepared, chain, best)]
        for moved in moves:
            best = _better(best, moved.result())
    for _ in range(effort.swaps):
        several = [k for k in chain if k > 2]
        swapped = threads.map(_swap, repeat(prepared), [best[k] for k in several], rng.spawn(len(several)))
        best = _better(best, dict(zip(several, swapped, strict=True)))
    return {k: _Found(best[k], singles[k]) for k in chain}


def _seedings(
    prepared: LloydRows, chain: Sequence[int], rng: np.random.Generator, number: int, threads: Pool
) -> dict[int, tuple[LloydFit, ...]]:
    """Lloyd from the prefixes of some k-means++ seedings, by k; the longest fits start first."""
    from sklearn.cluster import kmeans_plusplus

    rows = prepared.rows
    squared = np.einsum("ij,ij->i", rows, rows)
    states = [int(rng.integers(2**31 - 1)) for _ in range(number)]
    seeds = list(
        threads.map(
            lambda state: kmeans_plusplus(rows, chain[-1], x_squared_norms=squared, random_state=state)[0], states
        )
    )
    tasks = [(k, seed) for k in reversed(chain) for seed in seeds]
    fits = list(threads.map(lambda task: prepared.fit(task[1][: task[0]]), tasks))
    return {k: tuple(fit for (of, _), fit in zip(tasks, fits, strict=True) if of == k) for k in chain}


def _best_of(rows: Array, k: int, seedings: int, rng: np.random.Generator) -> LloydFit:
    """The best of several seedings in one call, which checks and prepares the rows once: half the time."""
    from sklearn.cluster import KMeans

    state = int(rng.integers(2**31 - 1))
    model = KMeans(k, n_init=seedings, tol=_TOLERANCE, max_iter=_ITERATIONS, random_state=state, copy_x=True).fit(rows)
    return LloydFit(model.cluster_centers_, float(model.inertia_), model.labels_)


def _better(best: Mapping[int, LloydFit], moved: Mapping[int, LloydFit]) -> dict[int, LloydFit]:
    return {k: moved[k] if k in moved and moved[k].inertia < own.inertia else own for k, own in best.items()}


def _climb(
    prepared: LloydRows, chain: Sequence[int], best: Mapping[int, LloydFit], rng: np.random.Generator
) -> dict[int, LloydFit]:
    """Each k from k - 1 by one more centre; a success carries on to the next."""
    fits = dict(best)
    for k in chain[1:]:
        fits = _better(fits, {k: prepared.fit(_add_centre(prepared.rows, fits[k - 1].centres, rng))})
    return fits


def _descend(prepared: LloydRows, chain: Sequence[int], best: Mapping[int, LloydFit]) -> dict[int, LloydFit]:
    """Each k from k + 1 by the centre that is missed least."""
    fits = dict(best)
    for k in reversed(chain[:-1]):
        fits = _better(fits, {k: prepared.fit(_remove_centre(prepared.rows, fits[k + 1].centres))})
    return fits


def _swap(prepared: LloydRows, own: LloydFit, rng: np.random.Generator) -> LloydFit:
    """The same k with its least missed centre put elsewhere."""
    return prepared.fit(_add_centre(prepared.rows, _remove_centre(prepared.rows, own.centres), rng))


def _add_centre(rows: Array, centres: Array, rng: np.random.Generator) -> Array:
    """The row that lowers the inertia most among a few drawn with probability proportional to their distance."""
    nearest = squared_distances(rows, centres).min(axis=1)
    total = nearest.sum(dtype=np.float64)
    if total <= 0:
        return np.vstack([centres, rows[:1]])
    drawn = rng.choice(len(rows), _ADD_TRIALS, p=nearest.astype(np.float64) / total)
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
