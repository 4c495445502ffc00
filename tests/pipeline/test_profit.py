"""Exact arithmetic on examples worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.campaigns import profit
from pipeline.campaigns.profit import advice, break_even, holdout_size, precision_of
from pipeline.statistics import benjamini_hochberg, holm, wilson


def test_break_even_is_cost_over_revenue() -> None:
    assert break_even(3, 11) == pytest.approx(0.272727, abs=1e-6)
    assert break_even(1, 0) == math.inf


def test_wilson_as_in_the_textbook() -> None:
    low, high = wilson([1, 0, 10], [10, 10, 10])  # 95 % intervals as Newcombe (1998) tabulates them

    assert low == pytest.approx([0.0179, 0.0, 0.7225], abs=1e-4)
    assert high == pytest.approx([0.4042, 0.2775, 1.0], abs=1e-4)


def test_wilson_of_nobody_is_unknown() -> None:
    low, high = wilson([0], [0])

    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_benjamini_hochberg_by_hand() -> None:
    # sorted 0.01 0.02 0.03 0.5: raised 0.04 0.04 0.04 0.5
    assert benjamini_hochberg([0.5, 0.01, math.nan, 0.03, 0.02]) == pytest.approx(
        [0.5, 0.04, math.nan, 0.04, 0.04], nan_ok=True
    )


def test_benjamini_hochberg_never_reverses_an_order() -> None:
    # 0.001 x 3 = 0.003, 0.04 x 3 / 2 = 0.06, 0.045 x 3 / 3 = 0.045: the middle one takes the smaller figure after it
    assert benjamini_hochberg([0.001, 0.04, 0.045]) == pytest.approx([0.003, 0.045, 0.045])


def test_holm_by_hand() -> None:
    # sorted 0.01 0.02 0.03: raised 0.03 0.04 0.03, of which the last takes the larger one before it
    assert holm([0.02, math.nan, 0.03, 0.01]) == pytest.approx([0.04, math.nan, 0.04, 0.03], nan_ok=True)
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("n", "low", "high", "word"),
    [
        (29, 0.9, 1.0, "too few"),
        (30, 0.28, 0.4, "act"),
        (30, 0.1, 0.2, "don't"),
        (500, 0.2, 0.3, "test"),
        (500, 0.27, 0.3, "test"),
    ],
)
def test_the_four_words(n: int, low: float, high: float, word: str) -> None:
    assert advice(n, low, high, 0.27) == word


def test_contacts_are_those_who_pay_more_than_they_cost() -> None:
    chosen = profit.worth_contacting(np.array([0.2, 0.25, 0.3]), 1.0, 4.0)

    assert chosen.tolist() == [False, False, True]  # at break-even nothing is won


def test_measured_profit_and_its_interval_by_hand() -> None:
    outcome, contacted = np.array([1.0, 0.0, 1.0, 0.0]), np.array([True, True, False, False])

    money = profit.measured_profit(outcome, contacted, cost=3.0, revenue=11.0)

    # gains 8, -3, 0, 0: total 5, variance 64 + 9 - 25 / 4
    assert money.value == 5.0
    assert money.high - money.value == pytest.approx(1.959964 * math.sqrt(66.75), rel=1e-6)


def test_the_closed_interval_is_that_of_a_bootstrap_over_customers() -> None:
    rng = np.random.default_rng(0)
    outcome = rng.binomial(1, 0.2, 600).astype(float)
    customer = rng.integers(0, 200, 600)
    customer = np.unique(customer, return_inverse=True)[1]
    gains = np.bincount(customer, weights=outcome * 6 - 1)
    drawn = [float(gains[rng.integers(0, len(gains), len(gains))].sum()) for _ in range(4000)]

    money = profit.measured_profit(outcome, np.ones(600, bool), 1.0, 6.0, customer)

    assert (money.high - money.low) / (2 * 1.96) == pytest.approx(np.std(drawn), rel=0.05)


def test_the_curve_ends_at_everybody_and_begins_at_nobody() -> None:
    probability, outcome = np.array([0.1, 0.9, 0.5]), np.array([0.0, 1.0, 1.0])

    curve = profit.profit_curve(probability, outcome, 1.0, 6.0)

    assert curve.contacts.tolist() == [0, 1, 2, 3]
    assert curve.profit.tolist() == [0.0, 5.0, 10.0, 9.0]
    assert curve.low[0] == curve.high[0] == 0.0


def test_the_curve_of_repeated_customers_agrees_with_single_figures() -> None:
    rng = np.random.default_rng(1)
    probability, outcome = rng.random(80), rng.binomial(1, 0.3, 80).astype(float)
    customer = rng.integers(0, 30, 80)

    curve = profit.profit_curve(probability, outcome, 1.0, 6.0, customer)

    order = np.argsort(-probability)
    for at in (1, 40, 80):
        chosen = np.isin(np.arange(80), order[:at])
        money = profit.measured_profit(outcome, chosen, 1.0, 6.0, customer)
        assert curve.profit[at] == pytest.approx(money.value)
        if at == 80:
            spread = np.bincount(np.unique(customer, return_inverse=True)[1], weights=outcome * 6 - 1)
            assert curve.high[at] - curve.profit[at] == pytest.approx(
                1.959964 * math.sqrt(float(spread @ spread) - spread.sum() ** 2 / len(spread)), rel=1e-6
            )


def test_expected_profit_by_hand() -> None:
    money = profit.expected_profit(np.array([0.5, 0.5]), cost=1.0, revenue=6.0)

    # one response expected: 6 - 2; variance 2 x 0.25
    assert money.value == pytest.approx(4.0)
    assert money.high - money.value == pytest.approx(1.959964 * 6 * math.sqrt(0.5), rel=1e-6)


def test_held_out_contacts_move_the_interval_and_not_the_value() -> None:
    predicted, outcome = np.full(200, 0.5), np.repeat([1.0, 0.0], [40, 160])  # half of what was predicted

    judged = profit.judge(predicted, outcome, cost=1.0, revenue=6.0)
    money = profit.expected_profit(predicted, 1.0, 6.0, judged)

    assert (judged.contacts, judged.expected, judged.responses, judged.profit) == (200, 100.0, 40.0, 40.0)
    assert money.value == pytest.approx(400.0)
    assert money.low < 40.0 < money.high < money.value


def test_the_interval_holds_what_a_second_campaign_brings() -> None:
    """Of a list that answered as rarely as one in fifty too, where a plain interval would be of length 0."""
    rng, inside = np.random.default_rng(0), []
    for truth in (0.02, 0.3):
        for _ in range(500):
            p = np.full(100, truth)
            first, second = rng.binomial(1, p).astype(float), rng.binomial(1, p).astype(float)
            judged = profit.judge(np.full(100, 0.5), first, 1.0, 6.0)
            low, high = profit.next_responses(np.array([50.0]), np.array([50 * truth]), judged)
            inside.append(low[0] <= second.sum() <= high[0])

    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_lists_that_pass_promise_what_they_truly_earn() -> None:
    """Promise and measurement share the chance of their answers; uncorrected, weak lists promise a third too much.

    Figures in standard deviations of what was measured; the bound is 1.96 of them.
    """
    rng, ratios = np.random.default_rng(0), {}
    for true in (1.7, 2.0, 2.8, 4.0, 8.0):
        chance = rng.multivariate_normal([0, 0], [[1.0, 0.7], [0.7, 0.8]], 8000)  # measured, promised
        measured, promised = (true + chance[chance[:, 0] > 1.96 - true]).T
        kept = np.array(
            [
                profit.kept_of_promise(p, profit.Interval(m, m - profit.Z95, m + profit.Z95))
                for p, m in zip(promised[:800], measured[:800], strict=True)
            ]
        )
        ratios[true] = promised.mean() / true, (promised[:800] * kept).mean() / true

    assert ratios[2.0][0] > 1.2
    assert all(corrected == pytest.approx(1.0, abs=0.1) for _plain, corrected in ratios.values())
    assert ratios[8.0][1] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("measured", [60.0, 140.0])
def test_what_was_measured_counts_for_a_quarter_of_a_promise(measured: float) -> None:
    """Probabilities that add up to too much or too little are drawn to what such a list earned."""
    kept = profit.kept_of_promise(100.0, profit.Interval(measured, measured - 8.0, measured + 8.0))

    assert 100.0 * kept == pytest.approx(75.0 + measured / 4)


def test_what_is_taken_off_a_promise_falls_with_its_distance_from_the_bound() -> None:
    kept = [profit.kept_of_promise(p, profit.Interval(p, p - profit.Z95, p + profit.Z95)) for p in (2.0, 2.5, 4.0, 9.0)]

    assert kept == sorted(kept)
    assert kept[0] < 0.6
    assert kept[-1] == pytest.approx(1.0, abs=1e-3)
    assert profit.kept_of_promise(5.0, profit.Interval(5.0, 5.0, 5.0)) == 1.0  # everybody answered: nothing was chance


def test_a_list_that_passed_promises_less_and_one_that_failed_is_told_as_it_was() -> None:
    predicted = np.full(100, 0.5)
    passed = profit.judge(predicted, np.repeat([1.0, 0.0], [46, 54]), cost=4.0, revenue=12.0)
    failed = profit.judge(predicted, np.repeat([1.0, 0.0], [40, 60]), cost=4.0, revenue=12.0)

    assert (passed.bears, failed.bears, failed.kept) == (True, False, 1.0)
    assert 0.5 < passed.kept < 0.97
    corrected = profit.expected_profit(predicted, 4.0, 12.0, passed)
    before = profit.expected_profit(predicted, 4.0, 12.0, passed.model_copy(update={"kept": 1.0}))
    assert corrected.value == pytest.approx(passed.kept * before.value)
    assert (corrected.low, corrected.high) == (before.low, before.high)


def test_answers_of_one_customer_and_lists_of_chance_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    outcome, p = np.repeat(rng.binomial(1, 0.5, 50), 2).astype(float), np.full(100, 0.5)

    alone = profit.judge(p, outcome, 1.0, 6.0)
    twice = profit.judge(p, outcome, 1.0, 6.0, np.repeat(np.arange(50), 2))
    chance = profit.judge(p, outcome, 1.0, 6.0, belief=0.0)

    assert alone.inflation == 1.0
    assert twice.inflation == pytest.approx(2.0)
    assert chance.inflation == pytest.approx(1 + profit.CHANCE_LISTS)
    assert profit.judge(p * 0, outcome, 1.0, 6.0).bears is False


def test_the_hold_out_is_the_smallest_that_is_precise_enough() -> None:
    size = holdout_size(1000, 0.3, 0.1)

    assert size is not None
    assert precision_of(1000, size, 0.3) <= 0.1 < precision_of(1000, size - 1, 0.3)
    assert size == 89  # 1/911 + 1/89 = 0.01233 is within 0.1^2 / (1.96^2 x 0.21) = 0.01240; 1/912 + 1/88 is not


def test_a_list_can_be_too_short_for_a_test() -> None:
    assert holdout_size(50, 0.3, 0.05) is None
    assert holdout_size(0, 0.3, 0.05) is None


def test_the_hold_out_group_depends_on_the_seed_alone() -> None:
    contacted = np.arange(100) % 2 == 0

    first, again, other = (profit.draw_holdout(contacted, 10, seed) for seed in (1, 1, 2))

    assert first.sum() == 10
    assert (first & ~contacted).sum() == 0
    assert (first == again).all()
    assert (first != other).any()


def test_a_finished_test_is_read_as_uplift() -> None:
    read = profit.read_test(contacted=400, responses=120, held_out=100, held_out_responses=20, cost=1.0, revenue=6.0)

    assert read.difference == pytest.approx(0.1)
    assert read.profit.value == pytest.approx(400 * (0.1 * 6 - 1))  # 30 % answered, yet most would have come anyway
    assert read.difference_low < 0.1 < read.difference_high
    assert read.profit.low < read.profit.value < read.profit.high
