"""What is said of long groups, which k-means cannot follow: the right number of them, or a verdict that is not strong.

Run: ``python benchmarks/long_groups.py [--sets 40] [--first 0] [--whole]``. Each set has 2 to 5 Gaussian groups in 2, 3
or 5 dimensions, 5 to 10 times as long as wide, in directions of their own or (three sets in ten) in one, at least 4.5
deviations (Mahalanobis) apart; ``--whole`` rounds the values to whole numbers, of which a group is five or six wide.
Prints one line a set and the counts.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import korzina

APART = 4.5


def long_groups(seed: int) -> tuple[pd.DataFrame, int]:
    """Customers of one set, and how many groups they are in."""
    rng = np.random.default_rng([seed, 77])
    k, p, ratio, alike = int(rng.integers(2, 6)), int(rng.choice([2, 3, 5])), rng.uniform(5, 10), rng.random() < 0.3
    n = int(rng.choice([500, 800, 1500]))
    spread = np.r_[ratio, np.ones(p - 1)] ** 2
    common = _turn(rng, p)
    groups: list[tuple[np.ndarray, np.ndarray]] = []
    while len(groups) < k:
        axes = common if alike else _turn(rng, p)
        centre, covariance = rng.normal(size=p) * ratio * 1.6, (axes * spread) @ axes.T
        if all(_distance(centre - other, (covariance + its) / 2) >= APART for other, its in groups):
            groups.append((centre, covariance))
    rows = [rng.multivariate_normal(*groups[at]) for at in rng.integers(0, k, n)]
    frame = pd.DataFrame(np.array(rows), columns=[f"measure_{at}" for at in range(p)])
    frame.insert(0, "customer_id", [f"c{at:05d}" for at in range(n)])
    return frame, k


def _turn(rng: np.random.Generator, p: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(p, p)))[0]


def _distance(gap: np.ndarray, covariance: np.ndarray) -> float:
    return float(np.sqrt(gap @ np.linalg.solve(covariance, gap)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--whole", action="store_true", help="values in steps of one")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    for seed in range(given.first, given.first + given.sets):
        frame, true = long_groups(seed)
        decision = korzina.segment(frame.round() if given.whole else frame).decision
        told = any("as long as it is wide" in words or "of two groups" in words for words in decision.disagreements)
        counts[f"{'right' if decision.k == true else 'wrong'} k, {decision.verdict}"] += 1
        counts["told of long groups"] += told
        print(f"set {seed}: {true} groups, k = {decision.k}, {decision.verdict}{', told' if told else ''}", flush=True)
    print(dict(sorted(counts.items())))


if __name__ == "__main__":
    main()
