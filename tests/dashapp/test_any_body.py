"""Any JSON, and bodies that nearly fit, held against the callbacks of an app: judged in words, never an error."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashapp.guard.bodies import misfit

PATTERN = '{"index":["ALL"],"type":"chart"}'
CALLBACKS: dict[str, Any] = {
    "chips.children": {
        "callback": print,
        "inputs": [{"id": "_pages_location", "property": "pathname"}, {"id": PATTERN, "property": "selectedData"}],
        "state": [{"id": "view", "property": "data"}],
    },
    "..a.children...b.value..": {"callback": print, "inputs": [{"id": "a", "property": "n_clicks"}], "state": []},
    "only.browser": {"inputs": [], "state": []},
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("\ud800")
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
IDS = st.sampled_from(
    ["a", "b", "chips", "view", "_pages_location", {"index": 1, "type": "chart"}, {"index": [], "type": "chart"}]
)
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "id": IDS | JSON,
        "property": st.sampled_from(["children", "value", "pathname", "data"]) | JSON,
        "value": JSON,
    },
)
LISTS = st.lists(PLACES | st.lists(PLACES, max_size=2), max_size=3) | PLACES | JSON
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "output": st.sampled_from(list(CALLBACKS)) | JSON,
        "outputs": LISTS,
        "inputs": LISTS,
        "state": LISTS,
        "changedPropIds": st.lists(st.text(max_size=9) | st.just("a.n_clicks"), max_size=2) | JSON,
    },
)
APP = Flask("any")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=BODIES | JSON)
def test_any_body_is_judged(body: object) -> None:
    with APP.test_request_context("/", method="POST", data=json.dumps(body), content_type="application/json"):
        said = misfit(CALLBACKS, request)

    assert isinstance(said, str)
    if not isinstance(body, dict) or body.get("output") not in ("chips.children", "..a.children...b.value.."):
        assert said


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=80))
def test_any_bytes_are_judged(data: bytes) -> None:
    with APP.test_request_context("/", method="POST", data=data, content_type="application/json"):
        assert misfit(CALLBACKS, request)
