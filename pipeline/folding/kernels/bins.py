"""Kernels about charts: customers by segment and bin, by the bins of two columns, and what is known of a column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Literal

import numpy as np

from pipeline.folding.kernels.column_kernels import NumberColumns
from pipeline.folding.kernels.fixed_point import limbs
from pipeline.folding.kernels.hashing import content_hashes
from pipeline.folding.kernels.kernel import Array, Parts, Rows, added, pieces
from pipeline.folding.kernels.segments import Placed


@dataclass(frozen=True)
class Bins:
    """One thing to count by, decided by ``contract.population``; the last code is of customers of whom it is unknown.

    A number has bins between ``edges`` (the inner ones), a category its ``words``, a flag yes and no, and a mix those
    who have most of each of its ``columns``, and after them those who have nothing.
    """

    kind: Literal["number", "flag", "category", "mix"]
    columns: tuple[str, ...]
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many codes there are."""
        return {
            "number": len(self.edges) + 2,
            "flag": 3,
            "category": len(self.words) + 1,
            "mix": len(self.columns) + 2,
        }[self.kind]

    def codes(self, rows: Rows) -> Array:
        """The bin of each row, (n,)."""
        if self.kind == "category":
            return _places(rows[self.columns[0]], self.words)
        if self.kind == "mix":
            amounts = np.stack([_positive(rows[name]) for name in self.columns])
            return np.where(amounts.max(axis=0) > 0, amounts.argmax(axis=0), len(self.columns))  # the first of equals
        values = np.asarray(rows[self.columns[0]], dtype=np.float64)
        if self.kind == "flag":
            return np.select([values == 1, values == 0], [0, 1], default=2)
        places = np.searchsorted(np.array(self.edges), values, side="right")
        return np.where(np.isfinite(values), places, self.width - 1)


def _places(texts: object, words: tuple[str, ...]) -> Array:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.compute as pc  # type: ignore[import-untyped,unused-ignore]

    held = texts.cast(pa.large_string())  # type: ignore[attr-defined]
    places = pc.index_in(held, value_set=pa.array(words, pa.large_string())).fill_null(len(words))
    codes: Array = places.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _positive(values: Array) -> Array:
    return np.where(np.isfinite(values) & (values > 0), values, 0.0)


@dataclass(frozen=True)
class Charted:
    """Everything that charts without a filter are drawn from, of every k, in one pass.

    Sums are in limbs of the scale of their column, by ``scale``.
    """

    placed: Placed
    bins: tuple[Bins, ...]
    scale: tuple[tuple[int, ...], ...]  # of each of ``bins``: exponents of its columns, which are summed; () of none
    answers: tuple[str, ...]  # outcomes with a yes or no
    paired: tuple[int, ...]  # places of the bins that are counted by two

    @property
    def columns(self) -> tuple[str, ...]:
        """See ``Kernel``."""
        binned = (name for bins in self.bins for name in bins.columns)
        return tuple(dict.fromkeys((*self.placed.source.columns, *binned, *self.answers)))

    def part(self, rows: Rows) -> Parts:
        """By k and place among the bins ``counts k place`` (k, width), and by place of two ``pair a b`` (width, width).

        ``upper k place``, ``lower k place``: of numbers (k, width), of the members of a mix (members, k).
        ``answers k`` (answers, 2, k): asked, and yes.
        """
        n = len(rows[self.columns[0]])
        return reduce(added, (self._block({name: rows[name][block] for name in self.columns}) for block in pieces(n)))

    def _block(self, rows: Rows) -> Parts:
        counts: dict[str, Array] = {}
        labels = {k: own.astype(np.int64) for k, own in self.placed.labels(self.placed.source.matrix(rows)).items()}
        codes = [bins.codes(rows) for bins in self.bins]
        for place, (bins, own, scale) in enumerate(zip(self.bins, codes, self.scale, strict=True)):
            for k, segments in labels.items():
                counts[f"counts {k} {place}"] = _crossed(segments, own, (k, bins.width))
            if scale:
                counts.update(self._summed(place, rows, labels, own))
        for k, segments in labels.items():
            counts[f"answers {k}"] = np.array(
                [
                    [np.bincount(segments[chosen], minlength=k) for chosen in (np.isfinite(values), values > 0)]
                    for values in (np.asarray(rows[name], dtype=np.float64) for name in self.answers)
                ],
                dtype=np.int64,
            )
        for first, second in combinations(self.paired, 2):
            shape = self.bins[first].width, self.bins[second].width
            counts[f"pair {first} {second}"] = _crossed(codes[first], codes[second], shape)
        return counts

    def _summed(self, place: int, rows: Rows, labels: dict[int, Array], codes: Array) -> Iterator[tuple[str, Array]]:
        bins = self.bins[place]
        if bins.kind == "mix":
            values = np.column_stack([_positive(rows[name]) for name in bins.columns])
        else:
            values = np.nan_to_num(NumberColumns(bins.columns).matrix(rows))
        for limb, own in zip(("upper", "lower"), limbs(values, np.array(self.scale[place])), strict=True):
            for k, segments in labels.items():
                yield (
                    f"{limb} {k} {place}",
                    np.array([np.bincount(segments, column, minlength=k) for column in own.T]).astype(np.int64)
                    if bins.kind == "mix"
                    else _crossed(segments, codes, (k, bins.width), own[:, 0]),
                )

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


def _crossed(first: Array, second: Array, shape: tuple[int, int], limb: Array | None = None) -> Array:
    """Rows by two codes, or the sums of a limb of theirs, which are whole numbers below 2**53."""
    counted = np.bincount(first * shape[1] + second, limb, minlength=shape[0] * shape[1])
    return counted.reshape(shape).astype(np.int64)


@dataclass(frozen=True)
class Known:
    """Of how many customers each column is unknown, and of how many it is a number that is not whole."""

    columns: tuple[str, ...]

    def part(self, rows: Rows) -> Parts:
        """``missing`` and ``broken`` (columns,)."""
        counts = np.zeros((2, len(self.columns)), dtype=np.int64)
        for place, name in enumerate(self.columns):
            values = rows[name]
            if not isinstance(values, np.ndarray):
                counts[0, place] = values.null_count
                continue
            counts[0, place] = np.count_nonzero(np.isnat(values) if values.dtype.kind == "M" else np.isnan(values))
            if values.dtype.kind == "f":
                counts[1, place] = np.count_nonzero(np.isfinite(values) & (values != np.round(values)))
        return {"missing": counts[0], "broken": counts[1]}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)


@dataclass(frozen=True)
class Content:
    """A number that tells contents apart, whatever the order of rows: the hashes of all of them, modulo 2**64."""

    columns: tuple[str, ...]

    def part(self, rows: Rows) -> Parts:
        """``sum`` (1,)."""
        hashes = content_hashes([rows[name] for name in self.columns], len(rows[self.columns[0]]))
        return {"sum": hashes.sum(dtype=np.uint64, keepdims=True)}

    def join(self, first: Parts, second: Parts) -> Parts:
        """See ``Kernel``."""
        return added(first, second)
