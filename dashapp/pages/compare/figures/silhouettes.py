"""Every customer's silhouette, segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, mark, tinted
from dashapp.i18n import _, decimal
from dashapp.pages.compare.figures.titles import AROUND, above, height_of
from dashapp.selecting import Array, Range, all_measured
from dashapp.telling import number
from pipeline.contract import Assignments, Segmentation, SegmentCard

_BLADE_POINTS = 120
_PALE = 0.25  # a segment that is not selected
_TITLE = 34  # pixels that a name takes above its row


def blades(
    segmentation: Segmentation, look: Scheme, within: Range | None = None, among: Sequence[str] = ()
) -> go.Figure:
    """Every customer's silhouette, segment by segment, the clearest at the top, with the mean of all.

    A box drawn over a part of it selects these customers: ``within`` is framed, segments not ``among`` the chosen are
    pale. ``meta`` tells the browser where each blade lies.
    """
    values = segmentation.assignments[Assignments.SILHOUETTE].to_numpy(dtype=np.float64)
    labels = segmentation.assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64)
    if not np.isfinite(values).any():
        return empty_figure(_("This run keeps no value for each customer"), look)
    gap = (
        len(values) * _TITLE / max(height_of(segmentation.k) - AROUND - segmentation.k * _TITLE, _TITLE)
    )  # in customers
    traces, names, lies, start = [], [], [], 0.0
    for card in segmentation.cards[::-1]:
        mine = np.sort(values[(labels == card.segment) & np.isfinite(values)])
        if not len(mine):
            continue
        shown = np.quantile(mine, np.linspace(0, 1, min(_BLADE_POINTS, len(mine))))
        places = start + np.linspace(0, len(mine), len(shown))
        lies.append([card.key, start, start + len(mine)])
        traces.append(_blade(card, shown, places, look, pale=bool(among) and card.key not in among))
        start += len(mine)
        names.append(above(card, start, f" · {number(len(mine))}", look, segmentation.cards))
        start += gap
    mean = float(np.nanmean(values))
    dashed = {"color": look.ink, "dash": "dash", "width": 1.5}
    return figure_of(
        traces,
        look,
        meta=lies,
        selectionrevision=f"{within} {among}",
        dragmode="select" if all_measured(segmentation) else False,
        shapes=[
            *_frame(within, look),
            {"type": "line", "x0": mean, "x1": mean, "y0": 0, "y1": 1, "yref": "paper", "line": dashed},
        ],
        annotations=[
            *names,
            {
                "x": mean,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "text": _("mean {value}", value=decimal(mean, 2)),
                "font": {"size": 12, "color": look.ink},
            },
        ],
        margin={"l": 8, "r": 8, "t": 26, "b": 8},
        hovermode="closest",
        xaxis={"title": {"text": _("silhouette of a customer")}, "tickformat": ".1f", "nticks": 7},
        yaxis={"visible": False, "range": [0, start]},
    )


def _blade(card: SegmentCard, shown: Array, places: Array, look: Scheme, *, pale: bool) -> dict[str, Any]:
    """The outline of one segment's silhouettes: values ``shown`` at ``places``, both (points,)."""
    own = mark(card.colour, look)
    return {
        "type": "scatter",
        "mode": "lines",
        "opacity": _PALE if pale else 1,
        "x": [0.0, *shown.tolist(), 0.0],
        "y": [places[0], *places.tolist(), places[-1]],
        "fill": "toself",
        "fillcolor": tinted(own.colour, 0.75),
        "line": {"color": own.colour, "width": 1},
        "name": escaped(card.name),
        "hoveron": "fills",
        "text": escaped(card.name),
        "hoverinfo": "text",
    }


def _frame(within: Range | None, look: Scheme) -> list[dict[str, Any]]:
    if within is None:
        return []
    return [
        {
            "type": "rect",
            "x0": -1 if within.low is None else within.low,
            "x1": 1 if within.high is None else within.high,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "layer": "below",
            "fillcolor": look.accent,
            "opacity": 0.14,
            "line": {"color": look.accent, "width": 2},
        }
    ]
