"""Kernels: the same bits for any cut into blocks and any order, and the right answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.folding.kernels import (
    Beside,
    Categories,
    Extremes,
    Kernel,
    LloydStep,
    Meeting,
    NumberColumns,
    Parts,
    Placed,
    Ranks,
    Rows,
    SegmentCategories,
    SegmentRanks,
    SegmentRanksWithin,
    SegmentWithin,
    Several,
    Sums,
    Tally,
    Transform,
    Within,
    content_hashes,
    exponents,
    nearest_of,
    running_numbers,
    salted,
    smallest,
    squared,
    text_hashes,
    total,
)

N, NAMES = 20_000, ("money", "orders", "age")
TRANSFORM = Transform(
    NAMES,
    (5.0, 2.0, 40.0),
    (True, False, False),
    (-np.inf,) * 3,
    (9.0, np.inf, np.inf),
    (2.0, 3.0, 45.0),
    (1.3, 2.0, 9.0),
)


@pytest.fixture(scope="module")
def customers() -> Rows:
    random = np.random.default_rng(3)
    age = random.normal(45, 9, N)
    age[random.random(N) < 0.1] = np.nan
    return {
        "money": random.lognormal(2, 1.4, N).round(2),
        "orders": random.poisson(2, N).astype(float),
        "age": age,
        "city": pa.array(random.choice(["Kazan", "Omsk", "Perm", None], N).tolist()),
    }


@pytest.fixture(scope="module")
def starts(customers: Rows) -> dict[int, npt.NDArray[np.float64]]:
    matrix = TRANSFORM.matrix(customers)
    return {k: matrix[np.random.default_rng(k).choice(N, k, replace=False)] for k in (2, 5, 9)}


def taken(rows: Rows, places: npt.NDArray[np.int64]) -> Rows:
    return {name: values.take(places) for name, values in rows.items()}


def folded(kernel: Kernel, rows: Rows, cuts: list[int], order: npt.NDArray[np.int64], seed: int) -> Parts:
    """The kernel's answer from the rows in another order, cut elsewhere, joined in a random sequence."""
    parts = [kernel.part(taken(rows, places)) for places in np.split(order, sorted(cuts))]
    random = np.random.default_rng(seed)
    while len(parts) > 1:
        first, second = (parts.pop(random.integers(len(parts))) for _ in range(2))
        parts.append(kernel.join(first, second))
    return parts[0]


def kernels(starts: dict[int, npt.NDArray[np.float64]]) -> list[Kernel]:
    numbers, middle = NumberColumns(NAMES), (0.1, -0.2, 0.0)
    placed = Placed(TRANSFORM, starts, {k: own + 0.1 for k, own in starts.items()}, middle)
    both, shift, scale = Beside(numbers, TRANSFORM), (20.0, 2.0, 45.0, 0.0, 0.0, 0.0), (14, 5, 7, 4, 5, 4)
    edges = ((1.0, 5.0, 5.5), (0.0, 1.0, 2.0), (30.0, 45.0))
    far = dict.fromkeys(starts, (0.5, 1.0))
    within = SegmentWithin(placed, both, ((2, 0, 0, 5.0, 6.0), (9, 4, 2, 40.0, 41.0), (5, 1, 6, 0.4, 0.6)))
    rule = ((("money", 3.0, 2.0, 20.0), ("age", 40.0, -np.inf, 44.0)), (("orders", 0.0, 3.0, np.inf),))
    return [
        Extremes(numbers),
        Sums(numbers, shift[:3], scale[:3]),
        Ranks(numbers, edges),
        Within(numbers, ((0, 5.0, 6.0), (2, 40.0, 41.0))),
        Categories("city"),
        LloydStep(TRANSFORM, starts, middle, scale[3:]),
        Tally(placed, both, shift, scale, 6),
        SegmentRanks(placed, both, (*edges, (), (), ()), far),
        within,
        SegmentRanksWithin(within, ((5.2, 5.5), (), (0.45, 0.5))),
        SegmentCategories(placed, {"city": ("Kazan", "Perm")}),
        Several((Extremes(numbers), Meeting(NAMES, (rule,)))),
    ]


@given(
    cuts=st.lists(st.integers(0, N), max_size=6),
    seed=st.integers(0, 2**32 - 1),
    which=st.integers(0, 11),
)
@settings(max_examples=50, deadline=None)
def test_every_cut_and_order_gives_the_same_bits(
    customers: Rows, starts: dict[int, npt.NDArray[np.float64]], cuts: list[int], seed: int, which: int
) -> None:
    kernel = kernels(starts)[which]
    whole = kernel.part(customers)

    found = folded(kernel, customers, cuts, np.random.default_rng(seed).permutation(N), seed)

    assert whole.keys() == found.keys()
    for name, values in whole.items():
        assert values.dtype == found[name].dtype
        assert values.tolist() == found[name].tolist(), name


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=200), st.floats(-1e3, 1e3))
@settings(max_examples=60, deadline=None)
def test_sums_are_those_of_exact_arithmetic(values: list[float], shift: float) -> None:
    column = np.array(values)
    less = column - shift
    scale = exponents(np.abs(less).max(keepdims=True))
    parts = Sums(NumberColumns(("x",)), (shift,), tuple(scale.tolist())).part({"x": column})

    found, squares = total(parts["upper"], parts["lower"], np.stack([scale, squared(scale)]))

    step, its_step = (math.ldexp(1.0, int(one[0]) - 62) for one in (scale, squared(scale)))
    assert found[0] == pytest.approx(math.fsum(less), rel=1e-15, abs=step * len(values))
    assert squares[0] == pytest.approx(math.fsum(less * less), rel=1e-15, abs=its_step * len(values))


def test_what_is_too_large_to_be_squared_is_taken_as_the_largest_that_is_not() -> None:
    column = np.array([1e300, 1.0])
    scale = exponents(np.array([1e300]))
    parts = Sums(NumberColumns(("x",)), (0.0,), tuple(scale.tolist())).part({"x": column})

    found = total(parts["upper"], parts["lower"], np.stack([scale, squared(scale)]))

    assert found.ravel() == pytest.approx([2.0**500, 2.0**1000])


def test_the_nearest_is_that_of_double_precision_far_from_the_origin_too() -> None:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(30_000, 7)) + 1e4
    matrix[:1000] = matrix[0]  # equally near to two centres: the first one
    centres = {6: np.vstack([matrix[5:10], matrix[5]])}

    plain = ((matrix[:, None, :] - centres[6][None]) ** 2).sum(axis=2).argmin(axis=1)

    many = {300: np.random.default_rng(2).normal(size=(300, 7)) + 1e4}

    assert nearest_of(matrix, centres, matrix.mean(axis=0))[6].tolist() == plain.tolist()
    assert nearest_of(matrix[:500], many, matrix.mean(axis=0))[300].tolist() == [
        int(((row - many[300]) ** 2).sum(axis=1).argmin()) for row in matrix[:500]
    ]
    assert nearest_of(matrix, centres, np.zeros(7))[6].tolist() == plain.tolist()  # all decided in double precision


@pytest.mark.parametrize(
    "held",
    [
        lambda ids: pa.array(ids),
        lambda ids: pa.array(["before", *ids, "after"]).slice(1, len(ids)),
        lambda ids: pa.array(ids).dictionary_encode(),
        lambda ids: pa.chunked_array([ids[:7], ids[7:]], type=pa.large_string()),
    ],
)
def test_a_text_has_one_hash_however_arrow_holds_it(held: Callable[[list[str | None]], pa.Array]) -> None:
    ids = [f"customer {number}" * (number % 5) for number in range(50)] + [None, "Ёж", "a\0", "a", "a\0\0"]

    hashes = text_hashes(held(ids))

    assert hashes.tolist() == [text_hashes(pa.array([one], pa.string()))[0] for one in ids]
    assert len(set(hashes.tolist())) == len(set(ids))


def test_hashes_stay_what_they_are() -> None:
    """Stored runs are drawn by them: another number would be another sample."""
    assert [f"{one:016x}" for one in text_hashes(pa.array(["", "1", "customer 12"])).tolist()] == [
        "e220a8397b1dcdaf",
        "89d6ad8e69df4e76",
        "2d05b263b1fb6349",
    ]
    assert f"{salted(text_hashes(pa.array(['1'])), 'search 0')[0]:016x}" == "b4030352dd3ad969"


def test_samples_are_even_and_independent_of_each_other() -> None:
    hashes = text_hashes(pa.array([str(number) for number in range(40_000)]))
    first, second = (smallest(salted(hashes, salt), 4_000) for salt in ("one", "two"))

    assert np.histogram(first, bins=10, range=(0, 40_000))[0] == pytest.approx(400, abs=100)
    assert len(np.intersect1d(first, second)) == pytest.approx(400, abs=100)


def test_equal_rows_are_told_apart_and_nearly_equal_numbers_are_one() -> None:
    money = np.array([1.5, 1.5 * (1 + 1e-15), 2.0, 1.5, np.nan, -0.0, 0.0])
    hashes = content_hashes([money, pa.array(["a"] * 7)], 7)

    assert hashes[0] == hashes[1] == hashes[3]
    assert hashes[5] == hashes[6]
    assert len(set(running_numbers(hashes).tolist())) == 7
    assert running_numbers(hashes)[0] == hashes[0]


def test_sums_of_segments_are_those_of_their_rows(customers: Rows, starts: dict[int, npt.NDArray[np.float64]]) -> None:
    tally = kernels(starts)[6]
    parts, matrix = tally.part(customers), TRANSFORM.matrix(customers)
    labels = nearest_of(matrix, {2: starts[2]}, np.zeros(3))[2]

    scale = np.array([14, 5, 7, 4, 5, 4])
    sums = total(parts["upper"], parts["lower"], np.concatenate([scale, squared(scale)]))
    far = total(parts["far"][:, 0], parts["far"][:, 1], np.array(6))

    for cluster in range(2):
        own = labels == cluster
        age = customers["age"][own] - 45.0
        known = age[~np.isnan(age)]
        assert (parts["sizes"][cluster], parts["known"][cluster, 2]) == (own.sum(), len(known))
        assert sums[cluster, [2, 8]] == pytest.approx([math.fsum(known), math.fsum(known**2)], rel=1e-12)
        assert sums[cluster, 3] == pytest.approx(math.fsum(matrix[own, 0]), rel=1e-12)
        apart = np.linalg.norm(matrix[own] - (starts[2][cluster] + 0.1), axis=1)
        assert far[cluster] == pytest.approx(apart.sum(), rel=1e-12)


@pytest.mark.parametrize(("n", "edges"), [(2_000, 40), (3, 40), (0, 3), (50, 1)])
def test_ranks_count_what_lies_at_and_between_edges(n: int, edges: int) -> None:
    rng = np.random.default_rng(n)
    values = np.round(rng.normal(size=n), 1)
    values[: n // 9] = np.nan
    bounds = np.unique(np.round(rng.normal(size=edges), 1))

    counts = Ranks(NumberColumns(("a",)), (tuple(bounds.tolist()),)).part({"a": values})["counts"]

    known = values[~np.isnan(values)]
    between = np.concatenate([[-np.inf], bounds, [np.inf]])
    assert counts[1::2].tolist() == [int((known == bound).sum()) for bound in bounds]
    assert counts[::2].tolist() == [int(((known > low) & (known < high)).sum()) for low, high in pairwise(between)]
