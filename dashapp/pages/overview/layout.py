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
from dashapp.telling import customers, grades_differ
from dashapp.widgets import (
    aria,
    as_table,
    card,
    chart_card,
    differences_list,
    grade_of_all,
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
    segmentation = view.run.segmentation if view.run else None
    cards = segmentation.cards if segmentation else ()
    return [
        html.Div(
            [
                html.P(verdict_words.finding(cards), className="k-finding"),
                html.P(verdict_words.reliance(segmentation), className="k-lead") if segmentation else None,
            ],
            className="k-findings",
        ),
        html.P(id=ids.SCOPE, className="k-note", role="status"),
        _totals(view.run) if view.run else None,
        _report(view.run) if view.run else None,
        html.H2(_("The segments")),
        grade_of_all(cards),
        html.Div(
            [_segment(card, segmentation, view) for card in cards] if segmentation else [],
            className="k-grid k-grid-segments",
        ),
        html.Div([_shares(cards), _bubbles(segmentation)], className="k-grid k-grid-2"),
        _profile(segmentation),
        rfm_cards(view.run),
        _origin(segmentation) if segmentation else None,
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


def _segment(card: SegmentCard, segmentation: Segmentation, view: View) -> Component:
    named = view.run.run_id[: frame.SHORT] if view.run else None
    query = to_query(Selection({"segment": Values((card.key,))}), named)
    action = overview_numbers.action(card, segmentation)
    return html.Article(
        [
            html.Div(
                [html.H3(segment_name(card)), *([trust_badge(card.trust)] * grades_differ(segmentation.cards))],
                className="k-segment-head",
            ),
            html.P(
                [
                    html.Strong(overview_numbers.worth(card)),
                    html.Span(customers(card.size), id=shared.of_segment(card.key), className="k-muted"),
                ],
                className="k-segment-size",
            ),
            differences_list(segment_words.differences(card, segmentation.dataset)),
            html.P(card.trust_reason, className="k-note"),
            html.P(action, className="k-action") if action else None,
            dcc.Link(
                [_("What makes them different"), " ", html.Span(card.name, className="visually-hidden")],
                href=outer(f"/segment/{card.segment + 1}" + (f"?run={named}" if named else "")),
                className="k-segment-link",
            ),
            dcc.Link(
                [
                    _("Explore"),
                    " ",
                    html.Span(card.name, className="visually-hidden"),
                    html.Span("→", **aria(hidden="true")),
                ],
                href=outer(f"/explore?{query}"),
                className="k-button",
            ),
        ],
        className="k-card k-segment-card",
    )


def _shares(cards: Sequence[SegmentCard]) -> Component:
    rated = overview_numbers.is_rated(cards)
    title = (
        _("What share of customers, what share of spend?") if rated else _("How many customers are in each segment?")
    )
    rows = [[_toggle(card, "shares"), *overview_numbers.share_cells(card, cards)] for card in cards]
    return chart_card(
        title,
        graph(shared.segments(ids.SHARES), title, height=_height(len(cards))),
        summary=overview_numbers.how_to_read(cards),
        below=as_table([_("Segment"), *overview_numbers.share_header(cards)], rows, caption=title),
    )


def _bubbles(segmentation: Segmentation | None) -> Component:
    axes = overview_numbers.bubble_axes(segmentation) if segmentation else None
    title = overview_numbers.bubble_title(axes)
    header, cells = overview_numbers.medians(segmentation) if segmentation else ([], [])
    rows = (
        [
            [segment_with_trust(card, segmentation.cards), *row]
            for card, row in zip(segmentation.cards, cells, strict=True)
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
        summary=overview_numbers.bubble_note(axes),
        below=below,
    )


def _profile(segmentation: Segmentation | None) -> Component:
    title = _("What makes them different?")
    cards = overview_numbers.by_size(segmentation) if segmentation else []
    features = overview_numbers.profile(segmentation, cards) if segmentation else ()
    header = [_("Feature"), *(segment_with_trust(card, cards) for card in cards), _("All customers")]
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


def _toggle(card: SegmentCard, place: str) -> Component:
    """What a click on a segment's mark does, for the keyboard."""
    return html.Button(
        segment_with_trust(card), id=shared.toggle("segment", card.key, place), type="button", className="k-link-button"
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
