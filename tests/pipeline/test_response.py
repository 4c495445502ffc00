"""The response model: calibrated, readable, blind to what it must not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.campaigns import PAST, RECEIVED, SEGMENT, known_of_customers, predict
from pipeline.campaigns.learning.offers import RESPONDED, last_campaign, offers_of_last
from pipeline.campaigns.learning.response_model import calibrate, contributions, cross_fit, fit_response, folds, reasons
from pipeline.contract import Column, ResponseModel
from tests.pipeline.campaigns_support import campaign, dataset, people, subject


def offers(frame: pd.DataFrame, leaky: frozenset[str] = frozenset()):  # type: ignore[no-untyped-def]
    it = subject(frame)
    chosen = last_campaign(it.customers, it.dataset)
    assert chosen is not None
    return offers_of_last(it.customers, it.dataset, it.segments, it.cards, chosen, leaky)


def test_held_out_predictions_are_calibrated_and_near_the_truth() -> None:
    frame, truth = people(4000)
    known = offers(frame)

    probability = cross_fit(known.known, known.columns, known.outcome, seed=0).mean(axis=0)

    made = calibrate(probability, known.outcome)
    assert made.mean_predicted == pytest.approx(made.observed, rel=0.03)
    assert np.abs(probability - truth).mean() < 0.03
    assert all(abs(predicted - observed) < 0.07 for _, predicted, observed in made.bins)


def test_the_last_campaign_is_predicted_from_earlier_ones_only() -> None:
    frame, _ = people(300)

    known = offers(frame)

    assert set(known.known.columns) == {"spend", "recency", "city", SEGMENT, RECEIVED, RESPONDED}
    assert known.known[RESPONDED].tolist() == frame["first"].tolist()


def test_neither_the_outcome_nor_a_later_one_reaches_a_feature() -> None:
    frame, _ = people(300)
    it = subject(frame, (campaign("first"), campaign("last")))
    earlier = it.dataset.campaigns[0]
    other = frame.assign(first=1 - frame["first"], last=1 - frame["last"])

    before, columns = known_of_customers(frame, it.dataset, it.segments, it.cards, earlier, frozenset())
    after, _ = known_of_customers(other, it.dataset, it.segments, it.cards, earlier, frozenset())

    pd.testing.assert_frame_equal(before, after)
    assert PAST not in {column.name for column in columns}


def test_of_dated_campaigns_only_those_that_began_before_count() -> None:
    frame, _ = people(300)
    late, early = campaign("first", start="2024-03-01"), campaign("last", start="2024-01-01")
    it = subject(frame, (late, early))

    known, _ = known_of_customers(frame, it.dataset, it.segments, it.cards, late, frozenset())

    assert last_campaign(frame, it.dataset) == late
    assert known[RESPONDED].tolist() == frame["last"].tolist()


def test_a_column_computed_from_an_outcome_is_left_out() -> None:
    frame, _ = people(300)
    frame = frame.assign(answers=frame["first"] + frame["last"])
    extra = (Column(name="answers", role="passive", kind="number", label="Answers"),)
    it = subject(frame)
    data = dataset(it.dataset.campaigns, extra=extra)

    open_to_it, _ = known_of_customers(frame, data, it.segments, it.cards, data.campaigns[1], frozenset())
    guarded, _ = known_of_customers(frame, data, it.segments, it.cards, data.campaigns[1], frozenset({"answers"}))

    assert "answers" in open_to_it
    assert "answers" not in guarded


def test_answers_by_chance_are_not_foreseen() -> None:
    frame, _ = people(1500)
    frame = frame.assign(last=np.random.default_rng(5).binomial(1, 0.3, len(frame)).astype(float))
    known = offers(frame)

    held_out = calibrate(cross_fit(known.known, known.columns, known.outcome, seed=0)[0], known.outcome)

    assert held_out.auc == pytest.approx(0.5, abs=0.05)


def test_folds_share_out_the_responses_by_seed() -> None:
    outcome = np.array([1.0] * 20 + [0.0] * 80)

    made = folds(outcome, 3)

    assert np.bincount(made).tolist() == [20] * 5
    assert np.bincount(made[outcome == 1]).tolist() == [4] * 5
    assert (made == folds(outcome, 3)).all()
    assert (made != folds(outcome, 4)).any()


def test_the_model_is_its_terms_added_up() -> None:
    frame, _ = people(500)
    known = offers(frame)
    model = fit_response(known.known, known.columns, known.outcome)

    score = contributions(model, known.known).sum(axis=1) + model.intercept

    assert predict(model, known.known) == pytest.approx(1 / (1 + np.exp(-score)))
    assert predict(model, known.known).mean() == pytest.approx(known.outcome.mean(), rel=1e-3)


def test_a_stored_model_predicts_the_same() -> None:
    frame, _ = people(500)
    known = offers(frame)
    model = fit_response(known.known, known.columns, known.outcome)

    stored = ResponseModel.model_validate_json(model.model_dump_json())

    assert predict(stored, known.known).tolist() == predict(model, known.known).tolist()


def test_reasons_are_the_largest_terms_in_the_column_s_own_words() -> None:
    frame, _ = people(3000)
    known = offers(frame)
    model = fit_response(known.known, known.columns, known.outcome)
    extreme = pd.DataFrame(
        {
            "spend": [5000.0, 3.0],
            "recency": [50.0, 50.0],
            "city": ["Omsk", "Omsk"],
            SEGMENT: ["Takers", "Takers"],
            RECEIVED: [1.0, 1.0],
            RESPONDED: [0.0, 0.0],
        }
    )

    said = reasons(model, extreme)

    assert said[0].startswith("+ big spenders")
    assert said[1].startswith("- light spenders")


def test_missing_and_unseen_values_are_the_average_customer_s() -> None:
    frame, _ = people(500)
    known = offers(frame)
    model = fit_response(known.known, known.columns, known.outcome)
    odd = known.known.head(2).assign(spend=np.nan, city=["Tver", None])

    assert np.isfinite(predict(model, odd)).all()
    assert predict(model, odd.drop(columns="recency")).shape == (2,)


def test_the_model_does_not_depend_on_units() -> None:
    frame, _ = people(500)
    known = offers(frame)
    cents = known.known.assign(recency=known.known["recency"] * 1000)

    first = predict(fit_response(known.known, known.columns, known.outcome), known.known)
    second = predict(fit_response(cents, known.columns, known.outcome), cents)

    assert first == pytest.approx(second, abs=1e-6)
