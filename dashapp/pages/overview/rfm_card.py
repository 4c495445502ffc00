"""Overview: RFM cells beside the segments, as squares and as a table; nothing of a run without them."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import ids as shared
from dashapp.data import Run
from dashapp.findings import rfm_numbers
from dashapp.i18n import _
from dashapp.pages.overview import ids
from dashapp.pages.overview.figures import HEIGHT
from dashapp.selecting import RFM
from dashapp.widgets import card, chart_card, graph, segment_with_trust, table
from pipeline.contract import RfmScale, Segmentation, SegmentCard


def rfm_cards(run: Run | None) -> Component:
    """The places of the squares and of the table, which are filled under the selection."""
    segmentation = run.segmentation if run else None
    title = _("Who bought lately, who often? (RFM)")
    plot = graph(shared.pair(ids.RFM), title, height=HEIGHT)
    summary, across = html.P(id=ids.RFM_SUMMARY, className="k-chart-summary"), html.Div(id=ids.RFM_TABLE)
    if run is None or segmentation is None or segmentation.rfm is None or RFM not in run.cube.dimensions:
        notes = (
            _notes(segmentation.rfm) if segmentation and segmentation.rfm else None
        )  # the ids stay, so that the callback has its places
        return html.Div([notes, html.Div([plot, summary, across], hidden=True)])
    squares = chart_card(
        title,
        plot,
        summary=summary,
        note=_("A click on a square keeps the customers of its cell; a second click undoes it."),
    )
    return html.Div(
        [html.Div([squares, _limits(segmentation, segmentation.rfm)], className="k-grid k-grid-2"), _across(across)]
    )


def _across(place: Component) -> Component:
    title = _("Which cells are the segments made of?")
    return card([html.H3(title, className="k-chart-title"), place], label=title, class_name="k-grid-card")


def across_segments(held: rfm_numbers.Cells, cards: Sequence[SegmentCard]) -> Component:
    """Cells by segments; the name of each is a button that does what a click on its square does."""
    share = [_("Share of spend")] if held.column else []
    header = [_("RFM cell"), _("Customers"), *share, *(segment_with_trust(card, cards) for card in cards)]
    names = [
        html.Button(
            rfm_numbers.name(held, cell), id=shared.toggle(RFM, cell, "rfm"), type="button", className="k-link-button"
        )
        for cell in held.held
    ]
    rows = [[name, *row] for name, row in zip(names, rfm_numbers.rows(held), strict=True)]
    return table(header, rows, caption=_("Which cells are the segments made of?"))


def _notes(scale: RfmScale) -> Component | None:
    """What the data did not allow."""
    return html.Ul([html.Li(note) for note in scale.notes], className="k-note") if scale.notes else None


def _limits(segmentation: Segmentation, scale: RfmScale) -> Component:
    """Where scores begin and end, and what there is to know of them."""
    title = _("Which values have which score?")
    header, rows = rfm_numbers.limits(segmentation, scale)
    return card(
        [
            html.H3(title, className="k-chart-title"),
            html.P(
                _(rfm_numbers.WHAT),
                className="k-chart-summary",
            ),
            table(header, rows, caption=title),
            _notes(scale),
        ],
        label=title,
    )
