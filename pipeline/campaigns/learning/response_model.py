"""The response model: terms that add up, trees for what adding up misses, and a scale that held-out answers gave.

A logistic regression (ridge-penalised with one fixed strength, prior deviation 0.32 of a standardised term; with
products of two terms where answers ask for them) and a booster each predict rows that they have not seen; those
predictions decide how much each of the two is believed, and how far both are drawn towards everybody's rate. Where
answers are noise, nearly all the way. The sum is the model: in log-odds, with a part for each term, so that every score
has reasons in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.adding_up import Sum, add_up, told_by_terms, widened
from pipeline.campaigns.learning.boosting import scores, shapley
from pipeline.campaigns.learning.cross_fitting import believed, levelled, scaled, unseen, without_segment
from pipeline.campaigns.learning.terms import design_matrix, prepare, with_past_rate
from pipeline.contract import Calibration, Column, Matrix, Product, ResponseModel
from pipeline.processors import one_thread
from pipeline.statistics import Vector

MOST_REASONS = 3


@dataclass(frozen=True)
class Learned:
    """A model fitted on all rows, and what models that had not seen a row's answer say of it, (n,)."""

    model: ResponseModel
    probability: Vector


def learn(
    known: pd.DataFrame,
    columns: Sequence[Column],
    outcome: Vector,
    seed: int,
    *,
    customer: np.ndarray | None = None,
    name: str = "",
) -> Learned:
    """Fit on what was known (original units) and what came of it.

    Parameters
    ----------
    known, columns
        What was known of each row, (n,), and what its columns mean.
    outcome
        0 or 1, (n,).
    seed
        Of the folds. Scales and bounds of the terms come from all rows, since they know nothing of the outcome.
    customer
        Whose rows they are, (n,): rows of one customer are never on both sides of a split. None: each its own.
    name
        Of the outcome, where it is one campaign's.
    """
    terms, rate, design = prepare(known, columns)
    names = [term.column for term in terms]
    with one_thread():  # small systems: threads waiting for each other cost ten times as much
        parts = unseen(design, names, outcome, seed, customer)
        final = believed(parts.added, parts.boosted, outcome)
        fitted = add_up(design, outcome, np.ones(len(outcome), dtype=bool), without_segment(names))
    slope = final.of_the_mean(parts)
    by_terms, by_trees = slope * final.share, slope * (1 - final.share)
    trees = tuple(scaled(tree, by_trees) for tree in parts.trees) if by_trees else ()
    model = ResponseModel(
        outcome=name,
        intercept=0.0,
        past_rate=rate,
        terms=tuple(
            term.model_copy(update={"coefficient": float(weight * by_terms)})
            for term, weight in zip(terms, fitted.weights, strict=False)
        ),
        products=_weighted(fitted, by_terms, parts.products if by_trees else ()),
        trees=trees,
        belief=final.slope,
    )
    model = model.model_copy(update={"intercept": levelled(_score(model, design), outcome)})
    return Learned(model, parts.probability(outcome))


def _weighted(fitted: Sum, share: float, asked: Sequence[Product]) -> tuple[Product, ...]:
    """The products that trees ask for, at their places, and behind them the others of the sum, with coefficients."""
    of_products = fitted.weights[len(fitted.weights) - len(fitted.products) :]
    weights = dict(zip(fitted.products, of_products, strict=True)) if share else {}
    return tuple(
        product.model_copy(update={"coefficient": float(weights.get(product, 0.0)) * share})
        for product in dict.fromkeys((*asked, *weights))
    )


def predict(model: ResponseModel, known: pd.DataFrame) -> Vector:
    """Probability of a response for each row, (n,); NumPy only."""
    design = design_matrix(with_past_rate(known, model.past_rate), model.terms)
    return np.asarray(1 / (1 + np.exp(-_score(model, design) - model.intercept)))


def _score(model: ResponseModel, design: Matrix) -> Vector:
    """Log-odds without the intercept, (n,)."""
    columns = widened(design, model.products)
    return np.asarray(columns @ _coefficients(model) + scores(model.trees, columns))


def contributions(model: ResponseModel, known: pd.DataFrame) -> Matrix:
    """What each term adds to each row's log-odds, (n, terms); 0 is the average customer's."""
    return _contributions(model, design_matrix(with_past_rate(known, model.past_rate), model.terms))


def _contributions(model: ResponseModel, design: Matrix) -> Matrix:
    columns = widened(design, model.products)
    return told_by_terms(columns * _coefficients(model) + shapley(model.trees, columns), model.products)


def _coefficients(model: ResponseModel) -> Vector:
    return np.array([term.coefficient for part in (model.terms, model.products) for term in part])


@dataclass(frozen=True)
class Reasons:
    """What speaks for and against each row, (n,): in words, and as the codes of ``Targets.TERMS``."""

    words: list[str]
    terms: list[str]


def reasons(model: ResponseModel, known: pd.DataFrame) -> list[str]:
    """What speaks for and against each row, in words."""
    return explain(model, known).words


def explain(model: ResponseModel, known: pd.DataFrame) -> Reasons:
    """The three largest personal parts of each score, in words: ``+ answered earlier campaigns; - low income``.

    The sign is the part's, the words say on which side of the average the customer stands: with trees, being above it
    may speak for one customer and against another.
    """
    told_elsewhere = bool(model.products or model.trees)
    kept = [at for at, term in enumerate(model.terms) if term.personal and (term.coefficient or told_elsewhere)]
    if not kept:
        return Reasons([""] * len(known), [""] * len(known))
    design = design_matrix(with_past_rate(known, model.past_rate), model.terms)
    values = _contributions(model, design)[:, kept]
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MOST_REASONS]
    largest = np.take_along_axis(values, order, axis=1)
    above = np.take_along_axis(design[:, kept], order, axis=1) > 0
    which = order, (largest > 0).astype(int), above.astype(int)
    words = np.array(
        [[[f"{sign} {side}" for side in (model.terms[at].low, model.terms[at].high)] for sign in "-+"] for at in kept],
        dtype=object,
    )
    codes = np.array([[[f"{sign}{at}{side}" for side in "lh"] for sign in "-+"] for at in kept], dtype=object)
    told = np.abs(largest) > 0
    return Reasons(_joined(words[which], told, "; "), _joined(codes[which], told, " "))


def _joined(parts: np.ndarray, told: np.ndarray, between: str) -> list[str]:
    return [between.join(row[shown]) for row, shown in zip(parts, told, strict=True)]


def calibrate(probability: Vector, outcome: Vector) -> Calibration:
    """How the predictions of held-out rows compare with what came of them."""
    from sklearn.metrics import log_loss, roc_auc_score

    order = np.argsort(probability, kind="stable")
    tenths = [part for part in np.array_split(order, 10) if len(part)]
    return Calibration(
        mean_predicted=float(probability.mean()),
        observed=float(outcome.mean()),
        contacts=len(outcome),
        responses=int(outcome.sum()),
        auc=float(roc_auc_score(outcome, probability)) if 0 < outcome.mean() < 1 else 0.5,
        log_loss=float(log_loss(outcome, probability, labels=[0.0, 1.0])),
        bins=tuple((len(part), float(probability[part].mean()), float(outcome[part].mean())) for part in tenths),
    )
