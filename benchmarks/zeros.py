"""Strong divisions of customers many of whom have none of a part: told where there are groups, and where none are.

Run: ``python benchmarks/zeros.py [--first 0] [--seeds 4]``. Shares of amounts with the total beside them, k from 2 to
8: amounts that hang together in no way or baskets of one mix (8 kinds), groups by what they have at all or by what is
mostly in their baskets (5 kinds), and groups by amounts of which some are struck out by chance (2 kinds). Prints one
line a set and a Markdown table: strong as the rule alone says, and held against zeros and against groups within.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from pipeline.contract import Column, Dataset, Decision
from pipeline.folding import by_place
from pipeline.segmenting import (
    Lattice,
    assess_stability,
    decide,
    doubted,
    doubted_for_zeros,
    fit_features,
    judged,
    null_silhouettes,
    silhouettes,
    sweep,
)

N, MOST = 2240, 8
Draw = Callable[[np.random.Generator], np.ndarray]


def independent(rng: np.random.Generator, parts: int, nothing: float) -> np.ndarray:
    return np.where(rng.random((N, parts)) < nothing, 0.0, np.exp(3 + rng.normal(size=(N, parts))))


def baskets(rng: np.random.Generator, kinds: int, things: int, orders: int) -> np.ndarray:
    """Of each kind mostly one thing is bought; one kind buys of everything, of some things more."""
    chances = np.ones((kinds, things)) + 7 * np.eye(kinds, things) if kinds > 1 else rng.uniform(1, 4, (1, things))
    chances /= chances.sum(axis=1, keepdims=True)
    counts, kind = rng.poisson(orders, N) + 1, rng.integers(0, kinds, N)
    bought = [rng.multinomial(count, chances[one]) for count, one in zip(counts, kind, strict=True)]
    return np.array(bought) * np.exp(rng.normal(2, 0.3, (N, things)))


def having(rng: np.random.Generator, kinds: int, parts: int) -> np.ndarray:
    """Groups by what they have at all: two parts of their own, next to nobody else's."""
    own = np.array([[part in (kind, (kind + 1) % parts) for part in range(parts)] for kind in range(kinds)])
    there = rng.random((N, parts)) < np.where(own[rng.integers(0, kinds, N)], 0.95, 0.08)
    return np.where(there, np.exp(3 + 0.7 * rng.normal(size=(N, parts))), 0.0)


def struck_out(rng: np.random.Generator, nothing: float) -> np.ndarray:
    """Four groups by amounts, a share ``nothing`` of which is not there by chance."""
    mixes = np.array([[3, 2, 5, 1], [6, 2, 2, 1], [3, 5, 2, 4], [5.5, 5, 5, 4]])[rng.integers(0, 4, N)]
    return np.where(rng.random((N, 4)) < nothing, 0.0, np.exp(mixes + 0.45 * rng.normal(size=(N, 4))))


NONE: dict[str, Draw] = {
    **{f"{parts} amounts, half of it 0": partial(independent, parts=parts, nothing=0.5) for parts in (3, 4, 5, 6)},
    **{f"4 amounts, {share:.0%} of it 0": partial(independent, parts=4, nothing=share) for share in (0.15, 0.3, 0.7)},
    "baskets of one mix": partial(baskets, kinds=1, things=6, orders=6),
}
GROUPS: dict[str, Draw] = {
    "3 kinds by what they have": partial(having, kinds=3, parts=5),
    "4 kinds by what they have": partial(having, kinds=4, parts=6),
    "3 kinds by what is in their baskets": partial(baskets, kinds=3, things=4, orders=5),
    "4 kinds by what is in their baskets": partial(baskets, kinds=4, things=6, orders=8),
    "5 kinds by what is in their baskets": partial(baskets, kinds=5, things=6, orders=12),
}
STRUCK: dict[str, Draw] = {
    f"4 groups, {share:.0%} struck out": partial(struck_out, nothing=share) for share in (0.2, 0.4)
}


def held(draw: Draw, seed: int) -> tuple[Decision, Decision]:
    """The rule's decision, and what is left of it."""
    amounts = draw(np.random.default_rng([seed, 48]))
    amounts = amounts[amounts.sum(axis=1) > 0]
    spend = amounts.sum(axis=1)
    parts = {f"part_{at}": part for at, part in enumerate((amounts / spend[:, None]).T)}
    common = {"role": "active", "kind": "number"}
    columns = [Column(name="spend", label="Spend", transform=("log1p", "standardize"), **common)]
    columns += [Column(name=name, label=name, group="parts", transform=("standardize",), **common) for name in parts]
    dataset = Dataset(spec="", title="", spec_hash="", as_of=None, currency="", columns=tuple(columns))
    features = fit_features(pd.DataFrame({"spend": spend, **parts}), dataset)
    matrix, hashes = features.matrix, by_place(len(features.matrix))
    lattice = Lattice.of(matrix, features.transform, dataset.columns)
    partitions = sweep(matrix, range(2, MOST + 1), seed=seed)
    measured = silhouettes(matrix, [one.labels for one in partitions], seed=seed)
    stability = assess_stability(matrix, partitions, seed=seed, lattice=lattice)
    nulls = null_silhouettes(matrix, list(range(2, MOST + 1)), seed=seed)
    records = judged(matrix, partitions, measured, stability, nulls, hashes)
    decision = decide(records, bounds=(2, MOST))
    record, partition = next(pair for pair in zip(records, partitions, strict=True) if pair[0].k == decision.k)
    looked_into = doubted(decision, record, matrix, partition, hashes, lattice)
    return decision, doubted_for_zeros(looked_into, record, matrix, hashes, lattice, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=4)
    given = parser.parse_args()
    lines = ["| | sets | strong by the rule alone | strong when held against both |", "|:--|--:|--:|--:|"]
    for name, kinds in (("without groups", NONE), ("with groups", GROUPS), ("groups struck out", STRUCK)):
        told = []
        for kind, draw in kinds.items():
            for seed in range(given.first, given.first + given.seeds):
                decision, left = held(draw, seed)
                told.append((decision.verdict, left.verdict))
                doubts = "; ".join(str(words)[:40] for words in left.disagreements[len(decision.disagreements) :])
                print(f"{kind}, {seed}: k = {decision.k}, {decision.verdict}, {left.verdict} {doubts}", flush=True)
        before, after = (sum(one[at] == "strong" for one in told) for at in (0, 1))
        lines.append(f"| {name} | {len(told)} | {before} | {after} |")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
