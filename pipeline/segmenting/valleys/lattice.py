"""Values that come in steps, as counts and scales do, or in shares of a whole: made even to look for valleys.

Between two whole numbers there is nobody, which is no valley between groups; where several steps in a row are empty,
there is one. Neither shows in the order of the values alone. Shares crowd into the corners, where one part is nearly
all, though the amounts that they are made of have nothing to do with one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.contract import Column, FeatureTransform, Matrix

_DECIMALS = (0, 1, 2)  # whole numbers, halves and tenths, money
_ON_STEPS = 0.98  # share of the values; the rest are what missing and clipped ones were replaced by
_ENOUGH = 4  # different values; of fewer nobody can tell a step of their own from what they happen to be
OFTEN = 0.1  # of the customers have none of a part, from which on that is a matter of the part and not of a few
_PRECISION, _ROUNDING = 1e-9, 1e-6
_MOST = 2.0**52  # steps from the first value; beyond, no float is between two of them


@dataclass(frozen=True)
class Steps:
    """The values of one feature in original units: ``first``, and multiples of ``size`` above it; 0 where in none."""

    first: float = 0.0
    size: float = 0.0

    @classmethod
    def of(cls, values: Matrix, fill: float) -> Steps:
        """The largest of which nearly all ``values`` (n,) are multiples, but for ``fill``."""
        distinct, counts = np.unique(values, return_counts=True)
        counts[np.isclose(distinct, fill, rtol=_PRECISION, atol=0.0)] = 0
        for decimals in _DECIMALS:
            unit = 10.0**-decimals
            on = cls(0.0, unit).hold(distinct)
            if on.sum() > 1 and counts[on].sum() >= _ON_STEPS * counts.sum():
                whole = np.rint(distinct[on] / unit).astype(np.int64)
                largest = np.gcd.reduce(np.diff(whole)) if len(whole) >= _ENOUGH else 1
                return cls(float(whole[0]) * unit, float(largest) * unit)
        return cls()

    def hold(self, values: Matrix) -> npt.NDArray[np.bool_]:
        """Which of ``values`` (n,) are on a step, but for rounding."""
        if not self.size:
            return np.zeros(len(values), dtype=bool)
        places = (values - self.first) / self.size
        held: npt.NDArray[np.bool_] = (np.abs(places) < _MOST) & (
            np.abs(places - np.rint(places)) <= 1e-6 + _PRECISION * np.abs(places)
        )
        return held


@dataclass(frozen=True)
class Lattice:
    """The steps in which each feature's values come, and which features are the shares of one whole."""

    transform: FeatureTransform
    steps: tuple[Steps, ...]
    wholes: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(cls, matrix: Matrix, transform: FeatureTransform, columns: Sequence[Column] = ()) -> Lattice:
        """Those of the values that ``transform`` made ``matrix`` (n, p) of; ``columns`` say what is a share of what."""
        originals = [_original(column, transform, place) for place, column in enumerate(matrix.T)]
        steps = tuple(Steps.of(values, fill) for values, fill in zip(originals, transform.fill, strict=True))
        grouped: dict[str, list[int]] = {}
        for column in columns:
            if column.group is not None and column.name in transform.names:
                grouped.setdefault(column.group, []).append(transform.names.index(column.name))
        wholes = tuple(
            tuple(places)
            for places in grouped.values()
            if len(places) > 1 and all(_are_shares(originals[at]) for at in places)
        )
        return cls(transform, steps, wholes)

    def in_ratios(self, rows: Matrix) -> Matrix:
        """``rows`` (m, p) with shares as logarithms of their ratios to one another, as varied as any other feature.

        Centred log-ratios (Aitchison 1986); a share of 0 counts as half of the smallest other one. Amounts that hang
        together in no way, however uneven, have one mode there, and in shares one in each corner.
        """
        made = rows.copy()
        for whole in self.wholes:
            shares = self.shares(rows, whole)
            least = np.where(shares > _PRECISION, shares, np.inf).min(axis=0) / 2.0
            logs = np.log(np.maximum(shares, np.where(np.isfinite(least), least, 1.0)))
            ratios = logs - logs.mean(axis=1, keepdims=True)
            made[:, list(whole)] = (ratios - ratios.mean(axis=0)) / np.maximum(ratios.std(axis=0), _PRECISION)
        return made

    def often_nothing(self, rows: Matrix) -> tuple[tuple[int, ...], ...]:
        """The wholes of which many of ``rows`` (m, p) have none of a part: who has what at all lies apart there."""
        return tuple(whole for whole in self.wholes if self.nothing(rows, whole) >= OFTEN)

    def nothing(self, rows: Matrix, whole: Sequence[int]) -> float:
        """The share of ``rows`` (m, p) that have none of that part of a whole which most have none of."""
        return float((self.shares(rows, whole) <= _PRECISION).mean(axis=0).max())

    def shares(self, rows: Matrix, whole: Sequence[int]) -> Matrix:
        """The shares of one whole in ``rows`` (m, p), (m, parts)."""
        return np.column_stack([_original(rows[:, at], self.transform, at) for at in whole])

    def placed(self, shares: Matrix, whole: Sequence[int]) -> Matrix:
        """The same the other way round: ``shares`` (m, parts) as they are clustered."""
        return np.column_stack([_placed(shares[:, part], self.transform, at) for part, at in enumerate(whole)])

    def spread(self, rows: Matrix, seed: Sequence[int]) -> Matrix:
        """``rows`` (m, p) with each value moved up by less than one step, evenly over it in original units.

        Counts and scales made continuous by uniform noise (dequantization; Theis, van den Oord and Bethge 2016, arXiv
        1511.01844): a full scale has no gaps then, and groups that lie several steps apart keep theirs.
        """
        noise = np.random.default_rng(seed)
        moved = rows.copy()
        for place, steps in enumerate(self.steps):
            values = _original(rows[:, place], self.transform, place)
            on = steps.hold(values)
            moved[on, place] = _placed(values[on] + steps.size * noise.random(int(on.sum())), self.transform, place)
        return moved


def _are_shares(values: Matrix) -> bool:
    return bool(values.min() >= -_ROUNDING and values.max() <= 1.0 + _ROUNDING)


def _original(column: Matrix, transform: FeatureTransform, place: int) -> Matrix:
    values: Matrix = column * transform.scale[place] + transform.centre[place]
    return np.expm1(values) if transform.log1p[place] else values


def _placed(values: Matrix, transform: FeatureTransform, place: int) -> Matrix:
    logged = np.log1p(values) if transform.log1p[place] else values
    placed: Matrix = (logged - transform.centre[place]) / transform.scale[place]
    return placed
