"""The simple rules that the response model has to beat, each predicting contacts it has not seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.offers import KIND, RESPONDED, Offers
from pipeline.campaigns.profit import Mask
from pipeline.campaigns.response_rates import shrink
from pipeline.contract import Column, Labels, Matrix, Meaning
from pipeline.statistics import Vector

PARTS = 3  # of recency, frequency and money each
_RFM: tuple[Meaning, ...] = ("recency", "orders", "spend")
MOST_PAST = 2  # earlier answers told apart: none, one, two and more

Cells = Callable[[Offers], Labels]


def predict_by_cells(cells: Labels, outcome: Vector, train: Mask, test: Mask) -> Vector:
    """Shrunken response rate of each tested row's cell, learned from the training rows, (tested rows,)."""
    number = int(cells.max(initial=0)) + 1
    n = np.asarray(np.bincount(cells[train], weights=train[train], minlength=number), dtype=np.float64)
    s = np.asarray(np.bincount(cells[train], weights=outcome[train], minlength=number), dtype=np.float64)
    return shrink(s, n)[cells[test]]


def rfm_cells(offers: Offers, train: Mask) -> Labels | None:
    """Recency x frequency x money in thirds of the training rows; None where one of the three is not known."""
    columns = [column for meaning in _RFM if (column := _meaning(offers, meaning)) is not None]
    if len(columns) < len(_RFM):
        return None
    code = np.zeros(len(offers.outcome), dtype=np.int64)
    for column in columns:
        values = offers.known[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
        edges = np.nanquantile(values[train], np.arange(1, PARTS) / PARTS)
        part = np.where(np.isnan(values), PARTS, np.searchsorted(edges, values, side="right"))
        code = code * (PARTS + 1) + part
    return code


def with_past(offers: Offers, segments: Labels) -> Labels:
    """Segments x number of earlier answers (0, 1, 2 and more) x kind of campaign."""
    past = offers.known[RESPONDED].to_numpy(dtype=np.float64) if RESPONDED in offers.known else np.zeros(len(segments))
    kinds = pd.factorize(offers.known[KIND], sort=True)[0] if KIND in offers.known else np.zeros(len(segments))
    code = segments * (MOST_PAST + 1) + np.minimum(past, MOST_PAST).astype(np.int64)
    return np.asarray(code * (int(kinds.max(initial=0)) + 1) + kinds, dtype=np.int64)


def _meaning(offers: Offers, meaning: str) -> Column | None:
    return next((column for column in offers.columns if column.meaning == meaning), None)


def segments_then(known: pd.DataFrame, columns: tuple[Column, ...], k: int, seed: int) -> Labels:
    """KMeans segments of customers by what was known of their purchases at one moment, (n,).

    Today's segments know what happened after a campaign; to judge them by it, they are made anew from before.
    """
    from sklearn.cluster import KMeans

    matrix = np.column_stack(
        [_scaled(known[column.name].to_numpy(dtype=np.float64, na_value=np.nan), column) for column in columns]
    )
    return np.asarray(KMeans(k, n_init=5, random_state=seed).fit_predict(matrix), dtype=np.int64)


def _scaled(values: Vector, column: Column) -> Matrix:
    seen = values[~np.isnan(values)]
    filled = np.where(np.isnan(values), np.median(seen) if len(seen) else 0.0, values)
    if "log1p" in column.transform:
        filled = np.log1p(np.maximum(filled, 0.0))
    clipped = np.clip(filled, *np.quantile(filled, [0.005, 0.995]))
    deviation = clipped.std()
    return np.asarray((clipped - clipped.mean()) / (deviation if deviation > 0 else 1.0))
