"""Proportions, effects and many tests at once, and how small a group may be to be spoken of: NumPy only."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

FARTHEST = 10.0  # as an effect: of two thousand customers not one would be nearer to the others
Z95 = 1.959963984540054  # two-sided 95 % of the standard normal distribution
FEWEST = 30  # under this no rate is shown
FEW = 60  # under this a rate is flagged
FARTHEST = 10.0  # as an effect: of two thousand customers not one would be nearer to the others


def wilson(successes: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Vector, Vector]:
    """Wilson's 95 % interval of a proportion (Wilson 1927); (nan, nan) where ``n`` is 0."""
    s, m = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, z2 = s / m, Z95**2
        centre = (p + z2 / (2 * m)) / (1 + z2 / m)
        half = Z95 * np.sqrt(p * (1 - p) / m + z2 / (4 * m**2)) / (1 + z2 / m)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def effects_from_sums(count: Vector, total: Vector, squares: Vector) -> Vector:
    """Cohen's d of each segment against all others, (k,), from each one's count, sum and sum of squares.

    0 where nothing varies, NaN where nobody has a value. Where neither side varies and yet they differ, the two are
    as far apart as can be, which no number says: ``FARTHEST``, or it would pass for no difference at all. Values should
    be centred before, for precision.
    """
    others, others_total, others_squares = count.sum() - count, total.sum() - total, squares.sum() - squares
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = total / count - others_total / others
        scatter = (squares - total**2 / count) + (others_squares - others_total**2 / others)
        deviation = np.sqrt(scatter / (count.sum() - 2))
        apart = np.where(np.abs(gap) > 1e-9, FARTHEST * np.sign(gap), 0.0)
        effect: Vector = np.where(deviation > 1e-12, gap / deviation, np.where(np.isfinite(gap), apart, np.nan))
    return effect


def stratified_count(
    weights: npt.ArrayLike, strata: npt.ArrayLike, passing: npt.ArrayLike, sizes: npt.ArrayLike
) -> tuple[float, float, float]:
    """How many of a population pass, estimated from a stratified sample: the count and its 95 % interval.

    Wilson's interval of the sample size that a simple sample would need for the same variance (Korn and Graubard 1998),
    with the correction for strata of which much is in the sample.

    Parameters
    ----------
    weights
        How many each row stands for, (n,); a row of weight 0 counts for nothing.
    strata
        Place of each row's stratum in ``sizes``, (n,).
    passing
        Whether each row passes, (n,).
    sizes
        Customers of each stratum, (strata,).
    """
    w, place, hit = np.asarray(weights, np.float64), np.asarray(strata), np.asarray(passing, dtype=bool)
    held = np.asarray(sizes, dtype=np.float64)
    total = float(held.sum())
    sums, hits = (np.bincount(place, part, minlength=len(held)) for part in (w, np.where(hit, w, 0.0)))
    squares, rows = (np.bincount(place, part, minlength=len(held)) for part in (w**2, (w > 0).astype(np.float64)))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(hits / sums)
        effective = np.where(squares > 0, sums**2 / squares, np.inf)
        left_out = np.clip(1 - rows / held, 0.0, 1.0)
    estimate = float((held * share).sum())
    p = estimate / total if total else 0.0
    variance = float(np.nansum(held**2 * share * (1 - share) / effective * left_out))
    if not (left_out * held).sum() > 0:
        return estimate, estimate, estimate
    simple = total / float(w.max(initial=1.0))  # rows that stand for so many each
    like = p * (1 - p) * total**2 / variance if variance > 0 else simple
    low, high = wilson(p * like, like)
    seen = float((hit & (w > 0)).sum())
    missed = float((~hit & (w > 0)).sum())
    return estimate, max(float(low) * total, seen), min(float(high) * total, total - missed)


def adjusted_rand(table: npt.NDArray[np.integer[Any]]) -> float:
    """Agreement of two partitions, 0 as by chance and 1 the same (Hubert and Arabie 1985).

    ``table``, (k, m), counts who is in which part of the one and of the other; scikit-learn's ``adjusted_rand_score``
    takes the labels and would count them first.
    """

    def pairs(counts: npt.NDArray[np.integer[Any]]) -> float:
        return float((counts.astype(np.float64) * (counts - 1) / 2).sum())

    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / max(pairs(np.array([table.sum()])), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def benjamini_hochberg(p: npt.ArrayLike) -> Vector:
    """Adjusted p values that control the false discovery rate (Benjamini and Hochberg 1995); nan stays nan."""
    from scipy.stats import false_discovery_control  # late: pages need the rest of this module, but no SciPy

    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = ~np.isnan(values)
    if known.any():
        adjusted[known] = false_discovery_control(values[known])
    return adjusted


def holm(p: npt.ArrayLike) -> Vector:
    """Adjusted p values that control the chance of any false rejection (Holm 1979); nan stays nan."""
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    raised = np.maximum.accumulate(values[order] * np.arange(len(order), 0, -1))
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted
