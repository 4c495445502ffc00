"""The map: a sample of the customers on two axes, with what the axes mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashapp.charts import Bubble, Scheme, beside, escaped, figure_of, fitted, mark, tinted, widest, wrapped
from dashapp.i18n import _
from dashapp.selecting import Area, Array, Points
from dashapp.telling import graded, percent, with_trust
from pipeline.contract import Dataset, Loadings, SegmentCard

MAP = 520  # pixels
_NAMED, _SCREEN = 20, ((800, 430, 1),)  # marks that make a segment worth a name; pixels inside the map's axes
_NAME = 135  # pixels of a line of a segment's name
_END, _AXIS, _TITLE = 165, 265, 13  # pixels for the name of one end of an axis, of an axis on a phone, of a letter


def customer_map(
    points: Points,
    cards: Sequence[SegmentCard],
    outline: Area | None,
    axes: tuple[str, str],
    look: Scheme,
    *,
    selected: bool = True,
) -> go.Figure:
    """A sample of the customers on two axes, those outside the outline pale; with ``selected`` all are grey behind."""
    ghosts = points.ghost_x if selected or outline else points.ghost_x[:0]  # else they all lie under their own marks
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": ghosts.astype(np.float32),
            "y": points.ghost_y[: len(ghosts)].astype(np.float32),
            "hoverinfo": "skip",
            "name": _("All customers"),
            "marker": {"size": 4, "color": look.ghost, "opacity": 0.55},
        }
    ]
    for card in cards:
        for within in (False, True):
            rows = (points.segment == card.segment) & (points.inside == within)
            if rows.any():
                traces.append(_cloud(points.x[rows], points.y[rows], card, look, within=within))
    shapes = (
        []
        if outline is None
        else [
            {
                "type": "path",
                "path": _path(outline),
                "line": {"color": look.accent, "width": 2},
                "fillcolor": look.accent,
                "opacity": 0.12,
                "layer": "below",
            }
        ]
    )
    return figure_of(
        traces,
        look,
        shapes=shapes,
        annotations=_centres(points, cards, look),
        dragmode="lasso",
        selectionrevision=str(outline),
        uirevision="map",
        margin={"l": 36, "r": 8, "t": 8, "b": 36},  # fixed: thousands of points are not drawn twice to find it
        xaxis={"title": {"text": axes[0]}, "showticklabels": False, "showgrid": False, "automargin": False},
        yaxis={"title": {"text": axes[1]}, "showticklabels": False, "showgrid": False, "automargin": False},
    )


def _centres(points: Points, cards: Sequence[SegmentCard], look: Scheme) -> list[dict[str, Any]]:
    """The name of each segment at its middle, moved aside where two would lie on each other."""
    held = [(card, rows) for card in cards if (rows := points.segment == card.segment).sum() >= _NAMED]
    if not held:
        return []
    middles = [(float(np.median(points.x[rows])), float(np.median(points.y[rows]))) for _card, rows in held]
    (left, wide), (low, high) = ((float(axis.min()), float(np.ptp(axis)) or 1.0) for axis in (points.x, points.y))
    marks = [
        Bubble((x - left) / wide, (y - low) / high, 0, wrapped(card.name + graded(card, cards), _NAME, 3))
        for (card, _rows), (x, y) in zip(held, middles, strict=True)
    ]
    return [
        {
            "x": x,
            "y": y,
            "ax": at[0],
            "ay": at[1],
            "showarrow": True,
            "arrowhead": 0,
            "arrowwidth": 1.5,
            "arrowcolor": mark(card.colour, look).colour,
            "bgcolor": tinted(look.surface, 0.8),
            "borderpad": 2,
            "text": f"{mark(card.colour, look).sign} " + "<br>".join(label.lines),
            "font": {"size": 12, "color": look.ink},
        }
        for (card, _rows), (x, y), at, label in zip(held, middles, beside(marks, _SCREEN), marks, strict=True)
    ]


def axis_titles(loadings: pd.DataFrame, dataset: Dataset) -> tuple[str, str]:
    """What right and up mean on the map, by the heaviest feature of each axis, with the variance it explains."""
    titles = []
    for axis in (Loadings.X, Loadings.Y):  # some twenty rows: plain Python, since pandas takes longer than the charts
        rows = [(str(name), float(load)) for name, load in zip(loadings[Loadings.FEATURE], loadings[axis], strict=True)]
        shares = [share for name, share in rows if name == Loadings.EXPLAINED]
        weights = [(name, load) for name, load in rows if name != Loadings.EXPLAINED]
        heading = _("{share} of the variation", share=percent(shares[0])) if shares else ""
        if not weights:
            titles.append(heading)
            continue
        feature, load = max(weights, key=lambda weight: abs(weight[1]))
        column = dataset.column(feature)
        ends = [column.low or f"{column.label} ↓", column.high or f"{column.label} ↑"]
        low, high = ends if load > 0 else ends[::-1]
        low, high = (fitted(end, _END, 1, size=_TITLE)[0] for end in (low, high))
        between = "   " if widest([f"← {low}   {high} →"], _TITLE) <= _AXIS else "<br>"  # a phone has no room for more
        titles.append(f"← {escaped(low)}{between}{escaped(high)} →<br>{heading}")
    return titles[0], titles[1]


def _cloud(x: Array, y: Array, card: SegmentCard, look: Scheme, *, within: bool) -> dict[str, Any]:
    style = mark(card.colour, look)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x.astype(np.float32),
        "y": y.astype(np.float32),
        "meta": card.key,
        "name": escaped(card.name),
        "hovertemplate": f"{style.glyph} {escaped(with_trust(card))}<extra></extra>",
        "marker": {
            "size": 6,
            "color": style.colour,
            "symbol": style.symbol,
            "opacity": 0.75 if within else 0.15,
            "line": {"width": 0},
        },
        "selected": {"marker": {"opacity": 0.75}},
        "unselected": {"marker": {"opacity": 0.15}},
    }


def _path(outline: Area) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in outline.corners) + "Z"
