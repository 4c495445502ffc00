"""Heaps of customers told from a heap that was cut, and the dip test behind it."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analyse import _Deciding, _swept
from pipeline.contract import Column, Dataset
from pipeline.folding import by_place
from pipeline.segmenting import (
    Lattice,
    assess_stability,
    decide,
    doubted_for_zeros,
    fit_features,
    judged,
    null_silhouettes,
    silhouettes,
    sweep,
)
from pipeline.segmenting.quality import elongation
from pipeline.segmenting.stability import Stability
from pipeline.segmenting.valleys.heaps import count_heaps, dip, has_valley
from pipeline.stages import Options
from pipeline.stopwatch import Stopwatch

RNG = np.random.default_rng


def decision_for(matrix, last=5):
    return decided((matrix - matrix.mean(axis=0)) / matrix.std(axis=0), last)


def decided(matrix, last):
    ks = range(2, last + 1)
    partitions = sweep(matrix, ks, seed=0)
    measured = silhouettes(matrix, [one.labels for one in partitions], seed=0)
    stability = assess_stability(matrix, partitions, seed=0)
    return decide(
        judged(matrix, partitions, measured, stability, null_silhouettes(matrix, list(ks), seed=0)), bounds=(2, last)
    )


def twelve_in_four_families(rng):
    middles = rng.normal(size=(4, 1, 5)) * 16
    centres = middles + 5 * np.array([[0, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]])
    return centres.reshape(12, 5)[rng.integers(0, 12, 800)] + rng.normal(size=(800, 5))


def two_modes_in_one_of_five(rng):
    values = rng.normal(size=(800, 5))
    values[:, 0] += 5 * (rng.random(800) < 0.25)
    return values


def horseshoe(rng):
    angle = rng.uniform(0, np.pi, 700)
    return 3 * np.column_stack([np.cos(angle), np.sin(angle)]) + 0.25 * rng.normal(size=(700, 2))


def bent_ramp(rng):
    along = rng.uniform(-1, 1, size=(700, 1))
    return 2.5 * np.hstack([along, along**2, along**3]) @ rng.normal(size=(3, 6)) + 0.8 * rng.normal(size=(700, 6))


def bent_in_six(rng):
    angle = rng.uniform(0, np.pi, 700)
    return 3 * np.column_stack([np.cos(angle), np.sin(angle)]) @ rng.normal(size=(2, 6)) + 0.6 * rng.normal(
        size=(700, 6)
    )


def open_ring(rng):
    angle = rng.uniform(0, 1.6 * np.pi, 700)
    return 3 * np.column_stack([np.cos(angle), np.sin(angle)]) + 0.4 * rng.normal(size=(700, 2))


def ring_in_two(rng):
    angle = rng.uniform(0, np.pi / 2, 700) + np.pi * (rng.random(700) < 0.5)
    return 3 * np.column_stack([np.cos(angle), np.sin(angle)]) + 0.4 * rng.normal(size=(700, 2))


def many_features(rng, p=60):
    return np.where(rng.random(700) < 0.5, 0.4, -0.4)[:, None] + rng.normal(size=(700, p))


def two_modes_in_one(rng, p=5, share=0.5):
    values = rng.normal(size=(700, p))
    values[:, 0] += 5.0 * (rng.random(700) < share)
    return values


@pytest.mark.parametrize("continuum", [horseshoe, bent_in_six, open_ring, bent_ramp])
def test_a_bent_continuum_has_no_groups(continuum):
    assert decision_for(continuum(RNG(3))).verdict == "none"


@pytest.mark.parametrize(
    "two", [ring_in_two, many_features, two_modes_in_one, lambda rng: two_modes_in_one(rng, share=0.25)]
)
def test_two_clear_groups_are_found_though_little_of_the_silhouette_tells(two):
    assert decision_for(two(RNG(3))).supported_k == 2


def test_a_group_that_is_cut_in_two_is_one_heap_and_a_small_one_is_another():
    rng = RNG(0)

    def drawn():
        return np.vstack([rng.normal(size=(400, 3)), rng.normal(size=(20, 3)) + 6])

    [guide] = sweep(drawn(), [3], seed=0)
    assert count_heaps(drawn(), guide) == 2


def test_long_groups_are_told():
    rng = RNG(4)
    places = 12.0 * np.eye(3, 6)[rng.integers(0, 3, 600)]
    round_ones, long_ones = (places + rng.normal(size=(600, 6)) * [1, 1, 1, length, 1, 1] for length in (1, 3))

    assert not any("as long as" in told for told in decision_for(round_ones, last=3).disagreements)
    partitions = sweep(long_ones, [3], seed=0)
    assert elongation(long_ones, partitions[0]) == pytest.approx(3, rel=0.15)
    assert any("as long as" in told for told in decided(long_ones, 3).disagreements)


def test_fourteen_groups_are_looked_for_beyond_twelve_unless_somebody_says_how_far_to_go():
    rng = RNG(2)
    centres = 9 * np.array([[x, y, (x + y) % 2] for x in range(4) for y in range(4)])[:14]
    matrix = centres[rng.integers(0, 14, 350)] + rng.normal(size=(350, 3))
    everybody = _Deciding(matrix, by_place(350), np.arange(350), None)

    _, widened = _swept(everybody, Options(), Stopwatch(), None)
    _, kept = _swept(everybody, Options(k_max=3), Stopwatch(), None)
    decision = decide(widened, bounds=(2, 20))

    assert (widened[-1].k, kept[-1].k) == (20, 3)
    assert (decision.k, decision.verdict) == (14, "strong")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 1.0, 2.0, 3.0], 1 / 8),  # evenly spaced: half a step, the least of four values
        ([0.0, 0.1, 0.9, 1.0], 2 / 9),  # these three as the published algorithm (AS 217) has them
        ([0.0, 1.0, 2.0, 10.0, 11.0, 12.0], 1 / 5),
        ([0.0, 0.1, 0.2, 0.3, 0.9, 1.0, 1.1, 1.2], 1 / 6),
        ([0.0, 0.0, 1.0, 1.0], 1 / 8),  # equal values are no modes of their own
    ],
)
def test_the_dip_of_a_few_values(values, expected):
    assert dip(np.array(values)) == pytest.approx(expected)


def test_a_valley_is_seen_and_none_is_where_there_is_one_mode():
    rng = RNG(1)
    uniform = [has_valley(rng.random(200)) for _ in range(400)]
    assert sum(uniform) <= 12  # 1 % is 4
    assert not any(has_valley(rng.normal(size=200)) for _ in range(100))
    assert not any(has_valley(rng.poisson(3, 200).astype(float)) for _ in range(50))
    assert all(has_valley(np.concatenate([rng.normal(size=60), rng.normal(6, 1, 60)])) for _ in range(50))
    assert not has_valley(np.array([0.0, 1.0] * 3))  # too few to tell


def test_groups_that_one_seeding_of_a_half_misses_are_sought_again():
    """Twelve groups in four families were told as nine, since many halves had begun badly."""
    matrix = twelve_in_four_families(RNG(1))

    assert decision_for(matrix, 12).supported_k == 12


def test_a_small_group_that_one_feature_parts_is_found_though_the_others_blur_it():
    decision = decision_for(two_modes_in_one_of_five(RNG(6)))

    assert (decision.supported_k, decision.verdict) == (2, "weak")


def shares_of(amounts):
    """The clustered space of what was bought in each category, as a share of all, with the sum beside it."""
    spend = amounts.sum(axis=1)
    parts = {f"part_{at}": part for at, part in enumerate((amounts / spend[:, None]).T)}
    table = pd.DataFrame({"spend": spend, **parts})
    columns = [Column(name="spend", role="active", kind="number", label="Spend", transform=("log1p", "standardize"))]
    columns += [
        Column(name=name, role="active", kind="number", label=name, group="parts", transform=("standardize",))
        for name in parts
    ]
    dataset = Dataset(spec="", title="", spec_hash="", as_of=None, currency="", columns=tuple(columns))
    return fit_features(table, dataset), dataset.columns


def test_shares_of_amounts_that_hang_together_in_no_way_are_one_heap():
    """In shares every corner, where one amount is nearly all, heaps of its own; in their ratios there is one mode."""
    features, columns = shares_of(np.exp(3 + 1.5 * RNG(0).normal(size=(2240, 4))))
    partitions = sweep(features.matrix, [4], seed=0)

    blind, seen = (
        assess_stability(
            features.matrix, partitions, seed=0, lattice=Lattice.of(features.matrix, features.transform, told)
        )[4].heaps
        for told in ((), columns)
    )

    assert blind > 2
    assert seen < 1.25


def with_zeros(rng, parts, nothing):
    """Amounts that hang together in no way, of which a share ``nothing`` is 0."""
    return np.where(rng.random((2240, parts)) < nothing, 0.0, np.exp(3 + rng.normal(size=(2240, parts))))


def baskets_of_kinds(rng, orders=8):
    """Four kinds who buy mostly one of six things, a few times each, so that many have none of some."""
    chances = (np.ones((4, 6)) + 7 * np.eye(4, 6)) / 13
    counts = rng.poisson(orders, 1200) + 1
    bought = [
        rng.multinomial(count, chances[kind]) for count, kind in zip(counts, rng.integers(0, 4, 1200), strict=True)
    ]
    return np.array(bought) * np.exp(rng.normal(2, 0.3, (1200, 6)))


@pytest.mark.parametrize(
    ("amounts", "verdict"),
    [(with_zeros(RNG(3), 4, 0.5), "weak"), (with_zeros(RNG(3), 5, 0.5), "weak"), (baskets_of_kinds(RNG(0)), "strong")],
)
def test_who_buys_something_of_what_at_all_is_no_strong_division(amounts, verdict):
    """Independent amounts, half of them 0, come in heaps by what is bought at all; so do groups, in more."""
    features, columns = shares_of(np.where(amounts.sum(axis=1, keepdims=True) > 0, amounts, 1.0))
    matrix, lattice = features.matrix, Lattice.of(features.matrix, features.transform, columns)
    (partition,) = sweep(matrix, [amounts.shape[1] if verdict == "weak" else 4], seed=0)
    measured = silhouettes(matrix, [partition.labels], seed=0)
    back = {partition.k: Stability(0.95, (), (), float(partition.k))}
    (own,) = judged(matrix, [partition], measured, back, null_silhouettes(matrix, [partition.k], seed=0))
    decision = decide([own], bounds=(2, 8))

    held = doubted_for_zeros(decision, own, matrix, by_place(len(matrix)), lattice, 0)

    assert (decision.verdict, held.verdict) == ("strong", verdict)
    assert any("something of what at all" in str(words) for words in held.disagreements) == (verdict == "weak")
    assert ("clearly support" in str(held.reason)) == (verdict == "strong")
    assert doubted_for_zeros(
        decision, own, matrix, by_place(len(matrix)), Lattice.of(matrix, features.transform), 0
    ) == (decision)


def test_groups_that_buy_in_other_shares_keep_their_valleys():
    rng = RNG(0)
    mixes = np.array([[3, 2, 5, 1], [6, 2, 2, 1], [3, 5, 2, 4], [5.5, 5, 5, 4]])[rng.integers(0, 4, 900)]
    features, columns = shares_of(np.exp(mixes + 0.45 * rng.normal(size=(900, 4))))
    lattice = Lattice.of(features.matrix, features.transform, columns)

    stability = assess_stability(features.matrix, sweep(features.matrix, [4], seed=0), seed=0, lattice=lattice)

    assert stability[4].heaps == pytest.approx(4.0, abs=0.1)
