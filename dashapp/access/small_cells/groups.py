"""Customers in groups of ten and more who stand near each other on the map."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

LEAST = 10  # customers
DIGITS = 3
Array = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Groups:
    """Groups of ten to nineteen customers, those of one segment together."""

    members: Array  # (groups, 19) their rows; what is beyond a group's size repeats its first
    sizes: Array  # (groups,)

    @classmethod
    def of(cls, rows: Array, counts: Array, x: Numbers, y: Numbers) -> Groups:
        """Rows of each segment, halved again and again along the wider side until a half would have fewer than ten.

        ``rows`` are sorted by segment, of which each has ``counts``. All parts of one size class are halved together.
        """
        lengths = counts[counts >= LEAST]
        rows = rows[np.repeat(counts >= LEAST, counts)]
        while (lengths >= 2 * LEAST).any():
            large = lengths >= 2 * LEAST
            inside = np.repeat(large, lengths)
            rows[inside] = _ordered(rows[inside], lengths[large], x, y)
            first = np.where(large, LEAST * np.maximum(1, lengths // LEAST // 2), lengths)
            halves = np.column_stack([first, lengths - first]).ravel()
            lengths = halves[halves > 0]
        starts = np.cumsum(lengths) - lengths
        places = np.arange(2 * LEAST - 1)
        within = np.where(places < lengths[:, None], places, 0)
        return cls(rows[starts[:, None] + within] if len(lengths) else np.empty((0, len(places)), np.int64), lengths)

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self.sizes)

    @property
    def first(self) -> Array:
        """A member of each."""
        return self.members[:, 0]

    def speakers(self, values: Numbers, place: int) -> Array:
        """The member of each group that speaks for it in the column at ``place``: at a fraction of its order by value.

        The fraction follows a sequence of the column's own.
        """
        step = math.sqrt(_prime(place)) % 1.0
        fractions = np.arange(1, len(self) + 1) * step % 1.0
        held = np.where(np.arange(self.members.shape[1]) < self.sizes[:, None], values[self.members], np.nan)
        order = np.argsort(held, axis=1, kind="stable")  # what is beyond a group comes last, like what is not known
        groups = np.arange(len(self))
        speakers: Array = self.members[groups, order[groups, (fractions * self.sizes).astype(np.int64)]]
        return speakers

    def means(self, series: pd.Series) -> Numbers:
        """Mean of each group, in three digits."""
        values = pd.to_numeric(series).to_numpy(np.float64)
        means = np.full(len(self), np.nan)
        for size in np.unique(self.sizes):
            alike = self.sizes == size
            means[alike] = values[self.members[alike, :size]].mean(axis=1)
        return np.array([float(f"{mean:.{DIGITS}g}") for mean in means.tolist()], dtype=np.float64)

    def commonest(self, codes: Array) -> Array:
        """The code, from -1 on, that most members have; the lowest of several."""
        width = int(codes.max(initial=0)) + 2
        inside = np.arange(self.members.shape[1]) < self.sizes[:, None]
        numbers = np.broadcast_to(np.arange(len(self))[:, None], self.members.shape)[inside]
        counts = np.bincount(numbers * width + codes[self.members[inside]] + 1, minlength=len(self) * width)
        commonest: Array = counts.reshape(len(self), width).argmax(axis=1) - 1
        return commonest


def rounded(count: float) -> int:
    """A count to the nearest ten; nothing under ten."""
    return 0 if count < LEAST else max(LEAST, LEAST * round(count / LEAST))


def _ordered(rows: Array, lengths: Array, x: Numbers, y: Numbers) -> Array:
    """Each part of these rows in the order of its wider side."""
    starts = np.cumsum(lengths) - lengths
    wide_x, wide_y = (
        np.maximum.reduceat(side[rows], starts) - np.minimum.reduceat(side[rows], starts) for side in (x, y)
    )
    along = np.where(np.repeat(wide_x >= wide_y, lengths), x[rows], y[rows])
    ordered: Array = rows[np.lexsort((along, np.repeat(np.arange(len(lengths)), lengths)))]
    return ordered


def _prime(place: int) -> int:
    primes, candidate = 0, 1
    while primes <= place:
        candidate += 1
        primes += all(candidate % divisor for divisor in range(2, math.isqrt(candidate) + 1))
    return candidate
