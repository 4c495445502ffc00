"""Populations from which independent samples can be drawn, to see whether a segment comes back in another sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Population:
    """Gaussian groups, or none: where they lie, how wide and large they are, and what is beside them."""

    name: str
    k: int  # the true number of groups; of a population without groups the number that is looked at
    structured: bool
    seed: int
    p: int = 6
    apart: float = 4.5
    weights: tuple[float, ...] = ()
    spreads: tuple[float, ...] = ()
    stretch: float = 1.0  # length of each group along the first axis, in its widths
    tails: float | None = None  # degrees of freedom of Student's t in place of the normal distribution
    noise: int = 0  # features beside that tell nothing
    shape: str = "groups"

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n, p + noise) customers, drawn independently."""
        if self.shape == "factor":
            loadings = np.random.default_rng(self.seed).uniform(0.3, 1.5, size=(1, self.p))
            return rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, self.p))
        if self.shape == "skewed":
            return np.log1p(rng.gamma(1.5, size=(n, self.p)))
        centres = self._centres()
        labels = rng.choice(self.k, n, p=self._shares())
        spreads = np.array(self.spreads or (1.0,) * self.k)[labels][:, None]
        around = rng.normal(size=(n, self.p)) if self.tails is None else rng.standard_t(self.tails, size=(n, self.p))
        around[:, 0] *= self.stretch
        return np.hstack([centres[labels] + spreads * around, rng.normal(size=(n, self.noise))])

    def _shares(self) -> np.ndarray:
        shares = np.array(self.weights or (1.0,) * self.k)
        return shares / shares.sum()

    def _centres(self) -> np.ndarray:
        """Each at least ``apart`` from every other and, where groups are stretched, beside and not behind it."""
        rng = np.random.default_rng(self.seed)
        centres: list[np.ndarray] = []
        while len(centres) < self.k:
            drawn = rng.normal(size=self.p) * self.apart * 0.7
            if self.stretch > 1:
                drawn[0] = 0.0
            if all(np.linalg.norm(drawn - other) >= self.apart for other in centres):
                centres.append(drawn)
        return np.array(centres)


POPULATIONS = (
    Population("separated", 4, True, 1),
    Population("overlapping", 4, True, 2, p=4, apart=2.6),
    Population("elongated", 3, True, 3, p=4, apart=6.0, stretch=2.5),
    Population("unequal sizes", 4, True, 4, apart=4.5, weights=(20, 6, 4, 2)),
    Population("unequal spreads", 4, True, 5, apart=5.0, spreads=(0.6, 1.0, 1.5, 2.0)),
    Population("heavy tails", 4, True, 6, apart=5.0, tails=3.0),
    Population("many noise features", 3, True, 7, apart=4.5, noise=15),
    Population("blurred", 5, True, 8, p=3, apart=2.2),
    Population("structureless: one factor", 3, False, 9),
    Population("structureless: skewed", 4, False, 10, p=5),
)
