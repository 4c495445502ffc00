"""Explore: segments as toggles, the map, and every described column as a chart linked with all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids as shared
from dashapp.charts import MIX
from dashapp.data import Run, SegmentationData, View
from dashapp.i18n import N_, _, plural
from dashapp.pages.explore import figures, ids
from dashapp.pages.explore.chart_tables import question
from dashapp.pages.explore.controls import filters, options_of
from dashapp.pages.explore.figures import answer_rates, pairs
from dashapp.selecting import MAP, UNKNOWN, Dimension, explore_charts, mixes
from dashapp.telling import number, percent
from dashapp.widgets import aria, as_table, card, chart_card, graph, take_along
from pipeline.contract import Loadings

_HOW = N_(
    "Click a segment or a bar, drag across a histogram, or draw around customers on the map: every other chart "
    "follows. A second click undoes it."
)


_COLUMNS, _FRAME, _KEYS = 3, 165, 110  # pixels around a chart, and of the key under a mix


def layout(_data: SegmentationData, view: View, /, **_address: object) -> list[Component | None]:
    """The page's content; the selection in the address is read when the charts are drawn."""
    run = view.run
    charts = explore_charts(run.segmentation.dataset, tuple(run.cube.dimensions.values())) if run else ()
    return [
        html.P(id=ids.FINDING, className="k-finding k-finding-live", role="status"),
        html.Div(
            [
                card(
                    [
                        html.H2(_("Segments"), className="k-chart-title"),
                        html.Div(id=ids.LEGEND, className="k-legend"),
                        html.P(_(_HOW), className="k-note"),
                        filters(run),
                    ],
                    label=_("Segments"),
                    class_name="k-legend-card",
                ),
                _map(run) if run else None,
            ],
            className="k-grid k-grid-map",
        ),
        _columns(run, charts),
        _pair(run),
        _table_dialog(),
    ]


def _map(run: Run) -> Component:
    title = _("Who is like whom?")
    segmentation = run.segmentation
    weights = segmentation.loadings[segmentation.loadings[Loadings.FEATURE] != Loadings.EXPLAINED]
    rows = [
        [segmentation.dataset.column(str(feature)).label, number(float(x), 2), number(float(y), 2)]
        for feature, x, y in weights[[Loadings.FEATURE, Loadings.X, Loadings.Y]].itertuples(index=False)
    ]
    return chart_card(
        title,
        graph(shared.linked(MAP), title, height=figures.MAP, drawn_on=True),
        summary=_summary(MAP),
        note=_(
            "Customers close together behave alike. Many traits are pressed into two directions here, so segments "
            "overlap on the map more than they do in fact."
        ),
        class_name="k-map",
        below=as_table(
            [_("What each trait adds"), _("to the right"), _("upwards")],
            rows,
            caption=_("What the two directions of the map are made of"),
        ),
    )


def _columns(run: Run | None, charts: Sequence[Dimension]) -> Component:
    """The charts in three columns of about the same length, each next one where there is most room."""
    columns: list[list[Component]] = [[] for _place in range(_COLUMNS)]
    lengths = [0] * _COLUMNS
    tall = (
        [
            (
                _chart(run, dimension),
                figures.height(dimension, run.segmentation.k) + _FRAME + (_KEYS if dimension.kind == "mix" else 0),
            )
            for dimension in charts
        ]
        if run
        else []
    )
    k = run.segmentation.k if run else 0
    for made, length in [*tall, (_responses(run), k * answer_rates.ROW + _FRAME), *_missing(run)]:
        place = lengths.index(min(lengths))
        columns[place].append(made)
        lengths[place] += length
    return html.Div([html.Div(column, className="k-column") for column in columns], className="k-columns")


def _responses(run: Run | None) -> Component:
    title = _("Who answers campaigns?")
    k, known = (run.segmentation.k, run.cube.everyone.responses().known) if run else (0, True)
    below = html.Div(id=ids.RESPONSES_TABLE)
    plot = graph(shared.segments(ids.RESPONSES), title, height=k * answer_rates.ROW + 10)
    if not known:  # the ids stay, so that the callbacks have their places
        return html.Div(
            [
                card(
                    [
                        html.H3(title, className="k-chart-title"),
                        html.P(_("These data hold no campaigns.")),
                        html.Div([plot, below, html.P(id=ids.RESPONSES_SUMMARY)], hidden=True),
                    ],
                    label=title,
                )
            ]
        )
    return chart_card(
        title,
        plot,
        summary=html.P(id=ids.RESPONSES_SUMMARY, className="k-chart-summary"),
        below=below,
        note=_("Answers to all campaigns together. A click on a bar selects its segment."),
    )


def _missing(run: Run | None) -> list[tuple[Component, int]]:
    """A sentence in the place of a chart that the data cannot fill."""
    if run is None or any(group.meaning == "channels" for group in mixes(run.segmentation)):
        return []
    title = _("Where do they buy?")
    return [
        (
            card(
                [
                    html.H3(title, className="k-chart-title"),
                    html.P(
                        _("These data do not say through which channel a purchase was made."),
                        className="k-last k-muted",
                    ),
                ],
                label=title,
            ),
            110,
        )
    ]


def _chart(run: Run, dimension: Dimension) -> Component:
    title = question(run, dimension)
    return chart_card(
        title,
        graph(shared.linked(dimension.name), title, height=figures.height(dimension, run.segmentation.k)),
        summary=_summary(dimension.name),
        tools=_as_table(dimension.name, title),
        below=_mix_legend(dimension) if dimension.kind == "mix" else None,
        note=_gaps(run, dimension),
    )


def _as_table(chart: str, title: str) -> Component:
    return html.Button(
        _("Table"),
        id=shared.as_table(chart),
        type="button",
        className="k-link-button",
        **aria(label=_("{title} View as table", title=title)),
    )


def _pair(run: Run | None) -> Component:
    title = _("How do any two traits go together?")
    options: Any = options_of(run)
    first, second = pairs.opening(run) if run else ("", "")
    choices = [
        html.Div(
            [html.Label(label, htmlFor=place, className="k-label"), dbc.Select(options, value, id=place)],
            className="k-choice",
        )
        for label, place, value in ((_("Across"), ids.ACROSS, first), (_("Up"), ids.UP, second))
    ]
    summary = html.Div(
        [html.P(id=ids.PAIR_SUMMARY, className="k-chart-summary"), html.Div(choices, className="k-choices")]
    )
    return chart_card(
        title,
        graph(shared.pair(ids.PAIR), title, height=pairs.HEIGHT),
        summary=summary,
        tools=_as_table(ids.PAIR, title),
        note=_(
            "The deeper the colour, the more customers. A click on a cell keeps those who have both; "
            "a second click undoes it."
        ),
        class_name="k-pair",
    )


def _summary(name: str) -> Component:
    return html.P(id=shared.linked_summary(name), className="k-chart-summary")


def _mix_legend(dimension: Dimension) -> Component:
    """What the colours mean; each is a button that keeps the customers who buy mostly that."""
    return html.Div(
        [
            html.Button(
                [html.Span(className="k-swatch", style={"--k-mix": MIX[place % len(MIX)]}), label],
                type="button",
                id=shared.toggle(dimension.name, token, "legend"),
                className="k-key",
                **aria(label=_("Only customers who buy mostly: {what}", what=label)),
            )
            for place, (token, label) in enumerate(zip(dimension.tokens, dimension.labels, strict=True))
            if token != UNKNOWN
        ],
        className="k-keys",
    )


def _gaps(run: Run, dimension: Dimension) -> str:
    """How many customers a chart cannot show; its shares are of those whose value is known."""
    if dimension.kind == "mix":
        return ""
    missing = run.cube.n - int(run.cube.everyone.slice(dimension.name).everyone.sum())
    known = run.cube.n - missing
    if known < run.cube.n / 2:
        return plural(
            "Known for {n} customer only, {share} of all; the shares are theirs.",
            "Known for {n} customers only, {share} of all; the shares are theirs.",
            known,
            share=percent(known / run.cube.n),
        )
    return (
        plural(
            "Not known for {n} customer ({share}).",
            "Not known for {n} customers ({share}).",
            missing,
            share=percent(missing / run.cube.n),
        )
        if missing
        else ""
    )


def _table_dialog() -> Component:
    dialog: Component = dbc.Modal(
        [
            dcc.Store(id=ids.TABLE_CHART),
            dcc.Download(id=ids.DOWNLOAD),
            dbc.ModalHeader(dbc.ModalTitle(id=ids.TABLE_TITLE)),
            dbc.ModalBody(id=ids.TABLE_BODY),
            dbc.ModalFooter(
                take_along(ids.DOWNLOAD_BUTTON, _("Download as CSV"), title=_("the numbers of this chart"))
            ),
        ],
        id=ids.TABLE,
        size="xl",
        scrollable=True,
        is_open=False,
    )
    return dialog
