"""Behind nginx under a path, which nginx passes on or takes away: every page, link, file and cookie stays under it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashapp.pages import PAGES
from pipeline.settings import Settings
from tests.e2e import nginx
from tests.e2e.conftest import Served, Watched, free_port, settle, status, visit

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PREFIX = "/korzina"
# proxy_pass with a path puts that in the place of the location's, without one it passes the request on as it is
SERVERS = """
  server {{ listen 127.0.0.1:{kept}; location {prefix} {{ proxy_pass {url}; }} }}
  server {{ listen 127.0.0.1:{taken}; location {prefix}/ {{ proxy_pass {url}/; }} }}
"""
Watch = Callable[..., Watched]


@dataclass
class Proxied:
    """Addresses of nginx in both forms, and of the server behind it."""

    kept: str
    taken: str
    straight: str


@pytest.fixture(scope="module")
def proxied(
    serve: Callable[[Settings], str], served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    """The dashboard of ``served`` under the prefix, behind a real nginx."""
    nginx.skip_without()
    url = serve(served.settings.model_copy(update={"url_prefix": PREFIX}))
    folder = tmp_path_factory.mktemp("nginx")
    kept, taken = free_port(), free_port()
    process = nginx.start(folder, SERVERS.format(kept=kept, taken=taken, prefix=PREFIX, url=url))
    try:
        _wait(f"http://127.0.0.1:{taken}{PREFIX}/healthz", process, folder)
        yield Proxied(f"http://127.0.0.1:{kept}", f"http://127.0.0.1:{taken}", url)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 20
    while status(address) != 200:
        assert process.poll() is None, (folder / "error.log").read_text()
        assert time.monotonic() < deadline, (folder / "error.log").read_text()
        time.sleep(0.1)


def asked_outside(page: Page) -> list[str]:
    """Collects requests that leave the prefix, from now on."""
    found: list[str] = []

    def look(path: str) -> None:
        if not path.startswith(f"{PREFIX}/"):
            found.append(path)

    page.on("request", lambda request: look(urlsplit(request.url).path) if request.url.startswith("http") else None)
    return found


def links(page: Page) -> set[str]:
    """Paths of all links of the page that lead to this server."""
    found = page.evaluate(
        "() => [...document.querySelectorAll('a[href]')].map((a) => new URL(a.href)).filter((url) => "
        "url.host === location.host).map((url) => url.pathname)"
    )
    return set(found)


@pytest.mark.parametrize(("form", "width"), [("kept", 1440), ("taken", 390)])
def test_every_page_stays_under_the_path(proxied: Proxied, watch: Watch, form: str, width: int) -> None:
    watched = watch(getattr(proxied, form), width=width)
    page = watched.open(f"{PREFIX}/")
    outside = asked_outside(page)
    page.reload()
    settle(page)

    for path, label, linked in ((known.path, known.label, known.name != "audit") for known in PAGES):
        visit(page, f"{PREFIX}{path}")
        expect(page).to_have_title(f"{label} · Korzina")
        assert urlsplit(page.url).path == f"{PREFIX}{path}"
        assert (
            page.locator(".k-header .k-nav-link.active").all_inner_texts() == [label] * linked
        )  # no log where nobody signs in
        assert {one for one in links(page) if not one.startswith(f"{PREFIX}/")} == set()
        page.reload()  # the same address opened anew
        settle(page)
        expect(page).to_have_title(f"{label} · Korzina")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert outside == []


@pytest.mark.parametrize("form", ["kept", "taken"])
def test_selecting_downloads_and_language_stay_under_it_too(proxied: Proxied, watch: Watch, form: str) -> None:
    watched = watch(getattr(proxied, form))
    page = watched.open(f"{PREFIX}/")
    outside = asked_outside(page)
    with page.expect_download() as report:
        page.get_by_role("link", name="Report (HTML)").click()
    page.locator(".k-segment-card").first.get_by_role("link", name="Explore").click()
    settle(page)
    with page.expect_download() as customers:
        page.get_by_role("link", name="Download these customers (CSV)").click()
    page.locator(".k-language").first.click()
    expect(page.get_by_role("link", name="Обзор")).to_be_visible()
    settle(page)

    assert report.value.suggested_filename.endswith(".html")
    assert "segment=" in page.url
    assert customers.value.suggested_filename.endswith(".csv")
    assert [one["path"] for one in watched.context.cookies() if one["name"] == "korzina-language"] == [f"{PREFIX}/"]
    assert outside == []


def test_the_path_without_its_slash_opens_the_first_page(proxied: Proxied, watch: Watch) -> None:
    page = watch(proxied.kept).open(PREFIX)

    assert urlsplit(page.url).path == f"{PREFIX}/"
    expect(page).to_have_title("Overview · Korzina")


def test_whoever_opens_the_server_beside_the_path_is_led_to_it(proxied: Proxied, watch: Watch) -> None:
    page = watch(proxied.straight).open("/data?kept=1")
    page.wait_for_url(f"{proxied.straight}{PREFIX}/data?kept=1")
    settle(page)

    expect(page).to_have_title("Data · Korzina")
