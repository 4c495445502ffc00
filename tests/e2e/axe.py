"""What axe-core finds on a page as it stands, wide and on a phone, light and dark."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashapp import ids
from tests.e2e.conftest import settle

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
LOOKS = [(width, scheme) for scheme in ("light", "dark") for width in (1440, 390)]


def violations(page: Page) -> list[str]:
    """Rules of WCAG 2.2 A and AA that the page breaks, each with some of the places."""
    found = Axe().run(page, options=OPTIONS)
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:3]}"
            for one in found.response["violations"]]


def complaints(page: Page, looks: list[tuple[int, str]] = LOOKS) -> list[str]:
    """The same for each (width, scheme), with everything that is folded away opened; nothing may scroll sideways."""
    found = []
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 1000})
        if page.evaluate("document.documentElement.dataset.bsTheme") != scheme:
            page.locator(f"#{ids.SCHEME_BUTTON}").click()  # the charts are drawn anew
        page.wait_for_timeout(200)  # colours fade from one to the other, and half way have no contrast
        settle(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found += [f"{width} {scheme}: {one}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width} {scheme}: scrolls sideways")
    return found
