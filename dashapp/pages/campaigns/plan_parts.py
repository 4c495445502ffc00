"""The parts of the Campaigns page that follow the address: prices, campaign and filters in, components out."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import _, plural
from dashapp.pages.campaigns import plan_sentences, prospects
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.pages.campaigns.plan_sentences import price
from dashapp.pages.campaigns.prospects import Dot
from dashapp.pricing import Curve, Expected, Interval, ProfitCurves, Prospects
from dashapp.telling import money, number, percent, rate
from dashapp.widgets import as_table, grade_of_all, kpi, message, segment_with_badge, table

_LINES = 21  # of a curve's table


def notices(said: Sequence[str]) -> list[Component]:
    """What of the address made no sense."""
    return [message(_("Part of the link could not be used."), notice, tone="warning") for notice in said]


def head(asked: CampaignsRequest) -> list[Component]:
    """The finding, the numbers behind it, break-even in a sentence, and what kind of number it is."""
    selected, summary = asked.prospects, asked.summary
    if not asked.priced:
        return [html.P(plan_sentences.finding(asked), className="k-finding")] if summary.method != "none" else []
    numbers = selected.numbers
    tiles = [
        kpi(money(numbers.expected.value, asked.currency), _("expected profit")),
        kpi(
            number(numbers.contacts),
            plural(
                "customer to contact, {share} of them",
                "customers to contact, {share} of them",
                numbers.contacts,
                share=plan_sentences.head_share(selected),
            ),
        ),
        kpi(money(numbers.contacts * (summary.cost or 0.0), asked.currency), _("cost of the contacts")),
        kpi(rate(summary.break_even or 0.0), _("break-even response")),
        kpi(
            number(numbers.held),
            _("to hold out as a test, at a price of {price}", price=money(numbers.given_up, asked.currency)),
        ),
    ]
    return [
        html.P(plan_sentences.finding(asked), className="k-finding", role="status"),
        html.Div(tiles, className="k-kpis"),
        html.P(
            [
                plan_sentences.break_even(asked),
                _assumed(asked),
                " ",
                plan_sentences.price_of_test(asked, selected),
                " ",
                asked.run.tell(summary.corrected) if numbers.listed else "",
            ],
            className="k-lead",
        ),
        html.P(
            [_("For {campaign}.", campaign=asked.run.tell(summary.about)), " ", plan_sentences.kinds(asked)],
            className="k-muted",
        ),
        html.P([html.Strong(_("How to read it:")), " ", _(plan_sentences.NOT_UPLIFT)], className="k-note"),
    ]


def _assumed(asked: CampaignsRequest) -> str:
    """That the prices are the spec's, where the reader has set none."""
    own = asked.run.segmentation.campaigns
    if own is None or (asked.summary.cost, asked.summary.revenue) != (own.summary.cost, own.summary.revenue):
        return ""
    return " " + _("Both are what the spec assumes: set your own above.")


def expected_table(asked: CampaignsRequest, curves: Expected) -> Component:
    """The curve's numbers."""
    rows = [
        [
            number(int(curves.model.contacts[at])),
            *_money_at(curves.model, at, asked.currency),
            money(float(curves.by_segment[at]), asked.currency),
            money(float(curves.at_random[at]), asked.currency),
        ]
        for at in _thinned(len(curves.model.contacts))
    ]
    return as_table(
        [_("Contacted"), _("Response model"), _("95 % interval"), _("Segments alone"), _("Random")],
        rows,
        caption=_("Expected profit by number contacted"),
    )


def measured_table(asked: CampaignsRequest, curves: ProfitCurves) -> Component:
    """What each rule earned, and the curve's numbers: the honest comparison."""
    rows = [
        [
            _(plan_sentences.RULES.get(strategy.key, strategy.label)),
            number(strategy.contacts),
            money(strategy.profit, asked.currency),
            plan_sentences.span(Interval(strategy.profit, strategy.low, strategy.high), asked.currency),
        ]
        for strategy in asked.summary.evaluation
    ]
    caption = _("What each rule earned on contacts it had not learned from")
    header = [_("Who is contacted"), _("Contacts"), _("Profit"), _("95 % interval")]
    curve = [
        [number(int(curves.model.contacts[at])), *_money_at(curves.model, at, asked.currency)]
        for at in _thinned(len(curves.model.contacts))
    ]
    return html.Div(
        [
            table(header, rows, caption=caption),
            html.P(asked.run.tell(asked.summary.worth)),
            html.P(plan_sentences.calibration(asked)),
            as_table(
                [_("Contacted"), _("Response model"), _("95 % interval")],
                curve,
                caption=_("Profit by number contacted"),
            ),
        ]
    )


def dots_table(dots: Sequence[Dot]) -> Component:
    """The dots' numbers."""
    cards = [dot.card for dot in dots]
    rows = [
        [
            segment_with_badge(dot.card, cards),
            number(dot.contacted),
            number(dot.answered),
            _("too few")
            if dot.rate is None or dot.low is None or dot.high is None
            else _("{rate} ({low} to {high})", rate=rate(dot.rate), low=rate(dot.low), high=rate(dot.high)),
            _(plan_sentences.ADVICE[dot.word]) if dot.word else "–",
        ]
        for dot in dots
    ]
    said = (
        [
            html.Li([html.Strong(_(plan_sentences.ADVICE[word])), ": ", _(meaning)])
            for word, meaning in plan_sentences.ADVICE_MEANS.items()
        ]
        if any(dot.word for dot in dots)
        else []
    )
    return html.Div(
        [
            html.Ul(
                [html.Li(segment_with_badge(dot.card, cards)) for dot in dots],
                className="k-campaigns-key",
            ),
            html.Ul(said, className="k-note k-campaigns-words"),
            as_table(
                [_("Segment"), _("Contacted"), _("Responded"), _("Response here"), _("In a word")],
                rows,
                caption=_("Response by segment"),
            ),
        ]
    )


def segments(asked: CampaignsRequest) -> Component | None:
    """Who is on the list, told in segments."""
    if not asked.priced:
        return None
    shares, cards = prospects.by_segment(asked), asked.run.segmentation.cards
    rows = [
        [
            segment_with_badge(part.card, cards),
            number(part.numbers.customers),
            number(part.numbers.contacts),
            number(part.numbers.held),
            percent(part.numbers.listed / part.numbers.customers)
            if part.numbers.customers >= prospects.LEAST
            else _("too few"),
            money(part.numbers.expected.value, asked.currency),
            _(plan_sentences.ADVICE[part.word]) if part.word in plan_sentences.ADVICE else "–",
        ]
        for part in shares
    ]
    header = [
        _("Segment"),
        _("Customers"),
        _("To contact"),
        _("To hold out"),
        _("Both, share of the segment"),
        _("Expected profit"),
        _("Contact all of it?"),
    ]
    gone = asked.run.segmentation.k - len(shares)
    return html.Div(
        [
            table(header, rows, caption=_("The list by segment")),
            grade_of_all(cards),
            html.P(plural("{n} segment is filtered out.", "{n} segments are filtered out.", gone), className="k-note")
            if gone
            else None,
        ]
    )


def top(asked: CampaignsRequest) -> list[Component]:
    """The best prospects, each with the reasons for the score."""
    if not asked.priced:
        return []
    people = prospects.people(asked, asked.prospects, prospects.TOP)
    if not people:
        return [html.P(_("Nobody is on the list."), className="k-muted")]
    rows = [
        [
            person.name or _("no. {rank}", rank=number(person.rank)),
            segment_with_badge(person.card, asked.run.segmentation.cards),
            rate(person.probability),
            price(round(person.profit, 2), asked.currency)
            if person.profit >= 0
            else money(person.profit, asked.currency),
            html.Span(plan_sentences.reasons(asked, person), className="k-campaigns-reasons"),
        ]
        for person in people
    ]
    header = [_("Customer"), _("Segment"), _("Chance of a response"), _("Expected profit"), _("Why")]
    kept = (
        []
        if prospects.has_ids(asked)
        else [html.P(_("The id of customers is not kept in this run."), className="k-note")]
    )
    return [table(header, rows, caption=_("The first on the list")), *kept]


def hold_out(asked: CampaignsRequest) -> list[Component]:
    """How large a test group, and what for."""
    if not asked.priced:
        return []
    return [
        html.P(plan_sentences.hold_out(asked, asked.prospects)),
        html.P(
            _(
                "Do not contact the hold-out group. Afterwards compare its response with that of the contacted: "
                "only the difference is what the campaign itself brought."
            ),
            className="k-note",
        ),
    ]


def listed(asked: CampaignsRequest, selected: Prospects, *, marked: bool) -> str:
    """What the file will hold."""
    if not asked.priced:
        return ""
    sentences = (plan_sentences.covered(asked, selected), plan_sentences.in_the_file(asked, selected, marked=marked))
    return " ".join(sentences).strip()


def notes(asked: CampaignsRequest) -> list[Component]:
    """What else the pipeline says of the plan."""
    return [html.Li(asked.run.tell(note)) for note in asked.summary.notes]


def _money_at(curve: Curve, at: int, currency: str) -> list[str]:
    value = Interval(float(curve.profit[at]), float(curve.low[at]), float(curve.high[at]))
    return [money(value.value, currency), plan_sentences.span(value, currency)]


def _thinned(points: int) -> list[int]:
    """Places of at most ``_LINES`` points, the ends among them."""
    if points <= _LINES:
        return list(range(points))
    return sorted({round(place * (points - 1) / (_LINES - 1)) for place in range(_LINES)})
