"""Two runs side by side: who is in both, how alike, what became of each segment; nonsense in the address is told."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from dashapp.data import SegmentationData
from dashapp.pages import compare
from dashapp.pages.compare import facts, figures, figures_runs, pair
from dashapp.theme import LIGHT
from pipeline.contract import Segmentation, Training
from pipeline.settings import Settings
from pipeline.store import Store
from tests.dashapp.conftest import segmentation_of


@pytest.fixture(scope="module")
def both(training: Training) -> tuple[Segmentation, Segmentation]:
    return segmentation_of(training, "a" * 32, 3), segmentation_of(training, "b" * 32, 4)


def test_a_run_beside_itself_is_the_same_in_everything(both: tuple[Segmentation, Segmentation]) -> None:
    found = facts.pair(both[0], both[0])

    assert isinstance(found, facts.Pair)
    assert facts.adjusted_rand(found.table) == pytest.approx(1.0)
    assert (found.common, found.moved) == (400, 0)
    assert [(one.fate, one.overlap) for one in found.matches] == [("same", 1.0)] * 3
    assert all(shift == 0 for one in facts.deltas(found) for shift in one.shifts)


def test_agreement_is_what_scikit_learn_says(both: tuple[Segmentation, Segmentation]) -> None:
    found = facts.pair(*both)
    labels = [one.assignments["segment"] for one in both]

    assert isinstance(found, facts.Pair)
    assert facts.adjusted_rand(found.table) == pytest.approx(adjusted_rand_score(*labels))
    assert found.table.sum(axis=1).tolist() == [card.size for card in both[0].cards]


def test_one_segment_goes_on_one_changed_one_dissolved_and_one_is_new(both: tuple[Segmentation, Segmentation]) -> None:
    table = np.array([[90, 5, 0], [0, 45, 50], [20, 20, 20]])

    found = facts.matches(table, both[0].cards, both[1].cards[:3])

    assert [(one.fate, one.a.segment if one.a else None, one.b.segment if one.b else None) for one in found] == [
        ("same", 0, 0), ("changed", 1, 2), ("dissolved", 2, None), ("new", None, 1)]


def test_runs_on_other_data_are_compared_by_id_or_not_at_all(both: tuple[Segmentation, Segmentation]) -> None:
    a, b = both
    fewer = b.customers.iloc[100:]
    other = dataclasses.replace(
        b, sweep_run_id="e" * 32, customers=fewer, assignments=b.assignments.iloc[100:],
        ledger=b.ledger.model_copy(update={"fingerprint": "other"}))
    nameless = dataclasses.replace(other, dataset=other.dataset.model_copy(update={"id_column": None}))

    found, refused = facts.pair(a, other), facts.pair(a, nameless)

    if a.dataset.id_column is None:
        assert isinstance(found, str)
    else:
        assert isinstance(found, facts.Pair)
        assert found.common == 300
    assert isinstance(refused, str)
    assert "ids of customers" in refused


def test_the_charts_hold_every_common_customer(both: tuple[Segmentation, Segmentation]) -> None:
    found = facts.pair(*both)
    assert isinstance(found, facts.Pair)

    sankey: Any = figures_runs.movers(found, LIGHT).data[0]
    heat: Any = figures_runs.overlap(found, LIGHT).data[0]

    assert sum(sankey.link.value) == 400
    assert np.sum(heat.z, axis=1) == pytest.approx(np.ones(3))
    assert len(figures_runs.blades(both[0], LIGHT).data) == 3
    assert list(figures_runs.returns(both[0].cards, LIGHT).data[0].x) == [card.jaccard for card in both[0].cards]


def test_no_clear_knee_is_said(both: tuple[Segmentation, Segmentation]) -> None:
    it = both[0]
    without = it.decision.model_copy(update={"elbow_k": None})

    notes = [one.text for one in figures.inertia(it.candidates, without, it.k, LIGHT).layout.annotations]

    assert notes == ["no clear knee"]


@pytest.fixture
def opened(saved: Settings) -> SegmentationData:
    return SegmentationData(lambda: Store.open(saved), saved)


def test_the_address_names_both_runs_and_nonsense_is_told(opened: SegmentationData) -> None:
    runs = opened.runs("sample")
    good = pair.choose(runs, runs[0].run_id, runs[2].run_id[:12], runs[0].run_id[:12])
    bad = pair.choose(runs, runs[0].run_id, ["x"], "zzzzzzzz")

    assert (good.a, good.b, good.notices) == (runs[2], runs[0], ())
    assert len(bad.notices) == 2
    assert bad.a is not None
    assert bad.b is not None
    assert bad.a != bad.b
    assert "names no run" in str(compare.layout(opened, a="nonsense", b=runs[0].run_id))


def test_only_what_differs_between_the_runs_is_listed(opened: SegmentationData) -> None:
    two, three = opened.runs("sample")[:2]

    assert {name for name, _one, _other in facts.parameters(two, three)} == {"k"}
    assert facts.parameters(two, two) == []


def test_without_the_setting_the_page_says_why_there_are_no_controls(opened: SegmentationData) -> None:
    shown = str(compare.layout(opened))

    assert "KORZINA_CURATE=true" in shown
    assert "korzina promote" in shown
