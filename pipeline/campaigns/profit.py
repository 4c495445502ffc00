"""What contacting people earns: plain arithmetic on probabilities and outcomes, NumPy only.

Nothing here knows scikit-learn or pandas, so that a page can redo it for every move of a cost or revenue slider.
Money is in the data set's own unit; ``cost`` is that of one contact, ``revenue`` that of one response.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.contract import Judgement
from pipeline.statistics import FEWEST, Z95, Vector, wilson

Mask = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.int64]
Word = Literal["act", "test", "don't", "too few", "association"]

CURVE_POINTS = 100
CHANCE_LISTS = 0.6  # see ``judge``
MEASURED_SHARE = 0.25  # of a promise, see ``kept_of_promise``
SHARED_CHANCE = 0.7 * (1 - MEASURED_SHARE) + MEASURED_SHARE  # what a promise shares of the chance of the measurement
_HALVINGS = 50


def break_even(cost: float, revenue: float) -> float:
    """Response rate at which a contact pays for itself; infinite where a response earns nothing."""
    return cost / revenue if revenue > 0 else math.inf


def advice(n: int, low: float, high: float, even: float) -> Word:
    """One of four words, from the interval of a response rate against break-even."""
    if n < FEWEST:
        return "too few"
    if low > even:
        return "act"
    return "don't" if high < even else "test"


def worth_contacting(probability: Vector, cost: float, revenue: float) -> Mask:
    """Whose expected revenue is above the cost of the contact."""
    chosen: Mask = probability * revenue > cost
    return chosen


# ------------------------------------------------------------------ measured on known outcomes


@dataclass(frozen=True)
class Interval:
    """A sum of money with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """Profit against the number contacted, best prospects first; index 0 is nobody."""

    contacts: Keys
    profit: Vector
    low: Vector
    high: Vector


def measured_profit(
    outcome: Vector, contacted: Mask, cost: float, revenue: float, customer: Keys | None = None
) -> Interval:
    """Profit of contacting ``contacted``, with the interval of a bootstrap over customers.

    The bootstrap's variance has a closed form: with g a customer's gain (0 if not contacted), resampling n customers
    gives sum(g^2) - sum(g)^2 / n. Several rows of one ``customer`` are one gain.
    """
    gains = np.where(contacted, outcome * revenue - cost, 0.0)
    total = float(gains.sum())
    return _around(total, _bootstrap_sd(gains, customer))


def _bootstrap_sd(gains: Vector, customer: Keys | None) -> float:
    by_customer = gains if customer is None else np.bincount(np.unique(customer, return_inverse=True)[1], weights=gains)
    return math.sqrt(
        max(float(by_customer @ by_customer) - float(by_customer.sum()) ** 2 / max(len(by_customer), 1), 0.0)
    )


def _around(value: float, deviation: float) -> Interval:
    return Interval(value, value - Z95 * deviation, value + Z95 * deviation)


def profit_curve(
    probability: Vector, outcome: Vector, cost: float, revenue: float, customer: Keys | None = None
) -> Curve:
    """Measured profit of the best m prospects for up to ``CURVE_POINTS`` values of m; intervals as above."""
    n = len(probability)
    order = np.argsort(-probability, kind="stable")
    counts = np.unique(np.linspace(0, n, min(n, CURVE_POINTS) + 1).round().astype(np.int64))
    gains = (outcome * revenue - cost)[order]
    who = None if customer is None else np.unique(customer, return_inverse=True)[1][order]
    number = n if who is None else int(who.max(initial=-1)) + 1
    profit, spread = np.zeros(len(counts)), np.zeros(len(counts))
    by_customer = np.zeros(number)
    for at in range(1, len(counts)):
        part = slice(counts[at - 1], counts[at])
        if who is None:
            by_customer[part] = gains[part]
        else:
            by_customer += np.bincount(who[part], weights=gains[part], minlength=number)
        profit[at] = by_customer.sum()
        spread[at] = math.sqrt(max(float(by_customer @ by_customer) - profit[at] ** 2 / number, 0.0))
    return Curve(counts, profit, profit - Z95 * spread, profit + Z95 * spread)


# ------------------------------------------------------------------ expected of the next campaign


def judge(
    probability: Vector, outcome: Vector, cost: float, revenue: float, customer: Keys | None = None, belief: float = 1.0
) -> Judgement:
    """What held-out contacts whose ``probability`` is above break-even say of such a list.

    Parameters
    ----------
    probability, outcome
        Of contacts by a model that had not seen their answers, and 0 or 1, (n,).
    cost, revenue
        Of one contact and one response.
    customer
        Whose contacts they are, (n,); their answers depend on each other. None: each its own.
    belief
        Slope of the model's recalibration. Where it is near 0, who is on the list is chance, and the lists of the
        folds depend on each other's answers: the variance of what was measured on them is then up to
        ``1 + CHANCE_LISTS`` times that of the answers (measured in benchmarks/promises.py).
    """
    chosen = worth_contacting(probability, cost, revenue)
    p, y = probability[chosen], outcome[chosen]
    who = None if customer is None else customer[chosen]
    money = measured_profit(outcome, chosen, cost, revenue, customer)
    together = 1.0
    if who is not None and len(p):
        off = y - (float(y.sum()) / float(p.sum())) * p
        by_customer = np.bincount(np.unique(who, return_inverse=True)[1], weights=off)
        together = max(float(by_customer @ by_customer) / max(float(off @ off), 1e-12), 1.0)
    judged = Judgement(
        contacts=len(p),
        expected=float(p.sum()),
        squares=float(p @ p),
        responses=float(y.sum()),
        inflation=together * (1 + CHANCE_LISTS * (1 - min(max(belief, 0.0), 1.0))),
        profit=money.value,
        low=money.low,
        high=money.high,
    )
    return judged.model_copy(update={"kept": share_kept(judged, cost, revenue)})


def share_kept(judged: Judgement, cost: float, revenue: float) -> float:
    """``kept_of_promise`` of what held-out contacts said, at the prices they were judged at; 1 where no list passes."""
    if not judged.bears:
        return 1.0
    promised = judged.expected * revenue - cost * judged.contacts
    return kept_of_promise(promised, Interval(judged.profit, judged.low, judged.high))


def kept_of_promise(promised: float, measured: Interval) -> float:
    """What a printed list promises, as a share of the profit ``promised`` that its probabilities add up to.

    Probabilities of some worlds promise a seventh too much and of others too little, where what was ``measured`` on
    contacts not learned from is right on average, but varies more: ``MEASURED_SHARE`` of it in the promise errs least
    (docs/decisions/0036). Of lists that truly earn ``t``, those are printed whose measured profit, ``t`` with the
    chance s of its answers, is above ``Z95 * s``: on average they measured more, by ``s * m((Z95 * s - t) / s)`` with
    m the inverse Mills ratio of a truncated normal. ``SHARED_CHANCE`` of that is in the promise too, since the
    probabilities were levelled by the same answers. What is promised is the ``t`` of which it is what lists that pass
    promise on average, and at least 0 (the conditional estimate of Zhong and Prentice 2008; Reid, Taylor and
    Tibshirani 2017). Far above the bound nothing is taken off for chance. Where more was measured than the
    probabilities add up to, the share may be above 1.
    """
    deviation = (measured.value - measured.low) / Z95
    if promised <= 0 or deviation <= 0:
        return 1.0
    mixed = promised + MEASURED_SHARE * (measured.value - promised)

    def told(true: float) -> float:
        bound = Z95 - true / deviation
        above = math.erfc(bound / math.sqrt(2)) / 2
        return true + SHARED_CHANCE * deviation * math.exp(-(bound**2) / 2) / math.sqrt(2 * math.pi) / above

    low, high = 0.0, mixed
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if told(middle) < mixed else (low, middle)
    return high / promised


def expected_gain(probability: Vector, cost: float, revenue: float, judged: Judgement | None = None) -> Vector:
    """Profit to expect of each contact, (n,); of those above break-even what ``judged`` leaves of it."""
    gain = probability * revenue - cost
    return gain if judged is None or judged.kept is None else np.where(gain > 0, gain * judged.kept, gain)


def expected_profit(probability: Vector, cost: float, revenue: float, judged: Judgement | None = None) -> Interval:
    """Profit to expect of contacting everyone in ``probability`` once, and what that one campaign may bring.

    The value is the sum of ``expected_gain``. The interval stands on what held-out contacts answered
    (``next_responses``), so it need not lie evenly around the value.
    """
    responses, squares = np.array([probability.sum()]), np.array([probability @ probability])
    low, high = next_responses(responses, squares, judged)
    spent = cost * len(probability)
    value = float(expected_gain(probability, cost, revenue, judged).sum())
    return Interval(value, float(low[0]) * revenue - spent, float(high[0]) * revenue - spent)


def expected_curve(probability: Vector, cost: float, revenue: float, judged: Judgement | None = None) -> Curve:
    """``expected_profit`` of the first m for up to ``CURVE_POINTS`` values of m; ``probability`` falls."""
    n = len(probability)
    counts = np.unique(np.linspace(0, n, min(n, CURVE_POINTS) + 1).round().astype(np.int64))
    responses = np.append(0.0, np.cumsum(probability))[counts]
    low, high = next_responses(responses, np.append(0.0, np.cumsum(probability**2))[counts], judged)
    spent = cost * counts
    profit = np.append(0.0, np.cumsum(expected_gain(probability, cost, revenue, judged)))[counts]
    return Curve(counts, profit, low * revenue - spent, high * revenue - spent)


def next_responses(
    expected: Vector, squares: Vector, judged: Judgement | None, z: float = Z95
) -> tuple[Vector, Vector]:
    """95 % (by ``z``) prediction interval of the responses of lists, (lists,) each, by what held-out contacts answered.

    ``expected`` and ``squares`` are sums of the lists' probabilities and of their squares. With E, S the expected and
    observed responses of the held-out contacts and E' the expected ones of the list, S' is in the interval where
    ``(S' - S E'/E)^2 <= z^2 (V(E') + f (E'/E)^2 V(E))``: both campaigns have the chance V of independent answers, at
    the level ``(S + S') / (E + E')`` that both together show (a score interval: it holds for few responses too), and f
    is ``judged.inflation``. Without ``judged`` the probabilities are taken as they are.
    """
    if judged is None or judged.expected <= 0:
        half = z * np.sqrt(np.maximum(expected - squares, 0.0))
        return np.maximum(expected - half, 0.0), expected + half
    e, s, z2 = judged.expected, judged.responses, z**2
    ratio, trials = expected / e, e + expected
    rises = expected + ratio**2 * judged.inflation * judged.expected
    bends = squares + ratio**2 * judged.inflation * judged.squares
    level = s / e
    a = 1 + z2 * bends / trials**2
    b = -z2 * (rises - 2 * bends * level) / trials
    c = -z2 * np.maximum(rises * level - bends * level**2, 0.0)
    root = np.sqrt(np.maximum(b**2 - 4 * a * c, 0.0))
    centre = s * ratio
    return np.maximum(centre + (-b - root) / (2 * a), 0.0), centre + (-b + root) / (2 * a)


# ------------------------------------------------------------------ tests with a hold-out group


def precision_of(candidates: int, held_out: int, rate: float) -> float:
    """Half the 95 % interval of (response of the contacted - response of those held out), both near ``rate``."""
    contacted = candidates - held_out
    if held_out <= 0 or contacted <= 0:
        return math.inf
    return Z95 * math.sqrt(rate * (1 - rate) * (1 / contacted + 1 / held_out))


def holdout_size(candidates: int, rate: float, precision: float) -> int | None:
    """Fewest customers to hold out so that a test is as precise as wanted; None where even half would not do."""
    if candidates < 2 or precision_of(candidates, candidates // 2, rate) > precision:
        return None
    low, high = 1, candidates // 2
    while low < high:
        middle = (low + high) // 2
        if precision_of(candidates, middle, rate) <= precision:
            high = middle
        else:
            low = middle + 1
    return low


def draw_holdout(contacted: Mask, size: int, seed: int) -> Mask:
    """``size`` of the contacted, drawn at random with ``seed``."""
    chosen = np.zeros(len(contacted), dtype=bool)
    rows = np.flatnonzero(contacted)
    chosen[np.random.default_rng(seed).choice(rows, min(size, len(rows)), replace=False)] = True
    return chosen


@dataclass(frozen=True)
class Uplift:
    """A finished test: difference in response, and what the contacts earned beyond what would have come anyway."""

    difference: float
    difference_low: float
    difference_high: float
    profit: Interval  # incremental, of all contacted


def read_test(
    contacted: int, responses: int, held_out: int, held_out_responses: int, cost: float, revenue: float
) -> Uplift:
    """Compare the contacted with those held out (Newcombe's interval of a difference of proportions, 1998)."""
    p, q = responses / contacted, held_out_responses / held_out
    (p_low, q_low), (p_high, q_high) = wilson([responses, held_out_responses], [contacted, held_out])
    low = p - q - math.sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = p - q + math.sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    money = [contacted * (difference * revenue - cost) for difference in (p - q, low, high)]
    return Uplift(p - q, low, high, Interval(money[0], money[1], money[2]))
