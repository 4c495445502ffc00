"""10,000 forged bodies and routes under every way to sign in: none is answered 500, each is a log line at most."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.accounts import AccountDatabase, Users
from pipeline.settings import Settings
from tests.dashapp import test_provider as provider
from tests.dashapp import test_proxy_readers as proxy
from tests.dashapp import test_sign_in as password
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.dashapp.forgery import Forged, forged
from tests.dashapp.test_provider import issuer as issuer
from tests.support import as_stored, make_training

EACH = 1_000
DOORS = ("/sign-in", "/sign-in/start", "/sign-in/back", "/sign-out", "/sign-in.js", "/account", "/audit", "/metrics")


@dataclass
class Sender:
    """A browser, with what it sends along with every request."""

    client: FlaskClient
    base: str = "http://localhost"
    headers: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    def send(self, asked: Forged) -> Any:
        return self.client.open(
            asked.path,
            method=asked.method,
            query_string=asked.query,
            data=asked.body,
            headers=list({**self.headers, **asked.headers}.items()),
            base_url=self.base,
            environ_overrides=self.environ,
        )


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., FlaskClient]]:
    """The app under given settings."""
    store = MemoryStore({RUN: as_stored(make_training(200), k=3)}, (champion(),))

    def started(**settings: Any) -> FlaskClient:
        dash.page_registry.clear()
        app = create_app(SegmentationData(lambda: store, Settings(poll_seconds=0.01, **settings)))
        return app.server.test_client()

    yield started
    dash.page_registry.clear()


def signed_in(client: FlaskClient) -> Sender:
    cookie = client.get_cookie("korzina-csrf", "localhost")
    return Sender(client, "https://localhost", {"X-CSRFToken": cookie.value if cookie else ""})


def local(start: Callable[..., FlaskClient], home: Path, reader: str, request: pytest.FixtureRequest) -> Sender:
    return Sender(start(home=home, curate=reader == "curator"))


def under_prefix(start: Callable[..., FlaskClient], home: Path, reader: str, request: pytest.FixtureRequest) -> Sender:
    """Asked as a proxy does that takes the prefix away; what browsers say of their address lies beside it."""
    return Sender(start(home=home, url_prefix="/korzina"))


def by_password(start: Callable[..., FlaskClient], home: Path, reader: str, request: pytest.FixtureRequest) -> Sender:
    settings = {"home": home, "auth": "password", "secret_key": password.KEY}
    users = Users(AccountDatabase(Settings(**settings).accounts))
    for role in ("viewer", "marketer", "analyst"):
        users.add(role, role, password.PASSWORD)
    client = start(**settings)
    if reader == "nobody":
        return Sender(client, "https://localhost")
    password.sign_in(client, reader)
    return signed_in(client)


def by_proxy(start: Callable[..., FlaskClient], home: Path, reader: str, request: pytest.FixtureRequest) -> Sender:
    groups = {"viewer": "everyone", "marketer": "Marketing", "nobody": ""}
    headers = {**proxy.HEADERS, "X-Forwarded-Groups": groups[reader]}
    return Sender(start(home=home, **proxy.GIVEN), "https://korzina.example", headers, {"REMOTE_ADDR": "10.0.0.2"})


def by_provider(start: Callable[..., FlaskClient], home: Path, reader: str, request: pytest.FixtureRequest) -> Sender:
    client = start(
        home=home,
        auth="oidc",
        secret_key=provider.KEY,
        oidc_issuer=request.getfixturevalue("issuer"),
        oidc_client_id="korzina",
        oidc_client_secret="a secret",
        role_claim="groups",
        roles="Data team=analyst; staff=viewer",
    )
    client.get(provider.go(client, {"analyst": "1", "viewer": "2"}[reader]), base_url="https://localhost")
    return signed_in(client)


@pytest.fixture(scope="module")
def known(start: Callable[..., FlaskClient]) -> list[dict[str, Any]]:
    """The callbacks, as whoever is let in sees them; strangers have them from elsewhere."""
    client = start(curate=True)
    client.get("/")
    return list(client.get("/_dash-dependencies").get_json())


@pytest.mark.parametrize(
    ("enter", "reader", "seed"),
    [
        (local, "reader", 100),
        (local, "curator", 101),
        (under_prefix, "reader", 111),
        (by_password, "nobody", 102),
        (by_password, "viewer", 103),
        (by_password, "marketer", 104),
        (by_password, "analyst", 105),
        (by_proxy, "nobody", 106),
        (by_proxy, "viewer", 107),
        (by_proxy, "marketer", 108),
        (by_provider, "viewer", 109),
        (by_provider, "analyst", 110),
    ],
)
def test_a_thousand_forged_requests(
    enter: Callable[..., Sender],
    reader: str,
    seed: int,
    start: Callable[..., FlaskClient],
    known: list[dict[str, Any]],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sender = enter(start, tmp_path, reader, request)
    found: dict[int, int] = {}
    with caplog.at_level(logging.INFO):
        for number, asked in enumerate(forged(known, EACH, seed, doors=DOORS)):
            caplog.clear()
            with sender.send(asked) as answer:
                assert answer.status_code < 500, (seed, number, asked)
                assert b"Traceback" not in answer.data
                found[answer.status_code] = found.get(answer.status_code, 0) + 1
            assert len(caplog.records) <= 1, (seed, number, asked, [record.getMessage() for record in caplog.records])
            assert not any(record.exc_info for record in caplog.records)
            faults = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
            assert not faults, (seed, number, asked, faults)  # one that is shown as a sentence is a fault all the same

    let_in = found.get(200, 0) + found.get(204, 0)
    assert (let_in > 60) == (reader != "nobody"), found  # the sign-in page and its script are for anybody
