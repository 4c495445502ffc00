"""Markup in names, labels, units and values of the data never reaches a chart as markup: every figure of every page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dash
import pandas as pd
import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel

from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.pages import PAGES
from pipeline.contract import Segmentation, SegmentCard
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.sample_baskets import with_affinities_of, with_sample_baskets
from tests.sample_campaigns import with_sample_plan
from tests.support import as_stored, make_training

LINK = '<a href="https://evil.example">go</a><b>'
OURS = ("b", "br", "extra", "i", "span", "sub", "sup", "em")  # what the charts write themselves
UNSEEN = ("customdata", "meta", "ids")  # for the selection; no chart writes them (tried below)
NAMED = {"label", "unit", "title", "high", "low", "name", "member_labels", "currency", "phrase", "order", "category"}
ORIGIN = {"run": RUN, "experiment": "sample", "link": "", "champion": RUN, "linked": True}


def hostile(value: Any, key: str = "") -> Any:
    """The same record whose words for people are markup; what names columns stays."""
    if isinstance(value, BaseModel):
        fields = [name for name in type(value).model_fields if name != "name" or isinstance(value, SegmentCard)]
        parts = {name: hostile(getattr(value, name), name) for name in fields}
        return value.model_copy(update=parts)
    if isinstance(value, tuple):
        return tuple(hostile(part, key) for part in value)
    return f"{value}{LINK}" if isinstance(value, str) and value and key in NAMED else value


def with_hostile_values(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table.assign(**{name: table[name] + LINK for name in columns if name in table})


@pytest.fixture(scope="module")
def segmentations() -> dict[str, Segmentation]:
    training = with_sample_baskets(with_sample_plan(make_training(300)))
    made = {}
    for number, k in enumerate((training.decision.k, *(k for k in (2, 3, 4) if k != training.decision.k))):
        it = with_affinities_of(as_stored(training, RUN[number:] + RUN[:number], k=k), training)
        spoken = {part: hostile(getattr(it, part)) for part in ("dataset", "cards", "decision", "candidates", "ledger")}
        words = ["marital_status", "education"]
        tables = {
            "customers": with_hostile_values(it.customers, words),
            "category_profiles": with_hostile_values(it.category_profiles, ["category"]),
        }
        made[it.run_id] = replace(it, **spoken, **tables)
    return made


@pytest.fixture(params=["en", "ru"])
def client(segmentations: dict[str, Segmentation], request: pytest.FixtureRequest) -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    first = segmentations[RUN]
    store = MemoryStore(segmentations, (champion(k=first.k),))
    client = create_app(SegmentationData(lambda: store, Settings(poll_seconds=60))).server.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = request.param
    client.get("/")
    yield client
    dash.page_registry.clear()


def page(client: FlaskClient, path: str) -> dict[str, Any]:
    """A page as the browser gets it."""
    places = [("_pages_content", "children"), ("_pages_store", "data")]
    inputs = [("pathname", path), ("search", "")]
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": "..._pages_content.children..._pages_store.data..".replace("..._", ".._", 1),
            "outputs": [{"id": name, "property": prop} for name, prop in places],
            "inputs": [{"id": "_pages_location", "property": prop, "value": value} for prop, value in inputs],
            "changedPropIds": ["_pages_location.pathname"],
        },
    )
    assert answer.status_code == 200, answer.text[:300]
    return dict(answer.get_json())


def walk(value: Any, *, leave: tuple[str, ...] = ()) -> Iterator[Any]:
    yield value
    parts = [part for key, part in value.items() if key not in leave] if isinstance(value, dict) else value
    for part in parts if isinstance(parts, list) else ():
        yield from walk(part, leave=leave)


def standing(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Props of every component of a page by its id as Dash writes it."""
    found = {}
    for part in walk(shown):
        props = part.get("props") if isinstance(part, dict) else None
        if isinstance(props, dict) and "id" in props:
            name = props["id"]
            found[name if isinstance(name, str) else json.dumps(name, sort_keys=True, separators=(",", ":"))] = props
    return found


GIVEN = {
    ("url", "search"): "",
    ("scheme", "data"): "light",
    ("screen", "data"): {"width": 1400},
    ("url", "pathname"): "/",
}


def places(pattern: str, prop: str, known: dict[str, dict[str, Any]], *, value: bool) -> Any:
    def one(name: str, held: dict[str, Any]) -> dict[str, Any]:
        place = {"id": json.loads(name) if name.startswith("{") else name, "property": prop}
        return place | ({"value": GIVEN.get((name, prop), held.get(prop))} if value else {})

    if '["ALL"]' not in pattern:
        return one(pattern, known.get(pattern, {}))
    wanted = json.loads(pattern)
    alike = [(name, held) for name, held in known.items() if name.startswith("{") and _fits(wanted, json.loads(name))]
    return [one(name, held) for name, held in alike]


def _fits(wanted: dict[str, Any], name: dict[str, Any]) -> bool:
    return wanted.keys() == name.keys() and all(part == ["ALL"] or name[key] == part for key, part in wanted.items())


def figures(client: FlaskClient, path: str) -> Iterator[dict[str, Any]]:
    """Every figure that stands on a page, and every one that its callbacks draw."""
    for said in answers(client, path):
        yield from (part for part in walk(said) if isinstance(part, dict) and {"data", "layout"} <= part.keys())


def answers(client: FlaskClient, path: str, known_statuses: tuple[int, ...] = (200, 204)) -> Iterator[Any]:
    """A page, and what its callbacks answer that draw or write something on it."""
    shown = page(client, path)
    yield shown
    known = standing(shown) | {name: {} for name, _prop in GIVEN}
    known["page-run"] = {"id": "page-run", "data": ORIGIN}
    for callback in client.get("/_dash-dependencies").get_json():
        name = callback["output"]
        parts = [part.rpartition(".") for part in (name[2:-2].split("...") if name.startswith("..") else [name])]
        drawn = [pattern for pattern, _dot, prop in parts if prop.startswith(("figure", "children"))]
        alone = [pattern for pattern in drawn if '["ALL"]' in pattern or pattern in known]
        if not alone or callback["clientside_function"] or name.startswith(".._pages"):
            continue
        outputs = [places(pattern, prop, known, value=False) for pattern, _dot, prop in parts]
        body = {
            "output": name,
            "outputs": outputs if name.startswith("..") else outputs[0],
            "inputs": [places(one["id"], one["property"], known, value=True) for one in callback["inputs"]],
            "state": [places(one["id"], one["property"], known, value=True) for one in callback["state"]],
            "changedPropIds": [],
        }
        answer = client.post("/_dash-update-component", json=body)
        assert answer.status_code in known_statuses, (name, answer.text[:300])
        if answer.status_code == 200:
            said = answer.get_json()
            assert "sideUpdate" not in said or "problem" not in said["sideUpdate"], (name, said["sideUpdate"])
            yield said


def tags(text: str) -> set[str]:
    return {tag.strip("</ >").split()[0].lower() for tag in _tags(text) if tag.strip("</ >")}


def _tags(text: str) -> list[str]:
    return [part.split(">")[0] for part in text.split("<")[1:] if part[:1].isalpha() or part[:1] == "/"]


@pytest.mark.parametrize("path", [one.path if not one.template else one.about(1) for one in PAGES])
def test_no_figure_of_a_page_holds_markup_from_the_data(client: FlaskClient, path: str) -> None:
    drawn = list(figures(client, path))
    texts = [part for figure in drawn for part in walk(figure, leave=UNSEEN) if isinstance(part, str)]

    bad = [text for text in texts if "evil.example" in text and "<a" in text.lower()]
    assert bad == [], bad[:3]
    templates = [text for text in texts if "%{" in text]
    assert not [text for text in templates for name in UNSEEN if f"%{{{name}" in text], "a chart writes them after all"
    strange = {tag for text in texts if len(text) < 2_000 for tag in tags(text)} - set(OURS)
    assert strange == set()
    if path in ("/explore", "/segment/1", "/compare"):
        assert any("evil.example" in text for text in texts), (
            "the names of the data stand on no chart: nothing was tried"
        )


def test_the_walk_finds_markup_where_it_stands() -> None:
    assert tags(LINK) == {"a", "b"}
    assert tags("3 < 4 and 5 > 2; a<br>b") == {"br"}
