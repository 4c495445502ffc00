"""Compare: why this number of segments, and which runs there are."""

from __future__ import annotations

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import shell
from dashapp.data import SegmentationData, View
from dashapp.pages.compare import figures, ids
from dashapp.widgets import as_table, card, chart_card, graph
from dashapp.words import VERDICT_TITLES, VERDICT_WORDS, number
from pipeline.contract import CandidateRecord, Segmentation


def layout(data: SegmentationData, /, run: object = None, **_query: object) -> Component:
    """The page; the runs themselves are asked for anew by a callback."""
    view = data.view(run)
    return shell.page(view, "Compare", "Why this segmentation and not another?", _content(view), data.settings)


def _content(view: View) -> list[Component | None]:
    it = view.run.segmentation if view.run else None
    candidates = it.candidates if it else ()
    return [
        _decision(it) if it else None,
        html.Div([_inertia(candidates), _silhouette(candidates)], className="k-grid k-grid-2"),
        card([
            html.Div([html.H2("All runs of this data set"), dbc.Switch(
                id=ids.DIFFERENCES, value=True, label="Only columns that differ")], className="k-chart-head"),
            html.P("Each row is one number of segments tried in one training. The star marks the one in use.",
                   className="k-chart-summary"),
            dag.AgGrid(
                id=ids.GRID, rowData=[], columnDefs=[{"field": "status", "headerName": "In use"}],
                defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
                dashGridOptions={"domLayout": "autoHeight", "pagination": True, "paginationPageSize": 20,
                                 "paginationPageSizeSelector": False, "animateRows": False}, style={"height": None}),
        ], label="All runs of this data set", class_name="k-grid-card"),
    ]


def _decision(it: Segmentation) -> Component:
    decided = it.decision
    chosen = f"{decided.k} segments were chosen" + (" by a person" if decided.chosen_by == "person" else "")
    here = "" if it.k == decided.k else f" This page shows the run with {it.k}."
    return card([
        html.H2(f"{chosen}. {VERDICT_TITLES[decided.verdict]}."), html.P(VERDICT_WORDS[decided.verdict] + here),
        html.P(decided.reason), html.Ul([html.Li(one) for one in decided.disagreements]),
    ], label="The decision", class_name="k-decision")


def _inertia(candidates: tuple[CandidateRecord, ...]) -> Component:
    title = "How much closer together does one more segment bring them?"
    rows = [[str(one.k), number(one.inertia)] for one in candidates]
    return chart_card(
        title, graph(ids.INERTIA, title, height=figures.HEIGHT),
        below=as_table(["Segments", "Inertia"], rows, caption=title),
        summary="Inertia is the spread of customers around the middle of their segment: the lower, the more alike they "
                "are. It always falls; past the elbow it falls slowly.")


def _silhouette(candidates: tuple[CandidateRecord, ...]) -> Component:
    title = "How clearly are the segments apart?"
    rows = [[str(one.k), f"{one.silhouette:.3f}", "–" if one.null_silhouette is None else f"{one.null_silhouette:.3f}",
             "–" if one.stability is None else f"{one.stability:.2f}"] for one in candidates]
    return chart_card(
        title, graph(ids.SILHOUETTE, title, height=figures.HEIGHT),
        below=as_table(["Segments", "Silhouette", "Without structure", "Stability"], rows, caption=title),
        summary="The silhouette says how much nearer customers are to their own segment than to the next one: 1 is "
                "wholly apart, 0 is on the border. What counts is how far it lies above data without any groups.")
