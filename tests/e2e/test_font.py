"""Our own face on a machine without any font: nothing is a box, nothing scrolls sideways, images are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Playwright

from dashapp.charts import FONT_FAMILY, FONT_FILE
from dashapp.charts.font import missing, width
from dashapp.i18n import COOKIE
from dashapp.pages import PAGES
from tests.e2e.conftest import Served, Watched, draw_all, launched, settle, visit
from tests.e2e.fontless import fontless

pytestmark = [pytest.mark.e2e, pytest.mark.long]
Watch = Callable[..., Watched]

PATHS = [page.path for page in PAGES]
# what is shown as text: its letters, and the family that its style names first
SHOWN = """() => [...document.querySelectorAll('body *')].filter((one) => one.getClientRects().length)
    .flatMap((one) => [...one.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE && child.data.trim())
        .map((child) => [child.data, getComputedStyle(one).fontFamily.split(',')[0].replace(/["']/g, '')]))"""
SAMPLES = ("h1", ".k-logo", ".k-nav-button span", "#scheme-button", ".k-symbol", ".js-plotly-plot svg text")
MEASURED = """(texts) => {
    const pen = document.createElement('canvas').getContext('2d');
    Object.assign(pen, { fontKerning: 'none', textRendering: 'geometricPrecision' });
    return texts.map(([text, weight]) => {
        pen.font = `${weight} 100px "FAMILY"`;
        return pen.measureText(text).width;
    });
}""".replace("FAMILY", FONT_FAMILY)


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium on a machine whose only face draws every letter as a box."""
    with launched(playwright, FONTCONFIG_FILE=str(fontless(tmp_path_factory.mktemp("fonts")))) as found:
        yield found


def sideways(page: Page) -> int:
    """Pixels by which a page is wider than its screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("code", ["en", "ru"])
def test_no_page_scrolls_sideways_or_complains_on_a_phone_without_fonts(
    served: Served, watch: Watch, code: str
) -> None:
    window = watch(served.url, width=390)  # what Plotly says of margins that it cannot settle is a complaint
    window.context.add_cookies([{"name": COOKIE, "value": code, "url": served.url}])
    page = window.open("/")
    wider = {}
    for path in PATHS:
        visit(page, path)
        draw_all(page)
        settle(page)
        wider[path] = sideways(page)

    assert wider == dict.fromkeys(PATHS, 0)


@pytest.mark.parametrize("code", ["en", "ru"])
def test_every_letter_and_sign_is_drawn_in_our_face(served: Served, watch: Watch, code: str) -> None:
    window = watch(served.url)
    window.context.add_cookies([{"name": COOKIE, "value": code, "url": served.url}])
    page = window.open("/")
    for path in PATHS:
        visit(page, path)
        draw_all(page)
        settle(page)
        shown = page.evaluate(SHOWN)

        letters = "".join(text for text, _family in shown)
        assert len(letters) > 200, path
        assert missing(letters).strip("\n\t\u2060") == "", path
        assert {family for _text, family in shown} <= {FONT_FAMILY, "ui-monospace"}, path
        assert page.evaluate(f"document.fonts.check('12px \"{FONT_FAMILY}\"')"), path


def test_chromium_itself_says_that_it_drew_with_our_face(served: Served, watch: Watch) -> None:
    page = watch(served.url, width=390).open("/")
    draw_all(page)
    asked = page.context.new_cdp_session(page)
    root = asked.send("DOM.getDocument")["root"]["nodeId"]
    asked.send("CSS.enable")
    used = {}
    for place in SAMPLES:
        node = asked.send("DOM.querySelector", {"nodeId": root, "selector": place})["nodeId"]
        assert node, place
        fonts = asked.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        used[place] = [(font["familyName"], font["isCustomFont"]) for font in fonts]

    assert used == {place: [(FONT_FAMILY, True)] for place in SAMPLES}


def test_letters_are_as_wide_as_the_table_says(served: Served, watch: Watch) -> None:
    texts = ["Light spenders, store shoppers", "Средний чек, ₽", "● ■ ✚ ⬢ ☰", "1 234,5 % → 12"]
    page = watch(served.url).open("/")

    measured = page.evaluate(MEASURED, [[text, weight] for weight in (400, 700) for text in texts])

    planned = [width(text, 100, bold=bold) for bold in (False, True) for text in texts]
    assert measured == pytest.approx(planned, rel=0.002)


def test_nothing_moves_while_a_page_loads(served: Served, watch: Watch) -> None:
    window = watch(served.url)
    window.context.add_init_script(
        """window.moved = [];
        new PerformanceObserver((list) => window.moved.push(...list.getEntries().map((one) => one.value)))
            .observe({ type: 'layout-shift', buffered: true });"""
    )
    page = window.open("/")
    asked = page.evaluate("performance.getEntriesByType('resource').map((one) => [one.name, one.startTime])")

    times = {name.rsplit("/", 1)[-1].split("?")[0]: start for name, start in asked}
    assert times[FONT_FILE] <= times["korzina.css"], "the face is asked for before the first style sheet that uses it"
    assert [name for name, _start in asked if FONT_FILE in name] == [f"{served.url}/assets/{FONT_FILE}"]
    assert sum(page.evaluate("window.moved")) < 0.1  # what Core Web Vitals call good


def test_an_image_is_the_same_with_and_without_fonts_on_the_machine(
    served: Served, watch: Watch, playwright: Playwright, tmp_path: Path
) -> None:
    bare = saved(watch(served.url).open("/"), tmp_path / "bare.png")
    with launched(playwright) as furnished:
        window = Watched(furnished.new_context(viewport={"width": 1440, "height": 1000}), served.url)
        full = saved(window.open("/"), tmp_path / "full.png")

    assert bare.size == full.size
    for part, (top, bottom) in {"title": (0, 60), "origin": (bare.height - 60, bare.height)}.items():
        assert len(bare.crop((0, top, bare.width, bottom)).getcolors() or []) > 10, f"the {part} is drawn"
    gaps = ImageChops.difference(bare, full).convert("L").point(lambda value: 255 if value > 64 else 0)
    assert gaps.histogram()[255] < 0.002 * bare.width * bare.height


def saved(page: Page, path: Path) -> Image.Image:
    """A chart as its button saves it."""
    chart = page.get_by_role("region", name="What share of customers, what share of spend?").first
    chart.scroll_into_view_if_needed()
    settle(page)
    with page.expect_download() as waited:
        chart.get_by_role("button", name="Save as an image").click()
    waited.value.save_as(path)
    return Image.open(path).convert("RGB")
