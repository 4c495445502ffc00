"""Long groups: a verdict is not strong on what k-means cut or left together, and the reader is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.analyse import _Deciding, _swept
from pipeline.contract import CandidateRecord, Column, Dataset, cuts_across_groups
from pipeline.errors import InputError
from pipeline.folding import by_place
from pipeline.segmenting import Lattice, decide, doubted, fit_features
from pipeline.segmenting.choose import override
from pipeline.segmenting.quality import elongation
from pipeline.stages import Options, Partition
from pipeline.stopwatch import Stopwatch


def record(k: int, elongated: float | None, heaps: float, excess: float = 0.2) -> CandidateRecord:
    return CandidateRecord(
        k=k, inertia=100 / k, silhouette=0.3 + excess, silhouette_se=None, calinski_harabasz=1.0, davies_bouldin=1.0,
        stability=0.95, null_silhouette=0.3, heaps=heaps, elongation=elongated, seed_spread=None, sizes=(),
        silhouette_by_segment=(), seconds=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("elongated", "heaps", "verdict"),
    [(1.6, 2.6, "strong"), (None, 2.6, "strong"), (3.9, 2.6, "weak"), (3.9, 4.0, "strong")],
)
def test_where_a_segment_is_long_only_valleys_make_a_verdict_strong(elongated, heaps, verdict) -> None:  # type: ignore[no-untyped-def]
    decision = decide([record(2, 1.2, 1.9, 0.1), record(4, elongated, heaps)], bounds=(2, 12))

    assert (decision.k, decision.verdict) == (4, verdict)


def side_by_side(rng: np.random.Generator, gap: float) -> np.ndarray:
    """Two long groups ``gap`` widths apart, and a third far from both."""
    values = rng.normal(size=(900, 2)) * [5.0, 1.0]
    return values + np.array([[0.0, 0.0], [0.0, gap], [60.0, 0.0]])[np.repeat(np.arange(3), 300)]


@pytest.mark.parametrize(("gap", "told"), [(6.0, True), (0.0, False)])
def test_two_long_groups_that_were_left_together_are_told(gap: float, told: bool) -> None:
    matrix = side_by_side(np.random.default_rng(0), gap)
    labels = (np.arange(900) >= 600).astype(np.int64)  # the two together, and the third
    partition = Partition(2, np.array([matrix[labels == at].mean(axis=0) for at in (0, 1)]), labels, 1.0, None, 0.0)
    own = record(2, elongation(matrix, partition), 2.0)
    decision = decide([own], bounds=(2, 12))

    held = doubted(decision, own, matrix, partition, by_place(900))

    assert own.elongation is not None
    assert own.elongation > 2
    assert held.verdict == ("weak" if told else "strong")
    assert any("left these together" in str(words) for words in held.disagreements) == told
    assert (held == decision) != told


def crossed(rng: np.random.Generator, gap: float) -> tuple[np.ndarray, Partition]:
    """Three long groups ``gap`` widths apart, cut in two across their length, as k-means does."""
    matrix = rng.normal(size=(900, 3)) * [5.0, 1.0, 1.0]
    matrix[:, 1] += gap * np.repeat(np.arange(3), 300)
    labels = (matrix[:, 0] > 0).astype(np.int64)
    centres = np.array([matrix[labels == at].mean(axis=0) for at in (0, 1)])
    return matrix, Partition(2, centres, labels, 1.0, None, 0.0)


@pytest.mark.parametrize(("gap", "told"), [(7.0, True), (0.0, False)])
def test_groups_that_k_means_cannot_follow_are_told_and_are_no_continuum(gap: float, told: bool) -> None:
    matrix, partition = crossed(np.random.default_rng(1), gap)
    own = record(2, 1.2, 1.0).model_copy(update={"stability": 0.5})
    decision = decide([own], bounds=(2, 12))
    own_choice = override(decision, 2, "as always", [own])

    held, chosen = (doubted(one, own, matrix, partition, by_place(900)) for one in (decision, own_choice))

    assert decision.verdict == held.verdict == "none"
    for one in (held, chosen):
        assert ("continuum" in str(one.reason)) != told
        assert ("another shape" in str(one.reason)) == told
        assert cuts_across_groups(one) == told
        assert any("left these together" in str(words) for words in one.disagreements) == told


@pytest.mark.parametrize(("divided", "told"), [(1, False), (2, True)])
def test_two_groups_in_one_segment_of_five_make_no_groups_of_them_all(divided: int, told: bool) -> None:
    """It is told; the other four may well be a continuum, and what is told of the one does not deny that."""
    rng, labels = np.random.default_rng(1), np.repeat(np.arange(5), 300)
    matrix = rng.normal(size=(1_500, 3)) + 3.0 * labels[:, None] * [1.0, 0.0, 0.0]
    matrix[:, 1] += np.where(labels < divided, 12.0 * rng.integers(0, 2, 1_500), 0.0)
    partition = Partition(5, np.stack([matrix[labels == at].mean(axis=0) for at in range(5)]), labels, 1.0, None, 0.0)
    own = record(5, 1.2, 1.0).model_copy(update={"stability": 0.5})

    held = doubted(decide([own], bounds=(2, 12)), own, matrix, partition, by_place(1_500))

    words = " ".join(map(str, held.disagreements))
    assert (f"{divided} segments hold" in words) == told
    assert (f"Within {divided} segment " in words and "one group runs into the next" in words) != told
    assert cuts_across_groups(held) == told
    assert ("continuum" in str(held.reason)) != told


@pytest.mark.parametrize(("gap", "told"), [(6.0, True), (0.0, False)])
@pytest.mark.parametrize("seed", range(3))
def test_answers_in_whole_numbers_beside_a_long_feature_are_no_two_groups(seed: int, gap: float, told: bool) -> None:
    """Between two answers there is nobody, which two Gaussians take for a valley; between two groups there is one."""
    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 6, 600) + gap * rng.integers(0, 2, 600)
    table = pd.DataFrame({"spend": rng.normal(0.0, 12.0, 600), "answers": answers})
    columns = tuple(Column(name=name, role="active", kind="number", label=name) for name in table)
    made = fit_features(table, Dataset(spec="", title="", spec_hash="", as_of=None, currency="", columns=columns))
    partition = Partition(1, made.matrix[:1], np.zeros(600, dtype=np.int64), 1.0, None, 0.0)
    own = record(2, elongation(made.matrix, partition), 2.0)
    decision = decide([own], bounds=(2, 12))

    held = doubted(decision, own, made.matrix, partition, by_place(600), Lattice.of(made.matrix, made.transform))

    assert any("left these together" in str(words) for words in held.disagreements) == told


def test_of_fewer_kinds_of_customers_than_k_no_more_are_looked_for_than_there_are() -> None:
    """Nobody asked for twelve; somebody who does is told that there are not so many."""
    kinds = np.array([[x, y] for x in range(3) for y in range(2)], dtype=np.float64)
    matrix = np.repeat(kinds, 40, axis=0)
    everybody = _Deciding(matrix, by_place(len(matrix)), np.arange(len(matrix)), None)

    _, records = _swept(everybody, Options(), Stopwatch(), None)

    assert records[-1].k == len(kinds)
    with pytest.raises(InputError, match="too few different customers"):
        _swept(everybody, Options(k_max=12), Stopwatch(), None)


def judged_strong(matrix: np.ndarray, labels: np.ndarray, lattice: Lattice | None = None) -> tuple[str, bool]:
    """The verdict that is left of a strong one on round segments, and whether one is told to hold two groups."""
    k = int(labels.max()) + 1
    centres = np.array([matrix[labels == at].mean(axis=0) for at in range(k)])
    own = record(k, 1.3, float(k))
    decision = decide([own], bounds=(2, 12))
    assert decision.verdict == "strong"
    held = doubted(decision, own, matrix, Partition(k, centres, labels, 1.0, None, 0.0), by_place(len(matrix)), lattice)
    return held.verdict, any("left these together" in str(words) for words in held.disagreements)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("together", [True, False])
def test_two_round_groups_left_together_beside_far_ones_are_told(seed: int, together: bool) -> None:
    """One of six groups fewer comes back and has a clear silhouette; in five features one search misses the two."""
    rng, group = np.random.default_rng(seed), np.repeat(np.arange(6), 150)
    middles = np.array([[0, 0], [0, 5.5], [30, 0], [30, 12], [0, 40], [12, 40]])
    matrix = rng.normal(size=(900, 5)) * [1.6, 1.0, 2.5, 2.0, 1.5]
    matrix[:, :2] += middles[group]
    labels = np.maximum(group - 1, 0) if together else group

    assert judged_strong(matrix, labels) == (("weak", True) if together else ("strong", False))


@pytest.mark.parametrize("seed", range(3))
def test_what_three_features_say_together_comes_in_steps_and_parts_no_groups(seed: int) -> None:
    """Spend over an average order is a whole number of orders, along an axis that is next to nothing long."""
    rng = np.random.default_rng(seed)
    orders, average = rng.integers(5, 9, 900), np.exp(rng.normal(3, 0.5, 900))
    rounded = np.log(np.column_stack([orders + rng.random(900), average, orders * average]))
    matrix = (rounded - rounded.mean(axis=0)) / rounded.std(axis=0)

    assert judged_strong(np.vstack([matrix, matrix + 40.0]), np.repeat([0, 1], 900)) == ("strong", False)


def test_who_has_none_of_a_part_is_no_group_within_a_segment() -> None:
    rng = np.random.default_rng(0)
    amounts = np.exp(rng.normal(3, 0.5, (1_200, 3)))
    amounts[rng.random(1_200) < 0.4, 2] = 0.0
    parts = amounts / amounts.sum(axis=1, keepdims=True)
    spend, visits = np.repeat([0.0, 60.0], 600) + rng.normal(size=1_200), rng.normal(size=1_200)
    table = pd.DataFrame({"spend": spend, "visits": visits, **{f"part_{at}": part for at, part in enumerate(parts.T)}})
    columns = tuple(
        Column(
            name=name,
            role="active",
            kind="number",
            label=name,
            group="parts" if name.startswith("part") else None,
            transform=("standardize",),
        )
        for name in table
    )
    made = fit_features(table, Dataset(spec="", title="", spec_hash="", as_of=None, currency="", columns=columns))
    labels = np.repeat(np.arange(2), 600)

    blind, seen = (
        judged_strong(made.matrix, labels, Lattice.of(made.matrix, made.transform, told)) for told in ((), columns)
    )

    assert blind == ("weak", True)
    assert seen == ("strong", False)
