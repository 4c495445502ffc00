"""Whom a proxy in front names: believed from its address and with its secret alone, and with a role alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashapp.access.client_address import address
from dashapp.access.recognise import by_proxy
from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.reader import NOBODY
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore

SECRET = "b7f1c0e7a94b2d853f7a1c6e0b94d2853aa17"
GIVEN: dict[str, Any] = {
    "auth": "proxy",
    "proxy_addresses": "10.0.0.2, 10.9.0.0/24",
    "proxy_secret": SECRET,
    "allowed_hosts": "korzina.example",
    "roles": "Marketing=marketer; CN=Data,DC=x=analyst; everyone=viewer",
}
HEADERS = {"X-Korzina-Proxy-Secret": SECRET, "X-Forwarded-User": "anna", "X-Forwarded-Groups": "everyone"}


def asked(address: str = "10.0.0.2", **headers: str) -> Any:
    sent = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    with Flask("x").test_request_context("/", headers=sent, environ_overrides={"REMOTE_ADDR": address}):
        return by_proxy(Settings(**GIVEN))


def test_the_highest_of_the_roles_that_it_names_counts() -> None:
    assert (asked().name, asked().role) == ("anna", "viewer")
    assert asked(X_Forwarded_Groups="everyone,Marketing").role == "marketer"
    assert asked(address="10.9.0.77", X_Forwarded_Groups="Marketing").role == "marketer"


@pytest.mark.parametrize("said", ["", "analyst", "marketing", "Marketing2", "=analyst", "CN"])
def test_without_a_group_of_ours_there_is_no_role(said: str) -> None:
    assert asked(X_Forwarded_Groups=said).role is None


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("10.0.0.3", {}),
        ("127.0.0.1", {}),
        ("", {}),
        ("nonsense", {}),
        ("10.0.0.2", {"X_Korzina_Proxy_Secret": ""}),
        ("10.0.0.2", {"X_Korzina_Proxy_Secret": SECRET[:-1]}),
        ("10.0.0.2", {"X_Korzina_Proxy_Secret": SECRET + "x"}),
        ("10.0.0.2", {"X_Forwarded_User": ""}),
        ("10.0.0.2", {"X_Forwarded_User": "  "}),
    ],
)
def test_whoever_is_not_the_proxy_is_nobody(sender: str, headers: dict[str, str]) -> None:
    assert asked(sender, **headers) is NOBODY


@pytest.fixture
def client(store: MemoryStore, tmp_path: Path) -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    app = create_app(SegmentationData(lambda: store, Settings(home=tmp_path, **GIVEN)))
    yield app.server.test_client()
    dash.page_registry.clear()


def get(client: FlaskClient, path: str, groups: str, **headers: str) -> int:
    sent = {**HEADERS, "X-Forwarded-Groups": groups, **headers}
    return client.get(
        path, headers=sent, base_url="https://korzina.example", environ_overrides={"REMOTE_ADDR": "10.0.0.2"}
    ).status_code


def test_readers_reach_what_their_role_gives(client: FlaskClient) -> None:
    assert get(client, "/_dash-layout", "everyone") == 200
    assert get(client, "/customers.csv", "everyone") == 403
    assert get(client, "/customers.csv", "Marketing") == 200
    assert get(client, "/_dash-layout", "nobody's") == 403
    assert get(client, "/_dash-layout", "everyone", **{"X-Korzina-Proxy-Secret": "x"}) == 403
    assert get(client, "/account", "everyone") == 200
    assert get(client, "/sign-in", "everyone") == 404


@pytest.mark.parametrize(
    ("sender", "passed", "found"),
    [
        ("10.0.0.2", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.2", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.2", "203.0.113.9, 198.51.100.7, 10.9.0.4", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("::ffff:10.0.0.2", "198.51.100.7:49152", "198.51.100.7"),
        ("10.0.0.2", "[2001:db8::7]:443", "2001:db8::7"),
        ("10.0.0.2", "2001:db8::7%eth0, ::ffff:10.9.0.4", "2001:db8::7"),
        ("10.0.0.2", "198.51.100.7, nonsense", "10.0.0.2"),
    ],
)
def test_an_address_is_taken_from_a_proxy_that_we_know_alone(sender: str, passed: str, found: str) -> None:
    headers = {"X-Forwarded-For": passed} if passed else {}
    with Flask("x").test_request_context("/", headers=headers, environ_overrides={"REMOTE_ADDR": sender}):
        assert address(Settings(**GIVEN)) == found
