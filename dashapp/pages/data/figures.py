"""Charts of the Data page."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashapp.dimensions import Array, Dimension
from dashapp.theme import Scheme, empty_figure, escaped, figure_of
from dashapp.words import bin_label, customers, number, percent
from pipeline.contract import Ledger

ACCOUNT, HISTOGRAM, ROW, LEAST = 96, 200, 34, 120  # pixels
_LONGEST = 26


def account(ledger: Ledger, look: Scheme) -> go.Figure:
    """One bar that holds every row read: kept as customers, dropped, set aside."""
    if not ledger.rows_in:
        return empty_figure("No rows were read", look)
    parts = (("Customers", ledger.rows_out, look.accent), ("Dropped", ledger.dropped, look.muted),
             ("Set aside", ledger.quarantined, "#d55e00"))
    traces = [{
        "type": "bar", "orientation": "h", "x": [count], "y": [0], "width": 0.5, "name": name,
        "marker": {"color": colour, "line": {"color": look.surface, "width": 1}},
        "hovertext": [f"{name}: {count:,} rows ({percent(count / ledger.rows_in)})"], "hoverinfo": "text",
    } for name, count, colour in parts if count]
    return figure_of(traces, look, showlegend=True, legend={"orientation": "h", "x": 0, "y": 1.25, "yanchor": "bottom"},
                     xaxis={"visible": False, "range": [0, ledger.rows_in]}, yaxis={"visible": False})


def missing(gaps: Sequence[tuple[str, int]], total: int, look: Scheme) -> go.Figure:
    """Share of customers without a value, a bar a column, the most first."""
    if not gaps or not total:
        return empty_figure("Nothing is missing", look)
    shares = [count / total for _, count in gaps]
    return figure_of([{
        "type": "bar", "orientation": "h", "x": shares, "y": list(range(len(gaps))), "marker": {"color": look.accent},
        "text": [percent(one) for one in shares], "textposition": "outside", "cliponaxis": False,
        "hovertext": [f"{escaped(name)}: not known for {customers(count)}" for name, count in gaps],
        "hoverinfo": "text"}], look,
        xaxis={"visible": False, "range": [0, max(shares) * 1.25]},
        yaxis={"tickvals": list(range(len(gaps))), "ticktext": [escaped(name, _LONGEST) for name, _ in gaps],
               "range": [len(gaps) - 0.5, -0.5], "showgrid": False})


def distribution(dimension: Dimension, counts: Array, look: Scheme) -> go.Figure:
    """Customers by the value of one column, after cleaning; the outermost bars may be open."""
    if not len(counts) or not counts.sum():
        return empty_figure("Not known for any customer", look)
    return figure_of([{
        "type": "bar", "x": dimension.centres, "y": [int(one) for one in counts], "width": dimension.step * 0.94,
        "marker": {"color": look.accent}, "hoverinfo": "text",
        "hovertext": [f"{escaped(bin_label(dimension, place))}: {number(float(count))} customers"
                      for place, count in enumerate(counts)]}], look,
        xaxis={"title": {"text": escaped(dimension.axis_title)}, "showgrid": False},
        yaxis={"title": {"text": "customers"}, "rangemode": "tozero", "nticks": 4})


def height_of_missing(rows: int) -> int:
    """Pixels that the chart of missing values takes."""
    return max(LEAST, rows * ROW + 20)
