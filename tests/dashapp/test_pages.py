"""A page is one value: the app, the screen around it and the address know it by that alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dash
import pytest
from dash import Dash, Input, Output, html
from flask.testing import FlaskClient

from dashapp import ids, pages
from dashapp.access import PageRights
from dashapp.app import create_app
from dashapp.data import SegmentationData, View
from dashapp.frame import Lack, Page, own_parameters
from dashapp.pages import PAGES
from dashapp.selecting import Range
from pipeline.contract import Segmentation
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore, champion
from tests.dashapp.test_wiring import chips, event, post, searched, value


def _layout(_data: SegmentationData, _view: View, /, depth: object = "", **_address: object) -> list[Any]:
    return [html.P(f"depth {depth}"), html.P(id="invented-told")]


def _tell(search: str) -> str:
    return f"told of {search}"


def _register(app: Dash, _data: SegmentationData) -> None:
    app.callback(Output("invented-told", "children"), Input(ids.URL, "search"))(_tell)


INVENTED = Page(
    name="invented",
    path="/invented",
    label="Invention",
    question="How deep?",
    layout=_layout,
    register=_register,
    rights=PageRights("viewer"),
    parameters=frozenset({"depth", "age"}),
    apart="Depth is the same for everybody.",
)


@pytest.fixture
def client(data: SegmentationData) -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    client = create_app(data, (*PAGES, INVENTED)).server.test_client()
    client.get("/")
    yield client
    dash.page_registry.clear()


def test_every_page_stands_in_the_folder_of_its_name() -> None:
    folders = {path.parent.name for path in Path(pages.__file__).parent.glob("*/__init__.py")}

    assert {page.name for page in PAGES} == folders
    assert len({page.path for page in PAGES}) == len(PAGES)
    assert all(page.linked != bool(page.apart) for page in PAGES), "a page follows the selection, or says why not"


def test_a_page_of_the_list_has_its_link_address_title_and_callbacks(client: FlaskClient) -> None:
    entry = dash.page_registry["dashapp.pages.invented"]
    header = str(client.get("/_dash-layout").get_json())
    told = post(
        client,
        "invented-told.children",
        {"id": "invented-told", "property": "children"},
        [value(ids.URL, "search", "?depth=3")],
        [],
        ["url.search"],
    ).get_json()

    assert "'href': '/invented'" in header
    assert "'page': 'invented'" in header
    assert (entry["path"], entry["title"]()) == ("/invented", "Invention · Korzina")
    assert "depth 3" in str(entry["layout"](depth="3"))
    assert "How deep?" in str(entry["layout"]())
    assert told["response"]["invented-told"]["children"] == "told of ?depth=3"


def test_what_it_keeps_in_the_address_outlasts_a_change_of_the_selection(client: FlaskClient) -> None:
    found = searched(event(client, {"dimension": "marital_status", "token": "Married"}, "?depth=3"))

    assert str(found).endswith("marital_status=Married&depth=3")


def test_a_column_of_the_name_of_its_parameter_can_still_be_filtered_on(
    client: FlaskClient, data: SegmentationData
) -> None:
    run = data.view().run

    assert run is not None
    assert run.cube.selected("?column.age=30~40&age=x")[0].filters == {"column.age": Range(30.0, 40.0)}


def test_it_says_why_it_does_not_follow_the_selection(client: FlaskClient) -> None:
    told = chips(client, "?marital_status=Single", "/invented", linked=False).get_data(as_text=True)

    assert "Depth is the same for everybody." in told


def test_an_app_without_the_page_knows_nothing_of_it(client: FlaskClient, segmentation: Segmentation) -> None:
    """Two apps in one process: what one keeps in the address is unknown to the other's data."""
    store = MemoryStore({segmentation.run_id: segmentation}, (champion(),))
    other = SegmentationData(lambda: store, Settings(poll_seconds=0.01))
    dash.page_registry.clear()
    header = str(create_app(other).server.test_client().get("/_dash-layout").get_json())
    run = other.view().run

    assert run is not None
    assert "/invented" not in header
    assert "age" in run.cube.dimensions
    assert "depth" not in own_parameters(PAGES)
    assert "“depth”" in " ".join(run.cube.selected("?depth=3")[1])


def test_a_page_says_what_a_run_lacks_for_it(data: SegmentationData) -> None:
    lacking = replace(INVENTED, needs=lambda it: Lack("No depth.", f"None at {it.k}."))

    assert "No depth." in str(lacking.drawn(data))
    assert "None at 3." in str(lacking.drawn(data))
    assert "No depth." not in str(replace(INVENTED, needs=lambda _it: None).drawn(data))
