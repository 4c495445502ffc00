"""Requests that reach a new process at once are all answered by the whole app."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dash
import pytest
from dash import html
from flask import Flask

from dashapp.access import PageRights
from dashapp.app import create_app
from dashapp.data import SegmentationData, View
from dashapp.frame import Page
from dashapp.pages import PAGES

SECONDS = 0.5


def _slowly(_data: SegmentationData, _view: View, /, **_address: object) -> list[Any]:
    time.sleep(SECONDS)
    return [html.P("drawn")]


SLOW = Page("slow", "/slow", "Slow", "?", _slowly, lambda _app, _data: None, PageRights("viewer"))


@pytest.fixture
def server(data: SegmentationData) -> Iterator[Flask]:
    dash.page_registry.clear()
    yield create_app(data, (*PAGES, SLOW)).server
    dash.page_registry.clear()


def _callbacks(server: Flask, wait: float) -> set[str]:
    time.sleep(wait)
    return {callback["output"] for callback in server.test_client().get("/_dash-dependencies").get_json()}


def test_all_first_requests_are_told_of_every_callback(server: Flask) -> None:
    with ThreadPoolExecutor(6) as pool:
        first = list(pool.map(lambda place: _callbacks(server, place * SECONDS / 5), range(6)))
    later = _callbacks(server, 0)
    assert "_pages_dummy.children" in later
    assert any("_pages_content.children" in output for output in later)
    assert all(callbacks == later for callbacks in first)


def test_health_is_answered_while_the_first_request_sets_up(server: Flask) -> None:
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(server.test_client().get, "/")
        time.sleep(SECONDS / 2)
        assert server.test_client().get("/healthz").status_code == 200
        assert not page.done()
        assert page.result().status_code == 200
