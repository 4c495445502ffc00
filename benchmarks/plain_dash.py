"""The usual way: one Dash page over a pandas frame, Plotly Express figures of all customers, one callback for all.

Serves the frame named by ``PLAIN_FRAME`` (Parquet) with the charts described in ``PLAIN_CHARTS`` (JSON): the same
charts and filters as Korzina's Explore page, written as most tutorials do it. Run by ``dashboard.py``.
"""

import json
import os

import pandas as pd
import plotly.express as px
from dash import Dash, Input, Output, dcc, html

frame = pd.read_parquet(os.environ["PLAIN_FRAME"])
charts = json.loads(os.environ["PLAIN_CHARTS"])  # [{"name", "kind": map | number | category | mix, "members"}]
app = Dash("plain", compress=True, serve_locally=True)
app.layout = html.Div(
    [
        dcc.Store(id="filters", data={}),
        html.H1("Customers"),
        html.P(id="count"),
        *(dcc.Graph(id=f"chart-{place}") for place in range(len(charts))),
    ]
)
server = app.server


def inside(points: pd.DataFrame, xs: list[float], ys: list[float]) -> pd.Series:
    """Ray casting, a corner at a time."""
    found = pd.Series(False, index=points.index)
    for x1, y1, x2, y2 in zip(xs, ys, [xs[-1], *xs[:-1]], [ys[-1], *ys[:-1]], strict=True):
        if y1 != y2:
            across = (y1 > points["y"]) != (y2 > points["y"])
            found ^= across & (points["x"] < (x2 - x1) * (points["y"] - y1) / (y2 - y1) + x1)
    return found


def matching(filters: dict, but: str) -> pd.DataFrame:
    """Rows that pass every filter but the chart's own."""
    kept = pd.Series(True, index=frame.index)
    for name, chosen in filters.items():
        if name == but:
            continue
        if "xs" in chosen:
            kept &= inside(frame, chosen["xs"], chosen["ys"])
        elif "range" in chosen:
            kept &= frame[name].between(*chosen["range"], inclusive="left")
        else:
            kept &= frame[name].isin(chosen["values"])
    return frame[kept]


def figure(chart: dict, rows: pd.DataFrame):
    """One chart of all its rows, coloured by segment."""
    name, kind = chart["name"], chart["kind"]
    if kind == "map":
        return px.scatter(rows, x="x", y="y", color="segment")
    if kind == "number":
        return px.histogram(rows, x=name, color="segment", nbins=24)
    if kind == "category":
        counts = rows.groupby(["segment", name], observed=True).size().reset_index(name="customers")
        return px.bar(counts, x="customers", y=name, color="segment", orientation="h")
    sums = rows.groupby("segment", observed=True)[chart["members"]].sum()
    shares = sums.div(sums.sum(axis=1), axis=0).reset_index().melt("segment", value_name="share")
    return px.bar(shares, x="share", y="segment", color="variable", orientation="h")


@app.callback(
    Output("count", "children"),
    *(Output(f"chart-{place}", "figure") for place in range(len(charts))),
    Input("filters", "data"),
)
def draw(filters):
    """Everything, under the filters."""
    drawn = [figure(chart, matching(filters, chart["name"])) for chart in charts]
    return f"{len(matching(filters, '')):,} of {len(frame):,} customers", *drawn
