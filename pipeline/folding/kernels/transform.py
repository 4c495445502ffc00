"""Raw columns to the clustered space, a block at a time: plain numbers and NumPy, so that any machine can do it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.folding.kernels.kernel import Array, Rows

FEATURES = "\x00features"  # under this name a population that holds the transformed block hands it out


@dataclass(frozen=True)
class Transform:
    """``z = (clip(log1p?(x or fill), lower, upper) - centre) / scale``, one entry a feature.

    The same steps as ``FeatureTransform`` stores; without bounds ``lower`` and ``upper`` are infinite.
    """

    columns: tuple[str, ...]
    fill: tuple[float, ...]
    log1p: tuple[bool, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]

    def matrix(self, rows: Rows) -> Array:
        """The block's rows, (n, p) float64, a column at a time in memory."""
        if FEATURES in rows:
            held: Array = rows[FEATURES]
            return held
        n = len(rows[self.columns[0]])
        matrix = np.empty((n, len(self.columns)), order="F")
        for place, name in enumerate(self.columns):
            self.apply(place, rows[name], matrix[:, place])
        return matrix

    def apply(self, place: int, values: Array, out: Array) -> None:
        """One feature's values into ``out``, (n,)."""
        out[:] = values
        np.copyto(out, self.fill[place], where=~np.isfinite(out))
        if self.log1p[place]:
            np.log1p(np.maximum(out, 0.0, out=out), out=out)
        np.clip(out, self.lower[place], self.upper[place], out=out)
        out -= self.centre[place]
        out /= self.scale[place]
