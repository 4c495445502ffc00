"""Before every request: who may ask, and whether what is asked fits; on every answer: what a browser may run."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.pages import PAGES
from pipeline.errors import ExposureError
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore
from tests.dashapp.forgery import Forged, forged

SECRET = "k7Qm2Zr9Tn4Vx8Lp1Wd6Ys3Bf5Hc0Jg_"
BEHIND = {
    "auth": "proxy",
    "proxy_addresses": "10.0.0.2, 192.0.2.0/28",
    "proxy_secret": SECRET,
    "allowed_hosts": "shop.example",
}
Serve = Callable[..., FlaskClient]


@pytest.fixture
def serve(store: MemoryStore) -> Iterator[Serve]:
    """The app under given settings."""

    def start(**settings: Any) -> FlaskClient:
        dash.page_registry.clear()
        client = create_app(
            SegmentationData(lambda: store, Settings(poll_seconds=0.01, **settings))
        ).server.test_client()
        client.get("/healthz")
        return client

    yield start
    dash.page_registry.clear()


def send(client: FlaskClient, asked: Forged) -> int:
    with client.open(
        asked.path, method=asked.method, query_string=asked.query, data=asked.body, headers=list(asked.headers.items())
    ) as answer:
        assert b"Traceback" not in answer.data
        return answer.status_code


def test_of_forged_requests_none_fails_and_each_is_a_line_in_the_log_at_most(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """1,500 here; 10,000 of other seeds in ``tests/soak``."""
    client = serve()
    known = client.get("/_dash-dependencies").get_json()
    found: dict[int, int] = {}
    for number, asked in enumerate(forged(known, 1_500, seed=16)):
        caplog.clear()
        status = send(client, asked)
        found[status] = found.get(status, 0) + 1
        assert status < 500, (number, asked.method, asked.path, asked.query[:80], asked.body[:500])
        assert len(caplog.records) <= 1, (number, [one.getMessage() for one in caplog.records])
        assert all(one.exc_info is None and "\n" not in one.getMessage() for one in caplog.records)

    assert found[400] > 300, "too few of them were forged enough to be refused"
    assert found[200] > 100, "too few of them came through to the callbacks"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("dash/dcc/dash_core_components.js", 200),
        ("plotly/package_data/plotly.min.js", 200),
        ("dash/dash.py", 404),
        ("dash/no-such.js", 404),
        ("os/path.py", 404),
        ("pipeline/settings.py", 404),
        ("dash/%2e%2e/flask/app.py", 404),
    ],
)
def test_only_the_files_of_the_component_libraries_are_served(serve: Serve, path: str, status: int) -> None:
    assert serve().get(f"/_dash-component-suites/{path}").status_code == status


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_there_are_no_tools_for_programs(serve: Serve, method: str) -> None:
    assert serve().open("/_mcp", method=method).status_code == 404


# ------------------------------------------------------------------ who may ask


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8050", 200),
        ("127.0.0.1:9", 200),
        ("127.9.9.9", 200),
        ("[::1]:8050", 200),
        ("shop.example", 200),
        ("Shop.Example:443", 200),
        ("shop.example.", 200),
        ("evil.example", 421),
        ("shop.example.evil.example", 421),
        ("notshop.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("192.168.0.7", 421),
        ("0.0.0.0", 421),
        ("a b", 421),
        ("localhost@evil.example", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["/", "/customers.csv", "/assets/korzina.css", "/_dash-layout", "/nowhere"])
def test_only_known_host_names_are_answered(serve: Serve, host: str, status: int, path: str) -> None:
    """A foreign name that resolves to this machine is how another site's page would read what is here."""
    with serve(allowed_hosts="shop.example, other.example").get(path, headers={"Host": host}) as answer:
        assert answer.status_code == (404 if status == 200 and path == "/nowhere" else status)


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://shop.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://shop.example"}, True),
        ({"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "http://localhost:3000"}, False),  # a browser that says no more: another program's page
        ({"Origin": "http://127.0.0.1:8888"}, False),
        ({"Origin": "http://127.0.0.1:8888", "Sec-Fetch-Site": "same-origin"}, True),  # a proxy names the host anew
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "http://evil.example/localhost"}, False),
        ({"Origin": "http://localhost@evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "file://"}, False),
        ({"Origin": "http://["}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
def test_pages_of_other_sites_may_send_nothing(serve: Serve, headers: dict[str, str], passes: bool) -> None:
    answer = serve(allowed_hosts="shop.example").post("/_dash-update-component", json={}, headers=headers)

    assert answer.status_code == (400 if passes else 403)  # what passes has no output


def test_a_link_from_another_site_opens_the_dashboard(serve: Serve) -> None:
    assert serve().get("/explore", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "secret", "status"),
    [
        ("10.0.0.2", SECRET, 200),
        ("192.0.2.15", SECRET, 200),
        ("192.0.2.16", SECRET, 403),
        ("127.0.0.1", SECRET, 403),
        ("10.0.0.2", SECRET[:-1], 403),
        ("10.0.0.2", SECRET + "x", 403),
        ("10.0.0.2", "", 403),
        ("10.0.0.2", None, 403),
        ("10.0.0.2", "\xff" * 32, 403),
        ("", SECRET, 403),
    ],
)
@pytest.mark.parametrize("path", ["/", "/customers.csv", "/assets/korzina.css", "/_dash-layout", "/_dash-dependencies"])
def test_behind_a_proxy_only_that_proxy_is_answered(
    serve: Serve, address: str, secret: str | None, status: int, path: str
) -> None:
    reader = {"X-Forwarded-User": "anna", "X-Forwarded-Groups": "marketer"}
    headers = {"Host": "shop.example", **reader, **({} if secret is None else {"X-Korzina-Proxy-Secret": secret})}

    with serve(**BEHIND).get(path, headers=headers, environ_overrides={"REMOTE_ADDR": address}) as answer:
        assert answer.status_code == status
        assert SECRET not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_what_watches_the_process_needs_no_name_and_no_secret(serve: Serve, path: str) -> None:
    answer = serve(**BEHIND).get(path, headers={"Host": "10.1.2.3"}, environ_overrides={"REMOTE_ADDR": "10.9.9.9"})

    assert answer.status_code == 200


@pytest.mark.parametrize(("host", "token", "status"), [("10.1.2.3", True, 200), ("10.1.2.3", False, 404)])
def test_metrics_ask_for_their_own_token_behind_a_proxy(serve: Serve, host: str, token: bool, status: int) -> None:
    headers = {"Host": host, **({"Authorization": "Bearer scraper"} if token else {})}

    answer = serve(**BEHIND, metrics_token="scraper").get(
        "/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": "10.9.9.9"}
    )

    assert answer.status_code == status


def test_no_foreign_name_shows_the_metrics_of_this_machine(serve: Serve) -> None:
    assert serve().get("/metrics", headers={"Host": "evil.example"}).status_code == 421


def test_another_machine_is_not_answered_even_if_the_server_was_told_to_listen_to_it(serve: Serve) -> None:
    assert serve().get("/", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_a_refusal_is_in_the_reader_s_language(serve: Serve) -> None:
    answer = serve().get("/", headers={"Host": "evil.example", "Accept-Language": "ru"})

    assert "Под этим именем панель не отвечает" in answer.text


# ------------------------------------------------------------------ settings that would let anybody in


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0"},
        {"host": "::"},
        {"host": ""},
        {"host": "192.168.0.7"},
        {"host": "shop.example"},
        {"auth": "proxy"},
        {**BEHIND, "proxy_secret": ""},
        {**BEHIND, "proxy_secret": SECRET[:20]},
        {**BEHIND, "proxy_secret": "a" * 64},
        {**BEHIND, "proxy_addresses": " , "},
        {**BEHIND, "allowed_hosts": ""},
        {**BEHIND, "host": "0.0.0.0", "proxy_secret": ""},
    ],
)
def test_settings_that_show_data_to_anybody_are_refused_with_a_remedy(settings: dict[str, str]) -> None:
    with pytest.raises(ExposureError, match="What to do: ") as caught:
        Settings(**settings).check_exposure()  # type: ignore[arg-type]

    assert caught.value.exit_code == 78
    assert not settings.get("proxy_secret") or settings["proxy_secret"] not in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"host": "::1"}, {"host": "localhost"}, {**BEHIND, "host": "0.0.0.0"}])
def test_settings_that_are_safe_are_not(settings: dict[str, str]) -> None:
    Settings(**settings).check_exposure()  # type: ignore[arg-type]


@pytest.mark.parametrize("addresses", ["0.0.0.0/0", "::/0", "proxy", "10.0.0.2/99"])
def test_everybody_and_nobody_are_no_proxy(addresses: str) -> None:
    with pytest.raises(ValueError, match="proxy_addresses"):
        Settings(proxy_addresses=addresses)


def test_the_secret_is_not_shown_with_the_settings() -> None:
    assert SECRET not in repr(Settings(**BEHIND))  # type: ignore[arg-type]


# ------------------------------------------------------------------ headers


def directives(answer: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_script_of_a_page_is_known_to_its_policy_and_no_other_may_run(serve: Serve, page: Any) -> None:
    answer = serve().get(page.path)

    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
    inline = [text for kind, text in scripts if "src=" not in kind and "application/json" not in kind]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in inline]
    assert len(inline) >= 3
    assert set(hashes) <= set(directives(answer)["script-src"])
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(directives(answer)["script-src"])
    assert directives(answer)["frame-ancestors"] == ["'none'"]
    assert not re.search(r"\son\w+=", answer.text), "a handler in the markup would not run"


@pytest.mark.parametrize(
    "path", ["/", "/customers.csv", "/report", "/healthz", "/assets/korzina.css", "/nowhere", "/_mcp"]
)
def test_every_answer_has_the_headers(serve: Serve, path: str) -> None:
    with serve().get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src" in directives(answer)
        assert ("no-store" in answer.headers.get("Cache-Control", "")) is (not path.startswith("/assets/"))


def test_a_body_larger_than_any_upload_is_refused_in_words(serve: Serve) -> None:
    body = json.dumps({"output": "x" * 20_000_000})

    answer = serve().post("/_dash-update-component", data=body, content_type="application/json")

    assert answer.status_code == 413


def test_what_fails_is_one_line_in_the_log_without_the_error_s_words(
    store: MemoryStore, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve()
    client.application.view_functions["report"] = lambda: int("a cell of Anna's")

    with caplog.at_level(logging.INFO):
        answer = client.get("/report")

    assert answer.status_code == 500
    assert "log of the server" in answer.text
    assert [one.getMessage().split(" at ")[0] for one in caplog.records] == ["a request failed: ValueError"]
    assert "Anna" not in caplog.text + answer.text
