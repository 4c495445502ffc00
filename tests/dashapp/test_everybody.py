"""A run of more customers than a worker holds: exact without filters, estimated from a sample under some, counted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flask import Flask
from plotly.io.json import to_json_plotly

from dashapp.access.small_cells import LEAST, coarse, rounded
from dashapp.data import PREPARING, Run, SegmentationData
from dashapp.frame import Page
from dashapp.pages import PAGES
from dashapp.pages.compare import matching
from dashapp.reader import Reader, let_in
from dashapp.routes import customers
from dashapp.selecting import MAP, SEGMENT, SURE, Area, Cube, Range, Selection, Values
from dashapp.selecting.on_disk import weighted_median
from pipeline.contract import Artifacts, Pairs, PopulationRecord, RunRecord, Tallies, of_sample
from pipeline.errors import StoreError, UnpreparedError
from pipeline.folding import LocalPopulation
from pipeline.purging import PurgeRequest, carry_out, plan_purge
from pipeline.recording import count_everybody, record_training, with_everybody
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store

MOST = 150  # customers in memory, of 400


@pytest.fixture(scope="module")
def whole(saved: Settings) -> Run:
    store = Store.open(saved)
    return Run(store.load(store.champions()[0].run_id))


@pytest.fixture(scope="module")
def beyond(saved: Settings) -> Run:
    store = Store.open(saved, most=MOST)
    run_id = store.champions()[0].run_id
    with pytest.raises(UnpreparedError, match="is being prepared"):
        store.load(run_id)
    store.prepare_run(run_id)
    return Run(store.load(run_id))


def names(cube: Cube) -> list[str]:
    return [name for name in cube.dimensions if name not in (MAP, SURE)]


def selections(cube: Cube) -> Iterator[Selection]:
    """A filter of every kind, alone and two together."""
    middle = float(np.median(cube.x)), float(np.median(cube.y))
    corners = ((-9.0, -9.0), (middle[0], -9.0), (middle[0], 9.0), (-9.0, 9.0))
    filters = {
        SEGMENT: Values(cube.dimensions[SEGMENT].tokens[:2]),
        "spend": Range(101.5, 733.25),
        "marital_status": Values(cube.dimensions["marital_status"].tokens[:1]),
        "complained": Values(("no",)),
        "main.categories": Values(cube.dimensions["main.categories"].tokens[:1]),
        MAP: Area(corners),
    }
    if "rfm" in cube.dimensions:
        filters["rfm.recency"] = Values(("4", "5"))
    for first, second in combinations_with_replacement(filters, 2):
        yield Selection({first: filters[first], second: filters[second]})


def test_without_a_filter_every_figure_is_that_of_all_customers(whole: Run, beyond: Run) -> None:
    full, held = whole.cube, beyond.cube
    assert held.n == full.n == 400
    assert len(held.order) < MOST + 20
    assert names(held) == names(full)
    for name in names(full):
        a, b = full.everyone.slice(name), held.everyone.slice(name)
        assert a.dimension == b.dimension
        assert b.shown == pytest.approx(a.shown, rel=1e-12), name
        assert (a.customers, a.middle, a.overall_middle) == (b.customers, b.middle, b.overall_middle)
    assert held.everyone.sums("spend") == pytest.approx(full.everyone.sums("spend"), rel=1e-12)
    assert held.everyone.responses().shown.tolist() == full.everyone.responses().shown.tolist()
    for across, up in combinations_with_replacement(names(full), 2):
        expected = full.everyone.together(across, up).tolist()
        assert held.everyone.together(across, up).tolist() == expected, (across, up)
        assert held.everyone.together(up, across).T.tolist() == expected


def test_customers_are_counted_exactly_under_every_kind_of_filter(whole: Run, beyond: Run) -> None:
    assert beyond.everyone is not None
    for selection in selections(whole.cube):
        count, _pending = beyond.everyone.count(beyond.cube.filtered(selection), patience=None)
        assert count.exact
        assert count.value == whole.cube.filtered(selection).customers, selection


def test_a_click_waits_for_no_count(beyond: Run) -> None:
    assert beyond.everyone is not None
    filtered = beyond.cube.filtered(Selection({"spend": Range(77.7, 321.9), "age": Range(33.3, None)}))
    assert beyond.count(filtered) == (filtered.count, True)
    exact, counting = beyond.everyone.count(filtered, patience=None)
    assert exact.exact
    assert not counting
    assert beyond.count(filtered) == (exact, False)


def test_whole_bars_are_counted_without_reading_anybody(whole: Run, beyond: Run) -> None:
    spend, age = (whole.cube.dimensions[name].edges for name in ("spend", "age"))
    for filters in (
        {SEGMENT: Values(whole.cube.dimensions[SEGMENT].tokens[1:])},
        {"spend": Range(spend[2], spend[4])},
        {"spend": Range(None, spend[4]), SEGMENT: Values(whole.cube.dimensions[SEGMENT].tokens[:1])},
        {"spend": Range(spend[2], None), "age": Range(age[3], age[6])},
    ):
        count = beyond.cube.filtered(Selection(filters)).count
        assert count.exact
        assert count.value == whole.cube.filtered(Selection(filters)).customers


def test_estimates_lie_within_their_intervals(whole: Run, beyond: Run) -> None:
    rng, hits, asked = np.random.default_rng(4), 0, 0
    for _draw in range(120):
        low = float(rng.uniform(0, 400))
        chosen = Selection({"spend": Range(low, low + float(rng.uniform(50, 900))), "age": Range(None, 55.5)})
        count, truth = beyond.cube.filtered(chosen).count, whole.cube.filtered(chosen).customers
        assert count.low <= count.value <= count.high
        assert not count.exact
        hits, asked = hits + (count.low <= truth <= count.high), asked + 1
    assert hits / asked > 0.85  # of selections that overlap: they hit and miss together


def test_what_is_shown_under_a_filter_stands_for_everybody(whole: Run, beyond: Run) -> None:
    chosen = Selection({"age": Range(None, 55.5)})
    full, held = whole.cube.filtered(chosen), beyond.cube.filtered(chosen)
    a, b = full.slice("spend"), held.slice("spend")
    assert b.everyone.tolist() == a.everyone.tolist()
    assert b.shown.sum() == pytest.approx(a.shown.sum(), rel=0.2)
    assert b.middle == pytest.approx(a.middle, rel=0.2)
    assert held.slice("age").shown.tolist() == full.slice("age").shown.tolist()  # a chart's own filter leaves all
    assert held.responses().everyone.tolist() == full.responses().everyone.tolist()


def test_who_passes_is_the_same_in_memory_and_on_disk(whole: Run, beyond: Run) -> None:
    assert beyond.everyone is not None
    own = str(whole.segmentation.customers.columns[0])
    for selection in selections(whole.cube):
        places = whole.cube.filtered(selection).places()
        keys = [
            key
            for part in beyond.everyone.parts(beyond.cube.filtered(selection), [own])
            for key in part[Artifacts.CUSTOMERS][own].tolist()
        ]
        assert places is not None
        assert keys == places.tolist()


def test_what_was_prepared_lies_in_the_cache_that_a_purge_empties(saved: Settings, beyond: Run) -> None:
    prepared = Path(saved.home, "cache").rglob("tallies.parquet")
    assert beyond.run_id in {path.parents[1].name for path in prepared}


def test_the_weighted_median_is_the_value_at_half_of_the_weight() -> None:
    rng = np.random.default_rng(2)
    for _draw in range(20):
        values, weights = rng.normal(size=301).round(1), rng.integers(0, 5, 301).astype(float)
        bins = np.searchsorted(np.array([-1.0, 0.2, 0.9]), values, side="right")
        assert weighted_median(values, weights, bins, 4) == np.quantile(
            values, 0.5, method="inverted_cdf", weights=weights
        )
    assert weighted_median(values, weights, np.full(301, 4), 4) is None


# ------------------------------------------------------------------ pages, files, roles


def view_of(settings: Settings, most: int | None) -> SegmentationData:
    return SegmentationData(lambda: Store.open(settings, most=most), settings)


@pytest.fixture(scope="module")
def both(saved: Settings, beyond: Run) -> tuple[SegmentationData, SegmentationData]:
    """All customers in memory, and a sample of them."""
    return view_of(saved, None), view_of(saved, MOST)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_opens_and_says_the_same_without_a_filter(
    both: tuple[SegmentationData, SegmentationData], page: Page
) -> None:
    drawn = []
    for data in both:
        with Flask("x").test_request_context("/"):
            let_in(Reader("ann", "analyst"))
            drawn.append(json.loads(to_json_plotly(page.drawn(data))))
    whole, sampled = map(texts, drawn)
    assert sampled[:3] == whole[:3]
    if page.name not in OTHERWISE:
        assert sampled == whole


OTHERWISE = frozenset({"compare", "explore"})  # silhouettes of all are there to brush and to filter by


def texts(tree: object) -> list[str]:
    """Every text of a page, in order."""
    if isinstance(tree, list):
        return [text for part in tree for text in texts(part)]
    if isinstance(tree, dict):
        return texts(tree.get("props", tree).get("children"))
    return [tree] if isinstance(tree, str) else []


@pytest.mark.parametrize("query", ["", "age=30~50", "segment=sample-1&spend=101.5~733.25&marital_status=Single"])
def test_files_are_the_same_to_the_last_byte(both: tuple[SegmentationData, SegmentationData], query: str) -> None:
    sent = []
    for data in both:
        server = Flask("x")
        customers.register(server, data)
        with server.test_request_context(f"/customers.csv?{query}"):
            sent.append([customers.take_along(data, form).get_data() for form in ("csv", "txt")])
    assert sent[0] == sent[1]


def test_a_run_is_prepared_beside_the_requests_and_the_page_says_so(saved: Settings, tmp_path: Path) -> None:
    elsewhere = saved.model_copy(
        update={"home": tmp_path, "tracking_uri": saved.store_uri, "artifact_root": saved.artifacts}
    )
    data, deadline = view_of(elsewhere, MOST), time.monotonic() + 30
    assert data.not_ready() == (PREPARING,)
    with Flask("x").test_request_context("/"):
        let_in(Reader("ann", "analyst"))
        drawn = str(PAGES[0].drawn(data))
    assert "This segmentation is being prepared." in drawn
    assert "store cannot be read" not in drawn
    while data.view().run is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert data.view().champions.problem is None


@pytest.fixture(scope="module")
def coarsened(beyond: Run) -> Run:
    return Run(coarse(beyond.segmentation))


def test_a_viewer_sees_the_sample_in_groups_and_no_exact_cell(whole: Run, beyond: Run, coarsened: Run) -> None:
    seen, everybody = coarsened.segmentation, coarsened.segmentation.everybody
    assert everybody is not None
    assert (everybody.population, everybody.tallies, everybody.pairs, dict(everybody.files)) == (None, None, None, {})
    assert coarsened.cube.n == everybody.rows == sum(card.size for card in seen.cards)
    assert [card.size for card in seen.cards] == [rounded(card.size) for card in whole.segmentation.cards]
    rows = pd.concat([seen.customers.iloc[:, 1:], seen.assignments["segment"]], axis=1)
    assert rows.value_counts(dropna=False).min() >= LEAST
    assert len(seen.customers) <= beyond.segmentation.everybody.sampled + LEAST * seen.k  # type: ignore[union-attr]


def test_what_a_viewer_counts_is_never_exact_under_a_filter(coarsened: Run) -> None:
    cube = coarsened.cube
    low = Selection({"spend": Range(None, cube.dimensions["spend"].edges[4])})
    count, pending = coarsened.count(cube.filtered(low))
    assert not count.exact
    assert not pending
    assert count.low <= count.value <= count.high


def test_what_stands_in_proportion_is_compared_with_new_customers(whole: Run, beyond: Run) -> None:
    made = beyond.segmentation.representative()
    shares = made.assignments["segment"].value_counts(normalize=True).sort_index()
    expected = whole.segmentation.assignments["segment"].value_counts(normalize=True).sort_index()
    assert shares.tolist() == pytest.approx(expected.tolist(), abs=0.02)
    assert made.categories("education") == whole.segmentation.categories("education")
    assert whole.segmentation.representative() is whole.segmentation


def test_two_runs_are_compared_over_everybody(saved: Settings, beyond: Run) -> None:
    full, part = Store.open(saved), Store.open(saved, most=MOST)
    others = [run.run_id for run in full.runs() if run.k in (2, 4)]
    for other in others:
        part.prepare_run(other)
        a, b = full.load(beyond.run_id), full.load(other)
        expected = matching.pair(a, b)
        held = Run(part.load(other))
        found = matching.pair(beyond.segmentation, held.segmentation, beyond.counted_with(held))
        guessed = matching.pair(beyond.segmentation, held.segmentation)
        assert not isinstance(expected, str)
        assert not isinstance(found, str)
        assert not isinstance(guessed, str)
        assert found.table.tolist() == expected.table.tolist()
        assert guessed.table.sum() == pytest.approx(400, abs=4)
        assert np.abs(guessed.table - expected.table).max() < 40
        assert [delta.column.name for delta in matching.deltas(found)] == [
            delta.column.name for delta in matching.deltas(expected)
        ]


# ------------------------------------------------------------------ a run that was saved with its tallies


def test_a_training_of_very_many_customers_saves_what_a_page_needs(
    training: Training, whole: Run, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home")
    store = Store.open(settings, create=True)
    record = record_training(training, folder=tmp_path / "drafts")
    assert with_everybody(record, training, tmp_path / "drafts", 400) is record
    saved = store.save(with_everybody(record, training, tmp_path / "drafts", MOST), experiment="sample")

    assert len(store.load(saved.run_ids[3]).customers) == 400
    held = Run(Store.open(settings, most=MOST).load(saved.run_ids[3]))
    assert not (settings.home / "cache").exists()
    assert len(held.segmentation.customers) < MOST + 40
    for name in names(whole.cube):
        assert held.cube.everyone.slice(name).shown == pytest.approx(whole.cube.everyone.slice(name).shown, rel=1e-12)
    other = Run(Store.open(settings, most=MOST).load(saved.run_ids[2]))  # drawn by the segments of another k
    assert other.cube.everyone.by_segment.tolist() == [card.size for card in other.segmentation.cards]
    count = other.cube.filtered(Selection({"age": Range(None, 55.5)})).count
    truth = whole.cube.filtered(Selection({"age": Range(None, 55.5)})).customers
    assert count.low <= truth <= count.high
    _purge_one(store, str(training.customers["customer_id"].iloc[5]))
    assert not list((settings.home / "artifacts").rglob("tallies.parquet"))
    assert not list((settings.home / "artifacts").rglob("weights.parquet"))
    with pytest.raises(UnpreparedError):
        Store.open(settings, most=MOST).load(saved.run_ids[3])


def test_a_run_whose_rows_are_elsewhere_is_told_by_its_sample_alone(
    training: Training, whole: Run, tmp_path: Path
) -> None:
    settings, address = Settings(home=tmp_path / "home"), "s3://bucket/customers"
    record = with_everybody(record_training(training, folder=tmp_path / "drafts"), training, tmp_path / "drafts", MOST)
    parent, told = record.parent, json.loads(record.parent.records[Artifacts.POPULATION]) | {"address": address}
    parent = replace(only_sample(parent), records={**parent.records, Artifacts.POPULATION: json.dumps(told)})
    children = {k: only_sample(child) for k, child in record.children.items()}
    store = Store.open(settings, create=True)
    saved = store.save(replace(record, parent=parent, children=children), experiment="sample")
    store.promote(saved.run_ids[3], reason="test", who="test")

    held = Run(store.load(saved.run_ids[3]))
    assert held.cube.n == 400
    assert held.cube.everyone.by_segment.tolist() == whole.cube.everyone.by_segment.tolist()
    assert held.count(held.cube.filtered(Selection({"age": Range(None, 55.5)})))[0].exact is False
    server = Flask("x")
    customers.register(server, view_of(settings, None))
    with server.test_request_context("/customers.csv"):
        answer = customers.take_along(view_of(settings, None), "csv")
    assert answer.status_code == 404
    assert address in answer.get_data(as_text=True)
    with pytest.raises(StoreError, match="elsewhere"):
        _purge_one(store, str(training.customers["customer_id"].iloc[5]))


def only_sample(record: RunRecord) -> RunRecord:
    """The files of a run with the sample's rows under the usual names."""
    files = dict(record.files)
    for name in (Artifacts.CUSTOMERS, Artifacts.PROJECTION, Artifacts.ASSIGNMENTS, Artifacts.RFM_SCORES):
        if of_sample(name) in files:
            files[name] = files.pop(of_sample(name))
    return replace(record, files=files)


def _purge_one(store: Store, customer: str) -> None:
    with store.erasing() as eraser:
        carry_out(eraser, plan_purge(eraser, PurgeRequest(customers=(customer,))))


def test_what_is_counted_by_folds_is_what_is_counted_from_rows(training: Training, tmp_path: Path) -> None:
    rows = with_everybody(record_training(training, folder=tmp_path / "drafts"), training, tmp_path / "drafts", MOST)
    parent = rows.parent

    folded = count_everybody(training, LocalPopulation(training.customers, training.dataset)).elsewhere

    assert folded is not None
    told = PopulationRecord.model_validate_json(parent.records[Artifacts.POPULATION])
    assert folded.population.missing == told.missing
    assert folded.population.spreads.keys() == told.spreads.keys()
    for name, spread in folded.population.spreads.items():
        assert spread.model_dump() == pytest.approx(told.spreads[name].model_dump(), rel=1e-12, nan_ok=True), name
        assert spread.edges == told.spreads[name].edges
    held = [name for name in Tallies.__dict__ if name.isupper() and name not in ("N", "TOTAL")]
    keys = [getattr(Tallies, name) for name in held]
    for k, table in folded.tallies.items():
        expected = pd.read_parquet(rows.children[k].files[Artifacts.TALLIES])
        expected = expected[expected[Tallies.SOURCE] != "rfm"]
        same_rows(table, expected, keys)
        assert {"number", "category", "mix", "answers"} <= set(table[Tallies.SOURCE])
    pairs = pd.read_parquet(parent.files[Artifacts.PAIRS])
    rfm = pairs[[Pairs.LEFT, Pairs.RIGHT]].apply(lambda names: names.str.startswith("rfm:")).any(axis=1)
    same_rows(folded.pairs, pairs[~rfm], [Pairs.LEFT, Pairs.RIGHT, Pairs.LEFT_BIN, Pairs.RIGHT_BIN])


def same_rows(own: pd.DataFrame, other: pd.DataFrame, keys: list[str]) -> None:
    """The same rows in whatever order; whole numbers equal, sums to the last bits."""
    both = [table.sort_values(keys, ignore_index=True) for table in (own, other)]
    pd.testing.assert_frame_equal(*both, rtol=1e-12, atol=1e-9, check_dtype=False)
