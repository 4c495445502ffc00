"""The measures equal scikit-learn's, exactly where they are exact."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_samples, silhouette_score

from pipeline.folding import by_place, drawn
from pipeline.segmenting import (
    by_segment,
    calinski_harabasz,
    davies_bouldin,
    dispersion,
    quality,
    restart_silhouettes,
    silhouettes,
    sweep,
)

MATRIX, _ = make_blobs(700, n_features=5, centers=4, cluster_std=2.0, random_state=0)
PARTITIONS = sweep(MATRIX + 100.0, range(2, 8), seed=0)  # far from the origin: float32 must not suffer


def test_silhouettes_of_all_k_equal_scikit_learns():
    found = silhouettes(MATRIX + 100.0, [one.labels for one in PARTITIONS], seed=0)
    for partition, silhouette in zip(PARTITIONS, found, strict=True):
        assert silhouette.values == pytest.approx(silhouette_samples(MATRIX, partition.labels), abs=1e-5)
        assert silhouette.overall == pytest.approx(silhouette_score(MATRIX, partition.labels), abs=1e-5)
        assert silhouette.standard_error is None


def test_a_sampled_silhouette_lies_within_four_standard_errors(monkeypatch):
    monkeypatch.setattr(quality, "EXACT_ROWS", 100)
    monkeypatch.setattr(quality, "SAMPLE_ROWS", 300)
    monkeypatch.setattr("pipeline.folding.drawing.SAMPLE", 500)
    labels = PARTITIONS[2].labels
    (found,) = silhouettes(MATRIX, [labels], seed=1)
    assert len(found.values) == 300
    assert found.standard_error is not None
    assert abs(found.overall - silhouette_score(MATRIX, labels)) < 4 * found.standard_error


def test_single_starts_are_measured_beside_the_chosen_solution(monkeypatch):
    measured = silhouettes(MATRIX, [one.labels for one in PARTITIONS], seed=0)
    found = restart_silhouettes(MATRIX, PARTITIONS, measured, seed=0)
    for partition, values in zip(PARTITIONS, found, strict=True):
        expected = [silhouette_score(MATRIX, labels) for labels in partition.restarts.labels]
        assert values == pytest.approx(expected, abs=1e-5)
    monkeypatch.setattr(quality, "RESTART_ROWS", 300)
    sampled = restart_silhouettes(MATRIX, PARTITIONS, measured, seed=0)
    assert np.array(sampled[2]) == pytest.approx(found[2], abs=0.02)  # k = 4 is found by every start


def test_segments_are_measured_with_their_error_where_it_is_a_sample(monkeypatch):
    partition = PARTITIONS[2]
    (exact,) = silhouettes(MATRIX, [partition.labels], seed=0)
    means, errors = by_segment(exact, partition)
    assert means[0] == pytest.approx(exact.values[partition.labels == 0].mean())
    assert errors == (None,) * 4
    monkeypatch.setattr(quality, "EXACT_ROWS", 100)
    monkeypatch.setattr(quality, "SAMPLE_ROWS", 300)
    (found,) = silhouettes(MATRIX, [partition.labels], seed=0)
    own = found.values[partition.labels[found.rows] == 1]
    assert by_segment(found, partition)[1][1] == pytest.approx(own.std(ddof=1) / np.sqrt(len(own)))


def test_against_a_part_of_the_customers_a_sample_says_the_same(monkeypatch):
    (exact,) = silhouettes(MATRIX, [PARTITIONS[2].labels], seed=0)
    labels = PARTITIONS[2].labels.copy()
    elsewhere = np.setdiff1d(np.arange(len(MATRIX)), drawn(by_place(len(MATRIX)), 400, "silhouettes 0"))[0]
    labels[elsewhere] = labels.max() + 1  # nobody of this segment is in the part, so that it is nobody's nearest
    for name, rows in (("EXACT_ROWS", 100), ("REFERENCE_ROWS", 400), ("SAMPLE_ROWS", 200)):
        monkeypatch.setattr(quality, name, rows)

    (found,) = silhouettes(MATRIX, [labels], seed=0)

    assert found.values == pytest.approx(exact.values[found.rows], abs=0.1)
    assert found.overall == pytest.approx(exact.values[found.rows].mean(), abs=0.02)


def test_a_customer_alone_in_its_segment_has_silhouette_zero():
    matrix = np.array([[0.0, 0], [0, 1], [1, 0], [9, 9]])
    (found,) = silhouettes(matrix, [np.array([0, 0, 0, 1])], seed=0)
    assert found.values[3] == 0.0


def test_dispersion_ratios_equal_scikit_learns():
    matrix = MATRIX + 100.0
    for partition in PARTITIONS:
        distances = np.linalg.norm(matrix - partition.centres[partition.labels], axis=1)
        found = calinski_harabasz(dispersion(matrix), len(matrix), partition)
        assert found == pytest.approx(calinski_harabasz_score(matrix, partition.labels))
        assert davies_bouldin(partition, distances) == pytest.approx(davies_bouldin_score(matrix, partition.labels))
