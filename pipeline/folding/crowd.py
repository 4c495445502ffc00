"""The rows that a sweep is about: those it is given, the sample of them that decides, and everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.contract import Labels, Matrix
from pipeline.folding.clustering import Space
from pipeline.folding.drawing import Hashes, by_place, deciding
from pipeline.folding.kernels import Transform
from pipeline.folding.local import fold_of


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
        sample = deciding(known)
        if space is None and len(sample) < len(matrix):
            space = Space.of(fold_of(matrix), _as_it_is(matrix.shape[1]), matrix[sample].mean(axis=0))
        return cls(matrix, known, sample, space)


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
