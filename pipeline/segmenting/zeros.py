"""Amounts of which many customers have none: is a division more than who has something of what at all?

Shares of a whole with many zeros come in heaps, one for each part that somebody has alone, whatever the amounts are
made of. So a division is compared with customers of the same zeros whose parts hang together as they do here, but in
one cloud: normal values of which all below a limit are seen as nothing (Tobin 1958), each part with its own amounts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.contract import CandidateRecord, Decision, Matrix, Message, percent, verdicts
from pipeline.folding import Hashes, drawn
from pipeline.segmenting.kmeans import LIGHT, sweep
from pipeline.segmenting.quality import silhouettes
from pipeline.segmenting.valleys import Lattice

LEFT = 0.5  # share of the silhouette's excess that stays beside the same zeros: of groups 0.55 and more, else 0.4
_DRAWS, _ROWS = 2, 5_000
_PRECISION, _WHOLE = 1e-9, 0.02


def doubted_for_zeros(
    decision: Decision, record: CandidateRecord, matrix: Matrix, hashes: Hashes, lattice: Lattice, seed: int
) -> Decision:
    """The decision, at most weak where customers with the same zeros in one cloud look nearly as much divided."""
    wholes = lattice.often_nothing(matrix)
    if decision.verdict != "strong" or not wholes or record.null_silhouette is None:
        return decision
    rows = matrix[drawn(hashes, min(len(matrix), _ROWS), "zeros")]
    alike = float(np.mean([_silhouette(_drawn(rows, lattice, wholes, [seed, at]), record.k) for at in range(_DRAWS)]))
    if record.silhouette - alike >= LEFT * (record.silhouette - record.null_silhouette):
        return decision
    none = max(lattice.nothing(matrix, whole) for whole in wholes)
    words = Message.of(
        "Up to {share} of the customers have nothing of one part of what shares are made of. The segments tell mostly "
        "who buys something of what at all: customers with as many zeros and no groups are divided nearly as clearly.",
        share=percent(none),
    )
    return decision.model_copy(
        update={
            "verdict": "weak",
            "reason": verdicts.toned_down(decision.reason),
            "disagreements": (*decision.disagreements, words),
        }
    )


def _silhouette(rows: Matrix, k: int) -> float:
    (fitted,) = sweep(rows, [k], seed=0, effort=LIGHT)
    return silhouettes(rows, [fitted.labels], seed=0)[0].overall


def _drawn(rows: Matrix, lattice: Lattice, wholes: Sequence[tuple[int, ...]], seed: Sequence[int]) -> Matrix:
    """As many customers in one cloud, with the zeros, amounts and correlations of ``rows`` (m, p).

    Whoever has none of any part stays as they are: they are alike in all of it.
    """
    rng = np.random.default_rng(seed)
    parts = {whole: lattice.shares(rows, whole) for whole in wholes}
    known = np.all([abs(shares.sum(axis=1) - 1.0) < _WHOLE for shares in parts.values()], axis=0)
    scores, ratios = rows[known].copy(), {}
    for whole, shares in parts.items():
        scores[:, list(whole)], ratios[whole] = _normal_scores(shares[known], rng)
    cloud = rng.multivariate_normal(scores.mean(axis=0), np.atleast_2d(np.cov(scores, rowvar=False)), len(scores))
    for whole in wholes:
        deviations = np.maximum(scores[:, list(whole)].std(axis=0), _PRECISION)
        cloud[:, list(whole)] = lattice.placed(_shares(cloud[:, list(whole)] / deviations, ratios[whole], rng), whole)
    made = rows.copy()
    made[known] = cloud
    return made


def _normal_scores(shares: Matrix, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Normal scores of each part's ratio to the others that one has, nothing below all; and the ratios, -inf for none.

    In logarithms, about their mean (Aitchison 1986).
    """
    from scipy.special import ndtri  # late: who places customers needs this room and no test

    there = shares > _PRECISION
    logs = np.log(np.where(there, shares, 1.0))
    ratios = np.where(there, logs - logs.sum(axis=1, keepdims=True) / there.sum(axis=1, keepdims=True), -np.inf)
    order = np.lexsort((rng.random(shares.shape), ratios), axis=0)
    ranks = np.empty_like(shares)
    np.put_along_axis(ranks, order, np.arange(0.5, len(shares))[:, None], axis=0)
    return np.asarray(ndtri(ranks / len(shares))), ratios


def _shares(values: Matrix, ratios: Matrix, rng: np.random.Generator) -> Matrix:
    """Shares of normal ``values`` (m, parts) with the ratios that their parts have; who would have none is another."""
    from scipy.special import ndtr

    sizes = np.zeros_like(values)
    for part, own in enumerate(ratios.T):
        places = np.minimum((ndtr(values[:, part]) * len(own)).astype(np.int64), len(own) - 1)
        sizes[:, part] = np.exp(np.sort(own)[places])
    empty = sizes.sum(axis=1) == 0.0
    if empty.any() and not empty.all():
        sizes[empty] = sizes[rng.choice(np.flatnonzero(~empty), int(empty.sum()))]
    return np.asarray(sizes / np.maximum(sizes.sum(axis=1, keepdims=True), _PRECISION))
