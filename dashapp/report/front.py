"""The first sheets: what this is, how far to rely on it, all segments at a glance and side by side."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.charts import LIGHT, heat, ink_on, portions, segment_bubbles
from dashapp.data import Run
from dashapp.findings import overview_numbers as overview
from dashapp.findings import verdict_words
from dashapp.i18n import _
from dashapp.report.sheet import chart, facts, sheet
from dashapp.telling import grades_differ
from dashapp.widgets import kpi, segment_name, table, trust_badge
from pipeline.contract import Segmentation

_ROW, _LEAST = 58, 320  # pixels a segment, and of a chart


def cover(run: Run) -> Component:
    """The title, the finding, the totals, and what the verdict means."""
    segmentation = run.segmentation
    return sheet(
        "cover",
        segmentation,
        [
            html.P(_("Customer segmentation"), className="k-muted"),
            html.H1(segmentation.dataset.title),
            html.P(verdict_words.finding(segmentation.cards), className="finding"),
            html.Div([kpi(value, label) for value, label in overview.totals(run)], className="k-kpis"),
            html.H2(_("Can this be relied on?")),
            html.P([html.Strong(verdict_words.title_of(segmentation)), ". ", verdict_words.words_of(segmentation)]),
            html.P(person) if (person := verdict_words.persons_choice(segmentation)) else None,
            html.P(verdict_words.reliance(segmentation)),
            facts(overview.origin(segmentation)),
            html.P(
                _(
                    "Every number here is the dashboard's for this run. This file needs no connection: it can be "
                    "passed on, and printed with one segment a page."
                ),
                className="note",
            ),
        ],
    )


def glance(run: Run) -> Component:
    """The segments in a table and two charts."""
    segmentation = run.segmentation
    title = _("The segments")
    differ = grades_differ(segmentation.cards)
    header = [_("Segment"), *overview.share_header(segmentation.cards), *([_("Trust")] * differ)]
    rows = [
        [
            html.A(segment_name(card), href=f"#segment-{card.segment + 1}"),
            *overview.share_cells(card, segmentation.cards),
            *([trust_badge(card.trust)] * differ),
        ]
        for card in segmentation.cards
    ]
    return sheet(
        "overview",
        segmentation,
        [
            html.H2(title),
            table(header, rows, caption=title),
            html.Div([_shares(run), _bubbles(run)], className="columns"),
            _medians(segmentation),
        ],
    )


def profile(run: Run) -> Component | None:
    """Every feature of every segment, coloured like the dashboard's heat map; a table, since it fits any paper."""
    segmentation = run.segmentation
    cards = overview.by_size(segmentation)
    features = overview.profile(segmentation, cards)
    if not features:
        return None
    title = _("What makes them different?")
    rows = [
        [words[0], *(_cell(text, colour) for text, colour in zip(words[1:], heat.shades(feature, LIGHT), strict=True))]
        for feature, words in zip(features, overview.profile_rows(features), strict=True)
    ]
    return sheet(
        "profile",
        segmentation,
        [
            html.H2(title),
            html.P(overview.profile_note(), className="note"),
            html.Div(
                table([_("Feature"), *(segment_name(card) for card in cards), _("All customers")], rows, caption=title),
                className="heat",
            ),
        ],
    )


def _cell(text: str, colour: str) -> Component:
    return html.Span(text, style={"background": colour, "color": ink_on(colour)})


def _height(segments: int) -> int:
    return max(_LEAST, segments * _ROW + 20)


def _shares(run: Run) -> Component:
    segmentation, shares = run.segmentation, overview.portions(run, run.cube.everyone)
    rated = overview.is_rated(segmentation.cards)
    title = (
        _("What share of customers, what share of spend?") if rated else _("How many customers are in each segment?")
    )
    return chart(
        title,
        portions.marimekko(shares, LIGHT, selected=False),
        _height(segmentation.k),
        summary=overview.how_to_read(segmentation.cards),
    )


def _bubbles(run: Run) -> Component:
    segmentation, shares = run.segmentation, overview.portions(run, run.cube.everyone)
    axes = overview.bubble_axes(segmentation)
    plot = segment_bubbles.bubbles(
        segmentation, shares, LIGHT, selected=False, named=False
    )  # the table below has the names
    return chart(
        overview.bubble_title(axes),
        plot,
        _height(segmentation.k),
        summary=overview.bubble_note(axes),
    )


def _medians(segmentation: Segmentation) -> Component | None:
    """The numbers behind the bubbles; where the data have none, the chart's place says so."""
    header, cells = overview.medians(segmentation)
    rows = [[segment_name(card), *row] for card, row in zip(segmentation.cards, cells, strict=True)] if header else []
    title = overview.bubble_title(overview.bubble_axes(segmentation))
    return table([_("Segment"), *header], rows, caption=title) if rows else None
