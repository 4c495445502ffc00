"""Filters without a chart, and any two traits against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashapp.charts import LIGHT
from dashapp.data import Run
from dashapp.pages.explore import controls
from dashapp.pages.explore.chart_tables import question
from dashapp.pages.explore.figures import pairs
from dashapp.selecting import SEGMENT, SURE, Area, Cube, Range, Selection, Values, changed
from dashapp.telling.wording import chip
from pipeline.contract import Segmentation
from tests.dashapp.test_crossfilter import marks


@pytest.fixture(scope="module")
def run(segmentation: Segmentation) -> Run:
    return Run(segmentation)


def test_a_slider_makes_a_range_and_its_ends_are_open(run: Run) -> None:
    low, high = run.cube.dimensions["age"].ends
    middle = changed(run.cube, Selection(), {"dimension": "age", "span": [low + 5, high]})

    assert middle == Selection({"age": Range(low + 5, None)})
    assert changed(run.cube, middle, {"dimension": "age", "span": [low, high]}) == Selection()


def test_a_list_makes_values_in_the_dimensions_order(run: Run) -> None:
    chosen = changed(run.cube, Selection(), {"dimension": "marital_status", "tokens": ["Single", "Married", "gone", 3]})

    assert set(chosen.filters["marital_status"].tokens) == {"Married", "Single"}  # type: ignore[union-attr]
    assert changed(run.cube, chosen, {"dimension": "marital_status", "tokens": []}) == Selection()


def test_a_cell_filters_on_both_and_a_second_click_undoes_it(run: Run) -> None:
    token = run.cube.dimensions["age"].tokens[4]
    event = {"pair": [["age", token], ["marital_status", "Married"]]}

    once = changed(run.cube, Selection(), event)

    assert once.filters["marital_status"] == Values(("Married",))
    assert isinstance(once.filters["age"], Range)
    assert changed(run.cube, once, event) == Selection()


def test_a_filter_names_the_ends_that_it_has(run: Run) -> None:
    sure = run.cube.dimensions[SURE]

    assert chip(sure, Range(0.05, 0.2)) == "How surely a customer belongs (silhouette): 0.05 to 0.2"
    assert chip(sure, Range(0.25, None)).endswith(": 0.25 and over")


@pytest.mark.parametrize(
    "event",
    [
        {"pair": []},
        {"pair": [["age"]]},
        {"pair": [["age", 3], ["gone", "x"]]},
        {"pair": [[["age"], "x"], None]},
        {"dimension": "age", "span": [3]},
        {"dimension": "age", "span": ["a", "b"]},
        {"dimension": "age", "tokens": ["x"]},
        {"dimension": "map", "tokens": ["x"]},
        {"dimension": "marital_status", "span": [1, 2]},
        {"dimension": "age", "span": [1e300, 2e300]},
        {"brush": [None, {"brush": [{"reset": True}]}, {"reset": True}]},
    ],
)
def test_a_forged_event_changes_nothing(run: Run, event: dict[str, Any]) -> None:
    held = Selection({"income": Range(1.0, 9.0)})

    assert changed(run.cube, held, event) == held


@pytest.mark.parametrize("names", [("age", "spend"), ("segment", "marital_status"), ("main.categories", "age")])
def test_two_traits_are_counted_under_every_filter_but_their_own(
    segmentation: Segmentation, cube: Cube, names: tuple[str, str]
) -> None:
    across, up = (cube.dimensions[name] for name in names)
    selection = Selection({"income": Range(40_000.0, None), "age": Range(30.0, 60.0)})
    passing = segmentation.customers["income"] >= 40_000
    if "age" not in names:
        passing &= segmentation.customers["age"].between(30, 60, inclusive="left")

    counts = pairs.pair_of(cube.filtered(selection), across, up).counts

    rows, columns = marks(segmentation, across)[passing], marks(segmentation, up)[passing]
    expected = pd.crosstab(rows, columns).reindex(index=across.tokens, columns=up.tokens, fill_value=0)
    assert counts.tolist() == expected.to_numpy().tolist()


def test_the_chart_is_valid_and_its_sentence_names_the_fullest_cell(run: Run) -> None:
    cube = run.cube
    pair = pairs.pair_of(cube.everyone, cube.dimensions["age"], cube.dimensions["marital_status"])

    figure = pairs.draw(pair, LIGHT)

    go.Figure(figure.to_plotly_json())  # Plotly's own check
    place = np.unravel_index(pair.counts.argmax(), pair.counts.shape)[1]
    assert cube.dimensions["marital_status"].labels[place] in pairs.sentence(pair)


def test_a_control_stands_at_the_filter_in_force(run: Run) -> None:
    age, status = run.cube.dimensions["age"], run.cube.dimensions["marital_status"]

    assert controls.value_of(age, Range(30.0, None)) == [30.0, age.ends[1]]
    assert controls.value_of(status, Values(("Married",))) == ["Married"]
    assert controls.value_of(age, Area(())) == list(age.ends)


@pytest.mark.parametrize("name", [None, 3, "map", "gone", ["age"]])
def test_only_what_can_be_filtered_by_gets_a_control(run: Run, name: object) -> None:
    assert controls.usable(run, name) is None


@pytest.mark.parametrize(
    ("high", "asked"),
    [("bought long ago", True), ("", True), ("давно не покупали", True), ("active long ago", False)],
)
def test_nobody_is_asked_when_they_bought_where_a_recency_is_of_something_else(
    segmentation: Segmentation, high: str, asked: bool
) -> None:
    dimension = next(one for one in Cube(segmentation).dimensions.values() if one.kind == "number")
    column = segmentation.dataset.column(dimension.column).model_copy(update={"meaning": "recency", "high": high})
    columns = tuple(column if one.name == column.name else one for one in segmentation.dataset.columns)
    told = replace(segmentation, dataset=segmentation.dataset.model_copy(update={"columns": columns}))

    title = question(Run(told), dimension)

    assert title == ("When did they last buy?" if asked else column.label)


def test_long_names_at_an_axis_are_told_apart_over_several_lines(segmentation: Segmentation) -> None:
    long = (
        "Higher price matters and lower trust",
        "Higher price matters and lower quality",
        "Расходы в ресторане: второе",
    )
    cards = tuple(card.model_copy(update={"name": name}) for card, name in zip(segmentation.cards, long, strict=True))
    cube = Cube(replace(segmentation, cards=cards))
    pair = pairs.pair_of(cube.filtered(Selection()), cube.dimensions[SEGMENT], cube.dimensions[SEGMENT])

    figure = pairs.draw(pair, LIGHT)

    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert [text.replace("<br>", " ") for text in axis.ticktext] == list(long)
        assert all("<br>" in text for text in axis.ticktext)
