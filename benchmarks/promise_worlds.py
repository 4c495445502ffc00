"""Worlds of customers and of segments for ``promises.py``: every probability of a response is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

Rng = np.random.Generator
COLUMNS = 18


@dataclass(frozen=True)
class Customers:
    """Generated customers: what is known of them, two earlier campaigns, and the probability of the latest answer."""

    frame: pd.DataFrame
    kinds: dict[str, str]  # column -> kind
    outcomes: tuple[str, ...]
    truth: np.ndarray
    cost: float
    revenue: float


@dataclass(frozen=True)
class World:
    """``score`` gives log-odds up to a constant, from standardised columns; ``rate`` is everybody's."""

    score: Callable[[np.ndarray], np.ndarray] | None
    rate: float
    cost: float = 3.0
    revenue: float = 11.0
    correlated: bool = False
    messy: bool = False  # skewed money, categories, gaps


def _steps(x: np.ndarray) -> np.ndarray:
    return 1.8 * (np.abs(x[:, 0]) > 1.2) + 1.4 * np.cos(1.6 * x[:, 1])


def _tree(x: np.ndarray) -> np.ndarray:
    return np.where(x[:, 0] > 0.4, np.where(x[:, 2] > 0, 1.6, -0.6), np.where(x[:, 3] < -0.8, 1.2, -1.0))


WORLDS = {
    "noise, rate .15": World(None, 0.15),
    "noise, rate .20": World(None, 0.20),
    "noise, rate .26": World(None, 0.26),
    "noise, correlated and messy, rate .22": World(None, 0.22, correlated=True, messy=True),
    "noise, rare: rate .03, break-even .05": World(None, 0.03, 3.0, 60.0),
    "weak": World(lambda x: 0.35 * x[:, 0] + 0.25 * x[:, 1], 0.20),
    "linear": World(lambda x: 0.8 * x[:, 0] + 0.6 * x[:, 1] - 0.5 * x[:, 2], 0.20),
    "linear, correlated and messy": World(lambda x: 0.7 * x[:, 0] - 0.6 * x[:, 2], 0.18, correlated=True, messy=True),
    "linear, most respond": World(lambda x: 1.0 * x[:, 0] + 0.6 * x[:, 4], 0.55, 6.0, 9.0),
    "linear, rare: rate .03": World(lambda x: 1.0 * x[:, 0] + 0.6 * x[:, 1], 0.03, 3.0, 60.0),
    "nonlinear": World(_steps, 0.20),
    "tree": World(_tree, 0.20),
    "interaction": World(lambda x: 1.3 * x[:, 0] * x[:, 1] + 0.4 * x[:, 2], 0.20),
}

LATER_WORLDS = {  # written when everything else stood, and looked at once
    "many small effects": World(lambda x: (0.3 * x[:, :12]).sum(1), 0.15, 2.0, 10.0),
    "category decides": World(
        lambda x: 1.4 * (x[:, 8] > 0.7) - 1.2 * (x[:, 8] < -0.7) + 0.5 * x[:, 7], 0.10, 1.0, 8.0, messy=True
    ),
    "heavy tails": World(
        lambda x: 0.9 * np.tanh(x[:, 0]) * np.sqrt(np.abs(x[:, 1])), 0.25, 3.0, 10.0, correlated=True, messy=True
    ),
    "dear contact": World(lambda x: 1.2 * x[:, 0] - 0.9 * x[:, 3], 0.40, 5.0, 8.0),
    "a small keen group": World(lambda x: 3.2 * ((x[:, 0] > 1) & (x[:, 1] > 0)), 0.10, 3.0, 11.0),
    "noise at break-even .11": World(None, 0.11, 1.0, 9.0),
    "noise at break-even .33, correlated": World(None, 0.33, 3.0, 9.0, correlated=True),
    "noise, rate .05, break-even .06, messy": World(None, 0.05, 3.0, 50.0, messy=True),
}

MODEL_WORLDS = {  # for the comparison of models alone
    "curves": World(lambda x: 1.2 * np.sin(2 * x[:, 0]) + 0.5 * x[:, 1] ** 2 + 0.5 * x[:, 2], 0.20),
    "corner": World(lambda x: 2.5 * ((x[:, 0] > 0.3) & (x[:, 1] > 0) & (x[:, 2] < 0.6)) + 0.3 * x[:, 3], 0.20),
    "nonlinear, correlated and messy": World(_steps, 0.20, correlated=True, messy=True),
    "thresholds": World(lambda x: 1.6 * (x[:, 0] > 0.5) + 1.3 * (x[:, 1] < -0.7) - 1.5 * (np.abs(x[:, 2]) < 0.4), 0.20),
    "either or": World(lambda x: 1.3 * np.sign(x[:, 0] * x[:, 1]) + 0.4 * x[:, 2], 0.20),
    "either or, off the middle": World(lambda x: 2.4 * ((x[:, 0] > 0.5) ^ (x[:, 3] < -0.3)), 0.20),
    "u-shapes": World(lambda x: 0.7 * x[:, 0] ** 2 + 1.2 * np.abs(x[:, 1] - 0.3) - 0.5 * x[:, 2], 0.20),
    "u-shape, correlated and messy": World(
        lambda x: 0.9 * x[:, 0] ** 2 - 0.8 * x[:, 2], 0.20, correlated=True, messy=True
    ),
    "two products": World(lambda x: 0.9 * x[:, 0] * x[:, 1] - 0.9 * x[:, 2] * x[:, 3], 0.20),
    "interaction, correlated and messy": World(
        lambda x: 1.2 * x[:, 0] * x[:, 1] + 0.4 * x[:, 2], 0.20, correlated=True, messy=True
    ),
    "one decides whether another counts": World(lambda x: 1.6 * x[:, 0] * (x[:, 1] > 0) + 0.6 * (x[:, 2] > 1), 0.20),
    "sparse": World(lambda x: 2.2 * (x[:, 5] > 0.9), 0.20),
    "three together": World(lambda x: 1.4 * x[:, 0] * x[:, 1] * (x[:, 2] > 0) + 0.5 * x[:, 3], 0.20),
}


def sigmoid(score: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-score)))


def at_rate(score: np.ndarray, rate: float) -> np.ndarray:
    """Probabilities whose mean is ``rate``, by bisection on the intercept."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if sigmoid(score + middle).mean() > rate else (middle, high)
    return sigmoid(score + low)


def customers_of(name: str, n: int, rng: Rng) -> Customers:
    """``n`` customers of the world ``name``."""
    world = {**WORLDS, **LATER_WORLDS, **MODEL_WORLDS}[name]
    x = rng.normal(size=(n, COLUMNS))
    if world.correlated:
        factors = rng.normal(size=(4, COLUMNS))
        x = x + rng.normal(size=(n, 4)) @ factors
        x /= x.std(axis=0)
    truth = np.full(n, world.rate) if world.score is None else at_rate(world.score(x), world.rate)
    columns: dict[str, object] = {f"x{at}": x[:, at] for at in range(COLUMNS)}
    kinds = dict.fromkeys(columns, "number")
    if world.messy:
        for at in range(0, 6):
            columns[f"x{at}"] = np.exp(4 + x[:, at])
        columns["x7"] = np.where(rng.random(n) < 0.1, np.nan, x[:, 7])
        columns["x8"] = np.array(["north", "south", "east", "west"], dtype=object)[np.digitize(x[:, 8], [-0.7, 0, 0.7])]
        kinds["x8"] = "category"
    earlier = rng.binomial(1, at_rate(0.5 * np.log(truth / (1 - truth)), world.rate)).astype(float)
    frame = pd.DataFrame(
        {
            "customer": np.arange(n),
            "id": pd.Series([f"c{at:06d}" for at in range(n)], dtype="str"),
            **columns,
            "first": earlier,
            "last": rng.binomial(1, truth).astype(float),
        }
    )
    return Customers(frame, kinds, ("first", "last"), truth, world.cost, world.revenue)


# ------------------------------------------------------------------ segments: sizes, true rates, break-even

Rates = tuple[np.ndarray, np.ndarray, float]
EVEN = 3 / 11


def _sizes(k: int, rng: Rng, low: int = 40, high: int = 900) -> np.ndarray:
    return np.asarray(np.exp(rng.uniform(np.log(low), np.log(high), k)), dtype=np.int64)


def _spread(mean: float, strength: float) -> Callable[[int, Rng], Rates]:
    def make(k: int, rng: Rng) -> Rates:
        return _sizes(k, rng), rng.beta(mean * strength, (1 - mean) * strength, k), EVEN

    return make


def _alike(rate: float) -> Callable[[int, Rng], Rates]:
    return lambda k, rng: (_sizes(k, rng), np.full(k, rate), EVEN)


def _apart(base: float, other: float) -> Callable[[int, Rng], Rates]:
    def make(k: int, rng: Rng) -> Rates:
        rates = np.full(k, base)
        rates[rng.integers(k)] = other
        return _sizes(k, rng), rates, EVEN

    return make


def _two_kinds(k: int, rng: Rng) -> Rates:
    return _sizes(k, rng), np.where(np.arange(k) % 2 == 0, 0.1, 0.25), EVEN


def _at_even(even: float, size: int | None = None) -> Callable[[int, Rng], Rates]:
    return lambda k, rng: (np.full(k, size) if size else _sizes(k, rng), np.full(k, even), even)


def _paying(even: float) -> Callable[[int, Rng], Rates]:
    """Half at twice break-even, half at break-even."""
    return lambda k, _rng: (np.full(k, 300), np.where(np.arange(k) % 2 == 0, 2 * even, even), even)


GROUPS: dict[str, Callable[[int, Rng], Rates]] = {
    "all .20": _alike(0.20),
    "all .03": _alike(0.03),
    "beta, mean .2, sd .02": _spread(0.2, 400),
    "beta, mean .2, sd .05": _spread(0.2, 63),
    "beta, mean .2, sd .15": _spread(0.2, 6),
    "beta, mean .04, sd .02": _spread(0.04, 95),
    "one apart: .15 and .30": _apart(0.15, 0.30),
    "one apart: .15 and .20": _apart(0.15, 0.20),
    "two kinds: .10 and .25": _two_kinds,
    "all at break-even .27": _at_even(EVEN),
    "all at break-even .10, 300 each": _at_even(0.10, 300),
    "half at twice break-even .27, 300 each": _paying(EVEN),
    "half at twice break-even .10, 300 each": _paying(0.10),
    "half at twice break-even .06, 300 each": _paying(0.06),
}


def rates_of(name: str, k: int, rng: Rng) -> Rates:
    """Sizes of ``k`` segments, their true rates, and break-even."""
    return GROUPS[name](k, rng)
