"""Overview: the finding, a card a segment, two charts, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import shell
from dashapp.data import Run, SegmentationData, View
from dashapp.i18n import _, plural
from dashapp.pages.overview import figures, ids
from dashapp.selection import Selection, Values, to_query
from dashapp.widgets import aria, as_table, card, chart_card, graph, kpi, segment_name, trust_badge
from dashapp.words import (
    VERDICT_TITLES,
    VERDICT_WORDS,
    amount,
    customers,
    day,
    difference,
    finding,
    moment,
    number,
    of_column,
    percent,
)
from pipeline.contract import Profiles, Segmentation, SegmentCard


def layout(data: SegmentationData, /, run: object = None, **_query: object) -> Component:
    """The page; other parts of the address belong to the selection."""
    view = data.view(run)
    return shell.page(view, _("Overview"), _("Who are our customers?"), _content(view), data.settings)


def _content(view: View) -> list[Component | None]:
    it = view.run.segmentation if view.run else None
    cards = it.cards if it else ()
    return [
        html.P(finding(cards), className="k-finding"),
        _totals(view.run) if view.run else None,
        html.H2(_("The segments")),
        html.Div([_segment(one, it, view) for one in cards] if it else [], className="k-grid k-grid-segments"),
        html.Div([_shares(cards), _bubbles(it)], className="k-grid k-grid-2"),
        _origin(it) if it else None,
    ]


def _totals(run: Run) -> Component:
    it = run.segmentation
    tiles = [kpi(number(it.ledger.rows_out), _("customers")), kpi(number(it.k), _("segments"))]
    for meaning in ("spend", "average_cheque"):
        column = it.dataset.meaning(meaning)
        middle = run.cube.everyone.slice(column.name).middle if column and column.name in run.cube.dimensions else None
        if column and middle is not None:
            tiles.append(kpi(of_column(middle, column), _("median {label}", label=column.label.lower())))
    return html.Div(tiles, className="k-kpis")


def _segment(it: SegmentCard, segmentation: Segmentation, view: View) -> Component:
    named = view.run.run_id[: shell.SHORT] if view.run else None
    query = to_query(Selection({"segment": Values((it.key,))}), named)
    size = _("{share} of customers", share=percent(it.share))
    worth = _("{share} of revenue", share=percent(it.revenue_share)) if it.revenue_share is not None else ""
    return html.Article([
        html.Div([html.H3(segment_name(it)), trust_badge(it.trust)], className="k-segment-head"),
        html.P([html.Strong(" · ".join(filter(None, (size, worth)))),
                html.Span(customers(it.size), className="k-muted")], className="k-segment-size"),
        html.Ul([html.Li([html.Span(phrase, className="k-phrase"),
                          html.Span(_("{median} (all: {overall})", median=median, overall=overall),
                                    className="k-muted")])
                 for phrase, median, overall in difference(it, segmentation)], className="k-differences"),
        html.P(it.trust_reason, className="k-note"),
        _action(it, segmentation),
        dcc.Link([_("What makes them different"), " ", html.Span(it.name, className="visually-hidden")],
                 href=f"/segment/{it.segment + 1}" + (f"?run={named}" if named else ""), className="k-segment-link"),
        dcc.Link([_("Explore"), " ", html.Span(it.name, className="visually-hidden"),
                  html.Span("→", **aria(hidden="true"))], href=f"/explore?{query}", className="k-button"),
    ], className="k-card k-segment-card")


def _action(it: SegmentCard, segmentation: Segmentation) -> Component | None:
    """What to do about the segment next, from the campaign plan; nothing where the run has none."""
    plan = segmentation.campaigns.summary.segments if segmentation.campaigns else ()
    advice = next((one for one in plan if one.segment == it.segment), None)
    if advice is None:
        return None
    if not advice.contacts:
        words = _("Next campaign: leave them out, nobody here is worth a contact.")
    else:
        profit = amount(round(advice.expected_profit), segmentation.dataset.currency)
        words = plural("Next campaign: contact {n} of them, expected profit {profit}.",
                       "Next campaign: contact {n} of them, expected profit {profit}.", advice.contacts, profit=profit)
    return html.P(words, className="k-action")


def _shares(cards: Sequence[SegmentCard]) -> Component:
    rated = any(card.revenue_share is not None for card in cards)
    title = (_("What share of customers, what share of revenue?") if rated
             else _("How many customers are in each segment?"))
    rows = [[segment_name(one), number(one.size), percent(one.share),
             percent(one.revenue_share) if one.revenue_share is not None else _("not known")] for one in cards]
    return chart_card(
        title, graph(ids.SHARES, title, height=_height(len(cards))),
        summary=_("The pale bar is a segment's share of the customers, the full one its share of the revenue."),
        below=as_table([_("Segment"), _("Customers"), _("Share of customers"), _("Share of revenue")], rows,
                       caption=title))


def _bubbles(it: Segmentation | None) -> Component:
    title = _("Who orders often, who fills the basket?")
    orders = it.dataset.meaning("orders") if it else None
    cheque = it.dataset.meaning("average_cheque") if it else None
    below = None
    if it and orders and cheque:
        medians = it.profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN])[Profiles.MEDIAN]
        rows = [[segment_name(one), of_column(float(medians[one.segment, orders.name]), orders),
                 of_column(float(medians[one.segment, cheque.name]), cheque), number(one.size)] for one in it.cards]
        below = as_table([_("Segment"), _("Median {label}", label=orders.label.lower()),
                          _("Median {label}", label=cheque.label.lower()), _("Customers")],
                         rows, caption=title)
    return chart_card(title, graph(ids.BUBBLES, title, height=_height(it.k if it else 0)),
                      summary=_("Each bubble is a segment, the larger the more customers. Right: orders more often. "
                                "Up: spends more each time."), below=below)


def _height(segments: int) -> int:
    return max(figures.LEAST, segments * figures.ROW + 20)


def _origin(it: Segmentation) -> Component:
    facts = [
        (_("Data"), _("{title}, as of {day}", title=it.dataset.title, day=day(it.dataset.as_of))),
        (_("Rows"), _("{read} read, {kept} customers kept, {dropped} dropped, {aside} set aside",
                      read=number(it.ledger.rows_in), kept=number(it.ledger.rows_out),
                      dropped=number(it.ledger.dropped), aside=number(it.ledger.quarantined))),
        (_("Trained"), moment(it.started)), (_("Run"), it.run_id),
    ]
    return card([
        html.H2(_("Can this be relied on?")), html.P(html.Strong(_(VERDICT_TITLES[it.decision.verdict]))),
        html.P(_(VERDICT_WORDS[it.decision.verdict])),
        html.Dl([part for name, words in facts for part in (html.Dt(name), html.Dd(words))], className="k-facts"),
    ], label=_("Where this comes from"), class_name="k-origin")
