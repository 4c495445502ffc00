"""The Baskets page: rules as stored, what stands out, an address that is not trusted, a file that says what it is."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dash
import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.charts import LIGHT
from dashapp.charts.theme import DARK
from dashapp.data import Run, SegmentationData
from dashapp.findings import affinity, pair_words
from dashapp.i18n import speak
from dashapp.pages import baskets
from dashapp.pages.baskets import figures, ids, pair_rows
from dashapp.pages.baskets.address import read, search_of
from dashapp.pages.baskets.layout import in_sentences
from pipeline.contract import Affinities, AffinityBasis, Segmentation
from pipeline.settings import Settings
from pipeline.stages import Training
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.sample_baskets import with_affinities_of, with_sample_baskets
from tests.support import as_stored


@pytest.fixture(scope="module")
def counted(training: Training) -> Segmentation:
    made = with_sample_baskets(training)
    return with_affinities_of(as_stored(training), made)


@pytest.fixture
def run(counted: Segmentation) -> Run:
    return Run(counted)


@pytest.fixture
def basis(counted: Segmentation) -> AffinityBasis:
    assert counted.affinity_basis is not None
    return counted.affinity_basis


@pytest.fixture
def client(counted: Segmentation) -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    client = create_app(_data(counted)).server.test_client()
    client.get("/")
    yield client
    dash.page_registry.clear()


def test_a_rule_reads_in_the_direction_that_holds_more_often(
    run: Run, counted: Segmentation, basis: AffinityBasis
) -> None:
    rule = next(one for one in affinity.rules(run) if one.key == "Milk~Tea")
    stored = counted.affinities.query("segment == -1 and left == 'Milk' and right == 'Tea'").iloc[0]

    assert (rule.first, rule.second) == ("Tea", "Milk")
    assert rule.confidence == max(stored[Affinities.CONFIDENCE], stored[Affinities.REVERSE])
    assert rule.units == pytest.approx(basis.units)


def test_the_page_names_the_heaviest_pair_and_counts_in_the_right_unit(run: Run, basis: AffinityBasis) -> None:
    found = affinity.rules(run)
    heavy = affinity.heaviest(found)

    said = pair_words.finding(found, basis)
    assert heavy is not None
    assert said.startswith(
        f"Who buys “Tea” also buys “Milk” {heavy.lift:.1f} times as often as chance would have it, "
        f"in {heavy.count:,} baskets."
    )
    assert f"{basis.units:,} baskets here" in pair_words.counted(found, basis)


def test_of_a_category_mix_it_is_said_that_customers_are_counted(run: Run, basis: AffinityBasis) -> None:
    found = affinity.rules(run)
    mixed = basis.model_copy(update={"kind": "category_mix"})

    assert "hold no baskets" in pair_words.counted(found, mixed)
    assert "Who spends more than most on “Tea”" in pair_words.finding(found, mixed)


def test_what_only_one_segment_buys_together_is_named_there_and_nowhere_else(run: Run) -> None:
    first, other = affinity.rules(run, 0), affinity.rules(run, 1)

    assert [rule.key for rule in affinity.stronger(first)] == ["Beer~Crisps"]
    assert affinity.stronger(other) == ()


def test_under_thirty_baskets_there_is_no_rule(counted: Segmentation) -> None:
    few = counted.affinities.assign(count=[29, 30, *counted.affinities["count"][2:]])

    found = affinity.rules(Run(replace(counted, affinities=few)))

    assert {rule.count for rule in found} >= {30}
    assert 29 not in {rule.count for rule in found}


def test_items_that_go_together_stand_side_by_side(run: Run) -> None:
    order = affinity.grouped(affinity.rules(run, 0), 22)

    assert abs(order.index("Tea") - order.index("Milk")) == 1
    assert abs(order.index("Beer") - order.index("Crisps")) == 1


def test_the_map_is_centred_on_chance_and_colours_only_what_is_beyond_it(run: Run) -> None:
    found = affinity.rules(run, 1)
    items = affinity.grouped(found, 22)
    chance = next(rule for rule in found if not rule.beyond)

    figure = go.Figure(figures.heat(found, items, chance, LIGHT).to_dict())

    pale, coloured = (np.array(trace.z, dtype=float) for trace in figure.data)
    here = items.index(chance.items[0]), items.index(chance.items[1])
    assert figure.data[1].zmin == -figure.data[1].zmax
    assert np.isnan(coloured[here])
    assert pale[here] == 1
    assert not (np.isfinite(pale) & np.isfinite(coloured)).any()
    assert len(figure.layout.shapes) == 2


def test_names_from_data_cannot_bring_markup(run: Run) -> None:
    evil = [
        replace(rule, first="<a href='//evil'>", items=("<a href='//evil'>", rule.items[1]))
        for rule in affinity.rules(run)
    ]

    figure = figures.heat(evil, affinity.grouped(evil, 22), None, DARK)

    assert "<a href" not in "".join([*figure.layout.xaxis.ticktext, *map(str, figure.data[1].hovertext)])


@pytest.mark.parametrize("search", ["?of=gone", "?item=<b>", "?pair=Tea", "?of={0}", "?pair=" + "x" * 9000])
def test_nonsense_in_the_address_is_told_and_shows_everybody(counted: Segmentation, search: str) -> None:
    name, _, value = search.removeprefix("?").partition("=")

    text = str(baskets.PAGE.drawn(_data(counted), **{name: value}))

    assert "Part of the link could not be used." in text
    assert read(Run(counted), search)[0].card is None


def test_a_choice_stands_in_the_address_beside_run_and_selection(run: Run) -> None:
    asked, notices = read(run, "?run=abc&age=30~45&of=sample-0&item=Tea&pair=Milk~Tea")

    assert notices == ()
    assert search_of("?run=abc&age=30~45&pair=old", asked) == "?run=abc&age=30~45&of=sample-0&item=Tea&pair=Milk~Tea"
    alone, _none = read(run, "?segment=sample-1")
    assert alone.of == "sample-1"
    assert search_of("?segment=sample-1", alone.changed("of", "all")) == "?segment=sample-1&of=all"
    assert "sample-1" in str(baskets.PAGE.drawn(_data(run.segmentation), segment="sample-1").to_plotly_json())
    assert read(run, "?segment=sample-1&of=all")[0].of == "all"
    assert read(run, "?segment=sample-0&segment=sample-1")[0].of == "all"
    assert search_of("?of=sample-0", asked.changed("of", "all").changed("item", "").changed("pair", "")) == ""


def test_the_file_holds_what_the_table_shows_and_says_of_what(run: Run) -> None:
    asked, _ = read(run, "?of=sample-0&item=Beer")

    file = pair_rows.export(asked)

    about, (header, *body) = dict(file.account), csv.reader(io.StringIO(file.csv().removeprefix("\ufeff")))
    assert about["Run"] == RUN
    assert about["Segments"] == run.segmentation.k
    assert about["Item"] == "Beer"
    assert [row[header.index("Count")] for row in body] == [str(rule.count) for rule in asked.shown]
    assert [row["key"] for row in pair_rows.rows(asked.shown)] == [rule.key for rule in asked.shown]


def test_a_run_that_was_not_recommended_leads_to_the_one_that_was(saved: Settings) -> None:
    from pipeline.store import Store

    store = Store.open(saved)
    listed = store.runs("sample")
    best, other = (next(one for one in listed if one.recommended is wanted) for wanted in (True, False))

    text = str(baskets.PAGE.drawn(SegmentationData(lambda: store, saved), run=other.run_id))

    assert f"/baskets?run={best.run_id[:12]}" in text
    assert "This run holds no baskets." in text


def test_where_the_data_hold_nothing_to_count_it_is_said(counted: Segmentation) -> None:
    assert "neither baskets nor" in str(baskets.PAGE.drawn(_data(replace(counted, affinity_basis=None))))


def test_the_names_of_another_language_do_not_change_the_address(counted: Segmentation) -> None:
    told = replace(counted, affinities=counted.affinities.replace({"Tea": "Чай"}))

    rule = next(one for one in affinity.rules(Run(told, original=Run(counted))) if "Чай" in (one.first, one.second))

    assert "Чай" not in rule.key + "".join(rule.items)


def test_a_click_chooses_a_second_one_undoes_and_a_forged_one_does_nothing(client: FlaskClient) -> None:
    cell = {"points": [{"x": "Milk", "y": "Tea"}]}

    chosen = _choose(client, f"{ids.HEAT}.clickData", cell)

    assert chosen == "?pair=Milk~Tea"
    assert _choose(client, f"{ids.HEAT}.clickData", cell, chosen) == ""
    assert _choose(client, f"{ids.CLEAR}.n_clicks", 1, chosen) == ""
    assert _choose(client, f"{ids.GRID}.cellClicked", {"rowId": "Milk~Tea"}) == chosen
    assert _choose(client, f"{ids.GRID}.cellClicked", {"rowId": "Milk~Tea"}, chosen) == ""
    for forged in (None, 3, {}, {"points": 1}, {"points": [5]}, {"points": [{"x": [], "y": {}}]}):
        assert _choose(client, f"{ids.HEAT}.clickData", forged) is None
    for forged in (None, "x", [1], {"rowId": "gone"}, {"rowId": {}}):
        assert _choose(client, f"{ids.GRID}.cellClicked", forged) is None
    assert _choose(client, f"{ids.OF}.value", "gone") is None


def test_a_pair_is_told_in_russian(run: Run, basis: AffinityBasis) -> None:
    rule = replace(affinity.rules(run)[0], first="Чай", second="Молоко", lift=2.0, count=21)
    speak("ru")
    try:
        assert pair_words.rule_sentence(rule, basis) == (
            "Кто покупает «Чай», берёт и «Молоко» в 2,0 раза чаще, чем вышло бы случайно: в 21 корзине."
        )
    finally:
        speak("en")


def _choose(client: FlaskClient, changed: str, value: object, search: str = "") -> str | None:
    props = [
        (ids.OF, "value"),
        (ids.ITEM, "value"),
        (ids.HEAT, "clickData"),
        (ids.GRID, "cellClicked"),
        (ids.CLEAR, "n_clicks"),
    ]
    output = next(
        one["output"]
        for one in client.get("/_dash-dependencies").get_json()
        if one["output"].startswith("url.search@") and ids.HEAT in str(one["inputs"])
    )
    answer: Any = client.post(
        "/_dash-update-component",
        json={
            "output": output,
            "outputs": {"id": "url", "property": output.removeprefix("url.")},
            "inputs": [
                {"id": id, "property": prop, "value": value if f"{id}.{prop}" == changed else None}
                for id, prop in props
            ],
            "state": [
                {"id": "url", "property": "search", "value": search},
                {"id": "page-run", "property": "data", "value": {"run": RUN}},
            ],
            "changedPropIds": [changed],
        },
    )
    if answer.status_code == 204:
        return None
    assert "sideUpdate" not in answer.get_json(), "an error was shown"
    search_after = answer.get_json()["response"].get("url", {}).get("search")
    return None if search_after is None else str(search_after)


def _data(it: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN: it}, (champion(),))
    return SegmentationData(lambda: store, Settings(poll_seconds=1))


def test_a_phone_gets_the_weightiest_rules_as_sentences(counted: Segmentation, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, _ = read(Run(counted), "")
    told = str(in_sentences(asked))
    assert "Tea" in told
    assert "in the file" not in told
    monkeypatch.setattr(sys.modules[in_sentences.__module__], "MOST_SENTENCES", len(asked.shown) - 1)
    assert "1 more rule is in the file" in str(in_sentences(asked))
    assert in_sentences(None) == []
