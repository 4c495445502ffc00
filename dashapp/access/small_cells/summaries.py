"""Tables by segment as a viewer sees them: of the rows in groups, and of nothing else.

A mean of all customers in full digits gives the number of customers away (it is a fraction with that denominator), and
the means of all segments but one, taken from that of everybody, give the last one: what three large buyers spend, who
are a segment of their own. So means, shares, effects and quantiles are those of the rows that a viewer sees, of which
there are ten alike, and whoever subtracts them finds groups of ten and more again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dashapp.access.small_cells.coarse_words import refilled, scale
from dashapp.access.small_cells.groups import LEAST, Array, Numbers
from pipeline.contract import CategoryProfiles, Dataset, FeatureTransform, Message, Passive, Profiles
from pipeline.statistics import FEWEST, Z95, effects_from_sums, wilson


@dataclass(frozen=True)
class Seen:
    """The rows that a viewer sees, (n,), with the segment of each and for how many it stands."""

    customers: pd.DataFrame
    segments: Array
    weights: Numbers
    k: int
    transform: FeatureTransform
    _factors: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # columns of categories, read once

    def numbers(self, column: str) -> Numbers:
        """The values of a column, (n,); NaN where not known, and throughout where a viewer has no such column."""
        if column not in self.customers:
            return np.full(len(self.customers), np.nan)
        return pd.to_numeric(self.customers[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)

    def has(self, column: str, category: str) -> Numbers:
        """1 for who has the category, 0 for who has another, NaN where none is known, (n,)."""
        if column not in self._factors:
            self._factors[column] = pd.factorize(self.customers[column], use_na_sentinel=True)
        codes, words = self._factors[column]
        own = [place for place, word in enumerate(words) if str(word) == category]
        return np.where(codes < 0, np.nan, np.isin(codes, own)).astype(np.float64)

    def sums(self, values: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Known customers of each segment, with sum and sum of squares of their values, (k,) each."""
        known = np.isfinite(values)
        own, weights, kept = self.segments[known], self.weights[known], values[known]
        return self._summed(own, weights), self._summed(own, weights * kept), self._summed(own, weights * kept**2)

    @property
    def sizes(self) -> Numbers:
        """Customers of each segment, (k,)."""
        return self._summed(self.segments, self.weights)

    def _summed(self, segments: Array, values: Numbers) -> Numbers:
        return np.bincount(segments, values, self.k).astype(np.float64)

    def quantiles(self, values: Numbers, share: float) -> tuple[Numbers, float]:
        """A quantile of each segment, (k,), and of everybody; NaN where nothing is known. It is some row's own."""
        own = np.array([self._quantile(values[self.segments == segment], share, segment) for segment in range(self.k)])
        return own, self._quantile(values, share, None)

    def _quantile(self, values: Numbers, share: float, segment: int | None) -> float:
        weights = self.weights if segment is None else self.weights[self.segments == segment]
        known = np.isfinite(values)
        if not known.any():
            return float("nan")
        kept, weights = values[known], weights[known]
        if (weights == weights[0]).all():
            return float(np.quantile(kept, share, method="nearest"))
        return float(np.quantile(kept, share, method="inverted_cdf", weights=weights))

    def as_clustered(self, column: str, values: Numbers) -> Numbers:
        """A feature's values as the segments were made of them, up to place and scale; others as they are."""
        if column not in self.transform.names:
            return values
        place = self.transform.names.index(column)
        made = np.log1p(values) if self.transform.log1p[place] else values
        lower, upper = self.transform.lower[place], self.transform.upper[place]
        return np.clip(made, -np.inf if lower is None else lower, np.inf if upper is None else upper)


def profiles(table: pd.DataFrame, seen: Seen) -> pd.DataFrame:
    """The same columns in the same order; a segment of which too little is known has no numbers."""
    names = table[Profiles.COLUMN].unique().tolist()
    parts = [_profile(str(name), seen) for name in names if name in seen.customers]
    return pd.concat(parts, ignore_index=True)[list(table)].astype(dict(table.dtypes)) if parts else table.iloc[:0]


def _profile(column: str, seen: Seen) -> pd.DataFrame:
    values = seen.numbers(column)
    middle = _mean(values, seen)
    count, total, squares = seen.sums(values - middle)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = middle + total / count
        spread = np.sqrt(np.maximum(squares - total**2 / count, 0.0) / (count - 1))
        clustered = seen.as_clustered(column, values)
        effect = effects_from_sums(*seen.sums(clustered - np.nanmean(clustered))) if count.any() else mean
    median, overall_median = seen.quantiles(values, 0.5)
    return pd.DataFrame(
        {
            Profiles.SEGMENT: np.arange(seen.k),
            Profiles.COLUMN: column,
            Profiles.N: np.round(count).astype(np.int64),
            Profiles.MEAN: mean,
            Profiles.MEDIAN: median,
            Profiles.STD: spread,
            Profiles.Q25: seen.quantiles(values, 0.25)[0],
            Profiles.Q75: seen.quantiles(values, 0.75)[0],
            Profiles.EFFECT: effect,
            Profiles.INDEX: mean / middle * 100 if middle > 0 else np.nan,
            Profiles.OVERALL_MEAN: middle,
            Profiles.OVERALL_MEDIAN: overall_median,
        }
    )


def _in_order(parts: list[pd.DataFrame], table: pd.DataFrame) -> pd.DataFrame:
    made: pd.DataFrame = pd.concat(parts).sort_index().reset_index(drop=True) if parts else table.iloc[:0]
    return made


def _mean(values: Numbers, seen: Seen) -> float:
    known = np.isfinite(values)
    return float(np.average(values[known], weights=seen.weights[known])) if known.any() else float("nan")


def category_profiles(table: pd.DataFrame, seen: Seen) -> pd.DataFrame:
    """Categories that rows of the segment have, with their shares of those that a viewer sees."""
    parts = []
    for (name, category), rows in table.groupby([CategoryProfiles.COLUMN, CategoryProfiles.CATEGORY], sort=False):
        if name not in seen.customers:
            continue
        count, total, _squares = seen.sums(seen.has(str(name), str(category)))
        own = rows[CategoryProfiles.SEGMENT].to_numpy()
        with np.errstate(invalid="ignore", divide="ignore"):
            shares, overall = total / count, total.sum() / count.sum()
        counts = np.round(total[own]).astype(np.int64)
        made = rows.assign(
            **{CategoryProfiles.N: counts, CategoryProfiles.SHARE: shares[own], CategoryProfiles.OVERALL_SHARE: overall}
        )
        parts.append(made[counts >= LEAST])
    return _in_order(parts, table)


def passive(table: pd.DataFrame, seen: Seen, dataset: Dataset) -> pd.DataFrame:
    """Means and shares with their intervals; those of ten customers and more of whom a value is known."""
    parts = []
    for (name, category), rows in table.groupby([Passive.COLUMN, Passive.CATEGORY], sort=False):
        if name not in seen.customers:
            continue
        values = seen.has(str(name), str(category)) if category else seen.numbers(str(name))
        column = dataset.column(str(name))
        is_share = bool(category) or column.kind == "flag"
        parts.append(_described(rows, seen, values, is_share=is_share, times=100 if is_share else scale(column)))
    return _in_order(parts, table)


def _described(rows: pd.DataFrame, seen: Seen, values: Numbers, *, is_share: bool, times: int) -> pd.DataFrame:
    """Rows of one column or category, of those segments in which a viewer sees it."""
    own = rows[Passive.SEGMENT].to_numpy()
    count, total, squares = seen.sums(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, overall = total / count, total.sum() / count.sum()
        if is_share:
            others = (total.sum() - total) / (count.sum() - count)
            low, high = wilson(total, count)
            effect = 2 * np.arcsin(np.sqrt(value)) - 2 * np.arcsin(np.sqrt(others))
        else:
            reach = Z95 * np.sqrt(np.maximum(squares / count - value**2, 0.0) / count)
            low, high = value - reach, value + reach
            effect = effects_from_sums(*seen.sums(values - overall))
    told = {Passive.VALUE: value, Passive.LOW: low, Passive.HIGH: high, Passive.EFFECT: effect}
    withheld = rows[Passive.VALUE].isna().to_numpy()
    made = rows.assign(
        **{name: np.where(withheld, np.nan, numbers[own]) for name, numbers in told.items()},
        **{
            Passive.N: np.round(count[own]).astype(np.int64),
            Passive.COVERAGE: count[own] / np.maximum(seen.sizes[own], 1),
            Passive.OVERALL: overall,
        },
    )
    told_rows = zip(made.to_dict("records"), seen.sizes[own], strict=True)
    texts = [_text(row, float(size), times) for row, size in told_rows]
    enough = ((total if is_share else count)[own] >= LEAST) & (withheld | (count[own] >= FEWEST))
    kept: pd.DataFrame = made.assign(**{Passive.TEXT: pd.Series(texts, made.index, dtype=object)})[enough]
    return kept


def _text(row: dict[Any, Any], size: float, times: int) -> str:
    """The stored sentence with a viewer's numbers; of a run that holds plain text no more than what it is about."""
    stored = row[Passive.TEXT]
    if not isinstance(stored, Message):
        return f"{row[Passive.COLUMN]} {row[Passive.CATEGORY]}".rstrip()
    return refilled(
        stored,
        value=times * row[Passive.VALUE],
        low=times * row[Passive.LOW],
        high=times * row[Passive.HIGH],
        share=100 * row[Passive.COVERAGE],
        n=row[Passive.N],
        size=size,
    )
