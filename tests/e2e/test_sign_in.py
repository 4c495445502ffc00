"""Signing in with a password in a real browser: in both languages, on a phone, by keyboard alone, and out again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipeline.accounts import AccountDatabase, Users
from pipeline.settings import Settings
from tests.e2e import nginx
from tests.e2e.conftest import ROOT, SHOTS, Served, Watched, free_port, settle, status, web_command

pytestmark = pytest.mark.e2e

KEY = "6f1c0e7a94b2d853f7a1c6e0b94d2853aa17"
PASSWORD = "correct horse battery"
PREFIX = "/korzina"
NGINX = """
  server {{
    listen 127.0.0.1:{outer};
    location {prefix} {{
      proxy_pass http://127.0.0.1:{inner};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
"""


@dataclass
class Door:
    """Where people sign in: the dashboard behind nginx, under a path."""

    url: str
    settings: Settings


@pytest.fixture(scope="module")
def door(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    nginx.skip_without()
    folder, outer, inner = tmp_path_factory.mktemp("door"), free_port(), free_port()
    settings = served.settings.model_copy(
        update={
            "port": inner,
            "auth": "password",
            "secret_key": KEY,
            "users": f"sqlite:///{folder}/accounts.db",
            "url_prefix": PREFIX,
            "proxy_addresses": "127.0.0.1",
            "allowed_hosts": "localhost",
            "workers": 1,
        }
    )
    users = Users(AccountDatabase(settings.accounts))
    for name, role in (("vera", "viewer"), ("anna", "analyst"), ("lock", "viewer")):
        users.add(name, role, PASSWORD)
    with (folder / "log").open("wb") as log:
        programs = [
            subprocess.Popen(
                web_command(),
                cwd=ROOT,
                env={**os.environ, **settings.as_environment()},
                stdout=log,
                stderr=subprocess.STDOUT,
            ),
            nginx.start(folder, NGINX.format(outer=outer, inner=inner, prefix=PREFIX)),
        ]
    url = f"http://localhost:{outer}"
    try:
        deadline = time.monotonic() + 60
        while status(f"{url}{PREFIX}/healthz") != 200:
            assert all(program.poll() is None for program in programs), (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield Door(url, settings)
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(timeout=30)


@pytest.fixture
def window(door: Door, browser: Browser) -> Iterator[Callable[..., Watched]]:
    """A browser that has not signed in."""
    opened: list[BrowserContext] = []

    def make(width: int = 1280, language: str = "en") -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 844}, locale=language)
        opened.append(context)
        return Watched(context, door.url)

    yield make
    for context in opened:
        context.close()


def type_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """By keyboard alone: the name has the focus, Tab leads on, Enter sends."""
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"sign-in-{name}.png")


@pytest.mark.parametrize(
    ("width", "language", "words"),
    [
        (
            1280,
            "en",
            {"title": "Sign in", "account": "Your account", "out": "Sign out", "audit": "What was done last?"},
        ),
        (390, "ru", {"title": "Войти", "account": "Ваша учётная запись", "out": "Выйти", "audit": "Что сделано?"}),
    ],
)
def test_an_analyst_signs_in_by_keyboard_sees_the_log_and_signs_out(
    door: Door, window: Callable[..., Watched], width: int, language: str, words: dict[str, str]
) -> None:
    watched = window(width, language)
    page = watched.open(f"{PREFIX}/audit")
    expect(page).to_have_title(f"{words['title']} · Korzina")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#name")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shot(page, f"{width}-{language}")

    type_in(page, "anna")
    settle(page)
    assert page.url == f"{door.url}{PREFIX}/audit"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shot(page, f"audit-{width}-{language}")

    page.goto(f"{door.url}{PREFIX}/account")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["account"])
    shot(page, f"account-{width}-{language}")
    page.get_by_role("button", name=words["out"]).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"{words['title']} · Korzina")
    page.goto(f"{door.url}{PREFIX}/explore")
    expect(page).to_have_title(f"{words['title']} · Korzina")  # and back does not lead in
    assert [line for line in watched.complaints if "favicon" not in line] == []


def test_a_viewer_has_no_list_to_take_along(door: Door, window: Callable[..., Watched]) -> None:
    watched = window(390)
    page = watched.open(f"{PREFIX}/")
    type_in(page, "vera")
    settle(page)

    page.goto(f"{door.url}{PREFIX}/explore")
    settle(page)
    assert page.get_by_role("link", name="Download these customers (CSV)").count() == 0
    assert page.request.get(f"{door.url}{PREFIX}/customers.csv").status == 403
    page.goto(f"{door.url}{PREFIX}/audit")
    settle(page)
    expect(page.get_by_text("This page is not part of your role.")).to_be_visible()
    assert page.locator("a.k-nav-link", has_text="Campaigns").count() == 0


def test_five_wrong_passwords_lock_the_name_and_say_so(door: Door, window: Callable[..., Watched]) -> None:
    page = window().open(f"{PREFIX}/")
    for _attempt in range(5):
        page.locator("#name").fill("lock")
        page.locator("#password").fill("a wrong password")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        expect(page.get_by_role("alert")).to_have_text("This name and this password do not belong together.")
        expect(page.locator("#password")).to_be_focused()

    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_load_state()

    expect(page.get_by_role("alert")).to_have_text("Too many attempts. Try again in fifteen minutes.")
    shot(page, "locked")
    log = Path(door.settings.home) / "audit.head"
    assert log.is_file()
