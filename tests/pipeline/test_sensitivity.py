"""What the decision hangs on: variations judged from scratch, and said beside the decision."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from pipeline.contract import Artifacts, Sensitivity, verdicts
from pipeline.recording import record_training
from pipeline.segmenting import sensitivity_in_words, with_sensitivity
from pipeline.segmenting.sensitivity import agreement
from tests.support import make_training

TRAINING = make_training(400)


def test_agreement_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 4, 300), rng.integers(0, 3, 300)

    assert agreement(first, second) == pytest.approx(adjusted_rand_score(first, second))
    assert agreement(first, first) == 1.0


def test_every_aspect_is_tried_and_groups_that_are_plain_survive_another_seed():
    table = with_sensitivity(TRAINING).sensitivity.set_index(Sensitivity.ASPECT)

    assert set(table.index) == {"seed", "scaler", "outliers", "features"}
    assert table.loc["seed", Sensitivity.AGREEMENT] > 0.95
    assert table[Sensitivity.AGREEMENT].between(-1, 1).all()


def test_two_sentences_name_what_changes_the_number_and_where_agreement_is_least():
    table = pd.DataFrame(
        [("seed", "another seed", 3, "strong", 0.98), ("scaler", "scaled by the quartiles", 5, "weak", 0.4)],
        columns=[Sensitivity.ASPECT, Sensitivity.CHANGE, Sensitivity.K, Sensitivity.VERDICT, Sensitivity.AGREEMENT],
    )

    number, agreement = sensitivity_in_words(table, TRAINING.decision.model_copy(update={"k": 3}))

    assert number == "1 of 2 other ways of preparing the data leads to 3 too (scaled by the quartiles: 5)."
    assert "0.40 to 0.98" in agreement
    assert agreement.endswith("least with: scaled by the quartiles.")


def test_no_agreement_is_written_as_minus_nothing():
    table = pd.DataFrame(
        [("features", "without c1", 3, "none", -0.001), ("features", "without c2", 3, "none", -0.002)],
        columns=[Sensitivity.ASPECT, Sensitivity.CHANGE, Sensitivity.K, Sensitivity.VERDICT, Sensitivity.AGREEMENT],
    )

    number, agreement = sensitivity_in_words(table, TRAINING.decision.model_copy(update={"k": 2}))

    assert number.startswith("None of 2 other ways of preparing the data lead to 2 too (")
    assert "by 0.00 to 0.00" in agreement


def test_how_few_ways_lead_to_the_same_number_is_told_once():
    table = pd.DataFrame(
        [
            ("seed", "another seed", 3, "strong", 0.98),
            *[("features", f"without c{n}", 4, "weak", 0.4) for n in range(3)],
        ],
        columns=[Sensitivity.ASPECT, Sensitivity.CHANGE, Sensitivity.K, Sensitivity.VERDICT, Sensitivity.AGREEMENT],
    )
    records, orders = [one.record for one in TRAINING.candidates], pd.DataFrame({"orders": [3]})
    for k, doubt in ((3, "Only 1 of 4 other ways of preparing the data leads to 3"), (5, "None of 4 other ways of")):
        chosen = TRAINING.decision.model_copy(update={"k": k, "verdict": "strong"})

        told = verdicts.reviewed(chosen, records, table, orders, "orders")

        assert sum(words.startswith(doubt) for words in told.disagreements) == 1
        number, _agreement = sensitivity_in_words(table, told)
        assert number.startswith("Prepared in other ways the data lead to other numbers (")
        assert "without c0: 4" in number


def test_the_decision_card_and_the_table_are_logged_with_the_sweep():
    table = with_sensitivity(TRAINING).sensitivity
    parent = record_training(replace(TRAINING, sensitivity=table), {}).parent

    card = json.loads(parent.records[Artifacts.DECISION_CARD])
    assert card["verdict"] == TRAINING.decision.verdict
    assert [one["k"] for one in card["candidates"]] == [one.record.k for one in TRAINING.candidates]
    assert len(card["sensitivity"]) == len(table) == len(parent.tables[Artifacts.SENSITIVITY])
    assert TRAINING.decision.reason.split(".")[0] in parent.records[Artifacts.DECISION_PAGE]
    assert parent.tags["verdict"] == TRAINING.decision.verdict
