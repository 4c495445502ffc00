"""From a card to its segment, and on to the next one, with the selection kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Served, Watched, draw_all, settle

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]


def test_a_card_leads_to_its_segment_and_the_picker_to_the_next(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/")
    page.get_by_role("link", name="What makes them different Wine lovers in the store").click()
    settle(page)
    expect(page.get_by_role("heading", name="What makes this one different?")).to_be_visible()
    draw_all(page)
    first = page.locator("#segment-differences .js-plotly-plot").evaluate("plot => JSON.stringify(plot.data[0].x)")

    page.get_by_role("navigation", name="Segments").get_by_role("link", name="Young web shoppers").click()
    settle(page)

    assert "/segment/2" in page.url
    expect(page.get_by_role("heading", name="Young web shoppers")).to_be_visible()
    draw_all(page)
    second = page.locator("#segment-differences .js-plotly-plot").evaluate("plot => JSON.stringify(plot.data[0].x)")
    assert first != second
    expect(page.get_by_role("navigation", name="Pages").locator(".active")).to_have_text("Segment")


def test_the_selection_goes_along_and_an_unknown_number_is_told(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/segment/9?age=30~45")
    expect(page.get_by_text("There is no segment 9")).to_be_visible()

    page.get_by_role("navigation", name="Segments").get_by_role("link", name="Wine lovers in the store").click()
    settle(page)

    assert "age=30~45" in page.url
    expect(page.locator(".k-chip")).to_have_text(["Age: 30 to 44 years×"])


def test_the_next_segment_is_one_click_away_and_keeps_the_selection(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/segment/1?age=30~45")

    page.get_by_role("navigation", name="Previous and next segment").get_by_role("link").last.click()
    settle(page)

    assert "/segment/2" in page.url
    assert "age=30~45" in page.url
    page.get_by_role("region", name="The whole segment beside all customers").get_by_text("View as table").click()
    expect(
        page.get_by_role("region", name="The whole segment beside all customers").locator("tbody tr").first
    ).to_be_visible()


def test_a_segment_is_printed_on_one_sheet(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/segment/1?age=30~45")

    printed = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
