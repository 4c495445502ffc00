"""An estimated count and its interval: how often the truth lies inside, and what a whole population or nobody gives."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics import stratified_count

SIZES = np.array([40_000, 9_000, 1_000])
DRAWN = np.array([1_600, 600, 400])


@pytest.mark.parametrize("rates", [(0.3, 0.5, 0.1), (0.002, 0.004, 0.02), (0.0, 0.0, 0.3), (0.999, 0.99, 1.0)])
def test_the_truth_lies_within_the_interval_as_often_as_it_says(rates: tuple[float, float, float]) -> None:
    rng, strata = np.random.default_rng(11), np.repeat(np.arange(3), DRAWN)
    passing = np.round(SIZES * rates).astype(int)
    weights = (SIZES / DRAWN)[strata]
    inside = 0
    for _draw in range(400):
        hits = rng.hypergeometric(passing, SIZES - passing, DRAWN)
        found, low, high = stratified_count(weights, strata, _marked(hits), SIZES)
        assert low <= found <= high
        inside += low <= passing.sum() <= high
    assert inside / 400 > 0.93


def test_weights_that_differ_within_a_segment_make_it_less_sure() -> None:
    strata = np.zeros(1_000, dtype=int)
    passing = np.arange(1_000) % 2 == 0
    equal = np.full(1_000, 10.0)
    unequal = np.where(np.arange(1_000) < 500, 1.0, 19.0)
    _found, low, high = stratified_count(equal, strata, passing, [10_000])
    _same, lower, higher = stratified_count(unequal, strata, passing, [10_000])
    assert lower < low < high < higher


def test_everybody_and_nobody() -> None:
    strata = np.repeat([0, 1], 50)
    assert stratified_count(np.ones(100), strata, strata == 1, [50, 50]) == (50.0, 50.0, 50.0)
    found, low, high = stratified_count(np.full(100, 20.0), strata, np.zeros(100, bool), [1_000, 1_000])
    assert (found, low) == (0.0, pytest.approx(0.0))
    assert 40 < high < 120  # about three rows that might have been
    found, low, high = stratified_count(np.full(100, 20.0), strata, np.ones(100, bool), [1_000, 1_000])
    assert (found, high) == (2_000.0, 2_000.0)
    assert 1_880 < low < 1_960


def _marked(hits: np.ndarray) -> np.ndarray:
    return np.concatenate([np.arange(drawn) < count for drawn, count in zip(DRAWN, hits, strict=True)])
