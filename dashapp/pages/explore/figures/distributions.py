"""How the customers are spread over the bins of one dimension: a slice of the customers in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import MIX, Scheme, empty_figure, escaped, figure_of, ink_on, mark
from dashapp.i18n import N_, _
from dashapp.selecting import Array, Dimension, Slice
from dashapp.telling import bin_label, customers, number, percent, with_trust
from pipeline.contract import SegmentCard

NOBODY = N_("No customers match.")
HISTOGRAM, ROW, MIX_ROW = 240, 34, 46  # pixels
_DIM = 0.25
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
        "title": {"text": escaped(dimension.axis_title)},
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
            "text": [f" {percent(float(total))}" for total in totals],
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
    names = [f"{mark(card.colour).glyph} {escaped(with_trust(card, 34, among=cards))}" for card in cards] + [
        _("All customers")
    ]
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
        "text": [percent(float(share)) if share >= _BIG_ENOUGH else "" for share in shares],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": ink_on(colour), "size": 11},
        "hovertext": [
            f"{escaped(name)}<br>{escaped(label)}: {percent(float(share))}"
            for name, share in zip(names, shares, strict=True)
        ],
        "hoverinfo": "text",
    }


def _shares(counts: Array) -> Array:
    total = counts.sum()
    parts: Array = counts / total if total else np.zeros(len(counts))
    return parts


def _revision(part: Slice) -> str:
    return "".join("1" if is_chosen else "0" for is_chosen in part.chosen)


def _tick_format(dimension: Dimension) -> str:
    return "~s" if dimension.edges and abs(dimension.edges[-2]) >= 10_000 else "" if dimension.whole else "~r"
