"""Predictions of rows that a model has not seen, and how far they are to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.campaigns.learning.adding_up import Sum, add_up
from pipeline.campaigns.learning.boosting import BOLD, CAREFUL, LEAF, Growth, grow
from pipeline.campaigns.learning.offers import SEGMENT
from pipeline.contract import Labels, Matrix, Product, Tree
from pipeline.statistics import Vector

FOLDS, REPEATS, LARGE = 5, 5, 50_000
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the logistic part
MOSTLY = 0.5  # with less than this share of the logistic part, trees are worth growing twice
STRONGLY = 3.0  # so much likelier, in logarithms, are answers by what they strongly speak for (Kass and Raftery 1995)
BARELY = 1.0  # and by what they speak for at all: less is what one more parameter gains by chance (Akaike 1974)
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


@dataclass(frozen=True)
class Unseen:
    """Log-odds of each row by models that had not seen its answer, (n,), and the trees of all of them."""

    added: Vector  # by the logistic regression
    boosted: Vector
    trees: tuple[Tree, ...]
    products: tuple[Product, ...]  # that trees ask for, behind the terms
    fold: Labels
    spread: float  # variance of ``boosted`` that the mean of all the trees no longer has

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
    """Both parts cross-fitted: five times for the sum (once for many rows), once for the trees.

    The trees leave the segment out: it is made of columns that they have. Where they are what answers follow from, or
    bold, so that more of what they say is chance, they are grown on other folds too and averaged. Where the sum of the
    same rows found products, trees are grown that know them and trees that do not, and those stay that foresee unseen
    answers better: a product smooths what is a step. So are careful and bold ones: more and larger trees see more
    where many things count a little, and chance where few do. Where answers speak for bold ones, but not strongly,
    both are the model, half and half.
    """
    repeats = REPEATS if len(outcome) <= LARGE else 1
    parts = [folds(len(outcome), seed + repeat, customer) for repeat in range(repeats)]
    among = without_segment(columns)
    sums = [[add_up(design, outcome, part != held_fold, among) for held_fold in range(FOLDS)] for part in parts]
    added = np.zeros(len(outcome))
    for part, of_folds in zip(parts, sums, strict=True):
        for held_fold, fitted in enumerate(of_folds):
            added[part == held_fold] += fitted.score[part == held_fold] / len(parts)
    kinds = (False, True) if any(fitted.products for fitted in sums[0]) else (False,)

    def boosted(at: int, knowing: bool, growth: Growth) -> _Grown:
        return _boosted(design, outcome, parts[at], sums[at], among, knowing, growth)

    tried = [(boosted(0, knowing, CAREFUL), knowing) for knowing in kinds]
    beliefs = [believed(added, trees.boosted, outcome) for trees, _ in tried]
    best = max(range(len(tried)), key=lambda at: beliefs[at].likelihood)
    (chosen, knowing), belief, growth = tried[best], beliefs[best], CAREFUL
    bold = boosted(0, knowing, BOLD)
    of_bold = believed(added, bold.boosted, outcome)
    ahead = of_bold.likelihood - belief.likelihood
    if ahead > STRONGLY:
        chosen, belief, growth = bold, of_bold, BOLD
    if BARELY < ahead <= STRONGLY:
        chosen = chosen.mixed_with(bold)
    elif repeats > 1 and (belief.share < MOSTLY or growth is BOLD):
        chosen = chosen.averaged_with(boosted(1, knowing, growth))
    trees, products = chosen.behind(design.shape[1])
    return Unseen(added, chosen.boosted, trees, products, parts[0], chosen.spread)


def without_segment(columns: Sequence[str]) -> np.ndarray:
    """Places of the terms that are no segment's."""
    return np.array([at for at, name in enumerate(columns) if name != SEGMENT], dtype=np.int64)


@dataclass(frozen=True)
class _Grown:
    """Log-odds of each row by trees that have not seen it, (n,), and each tree with the columns that it knows."""

    boosted: Vector
    trees: tuple[tuple[Tree, tuple[int | Product, ...]], ...]
    spread: float = 0.0  # as ``Unseen`` has it

    def averaged_with(self, other: _Grown) -> _Grown:
        """The mean with trees of the same kind, grown on other folds."""
        of_one = float((self.boosted - other.boosted).var()) / 2  # a row is unseen by one booster of each, of ten
        return replace(self.mixed_with(other), spread=of_one * (1 / 2 - 1 / (2 * FOLDS)))

    def mixed_with(self, other: _Grown) -> _Grown:
        """The mean with trees of another kind, grown on the same folds, so that how far they differ is no chance."""
        trees = tuple((scaled(tree, 1 / 2), known) for tree, known in (*self.trees, *other.trees))
        return _Grown((self.boosted + other.boosted) / 2, trees)

    def behind(self, terms: int) -> tuple[tuple[Tree, ...], tuple[Product, ...]]:
        """The trees, asking for places among ``terms`` terms and the products behind them; and those products."""
        asked = (known[at] for tree, known in self.trees for at in tree.term if at != LEAF)
        products = tuple(dict.fromkeys(column for column in asked if isinstance(column, Product)))
        place = {product: terms + at for at, product in enumerate(products)}
        trees = [
            tree.model_copy(
                update={
                    "term": tuple(
                        LEAF if at == LEAF else place[column] if isinstance(column := known[at], Product) else column
                        for at in tree.term
                    )
                }
            )
            for tree, known in self.trees
        ]
        return tuple(trees), products


def _boosted(
    design: Matrix,
    outcome: Vector,
    fold: Labels,
    sums: Sequence[Sum],
    among: np.ndarray,
    knowing: bool,
    growth: Growth,
) -> _Grown:
    """A booster a fold, which does not see it, all at their share of the mean; ``knowing`` the sums' products or not.

    The mean of the folds' boosters is steadier than one booster of all rows (bagging: Breiman 1996), and costs nothing:
    they are grown already.
    """
    made = np.zeros(len(outcome))
    trees: list[tuple[Tree, tuple[int | Product, ...]]] = []
    for held_fold, fitted in enumerate(sums):
        inside = fold != held_fold
        products = fitted.products if knowing else ()
        behind = design.shape[1] + np.arange(len(products))
        rows = np.ascontiguousarray(fitted.columns[:, np.concatenate([among, behind])])
        says, grown = grow(*_sample(rows[inside], outcome[inside]), growth)
        made[~inside] = says(rows[~inside])
        known = (*among.tolist(), *products)
        trees += [(scaled(tree, 1 / FOLDS), known) for tree in grown]
    return _Grown(made, tuple(trees))


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
    likelihood: float  # of the answers, in logarithms

    def of_the_mean(self, parts: Unseen) -> float:
        """The slope for the mean of all trees: steadier than what one of ten says of a row, it may say more.

        A slope is too flat by the part of the score's variance that is chance of its own (errors in variables); the
        mean has less of it.
        """
        variance = float((self.share * parts.added + (1 - self.share) * parts.boosted).var())
        steadier = variance - (1 - self.share) ** 2 * parts.spread
        return self.slope * variance / steadier if steadier > variance / 2 else self.slope

    def probability(self, added: Vector, boosted: Vector) -> Vector:
        """Probabilities, (n,)."""
        score = self.intercept + self.slope * (self.share * added + (1 - self.share) * boosted)
        return np.asarray(1 / (1 + np.exp(-score)))


def believed(added: Vector, boosted: Vector, outcome: Vector) -> Belief:
    """The share and the scale under which unseen answers are likeliest (stacking: Wolpert 1992; Platt 1999).

    The trees have a share only where the answers speak for it by more than the one parameter that it is (Akaike 1974):
    where adding up is enough, the model is as simple as it was.
    """
    best: Belief | None = None
    for share in sorted(SHARES, reverse=True):
        score = share * added + (1 - share) * boosted
        intercept, slope = _scale(score, outcome)
        line = intercept + slope * score
        likelihood = float(outcome @ line - np.logaddexp(0.0, line).sum()) - (share < 1)
        if best is None or likelihood > best.likelihood:
            best = Belief(intercept, slope, share, likelihood)
    assert best is not None  # noqa: S101 - there are shares
    return best


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
