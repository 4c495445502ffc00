"""Every page for everybody: axe-core finds nothing, and whatever a mouse does a keyboard does too."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Page, expect

from dashapp.i18n import COOKIE
from dashapp.pages import PAGES
from pipeline.settings import Settings
from tests.e2e.axe import LOOKS, OTHER_LOOKS, complaints, violations
from tests.e2e.conftest import Served, Watched, settle, visit

pytestmark = pytest.mark.e2e
Watch = Callable[..., Watched]

FILTERED = "/explore?segment=sample-1&age=30~60"
PATHS = tuple(page.path for page in PAGES)


@pytest.mark.long
def test_axe_finds_nothing_on_any_page(served: Served, watch: Watch) -> None:
    assert everywhere(watch(served.url), PATHS, LOOKS) == {}


def test_axe_finds_nothing_in_a_selection(served: Served, watch: Watch) -> None:
    assert complaints(watch(served.url).open(FILTERED)) == []


def test_axe_finds_nothing_where_no_page_is_and_the_server_says_so(served: Served, watch: Watch) -> None:
    window = watch(served.url)
    page = window.open("/nowhere")

    assert complaints(page) == []
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert [said for said in window.complaints if "404" not in said] == []
    assert f"HTTP 404: {served.url}/nowhere" in window.complaints
    window.complaints.clear()


@pytest.mark.long
def test_axe_finds_nothing_in_russian(served: Served, watch: Watch) -> None:
    window = watch(served.url)
    window.context.add_cookies([{"name": COOKIE, "value": "ru", "url": served.url}])

    assert everywhere(window, PATHS, OTHER_LOOKS) == {}
    assert window.open("/").locator("html").get_attribute("lang") == "ru"


@pytest.mark.long
def test_axe_finds_nothing_with_an_empty_store(
    serve: Callable[[Settings], str], watch: Watch, tmp_path: object
) -> None:
    url = serve(Settings(home=tmp_path, poll_seconds=5.0, workers=1))

    assert everywhere(watch(url), PATHS, [(390, "dark")]) == {}


def everywhere(window: Watched, paths: Iterable[str], looks: list[tuple[int, str]]) -> dict[str, list[str]]:
    """What axe finds on each page; empty where it finds nothing."""
    found, page = {}, window.open("/")
    for path in paths:
        visit(page, path)
        found[path] = complaints(page, looks)
    return {path: broken for path, broken in found.items() if broken}


def test_axe_finds_nothing_in_the_dialog_with_the_numbers_of_a_chart(served: Served, watch: Watch) -> None:
    page = watch(served.url).open(FILTERED)
    page.get_by_role("button", name="How do they live? View as table").click()
    expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()
    page.wait_for_timeout(400)  # it fades in, and a colour half way has no contrast

    assert violations(page) == []


# ------------------------------------------------------------------ keyboard only


def tab_to(page: Page, words: str, most: int = 80) -> None:
    """Press Tab until what has the focus is called ``words``."""
    for _ in range(most):
        page.keyboard.press("Tab")
        named = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || '').trim()"
        )
        if words in named:
            return
    raise AssertionError(f"{most} times Tab never led to {words!r}")


def count(page: Page) -> str:
    return page.locator(".k-count").inner_text()


def test_a_filter_is_set_read_and_taken_away_by_keyboard_alone(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "Young web shoppers")
    shape = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    settle(page)
    filtered = count(page)

    page.locator("#main").focus()
    tab_to(page, "Remove filter Segment: Young web shoppers", most=10)
    page.keyboard.press("Enter")
    settle(page)

    assert shape != "none", "the focus is not to be seen"
    assert filtered != "All 600 customers"
    assert count(page) == "All 600 customers"


def test_escape_undoes_the_last_filter_and_leaves_a_dialog_its_own(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    page.get_by_role("button", name="Young web shoppers").first.click()
    settle(page)
    one = count(page)
    page.get_by_role("button", name="Only customers who buy mostly: Wine").click()
    settle(page)
    two = count(page)
    page.get_by_role("button", name="How do they live? View as table").click()
    expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    assert count(page) == two != one, "Escape closes the dialog and no more"
    page.keyboard.press("Escape")
    settle(page)
    assert count(page) == one
    page.keyboard.press("Escape")
    settle(page)
    assert count(page) == "All 600 customers"
