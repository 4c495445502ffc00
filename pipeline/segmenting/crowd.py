"""The rows that a sweep is about: those it is given, the sample of them that decides, and everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.contract import Labels, Matrix
from pipeline.engine import SAMPLE, Hashes, Space, Transform, by_place, drawn, fold_of

SEARCH_ROWS = 16_000
LARGE_SEARCH_ROWS = 12_000  # where Lloyd goes on with the whole sample before it takes everybody


@dataclass(frozen=True)
class Crowd:
    """The clustered space of the rows at hand, (n, p), their hashes, and everybody where that is more than a sample."""

    matrix: Matrix
    hashes: Hashes
    sample: Labels  # places of the rows that everything is decided from, (m,)
    space: Space | None  # None: the sample is everybody

    @classmethod
    def of(cls, matrix: Matrix, hashes: Hashes | None, space: Space | None) -> Crowd:
        """With ``space`` the rows at hand are a sample of it; without, they are everybody."""
        known = by_place(len(matrix)) if hashes is None else hashes
        sample = drawn(known, SAMPLE, "sample")
        if space is None and len(sample) < len(matrix):
            space = Space.of(fold_of(matrix), _as_it_is(matrix.shape[1]), matrix[sample].mean(axis=0))
        return cls(matrix, known, sample, space)

    def search_rows(self, seed: int) -> Labels:
        """Places of the rows on which centres are searched."""
        wanted = SEARCH_ROWS if self.space is None else LARGE_SEARCH_ROWS
        places: Labels = self.sample[drawn(self.hashes[self.sample], wanted, f"search {seed}")]
        return places


def _as_it_is(p: int) -> Transform:
    """Rows of ``p`` features that are transformed already."""
    return Transform(
        columns=tuple(map(str, range(p))),
        fill=(0.0,) * p,
        log1p=(False,) * p,
        lower=(-np.inf,) * p,
        upper=(np.inf,) * p,
        centre=(0.0,) * p,
        scale=(1.0,) * p,
    )
