"""The Procfile's own web command over a real store, and a browser in which any complaint is a failure."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect, sync_playwright

from pipeline.contract import SavedSweep
from pipeline.settings import Settings
from tests.support import make_training, save_training, with_sample_rfm

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".e2e"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
READY_SECONDS, SETTLE, QUIET = 60.0, 20.0, 0.3
expect.set_options(timeout=1000 * SETTLE)  # the usual 5 s are few beside two other browsers on two cores
RESTING = """() => !document.querySelector('.dash-graph--pending, [data-dash-is-loading="true"]')
    && [...document.querySelectorAll('[data-late]')].every((chart) => {
        const place = chart.getBoundingClientRect();
        return !place.height || place.bottom < -300 || place.top > window.innerHeight + 300;
    })"""


@dataclass
class Served:
    """A running dashboard."""

    url: str
    settings: Settings
    sweep: SavedSweep | None = None


@dataclass
class Watched:
    """A browser context whose complaints are collected."""

    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """A new page at ``path``, once it has come to rest."""
        page = self.context.new_page()
        self.pages.append(page)
        activity = _activities[page] = Activity()
        page.on("request", activity.begin)
        page.on("requestfinished", activity.end)
        page.on("requestfailed", activity.end)
        host = urlsplit(self.url).netloc
        page.on("console", lambda said: self.complaints.append(f"console {said.type}: {said.text[:300]}"))
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on(
            "response",
            lambda answer: answer.status >= 400 and self.complaints.append(f"HTTP {answer.status}: {answer.url}"),
        )
        page.on(
            "requestfailed",
            lambda request: (
                self.complaints.append(f"failed: {request.url} {request.failure}")
                if "ERR_ABORTED" not in str(request.failure)
                else None
            ),
        )  # a page left while it was loading
        page.on(
            "request",
            lambda request: (
                self.complaints.append(f"another host: {request.url}")
                if urlsplit(request.url).scheme.startswith("http") and urlsplit(request.url).netloc != host
                else None
            ),
        )
        page.goto(self.url + path)
        settle(page)
        return page


@dataclass
class Activity:
    """Requests of a page under way, and when the last one began or ended."""

    under_way: set[Request] = field(default_factory=set)
    last: float = 0.0

    def begin(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.under_way.add(request)
            self.last = time.monotonic()

    def end(self, request: Request) -> None:
        self.under_way.discard(request)
        self.last = time.monotonic()


_activities: dict[Page, Activity] = {}


def settle(page: Page) -> None:
    """Wait until no request has been under way for a while and every chart on the screen stands."""
    activity, deadline = _activities[page], time.monotonic() + SETTLE
    activity.last = time.monotonic()
    while activity.under_way or time.monotonic() - activity.last < QUIET:
        assert time.monotonic() < deadline, f"no rest: {[request.url for request in activity.under_way]}"
        page.wait_for_timeout(50)
    page.evaluate("new Promise((done) => requestIdleCallback(done, { timeout: 2000 }))")  # the last answer is drawn
    page.wait_for_function(RESTING)


def draw_all(page: Page) -> None:
    """Draw what waits below the screen too, as before printing."""
    page.wait_for_function("""() => {
        window.dispatchEvent(new Event('beforeprint'));
        return !document.querySelector('.dash-graph--pending, [data-late]');
    }""")


def visit(page: Page, path: str) -> None:
    """Go to another page of the dashboard as its own links do, which is quicker than loading everything anew.

    A page that the navigation leaves out (the audit log, where nobody signs in) is opened by its address.
    """
    linked = page.evaluate(
        "(path) => { const link = [...document.querySelectorAll('a.k-nav-link')]"
        ".find((one) => new URL(one.href).pathname === path); link?.click(); return Boolean(link) }",
        path,
    )
    if not linked:
        page.goto(urljoin(page.url, path))
    settle(page)


def web_command() -> list[str]:
    """The command of the Procfile's ``web`` line."""
    lines = dict(line.split(":", 1) for line in (ROOT / "Procfile").read_text("utf-8").splitlines() if ":" in line)
    program, *arguments = shlex.split(lines["web"])
    found = Path(sys.executable).with_name(program)
    return [str(found) if found.exists() else str(shutil.which(program)), *arguments]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Settings], str]]:
    """Start the web command over a store; every server is stopped at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(settings: Settings) -> str:
        port = free_port()
        log = tmp_path_factory.mktemp("log") / "gunicorn.log"
        environment = {
            **os.environ,
            "PORT": str(port),
            "KORZINA_HOME": str(settings.home),
            "KORZINA_HOST": "127.0.0.1",
            "KORZINA_POLL_SECONDS": str(settings.poll_seconds),
            "KORZINA_CURATE": str(settings.curate),
            "KORZINA_WORKERS": str(settings.workers),
            "KORZINA_URL_PREFIX": settings.url_prefix,
        }
        environment.pop("KORZINA_PORT", None)
        with log.open("wb") as output:
            process = subprocess.Popen(
                web_command(),
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running.append(process)
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + READY_SECONDS
        while status(f"{url}/healthz") != 200:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        return url

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def served(serve: Callable[[Settings], str], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dashboard over a store with one promoted sweep."""
    from pipeline.store import Store

    settings = Settings(home=tmp_path_factory.mktemp("store"), poll_seconds=5.0)
    sweep = save_training(with_sample_rfm(make_training(600)), settings)
    Store.open(settings).promote(sweep.run_ids[3], reason="test", who="test")
    return Served(serve(settings), settings, sweep)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def launched(playwright: Playwright, **environment: str) -> Browser:
    """Chromium: the one named by CHROMIUM, the system's, or Playwright's own; best without its windows."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return playwright.chromium.launch(executable_path=named, args=FLAGS, env={**os.environ, **environment})


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser of the machine as it is."""
    with launched(playwright) as browser:
        yield browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know whether the test failed."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture
def watch(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Watched]]:
    """Make watched contexts; complaints fail the test, a failed test leaves a picture in ``.e2e/``."""
    made: list[Watched] = []

    def make(url: str, *, width: int = 1440, scheme: str = "light") -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme, base_url=url)
        made.append(Watched(context, url))
        return made[-1]

    yield make
    report = getattr(request.node, "report_call", None)
    complaints = [one for watched in made for one in watched.complaints]
    if complaints or (report is not None and report.failed):
        SHOTS.mkdir(exist_ok=True)
        for number, page in enumerate(page for watched in made for page in watched.pages):
            page.screenshot(path=SHOTS / f"{request.node.name}-{number}.png", full_page=True)
    for watched in made:
        watched.context.close()
    assert not complaints, complaints
