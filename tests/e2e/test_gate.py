"""The nginx of compose.yaml in front of a dashboard in proxy mode: it asks for a password, and nobody gets past it."""

from __future__ import annotations

import base64
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, expect

from dashapp.pages import PAGES
from tests.e2e import nginx
from tests.e2e.conftest import ROOT, Served, Watched, free_port, settle, status, visit, web_command

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SECRET = "k7Qm2Zr9Tn4Vx8Lp1Wd6Ys3Bf5Hc0Jg_"
NAME, PASSWORD = "anna", "correct horse"


@dataclass
class Gate:
    """Addresses of nginx and of the dashboard behind it."""

    url: str
    behind: str


def _inner(folder: Path, gate: int, dashboard: int) -> str:
    """The server of compose.yaml with the places of this test in it."""
    text = str(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["configs"]["gate"]["content"])
    for old, new in (
        ("listen 8080", f"listen 127.0.0.1:{gate}"),
        ("/run/secrets/users", str(folder / "users")),
        ("http://dashboard:8050", f"http://127.0.0.1:{dashboard}"),
        ("${KORZINA_PROXY_SECRET:?set it in the environment or in .env}", SECRET),
        ("${KORZINA_READERS_ROLE:-viewer}", "analyst"),
        ("$$", "$"),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def gate(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    nginx.skip_without()
    folder, outer, inner = tmp_path_factory.mktemp("gate"), free_port(), free_port()
    hashed = subprocess.run(["openssl", "passwd", "-5", PASSWORD], capture_output=True, text=True, check=True).stdout
    (folder / "users").write_text(f"{NAME}:{hashed}")
    settings = served.settings.model_copy(
        update={
            "port": inner,
            "auth": "proxy",
            "proxy_addresses": "127.0.0.1",
            "proxy_secret": SECRET,
            "allowed_hosts": "localhost",
        }
    )
    environment = {**os.environ, **settings.as_environment()}
    with (folder / "log").open("wb") as log:
        programs = [
            subprocess.Popen(web_command(), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT),
            nginx.start(folder, _inner(folder, outer, inner)),
        ]
    try:
        deadline = time.monotonic() + 60
        while status(f"http://127.0.0.1:{inner}/healthz") != 200 or status(f"http://127.0.0.1:{outer}/") != 401:
            assert all(program.poll() is None for program in programs), (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield Gate(f"http://127.0.0.1:{outer}", f"http://127.0.0.1:{inner}")
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(timeout=30)


def answered(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def signed(password: str) -> str:
    return f"Basic {base64.b64encode(f'{NAME}:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    "path", ["/", "/customers.csv", "/_dash-layout", "/_dash-dependencies", "/report", "/assets/tools.js"]
)
def test_only_who_knows_the_password_is_let_in_and_nobody_gets_past(gate: Gate, path: str) -> None:
    assert answered(gate.url + path) == 401
    assert answered(gate.url + path, Authorization=signed("wrong")) == 401
    assert answered(gate.url + path, Authorization=signed(PASSWORD)) == 200
    # whatever a browser sends in the secret's place is replaced
    assert answered(gate.url + path, Authorization=signed(PASSWORD), **{"X-Korzina-Proxy-Secret": "forged"}) == 200
    assert answered(gate.url + path, Authorization=signed(PASSWORD), Host="evil.example") == 421
    assert answered(gate.behind + path) == 403
    assert answered(gate.behind + path, **{"X-Korzina-Proxy-Secret": "x" * 32, "X-Forwarded-For": "127.0.0.1"}) == 403


def test_a_browser_that_signed_in_uses_every_page(gate: Gate, browser: Browser) -> None:
    credentials = {"username": NAME, "password": PASSWORD}
    context = browser.new_context(base_url=gate.url, http_credentials=credentials)  # type: ignore[arg-type]
    watched = Watched(context, gate.url)
    try:
        page = watched.open("/")
        for known in PAGES:
            visit(page, known.path)
            expect(page).to_have_title(f"{known.label} · Korzina")
        visit(page, "/")
        page.locator(".k-segment-card").first.get_by_role("link", name="Explore").click()
        settle(page)
        with page.expect_download() as customers:
            page.get_by_role("link", name="Download these customers (CSV)").click()
        assert customers.value.suggested_filename.endswith(".csv")
    finally:
        context.close()
    assert watched.complaints == []
