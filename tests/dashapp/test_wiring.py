"""The app through Flask's test client: every id exists, real callbacks answer, forged ones do no harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dash
import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient

import dashapp
from dashapp import frame, ids
from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.frame import Page
from dashapp.pages import PAGES
from pipeline.errors import StoreError
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore

ASSETS = Path(dashapp.__file__).parent / "assets"
ORIGIN = {"run": RUN, "experiment": "sample", "link": "", "champion": RUN, "linked": True}


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    client = app.server.test_client()
    client.get("/")
    return client


def ids_of(component: Component) -> set[str]:
    found = set()
    for one in [component, *component._traverse()]:
        name = getattr(one, "id", None)
        if isinstance(name, str):
            found.add(name)
        elif isinstance(name, dict):
            found.add(json.dumps(dict.fromkeys(sorted(name), "ALL") | {"type": name["type"]}, sort_keys=True))
    return found


def all_ids(data: SegmentationData) -> set[str]:
    pages = [page.drawn(data) for page in PAGES]
    return set().union(*(ids_of(page) for page in [frame.around(PAGES), *pages]))


def wanted_ids(client: FlaskClient) -> set[str]:
    found = set()
    for one in client.get("/_dash-dependencies").get_json():
        outputs = one["output"].strip(".").split("...")
        names = [place["id"] for place in [*one["inputs"], *one["state"]]]
        for name in [*names, *(output.rsplit(".", 1)[0] for output in outputs)]:
            if name.startswith("{"):
                pattern = json.loads(name)
                name = json.dumps(
                    {key: value if key == "type" else "ALL" for key, value in pattern.items()}, sort_keys=True
                )
            if not name.startswith("_pages"):
                found.add(name.split("@")[0])
    return found


def test_every_id_of_a_callback_stands_on_a_page(client: FlaskClient, data: SegmentationData) -> None:
    made_by_callbacks = {
        json.dumps({"type": kind, key: "ALL"}, sort_keys=True)
        for kind, key in (("remove", "dimension"), ("reset", "place"), ("chosen", "dimension"))
    }

    assert wanted_ids(client) - all_ids(data) - made_by_callbacks == set()


def test_with_an_empty_store_the_same_named_ids_exist() -> None:
    empty = SegmentationData(lambda: MemoryStore({}), Settings(poll_seconds=1))
    dash.page_registry.clear()
    try:
        client = create_app(empty).server.test_client()
        client.get("/")
        named = {one for one in wanted_ids(client) if not one.startswith("{")}
        assert named - all_ids(empty) == set()
    finally:
        dash.page_registry.clear()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_address_of_a_page_is_known(client: FlaskClient, page: Page) -> None:
    for path in (page.path, page.about(2), f"{page.path}?run=nonsense"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/explore/nowhere", "/segments", "/404", "/favicon.png"])
def test_an_address_of_no_page_is_404_and_still_the_screen_that_tells_so(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "react-entry-point" in answer.text  # from where the page "There is no such page" is asked for


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_empty_store_says_what_to_run(page: Page) -> None:
    def refuse() -> MemoryStore:
        raise StoreError.because("there is no store at /x/mlflow.db")

    text = str(page.drawn(SegmentationData(refuse, Settings(poll_seconds=1))))

    assert "make demo" in text
    assert "korzina train" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"run": "nonsense"},
        {"run": ["a", "b"]},
        {"data": "1", "self": "2", "age": "30~40", "any key": "x"},
    ],
)
def test_a_layout_takes_whatever_stands_in_the_address(
    data: SegmentationData, page: Page, query: dict[str, Any]
) -> None:
    assert RUN in str(page.drawn(data, **query))


def post(
    client: FlaskClient, output: str, outputs: Any, inputs: list[Any], state: list[Any], changed: list[str]
) -> Any:
    return client.post(
        "/_dash-update-component",
        json={"output": output, "outputs": outputs, "inputs": inputs, "state": state, "changedPropIds": changed},
    )


def value(id: Any, prop: str, content: object) -> dict[str, Any]:
    return {"id": id, "property": prop, "value": content}


def event(client: FlaskClient, content: object, search: object = "", origin: object = ORIGIN) -> Any:
    return post(
        client,
        "url.search",
        {"id": ids.URL, "property": "search"},
        [value(ids.EVENT, "data", content)],
        [value(ids.URL, "search", search), value(ids.PAGE, "data", origin)],
        ["event.data"],
    )


def searched(answer: Any) -> str | None:
    if answer.status_code == 204:
        return None
    assert "sideUpdate" not in answer.get_json(), "an error was shown"
    found = answer.get_json()["response"].get("url", {}).get("search")
    return None if found is None else str(found)


def test_clicks_drags_and_outlines_become_the_address_and_a_second_click_undoes(client: FlaskClient) -> None:
    clicked = searched(event(client, {"dimension": "marital_status", "token": "Married"}))
    both = searched(event(client, {"dimension": "age", "xs": [30.0, 41.0]}, clicked))
    drawn = searched(event(client, {"dimension": "map", "xs": [0.0, 2.0, 2.0], "ys": [0.0, 0.0, 2.0]}, both))
    undone = searched(event(client, {"dimension": "marital_status", "token": "Married"}, clicked))

    assert clicked == f"?run={RUN[:12]}&marital_status=Married"
    assert "age=30~" in str(both)
    assert "map=0,0,2,0,2,2" in str(drawn)
    assert undone == ""
    assert searched(event(client, {"reset": True}, drawn)) == ""
    assert "age" not in str(searched(event(client, {"dimension": "age", "remove": True}, drawn)))


def test_what_a_page_keeps_in_the_address_outlasts_a_change_of_the_selection(client: FlaskClient) -> None:
    found = searched(event(client, {"dimension": "age", "remove": True}, "?age=30~45&of=sample-1&run=x"))

    assert found == "?of=sample-1"


def test_a_click_on_the_map_chooses_the_segment(client: FlaskClient) -> None:
    assert "segment=sample-1" in str(searched(event(client, {"dimension": "map", "token": "sample-1"})))


@pytest.mark.parametrize(
    "content",
    [
        None,
        3,
        "x",
        [],
        {},
        {"dimension": 5},
        {"dimension": "gone", "token": "x"},
        {"dimension": "age", "token": "x"},
        {"dimension": "age", "xs": ["a", {}]},
        {"dimension": "age", "xs": [1e400, 2]},
        {"dimension": "map", "xs": [1], "ys": 3},
        {"dimension": "map", "xs": [1.0] * 30_000, "ys": [1.0] * 30_000},
        {"dimension": "segment", "xs": [1, 2]},
        {"dimension": ["age"], "remove": True},
        {"dimension": "map", "xs": [True, 1, 2], "ys": [1, 2, 3]},
    ],
)
@pytest.mark.parametrize("origin", [ORIGIN, None, [], {"run": 3}, {"run": "gone"}])
def test_a_forged_event_changes_nothing_and_breaks_nothing(
    client: FlaskClient, content: object, origin: object
) -> None:
    answer = event(client, content, origin=origin)

    assert answer.status_code in (200, 204)
    assert searched(answer) in (None, "")


def draw(client: FlaskClient, search: str) -> dict[str, Any]:
    charts = ["map", "age", "main.categories", "marital_status"]
    places = [
        [{"id": ids.linked(name), "property": "figure"} for name in charts],
        [{"id": ids.linked_summary(name), "property": "children"} for name in charts],
        {"id": "explore-legend", "property": "children"},
        {"id": "explore-finding", "property": "children"},
    ]
    linked = '{"chart":["ALL"],"type":"linked"}.figure...{"chart":["ALL"],"type":"linked-summary"}.children'
    answer = post(
        client,
        f"..{linked}...explore-legend.children...explore-finding.children..",
        places,
        [value(ids.URL, "search", search), value(ids.SCHEME, "data", "light")],
        [value(ids.PAGE, "data", ORIGIN), [value(ids.linked(name), "id", ids.linked(name)) for name in charts]],
        ["url.search"],
    )
    assert answer.status_code == 200, answer.data[:500]
    return dict(answer.get_json()["response"])


def test_one_callback_draws_every_chart_under_the_selection(client: FlaskClient) -> None:
    everyone = draw(client, "")
    fewer = draw(client, "?marital_status=Single")

    age = json.dumps({"chart": "age", "type": "linked"}, separators=(",", ":"))
    words = json.dumps({"chart": "map", "type": "linked-summary"}, separators=(",", ":"))
    assert everyone[words]["children"] == "All 400 customers"
    assert "of 400 customers" in fewer[words]["children"]
    assert everyone[age]["figure"]["data"] != fewer[age]["figure"]["data"]
    assert "explore-legend" in fewer
    assert "stand out most" in everyone["explore-finding"]["children"]


def chips(client: FlaskClient, search: str, path: str = "/explore", *, linked: bool = True) -> Any:
    return post(
        client,
        "chips.children",
        {"id": ids.CHIPS, "property": "children"},
        [value(ids.URL, "search", search)],
        [value(ids.PAGE, "data", {**ORIGIN, "linked": linked}), value(ids.URL, "pathname", path)],
        ["url.search"],
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/segment/2", "the whole segment"),
        ("/baskets", "over whole segments"),
        ("/compare", "over all their customers"),
        ("/data", "every row"),
        ("/score", "new customers"),
    ],
)
def test_a_page_that_does_not_follow_the_selection_says_why(client: FlaskClient, path: str, reason: str) -> None:
    text = chips(client, "?age=30~45", path, linked=False).get_data(as_text=True)

    assert reason in text
    assert "Selected: " in text
    assert "Remove filter" not in chips(client, "", path, linked=False).get_data(as_text=True)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("?segment=sample-1", "/segment/2?segment=sample-1"),
        ("", "/segment/1"),
        ("?segment=sample-1&segment=sample-2", "/segment/1?segment=sample-1&segment=sample-2"),
    ],
)
def test_the_link_to_a_segment_opens_the_one_that_is_selected_alone(
    client: FlaskClient, search: str, expected: str
) -> None:
    link = json.dumps(ids.nav("segment"), sort_keys=True, separators=(",", ":"))

    assert chips(client, search).get_json()["sideUpdate"][link]["href"] == expected


def test_the_chips_say_what_is_selected(client: FlaskClient) -> None:
    text = chips(client, "?age=30~45&planet=Mars").get_data(as_text=True)

    assert "Age: 30 to 44 years" in text
    assert "of 400 customers" in text
    assert "planet" in text


def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"ready": True, "reasons": []}


def test_not_ready_is_503_with_the_reason_in_words(store: MemoryStore, client: FlaskClient) -> None:
    store.current = ()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "korzina train" in answer.get_json()["reasons"][0]


def test_nothing_of_a_page_comes_from_another_host_and_no_tool_server_runs(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)

    assert '<html lang="en">' in html
    assert "https://" not in html
    assert client.post("/_mcp").status_code in (404, 405)
    css = "".join(file.read_text("utf-8") for file in ASSETS.glob("*.css"))
    assert "url(http" not in css
    assert "@import" not in css
