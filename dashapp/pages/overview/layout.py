"""Overview: the finding, a card a segment, two charts, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import frame
from dashapp import ids as shared
from dashapp.charts import heat, portions
from dashapp.data import Run, SegmentationData, View
from dashapp.findings import overview_numbers, segment_words, verdict_words
from dashapp.i18n import _
from dashapp.pages.overview import ids
from dashapp.pages.overview.rfm_card import rfm_cards
from dashapp.prefix import outer
from dashapp.selecting import Selection, Values, to_query
from dashapp.telling import customers
from dashapp.widgets import (
    aria,
    as_table,
    card,
    chart_card,
    graph,
    key_list,
    kpi,
    segment_name,
    segment_with_trust,
    trust_badge,
)
from pipeline.contract import Segmentation, SegmentCard


def layout(_data: SegmentationData, view: View, /, **_address: object) -> list[Component | None]:
    """The page's content; all parts of the address belong to the selection."""
    it = view.run.segmentation if view.run else None
    cards = it.cards if it else ()
    return [
        html.Div(
            [
                html.P(verdict_words.finding(cards), className="k-finding"),
                html.P(verdict_words.reliance(it), className="k-lead") if it else None,
            ],
            className="k-findings",
        ),
        html.P(id=ids.SCOPE, className="k-note", role="status"),
        _totals(view.run) if view.run else None,
        _report(view.run) if view.run else None,
        html.H2(_("The segments")),
        html.Div([_segment(one, it, view) for one in cards] if it else [], className="k-grid k-grid-segments"),
        html.Div([_shares(cards), _bubbles(it)], className="k-grid k-grid-2"),
        _profile(it),
        rfm_cards(view.run),
        _origin(it) if it else None,
    ]


def _totals(run: Run) -> Component:
    return html.Div([*(kpi(value, label) for value, label in overview_numbers.totals(run))], className="k-kpis")


def _report(run: Run) -> Component:
    words = _("The whole segmentation as one file of 2 MB, to pass on or to print.")
    return html.P(
        [
            html.A(_("Report (HTML)"), href=outer(f"/report?run={run.run_id}"), className="k-button k-report"),
            html.Span(words, className="k-muted"),
        ],
        className="k-take-along",
    )


def _segment(it: SegmentCard, segmentation: Segmentation, view: View) -> Component:
    named = view.run.run_id[: frame.SHORT] if view.run else None
    query = to_query(Selection({"segment": Values((it.key,))}), named)
    action = overview_numbers.action(it, segmentation)
    return html.Article(
        [
            html.Div([html.H3(segment_name(it)), trust_badge(it.trust)], className="k-segment-head"),
            html.P(
                [
                    html.Strong(overview_numbers.worth(it)),
                    html.Span(customers(it.size), id=shared.of_segment(it.key), className="k-muted"),
                ],
                className="k-segment-size",
            ),
            html.Ul(
                [
                    html.Li(
                        [
                            html.Span(phrase, className="k-phrase"),
                            html.Span(
                                _("{median} (all: {overall})", median=median, overall=overall), className="k-muted"
                            ),
                        ]
                    )
                    for phrase, median, overall in segment_words.differences(it, segmentation.dataset)
                ],
                className="k-differences",
            ),
            html.P(it.trust_reason, className="k-note"),
            html.P(action, className="k-action") if action else None,
            dcc.Link(
                [_("What makes them different"), " ", html.Span(it.name, className="visually-hidden")],
                href=outer(f"/segment/{it.segment + 1}" + (f"?run={named}" if named else "")),
                className="k-segment-link",
            ),
            dcc.Link(
                [
                    _("Explore"),
                    " ",
                    html.Span(it.name, className="visually-hidden"),
                    html.Span("→", **aria(hidden="true")),
                ],
                href=outer(f"/explore?{query}"),
                className="k-button",
            ),
        ],
        className="k-card k-segment-card",
    )


def _shares(cards: Sequence[SegmentCard]) -> Component:
    rated = any(card.revenue_share is not None for card in cards)
    title = (
        _("What share of customers, what share of revenue?") if rated else _("How many customers are in each segment?")
    )
    rows = [[_toggle(one, "shares"), *overview_numbers.share_cells(one)] for one in cards]
    return chart_card(
        title,
        graph(shared.segments(ids.SHARES), title, height=_height(len(cards))),
        summary=overview_numbers.how_to_read(cards),
        below=as_table(
            [_("Segment"), _("Customers"), _("Share of customers"), _("Share of revenue")], rows, caption=title
        ),
    )


def _bubbles(segmentation: Segmentation | None) -> Component:
    title = _("Who orders often, who fills the basket?")
    header, cells = overview_numbers.medians(segmentation) if segmentation else ([], [])
    rows = (
        [
            [segment_with_trust(one, segmentation.cards), *row]
            for one, row in zip(segmentation.cards, cells, strict=True)
        ]
        if segmentation and header
        else []
    )
    below = as_table([_("Segment"), *header], rows, caption=title) if rows else None
    plot = graph(shared.segments(ids.BUBBLES), title, height=_height(segmentation.k if segmentation else 0))
    key = key_list(segmentation.cards, "phone") if segmentation and rows else None
    return chart_card(
        title,
        html.Div([plot, key]),
        summary=_(
            "Each bubble is a segment, the larger the more customers. Right: orders more often. "
            "Up: spends more each time."
        ),
        below=below,
    )


def _profile(segmentation: Segmentation | None) -> Component:
    title = _("What makes them different?")
    cards = overview_numbers.by_size(segmentation) if segmentation else []
    features = overview_numbers.profile(segmentation, cards) if segmentation else ()
    header = [_("Feature"), *(segment_with_trust(one, cards) for one in cards), _("All customers")]
    plot = graph(
        shared.segments(ids.PROFILE),
        title,
        height=heat.height(len(features)),
        tablet=heat.height(len(features), narrow=True),
    )
    return chart_card(
        title,
        html.Div([plot, key_list(cards, "tablet")]),
        summary=overview_numbers.profile_note(),
        below=as_table(header, overview_numbers.profile_rows(features), caption=title),
        class_name="k-profile",
        note=_(
            "These are medians of whole segments. A click on a column selects its segment; a second click undoes it."
        ),
    )


def _toggle(one: SegmentCard, place: str) -> Component:
    """What a click on a segment's mark does, for the keyboard."""
    return html.Button(
        segment_with_trust(one), id=shared.toggle("segment", one.key, place), type="button", className="k-link-button"
    )


def _height(segments: int) -> int:
    return max(portions.LEAST, segments * portions.ROW + 20)


def _origin(segmentation: Segmentation) -> Component:
    return card(
        [
            html.H2(_("Can this be relied on?")),
            html.P(html.Strong(verdict_words.title_of(segmentation))),
            html.P(verdict_words.words_of(segmentation)),
            html.P(person) if (person := verdict_words.persons_choice(segmentation)) else None,
            html.Dl(
                [
                    part
                    for name, words in overview_numbers.origin(segmentation)
                    for part in (html.Dt(name), html.Dd(words))
                ],
                className="k-facts",
            ),
        ],
        label=_("Where this comes from"),
        class_name="k-origin",
    )
