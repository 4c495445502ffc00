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
from dashapp.address import outer
from dashapp.charts import sweep_curves
from dashapp.data import SegmentationData, View
from dashapp.i18n import _, decimal, plural
from dashapp.pages.compare import champion, figures, ids, pair, run_rows
from dashapp.selecting import all_measured
from dashapp.telling import VERDICT_TITLES, VERDICT_WORDS, number
from dashapp.widgets import as_table, card, chart_card, graph, segment_name, trust_badge
from pipeline.contract import CandidateRecord, Segmentation, Sensitivity


def layout(
    data: SegmentationData, view: View, /, a: object = None, b: object = None, **_address: object
) -> list[Component | None]:
    """The page's content; the runs themselves are asked for anew by a callback."""
    it = view.run.segmentation if view.run else None
    candidates = it.candidates if it else ()
    return [
        _decision(it) if it else None,
        html.Div(
            [_inertia(candidates), _silhouette(candidates), _stability(candidates)], className="k-grid k-grid-charts"
        ),
        _when_seen(
            ids.SEEN_SEGMENTS,
            [
                html.Div(_lineage(it), className="k-block"),
                html.Div([_blades(view), _returns(it)], className="k-grid k-grid-2"),
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
                rowData=[],
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


def _decision(it: Segmentation) -> Component:
    decided = it.decision
    chosen = (
        plural("{n} segment was chosen by a person.", "{n} segments were chosen by a person.", decided.k)
        if decided.chosen_by == "person"
        else plural("{n} segment was chosen.", "{n} segments were chosen.", decided.k)
    )
    here = "" if it.k == decided.k else _("This page shows the run with {k}.", k=number(it.k))
    return card(
        [
            html.H2(f"{chosen} {_(VERDICT_TITLES[decided.verdict])}."),
            html.P(f"{_(VERDICT_WORDS[decided.verdict])} {here}".strip()),
            html.P(decided.reason),
            _reconciled(it),
            html.Ul([html.Li(one) for one in decided.disagreements]),
            _sensitivity(it),
        ],
        label=_("The decision"),
        class_name="k-decision",
    )


def _reconciled(it: Segmentation) -> Component | None:
    """Why segments can be solid where the data support fewer of them; nothing where that is no question."""
    solid, decided = sum(card.trust == "solid" for card in it.cards), it.decision
    if not solid or decided.verdict == "strong":
        return None
    grade = _(
        "“Solid” ({n} of {all} segments here) is no contradiction: it says that a segment is found in the same "
        "place again on other samples of customers, so that one can plan with it. It does not say that there is "
        "a gap around it.",
        n=number(solid),
        all=number(it.k),
    )
    apart = decided.supported_k if decided.supported_k != it.k else None
    return html.P(
        [
            grade,
            " ",
            plural(
                "With gaps between them there is {n} group only; the finer borders run through customers who differ "
                "little.",
                "With gaps between them there are {n} groups only; the finer borders run through customers who "
                "differ little.",
                apart,
            )
            if apart and apart < it.k
            else "",
        ]
    )


def _sensitivity(it: Segmentation) -> Component | None:
    """What other choices of preparing the data would have brought; nothing for runs that did not try them."""
    rows = [
        [
            str(row[Sensitivity.CHANGE]),
            number(int(row[Sensitivity.K])),
            _(VERDICT_TITLES[row[Sensitivity.VERDICT]]),
            number(float(row[Sensitivity.AGREEMENT]), 2),
        ]
        for row in it.sensitivity.to_dict("records")
    ]
    if not rows:
        return None
    same = sum(int(k) == it.decision.k for k in it.sensitivity[Sensitivity.K])
    caption = _("What does this choice hang on?")
    return html.Div(
        [
            html.H3(caption),
            html.P(
                _(
                    "The analysis was repeated with one thing done otherwise: {same} of {all} times it came to {k} "
                    "segments again.",
                    same=number(same),
                    all=number(len(rows)),
                    k=number(it.decision.k),
                )
            ),
            as_table(
                [_("Done otherwise"), _("Segments"), _("Verdict"), _("Agreement with these segments (1: the same)")],
                rows,
                caption=caption,
            ),
        ]
    )


def _inertia(candidates: tuple[CandidateRecord, ...]) -> Component:
    title = _("How much closer together does one more segment bring them?")
    rows = [[number(one.k), number(one.inertia), _share(one.seed_spread)] for one in candidates]
    return chart_card(
        title,
        graph(ids.INERTIA, title, height=sweep_curves.HEIGHT),
        below=as_table([_("Segments"), _("Inertia"), _("Spread over restarts")], rows, caption=title),
        summary=_(
            "Inertia is the spread of customers around the middle of their segment: the lower, the more alike "
            "they are. It always falls; past the elbow it falls slowly."
        ),
    )


def _silhouette(candidates: tuple[CandidateRecord, ...]) -> Component:
    title = _("How clearly are the segments apart?")
    rows = [
        [
            number(one.k),
            decimal(one.silhouette, 3),
            _from_to(one.silhouette_by_seed),
            _decimal(one.null_silhouette, 3),
            _decimal(one.stability, 2),
        ]
        for one in candidates
    ]
    return chart_card(
        title,
        graph(ids.SILHOUETTE, title, height=sweep_curves.HEIGHT),
        below=as_table(
            [_("Segments"), _("Silhouette"), _("Single starts, from to"), _("Without structure"), _("Stability")],
            rows,
            caption=title,
        ),
        summary=_(
            "The silhouette says how much nearer customers are to their own segment than to the next one: 1 is "
            "wholly apart, 0 is on the border. What counts is how far it lies above data without any groups."
        )
        + (
            " "
            + _(
                "The shaded band shows how much the answer depends on luck: what single starts of the search would "
                "have found."
            )
            if any(one.silhouette_by_seed for one in candidates)
            else ""
        ),
    )


def _stability(candidates: tuple[CandidateRecord, ...]) -> Component:
    title = _("Do the segments come back on another sample?")
    rows = [[number(one.k), _decimal(one.stability, 2)] for one in candidates]
    return chart_card(
        title,
        graph(ids.STABILITY, title, height=sweep_curves.HEIGHT),
        below=as_table([_("Segments"), _("Stability")], rows, caption=title),
        summary=_(
            "Half of the customers are divided anew by what the other half taught: the share of pairs that stay "
            "together in the weakest segment. From 0.8 on the division is well supported."
        ),
    )


def _lineage(it: Segmentation | None) -> Component:
    title = _("What does one more segment split?")
    return chart_card(
        title,
        graph(ids.LINEAGE, title, height=figures.height_of(it.k + 1 if it else 0)),
        summary=html.P("", id=ids.LINEAGE_WORDS, className="k-chart-summary"),
        note=_(
            "A click on a segment or a stream follows its customers to the left and to the right; the same click "
            "again shows all of them."
        ),
        below=html.Div(id=ids.LINEAGE_BELOW),
    )


def _blades(view: View) -> Component:
    it, title = view.run.segmentation if view.run else None, _("How sure does each customer belong?")
    rows = (
        [
            [segment_name(card), number(card.size), _measured(card.silhouette, error)]
            for card, error in zip(it.cards, _errors(it), strict=True)
        ]
        if it
        else []
    )
    query = frame.run_query(view)
    brushed = it is not None and all_measured(it)
    links = [
        html.Li(
            dcc.Link(
                segment_name(card),
                href=outer("/explore?" + urlencode({"segment": card.key, **({"run": query} if query else {})})),
            )
        )
        for card in (it.cards if it else ())
    ]
    return chart_card(
        title,
        graph(ids.BLADES, title, height=figures.height_of(it.k if it else 0)),
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


def _returns(it: Segmentation | None) -> Component:
    title = _("How far is each segment to be relied on?")
    rows = (
        [
            [html.Span([segment_name(card), " ", trust_badge(card.trust)]), _decimal(card.jaccard, 2)]
            for card in it.cards
        ]
        if it
        else []
    )
    return chart_card(
        title,
        graph(ids.RETURNS, title, height=figures.height_of(it.k if it else 0)),
        below=as_table([_("Segment"), _("Share that comes back")], rows, caption=title),
        summary=_(
            "The share of members that came back when samples were divided again. Below 0.6 do not rely on it; "
            "to 0.75 a pattern; from 0.75 stable; from 0.85 highly stable."
        ),
    )


def _errors(it: Segmentation) -> tuple[float | None, ...]:
    """Standard error of each segment's mean silhouette, where it was measured on a sample."""
    mine = next((one.silhouette_se_by_segment for one in it.candidates if one.k == it.k), ())
    return mine or (None,) * it.k


def _measured(value: float | None, error: float | None) -> str:
    return _decimal(value, 2) + (f" ± {decimal(2 * error, 3)}" if error is not None else "")


def _decimal(value: float | None, places: int) -> str:
    return "–" if value is None else decimal(value, places)


def _from_to(values: tuple[float, ...]) -> str:
    return f"{decimal(min(values), 3)} – {decimal(max(values), 3)}" if values else "–"


def _share(value: float | None) -> str:
    return "–" if value is None else f"± {decimal(100 * value, 1)} %"
