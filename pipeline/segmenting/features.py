"""Customers -> the clustered matrix. Each transform is fitted once and stored as plain numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.contract import (
    Column,
    Dataset,
    FeatureTransform,
    Loadings,
    Matrix,
    Message,
    Projection,
    Quantity,
    percent,
)
from pipeline.errors import InputError
from pipeline.stages import Features

_MOST_BELOW_ZERO = 0.02  # share of customers; with more, the logarithm would hide what they have in common
WINSORIZE_TAIL = 0.005
# A flag that half of the customers have gets the spread of a standardized column, a rare one less: standardized, one
# that 1 in 100 has would set those ten deviations apart. Gelman (2008), Scaling regression inputs by dividing by two
# standard deviations, Statistics in Medicine 27: what is binary is left alone where the rest is divided by two.
_BINARY_SCALE = 0.5
_MAD_TO_SD = 1.349  # interquartile range of the standard normal distribution


def fit_features(customers: pd.DataFrame, dataset: Dataset) -> Features:
    """Fit every active column's transform and apply it.

    Returns
    -------
    Features
        Matrix of shape (n, p), float64, one column for each active column in the spec's order.

    Raises
    ------
    InputError
        Where a column cannot separate anybody once it is transformed.
    """
    columns = dataset.with_role("active")
    transform = _join([_fit(customers[column.name], column) for column in columns], columns)
    return Features(matrix=apply_transform(customers, transform), transform=transform)


def apply_transform(customers: pd.DataFrame, transform: FeatureTransform) -> Matrix:
    """The clustered space of ``customers``: shape (n, p), float64; missing values stand at the stored fill."""
    matrix = np.empty((len(customers), len(transform.names)), order="F")  # a column at a time, none of it held twice
    for place, name in enumerate(transform.names):
        values = matrix[:, place]
        values[:] = customers[name].to_numpy(dtype=np.float64, na_value=np.nan)
        np.copyto(values, transform.fill[place], where=~np.isfinite(values))
        if transform.log1p[place]:
            np.log1p(np.maximum(values, 0.0, out=values), out=values)
        lower, upper = transform.lower[place], transform.upper[place]
        np.clip(values, -np.inf if lower is None else lower, np.inf if upper is None else upper, out=values)
        values -= transform.centre[place]
        values /= transform.scale[place]
    return matrix


def project(features: Features) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two principal components for the map: (projection, loadings).

    The map is for looking only: clustering never uses it. The row ``explained variance`` of the loadings holds each
    axis's share of the total variance. Signs are fixed (largest loading positive), so that a map does not flip
    between runs.
    """
    centred = features.matrix - features.matrix.mean(axis=0)
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = vectors[:, ::-1][:, :2]
    if axes.shape[1] < 2:  # a single feature has no second axis
        axes = np.hstack([axes, np.zeros_like(axes)])
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(2)] + 1e-300)
    scores = centred @ axes
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


def _fit(series: pd.Series, column: Column) -> tuple[float, bool, float | None, float | None, float, float]:
    raw = series.to_numpy(dtype=np.float64, na_value=np.nan)
    known = raw[np.isfinite(raw)]
    if not len(known):
        raise InputError.because(
            Message.of("column {column} is active but has no value at all", column=repr(column.name)),
            remedy=Message.of("make it ignored in the spec"),
        )
    fill = float(np.median(known))
    values = np.where(np.isfinite(raw), raw, fill)
    logged = "log1p" in column.transform
    if logged:
        below = float((values < 0).mean())
        if below > _MOST_BELOW_ZERO:
            raise InputError.because(
                Message.of("column {column}: log1p needs values of 0 or more", column=repr(column.name)),
                found=Message.of(
                    "{share} of the values below 0, the least {least}",
                    share=percent(below),
                    least=Quantity(float(values.min()), "g"),
                ),
                remedy=Message.of("remove log1p from its transform, or add a range rule"),
            )
        values = np.log1p(np.maximum(values, 0.0))  # the few below zero (more returned than bought) count as nothing
    lower = upper = None
    if "winsorize" in column.transform:
        lower, upper = (float(bound) for bound in np.quantile(values, [WINSORIZE_TAIL, 1 - WINSORIZE_TAIL]))
        if lower < upper:
            values = np.clip(values, lower, upper)
        else:  # a rare flag: winsorizing would leave nothing of it
            lower = upper = None
    centre, scale = _scaling(values, column.transform)
    return fill, logged, lower, upper, centre, scale


def _scaling(values: np.ndarray, transform: tuple[str, ...]) -> tuple[float, float]:
    if "binary" in transform:
        return float(values.mean()), _BINARY_SCALE
    if "robust" in transform:
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        spread = (high - low) / _MAD_TO_SD
        if spread > 0:
            return float(middle), float(spread)
    elif "standardize" not in transform:
        return 0.0, 1.0
    deviation = float(values.std())
    return float(values.mean()), deviation if deviation > 0 else 1.0


def _join(
    parts: list[tuple[float, bool, float | None, float | None, float, float]], columns: tuple[Column, ...]
) -> FeatureTransform:
    fill, logged, lower, upper, centre, scale = zip(*parts, strict=True)
    return FeatureTransform(
        names=tuple(column.name for column in columns),
        fill=fill,
        log1p=logged,
        lower=lower,
        upper=upper,
        centre=centre,
        scale=scale,
    )
