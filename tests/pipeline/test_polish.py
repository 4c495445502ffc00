"""Lloyd on all rows: whatever its road, it ends where a fit on all of them ends, and what it says is exact."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import ThreadpoolController

from pipeline.contract import Matrix
from pipeline.errors import InputError
from pipeline.folding import Crowd, lloyd
from pipeline.processors import one_thread, pool
from pipeline.segmenting.distances import cluster_means
from pipeline.segmenting.fitting.polish import partition, polish

ROOT = Path(__file__).resolve().parents[2]


def continuum(n: int = 6_000, p: int = 4) -> Matrix:
    """Without groups, so that Lloyd needs many steps."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(n, p)) @ rng.normal(size=(p, p))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few thousand rows are treated like a million."""
    monkeypatch.setattr("pipeline.folding.drawing.SAMPLE", 1_000)


def test_a_large_table_ends_where_a_fit_on_all_rows_ends(large: None) -> None:
    rows = continuum()
    starts = {k: rows[:k].copy() for k in (3, 5, 7)}

    found = {one.k: one for one in polish(Crowd.of(rows, None, None), starts)}

    for k, start in starts.items():
        fit = KMeans(k, init=start, n_init=1).fit(rows)
        assert found[k].inertia <= 1.01 * fit.inertia_


def test_a_cluster_that_would_lose_its_last_row_keeps_it(large: None) -> None:
    """Between two heaps, a customer alone is drawn away by the others' means: the step before that stands."""
    rows = np.concatenate([np.full((3_000, 1), -1.0), [[0.05]], np.full((3_000, 1), 1.0)])
    space = Crowd.of(rows, None, None).space
    assert space is not None

    for starts in ([[-3.0], [0.06], [4.0]], [[-1.0], [0.05], [1.0]]):
        found = lloyd(space, {3: np.array(starts)})[3]
        assert found.sizes.sum() == len(rows)
        assert found.inertia == pytest.approx(inertia(rows, found.guide, found.centres), rel=1e-9, abs=1e-6)
    assert lloyd(space, {2: np.array([[-1.0], [900.0]])})[2].sizes.tolist() == [6_001, 0]


def inertia(rows: Matrix, guide: Matrix, centres: Matrix) -> float:
    own = ((rows[:, None] - guide[None]) ** 2).sum(axis=2).argmin(axis=1)
    return float(((rows - centres[own]) ** 2).sum())


def test_centres_and_inertia_are_exact_for_the_labels(large: None) -> None:
    rows = continuum()

    [one] = polish(Crowd.of(rows, None, None), {5: rows[:5].copy()})

    np.testing.assert_allclose(one.centres, [rows[one.labels == label].mean(axis=0) for label in range(5)])
    assert one.inertia == pytest.approx(((rows - one.centres[one.labels]) ** 2).sum(), rel=1e-9)
    sizes = np.bincount(one.labels)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)


def test_values_far_from_zero_lose_no_digits_that_matter(large: None) -> None:
    rows = continuum()
    far = rows + 10_000.0  # in float32 a thousandth is the last digit there

    [near] = polish(Crowd.of(rows, None, None), {4: rows[:4].copy()})
    [away] = polish(Crowd.of(far, None, None), {4: far[:4].copy()})

    assert (near.labels == away.labels).mean() > 0.999


def test_an_empty_cluster_is_an_error_with_a_remedy() -> None:
    with pytest.raises(InputError, match="k = 3: a cluster is empty"):
        partition(continuum(100), 3, np.zeros(100, dtype=np.int64))


def test_means_of_clusters_are_those_of_their_rows_and_none_where_there_are_no_rows() -> None:
    rows, labels = continuum(40_000), np.repeat([0, 2], 20_000)

    means = cluster_means(rows, labels, 3)

    np.testing.assert_allclose(means[[0, 2]], [rows[:20_000].mean(axis=0), rows[20_000:].mean(axis=0)])
    assert np.isnan(means[1]).all()


def test_one_thread_holds_for_the_block_and_in_every_thread_of_a_pool() -> None:
    def openmp() -> list[int]:
        return [one["num_threads"] for one in ThreadpoolController().info() if one["user_api"] == "openmp"]

    before = openmp()
    with one_thread():
        within = [one["num_threads"] for one in ThreadpoolController().info()]
    with pool(2) as threads:
        inside = threads.submit(openmp).result()

    assert set(within) == {1}
    assert set(inside) == {1}
    assert openmp() == before


def test_nothing_is_printed_where_physical_cores_cannot_be_counted(tmp_path: Path) -> None:
    fit = (
        "import numpy as np; from sklearn.cluster import KMeans; from pipeline.processors import pool\n"
        "with pool(1) as threads:\n"
        "    threads.submit(KMeans(2, n_init=1, random_state=0).fit, np.arange(20.0).reshape(-1, 1)).result()\n"
    )

    # joblib asks lscpu, which is not there
    ran = subprocess.run(
        [sys.executable, "-c", fit], env={"PATH": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert (ran.stdout, ran.stderr) == ("", "")
