"""Response rates of many segments at once: shrunken, with intervals that hold for each, and words that hold for all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.campaigns.profit import Word
from pipeline.statistics import FEWEST, Vector, holm

_STRENGTHS = np.geomspace(1.0, 10_000.0, 120)  # of the prior, in contacts
ALPHA = 0.05
_HALVINGS = 40


def fit_prior(successes: Vector, n: Vector) -> tuple[float, float]:
    """Beta prior (a, b) of one campaign's rates: mean overall, strength by maximum likelihood (beta-binomial).

    The strength is between 1 and 10,000 contacts: groups that do not differ lean on the common rate entirely.
    """
    from scipy.special import betaln

    total = float(n.sum())
    mean = (float(successes.sum()) + 0.5) / (total + 1.0)
    a, b = _STRENGTHS[:, None] * mean, _STRENGTHS[:, None] * (1 - mean)
    likelihood = (betaln(a + successes, b + n - successes) - betaln(a, b)).sum(axis=1)
    best = float(_STRENGTHS[int(np.argmax(likelihood))])
    return best * mean, best * (1 - mean)


def shrink(successes: Vector, n: Vector) -> Vector:
    """Rates leaning towards the overall rate, (groups,); a group without contacts gets the overall rate."""
    a, b = fit_prior(successes, n)
    return np.asarray((successes + a) / (n + a + b))


# ------------------------------------------------------------------ intervals


def shrunken_intervals(successes: Vector, n: Vector) -> tuple[Vector, Vector, Vector]:
    """(rate, low, high) of each group, (groups,) each: shrunken rates with 95 % intervals that cover in every group.

    A posterior with a fitted prior covers only where the prior is right: with few groups, or one group apart, far
    less often than it says. Here the other groups say on which side an error is likelier, and the 5 % are split
    between the sides accordingly; whatever they say, the interval holds 95 % of the time for the group itself (Pratt
    1963; Yu and Hoff 2018, "Adaptive multigroup confidence intervals with constant coverage"), on the score scale of
    Wilson's interval, which it is where there is nobody to lean on. The rate is the beta-binomial posterior's mean,
    moved into the interval where it lies outside (limited translation: Efron and Morris 1972). nan where ``n`` is 0.
    """
    from scipy.special import ndtri

    weights = np.linspace(0.001, 0.999, 999)
    leaning = ndtri(ALPHA * weights) - ndtri(ALPHA * (1 - weights))
    centre, variance = _others(successes, n)

    def below(p: Vector, deviation: Vector) -> Vector:
        """Share of the error that goes to rates below the interval, if ``p`` were the rate."""
        return np.interp(-2 * deviation * (p - centre) / variance, leaning, weights)

    def deviation(p: Vector) -> Vector:
        return np.asarray(np.sqrt(np.maximum(p * (1 - p), 0.0) / n))

    with np.errstate(divide="ignore", invalid="ignore"):
        observed = successes / n
        low = _crossing(lambda p, d: p + d * ndtri(1 - ALPHA * below(p, d)), deviation, observed)
        high = _crossing(lambda p, d: p + d * ndtri(ALPHA * (1 - below(p, d))), deviation, observed)
    low, high = np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)
    return np.clip(shrink(successes, n), low, high), low, high


def _crossing(
    bound: Callable[[Vector, Vector], Vector], deviation: Callable[[Vector], Vector], observed: Vector
) -> Vector:
    """The rates at which ``bound``, which grows with the rate, is what was observed; by bisection."""
    low, high = np.zeros(len(observed)), np.ones(len(observed))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        under = bound(middle, deviation(middle)) < observed
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return (low + high) / 2


def _others(successes: Vector, n: Vector) -> tuple[Vector, Vector]:
    """Where each group's rate may lie by the other groups alone: mean and variance, (groups,) each.

    The variance is at least that of the group's own rate: the others are never believed more than the group. Without
    others it is endless, which leaves Wilson's interval.
    """
    centre, variance = np.full(len(n), 0.5), np.full(len(n), np.inf)
    for at in np.flatnonzero(n > 0):
        known = n > 0
        known[at] = False
        if known.any():
            a, b = fit_prior(successes[known], n[known])
            mean = a / (a + b)
            doubt = max(1 / (a + b + 1) + 1 / float(n[known].sum()), 1 / float(n[at]))
            centre[at], variance[at] = mean, mean * (1 - mean) * doubt
    return centre, variance


# ------------------------------------------------------------------ words


def advise(n: Vector, successes: Vector, even: float) -> list[Word]:
    """One of four words for each segment of one campaign, by its responses against the break-even rate.

    "act" and "don't" hold for all segments at once: in at most 5 % of campaigns is any segment told to act that does
    not pay, whatever the others do (exact binomial tails, Holm 1979). Looking at each interval by itself, one of
    twenty segments exactly at break-even would be told so by chance.
    """
    from scipy.special import betainc

    seen = n >= FEWEST
    rate = min(max(even, 0.0), 1.0)
    with np.errstate(invalid="ignore"):
        above = np.where(successes > 0, betainc(np.maximum(successes, 1), n - successes + 1, rate), 1.0)
        below = np.where(successes < n, betainc(np.maximum(n - successes, 1), successes + 1, 1 - rate), 1.0)
    act, dont = (holm(np.where(seen, p, np.nan)) < ALPHA for p in (above, below))
    return [
        "too few" if not there else "act" if pays else "don't" if loses else "test"
        for there, pays, loses in zip(seen, act, dont, strict=True)
    ]


def associated(n: Vector) -> list[Word]:
    """The words of segments that know what came after the contact: their rates say who answered, not who will."""
    return ["too few" if contacted < FEWEST else "association" for contacted in n]
