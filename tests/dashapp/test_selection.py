"""Selections survive the way through a URL, and nonsense in a URL is told, never raised."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashapp.frame import own_parameters
from dashapp.pages import PAGES
from dashapp.selecting import (
    MAP,
    SEGMENT,
    Area,
    Cube,
    Filter,
    Range,
    Selection,
    Values,
    to_query,
)
from dashapp.selecting.selection import area_of, parse_range, snapped
from pipeline.contract import Segmentation

ends = st.floats(-1e9, 1e9, allow_nan=False)


@st.composite
def selections(draw: st.DrawFn, cube: Cube) -> Selection:
    filters: dict[str, Filter] = {}
    for name in draw(st.lists(st.sampled_from(sorted(cube.dimensions)), unique=True)):
        dimension = cube.dimensions[name]
        if dimension.kind == "map":
            corners = draw(st.lists(st.tuples(ends, ends), min_size=3, max_size=20))
            filters[name] = Area(tuple(corners))
        elif dimension.kind == "number":
            low, high = sorted(draw(st.lists(ends, min_size=2, max_size=2, unique=True)))
            filters[name] = Range(*draw(st.sampled_from([(low, high), (low, None), (None, high)])))
        else:
            kept = draw(st.sets(st.sampled_from(dimension.tokens), min_size=1))
            filters[name] = Values(tuple(token for token in dimension.tokens if token in kept))
    return Selection(filters)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_a_selection_comes_back_from_its_url_as_it_was(cube: Cube, data: st.DataObject) -> None:
    selection = data.draw(selections(cube))

    query = to_query(selection, "abc123")

    assert cube.selected(query) == (selection, ())
    assert dict(parse_qsl(query))["run"] == "abc123"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(query=st.text(max_size=200) | st.from_regex(r"(age|map|segment|run|main\.channels)=[^&]{0,40}(&age=~)?"))
def test_no_query_makes_parsing_fail(cube: Cube, query: str) -> None:
    selection, _ = cube.selected(query)

    assert set(selection.filters) <= set(cube.dimensions)
    assert cube.filtered(selection).customers >= 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("planet=Mars", "“planet”"),
        ("age=old", "“Age”"),
        ("age=45~30", "“Age”"),
        ("age=nan~inf", "“Age”"),
        ("segment=gone", "“Segment”"),
        ("map=1,2,3", "“Map”"),
        ("map=1,2,3,4,5,x", "“Map”"),
        ("marital_status=Married&marital_status=YOLO", "Some values of “Marital status”"),
        ("x" * 9000, "too long"),
    ],
)
def test_what_does_not_fit_is_said(cube: Cube, query: str, said: str) -> None:
    _, notices = cube.selected(query)

    assert said in " ".join(notices)


def test_the_rest_of_an_outdated_link_still_holds(cube: Cube) -> None:
    selection, notices = cube.selected("?run=abc&segment=gone&age=30~45")

    assert selection.filters == {"age": Range(30.0, 45.0)}
    assert len(notices) == 1


def test_what_a_page_keeps_for_itself_is_no_filter(segmentation: Segmentation) -> None:
    cube = Cube(segmentation, own_parameters(PAGES))

    assert cube.selected("?of=s1&item=Tea&pair=Tea~Milk") == (Selection(), ())
    assert cube.kept_by_pages("?of=s1&age=30~40&pair=Tea~Milk") == [("of", "s1"), ("pair", "Tea~Milk")]


def test_a_column_named_like_a_pages_own_parameter_is_filtered_on_under_another_name(
    segmentation: Segmentation,
) -> None:
    cube = Cube(segmentation, frozenset({"age"}))

    selection, notices = cube.selected("?column.age=30~45&age=x")

    assert (selection.filters, notices) == ({"column.age": Range(30.0, 45.0)}, ())
    assert cube.kept_by_pages("?column.age=30~45&age=x") == [("age", "x")]


def test_a_second_click_undoes_the_first(cube: Cube) -> None:
    for name in ("marital_status", "age", SEGMENT, "main.channels"):
        dimension = cube.dimensions[name]
        once = Selection().toggled(dimension, dimension.tokens[0])

        assert once.filters
        assert once.toggled(dimension, dimension.tokens[0]) == Selection()
        assert Selection().toggled(dimension, "no such mark") == Selection()


def test_clicks_on_categories_add_up_and_clicks_on_bars_move_on(cube: Cube) -> None:
    status, age = cube.dimensions["marital_status"], cube.dimensions["age"]

    both = Selection().toggled(status, status.tokens[1]).toggled(status, status.tokens[0])
    moved = Selection().toggled(age, age.tokens[1]).toggled(age, age.tokens[2])

    assert both.filters["marital_status"] == Values(status.tokens[:2])
    assert moved.filters["age"] == parse_range(age.tokens[2])


def test_a_drag_takes_the_bars_whose_middle_it_covers(cube: Cube) -> None:
    age = cube.dimensions["age"]
    centres = age.centres

    assert snapped(age, centres[2] - 0.1, centres[4] + 0.1) == Range(age.edges[2], age.edges[5])
    assert snapped(age, centres[4] + 0.2, centres[4] + 0.1) == Range(age.edges[4], age.edges[5])
    assert snapped(age, -1e9, 1e9) is None
    assert snapped(age, float("nan"), 3.0) is None


def test_an_outline_is_kept_short_and_keeps_its_shape(cube: Cube) -> None:
    import math

    angles = [2 * math.pi * step / 400 for step in range(400)]
    area = area_of([3 * math.cos(one) for one in angles], [3 * math.sin(one) for one in angles], span=10.0)

    assert area is not None
    assert 8 <= len(area.corners) <= 32
    assert all(2.9 < math.hypot(*corner) < 3.1 for corner in area.corners)
    assert area_of([0.0, 1.0], [0.0, 1.0], span=10.0) is None
    assert MAP not in cube.selected(to_query(Selection()))[0].filters
