"""Plotly's bundle: of the figures' release and with every kind of trace; the whole script where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import plotly.graph_objects as go
import pytest
from flask import Flask
from plotly.basedatatypes import BaseTraceType
from plotly.offline import get_plotlyjs

from dashapp.charts import bundle
from dashapp.routes import plotlyjs

DASHAPP = Path(plotlyjs.__file__).parents[1]


@pytest.fixture
def other_release(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bundle, "get_plotlyjs_version", lambda: "99.0.0")
    bundle.traces.cache_clear()
    yield
    bundle.traces.cache_clear()


def test_the_bundle_draws_every_trace_of_the_dashboard() -> None:
    source = "\n".join(path.read_text("utf-8") for path in DASHAPP.rglob("*.py"))
    known = {name: getattr(go, name) for name in dir(go)}
    kinds = {name.lower() for name, one in known.items() if isinstance(one, type) and issubclass(one, BaseTraceType)}
    used = set(re.findall(r'"type": "(\w+)"', source)) & kinds
    assert used >= {"scatter", "bar"}
    assert used <= bundle.traces(), "name it in scripts/plotly.sh and run `make plotly`"


def test_the_bundle_is_sent_in_place_of_the_whole_and_only_once() -> None:
    server = Flask(__name__)
    plotlyjs.register(server)
    browser = server.test_client()
    first = browser.get(plotlyjs.PATH)
    assert first.status_code == 200
    assert first.text == bundle.script()
    assert len(first.text) < len(get_plotlyjs()) / 3
    assert browser.get(plotlyjs.PATH, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.usefixtures("other_release")
def test_after_an_upgrade_the_whole_script_serves() -> None:
    server = Flask(__name__)
    plotlyjs.register(server)
    assert server.test_client().get(plotlyjs.PATH).status_code == 404, "Dash's own route answers"
    assert bundle.script() == get_plotlyjs()
