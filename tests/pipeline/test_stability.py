"""Stability and the structure-free null tell structure from its absence."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.preprocessing import scale

from pipeline.contract import CandidateRecord
from pipeline.describing.cards import TRUSTED
from pipeline.segmenting import assess_stability, decide, null_silhouettes, silhouettes, sweep
from pipeline.segmenting.distances import nearest
from pipeline.segmenting.stability import _jaccard

KS = range(2, 7)


def decision_for(matrix):
    partitions = sweep(matrix, KS, seed=0)
    stability = assess_stability(matrix, partitions, seed=0)
    nulls = null_silhouettes(matrix, list(KS), seed=0)
    measured = silhouettes(matrix, [one.labels for one in partitions], seed=0)
    return decide(
        [
            CandidateRecord(
                k=one.k,
                inertia=one.inertia,
                silhouette=silhouette.overall,
                silhouette_se=None,
                calinski_harabasz=0.0,
                davies_bouldin=0.0,
                stability=stability[one.k].prediction_strength,
                null_silhouette=float(np.mean(nulls[one.k])),
                seed_spread=None,
                sizes=(1,) * one.k,
                silhouette_by_segment=(None,) * one.k,
                seconds=0.0,
            )
            for one, silhouette in zip(partitions, measured, strict=True)
        ],
        bounds=(2, 6),
    )


@pytest.mark.parametrize("k", [3, 5])
def test_separated_groups_are_counted_right_and_strong(k):
    matrix, _ = make_blobs(500, n_features=4, centers=k, cluster_std=1.0, center_box=(-9, 9), random_state=11)
    decision = decision_for(matrix)
    assert (decision.supported_k, decision.verdict) == (k, "strong")


@pytest.mark.parametrize("shape", ["gaussian", "uniform", "correlated"])
def test_structure_free_data_get_the_verdict_none(shape):
    rng = np.random.default_rng(2)
    matrix = {
        "gaussian": rng.normal(size=(500, 5)),
        "uniform": rng.uniform(size=(500, 5)),
        "correlated": rng.normal(size=(500, 5)) @ rng.normal(size=(5, 5)),
    }[shape]
    assert decision_for(matrix).verdict == "none"


def test_a_real_group_comes_back_and_an_invented_border_does_not():
    matrix, _ = make_blobs([400, 100], n_features=3, centers=[[0, 0, 0], [9, 9, 9]], random_state=0)
    two, _, four = sweep(matrix, [2, 3, 4], seed=0)
    found = assess_stability(matrix, [two, four], seed=0)
    assert min(found[2].jaccard) > 0.99
    assert min(found[4].jaccard) < 0.75
    assert found[2].prediction_strength > 0.99 > found[4].prediction_strength


def test_a_segment_that_comes_back_in_every_sample_is_not_given_up_for_its_worst_repeats():
    """Four groups of unequal widths in three segments: a fifth of the halves lose one that no sample loses."""
    places = [[-3, -5, -1, 1, 4, 0], [-2, -3, 3, 6, 1, -4], [-3, 6, 1, -6, 0, -4], [-2, -2, -2, 2, 0, -2]]

    def sample(seed):
        rng = np.random.default_rng(seed)
        group = rng.choice(4, 400)
        return np.array(places)[group] + np.array([0.6, 1.0, 1.5, 2.0])[group][:, None] * rng.normal(size=(400, 6))

    customers = sample(11)
    own = scale(customers)
    (partition,) = sweep(own, [3], seed=0)
    for other in (sample([11, place]) for place in range(3)):
        (elsewhere,) = sweep(scale(other), [3], seed=0)
        placed = nearest((customers - other.mean(axis=0)) / other.std(axis=0), elsewhere.centres)
        assert min(_jaccard(partition.labels, placed, 3).max(axis=1)) >= TRUSTED
    found = assess_stability(own, [partition], seed=0)[3]
    assert min(found.jaccard) >= TRUSTED > min(found.least)


def test_same_seed_gives_the_same_figures():
    matrix, _ = make_blobs(200, centers=3, random_state=1)
    partitions = sweep(matrix, [2, 3], seed=0)
    assert assess_stability(matrix, partitions, seed=5) == assess_stability(matrix, partitions, seed=5)
