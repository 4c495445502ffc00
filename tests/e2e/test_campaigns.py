"""Whom to contact: a price is changed, every number follows, and the file holds what the screen says."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from pipeline.settings import Settings
from tests.e2e.axe import complaints
from tests.e2e.conftest import Served, Watched, draw_all, settle
from tests.sample_campaigns import planned_training
from tests.support import save_training

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]


@pytest.fixture(scope="module")
def shop(serve: Callable[[Settings], str], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dashboard over a sweep that has a campaign plan."""
    from pipeline.store import Store

    settings = Settings(home=tmp_path_factory.mktemp("campaigns"), poll_seconds=5.0, workers=1)
    training = planned_training()
    sweep = save_training(training, settings)
    Store.open(settings).promote(sweep.run_ids[training.decision.k], reason="test", who="test")
    return Served(serve(settings), settings, sweep)


def price(page: Page, name: str, value: str) -> None:
    """Type a price and leave the field."""
    page.get_by_label(name).fill(value)
    page.get_by_label(name).press("Tab")
    settle(page)


def finding(page: Page) -> str:
    return page.locator("#campaigns-head .k-finding").inner_text()


def test_a_change_of_cost_reaches_every_number_and_the_address_and_back(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/campaigns")
    before, points = finding(page), page.locator("#campaigns-expected .js-plotly-plot")
    highest = "plot => Math.max(...plot.data[4].y)"
    draw_all(page)
    most = points.evaluate(highest)

    chart = page.get_by_role("region", name="How many customers to contact?")
    chart.get_by_text("View as table").click()
    rows = chart.get_by_role("row")
    expect(rows).not_to_have_count(0)
    cheap = rows.last.inner_text()
    price(page, "Cost of one contact", "7")

    assert "cost=7" in page.url
    assert finding(page) != before
    assert rows.last.inner_text() != cheap
    expect(page.locator("#campaigns-head")).to_contain_text("35.0 %")
    draw_all(page)
    assert points.evaluate(highest) < most
    page.go_back()
    settle(page)
    assert finding(page) == before
    expect(page.get_by_label("Cost of one contact")).to_have_value("4")


def test_a_price_that_is_none_is_told_and_changes_nothing(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/campaigns?cost=5")
    before = finding(page)

    price(page, "Revenue of one response", "0")

    expect(page.locator("#campaigns-check")).to_contain_text("A revenue is a number above 0.")
    assert finding(page) == before
    assert "revenue" not in page.url


def test_the_file_holds_the_list_on_the_screen(shop: Served, watch: Watch, tmp_path: Path) -> None:
    page = watch(shop.url).open("/campaigns?cost=5&revenue=20")
    held = int(page.locator("#campaigns-listed").inner_text().split(".")[-2].split()[0])

    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the list (CSV)").click()
    with page.expect_download() as beside:
        page.get_by_role("button", name="About this file: whom to contact").click()
    with page.expect_download() as sheets:
        page.get_by_role("button", name="Excel: whom to contact").click()
    header, *body = csv.reader(coming.value.path().read_text(encoding="utf-8-sig").splitlines())
    about = dict(line.split(": ", 1) for line in beside.value.path().read_text(encoding="utf-8-sig").splitlines())
    sheets.value.save_as(tmp_path / "list.xlsx")
    book = pd.read_excel(tmp_path / "list.xlsx", engine="openpyxl")
    assert (list(book.columns), len(book)) == (header, len(body))

    assert finding(page).startswith(f"Contact {len(body) - held} of 600 customers and hold out {held}: ")
    assert (about["Cost of a contact"], about["Revenue of a response"]) == ("5.0", "20.0")
    assert sum(row[-1].startswith("hold out") for row in body) == held > 0
    assert body[0][0] in page.locator("#campaigns-top").inner_text()


def test_filters_of_other_pages_leave_their_part_of_the_list(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/campaigns")
    whole = finding(page)
    segment = page.locator("#campaigns-segment option[value^=sample]").first.get_attribute("value")

    page.goto(f"{shop.url}/campaigns?segment={segment}")
    settle(page)

    assert finding(page) != whole
    expect(page.locator("#campaigns-head")).to_contain_text("left by the filters")


def test_axe_finds_nothing_and_nothing_scrolls_sideways(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/campaigns")

    assert complaints(page) == []


def test_a_phone_shows_every_cell_of_the_lists_and_the_whole_picker(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/campaigns")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert (
        page.evaluate("""() => [...document.querySelectorAll('.k-table-stacked')].filter(one => one.offsetParent)
        .map(one => one.parentElement).filter(one => one.scrollWidth > one.clientWidth).length""")
        == 0
    )
    for shown in (page.get_by_label("Past campaign"), page.locator("#campaigns-top td").last):
        box = shown.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
