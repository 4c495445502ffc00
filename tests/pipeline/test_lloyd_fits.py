"""Rows prepared once for many fits: each is the one that ``KMeans`` makes, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans

from pipeline.processors import one_thread
from pipeline.segmenting.fitting import lloyd_fits
from pipeline.segmenting.fitting.lloyd_fits import LloydRows, gives_the_same


def rows_of(dtype: type, *, order: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.asarray(5.0 + rng.standard_t(4, size=(3_000, 6)) * 3.0, dtype=dtype, order=order)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("tolerance", [0.0, 1e-3])
def test_a_fit_is_that_of_kmeans(dtype: type, order: str, tolerance: float) -> None:
    rows = rows_of(dtype, order=order)
    kept = rows.copy()
    with one_thread():
        prepared = LloydRows.of(rows, tolerance=tolerance, iterations=50)
        assert prepared.centred is not None  # this version's steps are used
        for k in (2, 7):
            start = rows[:k].copy()
            found = prepared.fit(start)
            wanted = KMeans(k, init=start, n_init=1, tol=tolerance, max_iter=50).fit(rows)

            assert found.inertia == wanted.inertia_
            assert found.centres.tobytes() == wanted.cluster_centers_.tobytes()
            assert np.array_equal(found.labels, wanted.labels_)
            assert np.array_equal(start, rows[:k])
    assert np.array_equal(rows, kept)


def test_steps_of_another_version_are_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One takes other arguments, one stops a step earlier: then every fit goes through ``KMeans``."""
    from sklearn.cluster import _kmeans

    steps = _kmeans._kmeans_single_lloyd

    def fewer(*arguments: Any, max_iter: int, **options: Any) -> Any:
        return steps(*arguments, max_iter=2, **options)

    assert gives_the_same(steps)
    assert not gives_the_same(lambda rows: rows)
    assert not gives_the_same(fewer)

    monkeypatch.setattr(lloyd_fits, "_private_step", lambda: None)
    rows = rows_of(np.float32, order="C")
    with one_thread():
        found = LloydRows.of(rows, tolerance=1e-3, iterations=50).fit(rows[:5])
        wanted = KMeans(5, init=rows[:5], n_init=1, tol=1e-3, max_iter=50).fit(rows)
    assert found.centres.tobytes() == wanted.cluster_centers_.tobytes()
