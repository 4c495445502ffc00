"""One selection everywhere: what is clicked on one page holds on the others, and can be taken along."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from PIL import Image, ImageColor
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Served, Watched, settle

pytestmark = [pytest.mark.e2e, pytest.mark.long]

Watch = Callable[..., Watched]


def click_on(page: Page, title: str, across: float, down: float) -> None:
    """Click at a share of a chart's width and height, clear of the bar of chips."""
    card = page.locator(f'section[aria-label="{title}"]')
    card.locator(".k-graph").scroll_into_view_if_needed()
    settle(page)
    place = card.locator(".nsewdrag").first
    place.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, -150)")
    box = place.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
    settle(page)


def test_a_segment_clicked_on_overview_is_selected_on_every_page(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/")
    before = page.locator(".k-segment-size .k-muted").all_inner_texts()

    click_on(page, "What makes them different?", 0.1, 0.5)

    assert "segment=" in page.url
    expect(page.locator(".k-chip")).to_have_count(1)
    after = page.locator(".k-segment-size .k-muted").all_inner_texts()
    assert [one for one in after if one.startswith("0 of the ")] != []
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Segment").click()
    settle(page)
    expect(page.get_by_text("This page describes the whole segment, whoever of it is selected.")).to_be_visible()
    page.go_back()
    settle(page)
    page.locator(".k-chip").click()
    settle(page)
    assert page.locator(".k-segment-size .k-muted").all_inner_texts() == before


def test_a_square_of_rfm_selects_its_cell_and_the_keyboard_lets_it_go(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/")

    click_on(page, "Who bought lately, who often? (RFM)", 0.95, 0.05)

    assert "rfm=champions" in page.url
    expect(page.locator(".k-chip")).to_contain_text("RFM cell: Champions")
    named = page.locator("#rfm-table").get_by_role("button", name="Champions")
    named.focus()
    page.keyboard.press("Enter")
    settle(page)
    assert "rfm=" not in page.url
    expect(page.locator(".k-chip")).to_have_count(0)


def test_a_bar_of_answers_selects_and_the_selected_become_a_file(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/explore")
    expect(page.locator("#explore-finding")).to_contain_text("stand out most")

    click_on(page, "Who answers campaigns?", 0.05, 0.2)

    assert "segment=" in page.url
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download these customers (CSV)").click()
    lines = waited.value.path().read_text("utf-8-sig").splitlines()
    shown = int(page.locator(".k-count").inner_text().split()[0])
    assert len(lines) - 1 == shown  # the header is the first line


def test_a_table_under_a_chart_selects_and_is_taken_along_with_its_origin(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/?age=30~45")
    chart = page.get_by_role("region", name="What share of customers, what share of spend?").first
    chart.get_by_text("View as table").press("Enter")
    chart.get_by_role("button", name="Young web shoppers").press("Enter")
    settle(page)
    expect(page.locator(".k-chip")).to_have_count(2)
    chips = [one.removesuffix("×") for one in page.locator(".k-chip").all_inner_texts()]
    other = page.get_by_role("region", name="Who orders often, who fills the basket?").first
    other.get_by_text("View as table").press("Enter")
    expect(other.get_by_role("row")).to_have_count(4)
    cells = [row.locator("th, td").all_inner_texts() for row in other.get_by_role("row").all()]
    other.locator("tbody th").last.evaluate("cell => { cell.textContent = '=1+1'; }")  # a name may be anything

    with page.expect_download() as waited:
        other.get_by_role("button", name="Save as CSV").press("Enter")
    with page.expect_download() as beside:
        other.get_by_role("button", name="About this file").press("Enter")

    table = list(csv.reader(waited.value.path().read_text("utf-8-sig").splitlines()))
    assert served.sweep is not None
    assert served.sweep.run_ids[3][:8] in waited.value.suggested_filename
    assert beside.value.suggested_filename == waited.value.suggested_filename.replace(".csv", "-about.txt")
    assert "; ".join(chips) in beside.value.path().read_text("utf-8-sig").splitlines()[2]
    assert [row[1:] for row in table] == [[one.replace(",", "") for one in row[1:]] for row in cells]
    assert [row[0].split() for row in table[1:-1]] == [row[0].split()[1:] for row in cells[1:-1]]
    assert table[-1][0] == "'=1+1"


def test_a_chart_becomes_an_image_in_its_colours_with_room_for_its_title_and_origin(
    served: Served, watch: Watch
) -> None:
    page = watch(served.url).open("/")
    chart = page.get_by_role("region", name="What share of customers, what share of spend?").first
    chart.scroll_into_view_if_needed()
    settle(page)
    drawn = chart.locator(".js-plotly-plot")
    wide, high = drawn.evaluate("plot => [plot.clientWidth, plot.clientHeight]")
    colours = drawn.evaluate("plot => plot._fullData.map((trace) => trace.marker.color).flat()")

    with page.expect_download() as waited:
        chart.get_by_role("button", name="Save as an image").click()

    image = Image.open(waited.value.path()).convert("RGB")
    assert waited.value.suggested_filename.endswith("what-share-of-customers-what-share-of-spend.png")
    assert (image.width, image.height > 2 * high) == (2 * max(wide, 640), True)
    found = {colour for amount, colour in image.getcolors(image.width * image.height) or [] if amount > 1000}
    assert {ImageColor.getrgb(one) for one in colours if one.startswith("#")} <= found


def test_on_a_phone_the_pages_fold_behind_a_button(served: Served, watch: Watch) -> None:
    page = watch(served.url, width=390).open("/")
    pages, button = page.get_by_role("navigation", name="Pages"), page.get_by_role("button", name="Menu")
    expect(pages).to_be_hidden()
    assert (page.locator(".k-header").bounding_box() or {})["height"] < 70

    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(pages).to_be_hidden()
    button.click()
    pages.get_by_role("link", name="Explore").click()
    settle(page)

    expect(pages).to_be_hidden()
    expect(page.get_by_role("heading", name="What do they look like?")).to_be_visible()
