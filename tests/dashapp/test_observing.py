"""Counters, ids and lines of requests: what an operator sees, and that no value of the data is in it."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.logs import configuration
from dashapp.observing import FOLDER
from pipeline.errors import StoreError
from pipeline.settings import Settings
from tests.dashapp import test_proxy_readers as proxy
from tests.dashapp.conftest import MemoryStore
from tests.e2e.conftest import free_port, status, web_command

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    return app.server.test_client()


def values(text: str) -> dict[str, float]:
    """Sample with its labels -> value."""
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line and not line.startswith("#")
    }


def scraped(client: FlaskClient, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return values(answer.get_data(as_text=True))


def test_requests_are_counted_by_route_and_an_address_of_nobody_adds_no_label(client: FlaskClient) -> None:
    name = 'korzina_requests_total{method="GET",route="/healthz",status="200"}'
    before = scraped(client).get(name, 0.0)
    for _ in range(3):
        client.get("/healthz")
    for number in range(20):
        client.get(f"/nowhere/{number}")

    counted = scraped(client)

    assert counted[name] == before + 3
    assert not [sample for sample in counted if "nowhere" in sample]


def test_exported_rows_are_counted_by_the_form_of_the_file(client: FlaskClient, data: SegmentationData) -> None:
    run = data.view().run
    assert run is not None
    name = 'korzina_rows_exported_total{form="csv"}'
    before = scraped(client).get(name, 0.0)

    client.get(f"/customers.csv?run={run.run_id}")

    assert scraped(client)[name] == before + run.cube.n


def test_what_the_store_holds_is_told_with_the_times_of_its_champion_and_newest_training(saved: Settings) -> None:
    from pipeline.store import Store

    store = Store.open(saved)
    dash.page_registry.clear()
    told = scraped(create_app(SegmentationData(lambda: store, saved)).server.test_client())
    dash.page_registry.clear()

    assert told["korzina_champions"] == 1.0
    assert told["korzina_last_training_timestamp_seconds"] == pytest.approx(max(run.started for run in store.runs()))
    experiment = store.champions()[0].experiment
    moved = max(move.when for move in store.history(experiment))
    assert told["korzina_champion_promoted_timestamp_seconds"] == pytest.approx(moved)


def test_the_store_is_told_down_once_it_does_not_answer(
    client: FlaskClient, store: MemoryStore, data: SegmentationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scraped(client)["korzina_store_up"] == 1.0

    def silent() -> None:
        raise StoreError.because("the store does not answer")

    monkeypatch.setattr(store, "champions", silent)
    time.sleep(2 * data.settings.poll_seconds)

    assert scraped(client)["korzina_store_up"] == 0.0


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-User", "X-Forwarded-Proto", "X-Korzina-Proxy-Secret"],
)
def test_through_a_proxy_on_this_machine_nothing_is_told(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "203.0.113.7"}).status_code == 404


def test_under_the_name_of_a_proxy_nothing_is_told(store: MemoryStore) -> None:
    dash.page_registry.clear()
    settings = Settings(allowed_hosts="tools.example")
    client = create_app(SegmentationData(lambda: store, settings)).server.test_client()

    assert client.get("/metrics", headers={"Host": "tools.example"}).status_code == 404
    assert client.get("/metrics", headers={"Host": "127.0.0.1:8050"}).status_code == 200


def test_from_another_machine_nothing_is_told(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404


def test_with_a_token_only_who_holds_it_is_told(store: MemoryStore) -> None:
    dash.page_registry.clear()
    client = create_app(SegmentationData(lambda: store, Settings(metrics_token="s3cret-token"))).server.test_client()
    far = {"REMOTE_ADDR": "203.0.113.7"}

    told = [
        client.get("/metrics", headers=headers, environ_base=far).status_code
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer s3cret-token"})
    ]

    assert told == [404, 404, 200]
    assert client.get("/metrics").status_code == 404  # from here too: a token was asked for
    dash.page_registry.clear()


@pytest.mark.parametrize("given", ["abc-123", "a b", "x" * 65, "a\u00e9"])
def test_an_id_that_a_proxy_gave_is_kept_where_it_breaks_no_log(client: FlaskClient, given: str) -> None:
    answered = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert answered == given if given == "abc-123" else re.fullmatch(r"[0-9a-f]{16}", answered)


def test_a_line_of_the_log_is_an_object_with_the_request_and_without_its_query(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = io.StringIO()
    monkeypatch.setattr("sys.stderr", lines)
    before = logging.root.handlers[:], logging.root.level
    dash.page_registry.clear()
    try:
        logging.config.dictConfig(configuration("json", "info"))
        client = create_app(SegmentationData(lambda: store, Settings(access_log=True))).server.test_client()
        client.get("/customers.csv?education=Canary-of-a-value", headers={"X-Request-ID": "seen-by-the-proxy"})
    finally:
        logging.root.handlers[:], logging.root.level = before
        dash.page_registry.clear()

    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    request = next(entry for entry in told if entry["logger"] == "dashapp.requests")
    assert (request["route"], request["method"], request["status"]) == ("/customers.csv", "GET", 200)
    assert request["request_id"] == "seen-by-the-proxy"
    assert request["level"] == "INFO"
    assert "Canary" not in lines.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_whoever_sends_line_ends_and_signs_for_terminals_forges_no_line(
    form: str, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for stands in the line of a refusal: a viewer wrote lines of his own into the log with it."""
    lines, hostile = io.StringIO(), "\n2026-01-01 [1] [ERROR] [-] forged\r\x85\u2028\x0b\x1b[2J\x7f\x00\ud800\u202e"
    monkeypatch.setattr("sys.stderr", lines)
    before = logging.root.handlers[:], logging.root.level
    dash.page_registry.clear()
    try:
        logging.config.dictConfig(configuration(form, "info"))  # type: ignore[arg-type]
        app = create_app(SegmentationData(lambda: store, Settings(poll_seconds=60, **proxy.GIVEN)))
        answer = app.server.test_client().post(
            "/_dash-update-component",
            json={"output": f"Заказ{hostile}"},
            headers=proxy.HEADERS,
            base_url="https://korzina.example",
            environ_base={"REMOTE_ADDR": "10.0.0.2"},
        )
    finally:
        logging.root.handlers[:], logging.root.level = before
        dash.page_registry.clear()

    (told,) = [line for line in lines.getvalue().splitlines() if "refused" in line or "forged" in line]
    assert answer.status_code == 403
    assert told.isprintable()
    assert "Заказ" in told
    if form == "json":
        assert json.loads(told)["message"].endswith(f"Заказ{hostile}")


def test_gunicorns_workers_count_together_and_its_log_is_json(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    for place in (tmp_path, tmp_path / "store"):
        (place / "korzina-own-of-the-dead").mkdir(parents=True)
    environment = {
        **os.environ,
        "KORZINA_HOME": str(tmp_path / "store"),
        "KORZINA_HOST": "127.0.0.1",
        "KORZINA_PORT": str(port),
        "KORZINA_WORKERS": "2",
        "KORZINA_LOG_FORM": "json",
        "KORZINA_ACCESS_LOG": "true",
        "TMPDIR": str(tmp_path),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(web_command(), cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 90
        while status(f"{url}/healthz") != 200:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        for _ in range(40):
            status(f"{url}/healthz")
        with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
            counted = values(answer.read().decode())
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)

    assert counted['korzina_requests_total{method="GET",route="/healthz",status="200"}'] >= 41
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"gunicorn.error", "dashapp.requests"} <= {entry["logger"] for entry in told}
    assert len({json.dumps(entry, sort_keys=True) for entry in told}) == len(told)  # none twice
    assert not list(tmp_path.rglob("korzina-own-*"))  # neither its own nor what killed ones left
    assert FOLDER not in os.environ
