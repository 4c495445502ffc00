"""Charts of the Explore page: a slice of the customers in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashapp.charts import MIX, Bubble, Scheme, beside, empty_figure, escaped, figure_of, ink_on, mark, tinted, wrapped
from dashapp.i18n import N_, _
from dashapp.selecting import Area, Array, Dimension, Points, Slice
from dashapp.telling import bin_label, customers, number, percent, trusted, with_trust
from pipeline.contract import Dataset, Loadings, SegmentCard

NOBODY = N_("No customers match.")
_NAMED, _MAP_SCREEN = 20, ((800, 430, 1),)  # marks that make a segment worth a name; pixels inside the map's axes
HISTOGRAM, MAP, ROW, MIX_ROW = 240, 520, 34, 46  # pixels
_DIM = 0.25
_END = 24  # characters that name one end of an axis of the map
_ONE_LINE = 30  # characters that name both ends beside each other
_BIG_ENOUGH = 0.07  # share of a bar that has room for its number


def height(dimension: Dimension, segments: int) -> int:
    """Pixels that a chart needs, known before it is drawn."""
    if dimension.kind == "category":
        return dimension.bins * ROW + 20
    return (segments + 1) * MIX_ROW + 10 if dimension.kind == "mix" else HISTOGRAM


def draw(part: Slice, cards: Sequence[SegmentCard], look: Scheme, *, selected: bool) -> go.Figure:
    """The chart of one slice. With ``selected`` the distribution of all customers stands behind it in grey."""
    if not part.customers:
        return empty_figure(_(NOBODY), look)
    if part.dimension.kind == "mix":
        return mix(part, cards, look)
    maker = histogram if part.dimension.kind == "number" else bars
    return maker(part, cards, look, selected=selected)


def histogram(part: Slice, cards: Sequence[SegmentCard], look: Scheme, *, selected: bool) -> go.Figure:
    """Share of the customers in each bin, stacked by segment."""
    dimension = part.dimension
    axis: dict[str, Any] = {
        "title": {"text": dimension.axis_title},
        "tickformat": _tick_format(dimension),
        "showgrid": False,
    }
    traces = _stack(part, cards, look, selected=selected, along=dimension.centres, width=dimension.step, upright=True)
    return figure_of(
        traces,
        look,
        xaxis=axis,
        dragmode="select",
        selectdirection="h",
        selectionrevision=_revision(part),
        yaxis={"tickformat": ".0%", "nticks": 4, "rangemode": "tozero", "title": {"text": _("share of customers")}},
        hovermode="closest",
    )


def bars(part: Slice, cards: Sequence[SegmentCard], look: Scheme, *, selected: bool) -> go.Figure:
    """Share of the customers in each category, stacked by segment, with the share written at the end."""
    dimension = part.dimension
    places = list(range(dimension.bins))
    traces = _stack(part, cards, look, selected=selected, along=places, width=1.0, upright=False)
    totals = _shares(part.shown.sum(axis=0))
    ghost = _shares(part.everyone.sum(axis=0)) if selected else totals
    traces.append(
        {
            "type": "scatter",
            "mode": "text",
            "x": np.maximum(totals, ghost).tolist(),
            "y": places,
            "hoverinfo": "skip",
            "text": [f" {percent(float(one))}" for one in totals],
            "textposition": "middle right",
            "cliponaxis": False,
            "textfont": {"color": look.muted, "size": 12},
        }
    )
    top = float(max(totals.max(), ghost.max())) or 1.0
    names = [escaped(label, 22) for label in dimension.labels]
    return figure_of(
        traces,
        look,
        dragmode=False,
        xaxis={"visible": False, "range": [0, top * 1.18]},
        yaxis={
            "tickvals": places,
            "ticktext": names,
            "range": [dimension.bins - 0.5, -0.5],
            "showgrid": False,
            "ticklabelstandoff": 6,
        },
    )


def mix(part: Slice, cards: Sequence[SegmentCard], look: Scheme) -> go.Figure:
    """100 % bars: what each segment's total is made of, and under them that of all customers."""
    members = part.dimension.bins - 1
    rows = np.vstack([part.shown, part.everyone.sum(axis=0, keepdims=True)])
    totals = rows.sum(axis=1, keepdims=True)
    shares = rows / np.where(totals > 0, totals, 1)
    names = [f"{mark(card.colour).glyph} {escaped(with_trust(card, 34))}" for card in cards] + [_("All customers")]
    plain = [card.name for card in cards] + [_("All customers")]
    traces = [_mix_bar(part, member, shares[:, member], plain, look) for member in range(members)]
    told = [
        name if total else _("{name}: nobody selected", name=name) for name, total in zip(names, totals, strict=True)
    ]
    notes = [
        {
            "x": 0,
            "y": place,
            "yshift": 17,
            "text": name,
            "xanchor": "left",
            "showarrow": False,
            "font": {"size": 12, "color": look.ink if place < len(cards) else look.muted},
        }
        for place, name in enumerate(told)
    ]
    return figure_of(
        traces,
        look,
        dragmode=False,
        annotations=notes,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={"visible": False, "range": [len(names) - 0.6, -0.66]},
    )


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
        Bubble((x - left) / wide, (y - low) / high, 0, wrapped(f"{card.name} ·\u00a0{trusted(card)}", 20, 3))
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
            "text": f"{mark(card.colour, look).sign} " + "<br>".join(one.lines),
            "font": {"size": 12, "color": look.ink},
        }
        for (card, _rows), (x, y), at, one in zip(held, middles, beside(marks, _MAP_SCREEN), marks, strict=True)
    ]


def axis_titles(loadings: pd.DataFrame, dataset: Dataset) -> tuple[str, str]:
    """What right and up mean on the map, by the heaviest feature of each axis, with the variance it explains."""
    explained = loadings[Loadings.FEATURE].str.startswith("explained")
    weights = loadings[~explained].set_index(Loadings.FEATURE)
    titles = []
    for axis in (Loadings.X, Loadings.Y):
        share = loadings.loc[explained, axis]
        heading = _("{share} of the variation", share=percent(float(share.iloc[0]))) if len(share) else ""
        if weights.empty:
            titles.append(heading)
            continue
        loads = weights[axis].astype(float)
        feature = str(loads.abs().idxmax())
        column = dataset.column(feature)
        ends = [column.low or f"{column.label} ↓", column.high or f"{column.label} ↑"]
        low, high = ends if loads[feature] > 0 else ends[::-1]
        between = "   " if len(low) + len(high) <= _ONE_LINE else "<br>"  # a phone has no room for more
        titles.append(f"← {escaped(low, _END)}{between}{escaped(high, _END)} →<br>{heading}")
    return titles[0], titles[1]


def _stack(
    part: Slice,
    cards: Sequence[SegmentCard],
    look: Scheme,
    *,
    selected: bool,
    along: Sequence[float],
    width: float,
    upright: bool,
) -> list[dict[str, Any]]:
    """Bars stacked by segment, and behind them, where something is selected, those of all customers."""
    dimension, (across, up) = part.dimension, ("x", "y") if upright else ("y", "x")
    words = [bin_label(dimension, place) for place in range(dimension.bins)]
    common = {
        "type": "bar",
        "orientation": "v" if upright else "h",
        across: list(along),
        "customdata": list(dimension.tokens),
        "hoverinfo": "text",
    }
    traces: list[dict[str, Any]] = []
    if selected:
        every = part.everyone.sum(axis=0)
        traces.append(
            {
                **common,
                up: _shares(every).tolist(),
                "base": 0,
                "width": width * 0.96,
                "name": _("All customers"),
                "marker": {"color": look.ghost},
                "hovertext": [
                    f"{escaped(word)}<br>"
                    + _("all customers: {n} ({share})", n=number(int(count)), share=percent(float(share)))
                    for word, count, share in zip(words, every, _shares(every), strict=True)
                ],
            }
        )
    whole = max(1, int(part.shown.sum()))
    opacity = np.where(part.chosen, 1.0, _DIM).tolist()
    for card in cards:
        counts = part.shown[card.segment]
        if counts.any():
            traces.append(
                {
                    **common,
                    up: (counts / whole).tolist(),
                    "width": width * (0.66 if selected else 0.88),
                    "name": escaped(card.name),
                    "meta": card.key,
                    "marker": {"color": mark(card.colour, look).colour, "opacity": opacity, "line": {"width": 0}},
                    "hovertext": [
                        f"{escaped(word)}<br>{escaped(with_trust(card))}: {customers(int(count))}"
                        for word, count in zip(words, counts, strict=True)
                    ],
                }
            )
    return traces


def _mix_bar(part: Slice, member: int, shares: Array, names: Sequence[str], look: Scheme) -> dict[str, Any]:
    colour, label = MIX[member % len(MIX)], part.dimension.labels[member]
    last = len(names) - 1
    faded = 1.0 if part.chosen[member] else _DIM
    return {
        "type": "bar",
        "orientation": "h",
        "x": shares.tolist(),
        "y": list(range(len(names))),
        "width": 0.44,
        "name": escaped(label),
        "customdata": [part.dimension.tokens[member]] * len(names),
        "marker": {
            "color": colour,
            "opacity": [faded] * last + [faded * 0.7],
            "line": {"color": look.surface, "width": 1},
        },
        "text": [percent(float(one)) if one >= _BIG_ENOUGH else "" for one in shares],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": ink_on(colour), "size": 11},
        "hovertext": [
            f"{escaped(name)}<br>{escaped(label)}: {percent(float(one))}"
            for name, one in zip(names, shares, strict=True)
        ],
        "hoverinfo": "text",
    }


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


def _shares(counts: Array) -> Array:
    total = counts.sum()
    found: Array = counts / total if total else np.zeros(len(counts))
    return found


def _path(outline: Area) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in outline.corners) + "Z"


def _revision(part: Slice) -> str:
    return "".join("1" if one else "0" for one in part.chosen)


def _tick_format(dimension: Dimension) -> str:
    return "~s" if dimension.edges and abs(dimension.edges[-2]) >= 10_000 else "" if dimension.whole else "~r"
