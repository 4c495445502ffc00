"""The part of the model that adds up: a logistic regression of the terms, and of those two at a time that ask for it.

Two terms multiplied say what neither says alone: of one another that they matter together, of a term and itself that
it bends. Which pairs take part is found by score tests of what the regression has left over (Rao 1948), one pair after
another, so that a pair that only stands in for one already taken stays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.campaigns.profit import Mask
from pipeline.contract import Matrix, Product
from pipeline.statistics import Vector

STRENGTH = 0.1  # scikit-learn's C
BOUND = 3.0  # deviations; beyond, a product would be a few customers' alone
BY_CHANCE = 0.05  # how often any pair is taken where none matters
MOST = 8
SCREENED = 50_000  # rows that pairs are looked for in: of more, none that matters would be missed in these


@dataclass(frozen=True)
class Sum:
    """A fitted regression: ``intercept + columns @ weights``, where columns are the terms and then the products."""

    intercept: float
    weights: Vector  # (terms + products,)
    products: tuple[Product, ...]
    columns: Matrix  # (n, terms + products), of all rows, those too that were not learned from

    @property
    def score(self) -> Vector:
        """Log-odds of all rows, (n,)."""
        return np.asarray(self.columns @ self.weights + self.intercept)


def logistic(design: Matrix, outcome: Vector) -> tuple[float, Vector]:
    """(intercept, weights) of a ridge-penalised logistic regression on standardised terms."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-6, solver="newton-cholesky")
    model.fit(design, outcome.astype(int))
    return float(model.intercept_[0]), model.coef_[0]


def add_up(design: Matrix, outcome: Vector, rows: Mask, among: np.ndarray) -> Sum:
    """Fit on ``rows`` (n,) of ``design`` (n, terms), with products of the terms ``among`` as far as answers ask.

    Scales of products come from all rows, as those of terms do: they know nothing of the outcome.
    """
    every = -(-int(rows.sum()) // SCREENED)
    bounded, known = _bounded(design[rows][::every, among]), outcome[rows][::every]
    products: tuple[Product, ...] = ()
    columns = design
    while True:
        intercept, weights = logistic(columns[rows], outcome[rows])
        fitted = Sum(intercept, weights, products, columns)
        taken = {(product.first, product.second) for product in products}
        pair = _left_over(bounded, known, fitted.score[rows][::every], among, taken) if len(products) < MOST else None
        if pair is None:
            return fitted
        products = (*products, product_of(design, *pair))
        columns = widened(design, products)


def _left_over(
    bounded: Matrix, outcome: Vector, score: Vector, among: np.ndarray, taken: set[tuple[int, int]]
) -> tuple[int, int] | None:
    """The pair whose product says most of what ``score`` (n,) leaves over; None where chance alone might say as much.

    All pairs at once: what is left over times a product, added up over the rows, is a product of matrices.
    """
    first, second = np.triu_indices(bounded.shape[1])
    if not len(first):
        return None
    probability = 1 / (1 + np.exp(-score))
    left, variance = outcome - probability, probability * (1 - probability)
    sums = (bounded.T * left) @ bounded
    squares = bounded**2
    deviations = np.sqrt(np.maximum((squares.T * variance) @ squares, np.finfo(float).tiny))
    strength = np.abs(sums / deviations)[first, second]
    enough = NormalDist().inv_cdf(1 - BY_CHANCE / len(first) / 2)
    for at in np.argsort(-strength, kind="stable")[: len(taken) + 1]:
        pair = int(among[first[at]]), int(among[second[at]])
        if strength[at] > enough and pair not in taken:
            return pair
    return None


def product_of(design: Matrix, first: int, second: int) -> Product:
    """The product of two terms with its scale on the rows of ``design`` (n, terms)."""
    values = _bounded(design[:, first]) * _bounded(design[:, second])
    return Product(first=first, second=second, centre=float(values.mean()), scale=float(values.std()) or 1.0)


def widened(design: Matrix, products: tuple[Product, ...]) -> Matrix:
    """``design`` (n, terms) with a standardised column for each product behind it."""
    columns = [
        (_bounded(design[:, product.first]) * _bounded(design[:, product.second]) - product.centre) / product.scale
        for product in products
    ]
    return np.column_stack([design, *columns]) if columns else design


def told_by_terms(parts: Matrix, products: tuple[Product, ...]) -> Matrix:
    """What each column adds (n, terms + products) as what each term adds: half a product's part is each of its two's.

    The Shapley value of a product whose terms are 0 on average.
    """
    terms = parts.shape[1] - len(products)
    made = parts[:, :terms].copy()
    for at, product in enumerate(products):
        for term in (product.first, product.second):
            made[:, term] += parts[:, terms + at] / 2
    return made


def _bounded(values: Matrix) -> Matrix:
    return np.clip(values, -BOUND, BOUND)
