"""Figures of the Overview page: RFM cells as squares of recency and frequency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, fitted, ink_on, widest
from dashapp.findings import rfm_numbers
from dashapp.i18n import _
from dashapp.selecting import RFM
from dashapp.telling import number
from pipeline.contract import rfm_cell

HEIGHT = 420
SCORES = rfm_numbers.SCORES
_FAINT, _FULL, _DIMMED = 0.06, 0.78, 0.35  # shares of the accent in a square
_ROOM, _SIZES = (88, 54), (12, 10)  # pixels of a name in one square, and of its letters: elsewhere, and on a phone
_WORD = (82, 54)  # pixels of the longest word that one square holds; bold letters are wider than those measured
_ABOVE, _BELOW = 9, -19  # pixels from the middle of a square to its name and to its number


def cells(held: rfm_numbers.Cells, look: Scheme, *, narrow: bool = False) -> go.Figure:
    """A square for each pair of scores, the deeper the more customers; a click keeps the customers of its cell."""
    if not held.total:
        return empty_figure(_("No customers match."), look)
    full = rfm_numbers.grid(held)
    colours = [[_colour(held, look, full[r - 1, f - 1], rfm_cell(r, f)) for f in SCORES] for r in SCORES]
    places = [5 * (r - 1) + f - 1 for r in SCORES for f in SCORES]  # a colour of its own for each square
    trace = {
        "type": "heatmap",
        "z": [[5 * (r - 1) + f - 1 for f in SCORES] for r in SCORES],
        "zmin": 0,
        "zmax": 24,
        "colorscale": [[place / 24, colours[place // 5][place % 5]] for place in places],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "text": [["<br>".join(map(escaped, rfm_numbers.square(held, r, f))) for f in SCORES] for r in SCORES],
        "hoverinfo": "text",
        "customdata": [[[[RFM, rfm_cell(r, f)]] for f in SCORES] for r in SCORES],
    }
    ticks = {"tickvals": list(range(5)), "ticktext": [number(score) for score in SCORES], "showgrid": False}
    return figure_of(
        [trace],
        look,
        dragmode=False,
        shapes=list(_borders(look)),
        annotations=list(_words(held, colours, narrow=narrow)),
        margin={"l": 36 if narrow else 52, "r": 4, "t": 4, "b": 48},
        xaxis={**ticks, "range": [-0.5, 4.5], "title": {"text": _("Frequency score (5: most often)")}},
        yaxis={**ticks, "range": [-0.5, 4.5], "title": {"text": _("Recency score (5: latest)")}},
    )


def _colour(held: rfm_numbers.Cells, look: Scheme, full: float, cell: str) -> str:
    """The accent over the surface, as one plain colour, whose ink can be chosen."""
    part = (_FAINT + (_FULL - _FAINT) * full) if full else 0.02
    part *= 1 if not held.chosen or cell in held.chosen else _DIMMED
    channels = [(int(look.surface[cut : cut + 2], 16), int(look.accent[cut : cut + 2], 16)) for cut in (1, 3, 5)]
    return "#" + "".join(f"{round(low + (high - low) * part):02x}" for low, high in channels)


def _borders(look: Scheme) -> Iterator[dict[str, Any]]:
    """A line wherever two squares next to each other are of different cells."""
    line = {"type": "line", "line": {"color": look.surface, "width": 5}, "layer": "above"}
    for r in SCORES:
        for f in SCORES:
            x, y = f - 1, r - 1
            if f < 5 and rfm_cell(r, f) != rfm_cell(r, f + 1):
                yield {**line, "x0": x + 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5}
            if r < 5 and rfm_cell(r, f) != rfm_cell(r + 1, f):
                yield {**line, "x0": x - 0.5, "x1": x + 0.5, "y0": y + 0.5, "y1": y + 0.5}


def _words(held: rfm_numbers.Cells, colours: list[list[str]], *, narrow: bool) -> Iterator[dict[str, Any]]:
    """The number of customers in each square, and each cell's name once, over two squares where one is too small."""
    size = _SIZES[narrow]
    named: set[str] = set()
    for r in reversed(SCORES):
        for f in SCORES:
            cell, ink = rfm_cell(r, f), ink_on(colours[r - 1][f - 1])
            word = {"showarrow": False, "captureevents": False, "font": {"size": size, "color": ink}, "y": r - 1}
            yield {**word, "x": f - 1, "yshift": _BELOW, "text": number(int(held.counts[r - 1, f - 1]))}
            if cell in named:
                continue
            named.add(cell)
            room, said = _ROOM[narrow], rfm_numbers.name(held, cell)
            wide = 1 + (f < 5 and rfm_cell(r, f + 1) == cell and widest(said.split(), size) > _WORD[narrow])
            lines = fitted(said, wide * room, 2, size=size, bold=not narrow)
            words = "<br>".join(map(escaped, lines))
            text = words if narrow else f"<b>{words}</b>"
            yield {**word, "x": f - 1 + (wide - 1) / 2, "yshift": _ABOVE, "text": text}
