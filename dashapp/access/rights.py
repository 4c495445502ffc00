"""The table of rights: which role reaches which route, page and callback output. What is not in it is refused.

Routes and what stands on every page are listed here; a page says for itself who may open it, and the app puts all of it
into one table, which the door asks. A test walks the app's routes and callbacks and fails on a missing entry, and
``SECURITY.md`` holds the same table in words (``make rights``). In ``local`` mode, where whoever sits at the machine is
an analyst, nothing of it is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.settings import READER_ROLES, ReaderRole

Open = Literal["anybody", "operator"]  # the second: answered for the program itself, to whoever watches it
Least = Open | ReaderRole

ASSETS = "/assets/<path:filename>"
# rule of Flask -> the lowest role that reaches it
ROUTES: Mapping[str, Least] = {
    "/healthz": "operator",
    "/readyz": "operator",
    "/metrics": "operator",  # on this machine, or with a token of its own
    "/_mcp": "anybody",  # 404 always
    ASSETS: "viewer",  # but for what the sign-in page is drawn with
    "/sign-in": "anybody",
    "/sign-in.js": "anybody",
    "/sign-in/start": "anybody",
    "/sign-in/back": "anybody",
    "/sign-out": "viewer",
    "/account": "viewer",
    "/_favicon.ico": "anybody",
    "/static/<path:filename>": "viewer",
    "/": "viewer",
    "/segment": "viewer",  # leads to the first
    "/segment/": "viewer",
    "/<path:path>": "viewer",
    "/_dash-layout": "viewer",
    "/_dash-dependencies": "viewer",
    "/_dash-update-component": "viewer",  # then by its outputs
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": "viewer",
    "/_dash-component-suites/plotly/package_data/plotly.min.js": "viewer",
    "/_reload-hash": "viewer",
    "/report": "viewer",
    "/customers.csv": "marketer",
    "/customers.xlsx": "marketer",
    "/customers.txt": "marketer",
}

# an output as Dash writes it (id.property) that stands on every page -> the lowest role whose browser may ask for it
SHARED: Mapping[str, ReaderRole] = {
    "_pages_content.children": "viewer",  # then by the page
    "_pages_store.data": "viewer",
    "_pages_dummy.children": "viewer",
    "url.search": "viewer",
    "event.data": "viewer",
    "scheme.data": "viewer",
    "screen.data": "viewer",
    "chips.children": "viewer",
    "counting.disabled": "viewer",
    "newer.children": "viewer",
    "data-sets.children": "viewer",
    '{"page":["ALL"],"type":"nav"}.href': "viewer",
    '{"page":["ALL"],"type":"nav"}.className': "viewer",
}


@dataclass(frozen=True)
class PageRights:
    """Who may open a page. Its callbacks answer the same readers, but for the outputs that ask for more.

    Parameters
    ----------
    least
        The lowest role that it is drawn for.
    outputs
        Outputs as Dash writes them (``id.property``, an id of several parts with its keys in order of the alphabet)
        and the lowest role whose browser may ask for each, where that is another than ``least``.
    exports
        Outputs that hand out rows about people, one by one: the audit log tells each time.
    """

    least: ReaderRole
    outputs: Mapping[str, ReaderRole] = field(default_factory=dict)
    exports: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rights:
    """The table of an app: its routes, its pages with their callbacks, and what hands out rows about people."""

    routes: Mapping[str, Least] = field(default_factory=lambda: ROUTES)
    pages: Mapping[str, ReaderRole] = field(default_factory=dict)
    outputs: Mapping[str, ReaderRole] = field(default_factory=lambda: SHARED)
    exports: frozenset[str] = frozenset({"/customers.csv", "/customers.xlsx"})

    def with_page(self, name: str, page: PageRights, callbacks: Iterable[str]) -> Rights:
        """The table with a page and the callbacks that it has registered.

        An output that two pages make asks for the higher of their roles; one that stands on every page for its own.

        Raises
        ------
        ValueError
            The page names outputs that it does not make: a slip would leave them to more readers than meant.
        """
        made = {output for callback in callbacks for output in outputs_in(callback)} - SHARED.keys()
        unknown = (page.outputs.keys() | page.exports) - made
        if unknown:
            raise ValueError(
                f"page {name}: its rights name outputs that it does not make: {', '.join(sorted(unknown))}"
            )
        outputs = dict(self.outputs)
        for output in made:
            asked = page.outputs.get(output, page.least)
            outputs[output] = max(asked, outputs.get(output, asked), key=READER_ROLES.index)
        return Rights(self.routes, {**self.pages, name: page.least}, outputs, self.exports | page.exports)

    def missing(self, rules: Iterable[str], callbacks: Iterable[str]) -> list[str]:
        """Routes and outputs that the table does not know, and that nobody reaches therefore."""
        outputs = {output for callback in callbacks for output in outputs_in(callback)}
        return sorted({rule for rule in rules if rule not in self.routes} | (outputs - self.outputs.keys()))


def outputs_in(callback: str) -> tuple[str, ...]:
    """The outputs that a callback's name lists, without the hashes that tell duplicates apart.

    ``id.property``, or ``..id.property...id.property..``.
    """
    parts = callback[2:-2].split("...") if callback.startswith("..") and callback.endswith("..") else [callback]
    return tuple(part.partition("@")[0] for part in parts)
