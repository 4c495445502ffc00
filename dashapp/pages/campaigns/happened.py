"""The cards of outcomes that no campaign asked for: to whom it happens, by segment, under the filters."""

from __future__ import annotations

from dash.development.base_component import Component

from dashapp.charts import Scheme
from dashapp.data import Run
from dashapp.findings import happenings
from dashapp.i18n import _, plural
from dashapp.pages.campaigns import figures, ids
from dashapp.pages.campaigns.prospects import Dot
from dashapp.selecting import Filtered
from dashapp.telling import number, rate
from dashapp.widgets import as_table, chart_card, graph, segment_with_badge
from pipeline.contract import Column


def cards(run: Run, filtered: Filtered, look: Scheme) -> list[Component]:
    """A card for each such outcome; none where the data have none."""
    return [_card(run, filtered, column, look) for column in happenings.outcomes(run.segmentation)]


def _card(run: Run, filtered: Filtered, column: Column, look: Scheme) -> Component:
    segmentation, title = run.segmentation, happenings.title(column)
    everyone, segments = happenings.by_segment(segmentation, column, filtered.places())
    dots = [
        Dot(card, segment.known, segment.count, segment.share, segment.low, segment.high, None)
        for card, segment in zip(segmentation.cards, segments, strict=True)
    ]
    frame = graph(f"{ids.OUTCOMES}-{column.name}", title, height=figures.dots_height(segmentation.k))
    frame.children.figure = figures.responses(
        dots, everyone.share, None, look, axis=_("share to whom it happened"), words=_hover
    )
    return chart_card(
        title,
        frame,
        summary=happenings.finding(column, everyone, segments, segmentation.cards),
        below=_table(dots, title),
        note=_("Lines: 95 % interval. Hollow: under 60 customers known; under 30 no share. The filters apply."),
    )


def _hover(dot: Dot) -> str:
    if dot.rate is None or dot.low is None or dot.high is None:
        return plural(
            "{n} customer known, too few for a share", "{n} customers known, too few for a share", dot.contacted
        )
    return _(
        "{count} of {known}: {rate} ({low} to {high})",
        count=number(dot.answered),
        known=number(dot.contacted),
        rate=rate(dot.rate),
        low=rate(dot.low),
        high=rate(dot.high),
    )


def _table(dots: list[Dot], title: str) -> Component:
    cards = [dot.card for dot in dots]
    rows = [
        [
            segment_with_badge(dot.card, cards),
            number(dot.contacted),
            number(dot.answered),
            _("too few")
            if dot.rate is None or dot.low is None or dot.high is None
            else _("{rate} ({low} to {high})", rate=rate(dot.rate), low=rate(dot.low), high=rate(dot.high)),
        ]
        for dot in dots
    ]
    return as_table(
        [_("Segment"), _("Customers known"), _("To whom it happened"), _("Share (95 % interval)")], rows, caption=title
    )
