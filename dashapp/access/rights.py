"""The one table of rights: which role reaches which route, page and callback output. What is not in it is refused.

A test walks the app's routes and callbacks and fails on a missing entry; ``SECURITY.md`` holds the same table in words.
In ``local`` mode, where whoever sits at the machine is an analyst, nothing of it is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pipeline.settings import ReaderRole

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

# name of a page -> the lowest role that it is drawn for
PAGES: Mapping[str, ReaderRole] = {
    "overview": "viewer",
    "explore": "viewer",
    "segment": "viewer",
    "baskets": "viewer",
    "not_found_404": "viewer",
    "campaigns": "marketer",  # whom to contact, by name
    "compare": "marketer",  # two segmentations side by side tell of the few who moved
    "data": "marketer",  # single rows that were set aside
    "score": "analyst",
    "audit": "analyst",
}

# an output as Dash writes it (id.property) -> the lowest role whose browser may ask for it
OUTPUTS: Mapping[str, ReaderRole] = {
    # on every page
    "_pages_content.children": "viewer",  # then by the page
    "_pages_store.data": "viewer",
    "_pages_dummy.children": "viewer",
    "url.search": "viewer",
    "overview-scope.children": "viewer",
    "event.data": "viewer",
    "scheme.data": "viewer",
    "screen.data": "viewer",
    "chips.children": "viewer",
    "counting.disabled": "viewer",
    "newer.children": "viewer",
    "data-sets.children": "viewer",
    '{"page":["ALL"],"type":"nav"}.href': "viewer",
    '{"page":["ALL"],"type":"nav"}.className': "viewer",
    # overview
    '{"place":"shares","type":"segments"}.figure': "viewer",
    '{"place":"bubbles","type":"segments"}.figure': "viewer",
    '{"place":"profile","type":"segments"}.figure': "viewer",
    '{"segment":["ALL"],"type":"of-segment"}.children': "viewer",
    '{"place":"rfm","type":"pair"}.figure': "viewer",
    "rfm-summary.children": "viewer",
    "rfm-table.children": "viewer",
    # explore
    '{"chart":["ALL"],"type":"linked"}.figure': "viewer",
    '{"chart":["ALL"],"type":"linked-summary"}.children': "viewer",
    "explore-legend.children": "viewer",
    "explore-finding.children": "viewer",
    '{"place":"explore","type":"pair"}.figure': "viewer",
    "explore-pair-summary.children": "viewer",
    '{"place":"responses","type":"segments"}.figure': "viewer",
    "explore-responses-summary.children": "viewer",
    "explore-responses-table.children": "viewer",
    "explore-filter-control.children": "viewer",
    '{"dimension":["ALL"],"type":"chosen"}.value': "viewer",
    "explore-table.is_open": "viewer",
    "explore-table-title.children": "viewer",
    "explore-table-body.children": "viewer",
    "explore-table-chart.data": "viewer",
    "explore-download.data": "viewer",  # counts, of which none is under ten for a viewer
    # segment
    "segment-differences.figure": "viewer",
    "segment-categories.figure": "viewer",
    "segment-channels.figure": "viewer",
    "segment-traits.figure": "viewer",
    "segment-responses.figure": "viewer",
    "segment-saved.children": "analyst",
    "segment-notes.children": "analyst",
    "segment-note.value": "analyst",
    "segment-renamed.data": "analyst",
    "segment-renamed.clear_data": "analyst",
    # baskets
    "baskets-finding.children": "viewer",
    "baskets-picked.children": "viewer",
    "baskets-heat-words.children": "viewer",
    "baskets-heat.figure": "viewer",
    "baskets-heat.style": "viewer",
    "baskets-shown.children": "viewer",
    "baskets-grid.rowData": "viewer",
    "baskets-grid.columnDefs": "viewer",
    "baskets-grid.style": "viewer",
    "baskets-grid.scrollTo": "viewer",
    "baskets-item.options": "viewer",
    "baskets-list.children": "viewer",
    "baskets-download.data": "viewer",
    # campaigns
    "campaigns-check.children": "marketer",
    "campaigns-expected.figure": "marketer",
    "campaigns-measured.figure": "marketer",
    "campaigns-dots.figure": "marketer",
    "campaigns-head.children": "marketer",
    "campaigns-expected-words.children": "marketer",
    "campaigns-expected-table.children": "marketer",
    "campaigns-measured-words.children": "marketer",
    "campaigns-measured-table.children": "marketer",
    "campaigns-dots-words.children": "marketer",
    "campaigns-dots-table.children": "marketer",
    "campaigns-segments.children": "marketer",
    "campaigns-top.children": "marketer",
    "campaigns-hold-out.children": "marketer",
    "campaigns-notes.children": "marketer",
    "campaigns-outcomes.children": "marketer",
    "campaigns-listed.children": "marketer",
    "campaigns-download.data": "marketer",
    # compare
    "compare-inertia.figure": "marketer",
    "compare-silhouette.figure": "marketer",
    "compare-stability.figure": "marketer",
    "compare-lineage.figure": "marketer",
    "compare-lineage-words.children": "marketer",
    "compare-lineage-below.children": "marketer",
    "compare-returns.figure": "marketer",
    "compare-blades.figure": "marketer",
    "compare-movers.figure": "marketer",
    "compare-grid.rowData": "marketer",
    "compare-grid.columnDefs": "marketer",
    "compare-pair-words.children": "marketer",
    "compare-pair-charts.hidden": "marketer",
    "compare-overlap.figure": "marketer",
    "compare-deltas.figure": "marketer",
    "compare-overlap-words.children": "marketer",
    "compare-movers-words.children": "marketer",
    "compare-deltas-words.children": "marketer",
    "compare-overlap-below.children": "marketer",
    "compare-movers-below.children": "marketer",
    "compare-deltas-below.children": "marketer",
    "compare-parameters.children": "marketer",
    "compare-history.children": "marketer",
    "compare-promoted.options": "marketer",
    "compare-confirm.hidden": "analyst",
    "compare-consequences.children": "analyst",
    "compare-pending.data": "analyst",
    "compare-outcome.children": "analyst",
    "compare-changed.data": "analyst",
    # data
    "data-account.figure": "marketer",
    "data-missing.figure": "marketer",
    '{"column":["ALL"],"type":"data-distribution"}.figure': "marketer",
    "data-download.data": "marketer",
    # score
    "score-answer.data": "analyst",
    "score-file.data": "analyst",
    "score-actions.hidden": "analyst",
    "score-problem.children": "analyst",
    "score-too-large.hidden": "analyst",
    "score-download-button-xlsx.hidden": "analyst",
    "score-head.children": "analyst",
    "score-result.children": "analyst",
    "score-template.data": "analyst",
    "score-download.data": "analyst",
}


# what hands out rows about people, one by one; the audit log tells each time
EXPORTS = frozenset(
    {
        "/customers.csv",
        "/customers.xlsx",
        "campaigns-download.data",
        "data-download.data",
    }
)


def outputs_in(callback: str) -> tuple[str, ...]:
    """The outputs that a callback's name lists, without the hashes that tell duplicates apart.

    ``id.property``, or ``..id.property...id.property..``.
    """
    parts = callback[2:-2].split("...") if callback.startswith("..") and callback.endswith("..") else [callback]
    return tuple(part.partition("@")[0] for part in parts)


def missing(rules: Iterable[str], callbacks: Iterable[str]) -> list[str]:
    """Routes and outputs that the table does not know."""
    outputs = {output for callback in callbacks for output in outputs_in(callback)}
    return sorted({rule for rule in rules if rule not in ROUTES} | (outputs - OUTPUTS.keys()))
