"""Who the customers of a segment are: means and shares of the passive columns, each with its 95 % interval.

Passive columns had no part in the clustering, so an interval means what it says. Active columns get none: a segment
differs in them because it was made to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from pipeline.contract import (
    CATEGORY_KINDS,
    NUMERIC_KINDS,
    TABLES,
    Column,
    Dataset,
    Labels,
    Matrix,
    Message,
    Passive,
    Quantity,
    Value,
    currency_of,
    empty_table,
    names_its_unit,
    own,
    percent,
)
from pipeline.describing.describe import category_order
from pipeline.statistics import effects_from_sums, wilson

LEAST_KNOWN = 30  # fewer known values in a segment: no mean and no share is given


@dataclass(frozen=True)
class PassiveColumn:
    """One passive column, read once for every number of segments."""

    column: Column
    categories: tuple[str, ...]  # empty for numbers; ("",) for flags
    known: npt.NDArray[np.bool_] | None  # (n,) customers with a value; None: all of them
    values: Matrix  # (known,) numbers less their mean, or codes of the categories
    mean: float = 0.0

    @classmethod
    def of(cls, column: Column, categories: tuple[str, ...], values: Matrix) -> PassiveColumn:
        """From the values of all customers, (n,), NaN where not known."""
        known = np.isfinite(values)
        kept = values if known.all() else values[known]
        mean = float(kept.mean()) if len(kept) and not categories else 0.0
        return cls(column, categories, None if known.all() else known, kept - mean, mean)

    def own(self, labels: Labels) -> Labels:
        """Segments of the customers whose value is known."""
        return labels if self.known is None else labels[self.known]


def read_traits(customers: pd.DataFrame, dataset: Dataset) -> tuple[PassiveColumn, ...]:
    """The passive columns that can be summed up; members of a group are left out, their shares speak for them."""
    traits = []
    for column in dataset.with_role("passive"):
        if column.name not in customers or column.group is not None:
            continue
        series = customers[column.name]
        if column.kind in CATEGORY_KINDS:
            order = category_order(column, series)
            codes = pd.Categorical(series, categories=order).codes.astype(np.float64)
            traits.append(PassiveColumn.of(column, tuple(order), np.where(codes >= 0, codes, np.nan)))
        elif column.kind in NUMERIC_KINDS or column.kind == "flag":
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            if column.kind == "flag":  # the code 0 of the only category told: "yes"
                traits.append(PassiveColumn.of(column, ("",), np.where(np.isfinite(values), 1.0 - values, np.nan)))
            else:
                traits.append(PassiveColumn.of(column, (), np.where(np.isfinite(values), values, np.nan)))
    return tuple(traits)


def describe_passive(traits: tuple[PassiveColumn, ...], labels: Labels, k: int) -> pd.DataFrame:
    """The ``passive`` table of one k."""
    sizes = np.bincount(labels, minlength=k)
    return passive_table(
        [
            part
            for trait in traits
            for part in (_shares(trait, labels, sizes) if trait.categories else [_means(trait, labels, sizes)])
        ]
    )


def passive_table(parts: list[dict[str, Any]]) -> pd.DataFrame:
    """The ``passive`` table of traits one after the other."""
    if not parts:
        return empty_table("passive")
    table = {name: np.concatenate([part[name] for part in parts]) for name in TABLES["passive"]}
    texts = pd.Series(table.pop(Passive.TEXT), dtype=object)  # messages, which "str" would make plain text of
    return pd.DataFrame({**table, Passive.TEXT: texts}).astype(
        {name: "str" for name, kind in TABLES["passive"].items() if kind == "text" and name != Passive.TEXT}
    )


def _means(trait: PassiveColumn, labels: Labels, sizes: Labels) -> dict[str, Any]:
    own, k = trait.own(labels), len(sizes)
    n = np.bincount(own, minlength=k)
    total: Matrix = np.bincount(own, weights=trait.values, minlength=k).astype(np.float64)
    squares: Matrix = np.bincount(own, weights=trait.values**2, minlength=k).astype(np.float64)
    return means_of(trait, trait.mean, n, total, squares, sizes)


def means_of(
    trait: PassiveColumn, shift: float, n: Labels, total: Matrix, squares: Matrix, sizes: Labels
) -> dict[str, Any]:
    """Rows of a column of numbers from its sums by segment, (k,) each, of the values less ``shift``."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = shift + total / n
        variance = np.maximum(squares - total**2 / n, 0) / (n - 1)
        reach = stdtrit(np.maximum(n - 1, 1), 0.975) * np.sqrt(variance / n)
    return _part(
        trait,
        "",
        n,
        sizes,
        mean,
        mean - reach,
        mean + reach,
        effects_from_sums(n.astype(np.float64), total, squares),
        trait.mean if n.sum() else np.nan,
    )


def _shares(trait: PassiveColumn, labels: Labels, sizes: Labels) -> list[dict[str, Any]]:
    own, codes, k = trait.own(labels), trait.values.astype(np.int64), len(sizes)
    n, width = np.bincount(own, minlength=k), max(len(trait.categories), 2)
    counts = np.bincount(own.astype(np.int64) * width + codes, minlength=k * width).reshape(k, width)
    return shares_of(trait, counts, n, sizes)


def shares_of(trait: PassiveColumn, counts: Labels, n: Labels, sizes: Labels) -> list[dict[str, Any]]:
    """Rows of a column of categories from how many of each segment have which, (k, categories), of ``n`` known."""
    return [_share(trait, place, counts[:, place], n, sizes) for place in range(len(trait.categories))]


def _share(trait: PassiveColumn, place: int, count: Labels, n: Labels, sizes: Labels) -> dict[str, Any]:
    with np.errstate(invalid="ignore", divide="ignore"):
        share, others = count / n, (count.sum() - count) / (n.sum() - n)
        effect = 2 * np.arcsin(np.sqrt(share)) - 2 * np.arcsin(np.sqrt(others))
        overall = count.sum() / n.sum()
    low, high = wilson(count, n)
    return _part(trait, trait.categories[place], n, sizes, share, low, high, effect, float(overall))


def _part(
    trait: PassiveColumn,
    category: str,
    n: Labels,
    sizes: Labels,
    value: Matrix,
    low: Matrix,
    high: Matrix,
    effect: Matrix,
    overall: float,
) -> dict[str, Any]:
    enough = n >= LEAST_KNOWN
    value, low, high, effect = (np.where(enough, number, np.nan) for number in (value, low, high, effect))
    texts = [_text(trait, category, *row) for row in zip(n, sizes, value, low, high, strict=True)]
    k = len(sizes)
    return {
        Passive.SEGMENT: np.arange(k),
        Passive.COLUMN: [trait.column.name] * k,
        Passive.CATEGORY: [category] * k,
        Passive.N: n,
        Passive.COVERAGE: n / np.maximum(sizes, 1),
        Passive.VALUE: value,
        Passive.LOW: low,
        Passive.HIGH: high,
        Passive.EFFECT: effect,
        Passive.OVERALL: np.full(k, overall),
        Passive.TEXT: np.array(texts, dtype=object),
    }


def _text(trait: PassiveColumn, category: str, n: int, size: int, value: float, low: float, high: float) -> Message:
    """``Age 52 (51 to 54), known for 32 % of customers``."""
    label = own(trait.column.label)
    if category:
        label = Message.of("{label} {category}", label=label, category=own(category))
    if n < LEAST_KNOWN:
        return Message.of(
            "{label}: known for {n} of {size} customers, too few to tell",
            label=label,
            n=Quantity(int(n)),
            size=Quantity(int(size)),
        )
    measured = _measured(trait, label, float(value), float(low), float(high))
    coverage = float(n / max(size, 1))
    if coverage >= 0.995:
        return measured
    return Message.of("{measured}, known for {share} of customers", measured=measured, share=percent(coverage))


def _measured(trait: PassiveColumn, label: Value, value: float, low: float, high: float) -> Message:
    if trait.categories or "%" in trait.column.format:
        return Message.of(
            "{label}: {value} ({low} to {high})",
            label=label,
            value=percent(value),
            low=Quantity(100 * low, ".0f"),
            high=percent(high),
        )
    digits = ",.0f" if abs(value) >= 10 else ",.1f"
    return Message.of(
        "{label} {value} ({low} to {high})",
        label=label,
        value=Quantity(value, digits, _unit(trait.column)),
        low=Quantity(low, digits),
        high=Quantity(high, digits),
    )


def _unit(column: Column) -> str:
    """Years of age and days since go without saying."""
    if currency_of(column.unit)[0]:
        return column.unit
    return "" if column.meaning == "age" or names_its_unit(column) else column.unit
