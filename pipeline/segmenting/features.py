"""Customers -> the clustered matrix. Each transform is fitted once and stored as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.contract import (
    Column,
    Dataset,
    FeatureTransform,
    Labels,
    Loadings,
    Matrix,
    Message,
    Projection,
    Quantity,
    percent,
)
from pipeline.errors import InputError
from pipeline.folding import (
    ColumnRanges,
    LocalPopulation,
    NumberColumns,
    Population,
    Quantile,
    Transform,
    moments,
    order_statistics,
    ranges,
)
from pipeline.stages import Features

_QUARTILES = (0.25, 0.5, 0.75)
_MOST_BELOW_ZERO = 0.02  # share of customers; with more, the logarithm would hide what they have in common
WINSORIZE_TAIL = 0.005
# A flag that half of the customers have gets the spread of a standardized column, a rare one less: standardized, one
# that 1 in 100 has would set those ten deviations apart. Gelman (2008), Scaling regression inputs by dividing by two
# standard deviations, Statistics in Medicine 27: what is binary is left alone where the rest is divided by two.
_BINARY_SCALE = 0.5
_MAD_TO_SD = 1.349  # interquartile range of the standard normal distribution


def fit_features(customers: pd.DataFrame, dataset: Dataset) -> Features:
    """Fit every active column's transform and apply it; see ``fit_transform``.

    Returns
    -------
    Features
        Matrix of shape (n, p), float64, one column for each active column in the spec's order.

    Raises
    ------
    InputError
        Where a column cannot separate anybody once it is transformed.
    """
    transform = fit_transform(LocalPopulation(customers, dataset))
    return Features(matrix=apply_transform(customers, transform), transform=transform)


def fit_transform(population: Population) -> FeatureTransform:
    """What every active column goes through, from exact statistics of all customers: the same numbers on every engine.

    Raises ``InputError`` where a column has no value, or too many below 0 for a logarithm.
    """
    columns = population.dataset.with_role("active")
    names = tuple(column.name for column in columns)
    reach = ranges(population.fold, NumberColumns(names))
    fitted = [_Ranked.of(column, reach, place) for place, column in enumerate(columns)]
    statistics = order_statistics(population, names, [fit.ranks for fit in fitted])
    prepared = [fit.prepared(values) for fit, values in zip(fitted, statistics, strict=True)]
    raw = FeatureTransform(
        names=names,
        fill=tuple(column.fill for column in prepared),
        log1p=tuple(column.logged for column in prepared),
        lower=tuple(column.lower for column in prepared),
        upper=tuple(column.upper for column in prepared),
        centre=(0.0,) * len(names),
        scale=(1.0,) * len(names),
    )
    source = as_kernel(raw)
    spans = np.array([reach.least, raw.fill, reach.largest])
    rows = source.matrix(dict(zip(names, spans.T, strict=True)))  # no transform turns the order of values
    clipped = replace(reach, known=np.full(len(names), reach.n), least=rows[0], largest=rows[2])
    summed = moments(population.fold, source, clipped, rows[1])
    scaling = [
        _scaling(column, ready, mean, deviation)
        for column, ready, mean, deviation in zip(
            columns, prepared, summed.mean.tolist(), summed.deviation.tolist(), strict=True
        )
    ]
    centre, scale = zip(*scaling, strict=True)
    return raw.model_copy(update={"centre": centre, "scale": scale})


def as_kernel(transform: FeatureTransform) -> Transform:
    """The stored transform as kernels apply it."""
    return Transform(
        columns=transform.names,
        fill=transform.fill,
        log1p=transform.log1p,
        lower=tuple(-np.inf if bound is None else bound for bound in transform.lower),
        upper=tuple(np.inf if bound is None else bound for bound in transform.upper),
        centre=transform.centre,
        scale=transform.scale,
    )


def apply_transform(customers: pd.DataFrame, transform: FeatureTransform) -> Matrix:
    """The clustered space of ``customers``: shape (n, p), float64; missing values stand at the stored fill."""
    matrix = np.empty((len(customers), len(transform.names)), order="F")  # a column at a time, none of it held twice
    kernel = as_kernel(transform)
    for place, name in enumerate(transform.names):
        kernel.apply(place, customers[name].to_numpy(dtype=np.float64, na_value=np.nan), matrix[:, place])
    return matrix


def project(features: Features, deciding: Labels | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two principal components for the map: (projection, loadings).

    The map is for looking only: clustering never uses it. The row ``explained variance`` of the loadings holds each
    axis's share of the total variance. The axes are those of the rows at the places ``deciding``, else of all. Signs
    are fixed (largest loading positive), so that a map does not flip between runs.
    """
    matrix = features.matrix
    few = matrix if deciding is None or len(deciding) == len(matrix) else matrix[deciding]
    middle = few.mean(axis=0)
    centred = few - middle
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = vectors[:, ::-1][:, :2]
    if axes.shape[1] < 2:  # a single feature has no second axis
        axes = np.hstack([axes, np.zeros_like(axes)])
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(2)] + 1e-300)
    scores = (centred if few is matrix else matrix - middle) @ axes
    explained = [*(variances[::-1] / variances.sum()), 0.0][:2]
    projection = pd.DataFrame(
        {Projection.KEY: np.arange(len(scores)), Projection.X: scores[:, 0], Projection.Y: scores[:, 1]}
    )
    loadings = pd.DataFrame(
        {
            Loadings.FEATURE: [*features.transform.names, Loadings.EXPLAINED],
            Loadings.X: [*axes[:, 0], explained[0]],
            Loadings.Y: [*axes[:, 1], explained[1]],
        }
    )
    return projection, loadings


@dataclass(frozen=True)
class _Prepared:
    """One column as far as its order statistics decide it."""

    fill: float
    logged: bool
    lower: float | None
    upper: float | None
    quartiles: tuple[float, ...]  # of what is filled, logged and clipped


@dataclass(frozen=True)
class _Ranked:
    """One column's wanted order statistics: first those of its median, then those of the quantiles of filled values.

    Filled values in order are the known ones with the missing ones in the middle of them, all at the median.
    """

    column: Column
    n: int
    known: int
    below: int
    least: float

    @classmethod
    def of(cls, column: Column, reach: ColumnRanges, place: int) -> _Ranked:
        known, below, least = (values[place] for values in (reach.known, reach.below, reach.least))
        if not known:
            raise InputError.because(
                Message.of("column {column} is active but has no value at all", column=repr(column.name)),
                remedy=Message.of("make it ignored in the spec"),
            )
        return cls(column, reach.n, int(known), int(below), float(least))

    @property
    def quantiles(self) -> tuple[Quantile, ...]:
        """The two tails, then the quartiles."""
        return tuple(Quantile.of(share, self.n) for share in (WINSORIZE_TAIL, 1 - WINSORIZE_TAIL, *_QUARTILES))

    @property
    def ranks(self) -> Labels:
        """Among the known values; a missing one's rank is that of its neighbour, whose value is replaced."""
        missing, middle = self.n - self.known, self.known // 2
        filled = np.array([rank for quantile in self.quantiles for rank in (quantile.below, quantile.above)])
        known = np.where(filled < middle, filled, np.maximum(filled - missing, min(middle, self.known - 1)))
        return np.concatenate([[(self.known - 1) // 2, middle], known])

    def prepared(self, statistics: Matrix) -> _Prepared:
        """From the values of ``ranks``."""
        fill = float((statistics[0] + statistics[1]) / 2)
        filled = np.array([rank for quantile in self.quantiles for rank in (quantile.below, quantile.above)])
        middle = self.known // 2
        missing = (filled >= middle) & (filled < middle + self.n - self.known)
        values = np.where(missing, fill, statistics[2:])
        logged = "log1p" in self.column.transform
        if logged:
            self._refuse_below(fill)
            values = np.log1p(np.maximum(values, 0.0))  # the few below zero (more returned than bought) are nothing
        pairs = values.reshape(-1, 2).tolist()
        lower, upper, *quartiles = (
            quantile.between(*pair) for quantile, pair in zip(self.quantiles, pairs, strict=True)
        )
        if "winsorize" not in self.column.transform or lower >= upper:  # a rare flag: nothing of it would be left
            return _Prepared(fill, logged, None, None, tuple(quartiles))
        clipped = np.clip(values, lower, upper).reshape(-1, 2).tolist()
        again = (quantile.between(*pair) for quantile, pair in zip(self.quantiles[2:], clipped[2:], strict=True))
        return _Prepared(fill, logged, lower, upper, tuple(again))

    def _refuse_below(self, fill: float) -> None:
        below = (self.below + (self.n - self.known) * (fill < 0)) / self.n
        if below > _MOST_BELOW_ZERO:
            raise InputError.because(
                Message.of("column {column}: log1p needs values of 0 or more", column=repr(self.column.name)),
                found=Message.of(
                    "{share} of the values below 0, the least {least}",
                    share=percent(below),
                    least=Quantity(self.least, "g"),
                ),
                remedy=Message.of("remove log1p from its transform, or add a range rule"),
            )


def _scaling(column: Column, prepared: _Prepared, mean: float, deviation: float) -> tuple[float, float]:
    if "binary" in column.transform:
        return mean, _BINARY_SCALE
    if "robust" in column.transform:
        low, middle, high = prepared.quartiles
        spread = (high - low) / _MAD_TO_SD
        if spread > 0:
            return middle, spread
    elif "standardize" not in column.transform:
        return 0.0, 1.0
    return mean, deviation if deviation > 0 else 1.0
