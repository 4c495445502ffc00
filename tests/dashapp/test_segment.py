"""The Segment page: what its charts hold, what it says where data are missing, and that any address opens it."""

from __future__ import annotations

from dataclasses import replace

import dash
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashapp.data import SegmentationData
from dashapp.pages import segment
from dashapp.pages.segment import facts, figures, words
from dashapp.pages.segment.layout import nearest
from dashapp.theme import DARK, LIGHT, mark
from pipeline.contract import Identity, Segmentation, SegmentRule
from pipeline.passive import wilson
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion


def test_differences_stand_by_effect_in_the_colour_of_the_segment(segmentation: Segmentation) -> None:
    card = segmentation.cards[1]

    bar = figures.differences(card, segmentation.dataset, LIGHT).data[0]

    assert list(bar.x) == sorted((one.effect for one in card.differences), key=lambda one: -abs(one))
    assert bar.marker.color == mark(card.colour).colour


def test_the_mix_index_is_the_share_over_the_share_of_all(segmentation: Segmentation) -> None:
    found = {one.label: one for one in facts.mix(segmentation, 0, "categories")}

    own = segmentation.customers[segmentation.assignments["segment"] == 0]
    members = ["wine", "meat", "sweets"]
    mine = own["wine"].sum() / own[members].sum().sum()
    every = segmentation.customers["wine"].sum() / segmentation.customers[members].sum().sum()
    assert found["Wine"].index == pytest.approx(100 * mine / every)


def test_responses_count_who_was_contacted_and_carry_the_interval(segmentation: Segmentation) -> None:
    found = facts.responses(segmentation, 0)[1]

    own = segmentation.customers.loc[segmentation.assignments["segment"] == 0, "response_2"].dropna()
    low, high = wilson(np.array([int(own.sum())], dtype=np.int64), np.array([len(own)], dtype=np.int64))
    assert (found.contacted, found.answered) == (len(own), int(own.sum()))
    assert (found.low, found.high) == pytest.approx((low[0], high[0]))


@pytest.mark.parametrize(("contacted", "rated", "few"), [(29, False, True), (30, True, True), (60, True, False)])
def test_small_groups_have_no_rate_or_a_flag(segmentation: Segmentation, contacted: int, rated: bool, few: bool
                                             ) -> None:
    frame = segmentation.customers.copy()
    own = frame.index[segmentation.assignments["segment"] == 0]
    frame.loc[own[contacted:], "response_1"] = None

    found = facts.responses(replace(segmentation, customers=frame), 0)[0]
    dots = figures.responses([found], segmentation.cards[0], LIGHT).data[1]

    assert (found.contacted, found.rate is not None, found.few) == (contacted, rated, few)
    assert (dots.x[0] is not None) == rated
    assert dots.marker.symbol[0].endswith("-open") == few


def test_every_figure_is_valid_plotly_and_escapes_what_comes_from_data(segmentation: Segmentation) -> None:
    card = segmentation.cards[0].model_copy(update={"name": "<a href='//evil'>x</a>"})
    trait = facts.Trait("<a href>", "<a href>", 1.0, 0.5, "10 %", 0.2, 0.1, 0.3, 0.1)

    made = [figures.differences(card, segmentation.dataset, DARK), figures.traits([trait], card, DARK),
            figures.mix(facts.mix(segmentation, 0, "channels"), card, DARK),
            figures.responses(facts.responses(segmentation, 0), card, DARK)]

    for figure in made:
        assert "<a href" not in go.Figure(figure.to_dict()).to_json()


def test_what_the_data_lack_is_said_in_the_place_of_the_chart(segmentation: Segmentation) -> None:
    bare = segmentation.dataset.model_copy(update={"campaigns": (), "groups": ()})

    text = str(segment.layout(_data(replace(segmentation, dataset=bare))))

    for sentence in ("hold no campaigns", "do not hold spend by category", "do not hold purchases by channel",
                     "holds no rule", "holds nothing about who", "names no typical"):
        assert sentence in text


def test_the_rule_and_the_typical_customers_are_shown(segmentation: Segmentation) -> None:
    rule = SegmentRule(segment=0, text="Orders over 7", sql='"orders" > 7', alternatives=(), precision=0.8, recall=0.7,
                       size=90)
    near = pd.DataFrame({"segment": [0, 0], "rank": [1, 2], "customer": [5, 3]})

    text = str(segment.layout(_data(replace(segmentation, rules=(rule,), typical=near))))

    for part in ('"orders" > 7', "80 % belong", "finds 70 %", "C00005", "C00003", "not uplift"):
        assert part in text


@pytest.mark.parametrize(("status", "said"), [("same", "the same as “Old”"), ("changed", "continues “Old”"),
                                              ("new", "no earlier segment")])
def test_identity_is_told(segmentation: Segmentation, status: str, said: str) -> None:
    identity = Identity.model_validate({"status": status, "overlap": 0.6, "previous": "Old"})

    assert said in words.identity_words(segmentation.cards[0].model_copy(update={"identity": identity}))


@pytest.mark.parametrize(("wanted", "place"), [("2", 1), ("9", 2), ("0", 0), ("-1", 0), ("x", 0), ("²", 0),
                                               (["1", "2"], 0), (None, 0)])
def test_an_unknown_number_opens_the_nearest_segment_with_a_notice(data: SegmentationData, wanted: object, place: int
                                                                   ) -> None:
    found, notice = nearest(wanted, 3)

    assert found == place
    assert bool(notice) == (wanted != "2")
    assert notice in str(segment.layout(data, segment_number=wanted, run=RUN[:12], age="30~40"))


def test_the_layout_needs_neither_arguments_nor_a_store(data: SegmentationData) -> None:
    assert RUN in str(segment.layout(data))
    assert "make demo" in str(segment.layout(SegmentationData(lambda: MemoryStore({}), Settings(poll_seconds=1))))


def test_the_charts_answer_through_the_app_and_a_forged_number_does_no_harm(app: dash.Dash) -> None:
    client = app.server.test_client()
    assert client.get("/segment/2").status_code == 200
    names = ["differences", "categories", "channels", "traits", "responses"]

    def ask(number: object) -> int:
        answer = client.post("/_dash-update-component", json={
            "output": ".." + "...".join(f"segment-{name}.figure" for name in names) + "..",
            "outputs": [{"id": f"segment-{name}", "property": "figure"} for name in names],
            "inputs": [{"id": "scheme", "property": "data", "value": "light"}], "changedPropIds": ["scheme.data"],
            "state": [{"id": "page-run", "property": "data", "value": {"run": RUN}},
                      {"id": "segment-number", "property": "data", "value": number}]})
        return len(answer.get_json()["response"]) if answer.status_code == 200 else 0

    assert ask(1) == len(names)
    assert [ask(number) for number in (7, -1, "1", None, [1])] == [0] * 5


def _data(it: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN: it}, (champion(),))
    return SegmentationData(lambda: store, Settings(poll_seconds=1))


