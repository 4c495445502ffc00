"""Under a prefix every address that goes out carries it, and every request is understood with it and without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import dash
import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.prefix import UnderPrefix, add_slash, inner, outer
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore

PREFIX = "/tools/korzina"


@pytest.fixture
def client(store: MemoryStore) -> Iterator[FlaskClient]:
    """The dashboard under the prefix."""
    dash.page_registry.clear()
    data = SegmentationData(lambda: store, Settings(url_prefix=PREFIX))
    client = create_app(data).server.test_client()
    client.get("/")
    yield client
    dash.page_registry.clear()


@pytest.fixture
def echo() -> FlaskClient:
    """A server that says what it was asked for."""
    server = Flask("echo")

    @server.route("/", defaults={"path": ""})
    @server.route("/<path:path>")
    def say(path: str) -> dict[str, str]:
        seen = {"path": request.path, "outer": outer("/explore?k=1"), "inner": inner(request.args.get("at"))}
        return {**seen, "query": request.query_string.decode()}

    server.before_request(add_slash)
    server.wsgi_app = UnderPrefix(server.wsgi_app, PREFIX)
    return server.test_client()


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (f"{PREFIX}/", "/"),
        (f"{PREFIX}/segment/2", "/segment/2"),
        (f"{PREFIX}{PREFIX}/", f"{PREFIX}/"),  # taken away once only
        ("/", "/"),  # the proxy took it away
        ("/segment/2", "/segment/2"),
        ("/tools/korzina-2/x", "/tools/korzina-2/x"),  # begins like it and is another
    ],
)
def test_a_request_is_the_same_with_the_prefix_and_without(echo: FlaskClient, asked: str, path: str) -> None:
    answer = echo.get(asked, query_string={"at": f"{PREFIX}/compare"}).get_json()

    assert answer["path"] == path
    assert answer["outer"] == f"{PREFIX}/explore?k=1"
    assert answer["inner"] == "/compare"


def test_the_bare_prefix_is_led_to_the_first_page_with_its_query(echo: FlaskClient) -> None:
    answer = echo.get(f"{PREFIX}?run=1&x=%2F")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PREFIX}/?run=1&x=%2F")
    assert echo.get(PREFIX).headers["Location"] == f"{PREFIX}/"


def test_the_bare_prefix_answers_like_every_other_address(client: FlaskClient) -> None:
    """Behind the guard: known names alone, no page of another site, and the headers and the number of every answer."""
    known, first = client.get(f"{PREFIX}?run=1"), client.get(f"{PREFIX}/")

    assert (known.status_code, known.headers["Location"]) == (302, f"{PREFIX}/?run=1")
    own = {"Location", "Content-Length", "Content-Encoding", "Content-Type"}
    assert {name for name, _value in first.headers} - own <= {name for name, _value in known.headers}
    assert known.headers["Cache-Control"] == "no-store"
    assert client.get(PREFIX, headers={"Host": "evil.example"}).status_code == 421
    assert client.get(PREFIX, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.get(PREFIX, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403
    assert [client.open(PREFIX, method=method).status_code for method in ("POST", "PUT", "DELETE")] == [405] * 3


@pytest.mark.parametrize("path", [None, 3, "", "compare", "/compare", "/tools/korzina-2/compare", "https://host/x"])
def test_what_is_no_page_of_ours_is_none(echo: FlaskClient, path: Any) -> None:
    with echo.application.test_request_context(f"{PREFIX}/", base_url=f"http://localhost{PREFIX}"):
        assert request.script_root == PREFIX
        assert inner(path) == ""


def test_without_a_prefix_addresses_stay() -> None:
    assert outer("/explore") == "/explore"
    assert (inner("/explore"), inner("/"), inner(None)) == ("/explore", "/", "")


@pytest.mark.parametrize("place", ["healthz", "readyz", "customers.csv", "report", "_dash-layout", "assets/print.css"])
def test_every_route_answers_both_ways(client: FlaskClient, place: str) -> None:
    for address in (f"{PREFIX}/{place}", f"/{place}"):
        with client.get(address) as answer:
            assert answer.status_code == 200


def addresses(value: object) -> Iterator[str]:
    """What stands in ``href`` and ``src`` anywhere in an answer of Dash."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name in ("href", "src") and isinstance(part, str):
                yield part
            else:
                yield from addresses(part)
    elif isinstance(value, list):
        for part in value:
            yield from addresses(part)


def outside(found: list[str]) -> list[str]:
    """Addresses of this server that leave the prefix; those of a place on the page and of nothing else do not."""
    return [one for one in found if not one.startswith((f"{PREFIX}/", "#", "?", "data:"))]


def test_the_page_around_asks_for_nothing_outside(client: FlaskClient) -> None:
    page = client.get(f"{PREFIX}/").get_data(as_text=True)
    found = re.findall(r'(?:href|src)="([^"]+)"', page)

    assert len(found) > 10
    assert outside(found) == []
    assert outside(list(addresses(client.get("/_dash-layout").get_json()))) == []


def drawn(client: FlaskClient, address: str) -> str:
    """What the router draws for a browser that stands at ``address``."""
    callback = next(
        one for one in client.get("/_dash-dependencies").get_json() if one["output"].startswith(".._pages_content")
    )
    outputs = [
        dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in callback["output"][2:-2].split("...")
    ]
    answer = client.post(
        f"{PREFIX}/_dash-update-component",
        json={
            "output": callback["output"],
            "outputs": outputs,
            "inputs": [
                {**one, "value": address if one["property"] == "pathname" else ""} for one in callback["inputs"]
            ],
            "changedPropIds": ["_pages_location.pathname"],
            "state": [{**one, "value": None} for one in callback["state"]],
        },
    )
    return json.dumps(answer.get_json())


@pytest.mark.parametrize(
    "path", ["/", "/explore", "/segment/1", "/baskets", "/campaigns", "/compare", "/data", "/score", "/nowhere"]
)
def test_no_link_of_a_page_leads_outside(client: FlaskClient, path: str) -> None:
    content = drawn(client, f"{PREFIX}{path}")

    assert ("There is no such page" in content) == (path == "/nowhere")
    assert outside(list(addresses(json.loads(content)["response"]))) == []


@pytest.mark.parametrize("address", ["/", "/explore", "/tools/korzina-2/", "/tools/korzina-2/explore", "/tools", "//x"])
def test_an_address_beside_the_prefix_is_of_no_page(client: FlaskClient, address: str) -> None:
    assert "There is no such page" in drawn(client, address)
