"""Segment: who they are, what sets them apart, how to find them, what they answered."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.data import SegmentationData, View
from dashapp.findings import derivation, segment_words, traits
from dashapp.i18n import _
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
    it = view.run.segmentation if view.run else None
    place, notice = nearest(segment_number, it.k if it else 1)
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
    it = view.run.segmentation if view.run else None
    one = it.cards[place] if it else None
    return [
        dcc.Store(id=ids.NUMBER, data=place),
        message(_("There is no such segment."), notice, tone="warning") if notice and it else None,
        context.picker(it) if it else None,
        _header(one) if one else None,
        _columns(
            [
                (
                    _ACTION if it and it.campaigns else TEXT // 2,
                    context.action(view, it, one, query) if it and one else None,
                ),
                (TEXT, _rule(it, one) if it and one else None),
                differences_card(it, one),
                *(mix_card(it, one, *which) for which in MIXES),
                traits_card(it, one),
                responses_card(it, one),
                (TEXT, context.together(view, one, query) if one else None),
                (TEXT, context.before(it, one) if it and one else None),
            ]
        ),
        html.Div([_typical(it, one), context.beside_all(it, one)], className="k-segment-after") if it and one else None,
        context.neighbours(it, place) if it else None,
    ]


def _columns(cards: Sequence[tuple[int, Component | None]]) -> Component:
    """Cards in two columns, each under the shorter one, so that no card has to fill up with white beside a taller."""
    columns: tuple[list[Component], list[Component]] = ([], [])
    filled = [0, 0]
    for high, one in cards:
        shorter = filled.index(min(filled))
        if one is not None:
            columns[shorter].append(one)
            filled[shorter] += high
    return html.Div(
        [html.Div(column, className="k-segment-column") for column in columns], className="k-segment-columns"
    )


def _header(one: SegmentCard) -> Component:
    tiles = [kpi(number(one.size), _("customers")), kpi(percent(one.share), _("of all customers"))]
    if one.revenue_share is not None:
        tiles.append(kpi(percent(one.revenue_share), _("of the revenue")))
    return card(
        [
            html.Div([html.H2(segment_name(one)), trust_badge(one.trust)], className="k-segment-head"),
            html.P(segment_words.long_name(one), className="k-muted k-long-name"),
            html.P(one.portrait),
            html.Div(tiles, className="k-kpis"),
            html.P([html.Strong(_("How far to rely on it:")), " ", one.trust_reason], className="k-last"),
        ],
        label=one.name,
        class_name="k-origin",
    )


def _rule(it: Segmentation, one: SegmentCard) -> Component:
    title = _("How to recognise them?")
    rule = next((rule for rule in it.rules if rule.segment == one.segment), None)
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
                    *_derived(it, rule),
                ],
                className="k-details",
            ),
        ],
        label=title,
    )


def _derived(it: Segmentation, rule: SegmentRule) -> list[Component]:
    """Where the columns of the condition come from that the source does not have."""
    derived, query = derivation.derived_columns(it, rule), derivation.query_of(it)
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


def _typical(it: Segmentation, one: SegmentCard) -> Component:
    title = _("Typical customers")
    columns, identity, rows = traits.typical(it, one.segment)
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
