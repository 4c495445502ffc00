"""Lloyd over all customers: every k in one pass, the same centres to the last bit on every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.contract import Matrix
from pipeline.folding.kernels import LIMB, LloydStep, Starts, Sums, Transform, squared, total
from pipeline.folding.measures import ColumnRanges, Fold, Places, ranges

GAIN = 3e-6  # share of the inertia that moving the centres must win for another pass
MOST_PASSES = 40


@dataclass(frozen=True)
class Space:
    """The clustered space of everybody: how to fold over it, and the scales on which its values are added up."""

    fold: Fold
    source: Transform
    n: int
    middle: Matrix  # (p,) about the mean
    scale: Places  # (p,) exponents of the largest absolute values
    squares: float  # sum of squares of all values

    @classmethod
    def of(cls, fold: Fold, source: Transform, middle: Matrix) -> Space:
        """In two passes; ``middle`` is the mean of a sample."""
        reach: ColumnRanges = ranges(fold, source)
        zero = np.zeros(len(source.columns))
        scale = reach.beyond(zero)
        parts = fold(Sums(source, tuple(zero.tolist()), tuple(scale.tolist())))
        squares = total(parts["upper"][1], parts["lower"][1], squared(scale))
        return cls(fold, source, reach.n, middle, scale, float(squares.sum()))


@dataclass(frozen=True)
class Fitted:
    """One k after Lloyd: who is nearest to ``guide`` (k, p), numbered by falling size; ``centres`` are their means."""

    guide: Matrix
    centres: Matrix
    sizes: Places
    inertia: float


def lloyd(
    space: Space, starts: Mapping[int, Matrix], *, gain: float = GAIN, tick: Callable[[int], None] | None = None
) -> dict[int, Fitted]:
    """Lloyd's steps for every k from its ``starts`` (k, p), until moving centres wins less than ``gain`` of inertia.

    ``tick`` is told how many k are done. Where a cluster loses its last customer, the step before it stands; one that
    has none to begin with has the size 0.
    """
    going, before, done = dict(starts), dict[int, Fitted](), dict[int, Fitted]()
    for number in range(1, MOST_PASSES + 1):
        for k, step in _step(space, going).items():
            won = float((step.sizes * ((step.centres - step.guide) ** 2).sum(axis=1)).sum())
            if k in before and not step.sizes.all():
                done[k] = before[k]
            elif number == MOST_PASSES or won <= gain * step.inertia:
                done[k] = step
            else:
                before[k], going[k] = step, step.centres
                continue
            del going[k]
        if tick:
            tick(len(done))
        if not going:
            break
    return {k: _numbered(step) for k, step in done.items()}


def _step(space: Space, starts: Starts) -> dict[int, Fitted]:
    """One pass: who is nearest, their means, and the inertia about these."""
    parts = space.fold(LloydStep(space.source, starts, tuple(space.middle.tolist()), tuple(space.scale.tolist())))
    means = np.ldexp(parts["sums"].astype(np.float64), space.scale - LIMB)
    fits, start = {}, 0
    for k in sorted(starts):
        sizes = parts["counts"][start : start + k]
        centres = np.where(sizes[:, None] > 0, means[start : start + k] / np.maximum(sizes, 1)[:, None], starts[k])
        between = float((sizes * np.einsum("ij,ij->i", centres, centres)).sum())
        fits[k] = Fitted(starts[k], centres, sizes, space.squares - between)
        start += k
    return fits


def _numbered(step: Fitted) -> Fitted:
    """The clusters by falling size, equally large ones by their centres."""
    order = np.lexsort((*step.centres.T[::-1], -step.sizes))
    return Fitted(step.guide[order], step.centres[order], step.sizes[order], step.inertia)
