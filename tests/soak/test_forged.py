"""10,000 forged bodies and routes of ten seeds: none is answered 500, each is a line in the log at most."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.dashapp.forgery import forged
from tests.support import as_stored, make_training

EACH = 1_000


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    store = MemoryStore({RUN: as_stored(make_training(200), k=3)}, (champion(),))
    client = create_app(SegmentationData(lambda: store, Settings())).server.test_client()
    client.get("/")
    yield client
    dash.page_registry.clear()


@pytest.mark.parametrize("seed", range(100, 110))
def test_a_thousand_forged_requests(client: FlaskClient, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    known = client.get("/_dash-dependencies").get_json()
    with caplog.at_level(logging.INFO):
        for number, asked in enumerate(forged(known, EACH, seed)):
            caplog.clear()
            with client.open(
                asked.path,
                method=asked.method,
                query_string=asked.query,
                data=asked.body,
                headers=list(asked.headers.items()),
            ) as answer:
                assert answer.status_code < 500, (seed, number, asked)
                assert b"Traceback" not in answer.data
            assert len(caplog.records) <= 1, (seed, number, asked)
            assert not any(record.exc_info for record in caplog.records)
