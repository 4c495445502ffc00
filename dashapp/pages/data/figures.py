"""Charts of the Data page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, fitted, widest
from dashapp.i18n import _
from dashapp.selecting import Array, Dimension
from dashapp.telling import bin_label, customers, number, percent
from pipeline.contract import Ledger

ACCOUNT, HISTOGRAM, ROW, LEAST = 110, 220, 34, 120  # pixels
MOST_NAMED = 5  # values that cleaning took out, by name
_NAMES = 170  # pixels of a column's name
_LEAST_SHARE = 0.2  # a gap of one per cent must not fill the chart
_DROPPED, _GONE = "#c98a12", "#d55e00"
_EDGE = 5  # pixels: a part of a few rows among thousands is to be seen


def account(ledger: Ledger, look: Scheme) -> go.Figure:
    """One bar that holds every row read: kept as customers, dropped, set aside."""
    if not ledger.rows_in:
        return empty_figure(_("No rows were read"), look)
    parts = (
        (_("Customers"), ledger.rows_out, look.accent),
        (_("Dropped"), ledger.dropped, _DROPPED),
        (_("Set aside"), ledger.quarantined, _GONE),
    )
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [count],
            "y": [0],
            "width": 0.5,
            "name": name,
            "marker": {"color": colour, "line": {"color": colour, "width": 0 if colour == look.accent else _EDGE}},
            "hoverinfo": "text",
            "hovertext": [
                _("{what}: {n} rows ({share})", what=name, n=number(count), share=percent(count / ledger.rows_in))
            ],
        }
        for name, count, colour in parts
        if count
    ]
    return figure_of(
        traces,
        look,
        showlegend=True,
        margin={"l": 4, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.25, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={"visible": False, "range": [0, ledger.rows_in * 1.005]},
        yaxis={"visible": False},
    )


def missing(gaps: Sequence[tuple[str, int]], total: int, look: Scheme) -> go.Figure:
    """Share of customers without a value, a bar a column, the most first."""
    if not gaps or not total:
        return empty_figure(_("Nothing is missing"), look)
    shares = [count / total for _name, count in gaps]
    names = [fitted(name, _NAMES, 1)[0] for name, _count in gaps]
    return figure_of(
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": shares,
                "y": list(range(len(gaps))),
                "marker": {"color": look.accent},
                "text": [percent(share) for share in shares],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": [
                    _("{column}: not known for {customers}", column=escaped(name), customers=customers(count))
                    for name, count in gaps
                ],
                "hoverinfo": "text",
            }
        ],
        look,
        margin={"l": widest(names) + 8, "r": 8, "t": 8, "b": 8},
        xaxis={"visible": False, "range": [0, max(*shares, _LEAST_SHARE) * 1.25]},
        yaxis={
            "tickvals": list(range(len(gaps))),
            "ticktext": [escaped(name) for name in names],
            "automargin": False,
            "range": [len(gaps) - 0.5, -0.5],
            "showgrid": False,
        },
    )


def distribution(dimension: Dimension, counts: Array, look: Scheme, gone: Array | None = None) -> go.Figure:
    """Customers by the value of one column after cleaning, the outermost bars may be open; ``gone`` was taken out."""
    if not len(counts) or not counts.sum():
        return empty_figure(_("Not known for any customer"), look)
    names = [escaped(bin_label(dimension, place)) for place in range(len(counts))]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": dimension.centres,
            "y": [int(count) for count in counts],
            "width": dimension.step * 0.94,
            "marker": {"color": look.accent},
            "hoverinfo": "text",
            "name": _("after cleaning"),
            "hovertext": [
                _("{what}: {customers}", what=name, customers=customers(int(count)))
                for name, count in zip(names, counts, strict=True)
            ],
        }
    ]
    places = [place for place, count in enumerate(gone) if count] if gone is not None else []
    if gone is not None and places:
        lift = 0.06 * float(counts.max())  # a cross above its bar is seen where a bar of one customer is not
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [dimension.centres[place] for place in places],
                "y": [float(counts[place]) + lift for place in places],
                "name": _("taken out by cleaning"),
                "marker": {"symbol": "x", "size": 9, "color": _GONE},
                "hoverinfo": "text",
                "hovertext": [
                    _("{what}: {n} more before cleaning", what=names[place], n=number(int(gone[place])))
                    for place in places
                ],
            }
        )
    return figure_of(
        traces,
        look,
        showlegend=len(traces) > 1,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": {"text": escaped(dimension.axis_title)}, "showgrid": False},
        yaxis={"title": {"text": _("number of customers")}, "rangemode": "tozero", "nticks": 4},
    )


def height_of_missing(rows: int) -> int:
    """Pixels that the chart of missing values takes."""
    return max(LEAST, rows * ROW + 20)
