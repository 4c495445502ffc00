"""Compare: why this number of segments, which runs there are, two of them side by side, and which one is in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import frame
from dashapp.data import SegmentationData, View
from dashapp.i18n import _, decimal
from dashapp.pages.compare import champion, decision, figures, ids, pair, run_rows
from dashapp.pages.compare.decision import or_dash
from dashapp.prefix import outer
from dashapp.selecting import all_measured
from dashapp.telling import number
from dashapp.widgets import as_table, card, chart_card, graph, segment_name, segment_with_badge
from pipeline.contract import Segmentation, SegmentCard


def layout(
    data: SegmentationData, view: View, /, a: object = None, b: object = None, **_address: object
) -> list[Component | None]:
    """The page's content; the runs themselves are asked for anew by a callback."""
    segmentation = view.run.segmentation if view.run else None
    candidates = segmentation.candidates if segmentation else ()
    return [
        decision.verdict(segmentation) if segmentation else None,
        html.Div(
            [decision.inertia(candidates), decision.silhouette(candidates), decision.stability(candidates)],
            className="k-grid k-grid-charts",
        ),
        _when_seen(
            ids.SEEN_SEGMENTS,
            [
                html.Div(_lineage(segmentation), className="k-block"),
                html.Div([_blades(view), _returns(segmentation)], className="k-grid k-grid-2"),
            ],
        ),
        _when_seen(ids.SEEN_RUNS, [_runs()]),
        _when_seen(ids.SEEN_PAIR, pair.section(data, view, a, b)),
        *champion.section(data, view),
    ]


def _when_seen(store: str, content: Sequence[Component | None]) -> Component:
    """A part that is asked for when a reader comes near it (``assets/page-compare.js``)."""
    seen: dict[str, Any] = {"data-seen": store}
    return html.Div([dcc.Store(id=store), *content], **seen)


def _runs() -> Component:
    return card(
        [
            html.Div(
                [
                    html.H2(_("All runs of this data set")),
                    dbc.Switch(id=ids.DIFFERENCES, value=True, label=_("Only columns that differ")),
                ],
                className="k-chart-head",
            ),
            html.P(
                _("Each row is one number of segments tried in one training. The star marks the one in use."),
                className="k-chart-summary",
            ),
            html.P(_("A wider screen shows all that is known of each run."), className="k-note k-phone-only"),
            dag.AgGrid(
                id=ids.GRID,
                columnDefs=[{"field": "status", "headerName": _("In use")}],
                defaultColDef={
                    "sortable": True,
                    "resizable": True,
                    "suppressMovable": True,
                    "wrapHeaderText": True,
                    "autoHeaderHeight": True,
                },
                dashGridOptions={
                    "domLayout": "autoHeight",
                    "pagination": True,
                    "paginationPageSize": 20,
                    "paginationPageSizeSelector": False,
                    "animateRows": False,
                    "localeText": run_rows.locale_text(),
                },
                style={"height": None},
            ),
        ],
        label=_("All runs of this data set"),
        class_name="k-grid-card",
    )


def _lineage(segmentation: Segmentation | None) -> Component:
    title = _("What does one more segment split?")
    return chart_card(
        title,
        graph(ids.LINEAGE, title, height=figures.height_of(segmentation.k + 1 if segmentation else 0)),
        summary=html.P("", id=ids.LINEAGE_WORDS, className="k-chart-summary"),
        note=_(
            "A click on a segment or a stream follows its customers to the left and to the right; the same click "
            "again shows all of them."
        ),
        below=html.Div(id=ids.LINEAGE_BELOW),
    )


def _blades(view: View) -> Component:
    segmentation, title = view.run.segmentation if view.run else None, _("How sure does each customer belong?")
    rows = (
        [
            [segment_name(card), number(card.size), _measured(card.silhouette, error)]
            for card, error in zip(segmentation.cards, _errors(segmentation), strict=True)
        ]
        if segmentation
        else []
    )
    query = frame.run_query(view)
    brushed = segmentation is not None and all_measured(segmentation)
    links = [
        html.Li(
            dcc.Link(
                segment_name(card),
                href=outer("/explore?" + urlencode({"segment": card.key, **({"run": query} if query else {})})),
            )
        )
        for card in (segmentation.cards if segmentation else ())
    ]
    return chart_card(
        title,
        graph(ids.BLADES, title, height=figures.height_of(segmentation.k if segmentation else 0)),
        below=html.Div(
            [
                html.Div([html.Span(_("Look at the customers of:")), html.Ul(links)], className="k-compare-links"),
                as_table([_("Segment"), _("Customers"), _("Mean silhouette")], rows, caption=title),
            ]
        ),
        summary=_(
            "One blade a segment, every customer in it from the least to the most certain. What reaches left of "
            "0 is nearer to another segment."
        ),
        note=_("Draw a box over a part of a blade: these customers are then selected on every page.")
        if brushed
        else "",
    )


def _returns(segmentation: Segmentation | None) -> Component:
    title = _("How far is each segment to be relied on?")
    rows = (
        [[segment_with_badge(card, segmentation.cards), or_dash(card.jaccard, 2)] for card in segmentation.cards]
        if segmentation
        else []
    )
    return chart_card(
        title,
        graph(ids.RETURNS, title, height=figures.height_of(segmentation.k if segmentation else 0)),
        below=as_table([_("Segment"), _("Share that comes back")], rows, caption=title),
        summary=_(
            "The share of members that came back when samples were divided again. Below 0.6 do not rely on it; "
            "to {stable} a pattern; from {stable} stable; from 0.85 highly stable.",
            stable=decimal(figures.bands(segmentation.cards if segmentation else ())[1], 2),
        ),
        note=_held_down(segmentation.cards) if segmentation else "",
    )


def _held_down(cards: Sequence[SegmentCard]) -> str:
    """Why a segment that lies in a stable band is called usable all the same; empty where none is."""
    stable = figures.bands(cards)[1]
    if not any(card.trust == "usable" and (card.jaccard or 0.0) >= stable for card in cards):
        return ""
    return _(
        "No segment is called more than usable here, however much of it comes back: the data as a whole do not clearly "
        "support these segments."
    )


def _errors(segmentation: Segmentation) -> tuple[float | None, ...]:
    """Standard error of each segment's mean silhouette, where it was measured on a sample."""
    mine = next(
        (candidate.silhouette_se_by_segment for candidate in segmentation.candidates if candidate.k == segmentation.k),
        (),
    )
    return mine or (None,) * segmentation.k


def _measured(value: float | None, error: float | None) -> str:
    return or_dash(value, 2) + (f" ± {decimal(2 * error, 3)}" if error is not None else "")
