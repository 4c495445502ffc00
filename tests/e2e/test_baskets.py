"""What is bought together: from a segment to a pair, its row and its sentence, and the file that holds the same."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.settings import Settings
from tests.e2e.axe import complaints
from tests.e2e.conftest import Served, Watched, settle
from tests.sample_baskets import with_sample_baskets
from tests.support import make_training, save_training

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]


@pytest.fixture(scope="module")
def shop(serve: Callable[[Settings], str], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dashboard over a sweep whose baskets are known."""
    from pipeline.store import Store

    settings = Settings(home=tmp_path_factory.mktemp("shop"), poll_seconds=5.0, workers=1)
    training = with_sample_baskets(make_training(600))
    sweep = save_training(training, settings)
    Store.open(settings).promote(sweep.run_ids[training.decision.k], reason="test", who="test")
    return Served(serve(settings), settings, sweep)


def click_cell(page: Page, one: str, other: str) -> None:
    """Click the cell of two items on the map."""
    items = page.locator("#baskets-heat .js-plotly-plot").evaluate("plot => plot.data[1].x")
    surface = page.locator("#baskets-heat .nsewdrag")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    page.mouse.click(
        box["x"] + (items.index(one) + 0.5) * box["width"] / len(items),
        box["y"] + (items.index(other) + 0.5) * box["height"] / len(items),
    )
    settle(page)


def test_a_segment_a_cell_its_row_its_sentence_and_back(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/baskets")
    expect(page.locator("#baskets-finding")).to_contain_text("Who buys “Tea” also buys “Milk”")

    page.get_by_text("Wine lovers in the store").click()
    settle(page)
    expect(page.locator("#baskets-finding")).to_contain_text("Stronger here than among all customers: “Beer” with")
    click_cell(page, "Beer", "Crisps")

    expect(page.locator(".ag-row.k-picked")).to_have_count(1)
    expect(page.locator(".ag-row.k-picked")).to_contain_text("Beer")
    expect(page.locator(".ag-row.k-picked")).to_contain_text("Crisps")
    expect(page.locator("#baskets-picked")).to_contain_text("Who buys “Beer” also buys “Crisps”")
    assert "of=" in page.url
    assert "pair=Beer~Crisps" in page.url

    click_cell(page, "Beer", "Crisps")
    expect(page.locator(".ag-row.k-picked")).to_have_count(0)
    assert "pair=" not in page.url


def test_a_row_is_chosen_and_undone_and_the_way_back_restores_it(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/baskets")

    page.get_by_role("gridcell", name="Tea").first.click()
    settle(page)
    chosen = page.url
    page.get_by_role("button", name="Undo the choice").click()
    settle(page)
    expect(page.locator(".ag-row.k-picked")).to_have_count(0)
    page.get_by_role("gridcell", name="Tea").first.focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(".ag-row.k-picked")).to_contain_text("Milk")
    page.keyboard.press("Escape")
    settle(page)
    expect(page.locator(".ag-row.k-picked")).to_have_count(0)
    page.go_back()
    settle(page)

    assert page.url == chosen
    expect(page.locator(".ag-row.k-picked")).to_contain_text("Milk")


def test_the_file_holds_what_stands_on_the_screen(shop: Served, watch: Watch, tmp_path: Path) -> None:
    page = watch(shop.url).open("/baskets?of=sample-0&item=Beer")
    expect(page.locator(".ag-center-cols-container .ag-row").first).to_be_visible()

    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV: Rules").click()
    file = tmp_path / "rules.csv"
    waiting.value.save_as(file)
    _header, *body = csv.reader(file.read_text("utf-8-sig").splitlines())
    shown = page.locator(".ag-center-cols-container .ag-row")
    assert [shown.nth(place).locator("[col-id=second]").inner_text() for place in range(shown.count())] == [
        row[1] for row in body
    ]
    assert [shown.nth(place).locator("[col-id=count]").inner_text() for place in range(shown.count())] == [
        f"{int(row[2]):,}" for row in body
    ]
    assert shop.sweep is not None
    assert waiting.value.suggested_filename.split("-")[1] == shop.sweep.run_ids[3][:8]
    assert all("Beer" in row[:2] for row in body)


def test_nonsense_in_the_address_is_told(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/baskets?of=nobody&pair=x")

    expect(page.get_by_text("There is no segment “nobody” in this run.")).to_be_visible()
    expect(page.get_by_label("All customers", exact=True)).to_be_checked()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/baskets?of=sample-0&pair=Beer~Crisps")

    assert complaints(page) == []
