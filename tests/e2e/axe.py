"""What axe-core finds on a page as it stands, at a width and in a colour scheme."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashapp import ids
from tests.e2e.conftest import settle

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
LOOKS = [(1440, "light"), (390, "dark")]
OTHER_LOOKS = [(390, "light"), (1440, "dark")]  # with the first two: either width in either scheme


def violations(page: Page) -> list[str]:
    """Rules of WCAG 2.2 A and AA that the page breaks, each with some of the places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("(options) => axe.run(options).then((done) => done.violations)", OPTIONS)
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


def complaints(page: Page, looks: list[tuple[int, str]] = LOOKS) -> list[str]:
    """The same for each (width, scheme), with everything that is folded away opened; nothing may scroll sideways."""
    found, theme = [], "document.documentElement.dataset.bsTheme"
    present = page.evaluate(theme)
    for width, scheme in sorted(looks, key=lambda look: look[1] != present):  # each change draws every chart anew
        page.set_viewport_size({"width": width, "height": 1000})
        if page.evaluate(theme) != scheme:
            page.locator(f"#{ids.SCHEME_BUTTON}").click()  # the charts are drawn anew
        page.wait_for_timeout(200)  # colours fade from one to the other, and half way have no contrast
        settle(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found += [f"{width} {scheme}: {one}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width} {scheme}: scrolls sideways")
    return found
