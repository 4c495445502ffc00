"""Further populations for grades, kept back until 2026-11-30: not Gaussian, of unequal sizes, in counts and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Draw = Callable[[int, np.random.Generator], np.ndarray]

_CENTRES = np.random.default_rng(77).normal(size=(5, 5)) * 3.2
_RATES = np.array([[2, 9, 1, 4, 6], [9, 2, 1, 4, 1], [2, 2, 7, 12, 1], [12, 9, 7, 4, 6]])
_CHANCES = np.array(
    [
        [0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.5, 0.5, 0.2, 0.2],
        [0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.5, 0.5, 0.2, 0.2],
        [0.9, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.1, 0.8, 0.8],
    ]
)
_LOADINGS = np.array([1.8, 1.6, 1.4, 1.2, 1.0, 0.4, 0.4, 0.2])
_AXES = [np.linalg.qr(np.random.default_rng([78, group]).normal(size=(4, 4)))[0] for group in range(4)]
_CROSSED = np.array([[0, 0, 0, 0], [6, 0, 0, 0], [0, 6, 0, 2], [3, 3, 6, 0.0]])


@dataclass(frozen=True)
class Drawn:
    """Customers from a function, in groups or none."""

    name: str
    k: int  # the true number of groups; of a population without groups the number that is looked at
    structured: bool
    sample: Draw


def _kinds(rng: np.random.Generator, n: int, weights: list[float]) -> np.ndarray:
    return rng.choice(len(weights), n, p=np.array(weights) / sum(weights))


def heavy_and_unequal(n: int, rng: np.random.Generator) -> np.ndarray:
    return _CENTRES[_kinds(rng, n, [10, 5, 4, 2, 1])] + rng.standard_t(4, size=(n, 5))


def counts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Orders by category, more varied than by chance alone, in logarithms."""
    rates = _RATES[_kinds(rng, n, [4, 3, 2, 2])] * rng.gamma(8, 1 / 8, size=(n, 1))
    return np.log1p(rng.poisson(rates))


def answers(n: int, rng: np.random.Generator) -> np.ndarray:
    return (rng.random((n, 10)) < _CHANCES[_kinds(rng, n, [4, 3, 3])]).astype(float)


def crossed(n: int, rng: np.random.Generator) -> np.ndarray:
    """Three times as long as wide, each in directions of its own."""
    kind, around = _kinds(rng, n, [3, 2, 2, 1]), rng.normal(size=(n, 4)) * [1.8, 1.1, 0.8, 0.6]
    return _CROSSED[kind] + np.einsum("np,nqp->nq", around, np.array(_AXES)[kind])


KEPT = (
    Drawn("t with 4, sizes 10:5:4:2:1", 5, True, heavy_and_unequal),
    Drawn("counts, overdispersed", 4, True, counts),
    Drawn("yes or no, 10 questions", 3, True, answers),
    Drawn("crossed covariances", 4, True, crossed),
    Drawn(
        "structureless: strong factor",
        3,
        False,
        lambda n, rng: rng.normal(size=(n, 1)) * _LOADINGS + 0.7 * rng.normal(size=(n, 8)),
    ),
    Drawn("structureless: uniform cube", 4, False, lambda n, rng: rng.uniform(size=(n, 3))),
    Drawn(
        "structureless: raw lognormal",
        3,
        False,
        lambda n, rng: np.exp(0.9 * rng.normal(size=(n, 4)) + 0.6 * rng.normal(size=(n, 1))),
    ),
)
