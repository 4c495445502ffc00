"""Segment: who they are, what sets them apart, how to find them, what they answered."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.charts import deviations, rates, segment_rows
from dashapp.data import SegmentationData, View
from dashapp.findings import segment_words, traits
from dashapp.i18n import N_, _
from dashapp.pages.segment import context, ids, notes
from dashapp.pricing import FEW
from dashapp.telling import number, of_column, percent, rate
from dashapp.widgets import as_table, card, chart_card, command, graph, kpi, message, segment_name, table, trust_badge
from pipeline.contract import Column, GroupMeaning, Segmentation, SegmentCard

_TEXT, _ACTION, _AROUND = 290, 430, 190  # about the pixels of cards of words, and of what stands around a chart
_MIXES: tuple[tuple[GroupMeaning, str, str], ...] = (
    ("categories", ids.CATEGORIES, N_("What do they buy more of than others?")),
    ("channels", ids.CHANNELS, N_("Where do they buy more than others?")),
)


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
                    _ACTION if it and it.campaigns else _TEXT // 2,
                    context.action(view, it, one, query) if it and one else None,
                ),
                (_TEXT, _rule(it, one) if it and one else None),
                _differences(it, one),
                *(_mix(it, one, *which) for which in _MIXES),
                _traits(it, one),
                _responses(it, one),
                (_TEXT, context.together(view, one, query) if one else None),
                (_TEXT, context.before(it, one) if it and one else None),
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
            html.P(one.portrait),
            html.Div(tiles, className="k-kpis"),
            html.P([html.Strong(_("How far to rely on it:")), " ", one.trust_reason], className="k-last"),
        ],
        label=one.name,
        class_name="k-origin",
    )


def _differences(it: Segmentation | None, one: SegmentCard | None) -> tuple[int, Component]:
    title = _("What sets them apart, the strongest first?")
    words = deviations.difference_words(one, it.dataset) if it and one else []
    plot = graph(ids.DIFFERENCES, title, height=segment_rows.height(words))
    if it is None or one is None:
        return 0, chart_card(title, plot)
    shown = sorted(one.differences, key=lambda difference: -abs(difference.effect))
    rows = []
    for difference in shown:
        column = it.dataset.column(difference.column)
        rows.append(
            [
                column.label,
                of_column(difference.median, column),
                of_column(difference.overall_median, column),
                deviations.signed(difference.effect, 2),
                difference.phrase,
            ]
        )
    told = ", ".join(difference.phrase for difference in shown[:3])
    return _high(words), chart_card(
        title,
        plot,
        summary=_("Above all: {words}.", words=told) if shown else _(deviations.NO_DIFFERENCES) + ".",
        note=_(
            "Typical: half of the customers have more, half less (median). The bars count in standard deviations: "
            "0.8 or more is a large difference, under 0.2 a small one."
        ),
        below=as_table(
            [_("Trait"), _("Median here"), _("Median of all"), _("Effect"), _("In words")], rows, caption=title
        ),
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
                ],
                className="k-details",
            ),
        ],
        label=title,
    )


def _mix(
    it: Segmentation | None, one: SegmentCard | None, meaning: GroupMeaning, place: str, question: str
) -> tuple[int, Component]:
    title = _(question)
    if it is None or one is None:
        return 0, chart_card(title, graph(place, title, height=segment_rows.height([])))
    shares, group = traits.mix(it, one.segment, meaning), it.dataset.group(meaning)
    if not shares or group is None:
        return _unknown(
            place,
            title,
            _("These data do not hold spend by category.")
            if meaning == "categories"
            else _("These data do not hold purchases by channel."),
        )
    rows = [
        [
            share.label,
            percent(share.share),
            percent(share.overall),
            number(share.index, 0) if share.index is not None else "–",
        ]
        for share in shares
    ]
    words = deviations.mix_words(shares)
    said = (
        _(
            "Share of all that the segment spent, not of the typical customer; the bar compares it with the share of "
            "all customers, which is 100."
        )
        if meaning == "categories"
        else _(
            "Share of all that the segment bought, not of the typical customer; the bar compares it with the share "
            "of all customers, which is 100."
        )
    )
    return _high(words), chart_card(
        title,
        graph(place, title, height=segment_rows.height(words)),
        summary=segment_words.mix_finding(shares, group),
        note=said,
        below=as_table([group.label, _("Share here"), _("Share of all"), _("Index")], rows, caption=title),
    )


def _traits(it: Segmentation | None, one: SegmentCard | None) -> tuple[int, Component]:
    title = _("Who are they?")
    found = traits.traits(it, one.segment) if it and one else ()
    if it and not found:
        return _unknown(
            ids.TRAITS, title, _("This run holds nothing about who the customers are (age, income and the like).")
        )
    words = rates.trait_words(found)
    plot = (
        graph(ids.TRAITS, title, height=segment_rows.height(words)) if words or not it else _hidden(ids.TRAITS, title)
    )
    rows = [[trait.text, trait.overall, percent(trait.coverage)] for trait in found]
    return _high(words), chart_card(
        title,
        plot,
        summary=segment_words.traits_finding(found),
        note=_(
            "These traits did not form the segments. Dots: share in this segment with its 95 % interval; grey line: "
            "all customers. Averages stand in the table."
        ),
        below=as_table([_("In this segment (95 % interval)"), _("All customers"), _("Known for")], rows, caption=title),
    )


def _responses(it: Segmentation | None, one: SegmentCard | None) -> tuple[int, Component]:
    title = _("What did they answer so far?")
    found = traits.responses(it, one.segment) if it and one else ()
    if it and not found:
        return _unknown(ids.RESPONSES, title, _("These data hold no campaigns, so nothing is known about responses."))
    rows = [
        [
            row.label,
            number(row.contacted),
            number(row.answered),
            _("too few")
            if row.rate is None or row.low is None or row.high is None
            else _("{rate} ({low} to {high})", rate=rate(row.rate), low=rate(row.low), high=rate(row.high)),
            rate(row.overall) if row.overall is not None else _("too few"),
        ]
        for row in found
    ]
    words = rates.campaign_words(traits.drawn(found))
    plot = (
        graph(ids.RESPONSES, title, height=segment_rows.height(words))
        if words or not it
        else _hidden(ids.RESPONSES, title)
    )
    return _high(words), chart_card(
        title,
        plot,
        summary=segment_words.response_finding(found) + segment_words.drawn_words(found),
        note=_(
            "This is response, not uplift: without a control group nobody knows who would have bought anyway. "
            "Lines: 95 % interval; grey: all customers. Hollow: under {few} contacted; under {least} no rate.",
            few=number(FEW),
            least=number(traits.LEAST),
        ),
        below=as_table(
            [_("Campaign"), _("Contacted"), _("Responded"), _("Response here"), _("All customers")], rows, caption=title
        ),
    )


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


def _high(words: Sequence[str]) -> int:
    """About how many pixels a chart's card takes up."""
    return segment_rows.height(words) + _AROUND


def _unknown(place: str, title: str, words: str) -> tuple[int, Component]:
    """What these data do not hold: a sentence, and no frame or button of a chart that is not there."""
    return _TEXT // 2, card(
        [html.H3(title, className="k-chart-title"), html.P(words, className="k-last"), _hidden(place, title)],
        label=title,
    )


def _hidden(place: str, title: str) -> Component:
    """The place of a chart that these data cannot fill, which the callback still draws into."""
    return html.Div(graph(place, title, height=segment_rows.LOWEST), hidden=True)
