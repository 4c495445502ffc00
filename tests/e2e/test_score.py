"""A file of new customers: uploaded, placed, told in words and downloaded; a wrong one is answered with what to do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import FileChooser, Page, expect

from pipeline.settings import Settings
from pipeline.train import Request, train
from tests.e2e.axe import complaints
from tests.e2e.conftest import Served, Watched, draw_all, settle
from tests.scoring_support import shoppers, write_shop

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]


@pytest.fixture(scope="module")
def shop(serve: Callable[[Settings], str], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dashboard over a shop that the whole pipeline has trained on."""
    spec, data = write_shop(tmp_path_factory.mktemp("shop"))
    settings = Settings(home=tmp_path_factory.mktemp("store"), poll_seconds=5.0, workers=1)
    train(
        Request(spec=str(spec), data=str(data), k_min=2, k_max=4, choose=3, choose_reason="three kinds of shoppers"),
        settings,
    )
    return Served(serve(settings), settings)


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Eighty new customers; one of them cannot be."""
    file = tmp_path / "new customers.csv"
    frame = shoppers(80, seed=11)
    frame.loc[5, "spend"] = -3
    frame.to_csv(file, index=False, sep=";")
    return file


def uploaded(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)
    settle(page)


def test_customers_are_placed_and_the_download_holds_what_the_screen_shows(
    shop: Served, watch: Watch, customers: Path, tmp_path: Path
) -> None:
    page = watch(shop.url).open("/score")
    uploaded(page, customers)

    expect(page.get_by_text("of 79 customers belong to a segment")).to_be_visible()
    expect(page.get_by_text("1 set aside")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all of them (CSV)").click()
    with page.expect_download() as sheets:
        page.get_by_role("button", name="Excel: the customers placed").click()
    header, *rows = csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")))
    table = pd.DataFrame(rows, columns=header)
    assert len(table) == 79
    sheets.value.save_as(tmp_path / "scored.xlsx")
    book = pd.read_excel(tmp_path / "scored.xlsx", sheet_name=["Customers", "About"], engine="openpyxl")
    assert book["Customers"]["card"].tolist() == table["card"].tolist()
    body = page.get_by_role("region", name="The first 20 of 79 customers").locator("tbody tr")
    assert body.count() == 20
    for place in (0, 7, 19):
        cells = body.nth(place).locator("th, td").all_inner_texts()
        assert cells[0] == table["card"][place]
        assert table["segment_name"][place] in cells[1]
    draw_all(page)
    drawn = page.locator("#score-segments .js-plotly-plot").evaluate("plot => plot.data[0].x.map(Number)")
    shares = table["segment"].astype(int).value_counts(normalize=True).reindex([1, 2, 3], fill_value=0)
    assert drawn == pytest.approx(shares.tolist())


def test_a_wrong_file_is_answered_with_what_to_do_and_a_right_one_mends_it(
    shop: Served, watch: Watch, customers: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Card,spend\n1,2\n", "utf-8")
    page = watch(shop.url).open("/score")
    uploaded(page, wrong)

    problem = page.get_by_role("alert").filter(has_text="These customers could not be placed.")
    expect(problem).to_contain_text("wrong.csv: missing columns: card, orders")
    expect(problem).to_contain_text("rename Card to card")
    assert "Traceback" not in page.content()
    expect(page.get_by_role("button", name="Download all of them (CSV)")).to_be_hidden()

    uploaded(page, customers)

    expect(problem).to_have_count(0)
    expect(page.get_by_text("of 79 customers belong to a segment")).to_be_visible()


def test_a_file_over_the_limit_is_refused_before_it_is_sent(shop: Served, watch: Watch, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"card,spend,orders\n" + b"1,2,3\n" * 1_900_000)
    page = watch(shop.url).open("/score")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if len(request.post_data or "") > 1_000_000 else None)
    uploaded(page, large)

    expect(page.get_by_text("This file is too large.")).to_be_visible()
    assert sent == []


def test_the_template_comes_back_as_a_file_that_can_be_placed(shop: Served, watch: Watch, tmp_path: Path) -> None:
    page = watch(shop.url).open("/score")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download a template (CSV)").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    uploaded(page, file)

    expect(page.get_by_text("of 1 customer belongs to a segment")).to_be_visible()
    expect(page.get_by_role("rowheader", name="EXAMPLE-1")).to_be_visible()


def test_the_keyboard_reaches_the_choice_of_a_file(shop: Served, watch: Watch) -> None:
    page = watch(shop.url).open("/score")
    opened: list[FileChooser] = []
    page.on("filechooser", lambda chooser: opened.append(chooser))
    page.wait_for_timeout(300)  # the browser has to hear that somebody waits for it
    page.get_by_role("button", name="Choose a file").press("Enter")

    for _ in range(50):
        page.wait_for_timeout(100)
        if opened:
            break
    assert len(opened) == 1


def test_axe_finds_nothing_and_nothing_scrolls_sideways(shop: Served, watch: Watch, customers: Path) -> None:
    page = watch(shop.url).open("/score")
    uploaded(page, customers)

    assert complaints(page) == []
