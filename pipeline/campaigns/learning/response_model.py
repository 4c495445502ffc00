"""The response model: a logistic regression whose terms add up, so that every score has reasons in words.

Numbers are taken as logarithms where the spec says so or their skew asks for it, clipped at the outer 0.5 %, and
standardised; categories and missing values are 0/1 terms; earlier answers enter as the log-odds of each customer's
rate, shrunken towards everybody's. Coefficients are ridge-penalised with one fixed strength (prior deviation 0.32 of
a standardised term), never tuned on the data they are judged by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.offers import KIND, PAST, RECEIVED, RESPONDED
from pipeline.contract import (
    CATEGORY_KINDS,
    Calibration,
    Cased,
    Column,
    Matrix,
    Message,
    ResponseModel,
    Term,
    is_latin,
    more_or_less,
    own,
)
from pipeline.statistics import FEWEST, Vector

STRENGTH = 0.1  # scikit-learn's C
PRIOR_CONTACTS = 2.0  # everybody's rate counts as much as this many contacts of one's own
TAIL = 0.005
SKEWED = 2.0
FOLDS, REPEATS, LARGE = 5, 5, 50_000
MOST_REASONS = 3


def fit_response(known: pd.DataFrame, columns: Sequence[Column], outcome: Vector, name: str = "") -> ResponseModel:
    """Fit on what was known (original units) and what came of it; deterministic."""
    terms, rate, design = _prepare(known, columns)
    intercept, weights = _weights(design, outcome)
    return ResponseModel(
        outcome=name,
        intercept=intercept,
        past_rate=rate,
        terms=tuple(
            term.model_copy(update={"coefficient": float(weight)}) for term, weight in zip(terms, weights, strict=True)
        ),
    )


def _prepare(known: pd.DataFrame, columns: Sequence[Column]) -> tuple[list[Term], float, Matrix]:
    """Terms without coefficients, everybody's rate of earlier answers, and the standardised matrix (n, terms)."""
    rate = _past_rate(known)
    frame = _with_past(known, rate)
    terms = [term for column in columns if column.name in frame for term in _terms(frame[column.name], column)]
    return terms, rate, _design(frame, terms)


def _weights(design: Matrix, outcome: Vector) -> tuple[float, Vector]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-6, solver="newton-cholesky")
    model.fit(design, outcome.astype(int))
    return float(model.intercept_[0]), model.coef_[0]


def predict(model: ResponseModel, known: pd.DataFrame) -> Vector:
    """Probability of a response for each row, (n,); NumPy only."""
    score = contributions(model, known).sum(axis=1) + model.intercept
    return np.asarray(1 / (1 + np.exp(-score)))


def contributions(model: ResponseModel, known: pd.DataFrame) -> Matrix:
    """What each term adds to each row's log-odds, (n, terms); 0 is the average customer's."""
    frame = _with_past(known, model.past_rate)
    weights = np.array([term.coefficient for term in model.terms])
    return np.asarray(_design(frame, model.terms) * weights)


@dataclass(frozen=True)
class Reasons:
    """What speaks for and against each row, (n,): in words, and as the codes of ``Targets.TERMS``."""

    words: list[str]
    terms: list[str]


def reasons(model: ResponseModel, known: pd.DataFrame) -> list[str]:
    """What speaks for and against each row, in words."""
    return explain(model, known).words


def explain(model: ResponseModel, known: pd.DataFrame) -> Reasons:
    """The three largest personal terms of each score, in words: ``+ answered earlier campaigns; - low income``."""
    kept = [at for at, term in enumerate(model.terms) if term.personal and term.coefficient]
    if not kept:
        return Reasons([""] * len(known), [""] * len(known))
    values = contributions(model, known)[:, kept]
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MOST_REASONS]
    largest = np.take_along_axis(values, order, axis=1)
    above = (largest > 0) == (np.array([model.terms[at].coefficient for at in kept])[order] > 0)
    which = order, (largest > 0).astype(int), above.astype(int)
    words = np.array(
        [[[f"{sign} {side}" for side in (model.terms[at].low, model.terms[at].high)] for sign in "-+"] for at in kept],
        dtype=object,
    )
    codes = np.array([[[f"{sign}{at}{side}" for side in "lh"] for sign in "-+"] for at in kept], dtype=object)
    return Reasons(["; ".join(row) for row in words[which]], [" ".join(row) for row in codes[which]])


# ------------------------------------------------------------------ held-out predictions


def folds(outcome: Vector, seed: int, number: int = FOLDS) -> np.ndarray:
    """Fold of each row, each with its share of the responses."""
    from sklearn.model_selection import StratifiedKFold

    made = np.empty(len(outcome), dtype=np.int64)
    parts = StratifiedKFold(number, shuffle=True, random_state=seed).split(np.zeros(len(outcome)), outcome)
    for fold, (_training, held_out) in enumerate(parts):
        made[held_out] = fold
    return made


def cross_fit(known: pd.DataFrame, columns: Sequence[Column], outcome: Vector, seed: int) -> Matrix:
    """Probabilities by models that have not seen the row's outcome, (repeats, n): 5 x 5 folds, 1 x 5 for many rows.

    Scales and bounds of the terms come from all rows, since they know nothing of the outcome; coefficients do not.
    """
    _, _, design = _prepare(known, columns)
    repeats = REPEATS if len(outcome) <= LARGE else 1
    made = np.empty((repeats, len(outcome)))
    for repeat in range(repeats):
        fold = folds(outcome, seed + repeat)
        for one in range(FOLDS):
            inside = fold != one
            intercept, weights = _weights(design[inside], outcome[inside])
            made[repeat, ~inside] = 1 / (1 + np.exp(-design[~inside] @ weights - intercept))
    return made


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


# ------------------------------------------------------------------ terms


def _past_rate(known: pd.DataFrame) -> float:
    """Responses / contacts before, within (0, 1); where nothing came before, it counts for nothing."""
    contacts = float(known[RECEIVED].sum()) if RECEIVED in known else 0.0
    rate = float(known[RESPONDED].sum()) / contacts if contacts else 0.5
    return min(max(rate, 0.001), 0.999)


def _with_past(known: pd.DataFrame, rate: float) -> pd.DataFrame:
    """``known`` with the log-odds of each row's shrunken rate of earlier answers."""
    if RECEIVED not in known:
        return known
    yes = known[RESPONDED].to_numpy(dtype=np.float64) + PRIOR_CONTACTS * rate
    no = np.maximum(known[RECEIVED].to_numpy(dtype=np.float64) - known[RESPONDED].to_numpy(dtype=np.float64), 0.0)
    return known.assign(**{PAST: np.log(yes / (no + PRIOR_CONTACTS * (1 - rate)))})


def _terms(series: pd.Series, column: Column) -> list[Term]:
    if column.kind in CATEGORY_KINDS and not column.order:
        return _category_terms(series, column)
    values = _numbers(series, column.order)
    seen = values[~np.isnan(values)]
    if len(np.unique(seen)) < 2:
        return []
    fill = float(np.median(seen))
    filled = np.where(np.isnan(values), fill, values)
    log = bool(seen.min() >= 0) and ("log1p" in column.transform or (column.kind != "flag" and _skew(seen) > SKEWED))
    scaled = np.log1p(filled) if log else filled
    flag = column.kind == "flag"
    low, high = (float(one) for one in (np.quantile(scaled, [TAIL, 1 - TAIL]) if not flag else (0.0, 1.0)))
    clipped = np.clip(scaled, low, high)
    made = []
    if clipped.std() > 0:
        made.append(
            _term(
                column,
                clipped,
                fill=fill,
                log1p=log,
                lower=low,
                upper=high,
                order=column.order,
                high=column.high or _told(column, flag, more=True),
                low=column.low or _told(column, flag, more=False),
            )
        )
    return made + _unknown_term(np.isnan(values), column)


def _told(column: Column, flag: bool, *, more: bool) -> str:
    if not flag or not is_latin(column.label):
        return more_or_less(column.label, more=more)
    small = Cased("small", own(column.label))
    return Message.of("{label}" if more else "not {label}", label=small)


def _category_terms(series: pd.Series, column: Column) -> list[Term]:
    """One term for each category of 30 customers or more, the rest together being the base."""
    text = series.astype("object").where(series.notna(), None)
    label, made = Cased("small", own(column.label)), []
    told = {str(one): own(one if isinstance(one, str) else str(one)) for one in text if one is not None}
    for category in sorted(told):
        hits = np.array([one is not None and str(one) == category for one in text], dtype=np.float64)
        if FEWEST <= hits.sum() <= len(hits) - FEWEST:
            made.append(
                _term(
                    column,
                    hits,
                    category=category,
                    lower=0.0,
                    upper=1.0,
                    personal=column.name != KIND,
                    high=Message.of("{label}: {category}", label=label, category=told[category]),
                    low=Message.of("{label}: not {category}", label=label, category=told[category]),
                )
            )
    return made + _unknown_term(text.isna().to_numpy(), column)


def _unknown_term(missing: np.ndarray, column: Column) -> list[Term]:
    hits = missing.astype(np.float64)
    if not FEWEST <= hits.sum() <= len(hits) - FEWEST:
        return []
    return [
        _term(
            column,
            hits,
            unknown=True,
            lower=0.0,
            upper=1.0,
            high=Message.of("{label} not known", label=Cased("small", own(column.label))),
            low=Message.of("{label} known", label=Cased("small", own(column.label))),
        )
    ]


def _term(column: Column, values: Vector, **parts: object) -> Term:
    fields: dict[str, object] = {
        "column": column.name,
        "label": column.label,
        "centre": float(values.mean()),
        "scale": float(values.std()),
        "coefficient": 0.0,
        **parts,
    }
    return Term.model_validate(fields)


def _skew(values: Vector) -> float:
    deviation = values.std()
    return float((((values - values.mean()) / deviation) ** 3).mean()) if deviation > 0 else 0.0


def _numbers(series: pd.Series, order: Sequence[str]) -> Vector:
    if order:
        places = {name: float(place) for place, name in enumerate(order)}
        return np.array([places.get(str(one), np.nan) for one in series], dtype=np.float64)
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def _design(frame: pd.DataFrame, terms: Sequence[Term]) -> Matrix:
    made = np.empty((len(frame), len(terms)))
    for at, term in enumerate(terms):
        made[:, at] = (np.clip(_value(frame, term), term.lower, term.upper) - term.centre) / term.scale
    return made


def _value(frame: pd.DataFrame, term: Term) -> Vector:
    series = frame[term.column] if term.column in frame else pd.Series(np.nan, index=frame.index)
    if term.unknown:
        return np.asarray(series.isna().to_numpy(dtype=np.float64))
    if term.category is not None:
        return np.asarray((series.astype("object") == term.category).to_numpy(), dtype=np.float64)
    values = _numbers(series, term.order)
    values = np.where(np.isnan(values), term.fill, values)
    return np.log1p(np.maximum(values, 0.0)) if term.log1p else values
