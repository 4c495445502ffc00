"""Drift of new customers against those trained on, and what is said of missing and unseen values."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Assignments, SavedSweep, Segmentation
from pipeline.scoring.drift import measure_drift, stability_index
from pipeline.store import Store


@pytest.fixture
def trained(store: Store, saved: SavedSweep) -> Segmentation:
    return store.load(saved.run_ids[3])


def labels(segmentation: Segmentation) -> np.ndarray:
    return segmentation.assignments[Assignments.SEGMENT].to_numpy()


def test_the_index_is_the_one_worked_out_by_hand() -> None:
    expected = 0.2 * np.log(0.7 / 0.5) - 0.2 * np.log(0.3 / 0.5)

    assert stability_index(np.array([70, 30]), np.array([500, 500])) == pytest.approx(expected)


def test_the_training_customers_have_not_moved(trained: Segmentation) -> None:
    drift = measure_drift(trained.customers, labels(trained), trained)

    assert {one.word for one in drift.features} == {"stable"}
    assert drift.segments_word == "stable"
    assert drift.segments_psi == pytest.approx(0)
    assert f"{len(drift.features)} of {len(drift.features)} features stable" in " ".join(drift.notes())


def test_tripled_spend_has_drifted_and_nothing_else_has(trained: Segmentation) -> None:
    moved = trained.customers.assign(spend=3 * trained.customers["spend"])
    drift = measure_drift(moved, labels(trained), trained)

    assert [one.column for one in drift.features if one.word != "stable"] == ["spend"]
    assert next(one for one in drift.features if one.column == "spend").word == "drifted"
    assert any("Total spend drifted (index" in note for note in drift.notes())


def test_a_handful_of_customers_is_not_called_drift_by_chance(trained: Segmentation) -> None:
    few = trained.customers.sample(20, random_state=0)
    drift = measure_drift(few, labels(trained)[few.index], trained)

    assert max(one.psi for one in drift.features) > 0.25  # what the usual words would call drifted
    assert sum(one.word != "stable" for one in drift.features) <= 1


def test_a_changed_mix_of_segments_is_told(trained: Segmentation) -> None:
    drift = measure_drift(trained.customers, np.zeros(len(trained.customers), dtype=np.int64), trained)

    assert drift.segments_word == "drifted"
    assert [one.share for one in drift.segments] == [1, 0, 0]
    assert drift.segments[0].name in drift.notes()[-1]


def test_missing_values_are_told_with_what_stands_in_for_them(trained: Segmentation) -> None:
    customers = trained.customers.assign(orders=trained.customers["orders"].astype("float64"))
    customers.loc[:2, "orders"] = np.nan
    fill = dict(zip(trained.transform.names, trained.transform.fill, strict=True))["orders"]
    notes = measure_drift(customers, labels(trained), trained).notes()

    assert f"Orders: missing for 3 customers, treated as in training: {fill:.3g} stands in" in notes


def test_unseen_categories_are_told_and_known_not_to_matter(trained: Segmentation) -> None:
    column = next(one for one in trained.dataset.columns if one.kind == "category" and one.name in trained.customers)
    customers = trained.customers.assign(**{column.name: trained.customers[column.name].astype("object")})
    customers.loc[0, column.name] = "Martian"
    (note,) = measure_drift(customers, labels(trained), trained).substitutions

    assert note == (
        f"{column.label}: 'Martian' not seen in training (1 customer); treated as unknown, the segment "
        "does not depend on it"
    )


def test_the_summary_is_json(trained: Segmentation) -> None:
    drift = measure_drift(trained.customers.head(1), labels(trained)[:1], trained)
    read = json.loads(json.dumps(drift.summary(), allow_nan=False))

    assert read["customers"] == 1
    assert [one["column"] for one in read["features"]] == list(trained.transform.names)
    assert read["segments"] == [asdict(one) for one in drift.segments]


def test_a_column_without_any_value_is_no_error(trained: Segmentation) -> None:
    customers = trained.customers.assign(spend=pd.Series(np.nan, index=trained.customers.index))
    spend = next(one for one in measure_drift(customers, labels(trained), trained).features if one.column == "spend")

    assert (spend.word, spend.median) == ("drifted", None)


def halved(trained: Segmentation, seed: int) -> tuple[Segmentation, pd.DataFrame, np.ndarray]:
    """The run as if trained on a random part of its customers, and 40 of the others as new ones with their segments."""
    order = np.random.default_rng(seed).permutation(len(trained.customers))
    new, old = np.sort(order[:40]), np.sort(order[40:])
    kept = replace(
        trained,
        customers=trained.customers.iloc[old].reset_index(drop=True),
        assignments=trained.assignments.iloc[old].reset_index(drop=True),
    )
    return kept, trained.customers.iloc[new], labels(trained)[new]


def test_of_clean_files_one_in_twenty_is_told_of_drift(trained: Segmentation) -> None:
    drifts = [
        measure_drift(customers, placed, run)
        for run, customers, placed in (halved(trained, seed) for seed in range(60))
    ]
    told = sum(
        any(one.word != "stable" for one in drift.features) or drift.segments_word != "stable" for drift in drifts
    )

    assert told <= 6  # three are expected; each feature at its own 5 % would tell of drift in about twenty


def test_what_chance_reaches_is_what_the_word_goes_by(trained: Segmentation) -> None:
    run, customers, placed = halved(trained, 1)
    drift = measure_drift(customers.assign(spend=2 * customers["spend"]), placed, run)

    assert any(one.word != "stable" for one in drift.features)
    for one in drift.features:
        assert (one.word != "stable") == (one.psi >= max(one.chance, 0.1))
