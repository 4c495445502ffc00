"""Which bins a column is counted in: decided from exact numbers of all customers, so that every engine bins alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract.record_types import Column, Record

Array = npt.NDArray[Any]

UNKNOWN, REST = "", "…"  # tokens of customers whose value is not known, and of all rarer categories together
MOST_BINS = 24
TAIL = 0.005  # share of customers at either end that goes into an open bin


class Spread(Record):
    """A number over all customers, exactly: what its bins follow from. Quantiles are interpolated, as NumPy's are."""

    known: int  # customers with a finite value; one at least
    least: float
    low: float  # quantile ``TAIL``
    middle: float  # median
    high: float  # quantile 1 - ``TAIL``
    most: float
    deviation: float | None = None  # standard, of a sample; None for a single value
    whole: bool = False  # a column of integers that holds whole numbers only

    @property
    def edges(self) -> tuple[float, ...]:
        """Of its bins, one more than there are of them; the outer ones are infinite where values lie beyond them."""
        return edges_of(self)[0]


def spread_of(values: Array, *, whole: bool = False) -> Spread | None:
    """The spread of the finite ones of ``values``; None where there are none. ``whole``: a column of integers."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, middle, high = (float(value) for value in np.quantile(known, [TAIL, 0.5, 1 - TAIL]))
    return Spread(
        known=len(known),
        least=float(known.min()),
        low=low,
        middle=middle,
        high=high,
        most=float(known.max()),
        deviation=float(known.std(ddof=1)) if len(known) > 1 else None,
        whole=whole and bool((known == np.round(known)).all()),
    )


def edges_of(spread: Spread) -> tuple[tuple[float, ...], float]:
    """Round bin edges over the bulk of the values, and their step."""
    step = _nice_step(max(spread.high - spread.low, 0.0) / (MOST_BINS - 4), whole=spread.whole)
    first = math.floor(spread.low / step)
    last = max(math.floor(spread.high / step) + 1, first + 1)
    edges = [float(f"{place * step:.12g}") for place in range(first, last + 1)]
    if spread.least < edges[0]:
        edges[0] = -math.inf
    if spread.most >= edges[-1]:
        edges[-1] = math.inf
    if math.isinf(edges[0]) and math.isinf(edges[-1]) and len(edges) == 2:
        edges = [-math.inf, spread.middle, math.inf]
    return tuple(edges), step


def bins_of_number(values: Array, edges: Sequence[float]) -> Array:
    """The bin of each value, (n,); one more than there are bins where it is not known."""
    places = np.searchsorted(np.array(edges[1:-1]), values, side="right")
    places[~np.isfinite(values)] = len(edges) - 1
    return places


def bins_of_mix(members: Iterable[Array]) -> Array:
    """The place of the member that a customer has most of, (n,), the first of equals; their number for nothing at all.

    One member is looked at after the other, so that no table of all of them is made.
    """
    most, place = None, -1
    for place, values in enumerate(members):
        amount = positive(values)
        if most is None:
            most, largest = amount, np.where(amount > 0, place, -1)
            continue
        larger = amount > most
        largest[larger] = place
        np.maximum(most, amount, out=most)
    if most is None:
        raise ValueError("a mix has members")
    largest[largest < 0] = place + 1
    return largest


def positive(values: Array) -> Array:
    """Amounts of a mix's member: nothing where they are not known or below zero."""
    return np.where(np.isfinite(values) & (values > 0), values, 0.0)


def to_numbers(series: pd.Series) -> Array:
    """Float values with NaN where nothing is known; those of a column of floats itself, not to be written to."""
    if series.dtype == np.float64:
        return series.to_numpy()
    values: Array = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def to_codes(column: Column, series: pd.Series) -> tuple[Array, list[str]]:
    """Each customer's category as its place in the list of them, -1 where it is not known; a flag is yes or no."""
    if column.kind == "flag":
        values = to_numbers(series.astype("Float64") if series.dtype == bool else series)
        return np.select([values == 1, values == 0], [0, 1], default=-1), ["yes", "no"]
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy(), [str(word) for word in series.cat.categories]
    codes, categories = pd.factorize(series.astype("string"))
    return codes, [str(word) for word in categories]


def _nice_step(wanted: float, *, whole: bool) -> float:
    if wanted <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(wanted))
    step = next(scale * factor for factor in (1, 2, 2.5, 5, 10) if scale * factor >= wanted * 0.999)
    if whole:
        return max(1.0, float(math.ceil(step)))
    return float(f"{step:.12g}")
