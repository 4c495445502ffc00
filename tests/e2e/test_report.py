"""The report taken from the Overview page: it opens without a server, in silence, and prints a segment a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.contract import Artifacts
from tests.e2e.conftest import Served, Watched, settle

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]
SEGMENTS = ["Wine lovers in the store", "Young web shoppers", "Frequent families"]


@pytest.fixture
def taken(served: Served, watch: Watch, tmp_path: Path) -> Path:
    """The file that the button gives."""
    page = watch(served.url).open("/")
    with page.expect_download() as found:
        page.get_by_role("link", name="Report (HTML)").click()
    assert re.fullmatch(r"korzina-sample-k3-\d{8}-[0-9a-f]{8}\.html", found.value.suggested_filename)
    found.value.save_as(tmp_path / Artifacts.REPORT)
    return tmp_path / Artifacts.REPORT


def opened(browser: Browser, file: Path, said: list[str]) -> Page:
    """The file on its own, with everything that it says or asks for."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda one: said.append(str(one)))
    page.on("request", lambda one: said.append(one.url) if one.url != file.as_uri() else None)
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelectorAll('.chart:not(.js-plotly-plot)').length === 0")
    return page


def test_the_file_stands_alone_and_draws_every_chart(browser: Browser, taken: Path) -> None:
    said: list[str] = []

    page = opened(browser, taken, said)

    charts = page.locator(".chart")
    assert charts.count() >= 2 + 2 * len(SEGMENTS)
    assert page.evaluate("[...document.querySelectorAll('.chart')].every(one => one.querySelector('svg.main-svg'))")
    assert [page.locator(f"#segment-{place} h2").inner_text().split("\n")[-1] for place in range(1, 4)] == SEGMENTS
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
    assert said == []


@pytest.mark.parametrize("longer", [0, 60])  # rows, which make every sheet of a segment longer than a page
def test_on_paper_each_segment_fills_a_page_of_its_own(browser: Browser, taken: Path, longer: int) -> None:
    page = opened(browser, taken, [])
    page.evaluate(
        "n => { const more = () => Object.assign(document.createElement('p'), {textContent: 'more'}); "
        "document.querySelectorAll('.segment').forEach(one => one.append(...Array.from({length: n}, more))); fit() }",
        longer,
    )

    paper = page.pdf(prefer_css_page_size=True)

    page.close()
    pages = re.findall(rb"/Type /Page\b(?!s)", paper)
    begins = re.findall(rb"/segment-(\d) \[(\d+) 0 R /XYZ \S+ (\S+) ", paper)  # where the links of the table lead
    assert len(pages) >= len(SEGMENTS) + 2
    places = [int(number) for number in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids \[([^\]]*)\]", paper)[1])]
    assert [place for place, _page, _top in begins] == [b"1", b"2", b"3"]
    at = [places.index(int(number)) for _place, number, _top in begins]
    assert at == list(range(at[0], at[0] + len(SEGMENTS)))  # one page each, one after the other
    assert all(float(top) > 800 for _place, _page, top in begins)  # points from the foot of A4, which is 842 high


def test_a_page_of_the_dashboard_prints_its_filters_and_no_controls(served: Served, watch: Watch) -> None:
    page = watch(served.url).open("/segment/2?age=30~45")
    page.emulate_media(media="print")
    settle(page)

    assert page.locator(".k-chip").inner_text().startswith("Age: 30 to 44 years")
    for hidden in (".k-header", ".k-segment-picker", ".k-chart-tools", ".k-cross"):
        assert not page.locator(hidden).first.is_visible(), hidden
