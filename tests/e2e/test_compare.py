"""Compare two runs, promote one and see another page follow, roll back, and a name that outlives the next training."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.contract import Artifacts
from pipeline.settings import Settings
from pipeline.store import Store
from tests.e2e.axe import complaints
from tests.e2e.conftest import Served, Watched, draw_all, settle, visit
from tests.support import make_training, save_training

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]
SLOW = 30_000  # the first change in a process imports MLflow


@pytest.fixture(scope="module")
def curated(serve: Callable[[Settings], str], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dashboard from which champions may be moved and segments named."""
    settings = Settings(home=tmp_path_factory.mktemp("store"), poll_seconds=5.0, curate=True)
    sweep = save_training(make_training(600), settings)
    Store.open(settings).promote(sweep.run_ids[3], reason="the first one", who="test")
    return Served(serve(settings), settings, sweep)


def test_two_runs_are_chosen_and_stay_in_the_address(curated: Served, watch: Watch) -> None:
    assert curated.sweep is not None
    page = watch(curated.url).open(f"/compare?a={curated.sweep.run_ids[2][:12]}&b=nonsense")
    expect(page.get_by_text("“nonsense” names no run of this data set")).to_be_visible()
    assert page.locator("#compare-movers .js-plotly-plot").count() == 0  # it is not on the screen yet
    page.locator("#compare-pair-words").scroll_into_view_if_needed()
    settle(page)

    page.get_by_label("Second run").select_option(curated.sweep.run_ids[4][:12])
    settle(page)

    assert f"b={curated.sweep.run_ids[4][:12]}" in page.url
    expect(page.get_by_text("customers are in both runs")).to_be_visible()
    draw_all(page)
    links = page.locator("#compare-movers .js-plotly-plot").evaluate("plot => plot.data[0].link.value")
    assert sum(links) == 600


def test_promote_is_followed_elsewhere_and_rolled_back_with_a_history(curated: Served, watch: Watch) -> None:
    assert curated.sweep is not None
    watched = watch(curated.url)
    elsewhere, page = watched.open("/"), watched.open("/compare")

    page.get_by_label("Run", exact=True).select_option(curated.sweep.run_ids[4][:12])
    page.get_by_label("Who", exact=True).fill("anna")
    page.get_by_label("Why", exact=True).fill("finer groups")
    page.get_by_role("button", name="Promote this run").click()
    expect(page.get_by_text("From 3 to 4 segments")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Yes, change it for everybody").click()
    expect(page.get_by_text("In use now: 4 segments, version 2.")).to_be_visible(timeout=SLOW)
    expect(elsewhere.get_by_text("A newer segmentation is in use.")).to_be_visible(timeout=SLOW)
    elsewhere.get_by_role("link", name="Show it").click()
    expect(elsewhere.locator(".k-segment-card")).to_have_count(4, timeout=SLOW)

    attached = Store.open(curated.settings).attached
    deadline = time.monotonic() + 60
    while not attached(curated.sweep.run_ids[4], Artifacts.REPORT):  # the report of the new champion is logged with it
        assert time.monotonic() < deadline
        time.sleep(0.5)

    page.get_by_label("Why", exact=True).fill("too fine")
    page.get_by_role("button", name="Roll back to the one before").click()
    page.get_by_role("button", name="Yes, change it for everybody").click()

    expect(page.get_by_text("In use now: 3 segments, version 1.")).to_be_visible(timeout=SLOW)
    rows = page.locator("#compare-history tbody tr")
    expect(rows).to_have_count(3, timeout=SLOW)
    expect(rows.nth(0)).to_contain_text("too fine")
    expect(rows.nth(1)).to_contain_text("finer groups")
    expect(rows.nth(1)).to_contain_text("anna")


def test_axe_finds_nothing_and_nothing_scrolls_sideways(curated: Served, watch: Watch) -> None:
    page = watch(curated.url).open("/compare")
    for part in page.locator("[data-seen]").all():
        part.scroll_into_view_if_needed()
        settle(page)

    assert complaints(page) == []


def test_a_click_on_a_segment_of_the_lineage_follows_its_customers_and_undoes_it(curated: Served, watch: Watch) -> None:
    page = watch(curated.url).open("/compare")
    page.locator("#compare-lineage").scroll_into_view_if_needed()
    settle(page)
    flow = page.locator("#compare-lineage .js-plotly-plot")
    colours = "plot => new Set(plot.data[0].link.color.map((one) => one.split(',')[3])).size"
    assert flow.evaluate(colours) == 1

    flow.locator(".sankey-node rect.node-rect").first.click()
    settle(page)
    assert flow.evaluate(colours) == 2

    flow.locator(".sankey-node rect.node-rect").first.click()
    settle(page)
    assert flow.evaluate(colours) == 1


def test_a_box_over_a_blade_selects_its_customers_on_every_page(curated: Served, watch: Watch) -> None:
    page = watch(curated.url).open("/compare")
    page.locator("#compare-blades").scroll_into_view_if_needed()
    settle(page)
    chart = page.locator("#compare-blades .js-plotly-plot")
    box = chart.locator(".nsewdrag").bounding_box()
    assert box is not None
    low, high = 0.2, 0.6  # of the height: the two blades in the middle of four
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + low * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + high * box["height"], steps=6)
    page.mouse.up()
    settle(page)

    chips = page.locator(".k-chip")
    expect(chips).to_have_count(2)
    assert "silhouette=" in page.url
    selected, everyone = re.findall(r"\d+", page.locator("#chips .k-count").inner_text())
    assert 0 < int(selected) < int(everyone) == 600
    assert chart.evaluate("plot => plot.layout.shapes.length") == 2  # what is selected is framed
    assert chart.evaluate("plot => new Set(plot.data.map((one) => one.opacity)).size") == 2

    visit(page, "/explore")
    expect(page.locator("#chips .k-count")).to_contain_text(f"{selected} of 600")
    page.locator(".k-chip", has_text="How surely").click()
    settle(page)
    expect(page.locator(".k-chip")).to_have_count(1)
