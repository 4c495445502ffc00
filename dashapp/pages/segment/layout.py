"""Segment: who they are, what sets them apart, how to find them, what they answered."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.data import SegmentationData, View
from dashapp.findings import derivation, segment_words, traits
from dashapp.i18n import _, plural
from dashapp.pages.segment import context, ids, notes
from dashapp.pages.segment.chart_cards import MIXES, TEXT, differences_card, mix_card, responses_card, traits_card
from dashapp.telling import number, of_column, percent
from dashapp.widgets import card, command, kpi, message, segment_name, table, trust_badge
from pipeline.contract import Column, Segmentation, SegmentCard, SegmentRule

_ACTION = 430  # about the pixels of the card of what to do


def layout(
    data: SegmentationData, view: View, /, segment_number: object = "1", **query: object
) -> list[Component | None]:
    """The content for one segment, counted from 1; a number that there is not opens the nearest one, and says so."""
    segmentation = view.run.segmentation if view.run else None
    place, notice = nearest(segment_number, segmentation.k if segmentation else 1)
    return [
        *_content(view, place, notice, query),
        html.Div(notes.section(data, view, place), className="k-segment-after"),
    ]


def nearest(wanted: object, k: int) -> tuple[int, str]:
    """Place of a segment, counted from 0, and a notice where ``wanted`` names none."""
    text = str(wanted)
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return 0, _("“{text}” is not the number of a segment. This is segment 1.", text=text[:20])
    place = min(max(int(text), 1), k)
    notice = (
        ""
        if place == int(text)
        else _(
            "There is no segment {wanted}: this run has {k}. This is segment {place}.",
            wanted=text,
            k=number(k),
            place=number(place),
        )
    )
    return place - 1, notice


def _content(view: View, place: int, notice: str, query: dict[str, object]) -> list[Component | None]:
    segmentation = view.run.segmentation if view.run else None
    segment_card = segmentation.cards[place] if segmentation else None
    return [
        dcc.Store(id=ids.NUMBER, data=place),
        message(_("There is no such segment."), notice, tone="warning") if notice and segmentation else None,
        context.picker(segmentation) if segmentation else None,
        _header(segment_card) if segment_card else None,
        _columns(
            [
                (
                    _ACTION if segmentation and segmentation.campaigns else TEXT // 2,
                    context.action(view, segmentation, segment_card, query) if segmentation and segment_card else None,
                ),
                (TEXT, _rule(segmentation, segment_card) if segmentation and segment_card else None),
                differences_card(segmentation, segment_card),
                *(mix_card(segmentation, segment_card, *which) for which in MIXES),
                traits_card(segmentation, segment_card),
                responses_card(segmentation, segment_card),
                (TEXT, context.together(view, segment_card, query) if segment_card else None),
                (TEXT, context.before(segmentation, segment_card) if segmentation and segment_card else None),
            ]
        ),
        html.Div(
            [_typical(segmentation, segment_card), context.beside_all(segmentation, segment_card)],
            className="k-segment-after",
        )
        if segmentation and segment_card
        else None,
        context.neighbours(segmentation, place) if segmentation else None,
    ]


def _columns(cards: Sequence[tuple[int, Component | None]]) -> Component:
    """Cards in two columns, each under the shorter one, so that no card has to fill up with white beside a taller."""
    columns: tuple[list[Component], list[Component]] = ([], [])
    filled = [0, 0]
    for high, column_card in cards:
        shorter = filled.index(min(filled))
        if column_card is not None:
            columns[shorter].append(column_card)
            filled[shorter] += high
    return html.Div(
        [html.Div(column, className="k-segment-column") for column in columns], className="k-segment-columns"
    )


def _header(segment_card: SegmentCard) -> Component:
    tiles = [
        kpi(number(segment_card.size), plural("customer", "customers", segment_card.size)),
        kpi(percent(segment_card.share), _("of all customers")),
    ]
    if segment_card.revenue_share is not None:
        tiles.append(kpi(percent(segment_card.revenue_share), _("of all spend")))
    return card(
        [
            html.Div(
                [html.H2(segment_name(segment_card)), trust_badge(segment_card.trust)], className="k-segment-head"
            ),
            html.P(segment_words.long_name(segment_card), className="k-muted k-long-name"),
            html.P(segment_card.portrait),
            html.Div(tiles, className="k-kpis"),
            html.P([html.Strong(_("How far to rely on it:")), " ", segment_card.trust_reason], className="k-last"),
        ],
        label=segment_card.name,
        class_name="k-origin",
    )


def _rule(segmentation: Segmentation, segment_card: SegmentCard) -> Component:
    title = _("How to recognise them?")
    rule = next((rule for rule in segmentation.rules if rule.segment == segment_card.segment), None)
    if rule is None:
        return card(
            [
                html.H3(title, className="k-chart-title"),
                html.P(_("This run holds no rule for this segment. Train again to get one.")),
            ],
            label=title,
        )
    return card(
        [
            html.H3(title, className="k-chart-title"),
            html.P(rule.text + ".", className="k-finding k-rule"),
            html.P(segment_words.rule_words(rule)),
            html.Details(
                [
                    html.Summary(_("The same as a condition for a database (SQL)")),
                    html.Div(
                        [
                            html.Div(command(segment_words.short_sql(rule.sql)), id=ids.SQL),
                            dcc.Clipboard(
                                target_id=ids.SQL, title=_("Copy the condition"), className="k-icon-button k-copy"
                            ),
                        ],
                        className="k-sql",
                    ),
                    *_derived(segmentation, rule),
                ],
                className="k-details",
            ),
        ],
        label=title,
    )


def _derived(segmentation: Segmentation, rule: SegmentRule) -> list[Component]:
    """Where the columns of the condition come from that the source does not have."""
    derived, query = derivation.derived_columns(segmentation, rule), derivation.query_of(segmentation)
    parts: list[Component] = []
    if derived:
        lines = ",\n".join(f'{sql} AS "{name}"' for name, sql in derived)
        parts += [
            html.P(_("The source does not have all of these columns. They are derived from its own:")),
            command(lines),
        ]
    if query:
        parts += [html.P(_("The columns are those of the spec's query over the source:")), command(query)]
    return parts


def _typical(segmentation: Segmentation, segment_card: SegmentCard) -> Component:
    title = _("Typical customers")
    columns, identity, rows = traits.typical(segmentation, segment_card.segment)
    if rows.empty:
        return card(
            [html.H2(title), html.P(_("This run names no typical customers."))], label=title, class_name="k-origin"
        )
    header = [_("Customer"), *(column.label for column in columns)]
    body = [
        [
            str(row[identity]) if identity else _("no. {rank}", rank=number(rank)),
            *(_cell(row, column) for column in columns),
        ]
        for rank, row in enumerate(rows.to_dict("records"), start=1)
    ]
    kept = "" if identity else " " + _("The id of customers is not kept in this run.")
    return card(
        [
            html.H2(title),
            html.P(_("Those nearest to the middle of the segment, the nearest first.") + kept),
            table(header, body, caption=title),
        ],
        label=title,
        class_name="k-origin",
    )


def _cell(row: dict[Hashable, Any], column: Column) -> str:
    value = row[column.name]
    if value is None or value != value:
        return _("not known")
    return of_column(float(value), column) if isinstance(value, int | float) else str(value)
