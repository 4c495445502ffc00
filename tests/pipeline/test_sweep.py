"""The sweep: right partitions, the same every time, whatever the order of the rows."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from pipeline.errors import InputError
from pipeline.segmenting import THOROUGH, sweep
from pipeline.segmenting.distances import cluster_means
from pipeline.segmenting.kmeans import LIGHT

BLOBS, TRUTH = make_blobs(600, n_features=4, centers=5, cluster_std=0.6, random_state=3)


def test_well_separated_groups_are_found_exactly():
    (partition,) = sweep(BLOBS, [5], seed=0)
    pairs = {(truth, label) for truth, label in zip(TRUTH, partition.labels, strict=True)}
    assert len(pairs) == 5


def test_inertia_is_no_worse_than_ten_restarts_of_the_notebook_loop():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(800, 6))
    for partition in sweep(matrix, range(2, 9), seed=0):
        loop = KMeans(partition.k, n_init=10, random_state=0).fit(matrix)
        assert partition.inertia <= loop.inertia_ * 1.005


def test_same_seed_gives_the_same_partition_to_the_last_bit():
    first, second = (sweep(BLOBS, range(2, 7), seed=4) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.inertia == other.inertia
        assert np.array_equal(one.labels, other.labels)
        assert np.array_equal(one.centres, other.centres)


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr("pipeline.segmenting.kmeans.FLOAT32_SEARCH_ROWS", 100)  # threads are for larger tables
    one, two = (sweep(BLOBS, range(2, 7), seed=4, effort=replace(THOROUGH, threads=threads)) for threads in (1, 2))
    assert [first.inertia for first in one] == [second.inertia for second in two]
    assert all(np.array_equal(first.labels, second.labels) for first, second in zip(one, two, strict=True))


def test_single_starts_are_kept_beside_the_winner():
    for partition in sweep(BLOBS, [3, 6], seed=0):
        assert partition.restarts.labels.shape == (THOROUGH.seedings, len(BLOBS))
        assert {len(np.unique(labels)) for labels in partition.restarts.labels} == {partition.k}
        assert partition.seed_spread >= 0


def test_segments_are_numbered_by_falling_size():
    for partition in sweep(BLOBS[:431], range(2, 9), seed=0):
        sizes = np.bincount(partition.labels)
        assert list(sizes) == sorted(sizes, reverse=True)
        assert len(sizes) == partition.k


def test_centres_and_inertia_belong_to_the_labels():
    for partition in sweep(BLOBS, [3, 6], seed=0):
        means = cluster_means(BLOBS, partition.labels, partition.k)
        assert np.allclose(means, partition.centres)
        assert partition.inertia == pytest.approx(((BLOBS - means[partition.labels]) ** 2).sum())


def test_inertia_falls_with_k():
    inertias = [partition.inertia for partition in sweep(BLOBS, range(2, 13), seed=0)]
    assert inertias == sorted(inertias, reverse=True)


def test_a_sampled_search_reaches_the_optimum_on_all_rows():
    matrix, truth = make_blobs(30_000, n_features=3, centers=4, cluster_std=0.5, random_state=5)
    (partition,) = sweep(matrix, [4], seed=0, effort=LIGHT)
    assert len(set(zip(truth.tolist(), partition.labels.tolist(), strict=True))) == 4


def test_alike_rows_are_refused_in_words():
    with pytest.raises(InputError, match=r"too few different customers for k = 4.*at least 4.*Found: 2"):
        sweep(np.repeat([[0.0, 1.0], [2.0, 3.0]], 20, axis=0), [2, 4], seed=0)


def test_infinite_values_are_refused():
    with pytest.raises(InputError, match="not finite"):
        sweep(np.array([[0.0], [np.inf], [1.0]]), [2], seed=0)


def test_progress_ends_at_one():
    seen: list[float] = []
    sweep(BLOBS, [2, 3], seed=0, tick=seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
