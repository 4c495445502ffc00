"""Two runs side by side: who is in both, how alike, what became of each segment; nonsense in the address is told."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from dashapp.charts import LIGHT, sweep_curves
from dashapp.data import SegmentationData
from dashapp.i18n import speak
from dashapp.pages import compare
from dashapp.pages.compare import champion, figures, matching, pair, run_rows
from dashapp.pages.compare.comparison import finding
from dashapp.pages.compare.decision import silhouette, verdict
from dashapp.selecting import SURE, Range
from dashapp.selecting.dimensions import dimensions
from pipeline.contract import Promotion, Segmentation
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.statistics import adjusted_rand
from pipeline.store import Store
from tests.support import as_stored


@pytest.fixture(scope="module")
def both(training: Training) -> tuple[Segmentation, Segmentation]:
    return as_stored(training, "a" * 32, 3), as_stored(training, "b" * 32, 4)


def test_a_run_beside_itself_is_the_same_in_everything(both: tuple[Segmentation, Segmentation]) -> None:
    found = matching.pair(both[0], both[0])

    assert isinstance(found, matching.RunPair)
    assert adjusted_rand(found.table) == pytest.approx(1.0)
    assert (found.common, found.moved) == (400, 0)
    assert [(one.fate, one.overlap) for one in found.matches] == [("same", 1.0)] * 3
    assert all(shift == 0 for one in matching.deltas(found) for shift in one.shifts)


def test_agreement_is_what_scikit_learn_says(both: tuple[Segmentation, Segmentation]) -> None:
    found = matching.pair(*both)
    labels = [one.assignments["segment"] for one in both]

    assert isinstance(found, matching.RunPair)
    assert adjusted_rand(found.table) == pytest.approx(adjusted_rand_score(*labels))
    assert found.table.sum(axis=1).tolist() == [card.size for card in both[0].cards]


def test_one_segment_goes_on_one_changed_one_dissolved_and_one_is_new(both: tuple[Segmentation, Segmentation]) -> None:
    table = np.array([[90, 5, 0], [0, 45, 50], [20, 20, 20]])

    found = matching.matches(table, both[0].cards, both[1].cards[:3])

    assert [(one.fate, one.a.segment if one.a else None, one.b.segment if one.b else None) for one in found] == [
        ("same", 0, 0),
        ("changed", 1, 2),
        ("dissolved", 2, None),
        ("new", None, 1),
    ]


def test_runs_on_other_data_are_compared_by_id_or_not_at_all(both: tuple[Segmentation, Segmentation]) -> None:
    a, b = both
    fewer = b.customers.iloc[100:]
    other = dataclasses.replace(
        b,
        sweep_run_id="e" * 32,
        customers=fewer,
        assignments=b.assignments.iloc[100:],
        ledger=b.ledger.model_copy(update={"fingerprint": "other"}),
    )
    nameless = dataclasses.replace(other, dataset=other.dataset.model_copy(update={"id_column": None}))

    found, refused = matching.pair(a, other), matching.pair(a, nameless)

    if a.dataset.id_column is None:
        assert isinstance(found, str)
    else:
        assert isinstance(found, matching.RunPair)
        assert found.common == 300
    assert isinstance(refused, str)
    assert "ids of customers" in refused


def test_the_charts_hold_every_common_customer(both: tuple[Segmentation, Segmentation]) -> None:
    found = matching.pair(*both)
    assert isinstance(found, matching.RunPair)

    sankey: Any = figures.movers(found, LIGHT).data[0]
    heat: Any = figures.overlap(found, LIGHT).data[0]

    assert sum(sankey.link.value) == 400
    assert np.sum(heat.z, axis=1) == pytest.approx(np.ones(3))
    assert len(figures.blades(both[0], LIGHT).data) == 3
    assert list(figures.returns(both[0].cards, LIGHT).data[0].x) == [card.jaccard for card in both[0].cards]


def test_no_segment_that_is_called_solid_lies_in_the_band_of_a_pattern(both: tuple[Segmentation, Segmentation]) -> None:
    cards = [card.model_copy(update={"jaccard": 0.72, "trust": "usable"}) for card in both[0].cards]
    solid = [cards[0].model_copy(update={"trust": "solid"}), *cards[1:]]  # more segments than the data support

    assert figures.bands(cards)[1] == 0.75
    assert list(figures.returns(solid, LIGHT).layout.xaxis.tickvals) == [0.6, 0.7, 0.85]


def test_what_is_selected_of_the_blades_is_framed_and_the_rest_pale(both: tuple[Segmentation, Segmentation]) -> None:
    it = both[0]

    free, held = figures.blades(it, LIGHT), figures.blades(it, LIGHT, Range(None, 0.25), (it.cards[1].key,))

    assert free.layout.dragmode == "select"
    assert [key for key, _from, _to in free.layout.meta] == [card.key for card in it.cards[::-1]]
    assert [high - low for _key, low, high in free.layout.meta] == [card.size for card in it.cards[::-1]]
    assert [trace.opacity for trace in held.data] == [0.25, 1, 0.25]
    assert (held.layout.shapes[0].x0, held.layout.shapes[0].x1) == (-1, 0.25)


def test_blades_of_which_a_sample_was_measured_select_nobody(both: tuple[Segmentation, Segmentation]) -> None:
    measured = both[0].assignments.assign(silhouette=both[0].assignments["silhouette"].where(lambda one: one > 0.1))
    it = dataclasses.replace(both[0], assignments=measured)

    assert figures.blades(it, LIGHT).layout.dragmode is False
    assert SURE not in {one.name for one in dimensions(it)}


def test_no_clear_knee_is_said(both: tuple[Segmentation, Segmentation]) -> None:
    it = both[0]
    without = it.decision.model_copy(update={"elbow_k": None})

    notes = [one.text for one in sweep_curves.inertia(it.candidates, without, it.k, LIGHT).layout.annotations]

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
    assert "names no run" in str(compare.PAGE.drawn(opened, a="nonsense", b=runs[0].run_id))


def test_only_what_differs_between_the_runs_is_listed(opened: SegmentationData) -> None:
    two, three = opened.runs("sample")[:2]

    assert {name for name, _one, _other in matching.parameters(two, three)} == {"k"}
    assert matching.parameters(two, two) == []


def test_without_the_setting_the_page_says_why_there_are_no_controls(opened: SegmentationData) -> None:
    shown = str(compare.PAGE.drawn(opened))

    assert "KORZINA_CURATE=true" in shown
    assert "The command line can always do it:" in shown
    assert "korzina promote" in shown


def test_names_and_grades_stand_on_every_node_row_and_blade(both: tuple[Segmentation, Segmentation]) -> None:
    found = matching.pair(*both)
    assert isinstance(found, matching.RunPair)
    nodes: Any = figures.movers(found, LIGHT).data[0].node.label
    rows: Any = figures.overlap(found, LIGHT).layout.yaxis.ticktext
    blades = [one.text for one in figures.blades(both[0], LIGHT).layout.annotations]

    for card, node, row, blade in zip(both[0].cards, nodes, rows, blades[2::-1], strict=False):
        for told in (node, row, blade):
            assert card.name in told.replace("<br>", " ")
            assert card.trust in told.lower()


def test_the_grid_tells_two_trainings_apart_and_numbers_as_the_reader_writes_them(opened: SegmentationData) -> None:
    runs = opened.runs("sample")
    again = [
        one.model_copy(update={"started": one.started + 60, "params": {**one.params, "seed": "1"}}) for one in runs
    ]
    speak("ru")
    try:
        found = run_rows.rows([*runs, *again], runs[0].run_id)
    finally:
        speak("en")

    fields = [one["field"] for one in run_rows.columns(found, only_differences=True)]
    assert fields[:5] == ["status", "k", "open", "when", "seed"]
    assert "," in found[0]["silhouette_said"]
    assert not {one for one in fields if one.endswith("_said")}


def test_the_band_of_single_starts_is_promised_only_where_it_is_drawn(both: tuple[Segmentation, Segmentation]) -> None:
    drawn = str(silhouette(both[0].candidates))
    without = tuple(one.model_copy(update={"silhouette_by_seed": ()}) for one in both[0].candidates)

    assert "single starts of the search" in drawn
    assert "single starts of the search" not in str(silhouette(without))


def test_a_number_that_the_analysis_did_not_choose_is_told_before_the_one_that_it_did(
    both: tuple[Segmentation, Segmentation],
) -> None:
    it = both[0]
    other = dataclasses.replace(it, decision=it.decision.model_copy(update={"k": it.k + 3}))

    told, own = str(verdict(other)), str(verdict(it))

    assert told.index(f"This page shows {it.k} segments.") < told.index(f"{it.k + 3} segments were chosen")
    assert "This page shows" not in own


def test_solid_segments_and_blurred_borders_are_explained_together(both: tuple[Segmentation, Segmentation]) -> None:
    it = both[0]
    blurred = dataclasses.replace(
        it,
        decision=it.decision.model_copy(update={"verdict": "weak", "supported_k": 2}),
        cards=tuple(card.model_copy(update={"trust": "solid"}) for card in it.cards),
    )

    assert "there are 2 groups only" in str(verdict(blurred))
    assert "no contradiction" not in str(
        verdict(dataclasses.replace(blurred, decision=it.decision.model_copy(update={"verdict": "strong"})))
    )


def test_the_history_tells_a_verdict_in_the_words_of_the_page() -> None:
    move = Promotion(
        when=0.0,
        who="x",
        reason="recommended by the sweep, verdict weak",
        action="promote",
        from_run=None,
        to_run="a" * 32,
        version=1,
        k=3,
    )

    shown = str(champion.history([move], []))

    assert "groups with blurred borders" in shown
    assert "verdict weak" not in shown


def test_runs_are_alike_only_where_nobody_moved(both: tuple[Segmentation, Segmentation]) -> None:
    same = matching.pair(both[0], both[0])
    assert isinstance(same, matching.RunPair)

    assert finding(same, 1.0) == "The two runs divide the customers alike."
    near = dataclasses.replace(same, table=same.table + np.eye(3, dtype=int)[::-1])
    assert near.moved > 0
    assert finding(near, 0.9) == "The two runs divide the customers much alike."
