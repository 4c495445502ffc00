"""Profiles of every numeric column by segment. What does not depend on the segmentation is prepared once for all k."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import TABLES, Column, Dataset, Matrix, Profiles
from pipeline.describing.describe import effects_from_sums
from pipeline.stages import Features, Partition

Places = npt.NDArray[np.integer[Any]]
_KINDS = {"number", "integer", "flag"}
_QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Profiled:
    """One column's known values, centred, with what profiles of any segmentation need of them."""

    column: Column
    rows: Places | None  # of the customers whose value is known; None: of all
    ordered: Matrix  # the known values in rising order
    order: Places  # their places before that
    middle: float  # their mean
    centred: Matrix
    compared: Matrix  # centred too, on the transformed scale for active columns
    median: float


def read_columns(customers: pd.DataFrame, dataset: Dataset, features: Features) -> tuple[Profiled, ...]:
    """Every numeric column that the customers have.

    Effects are taken on the transformed scale for active columns, so that a long tail does not drown the rest.
    """
    transformed = dict(zip(features.transform.names, features.matrix.T, strict=True))
    found = []
    for column in dataset.columns:
        if column.kind in _KINDS and column.name in customers:
            values = customers[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
            found.append(_read(column, values, transformed.get(column.name, values)))
    return tuple(found)


def _read(column: Column, values: Matrix, compared: Matrix) -> Profiled:
    known = np.isfinite(values)
    rows = None if known.all() else np.flatnonzero(known)
    x, other = (values, compared) if rows is None else (values[rows], compared[rows])
    order = np.argsort(x, kind="stable").astype(np.int32)
    middle = float(x.mean()) if len(x) else np.nan
    return Profiled(
        column,
        rows,
        x[order],
        order,
        middle,
        x - middle,
        other - (other.mean() if len(x) else 0.0),
        float(np.median(x)) if len(x) else np.nan,
    )


def profile(columns: Sequence[Profiled], partition: Partition) -> pd.DataFrame:
    """The ``profiles`` table in original units, one row a segment and column.

    ``effect`` is Cohen's d of the segment against all other customers (never against a mean that includes it).
    """
    labels = partition.labels.astype(np.uint16)  # sixteen bits are sorted by counting, in one pass
    parts = [_profile(column, labels, partition.k) for column in columns]
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in TABLES["profiles"]}).astype(
        {Profiles.COLUMN: "str"}
    )


def _profile(one: Profiled, labels: Places, k: int) -> dict[str, Any]:
    own = labels if one.rows is None else labels[one.rows]
    counts = np.bincount(own, minlength=k)
    total, squares = _sums(one.centred, own, k)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = one.middle + total / counts
        variance = np.maximum(squares - total**2 / counts, 0.0) / (counts - 1)
    effect = effects_from_sums(counts.astype(float), *_sums(one.compared, own, k))
    lower, median, upper = _quartiles(one, own, counts)
    return {
        Profiles.SEGMENT: np.arange(k),
        Profiles.COLUMN: [one.column.name] * k,
        Profiles.N: counts,
        Profiles.MEAN: mean,
        Profiles.MEDIAN: median,
        Profiles.Q25: lower,
        Profiles.Q75: upper,
        Profiles.STD: np.sqrt(np.where(counts > 1, variance, np.nan)),
        Profiles.EFFECT: effect,
        Profiles.INDEX: mean / one.middle * 100 if one.middle > 0 else np.full(k, np.nan),
        Profiles.OVERALL_MEAN: np.full(k, one.middle),
        Profiles.OVERALL_MEDIAN: np.full(k, one.median),
    }


def _sums(centred: Matrix, own: Places, k: int) -> tuple[Matrix, Matrix]:
    total: Matrix = np.bincount(own, weights=centred, minlength=k).astype(np.float64)
    squares: Matrix = np.bincount(own, weights=centred * centred, minlength=k).astype(np.float64)
    return total, squares


def _quartiles(one: Profiled, own: Places, counts: Places) -> Matrix:
    """Quartiles of each segment, (3, k), by linear interpolation; NaN where a segment has no value."""
    grouped = np.argsort(own[one.order], kind="stable")  # places in ``ordered``, segment by segment, still rising
    ends = np.cumsum(counts)
    found = np.full((3, len(counts)), np.nan)
    for segment, (count, end) in enumerate(zip(counts, ends, strict=True)):
        if count:
            places = np.array(_QUARTILES) * (count - 1)
            below = np.floor(places).astype(int)
            above = np.minimum(below + 1, count - 1)
            part = grouped[end - count : end]
            low, high = one.ordered[part[below]], one.ordered[part[above]]
            found[:, segment] = low + (places - below) * (high - low)
    return found
