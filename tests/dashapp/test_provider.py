"""Signing in at a real OpenID provider, a process of its own: roles from a claim, and whatever is forged is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.access import provider as oidc
from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.accounts import AuditLog
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore

KEY = "6f1c0e7a94b2d853f7a1c6e0b94d2853aa17"
BASE = {"base_url": "https://localhost"}
USERS = {
    "1": {"preferred_username": "anna", "groups": ["staff", "Data team"]},
    "2": {"preferred_username": "vera", "groups": ["staff"]},
    "3": {"preferred_username": "eve", "groups": ["strangers"]},
    "4": {"email": "none@example.org"},
}


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = [f"--user-claims={json.dumps({'sub': sub, **claims})}" for sub, claims in USERS.items()]
    program = str(Path(sys.executable).with_name("oidc-provider-mock"))
    command = [program, "--port", str(port), "--require-nonce", "true", *users]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, "the provider has ended"
                assert time.monotonic() < deadline, "the provider does not answer"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def settings(tmp_path: Path, issuer: str) -> Settings:
    return Settings(
        home=tmp_path,
        auth="oidc",
        secret_key=KEY,
        oidc_issuer=issuer,
        oidc_client_id="korzina",
        oidc_client_secret="a secret",
        role_claim="groups",
        roles="Data team=analyst; staff=viewer",
        poll_seconds=0.01,
    )


@pytest.fixture
def browser(store: MemoryStore, settings: Settings) -> Iterator[Callable[[], FlaskClient]]:
    dash.page_registry.clear()
    app = create_app(SegmentationData(lambda: store, settings))
    yield app.server.test_client
    dash.page_registry.clear()


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_given: Any) -> None:
        return None


def agree(address: str, sub: str) -> str:
    """What the provider's own page does when a user signs in there: where it sends the browser back to."""
    try:
        build_opener(_Stay).open(Request(address, data=urlencode({"sub": sub}).encode()), timeout=10).close()
    except HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("the provider did not send the browser back")


def go(client: FlaskClient, sub: str, after: str = "/explore") -> str:
    """To the provider and back, up to the last step: the path and query that the browser is sent to."""
    address = client.get(f"/sign-in/start?next={after}", **BASE).headers["Location"]
    parts = urlsplit(agree(address, sub))
    return f"{parts.path}?{parts.query}"


def test_a_user_with_a_group_of_ours_gets_its_role(browser: Callable[[], FlaskClient]) -> None:
    client = browser()
    answer = client.get(go(client, "1"), **BASE)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/explore")
    assert "anna" in client.get("/account", **BASE).text
    assert client.get("/customers.csv", **BASE).status_code == 200
    other = browser()
    other.get(go(other, "2"), **BASE)
    assert other.get("/_dash-layout", **BASE).status_code == 200
    assert other.get("/customers.csv", **BASE).status_code == 403


@pytest.mark.parametrize("sub", ["3", "4"])
def test_without_a_matching_claim_there_is_no_access(
    browser: Callable[[], FlaskClient], sub: str, settings: Settings
) -> None:
    client = browser()
    answer = client.get(go(client, sub), **BASE)

    assert answer.status_code == 403
    assert "no role here" in answer.text
    assert client.get("/_dash-layout", **BASE).status_code == 401
    assert AuditLog.of(settings).last(1)[0].event == "sign-in refused"


def test_the_code_is_asked_for_with_pkce_and_a_nonce(browser: Callable[[], FlaskClient]) -> None:
    asked = parse_qs(urlsplit(browser().get("/sign-in/start", **BASE).headers["Location"]).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["response_type"] == ["code"]
    assert {"nonce", "state"} < asked.keys()
    assert asked["redirect_uri"] == ["http://localhost/sign-in/back"]


def test_an_answer_for_another_browser_is_refused(browser: Callable[[], FlaskClient]) -> None:
    attacker, victim = browser(), browser()
    stolen = go(attacker, "1")

    assert victim.get(stolen, **BASE).status_code == 400, "without an attempt of its own"
    victim.get("/sign-in/start", **BASE)
    assert victim.get(stolen, **BASE).status_code == 400, "with another state"
    assert victim.get("/_dash-layout", **BASE).status_code == 401


def test_the_verifier_that_the_challenge_was_made_of_is_sent_with_the_code(
    browser: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider of these tests does not compare the two, so what is sent is looked at here."""
    client, sent = browser(), []
    exchange = oidc.OAuth2Session.fetch_token

    def noted(*given: Any, **more: Any) -> Any:
        sent.append(more)
        return exchange(*given, **more)

    monkeypatch.setattr(oidc.OAuth2Session, "fetch_token", noted)
    address = client.get("/sign-in/start", **BASE).headers["Location"]
    parts = urlsplit(agree(address, "1"))

    client.get(f"{parts.path}?{parts.query}", **BASE)

    hashed = base64.urlsafe_b64encode(hashlib.sha256(sent[0]["code_verifier"].encode()).digest()).decode().rstrip("=")
    assert [hashed] == parse_qs(urlsplit(address).query)["code_challenge"]


def test_an_id_token_of_another_attempt_is_refused(
    browser: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    address = go(client, "1")
    made = oidc._flow
    monkeypatch.setattr(oidc, "_flow", lambda keeper: {**made(keeper), "nonce": "another"})

    assert client.get(address, **BASE).status_code == 502


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?error=access_denied&state=", "?state=%ED%A0%80"])
def test_a_forged_answer_is_refused_in_words(browser: Callable[[], FlaskClient], query: str) -> None:
    client = browser()
    client.get("/sign-in/start", **BASE)
    answer = client.get(f"/sign-in/back{query}", **BASE)

    assert answer.status_code == 400
    assert "did not work" in answer.text
    assert "Traceback" not in answer.text


def test_a_forged_flow_is_refused(browser: Callable[[], FlaskClient]) -> None:
    client = browser()
    client.set_cookie("__Host-korzina-flow", "e30=.00", domain="localhost", secure=True)

    assert client.get("/sign-in/back?code=x&state=", **BASE).status_code == 400


def test_signing_out_ends_the_session_here_and_leads_to_the_provider(
    browser: Callable[[], FlaskClient], issuer: str
) -> None:
    client = browser()
    client.get(go(client, "1"), **BASE)
    page = client.get("/account", **BASE).text
    token = page.split('name="csrf" value="')[1].split('"')[0]

    there = client.post("/sign-out", data={"csrf": token}, **BASE).headers["Location"]

    assert there.startswith(f"{issuer}/oauth2/end_session?id_token_hint=ey")
    assert client.get("/_dash-layout", **BASE).status_code == 401
    kept = browser()
    kept.get(go(kept, "1"), **BASE)
    assert kept.post("/sign-out", data={"csrf": "forged"}, **BASE).headers["Location"] == "/account"
    assert kept.get("/_dash-layout", **BASE).status_code == 200


def test_where_the_provider_is_down_the_page_says_so(store: MemoryStore, settings: Settings) -> None:
    dash.page_registry.clear()
    down = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    client = create_app(SegmentationData(lambda: store, down)).server.test_client()

    answer = client.get("/sign-in/start", **BASE)

    assert answer.status_code == 502
    assert client.get("/sign-in", **BASE).status_code == 200
    dash.page_registry.clear()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("anna", "anna"), ("a\x1b[31mnna\n\u202e", "a[31mnna"), ("\x00\u200b", "(unprintable)"), ("x" * 200, "x" * 100)],
)
def test_a_name_steers_no_terminal_and_no_log(name: str, shown: str) -> None:
    assert oidc._shown(name) == shown


def test_roles_are_found_in_the_depth_of_a_claim() -> None:
    claims = {"realm_access": {"roles": ["a", 3, "b"]}, "role": "x", "https://x.example/roles": ["c"]}

    assert oidc._in(claims, "realm_access.roles") == ("a", "b")
    assert oidc._in(claims, "role") == ("x",)
    assert oidc._in(claims, "https://x.example/roles") == ("c",)
    for path in ("", "nothing", "role.deeper", "realm_access", "realm_access.roles.0"):
        assert oidc._in(claims, path) == ()
