"""Kernels about columns one by one: extremes, exact sums, ranks and the values between them, categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.folding.kernels.fixed_point import limbs, squared
from pipeline.folding.kernels.kernel import Array, MatrixSource, Parts, Rows, added, pieces
from pipeline.folding.kernels.transform import Transform


@dataclass(frozen=True)
class NumberColumns:
    """Raw columns of numbers as they are; what is not finite is not known."""

    columns: tuple[str, ...]

    def matrix(self, rows: Rows) -> Array:
        """See ``MatrixSource``."""
        values = np.empty((len(rows[self.columns[0]]), len(self.columns)), order="F")
        for place, name in enumerate(self.columns):
            column = values[:, place]
            column[:] = rows[name]
            column[~np.isfinite(column)] = np.nan
        return values


@dataclass(frozen=True)
class Beside:
    """Raw columns, and beside them the clustered space of those customers whose raw value of the feature is known."""

    raw: NumberColumns
    transform: Transform

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``MatrixSource``."""
        return tuple(dict.fromkeys((*self.raw.columns, *self.transform.columns)))

    def matrix(self, rows: Rows) -> Array:
        """See ``MatrixSource``."""
        left, right = self.raw.matrix(rows), self.transform.matrix(rows)
        values = np.empty((len(left), left.shape[1] + right.shape[1]), order="F")
        values[:, : left.shape[1]] = left
        for place, name in enumerate(self.transform.columns):
            known = np.isfinite(np.asarray(rows[name], dtype=np.float64))
            values[:, left.shape[1] + place] = np.where(known, right[:, place], np.nan)
        return values


@dataclass(frozen=True)
class Extremes:
    """Rows, known values, least and largest of each column, and how many lie below 0."""

    source: MatrixSource

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return self.source.columns

    def part(self, rows: Rows) -> Parts:
        """``n`` (1,); ``known``, ``below``, ``least``, ``largest`` (c,), infinite where nothing is known."""
        values = self.source.matrix(rows)
        return {
            "n": np.array([len(values)]),
            "known": len(values) - np.isnan(values).sum(axis=0),
            "below": (values < 0).sum(axis=0),
            "least": np.fmin.reduce(values, axis=0, initial=np.inf),  # of a number and NaN, the number
            "largest": np.fmax.reduce(values, axis=0, initial=-np.inf),
        }

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return {
            **added({name: first[name] for name in ("n", "known", "below")}, second),
            "least": np.minimum(first["least"], second["least"]),
            "largest": np.maximum(first["largest"], second["largest"]),
        }


@dataclass(frozen=True)
class Sums:
    """Sums of the known values less ``shift``, and of the squares of that, in limbs of fixed scale."""

    source: MatrixSource
    shift: tuple[float, ...]
    scale: tuple[int, ...]  # exponents of the largest absolute value less shift

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return self.source.columns

    def part(self, rows: Rows) -> Parts:
        """``upper``, ``lower`` of shape (2, c): of the values, and of their squares (of twice the scale)."""
        values = self.source.matrix(rows)
        sums = np.zeros((2, 2, values.shape[1]), dtype=np.int64)
        scale = np.array(self.scale)
        for block in pieces(len(values)):
            less = values[block] - np.array(self.shift)
            less[np.isnan(less)] = 0.0
            with np.errstate(over="ignore"):
                powers = ((less, scale), (less * less, squared(scale)))
            for power, (numbers, own) in enumerate(powers):
                for place, limb in enumerate(limbs(numbers, own)):
                    sums[place, power] += limb.sum(axis=0).astype(np.int64)
        return {"upper": sums[0], "lower": sums[1]}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


@dataclass(frozen=True)
class Ranks:
    """How many known values of each column lie at and between edges.

    Place 2 i counts the values between edge i - 1 and edge i, place 2 i + 1 those equal to edge i: a value that many
    customers share is found without moving any of them.
    """

    source: MatrixSource
    edges: tuple[tuple[float, ...], ...]  # rising, a column

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return self.source.columns

    def part(self, rows: Rows) -> Parts:
        """``counts``: those of one column after the other, 2 edges + 1 each."""
        values = self.source.matrix(rows)
        counts = []
        for edges, column in zip(self.edges, values.T, strict=True):
            counts.append(among(np.sort(column[~np.isnan(column)]), np.array(edges)))
        return {"counts": np.concatenate(counts)}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


def among(ordered: Array, edges: Array) -> Array:
    """Counts of values in rising order, (2 edges + 1,): the few edges are looked up among them, not the reverse."""
    ends = np.empty(2 * len(edges) + 2, dtype=np.int64)
    ends[0], ends[-1] = 0, len(ordered)
    ends[1:-1:2] = np.searchsorted(ordered, edges, side="left")
    ends[2:-1:2] = np.searchsorted(ordered, edges, side="right")
    return np.diff(ends)


def ranked(values: Array, edges: Sequence[float]) -> Array:
    """The place of each known value among ``edges`` as ``Ranks`` counts them, (n,)."""
    bounds = np.array([*edges, np.inf])
    places = np.searchsorted(bounds[:-1], values, side="left")
    ranks: Array = 2 * places + (bounds[places] == values)
    return ranks


@dataclass(frozen=True)
class Within:
    """The values of a column that lie strictly between two bounds, for several such brackets."""

    source: MatrixSource
    brackets: tuple[tuple[int, float, float], ...]  # place of the column in the source, lower and upper bound

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return self.source.columns

    def part(self, rows: Rows) -> Parts:
        """``values``, rising in each bracket, one bracket after the other; ``counts`` of each bracket."""
        matrix = self.source.matrix(rows)
        inside = []
        for place, low, high in self.brackets:
            column = matrix[:, place]
            inside.append(np.sort(column[(column > low) & (column < high)]))
        return listed(inside)

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return joined(first, second)


def joined(first: Parts, second: Parts) -> Parts:
    """Values of the same brackets, in rising order."""
    pairs = zip(bracketed(first), bracketed(second), strict=True)
    return listed([np.sort(np.concatenate(pair)) for pair in pairs])


def bracketed(parts: Parts) -> list[Array]:
    """Values of each bracket in rising order."""
    return np.split(parts["values"], np.cumsum(parts["counts"])[:-1])


def listed(lists: Sequence[Array]) -> Parts:
    """Parts of the values of each bracket."""
    return {
        "values": np.concatenate([np.empty(0), *lists]),
        "counts": np.array([len(values) for values in lists], dtype=np.int64),
    }


@dataclass(frozen=True)
class Categories:
    """How many customers have each category of one column of texts; who has none is left out."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return (self.column,)

    def part(self, rows: Rows) -> Parts:
        """``names``, sorted, as objects; ``counts`` of each."""
        import pyarrow.compute as pc  # type: ignore[import-untyped,unused-ignore]

        counted = pc.value_counts(rows[self.column].drop_null())
        names = np.array(counted.field("values").to_pylist(), dtype=object)
        return _merged(names, counted.field("counts").to_numpy(zero_copy_only=False))

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return _merged(*(np.concatenate([first[name], second[name]]) for name in ("names", "counts")))


def _merged(names: Array, counts: Array) -> Parts:
    different, places = np.unique(names, return_inverse=True)
    added_up = np.zeros(len(different), dtype=np.int64)
    np.add.at(added_up, places, counts)
    return {"names": different, "counts": added_up}


PlainRule = tuple[tuple[tuple[str, float, float, float], ...], ...]  # alternatives of (column, fill, over, up to)


def meets(rows: Rows, rule: PlainRule, n: int) -> Array:
    """Which of ``n`` rows meet all conditions of one of the alternatives, (n,); a missing value stands at the fill."""
    chosen = np.zeros(n, dtype=bool)
    for conditions in rule:
        within = np.ones(n, dtype=bool)
        for column, fill, over, up_to in conditions:
            values = np.asarray(rows[column], dtype=np.float64)
            values = np.where(np.isfinite(values), values, fill)
            within &= (values > over) & (values <= up_to)
        chosen |= within
    return chosen


@dataclass(frozen=True)
class Meeting:
    """How many customers meet each of some rules over ``columns``."""

    columns: tuple[str, ...]
    rules: tuple[PlainRule, ...]

    def part(self, rows: Rows) -> Parts:
        """``n`` (rules,)."""
        n = len(rows[self.columns[0]]) if self.columns else 0
        return {"n": np.array([np.count_nonzero(meets(rows, rule, n)) for rule in self.rules], dtype=np.int64)}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)
