"""The summands that a score is made of: numbers, categories and what is not known, as columns of one matrix.

Numbers are taken as logarithms where the spec says so or their skew asks for it, clipped at the outer 0.5 %, and
standardised; categories and missing values are 0/1 terms; earlier answers enter as the log-odds of each customer's
rate, shrunken towards everybody's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.offers import KIND, PAST, RECEIVED, RESPONDED
from pipeline.contract import (
    CATEGORY_KINDS,
    Cased,
    Column,
    Matrix,
    Message,
    Term,
    is_latin,
    more_or_less,
    own,
)
from pipeline.statistics import FEWEST, Vector

PRIOR_CONTACTS = 2.0  # everybody's rate counts as much as this many contacts of one's own
TAIL = 0.005
SKEWED = 2.0


def prepare(known: pd.DataFrame, columns: Sequence[Column]) -> tuple[list[Term], float, Matrix]:
    """Terms without coefficients, everybody's rate of earlier answers, and the standardised matrix (n, terms)."""
    rate = past_rate(known)
    frame = with_past_rate(known, rate)
    terms = [term for column in columns if column.name in frame for term in _terms(frame[column.name], column)]
    return terms, rate, design_matrix(frame, terms)


def past_rate(known: pd.DataFrame) -> float:
    """Responses / contacts before, within (0, 1); where nothing came before, it counts for nothing."""
    contacts = float(known[RECEIVED].sum()) if RECEIVED in known else 0.0
    rate = float(known[RESPONDED].sum()) / contacts if contacts else 0.5
    return min(max(rate, 0.001), 0.999)


def with_past_rate(known: pd.DataFrame, rate: float) -> pd.DataFrame:
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
    low, high = (float(bound) for bound in (np.quantile(scaled, [TAIL, 1 - TAIL]) if not flag else (0.0, 1.0)))
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
    told = {str(word): own(word if isinstance(word, str) else str(word)) for word in text if word is not None}
    for category in sorted(told):
        hits = np.array([word is not None and str(word) == category for word in text], dtype=np.float64)
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
        return np.array([places.get(str(word), np.nan) for word in series], dtype=np.float64)
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def design_matrix(frame: pd.DataFrame, terms: Sequence[Term]) -> Matrix:
    """The terms of each row, clipped and standardised, (n, terms); 0 is the average of the rows they were made of."""
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
