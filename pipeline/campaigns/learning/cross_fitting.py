"""Predictions of rows that a model has not seen, and how far they are to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.campaigns.learning.boosting import grow
from pipeline.campaigns.learning.offers import SEGMENT
from pipeline.contract import Labels, Matrix, Tree
from pipeline.statistics import Vector

STRENGTH = 0.1  # scikit-learn's C
FOLDS, REPEATS, LARGE = 5, 5, 50_000
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the logistic part
MOSTLY = 0.5  # with less than this share of the logistic part, trees are worth growing twice
STEEPEST = 2.0  # a mean of two cautious models may be too cautious; more than this is chance
_STEPS = 40


def folds(rows: int, seed: int, customer: np.ndarray | None = None, number: int = FOLDS) -> Labels:
    """Fold of each row, (rows,): drawn without a look at the answers, a customer's rows together.

    Folds that each get their share of the responses would know the answers: one more response in a fold is one fewer
    in what it is predicted from, and what is measured on them is too good by more than its interval.
    """
    rng = np.random.default_rng(seed)
    who = np.arange(rows) if customer is None else np.unique(customer, return_inverse=True)[1]
    people = int(who.max(initial=-1)) + 1
    return np.asarray(rng.permutation(np.arange(people) % number)[who], dtype=np.int64)


# ------------------------------------------------------------------ the two parts


def logistic(design: Matrix, outcome: Vector) -> tuple[float, Vector]:
    """(intercept, weights) of a ridge-penalised logistic regression on standardised terms."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-6, solver="newton-cholesky")
    model.fit(design, outcome.astype(int))
    return float(model.intercept_[0]), model.coef_[0]


@dataclass(frozen=True)
class Unseen:
    """Log-odds of each row by models that had not seen its answer, (n,), and the trees of all of them."""

    added: Vector  # by the logistic regression
    boosted: Vector
    trees: tuple[Tree, ...]
    fold: Labels

    def probability(self, outcome: Vector) -> Vector:
        """Probabilities whose scale too comes from other rows than each row's own fold, (n,)."""
        made = np.empty(len(outcome))
        for held_fold in range(int(self.fold.max()) + 1):
            rest, own = self.fold != held_fold, self.fold == held_fold
            made[own] = believed(self.added[rest], self.boosted[rest], outcome[rest]).probability(
                self.added[own], self.boosted[own]
            )
        return made


def unseen(
    design: Matrix, columns: Sequence[str], outcome: Vector, seed: int, customer: np.ndarray | None = None
) -> Unseen:
    """Both parts cross-fitted: five times for the logistic regression (once for many rows), once for the trees.

    The trees leave the segment out: it is made of columns that they have. Where they are what answers follow from, they
    are grown on other folds too and averaged.
    """
    repeats = REPEATS if len(outcome) <= LARGE else 1
    parts = [folds(len(outcome), seed + repeat, customer) for repeat in range(repeats)]
    added = np.zeros(len(outcome))
    for part in parts:
        for held_fold in range(FOLDS):
            inside = part != held_fold
            intercept, weights = logistic(design[inside], outcome[inside])
            added[~inside] += (design[~inside] @ weights + intercept) / len(parts)
    kept = np.array([at for at, name in enumerate(columns) if name != SEGMENT], dtype=np.int64)
    rows = np.ascontiguousarray(design[:, kept])
    boosted, trees = _boosted(rows, outcome, parts[0])
    if repeats > 1 and believed(added, boosted, outcome).share < MOSTLY:
        again, others = _boosted(rows, outcome, parts[1])
        boosted, trees = (boosted + again) / 2, tuple(scaled(tree, 1 / 2) for tree in (*trees, *others))
    moved = tuple(
        tree.model_copy(update={"term": tuple(int(kept[at]) if at >= 0 else at for at in tree.term)}) for tree in trees
    )
    return Unseen(added, boosted, moved, parts[0])


def _boosted(design: Matrix, outcome: Vector, fold: Labels) -> tuple[Vector, tuple[Tree, ...]]:
    """(log-odds of each row by trees that have not seen it, trees of all folds at their share of the mean).

    The mean of the folds' boosters is steadier than one booster of all rows (bagging: Breiman 1996), and costs nothing:
    they are grown already.
    """
    made, trees = np.zeros(len(outcome)), []
    for held_fold in range(FOLDS):
        inside = fold != held_fold
        says, grown = grow(*_sample(design[inside], outcome[inside]))
        made[~inside] = says(design[~inside])
        trees += [scaled(tree, 1 / FOLDS) for tree in grown]
    return made, tuple(trees)


def scaled(tree: Tree, factor: float) -> Tree:
    """The tree that says ``factor`` times as much."""
    return tree.model_copy(update={"value": tuple(value * factor for value in tree.value)})


def _sample(design: Matrix, outcome: Vector) -> tuple[Matrix, Vector]:
    """At most ``LARGE`` rows: more of them do not grow better trees of that depth."""
    if len(outcome) <= LARGE:
        return design, outcome
    rows = np.random.default_rng(0).choice(len(outcome), LARGE, replace=False)
    return design[rows], outcome[rows]


# ------------------------------------------------------------------ how far they are believed


@dataclass(frozen=True)
class Belief:
    """Log-odds as ``intercept + slope * (share * added + (1 - share) * boosted)``."""

    intercept: float
    slope: float
    share: float

    def probability(self, added: Vector, boosted: Vector) -> Vector:
        """Probabilities, (n,)."""
        score = self.intercept + self.slope * (self.share * added + (1 - self.share) * boosted)
        return np.asarray(1 / (1 + np.exp(-score)))


def believed(added: Vector, boosted: Vector, outcome: Vector) -> Belief:
    """The share and the scale under which unseen answers are likeliest (stacking: Wolpert 1992; Platt 1999).

    The trees have a share only where the answers speak for it by more than the one parameter that it is (Akaike 1974):
    where adding up is enough, the model is as simple as it was.
    """
    best: tuple[float, Belief] | None = None
    for share in sorted(SHARES, reverse=True):
        score = share * added + (1 - share) * boosted
        intercept, slope = _scale(score, outcome)
        line = intercept + slope * score
        likelihood = float(outcome @ line - np.logaddexp(0.0, line).sum()) - (share < 1)
        if best is None or likelihood > best[0]:
            best = likelihood, Belief(intercept, slope, share)
    assert best is not None  # noqa: S101 - there are shares
    return best[1]


def _scale(score: Vector, outcome: Vector) -> tuple[float, float]:
    """(intercept, slope) of a logistic regression on ``score`` with the slope within [0, ``STEEPEST``]."""
    free = _newton(np.column_stack([np.ones_like(score), score]), np.zeros_like(score), outcome)
    slope = float(free[1])
    if 0 <= slope <= STEEPEST:
        return float(free[0]), slope
    slope = min(max(slope, 0.0), STEEPEST)
    return levelled(slope * score, outcome), slope


def levelled(score: Vector, outcome: Vector) -> float:
    """The intercept with which as many are expected to respond as did."""
    return float(_newton(np.ones((len(score), 1)), score, outcome)[0])


def _newton(columns: Matrix, offset: Vector, outcome: Vector) -> Vector:
    """Coefficients of a logistic regression with an offset, a hair of ridge against separation."""
    made = np.zeros(columns.shape[1])
    rate = float(outcome.mean())
    made[0] = np.log(rate / (1 - rate)) if 0 < rate < 1 else 0.0
    ridge = 1e-6 * np.eye(len(made))
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-(columns @ made + offset)))
        gradient = columns.T @ (outcome - p) - ridge @ made
        step = np.linalg.solve((columns.T * (p * (1 - p))) @ columns + ridge, gradient)
        made = made + np.clip(step, -2.0, 2.0)
        if float(np.abs(step).max()) < 1e-8:
            break
    return made
