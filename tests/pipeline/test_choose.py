"""The rule for k on literal candidates."""

import numpy as np
import pytest

from pipeline.contract import CandidateRecord
from pipeline.errors import UsageError
from pipeline.segmenting import at_the_end, decide, override
from pipeline.segmenting.choose import elbow


def candidates(strengths, silhouettes, nulls, inertias=None, heaps=None):
    heaps = heaps or [None] * len(strengths)
    ks = range(2, 2 + len(strengths))
    inertias = inertias or [1000 / k for k in ks]
    return [
        CandidateRecord(
            k=k,
            inertia=inertia,
            silhouette=silhouette,
            silhouette_se=None,
            calinski_harabasz=1.0,
            davies_bouldin=1.0,
            stability=strength,
            null_silhouette=null,
            heaps=heap,
            seed_spread=None,
            sizes=(10,) * k,
            silhouette_by_segment=(silhouette,) * k,
            seconds=0.0,
        )
        for k, strength, silhouette, null, inertia, heap in zip(
            ks, strengths, silhouettes, nulls, inertias, heaps, strict=True
        )
    ]


RETAILER = candidates([0.96, 0.93, 0.85, 0.41], [0.24, 0.20, 0.20, 0.18], [0.18, 0.13, 0.12, 0.11])


def test_the_largest_supported_k_wins():
    decision = decide(RETAILER, bounds=(2, 8))
    assert (decision.k, decision.supported_k, decision.verdict) == (4, 4, "strong")
    assert "4 is the largest number of segments that the data clearly support" in decision.reason


@pytest.mark.parametrize(("silhouettes", "few"), [([0.24, 0.20, 0.20, 0.18], True), ([0.20, 0.20, 0.22, 0.30], False)])
def test_a_silhouette_that_asks_for_more_segments_is_not_said_to_favour_few(silhouettes, few):
    decision = decide(candidates([0.96, 0.93, 0.85, 0.41], silhouettes, [0.14, 0.13, 0.12, 0.11]), bounds=(2, 8))

    assert decision.k == 4
    assert any("favours few, coarse groups" in str(words) for words in decision.disagreements) == few
    assert any("whether so many come back" in str(words) for words in decision.disagreements) != few


def test_halving_a_large_group_is_no_further_segment_though_it_comes_back():
    decision = decide(
        candidates([0.8, 1.0, 1.0, 0.84], [0.66, 0.75, 0.78, 0.36], [0.3, 0.25, 0.25, 0.24]), bounds=(2, 8)
    )
    assert (decision.k, decision.supported_k, decision.verdict) == (4, 4, "strong")


def test_one_heap_has_no_segments_however_far_its_ends_lie_apart():
    decision = decide(candidates([0.95, 0.9], [0.5, 0.55], [0.3, 0.3], heaps=[1.1, 1.0]), bounds=(2, 3))
    assert (decision.verdict, decision.supported_k) == ("none", None)


@pytest.mark.parametrize(
    ("strength", "silhouette", "heaps", "verdict"),
    [
        (0.74, 0.22, 1.6, "weak"),  # some customers are misplaced, and yet most halves see the valley
        (0.74, 0.22, 1.0, "none"),
        (0.74, 0.18, 1.6, "none"),
        (0.66, 0.22, 1.6, "none"),
        (0.84, 0.22, 1.6, "strong"),
    ],
)
def test_groups_that_barely_come_back_count_weakly_where_a_valley_and_the_silhouette_speak_for_them(
    strength, silhouette, heaps, verdict
):
    decision = decide(candidates([strength, 0.5], [silhouette, 0.17], [0.14, 0.14], heaps=[heaps, None]), bounds=(2, 3))
    assert decision.verdict == verdict
    assert ("most halves there is a valley" in str(decision.reason)) == (verdict == "weak")


def test_where_a_k_comes_back_surely_none_that_barely_does_takes_its_place():
    """Three of four groups that overlap have valleys between them, and yet four come back and stand out."""
    decision = decide(
        candidates([0.99, 0.79, 0.85], [0.30, 0.34, 0.42], [0.18, 0.16, 0.16], heaps=[2.0, 3.0, 2.6]), bounds=(2, 4)
    )
    assert (decision.k, decision.verdict) == (4, "strong")


def test_groups_with_valleys_between_them_need_no_lead_of_the_silhouette():
    decision = decide(candidates([1.0, 0.5], [0.08, 0.06], [0.06, 0.05], heaps=[2.0, None]), bounds=(2, 3))
    assert (decision.supported_k, decision.verdict) == (2, "strong")


def test_a_cut_of_a_heap_is_no_further_segment_though_its_silhouette_stands_out():
    cut = candidates([1.0, 1.0, 0.85], [0.5, 0.6, 0.55], [0.3, 0.25, 0.25], heaps=[2.0, 3.0, 3.0])
    small = candidates([1.0, 1.0, 0.85], [0.5, 0.6, 0.55], [0.3, 0.25, 0.25], heaps=[2.0, 3.0, 3.7])
    assert (decide(cut, bounds=(2, 4)).k, decide(small, bounds=(2, 4)).k) == (3, 4)


HIERARCHY = candidates(
    [1.0, 0.95, 0.5, 0.6, 0.96, 1.0, 0.97], [0.4, 0.7, 0.6, 0.5, 0.45, 0.5, 0.6], [0.2] * 7
)  # k from 2 to 8


def test_within_a_maximum_the_level_above_is_taken_and_not_the_largest_strength():
    decision = decide(HIERARCHY, bounds=(2, 7))
    assert (decision.k, decision.supported_k, decision.verdict) == (3, 8, "weak")
    assert "of these 3 are most clearly apart" in decision.reason


def test_a_best_k_at_the_end_of_the_range_may_have_a_better_one_beyond():
    assert at_the_end(HIERARCHY)  # the last is supported
    assert not at_the_end(RETAILER)
    assert at_the_end(candidates([0.6, 0.5], [0.3, 0.4], [0.2, 0.2]))  # nothing comes back yet, but it grows clearer
    assert not at_the_end(candidates([0.6, 0.5], [0.3, 0.31], [0.3, 0.3]))  # as structure-free data do


def test_no_structure_is_said_so():
    decision = decide(candidates([0.6, 0.5, 0.4], [0.2, 0.2, 0.2], [0.2, 0.2, 0.2]), bounds=(2, 4))
    assert (decision.verdict, decision.supported_k) == ("none", None)
    assert "no separate groups" in decision.reason


def test_stable_halves_of_a_continuum_are_no_structure():
    decision = decide(candidates([0.95, 0.9], [0.30, 0.25], [0.29, 0.24]), bounds=(2, 3))
    assert decision.verdict == "none"


def test_bounds_that_exclude_the_supported_k_make_the_verdict_weak():
    decision = decide(candidates([0.93, 0.65, 0.60, 0.66], [0.2] * 4, [0.1] * 4), bounds=(4, 5))
    assert (decision.k, decision.supported_k, decision.verdict) == (5, 2, "weak")
    assert any("outside the 4 to 5 that" in sentence for sentence in decision.disagreements)


def test_a_small_excess_over_structure_free_data_is_weak():
    decision = decide(candidates([0.9, 0.5], [0.20, 0.20], [0.16, 0.10]), bounds=(2, 3))
    assert (decision.k, decision.verdict) == (2, "weak")


def test_a_higher_silhouette_elsewhere_is_named():
    sentences = decide(RETAILER, bounds=(2, 8)).disagreements
    assert any("most clearly apart with 2 segments, not 4" in sentence for sentence in sentences)


@pytest.mark.parametrize("knee", [3, 4, 6])
def test_the_elbow_is_the_point_farthest_below_the_chord(knee):
    inertias = [100 - 20 * (k - 2) if k <= knee else 100 - 20 * (knee - 2) - (k - knee) for k in range(2, 9)]
    assert elbow(candidates([0.5] * 7, [0.1] * 7, [0.1] * 7, inertias)) == knee


def test_a_straight_line_has_no_elbow():
    line = candidates([0.5] * 6, [0.1] * 6, [0.1] * 6, [100 - 5 * k for k in range(2, 8)])
    assert elbow(line) is None
    assert any("no clear knee" in sentence for sentence in decide(line, bounds=(2, 7)).disagreements)


def test_a_persons_choice_is_recorded_as_such():
    decision = override(decide(RETAILER, bounds=(2, 8)), 3, "three campaign teams", RETAILER)
    assert (decision.k, decision.chosen_by, decision.supported_k) == (3, "person", 4)
    assert decision.reason.startswith("Chosen by a person: “three campaign teams”. The rule's own choice was 4.")


def test_what_speaks_against_a_person_s_choice_is_told_of_that_number():
    rule = decide(RETAILER, bounds=(2, 8))
    assert (rule.elbow_k, rule.silhouette_k) == (3, 2)
    assert any("From 3 segments on, not 4" in words for words in rule.disagreements)

    three, five = (override(rule, k, "because", RETAILER).disagreements for k in (3, 5))

    assert not any("From 3 segments on" in words for words in three)
    assert any("with 2 segments, not 3" in words for words in three)
    assert any("From 3 segments on, not 5" in words for words in five)


def test_choosing_a_k_that_was_not_tried_is_refused():
    with pytest.raises(UsageError, match=r"--choose 9.*one of 2, 3, 4, 5"):
        override(decide(RETAILER, bounds=(2, 8)), 9, "because", RETAILER)


def test_candidates_are_not_changed():
    before = [one.model_copy() for one in RETAILER]
    decide(RETAILER, bounds=(2, 8))
    assert before == RETAILER
    assert np.isfinite([one.inertia for one in RETAILER]).all()


def test_none_says_what_is_missing_where_both_figures_pass():
    decision = decide(candidates([0.97, 0.5], [0.30, 0.29], [0.25, 0.25], heaps=[1.0, None]), bounds=(2, 3))

    assert decision.verdict == "none"
    assert "Both are enough, but no valley with few customers lies between these segments" in decision.reason


def test_no_valley_is_spoken_of_where_a_figure_fails_or_the_data_support_it():
    failing = decide(candidates([0.87, 0.5], [0.19, 0.15], [0.19, 0.15], heaps=[1.0, None]), bounds=(2, 3))
    supported = decide(RETAILER, bounds=(2, 8))

    assert failing.verdict == "none"
    assert not any("Both are enough" in decision.reason for decision in (failing, supported))
