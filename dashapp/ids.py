"""Ids of what stands on every page, and the patterns that link charts and controls to the selection.

The selection lives in the address: ``URL.search`` is its one store. Whatever a reader does to a linked chart or control
reaches the server as one small ``EVENT``; the server answers with a new address, and everything drawn follows it.
"""

from __future__ import annotations

from typing import Any

from dash.dependencies import Wildcard

URL, EVENT, SCHEME, SCREEN, PROBLEM = "url", "event", "scheme", "screen", "problem"
PAGE, POLL, NEWER, CHIPS, DATASETS = "page-run", "poll", "newer", "chips", "data-sets"
COUNTING = "counting"  # ticks while very many customers are being counted
SCHEME_BUTTON = "scheme-button"
PHONE, TABLET = "phone", "tablet"  # what ``SCREEN`` holds, or "desk" (``assets/korzina.js``)

Pattern = dict[str, Any]
Key = str | Wildcard  # a value of an id, or ALL in a callback


def linked(chart: Key) -> Pattern:
    """A chart whose marks, drags and outlines select customers; ``chart`` is the name of its dimension."""
    return {"type": "linked", "chart": chart}


def linked_summary(chart: Key) -> Pattern:
    """The sentence beside a linked chart."""
    return {"type": "linked-summary", "chart": chart}


def toggle(dimension: Key, token: Key, place: Key) -> Pattern:
    """A button that does what a click on the mark ``token`` of a dimension does."""
    return {"type": "toggle", "dimension": dimension, "token": token, "place": place}


def chosen(dimension: Key) -> Pattern:
    """A slider or a list whose value is the filter on a dimension."""
    return {"type": "chosen", "dimension": dimension}


def segments(place: Key) -> Pattern:
    """A chart whose marks are segments; a click on one selects it."""
    return {"type": "segments", "place": place}


def of_segment(segment: Key) -> Pattern:
    """How many of the selected customers a segment has."""
    return {"type": "of-segment", "segment": segment}


def pair(place: Key) -> Pattern:
    """A chart of two dimensions; a click on a cell filters on both."""
    return {"type": "pair", "place": place}


def taking(button: str) -> dict[str, str]:
    """Form of a file -> the id of the button that gives a table in that form; ``button`` is the one for CSV."""
    return {"csv": button, "xlsx": f"{button}-xlsx", "txt": f"{button}-txt"}


def remove(dimension: Key) -> Pattern:
    """The cross of a chip."""
    return {"type": "remove", "dimension": dimension}


def reset(place: Key) -> Pattern:
    """A button that clears the whole selection."""
    return {"type": "reset", "place": place}


def as_table(chart: Key) -> Pattern:
    """A button that shows a chart's numbers."""
    return {"type": "as-table", "chart": chart}


def nav(page: Key) -> Pattern:
    """A link of the navigation bar."""
    return {"type": "nav", "page": page}
