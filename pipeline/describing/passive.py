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
    Passive,
    empty_table,
)
from pipeline.describing.describe import category_order, effects_from_sums
from pipeline.statistics import wilson

LEAST_KNOWN = 30  # fewer known values in a segment: no mean and no share is given
_SIGNS = "$€£₽"


@dataclass(frozen=True)
class Trait:
    """One passive column, read once for every number of segments."""

    column: Column
    categories: tuple[str, ...]  # empty for numbers; ("",) for flags
    known: npt.NDArray[np.bool_] | None  # (n,) customers with a value; None: all of them
    values: Matrix  # (known,) numbers less their mean, or codes of the categories
    mean: float = 0.0

    @classmethod
    def of(cls, column: Column, categories: tuple[str, ...], values: Matrix) -> Trait:
        """From the values of all customers, (n,), NaN where not known."""
        known = np.isfinite(values)
        kept = values if known.all() else values[known]
        mean = float(kept.mean()) if len(kept) and not categories else 0.0
        return cls(column, categories, None if known.all() else known, kept - mean, mean)

    def own(self, labels: Labels) -> Labels:
        """Segments of the customers whose value is known."""
        return labels if self.known is None else labels[self.known]


def read_traits(customers: pd.DataFrame, dataset: Dataset) -> tuple[Trait, ...]:
    """The passive columns that can be summed up; members of a group are left out, their shares speak for them."""
    found = []
    for column in dataset.with_role("passive"):
        if column.name not in customers or column.group is not None:
            continue
        series = customers[column.name]
        if column.kind in CATEGORY_KINDS:
            order = category_order(column, series)
            codes = pd.Categorical(series, categories=order).codes.astype(np.float64)
            found.append(Trait.of(column, tuple(order), np.where(codes >= 0, codes, np.nan)))
        elif column.kind in NUMERIC_KINDS or column.kind == "flag":
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            if column.kind == "flag":  # the code 0 of the only category told: "yes"
                found.append(Trait.of(column, ("",), np.where(np.isfinite(values), 1.0 - values, np.nan)))
            else:
                found.append(Trait.of(column, (), np.where(np.isfinite(values), values, np.nan)))
    return tuple(found)


def describe_passive(traits: tuple[Trait, ...], labels: Labels, k: int) -> pd.DataFrame:
    """The ``passive`` table of one k."""
    sizes = np.bincount(labels, minlength=k)
    parts = [
        part
        for trait in traits
        for part in (_shares(trait, labels, sizes) if trait.categories else [_means(trait, labels, sizes)])
    ]
    if not parts:
        return empty_table("passive")
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in TABLES["passive"]}).astype(
        {name: "str" for name, kind in TABLES["passive"].items() if kind == "text"}
    )


def _means(trait: Trait, labels: Labels, sizes: Labels) -> dict[str, Any]:
    own, k = trait.own(labels), len(sizes)
    n = np.bincount(own, minlength=k)
    total: Matrix = np.bincount(own, weights=trait.values, minlength=k).astype(np.float64)
    squares: Matrix = np.bincount(own, weights=trait.values**2, minlength=k).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = trait.mean + total / n
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


def _shares(trait: Trait, labels: Labels, sizes: Labels) -> list[dict[str, Any]]:
    own, codes, k = trait.own(labels), trait.values.astype(np.int64), len(sizes)
    n, width = np.bincount(own, minlength=k), max(len(trait.categories), 2)
    counts = np.bincount(own * width + codes, minlength=k * width).reshape(k, width)
    return [_share(trait, place, counts[:, place], n, sizes) for place in range(len(trait.categories))]


def _share(trait: Trait, place: int, count: Labels, n: Labels, sizes: Labels) -> dict[str, Any]:
    with np.errstate(invalid="ignore", divide="ignore"):
        share, others = count / n, (count.sum() - count) / (n.sum() - n)
        effect = 2 * np.arcsin(np.sqrt(share)) - 2 * np.arcsin(np.sqrt(others))
        overall = count.sum() / n.sum()
    low, high = wilson(count, n)
    return _part(trait, trait.categories[place], n, sizes, share, low, high, effect, float(overall))


def _part(
    trait: Trait,
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
    value, low, high, effect = (np.where(enough, one, np.nan) for one in (value, low, high, effect))
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
        Passive.TEXT: texts,
    }


def _text(trait: Trait, category: str, n: int, size: int, value: float, low: float, high: float) -> str:
    """``Age 52 (51 to 54), known for 32 % of customers``."""
    label = f"{trait.column.label} {category}".strip()
    if n < LEAST_KNOWN:
        return f"{label}: known for {n:,} of {size:,} customers, too few to tell"
    coverage = n / max(size, 1)
    known = "" if coverage >= 0.995 else f", known for {100 * coverage:.0f} % of customers"
    if trait.categories or "%" in trait.column.format:
        return f"{label}: {100 * value:.0f} % ({100 * low:.0f} to {100 * high:.0f} %){known}"
    digits = 0 if abs(value) >= 10 else 1
    return (
        f"{label} {_with_unit(f'{value:,.{digits}f}', trait.column)} ({low:,.{digits}f} to {high:,.{digits}f}){known}"
    )


def _with_unit(number: str, column: Column) -> str:
    """``$52,000 a year``: a sign of money stands in front; years of age and days since go without saying."""
    unit = column.unit
    if unit[:1] and unit[0] in _SIGNS:
        return f"{unit[0]}{number}{unit[1:]}"
    if column.meaning == "age" or unit.lower() in column.label.lower().split():
        return number
    return f"{number} {unit}".strip()
