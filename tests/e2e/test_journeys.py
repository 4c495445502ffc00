"""Whole journeys in a browser, as a reader makes them."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.settings import Settings
from tests.e2e.conftest import Served, Watched, draw_all, settle, status
from tests.support import make_training, save_training

pytestmark = pytest.mark.e2e

AGE, INCOME, SPEND = "How old are they?", "What do they earn?", "How much have they spent?"
BASKET, CHANNELS, LIVE = "What do they buy?", "Where do they buy?", "How do they live?"
MAP, CHEQUE, PAIR = "Who is like whom?", "How much a basket?", "How do any two traits go together?"
Watch = Callable[..., Watched]


def chart(page: Page, title: str) -> Locator:
    return page.locator(f'section[aria-label="{title}"]')


def drawn(page: Page, title: str) -> str:
    """What the chart shows: its traces, without what only styles them."""
    draw_all(page)
    return str(
        chart(page, title)
        .locator(".js-plotly-plot")
        .evaluate(
            "plot => JSON.stringify(plot._fullData.map(trace => [trace.name, Array.from(trace.x), "
            "Array.from(trace.y)]))"
        )
    )


def all_drawn(page: Page) -> dict[str, str]:
    """The same of every chart of the page, by title."""
    draw_all(page)
    return dict(
        page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('.k-chart .js-plotly-plot')]
        .map((plot) => [plot.closest('.k-chart').getAttribute('aria-label'), JSON.stringify(plot._fullData.map(
            (trace) => [trace.name, ...["x", "y", "z"].map((axis) => Array.from(trace[axis] || []))]))]))""")
    )


def surface(page: Page, title: str) -> dict[str, float]:
    chart(page, title).locator(".k-graph").scroll_into_view_if_needed()
    settle(page)
    place = chart(page, title).locator(".nsewdrag").first
    place.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, -80)")  # clear of the bar of chips
    box = place.bounding_box()
    assert box is not None
    return dict(box)


@contextmanager
def selecting(page: Page) -> Iterator[None]:
    """Wait until what is done inside stands in the URL: on a busy machine that takes longer than a rest lasts."""
    before = page.url
    yield
    page.wait_for_function("before => window.location.href !== before", arg=before)
    settle(page)


def lasso(page: Page) -> None:
    box = surface(page, "Who is like whom?")
    corners = [(0.05, 0.05), (0.45, 0.05), (0.5, 0.3), (0.45, 0.55), (0.2, 0.58), (0.05, 0.5), (0.05, 0.06)]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    with selecting(page):
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=5)
        page.mouse.up()


def drag(page: Page, title: str, start: float, end: float) -> None:
    box = surface(page, title)
    with selecting(page):
        page.mouse.move(box["x"] + start * box["width"], box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + end * box["width"], box["y"] + 70, steps=6)
        page.mouse.up()


def click_bar(page: Page, title: str, x: float, y: float) -> None:
    box = surface(page, title)
    with selecting(page):
        page.mouse.click(box["x"] + x, box["y"] + y)


def count(page: Page) -> str:
    return page.locator(".k-count").inner_text()


def test_lasso_on_the_map_changes_age_income_and_mix_and_stands_in_the_url(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    before = {title: drawn(page, title) for title in (AGE, INCOME, BASKET, CHANNELS, LIVE)}
    assert count(page) == "All 600 customers"

    lasso(page)

    assert [title for title in before if drawn(page, title) == before[title]] == []
    expect(page.locator(".k-chip")).to_have_text(["Area on the map×"])
    assert "map=" in page.url
    assert count(page) != "All 600 customers"
    settled = drawn(page, AGE), page.url
    page.wait_for_timeout(1500)
    assert (drawn(page, AGE), page.url) == settled, "a redraw must not select again"


def test_a_chart_is_drawn_when_it_comes_near_and_then_shows_the_selection(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    place = page.locator(".k-pair .k-graph")
    plot, shown = place.locator(".js-plotly-plot"), "plot => JSON.stringify(plot.data[0].z)"
    assert plot.count() == 0, "drawn though nobody can see it"

    place.scroll_into_view_if_needed()
    settle(page)
    everybody = plot.evaluate(shown)
    page.evaluate("window.scrollTo(0, 0)")
    page.get_by_role("button", name="Young web shoppers").first.click()
    settle(page)
    assert plot.evaluate(shown) == everybody, "drawn again though nobody can see it"

    place.scroll_into_view_if_needed()
    settle(page)
    assert plot.evaluate(shown) != everybody


def test_the_url_in_a_new_window_shows_the_same(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    lasso(page)
    drag(page, AGE, 0.3, 0.8)
    path = page.url.removeprefix(served.url)

    again = watch(served.url).open(path)

    assert count(again) == count(page)
    assert again.locator(".k-chip").all_inner_texts() == page.locator(".k-chip").all_inner_texts()
    for title in (AGE, INCOME, SPEND, BASKET, LIVE):
        assert drawn(again, title) == drawn(page, title)


def test_a_click_filters_the_others_and_a_second_click_undoes_it(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    titles = (AGE, INCOME, BASKET)
    before = {title: drawn(page, title) for title in titles}

    click_bar(page, LIVE, 20, 17)
    filtered = {title: drawn(page, title) for title in titles}
    expect(page.locator(".k-chip")).to_contain_text(["Marital status: Married"])
    click_bar(page, LIVE, 20, 17)

    assert all(filtered[title] != before[title] for title in titles)
    assert {title: drawn(page, title) for title in titles} == before
    assert page.url.endswith("/explore")


@pytest.mark.long
def test_every_chart_filters_every_other_and_lets_go_of_it(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    everyone = all_drawn(page)
    acts: dict[str, Callable[[], object]] = {
        MAP: lambda: lasso(page),
        LIVE: lambda: click_bar(page, LIVE, 20, 17),
        "Segments": lambda: (page.get_by_role("button", name="Young web shoppers").click(), settle(page)),
        **{title: lambda title=title: drag(page, title, 0.55, 0.9) for title in (AGE, INCOME, SPEND, CHEQUE)},
        **{title: lambda title=title: click_bar(page, title, 30, 40) for title in (BASKET, CHANNELS)},
    }

    assert {MAP, AGE, INCOME, SPEND, CHEQUE, BASKET, CHANNELS, LIVE} <= set(everyone)
    for title, act in acts.items():
        act()
        filtered = all_drawn(page)
        untouched = [one for one in everyone if one != title and filtered[one] == everyone[one]]
        assert untouched == ([PAIR] if title in (INCOME, SPEND) else []), title  # it obeys every filter but its own two
        page.get_by_role("button", name="Reset all").click()
        settle(page)
        assert all_drawn(page) == everyone, title


def test_back_and_chips_undo_and_the_selection_survives_a_change_of_page(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    drag(page, AGE, 0.3, 0.8)
    one = count(page)
    click_bar(page, LIVE, 20, 17)
    two = count(page)
    assert one != two

    page.go_back()
    settle(page)
    assert count(page) == one
    page.go_forward()
    settle(page)
    assert count(page) == two
    page.get_by_role("link", name="Overview").click()
    settle(page)
    assert count(page) == two
    page.get_by_role("link", name="Explore", exact=True).click()
    settle(page)
    assert count(page) == two
    page.get_by_role("button", name="Remove filter Marital status: Married").click()
    settle(page)
    assert count(page) == one


def test_a_card_leads_to_its_customers(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/")
    page.get_by_role("link", name="Explore Wine lovers in the store").click()
    settle(page)

    expect(page.locator(".k-chip")).to_contain_text(["Segment: Wine lovers in the store"])


def test_nobody_left_offers_a_way_out(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore?age=1~2")
    expect(page.get_by_text("No customers match.").first).to_be_visible()

    page.get_by_role("button", name="Clear all filters").click()
    settle(page)

    assert count(page) == "All 600 customers"


def test_an_outdated_link_gives_a_notice_and_the_nearest_view(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore?run=ffffffffffff&planet=Mars&age=30~45&data=1")

    expect(page.get_by_text("The link is out of date.")).to_be_visible()
    expect(page.get_by_text("“planet”")).to_be_visible()
    expect(page.locator(".k-chip")).to_have_text(["Age: 30 to 44 years×"])


def test_the_numbers_behind_a_chart_can_be_read_used_and_taken_away(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    page.get_by_role("button", name=f"{LIVE} View as table").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("table")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download as CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    dialog.get_by_role("button", name="Married").click()
    settle(page)

    assert served.sweep is not None
    assert served.sweep.run_ids[3][:8] in download.value.suggested_filename
    assert text.splitlines()[0].startswith("Marital status,")
    assert "Married" in text
    assert "marital_status=Married" in page.url


def test_compare_lists_the_runs_and_opens_another(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/compare")
    page.get_by_role("heading", name="All runs of this data set").scroll_into_view_if_needed()  # filled when it is near
    expect(page.get_by_text("★ in use, v1")).to_be_visible()
    columns = page.locator(".ag-header-cell").count()
    page.get_by_label("Only columns that differ").uncheck()
    settle(page)
    assert page.locator(".ag-header-cell").count() >= columns

    page.get_by_role("link", name="Open", exact=True).first.click()
    settle(page)

    expect(page.get_by_text("not the one in use")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    settle(page)
    expect(page.get_by_text("not the one in use")).to_be_visible()


def test_dark_follows_the_system_and_is_remembered_when_chosen(served: Served, watch: Watch) -> None:
    window = watch(served.url, scheme="dark")
    page = window.open("/explore")
    ink = "document.querySelector('.js-plotly-plot').layout.template.layout.font.color"
    theme = "document.documentElement.dataset.bsTheme"
    dark = page.evaluate(theme), page.evaluate(ink)
    page.get_by_role("button", name="Switch between light and dark").click()
    settle(page)
    light = page.evaluate(theme), page.evaluate(ink)

    assert dark[0] == "dark"
    assert light[0] == "light"
    assert dark[1] != light[1]
    assert window.open("/").evaluate(theme) == "light"


def test_the_profile_is_drawn_anew_for_a_narrower_screen(served: Served, watch: Watch) -> None:
    page = watch(served.url, width=1440).open("/")
    draw_all(page)
    named = """document.querySelector('.k-profile .js-plotly-plot')?.layout.xaxis.ticktext?.[0].includes('<br>')"""
    assert page.evaluate(named)

    page.set_viewport_size({"width": 800, "height": 900})

    settle(page)
    draw_all(page)
    assert not page.evaluate(named)
    expect(chart(page, "What makes them different?").locator(".k-key-list")).to_be_visible()


def test_charts_have_names_and_the_page_its_landmarks(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")

    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".k-graph-frame[aria-label]").count() == page.locator(".k-graph").count() > 0
    assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()


def test_readiness_says_what_the_process_and_the_store_are_up_to(served: Served) -> None:
    assert status(f"{served.url}/healthz") == 200
    with urllib.request.urlopen(f"{served.url}/readyz") as answer:
        assert json.load(answer) == {"ready": True, "reasons": []}


@pytest.mark.long
def test_an_empty_store_says_what_to_run_and_the_first_champion_appears_by_itself(
    serve: Callable[[Settings], str], watch: Watch, tmp_path: Path
) -> None:
    from pipeline.store import Store

    settings = Settings(home=tmp_path, poll_seconds=5.0)
    url = serve(settings)
    window = watch(url)
    pages = {path: window.open(path) for path in ("/", "/explore", "/compare")}
    for page in pages.values():
        expect(page.get_by_text("make demo")).to_be_visible()
    assert status(f"{url}/readyz") == 503

    sweep = save_training(make_training(200), settings)
    Store.open(settings).promote(sweep.run_ids[2], reason="first", who="test")
    started = time.monotonic()
    expect(pages["/"].get_by_text("A newer segmentation is in use.")).to_be_visible(timeout=10_000)
    assert time.monotonic() - started < 10
    pages["/"].get_by_role("link", name="Show it").click()
    settle(pages["/"])
    expect(pages["/"].get_by_text("200 customers").first).to_be_visible()

    Store.open(settings).promote(sweep.run_ids[3], reason="second", who="test")
    fresh = window.open("/")
    expect(fresh.locator(".k-segment-card")).to_have_count(3)
    expect(pages["/"].get_by_text("It has 3 segments")).to_be_visible(timeout=10_000)


def test_the_browsers_own_functions_are_in_force(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/")

    # the polyfill that Dash loads takes this character for a space, as Unicode did before 6.3
    assert page.evaluate("Number.isNaN(parseFloat('\\u180e1')) && '\\u180e'.trim().length === 1")
