"""Kernels about segments: exact sums, ranks, values and categories of the members of each cluster of every k."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.folding.kernels.clusters import Starts, clustered, nearest_of
from pipeline.folding.kernels.column_kernels import among, bracketed, joined, listed, ranked
from pipeline.folding.kernels.fixed_point import limbs, squared
from pipeline.folding.kernels.kernel import Array, Kernel, MatrixSource, Parts, Rows, added, pieces
from pipeline.folding.kernels.transform import Transform


@dataclass(frozen=True)
class Placed:
    """Who is in which cluster, that of the nearest row of ``guides``, and how far from its row of ``centres``."""

    source: Transform
    guides: Starts
    centres: Starts
    middle: tuple[float, ...]

    def labels(self, matrix: Array) -> dict[int, Array]:
        """Cluster of each row of the clustered space, by k."""
        return nearest_of(matrix, self.guides, np.array(self.middle))

    def apart(self, matrix: Array, k: int, labels: Array) -> Array:
        """Distance of each row to its own centre, (n,), feature by feature: bits that no other row can change."""
        squares = np.zeros(len(matrix))
        for place, column in enumerate(self.centres[k].T):
            squares += (matrix[:, place] - column[labels]) ** 2
        return np.sqrt(squares)


@dataclass(frozen=True)
class Tally:
    """By cluster of every k: known values of each column of ``measured``, with sums of them and of their squares."""

    placed: Placed
    measured: MatrixSource
    shift: tuple[float, ...]
    scale: tuple[int, ...]  # exponents of the largest absolute value less shift
    reach: int  # exponent of the largest distance to a centre

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return tuple(dict.fromkeys((*self.placed.source.columns, *self.measured.columns)))

    def part(self, rows: Rows) -> Parts:
        """By rising k: ``sizes`` (sum of k,), ``known`` (sum of k, c), ``upper`` and ``lower`` (sum of k, 2 c) of the
        values, then of their squares; ``far`` (sum of k, 2), the limbs of the distances to the own centre.
        """
        matrix, measured = self.placed.source.matrix(rows), self.measured.matrix(rows)
        width, c = sum(self.placed.guides), measured.shape[1]
        sums = np.zeros((width, 5 * c + 3), dtype=np.int64)
        scale = np.concatenate([self.scale, squared(np.array(self.scale))])
        for block in pieces(len(matrix)):
            less = measured[block] - np.array(self.shift)
            known = ~np.isnan(less)
            less = np.where(known, less, 0.0)
            with np.errstate(over="ignore"):
                powers = np.hstack([less, less * less])
            wide = np.hstack([known, *limbs(powers, scale), np.ones((len(less), 1))])
            start = 0
            for k, labels in self.placed.labels(matrix[block]).items():
                apart = np.column_stack(limbs(self.placed.apart(matrix[block], k, labels), np.array(self.reach)))
                members = clustered(labels, k)
                sums[start : start + k] += np.hstack([members @ wide, members @ apart]).astype(np.int64)
                start += k
        return {
            "known": sums[:, :c],
            "upper": sums[:, c : 3 * c],
            "lower": sums[:, 3 * c : 5 * c],
            "sizes": sums[:, 5 * c],
            "far": sums[:, 5 * c + 1 :],
        }

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


@dataclass(frozen=True)
class SegmentRanks:
    """By cluster of every k: how many known values of each column lie at and between edges, as ``Ranks`` counts them.

    The last column is the distance to the own centre, which has edges of its own for each k.
    """

    placed: Placed
    measured: MatrixSource
    edges: tuple[tuple[float, ...], ...]
    far: Mapping[int, tuple[float, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return tuple(dict.fromkeys((*self.placed.source.columns, *self.measured.columns)))

    def part(self, rows: Rows) -> Parts:
        """``counts k`` (k, bins of all columns and of the distance) for every k, of at most 2**32 customers."""
        matrix, measured = self.placed.source.matrix(rows), self.measured.matrix(rows)
        labels = {k: own.astype(np.int64) for k, own in self.placed.labels(matrix).items()}
        counts: dict[int, list[Array]] = {k: [] for k in labels}
        for edges, column in zip(self.edges, measured.T, strict=True):
            known = ~np.isnan(column)
            codes, width = ranked(column[known], edges), 2 * len(edges) + 1
            for k, own in labels.items():
                counts[k].append(_table(own[known], codes, k, width))
        for k, own in labels.items():
            edges = self.far[k]
            codes = ranked(self.placed.apart(matrix, k, own), edges)
            counts[k].append(_table(own, codes, k, 2 * len(edges) + 1))
        return {f"counts {k}": np.hstack(tables) for k, tables in counts.items()}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


def _table(labels: Array, codes: Array, k: int, width: int) -> Array:
    return np.bincount(labels * width + codes, minlength=k * width).reshape(k, width).astype(np.uint32)


@dataclass(frozen=True)
class SegmentWithin:
    """Values of members of a cluster strictly between two bounds, for several such brackets."""

    placed: Placed
    measured: MatrixSource
    brackets: tuple[tuple[int, int, int, float, float], ...]  # k, cluster, column (the last: distance), bounds

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return tuple(dict.fromkeys((*self.placed.source.columns, *self.measured.columns)))

    def part(self, rows: Rows) -> Parts:
        """``values``, rising in each bracket, one bracket after the other; ``counts`` of each bracket."""
        matrix, measured = self.placed.source.matrix(rows), self.measured.matrix(rows)
        labels = self.placed.labels(matrix)
        distances: dict[int, Array] = {}
        for (k, place), wanted in self._by_column().items():
            last = place == measured.shape[1]
            column = self.placed.apart(matrix, k, labels[k]) if last else measured[:, place]
            order = np.argsort(column)  # unknown values last
            rising, own = column[order], labels[k][order]
            for number, cluster, low, high in wanted:
                between = slice(np.searchsorted(rising, low, side="right"), np.searchsorted(rising, high, side="left"))
                distances[number] = rising[between][own[between] == cluster]
        return listed([distances[number] for number in range(len(self.brackets))])

    def _by_column(self) -> dict[tuple[int, int], list[tuple[int, int, float, float]]]:
        wanted: dict[tuple[int, int], list[tuple[int, int, float, float]]] = {}
        for number, (k, cluster, place, low, high) in enumerate(self.brackets):
            wanted.setdefault((k, place), []).append((number, cluster, low, high))
        return wanted

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return joined(first, second)


@dataclass(frozen=True)
class SegmentRanksWithin:
    """How many of the values that ``within`` finds in each bracket lie at and between edges, as ``Ranks`` counts."""

    within: SegmentWithin
    edges: tuple[tuple[float, ...], ...]  # of each bracket, rising, strictly within it

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return self.within.columns

    def part(self, rows: Rows) -> Parts:
        """``counts``, one bracket after the other, of at most 2**32 customers."""
        inside = bracketed(self.within.part(rows))
        counts = [among(values, np.array(edges)) for values, edges in zip(inside, self.edges, strict=True)]
        return {"counts": np.concatenate([np.empty(0, np.int64), *counts]).astype(np.uint32)}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


@dataclass(frozen=True)
class SegmentCategories:
    """By cluster of every k: members with each of the categories of some columns."""

    placed: Placed
    words: Mapping[str, tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return tuple(dict.fromkeys((*self.placed.source.columns, *self.words)))

    def part(self, rows: Rows) -> Parts:
        """``k column``: (k, categories) for every k and column."""
        import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
        import pyarrow.compute as pc  # type: ignore[import-untyped,unused-ignore]

        labels = self.placed.labels(self.placed.source.matrix(rows))
        tables: dict[str, Array] = {}
        for name, words in self.words.items():
            texts = rows[name].cast(pa.large_string())
            places = pc.index_in(texts, value_set=pa.array(words, pa.large_string()))
            codes = places.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            known = codes >= 0
            for k, own in labels.items():
                tables[f"{k} {name}"] = _table(own[known].astype(np.int64), codes[known], k, len(words))
        return tables

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


@dataclass(frozen=True)
class Several:
    """Some kernels in one pass: the rows are brought once."""

    kernels: tuple[Kernel, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        return tuple(dict.fromkeys(name for kernel in self.kernels for name in kernel.columns))

    def part(self, rows: Rows) -> Parts:
        """The parts of each under ``number name``."""
        return self._together([kernel.part(rows) for kernel in self.kernels])

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        pairs = zip(self.kernels, self.split(first), self.split(second), strict=True)
        return self._together([kernel.join(*parts) for kernel, *parts in pairs])

    @staticmethod
    def _together(parts: list[Parts]) -> Parts:
        return {f"{number} {name}": values for number, part in enumerate(parts) for name, values in part.items()}

    def split(self, parts: Parts) -> list[dict[str, Array]]:
        """The parts of each kernel."""
        split: list[dict[str, Array]] = [{} for _ in self.kernels]
        for name, values in parts.items():
            number, _, own = name.partition(" ")
            split[int(number)][own] = values
        return split
