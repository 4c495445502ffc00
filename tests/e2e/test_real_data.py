"""Both shipped data sets, trained for real, page by page: what they hold is drawn, what they lack is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashapp.i18n import COOKIE
from dashapp.pages import PAGES
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.train import Request, train
from tests.e2e.conftest import Served, Watched, draw_all, settle, visit

pytestmark = [pytest.mark.e2e, pytest.mark.long]
PATHS = tuple(page.path for page in PAGES)
Watch = Callable[..., Watched]
SLOW = 30_000

CAMPAIGN = Path(__file__).parents[2].parent / "shared" / "data" / "marketing_campaign.csv"
GROCERIES, RETAILER = "complete_journey", "marketing_campaign"
OF_GROCERIES = Request(spec=GROCERIES, k_min=4, k_max=5, choose=4, choose_reason="four are handy")
CUSTOMERS = {GROCERIES: "2,467", RETAILER: "2,240"}
# a chart that the data can fill has a mark, one that they cannot has a sentence in its place
EMPTY = """() => [...document.querySelectorAll('.js-plotly-plot')].filter((plot) => plot.offsetParent
    && !plot.data.some((trace) => trace.visible !== false) && !(plot.layout.annotations || []).some((one) => one.text))
    .map((plot) => plot.closest('[aria-label]').getAttribute('aria-label'))"""

SCROLLS = """() => [...document.querySelectorAll('.k-card *')].filter((one) => one.checkVisibility()
    && one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX))
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def both(serve: Callable[[Settings], str], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dashboard over what few k of each give; the retailer only where its file lies beside the project."""
    settings = Settings(home=tmp_path_factory.mktemp("both"), poll_seconds=5.0, curate=True)
    train(OF_GROCERIES, settings)
    if CAMPAIGN.is_file():
        train(Request(spec=RETAILER, data=str(CAMPAIGN), k_min=3, k_max=4), settings)
    return Served(serve(settings), settings)


def run_of(both: Served, experiment: str) -> str:
    if experiment == RETAILER and not CAMPAIGN.is_file():
        pytest.skip("the data set is not beside the project")
    champion = Store.open(both.settings).champion(experiment)
    assert champion is not None
    return champion.run_id


@pytest.mark.parametrize("experiment", [GROCERIES, RETAILER])
def test_every_page_is_filled_or_says_why_not(both: Served, watch: Watch, experiment: str) -> None:
    page = watch(both.url).open(f"/?run={run_of(both, experiment)[:12]}")
    for path in PATHS:
        visit(page, path)
        draw_all(page)
        settle(page)
        draw_all(page)  # what was asked for only now
        assert page.evaluate(EMPTY) == [], path
        assert page.get_by_role("alert").count() == 0, path


@pytest.mark.parametrize("experiment", [GROCERIES, RETAILER])
def test_a_selection_is_counted_and_goes_along_in_russian_on_a_phone(
    both: Served, watch: Watch, experiment: str
) -> None:
    run, window = run_of(both, experiment), watch(both.url, width=390, scheme="dark")
    page = window.open(f"/explore?run={run[:12]}")
    expect(page.locator(".k-count")).to_have_text(f"All {CUSTOMERS[experiment]} customers")
    chosen = page.locator("section[aria-label='Segments'] button").first
    size = int(chosen.inner_text().split("\n")[-1].split("·")[0].replace(",", ""))
    chosen.click()
    settle(page)

    expect(page.locator(".k-count")).to_have_text(f"{size:,} of {CUSTOMERS[experiment]} customers")
    window.context.add_cookies([{"name": COOKIE, "value": "ru", "url": both.url}])
    page.reload()
    settle(page)
    expect(page.locator(".k-count")).to_contain_text(f"{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    visit(page, "/baskets")
    draw_all(page)
    assert page.evaluate(SCROLLS) == []


@pytest.mark.parametrize("experiment", [GROCERIES, RETAILER])
def test_nothing_scrolls_sideways_inside_a_card_of_a_phone(both: Served, watch: Watch, experiment: str) -> None:
    page = watch(both.url, width=390).open(f"/?run={run_of(both, experiment)[:12]}")
    for path in PATHS:
        visit(page, path)
        draw_all(page)
        settle(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        settle(page)
        assert page.evaluate(SCROLLS) == [], path


def test_a_name_given_on_the_page_survives_the_next_training(both: Served, watch: Watch) -> None:
    page = watch(both.url).open(f"/segment/1?run={run_of(both, GROCERIES)[:12]}")

    page.get_by_label("Name (empty").fill("Our regulars")
    page.get_by_label("Note", exact=True).fill("Ask them first.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Our regulars")).to_be_visible(timeout=SLOW)
    train(replace(OF_GROCERIES, seed=1), both.settings)
    page.goto(f"{both.url}/segment/1?run={run_of(both, GROCERIES)[:12]}")
    settle(page)

    expect(page.get_by_text("the same as “Our regulars”")).to_be_visible()
    expect(page.get_by_role("heading", name="Our regulars")).to_be_visible()
    expect(page.get_by_text("Ask them first.")).to_be_visible()
