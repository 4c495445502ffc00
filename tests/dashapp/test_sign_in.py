"""Signing in with a password: who is let in, for how long, and what a foreign page or a guesser gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.access import rights
from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.accounts import AccountDatabase, AuditLog, Sessions, Users, attempts
from pipeline.accounts.attempts import MOST_NOTED
from pipeline.errors import ExposureError
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore

KEY = "6f1c0e7a94b2d853f7a1c6e0b94d2853aa17"
PASSWORD = "correct horse battery"
BASE = {"base_url": "https://localhost"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, auth="password", secret_key=KEY, poll_seconds=0.01)


@pytest.fixture
def users(settings: Settings) -> Users:
    users = Users(AccountDatabase(settings.accounts))
    for name, role in (("vera", "viewer"), ("mark", "marketer"), ("anna", "analyst")):
        users.add(name, role, PASSWORD)
    return users


@pytest.fixture
def browser(store: MemoryStore, settings: Settings, users: Users) -> Iterator[Callable[[], FlaskClient]]:
    dash.page_registry.clear()
    app = create_app(SegmentationData(lambda: store, settings))
    yield app.server.test_client
    dash.page_registry.clear()


def form_token(client: FlaskClient, path: str = "/sign-in") -> str:
    found = re.search(r'name="csrf" value="(\w+)"', client.get(path, **BASE).text)
    assert found, "the form has no token"
    return found[1]


def sign_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD, after: str = "", **more: Any) -> Any:
    form = {"csrf": form_token(client), "name": name, "password": password, "next": after}
    return client.post("/sign-in", data=form, **BASE, **more)


def callback(client: FlaskClient, output: str = "chips.children", *, token: str | None = None) -> int:
    cookie = client.get_cookie("korzina-csrf", "localhost")
    sent = token if token is not None else (cookie.value if cookie else "")
    body = {"output": output, "outputs": {"id": "chips", "property": "children"}, "inputs": [], "state": []}
    return client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": sent}, **BASE).status_code


def test_every_route_and_output_is_in_the_table(browser: Callable[[], FlaskClient]) -> None:
    client = browser()
    client.get("/healthz", **BASE)
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]

    assert rights.Rights().missing(rules, ()) == []
    assert rights.ROUTES.keys() - set(rules) <= {"/sign-in/start", "/sign-in/back"}


def test_nobody_gets_anything_but_health_and_the_sign_in(browser: Callable[[], FlaskClient]) -> None:
    client = browser()

    for path in ("/", "/explore?age=1", "/report", "/customers.csv", "/account", "/nowhere", "/x/y"):
        answer = client.get(path, **BASE)
        assert (answer.status_code, answer.headers["Location"][:14]) == (303, "/sign-in?next="), path
    for path in ("/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/assets/korzina.js", "/static/x"):
        assert client.get(path, **BASE).status_code == 401, path
    for path in ("/healthz", "/readyz", "/sign-in", "/sign-in.js", "/assets/korzina.css", "/assets/font.css"):
        with client.get(path, **BASE) as answer:
            assert answer.status_code == 200, path
    for forged in ('{"output":"chips.children","pathname":"/healthz"}', "{}", "x"):
        answer = client.post("/_dash-update-component", data=forged, content_type="application/json", **BASE)
        assert answer.status_code == 401


def test_signing_in_leads_to_the_page_that_was_wanted(browser: Callable[[], FlaskClient]) -> None:
    client = browser()

    answer = sign_in(client, after="/explore?age=30~45")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/explore?age=30~45")
    assert client.get("/_dash-layout", **BASE).status_code == 200
    assert "anna" in client.get("/_dash-layout", **BASE).text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb", "", "/sign-out"]
)
def test_it_leads_nowhere_else(browser: Callable[[], FlaskClient], wanted: str) -> None:
    assert sign_in(browser(), after=wanted).headers["Location"] == "/"


def test_the_cookies_are_for_this_host_through_tls_alone(browser: Callable[[], FlaskClient]) -> None:
    session, csrf, *_rest = sign_in(browser()).headers.getlist("Set-Cookie")

    for part in ("__Host-korzina=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=28800"):
        assert part in session
    assert "Domain" not in session
    assert "Secure" in csrf
    assert "HttpOnly" not in csrf, "Dash could not send it"


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("eve", PASSWORD), ("", ""), ("anna'--", PASSWORD)])
def test_whatever_is_wrong_the_answer_is_the_same(browser: Callable[[], FlaskClient], name: str, password: str) -> None:
    client = browser()
    answer = sign_in(client, name, password)

    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert client.get("/_dash-layout", **BASE).status_code == 401


def test_markup_in_a_name_stays_text(browser: Callable[[], FlaskClient]) -> None:
    assert "<script>alert" not in sign_in(browser(), '"><script>alert(1)</script>', "x").text


def test_guessing_ends_after_five_attempts_also_for_the_right_password(
    browser: Callable[[], FlaskClient], settings: Settings
) -> None:
    first, second = browser(), browser()
    tried = [sign_in(client, "anna", "wrong").status_code for client in (first, second, first, second, first)]
    locked = sign_in(second, "anna", PASSWORD)

    assert tried == [401] * 5
    assert locked.status_code == 429
    assert sign_in(browser(), "vera").status_code == 303
    events = [(entry.event, entry.who) for entry in AuditLog.of(settings).last()]
    assert events.count(("sign-in refused", "anna")) == 6


def test_only_what_failed_counts_against_an_address(
    browser: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_BY_ADDRESS", 3)

    working_day = [sign_in(browser(), name).status_code for name in ("anna", "mark", "vera") * 2]
    guesses = [sign_in(browser(), f"nobody{place}", "wrong").status_code for place in range(2)]
    between = sign_in(browser(), "vera").status_code
    guesses += [sign_in(browser(), f"nobody{place}", "wrong").status_code for place in range(2, 4)]

    assert working_day == [303] * 6
    assert between == 303
    assert guesses == [401, 401, 401, 429]


def test_refusals_of_a_stranger_do_not_bury_the_audit_log(
    browser: Callable[[], FlaskClient], settings: Settings
) -> None:
    client = browser()
    token = form_token(client)
    before = len(AuditLog.of(settings).last(1000))
    for place in range(MOST_NOTED + 20):
        form = {"csrf": token, "name": f"nobody{place}", "password": "x" * 2000}  # too long to be looked at
        assert client.post("/sign-in", data=form, **BASE).status_code in (401, 429)

    entries = AuditLog.of(settings).last(1000)
    assert len(entries) == before + MOST_NOTED
    assert "no more of this sender" in entries[0].told


def test_a_page_of_another_site_signs_nobody_in_or_out(browser: Callable[[], FlaskClient]) -> None:
    victim, attacker = browser(), browser()
    token = form_token(attacker)
    form = {"csrf": token, "name": "anna", "password": PASSWORD, "next": ""}

    victim.post("/sign-in", data=form, **BASE)  # a form of the attacker's, with a token of the attacker's
    victim.post("/sign-in", data={**form, "csrf": ""}, **BASE)
    assert victim.get("/_dash-layout", **BASE).status_code == 401
    assert sign_in(victim, headers={"Origin": "https://evil.example"}).status_code == 403
    sign_in(victim)
    victim.post("/sign-out", data={"csrf": token}, **BASE)
    assert victim.get("/_dash-layout", **BASE).status_code == 200


def test_a_callback_needs_the_token_of_its_session(browser: Callable[[], FlaskClient]) -> None:
    client, other = browser(), browser()
    sign_in(client)
    sign_in(other, "vera")
    foreign = other.get_cookie("korzina-csrf", "localhost")

    assert foreign is not None
    assert callback(client) != 403
    for token in ("", "x", foreign.value):
        assert callback(client, token=token) == 403


def test_signing_out_ends_the_session_in_every_copy_of_the_cookie(
    browser: Callable[[], FlaskClient], settings: Settings
) -> None:
    client = browser()
    sign_in(client)
    cookie = client.get_cookie("__Host-korzina", "localhost")
    assert cookie is not None

    answer = client.post("/sign-out", data={"csrf": form_token(client, "/account")}, **BASE)
    client.set_cookie("__Host-korzina", cookie.value, domain="localhost", secure=True)

    assert answer.headers["Location"] == "/sign-in"
    assert client.get("/_dash-layout", **BASE).status_code == 401
    assert [entry.event for entry in AuditLog.of(settings).last(2)] == ["sign-out", "sign-in"]


def test_a_session_that_was_fixed_before_signing_in_is_not_the_one_after(
    browser: Callable[[], FlaskClient], settings: Settings
) -> None:
    client, sessions = browser(), Sessions(AccountDatabase(settings.accounts))
    client.set_cookie("__Host-korzina", "fixed", domain="localhost", secure=True)
    sign_in(client)

    assert sessions.find("fixed") is None
    assert client.get("/_dash-layout", **BASE).status_code == 200


def test_what_changes_for_a_user_changes_at_the_next_click(browser: Callable[[], FlaskClient], users: Users) -> None:
    client = browser()
    sign_in(client, "vera")

    assert client.get("/customers.csv", **BASE).status_code == 403
    users.give_role("vera", "marketer")
    assert client.get("/customers.csv", **BASE).status_code == 200
    users.disable("vera")
    assert client.get("/_dash-layout", **BASE).status_code == 401


def test_the_pages_speak_the_readers_language(browser: Callable[[], FlaskClient]) -> None:
    client = browser()
    client.get("/sign-in?language=ru", **BASE)
    page = client.get("/sign-in", **BASE).text

    assert '<html lang="ru">' in page
    assert "Войти" in page
    sign_in(client)
    assert "Аналитик" in client.get("/account", **BASE).text


def test_what_leaves_is_on_the_record_without_a_value(browser: Callable[[], FlaskClient], settings: Settings) -> None:
    client = browser()
    sign_in(client, "mark")
    client.get("/customers.csv?age=30~45&marital_status=Married", **BASE)
    client.get("/_dash-layout", **BASE)
    client.post("/_dash-update-component", json={"output": "score-answer.data"}, **BASE)

    log = AuditLog.of(settings)
    refused, export, *_before = log.last()

    assert (export.event, export.who, export.role) == ("export", "mark", "marketer")
    assert export.rows
    assert set(export.filters) == {"age", "marital_status"}
    assert (refused.event, refused.told) == ("refused", "score-answer.data")
    assert "Married" not in str(log.last())
    assert log.verify()[1] == ()


def test_where_the_accounts_do_not_answer_nobody_is_let_in(
    browser: Callable[[], FlaskClient], settings: Settings
) -> None:
    client = browser()
    sign_in(client)
    file = AccountDatabase(settings.accounts).file
    assert file is not None
    file.write_bytes(b"no database" * 1000)

    answer = client.get("/_dash-layout", **BASE)

    assert answer.status_code == 503
    assert answer.text == "Signing in is not possible now. Try again in a minute.\n"  # of no file and no host
    assert client.get("/healthz", **BASE).status_code == 200


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"auth": "password"}, "KORZINA_SECRET_KEY"),
        ({"auth": "password", "secret_key": "short"}, "KORZINA_SECRET_KEY"),
        ({"auth": "password", "secret_key": "x" * 64}, "KORZINA_SECRET_KEY"),
        ({"auth": "password", "secret_key": "changeme" * 8}, "KORZINA_SECRET_KEY"),
        ({"auth": "password", "secret_key": "my-super-secret-key-of-the-example-page"}, "KORZINA_SECRET_KEY"),
        ({"auth": "password", "secret_key": KEY, "host": "0.0.0.0"}, "KORZINA_ALLOWED_HOSTS"),
        ({"auth": "proxy"}, "KORZINA_PROXY_ADDRESSES"),
        ({"auth": "oidc", "secret_key": KEY}, "KORZINA_OIDC_ISSUER"),
        (
            {
                "auth": "oidc",
                "secret_key": KEY,
                "oidc_issuer": "https://id.example",
                "oidc_client_id": "korzina",
                "oidc_client_secret": "s",
            },
            "KORZINA_ROLE_CLAIM",
        ),
        ({"auth": "password", "secret_key": KEY, "roles": "Marketing=owner"}, "KORZINA_ROLES"),
    ],
)
def test_settings_under_which_the_door_would_stand_open_are_refused(
    given: dict[str, Any], named: str, store: MemoryStore, tmp_path: Path
) -> None:
    chosen = Settings(home=tmp_path, **given)
    with pytest.raises(ExposureError, match=named) as raised:
        chosen.check_exposure()
    with pytest.raises(ExposureError):
        create_app(SegmentationData(lambda: store, chosen))
    dash.page_registry.clear()
    assert "What to do" in str(raised.value)
    assert raised.value.exit_code == 78
    assert not any(secret in str(raised.value) for secret in (KEY, "changeme", "super-secret"))
