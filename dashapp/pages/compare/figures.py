"""Charts of one run's segments and of two runs side by side. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, mark, tinted, wrapped
from dashapp.i18n import _, decimal
from dashapp.pages.compare.matching import Delta, Match, Pair
from dashapp.selecting import Range, all_measured
from dashapp.telling import TRUST_WORDS, number, of_column, percent
from pipeline.contract import Assignments, Labels, Placement, Segmentation, SegmentCard

_LEAST, _AROUND = 360, 90  # pixels of a chart, and of its axis and margins
BANDS = (0.6, 0.75, 0.85)  # Hennig 2007: below the first no trust, then a pattern, stable, highly stable
_BLADE_POINTS = 120
_PALE = 0.25  # a segment that is not selected
_LINE = 22  # characters of a name in one line, so that two columns of a phone hold it
_SHORT, _SHORTEST = 17, 12  # the same of a flow on a phone, of two stages and of three
_TITLE = 34  # pixels that a name takes above its row


def height_of(rows: int, *, row: int = 68) -> int:
    """Height of a chart with so many rows, a name above or beside each."""
    return max(_LEAST, _AROUND + row * rows)


def blades(it: Segmentation, look: Scheme, within: Range | None = None, among: Sequence[str] = ()) -> go.Figure:
    """Every customer's silhouette, segment by segment, the clearest at the top, with the mean of all.

    A box drawn over a part of it selects these customers: ``within`` is framed, segments not ``among`` the chosen are
    pale. ``meta`` tells the browser where each blade lies.
    """
    values = it.assignments[Assignments.SILHOUETTE].to_numpy(dtype=np.float64)
    labels = it.assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64)
    if not np.isfinite(values).any():
        return empty_figure(_("This run keeps no value for each customer"), look)
    gap = len(values) * _TITLE / max(height_of(it.k) - _AROUND - it.k * _TITLE, _TITLE)  # in customers
    traces, names, lies, start = [], [], [], 0.0
    for card in it.cards[::-1]:
        mine = np.sort(values[(labels == card.segment) & np.isfinite(values)])
        if not len(mine):
            continue
        shown = np.quantile(mine, np.linspace(0, 1, min(_BLADE_POINTS, len(mine))))
        places = start + np.linspace(0, len(mine), len(shown))
        own = mark(card.colour, look)
        lies.append([card.key, start, start + len(mine)])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "opacity": 1 if not among or card.key in among else _PALE,
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
        )
        start += len(mine)
        names.append(_above(card, start, f" · {number(len(mine))}", look))
        start += gap
    mean = float(np.nanmean(values))
    return figure_of(
        traces,
        look,
        meta=lies,
        selectionrevision=f"{within} {among}",
        dragmode="select" if all_measured(it) else False,
        shapes=[
            *_frame(within, look),
            {
                "type": "line",
                "x0": mean,
                "x1": mean,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": look.ink, "dash": "dash", "width": 1.5},
            },
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


def returns(cards: Sequence[SegmentCard], look: Scheme) -> go.Figure:
    """How much of each segment comes back on other samples, over the bands that say how far to trust it."""
    rated = [card for card in cards if card.jaccard is not None]
    if not rated:
        return empty_figure(_("This run does not know how stable each segment is"), look)
    edges, start = (0.0, *BANDS, 1.0), min(0.4, *(card.jaccard - 0.15 for card in rated if card.jaccard is not None))
    bands = [
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": tinted(look.accent, 0.03 + 0.055 * place),
        }
        for place, (low, high) in enumerate(pairwise(edges))
    ]
    shown = [mark(card.colour, look) for card in rated]
    traces = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [card.jaccard for card in rated],
            "y": list(range(len(rated)))[::-1],
            "text": [decimal(card.jaccard or 0.0, 2) for card in rated],
            "textposition": "middle left",
            "textfont": {"size": 12, "color": look.ink},
            "marker": {
                "size": 14,
                "opacity": 1,
                "color": [one.colour for one in shown],
                "symbol": [one.symbol for one in shown],
                "line": {"color": look.surface, "width": 1},
            },
            "hovertext": [escaped(card.name) for card in rated],
            "hovertemplate": "%{hovertext}: %{text}<extra></extra>",
        }
    ]
    rows = list(range(len(rated)))[::-1]
    return figure_of(
        traces,
        look,
        shapes=bands,
        margin={"l": 8, "r": 8, "t": 4, "b": 8},
        annotations=[_above(card, row, "", look, shift=9) for card, row in zip(rated, rows, strict=True)],
        xaxis={
            "range": [start, 1.04],
            "tickvals": list(BANDS),
            "tickformat": ".2~f",
            "showgrid": False,
            "title": {"text": _("share of the segment that comes back")},
        },
        yaxis={"visible": False, "range": [-0.5, len(rated) - 0.2]},
    )


def overlap(it: Pair, look: Scheme, *, narrow: bool = False) -> go.Figure:
    """Rows: the segments of the first run; how their customers spread over the second, whose symbols head the columns.

    A ``narrow`` one has symbols for the rows too.
    """
    shares = it.shares
    rows = [mark(card.colour, look).sign if narrow else named(card, look) for card in it.a.cards]
    columns = [mark(card.colour, look).sign for card in it.b.cards]
    hover = [
        [
            _(
                "{n} of “{a}” are in “{b}”",
                n=number(int(it.table[row, column])),
                a=escaped(one.name),
                b=escaped(other.name),
            )
            for column, other in enumerate(it.b.cards)
        ]
        for row, one in enumerate(it.a.cards)
    ]
    text = [[percent(value) if value >= 0.005 else "" for value in row] for row in shares.tolist()]
    light = "#ffffff" if look.name == "light" else "#181d27"
    traces = [
        {
            "type": "heatmap",
            "z": shares.tolist(),
            "x": list(range(len(columns))),
            "y": list(range(len(rows))),
            "zmin": 0,
            "zmax": 1,
            "text": text,
            "texttemplate": "%{text}",
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "colorscale": [[0, light], [1, look.accent]],
            "hovertext": hover,
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    ]
    return figure_of(
        traces,
        look,
        xaxis={
            "side": "top",
            "showgrid": False,
            "tickfont": {"size": 14},
            "tickvals": list(range(len(columns))),
            "ticktext": columns,
            "title": {"text": _("second run")},
        },
        yaxis={"autorange": "reversed", "tickvals": list(range(len(rows))), "ticktext": rows, "showgrid": False},
    )


def movers(it: Pair, look: Scheme, *, narrow: bool = False) -> go.Figure:
    """Who went where: every customer that both runs hold, from the left segment to the right one."""
    return flow([it.a.cards, it.b.cards], [it.table], look, narrow=narrow)


def lineage(runs: Sequence[Placement], tables: Sequence[Labels], look: Scheme, *, narrow: bool = False) -> go.Figure:
    """How the segments split from one number of segments to the next."""
    return flow([one.cards for one in runs], tables, look, narrow=narrow)


def flow(stages: Sequence[Sequence[SegmentCard]], tables: Sequence[Labels], look: Scheme, *, narrow: bool) -> go.Figure:
    """A Sankey of customers through stages; ``tables[i]`` counts from stage ``i`` to the next.

    A ``narrow`` one has short names, and only symbols where names from both sides would meet.
    """
    labels = [
        _node(card, look, place, len(stages)) if narrow else named(card, look)
        for place, stage in enumerate(stages)
        for card in stage
    ]
    cards = [card for stage in stages for card in stage]
    starts = np.cumsum([0, *(len(stage) for stage in stages)])
    sizes = [int(total) for total in tables[0].sum(axis=1)] + [int(n) for one in tables for n in one.sum(axis=0)]
    links = [
        (int(starts[place]) + row, int(starts[place + 1]) + column, int(table[row, column]))
        for place, table in enumerate(tables)
        for row, column in zip(*np.nonzero(table), strict=True)
    ]
    return figure_of(
        [
            {
                "type": "sankey",
                "arrangement": "fixed",
                "textfont": {"size": 12, "color": look.ink, "shadow": "none"},
                "node": {
                    "label": labels,
                    "pad": 24,
                    "thickness": 16,
                    "color": [mark(card.colour, look).colour for card in cards],
                    "line": {"width": 0},
                    "customdata": [
                        _("“{name}”: {n}", name=escaped(card.name), n=number(size))
                        for card, size in zip(cards, sizes, strict=True)
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
                "link": {
                    "source": [a for a, _b, _n in links],
                    "target": [b for _a, b, _n in links],
                    "value": [n for _a, _b, n in links],
                    "color": [tinted(mark(cards[a].colour, look).colour, 0.35) for a, _b, _n in links],
                    "customdata": [
                        _("{n} from “{a}” to “{b}”", n=number(n), a=escaped(cards[a].name), b=escaped(cards[b].name))
                        for a, b, n in links
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
            }
        ],
        look,
        margin={"l": 8, "r": 8, "t": 12, "b": 12},
    )


def deltas(found: Sequence[Delta], going: Sequence[Match], look: Scheme) -> go.Figure:
    """What changed inside the segments that go on: shift of the mean, with both medians in the cell's words."""
    if not found:
        return empty_figure(_("No segment goes on, so no profile can be compared"), look)
    most = max(0.2, *(abs(shift) for one in found for shift in one.shifts))
    cards = [one.b for one in going if one.b is not None]
    hover = [
        [
            f"{escaped(one.column.label)}, “{escaped(card.name)}”: {of_column(before, one.column)} → "
            f"{of_column(after, one.column)}"
            for card, before, after in zip(cards, one.before, one.after, strict=True)
        ]
        for one in found
    ]
    text = [
        ["=" if abs(shift) < 0.05 else f"{'+' if shift > 0 else '−'}{decimal(abs(shift), 1)}" for shift in one.shifts]
        for one in found
    ]
    low, high = ("#b35806", "#1f6fa8") if look.name == "light" else ("#f1a340", "#6fb4e8")
    traces = [
        {
            "type": "heatmap",
            "z": [list(one.shifts) for one in found],
            "x": list(range(len(cards))),
            "y": list(range(len(found))),
            "zmin": -most,
            "zmax": most,
            "text": text,
            "texttemplate": "%{text}",
            "colorscale": [[0, low], [0.5, look.surface], [1, high]],
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hovertext": hover,
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    ]
    return figure_of(
        traces,
        look,
        xaxis={
            "side": "top",
            "showgrid": False,
            "tickfont": {"size": 14},
            "tickvals": list(range(len(cards))),
            "ticktext": [mark(card.colour, look).sign for card in cards],
        },
        yaxis={
            "autorange": "reversed",
            "tickvals": list(range(len(found))),
            "showgrid": False,
            "ticktext": ["<br>".join(map(escaped, wrap(one.column.label, _LINE))) for one in found],
        },
    )


def named(card: SegmentCard, look: Scheme) -> str:
    """Symbol in its colour, the whole name in short lines, and how far the segment is to be trusted."""
    return f"{mark(card.colour, look).sign} " + "<br>".join(map(escaped, wrap(_title(card), _LINE)))


def _node(card: SegmentCard, look: Scheme, place: int, stages: int) -> str:
    """The label of a node of the stage ``place`` where there is little room."""
    if 0 < place < stages - 1:
        return mark(card.colour, look).sign
    return f"{mark(card.colour, look).sign} " + "<br>".join(wrapped(card.name, _SHORT if stages == 2 else _SHORTEST, 3))


def _title(card: SegmentCard) -> str:
    return f"{card.name} · {_(TRUST_WORDS[card.trust])}"


def _above(card: SegmentCard, y: float, more: str, look: Scheme, *, shift: int = 0) -> dict[str, Any]:
    """The name over its row, from the left edge on."""
    return {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": y,
        "yanchor": "bottom",
        "yshift": shift,
        "showarrow": False,
        "align": "left",
        "font": {"size": 12, "color": look.ink},
        "text": f"{mark(card.colour, look).sign} " + "<br>".join(map(escaped, wrap(_title(card) + more, 44))),
    }
