"""Segment: who they are, what sets them apart, how to find them, what they answered."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids as shared
from dashapp import shell
from dashapp.data import SegmentationData, View
from dashapp.i18n import N_, _
from dashapp.pages.segment import facts, figures, ids, notes, sections
from dashapp.pages.segment.sections import PATH
from dashapp.pages.segment.words import even_words, least_words, mix_words, response_finding, rule_words, traits_finding
from dashapp.widgets import (
    aria,
    as_table,
    card,
    chart_card,
    command,
    graph,
    kpi,
    message,
    segment_name,
    table,
    trust_badge,
)
from dashapp.words import number, of_column, percent
from pipeline.contract import Column, Group, GroupMeaning, Segmentation, SegmentCard

_MIXES: tuple[tuple[GroupMeaning, str, str], ...] = (
    ("categories", ids.CATEGORIES, N_("What do they buy more of than others?")),
    ("channels", ids.CHANNELS, N_("Where do they buy more than others?")))


def layout(data: SegmentationData, /, segment_number: object = "1", run: object = None, **query: object) -> Component:
    """The page of one segment, counted from 1; a number that there is not opens the nearest one, and says so."""
    view = data.view(run)
    it = view.run.segmentation if view.run else None
    place, notice = nearest(segment_number, it.k if it else 1)
    content = [*_content(view, place, notice, query), notes.section(data, view, place)]
    return shell.page(view, _("Segment"), _("What makes this one different?"), content, data.settings)


def nearest(wanted: object, k: int) -> tuple[int, str]:
    """Place of a segment, counted from 0, and a notice where ``wanted`` names none."""
    text = str(wanted)
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return 0, _("“{text}” is not the number of a segment. This is segment 1.", text=text[:20])
    place = min(max(int(text), 1), k)
    notice = "" if place == int(text) else _(
        "There is no segment {wanted}: this run has {k}. This is segment {place}.", wanted=text, k=number(k),
        place=number(place))
    return place - 1, notice


def _content(view: View, place: int, notice: str, query: dict[str, object]) -> list[Component | None]:
    it = view.run.segmentation if view.run else None
    one = it.cards[place] if it else None
    return [
        dcc.Store(id=ids.NUMBER, data=place),
        message(_("There is no such segment."), notice, tone="warning") if notice and it else None,
        _picker(it) if it else None,
        _header(one) if one else None,
        html.Div([sections.action(view, it, one, query), sections.before(it, one)],
                 className="k-grid k-grid-2") if it and one else None,
        html.Div([_differences(it, one), _rule(it, one) if it and one else None], className="k-grid k-grid-2"),
        html.Div([_mix(it, one, *which) for which in _MIXES], className="k-grid k-grid-2"),
        html.Div([_traits(it, one), _responses(it, one)], className="k-grid k-grid-2"),
        html.Div(sections.together(view, one, query), className="k-block") if one else None,
        _typical(it, one) if it and one else None,
        sections.beside_all(it, one) if it and one else None,
        sections.neighbours(it, place) if it else None,
    ]


def _picker(it: Segmentation) -> Component:
    """Links to every segment; as links of the navigation they keep the run and the selection."""
    links = [html.Li(dcc.Link(segment_name(one), href=PATH.format(place), id=shared.nav(f"segment-{place}"),
                              className="k-nav-link")) for place, one in enumerate(it.cards, start=1)]
    return html.Nav(html.Ul(links), className="k-segment-picker", **aria(label=_("Segments")))


def _header(one: SegmentCard) -> Component:
    tiles = [kpi(number(one.size), _("customers")), kpi(percent(one.share), _("of all customers"))]
    if one.revenue_share is not None:
        tiles.append(kpi(percent(one.revenue_share), _("of the revenue")))
    return card([
        html.Div([html.H2(segment_name(one)), trust_badge(one.trust)], className="k-segment-head"),
        html.P(one.portrait), html.Div(tiles, className="k-kpis"),
        html.P([html.Strong(_("How far to rely on it:")), " ", one.trust_reason], className="k-last"),
    ], label=one.name, class_name="k-origin")


def _differences(it: Segmentation | None, one: SegmentCard | None) -> Component:
    title = _("What sets them apart, the strongest first?")
    if it is None or one is None:
        return chart_card(title, graph(ids.DIFFERENCES, title, height=figures.height(0)))
    shown = sorted(one.differences, key=lambda difference: -abs(difference.effect))
    rows = []
    for difference in shown:
        column = it.dataset.column(difference.column)
        rows.append([column.label, of_column(difference.median, column), of_column(difference.overall_median, column),
                     figures.signed(difference.effect, 2), difference.phrase])
    words = ", ".join(difference.phrase for difference in shown[:3])
    return chart_card(
        title, graph(ids.DIFFERENCES, title, height=figures.height(len(shown))),
        summary=_("Above all: {words}.", words=words) if shown else _(figures.NO_DIFFERENCES) + ".",
        note=_("In brackets the median of all customers. A bar of 0.8 or more is a large difference, under 0.2 a small "
               "one."),
        below=as_table([_("Trait"), _("Median here"), _("Median of all"), _("Effect"), _("In words")], rows,
                       caption=title))


def _rule(it: Segmentation, one: SegmentCard) -> Component:
    title = _("How to recognise them?")
    rule = next((rule for rule in it.rules if rule.segment == one.segment), None)
    if rule is None:
        return card([html.H3(title, className="k-chart-title"),
                     html.P(_("This run holds no rule for this segment. Train again to get one."))], label=title)
    return card([
        html.H3(title, className="k-chart-title"), html.P(rule.text + ".", className="k-finding k-rule"),
        html.P(rule_words(rule)),
        html.P(_("The same as a condition for a database:"), className="k-note"),
        html.Div([html.Div(command(rule.sql), id=ids.SQL),
                  dcc.Clipboard(target_id=ids.SQL, title=_("Copy the condition"), className="k-icon-button k-copy")],
                 className="k-sql"),
    ], label=title)


def _mix(it: Segmentation | None, one: SegmentCard | None, meaning: GroupMeaning, place: str, question: str
         ) -> Component:
    title = _(question)
    if it is None or one is None:
        return chart_card(title, graph(place, title, height=figures.height(0)))
    shares, group = facts.mix(it, one.segment, meaning), it.dataset.group(meaning)
    if not shares or group is None:
        return chart_card(title, _hidden(place, title), summary=(
            _("These data do not hold spend by category.") if meaning == "categories" else
            _("These data do not hold purchases by channel.")))
    rows = [[share.label, percent(share.share), percent(share.overall),
             number(share.index, 0) if share.index is not None else "–"] for share in shares]
    return chart_card(
        title, graph(place, title, height=figures.height(len(shares))), summary=_mix_words(shares, group),
        note=_("Share of the segment divided by the share of all customers, times 100."),
        below=as_table([group.label, _("Share here"), _("Share of all"), _("Index")], rows, caption=title))


def _mix_words(shares: tuple[facts.Share, ...], group: Group) -> str:
    top, last = shares[0], shares[-1]
    if top.index is None or last.index is None or top.index < 105:
        return even_words(group)
    return (mix_words(group.label, top.label, top.share, top.overall) + " "
            + least_words(last.label, last.share, last.overall))


def _traits(it: Segmentation | None, one: SegmentCard | None) -> Component:
    title = _("Who are they?")
    found = facts.traits(it, one.segment) if it and one else ()
    if it and not found:
        return chart_card(title, _hidden(ids.TRAITS, title),
                          summary=_("This run holds nothing about who the customers are (age, income and the like)."))
    shown = len(figures.shares_of(found))
    plot = graph(ids.TRAITS, title, height=figures.height(shown)) if shown or not it else _hidden(ids.TRAITS, title)
    rows = [[trait.text, trait.overall, percent(trait.coverage)] for trait in found]
    return chart_card(
        title, plot, summary=traits_finding(found),
        note=_("These traits did not form the segments. Dots: share in this segment with its 95 % interval; grey line: "
               "all customers. Averages stand in the table."),
        below=as_table([_("In this segment (95 % interval)"), _("All customers"), _("Known for")], rows,
                       caption=title))


def _responses(it: Segmentation | None, one: SegmentCard | None) -> Component:
    title = _("What did they answer so far?")
    found = facts.responses(it, one.segment) if it and one else ()
    if it and not found:
        return chart_card(title, _hidden(ids.RESPONSES, title),
                          summary=_("These data hold no campaigns, so nothing is known about responses."))
    rows = [[row.label, number(row.contacted), number(row.answered),
             _("too few") if row.rate is None or row.low is None or row.high is None
             else _("{rate} ({low} to {high})", rate=percent(row.rate), low=percent(row.low), high=percent(row.high)),
             percent(row.overall) if row.overall is not None else _("too few")] for row in found]
    return chart_card(
        title, graph(ids.RESPONSES, title, height=figures.height(len(found))), summary=response_finding(found),
        note=_("This is response, not uplift: without a control group nobody knows who would have bought anyway. "
               "Lines: 95 % interval; grey: all customers. Hollow: under {few} contacted; under {least} no rate.",
               few=number(facts.FEW), least=number(facts.LEAST)),
        below=as_table([_("Campaign"), _("Contacted"), _("Responded"), _("Response here"), _("All customers")], rows,
                       caption=title))


def _typical(it: Segmentation, one: SegmentCard) -> Component:
    title = _("Typical customers")
    columns, identity, rows = facts.typical(it, one.segment)
    if rows.empty:
        return card([html.H2(title), html.P(_("This run names no typical customers."))], label=title,
                    class_name="k-origin")
    header = [_("Customer"), *(column.label for column in columns)]
    body = [[str(row[identity]) if identity else _("no. {rank}", rank=number(rank)),
             *(_cell(row, column) for column in columns)] for rank, row in enumerate(rows.to_dict("records"), start=1)]
    kept = "" if identity else " " + _("The id of customers is not kept in this run.")
    return card([html.H2(title),
                 html.P(_("Those nearest to the middle of the segment, the nearest first.") + kept),
                 table(header, body, caption=title)], label=title, class_name="k-origin")


def _cell(row: dict[Hashable, Any], column: Column) -> str:
    value = row[column.name]
    if value is None or value != value:
        return _("not known")
    return of_column(float(value), column) if isinstance(value, int | float) else str(value)


def _hidden(place: str, title: str) -> Component:
    """The place of a chart that these data cannot fill: a sentence stands instead."""
    return html.Div(graph(place, title, height=figures.LOWEST), hidden=True)
