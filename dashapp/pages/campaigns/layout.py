"""Campaigns: whom should we contact next?"""

from __future__ import annotations

from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.data import SegmentationData, View
from dashapp.findings import happenings
from dashapp.frame import Lack
from dashapp.i18n import _, plural
from dashapp.pages.campaigns import address as asking
from dashapp.pages.campaigns import figures, ids, plan_parts, plan_sentences, prospects
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.telling import number, with_trust
from dashapp.widgets import Children, aria, card, chart_card, graph, message, take_along
from pipeline.contract import Segmentation

EVERY_SEGMENT = "*"


def layout(_data: SegmentationData, view: View, /, **query: object) -> list[Component | None]:
    """The content at the prices, campaign and filters of the address; what makes no sense there is told."""
    search = urlencode(
        [
            (name, value)
            for name, given in query.items()
            for value in (given if isinstance(given, list) else [given])
            if isinstance(value, str)
        ]
    )
    told = asking.read(view.run, search) if view.run and view.run.segmentation.campaigns else None
    asked = told[0] if told else None
    parts = texts(asked) if asked else {}
    fitted, answered = bool(asked and asked.summary.method != "none"), bool(asked and asked.campaign)
    return [
        html.Div(plan_parts.notices(told[1] if told else ()), id=ids.NOTICES),
        _no_model(asked) if asked and not fitted else None,
        html.Div(
            [
                html.Div(
                    [
                        card(_controls(asked), label=_("Cost and revenue"), class_name="k-campaigns-controls"),
                        card(html.Div(parts.get(ids.HEAD), id=ids.HEAD), label=_("The plan"), class_name="k-origin"),
                    ],
                    className="k-campaigns-top",
                ),
                html.Div([_expected(parts), _download(asked, parts)], className="k-campaigns-plan"),
                card(
                    [
                        html.H2(_("Who is on the list?")),
                        html.Div(parts.get(ids.SEGMENTS), id=ids.SEGMENTS),
                        html.H3(_("The first on the list, and why")),
                        html.Div(parts.get(ids.TOP), id=ids.TOP),
                    ],
                    label=_("Who is on the list?"),
                    class_name="k-origin k-block",
                ),
            ],
            hidden=not fitted,
        ),
        html.Div(_responses(asked, parts), hidden=not answered, className="k-block"),
        html.Div(id=ids.OUTCOMES, className="k-block"),
        html.Div(
            [_measured(parts), html.Ul(parts.get(ids.NOTES), id=ids.NOTES, className="k-note")], hidden=not fitted
        ),
    ]


def texts(asked: CampaignsRequest) -> dict[str, Children]:
    """Everything but the figures that follows the address, by id."""
    dots, every = prospects.dots(asked), prospects.overall(asked)
    made: dict[str, Children] = {
        ids.HEAD: plan_parts.head(asked),
        ids.SEGMENTS: plan_parts.segments(asked),
        ids.TOP: plan_parts.top(asked),
        ids.HOLD_OUT: plan_parts.hold_out(asked),
        ids.NOTES: plan_parts.notes(asked),
        ids.DOTS_WORDS: plan_sentences.dots_words(dots, every, asked.summary.break_even),
        ids.DOTS_TABLE: plan_parts.dots_table(dots),
        ids.EXPECTED_WORDS: plan_sentences.finding(asked),
        ids.EXPECTED_TABLE: None,
        ids.MEASURED_WORDS: "",
        ids.MEASURED_TABLE: None,
    }
    if asked.priced:
        made |= {
            ids.EXPECTED_WORDS: plan_sentences.expected_words(asked, asked.ahead),
            ids.EXPECTED_TABLE: plan_parts.expected_table(asked, asked.ahead),
            ids.MEASURED_WORDS: plan_sentences.measured_words(asked, asked.past),
            ids.MEASURED_TABLE: plan_parts.measured_table(asked, asked.past),
        }
    return made


def _controls(asked: CampaignsRequest | None) -> list[Component]:
    currency = asked.currency if asked else ""
    return [
        html.H2(_("What if?"), className="k-chart-title"),
        html.Label(_("Cost of one contact, {unit}", unit=currency or _("in money")), htmlFor=ids.COST),
        _price(ids.COST, asked.cost if asked else None),
        html.Label(_("Revenue of one response, {unit}", unit=currency or _("in money")), htmlFor=ids.REVENUE),
        _price(ids.REVENUE, asked.revenue if asked else None),
        html.Div(id=ids.CHECK, **aria(live="polite")),
        html.P(_("Change them and everything on this page follows; the address keeps them."), className="k-note"),
    ]


def _price(place: str, value: float | None) -> Component:
    price: Component = dbc.Input(
        id=place, type="number", min=0, step="any", debounce=True, inputmode="decimal", value=value
    )
    return price


def _expected(parts: dict[str, Children]) -> Component:
    title = _("How many customers to contact?")
    return chart_card(
        title,
        graph(ids.EXPECTED, title, height=figures.CURVES),
        summary=html.P(parts.get(ids.EXPECTED_WORDS), id=ids.EXPECTED_WORDS, className="k-chart-summary"),
        below=html.Div(parts.get(ids.EXPECTED_TABLE), id=ids.EXPECTED_TABLE),
        note=_("The band holds 95 % of what one campaign can bring. The filters apply to this chart."),
    )


def _download(asked: CampaignsRequest | None, parts: dict[str, Children]) -> Component:
    cards = asked.run.segmentation.cards if asked else ()
    choices = [
        {"label": _("All segments"), "value": EVERY_SEGMENT},
        *({"label": with_trust(card, among=cards), "value": card.key} for card in cards),
    ]
    said = plan_parts.listed(asked, asked.prospects, marked=True) if asked else ""
    return card(
        [
            html.H2(_("Take the list along"), className="k-chart-title"),
            html.Label(_("Of which segment"), htmlFor=ids.SEGMENT),
            dbc.Select(choices, value=EVERY_SEGMENT, id=ids.SEGMENT),
            dbc.Checkbox(id=ids.MARKED, value=True, label=_("Mark a random hold-out group in a column of its own")),
            html.P(said, id=ids.LISTED, role="status"),
            take_along(ids.DOWNLOAD_BUTTON, _("Download the list (CSV)"), title=_("whom to contact")),
            dcc.Download(id=ids.DOWNLOAD),
            html.H3(_("How large a hold-out group?"), className="k-chart-title k-campaigns-hold-out"),
            html.Div(parts.get(ids.HOLD_OUT), id=ids.HOLD_OUT),
        ],
        label=_("Take the list along"),
        class_name="k-campaigns-take",
    )


def _responses(asked: CampaignsRequest | None, parts: dict[str, Children]) -> Component:
    title = _("Which segments answered?")
    choices = (
        [{"label": campaign.label, "value": campaign.column} for campaign in asking.campaigns(asked.run)]
        if asked
        else []
    )
    tools = html.Div(
        [
            html.Label(_("Past campaign"), htmlFor=ids.PICKER),
            dbc.Select(choices, value=asked.campaign if asked else None, id=ids.PICKER),
        ],
        className="k-campaigns-picker",
    )
    return chart_card(
        title,
        graph(ids.DOTS, title, height=figures.dots_height(asked.run.segmentation.k if asked else 1)),
        summary=html.P(parts.get(ids.DOTS_WORDS), id=ids.DOTS_WORDS, className="k-chart-summary"),
        tools=tools,
        below=html.Div(parts.get(ids.DOTS_TABLE), id=ids.DOTS_TABLE),
        note=_(
            "Lines: 95 % interval. Hollow: under 60 contacted; under 30 no rate. All who were contacted; the "
            "filters do not apply to this chart."
        ),
    )


def _measured(parts: dict[str, Children]) -> Component:
    title = _("What would each rule have earned?")
    return chart_card(
        title,
        graph(ids.MEASURED, title, height=figures.CURVES),
        summary=html.P(parts.get(ids.MEASURED_WORDS), id=ids.MEASURED_WORDS, className="k-chart-summary"),
        below=html.Div(parts.get(ids.MEASURED_TABLE), id=ids.MEASURED_TABLE),
        note=_("Measured on past contacts that no rule had learned from; the filters do not apply to this chart."),
    )


def needs(segmentation: Segmentation) -> Lack | None:
    """What a run lacks for this page: a plan, which is made for the recommended run and for those next to it."""
    if segmentation.campaigns:
        return None
    described = happenings.outcomes(segmentation)
    if not segmentation.dataset.campaigns and described:
        return Lack(_("There is no campaign to plan."), happenings.why_no_campaign(described))
    if not segmentation.dataset.campaigns:
        return Lack(
            _("These data hold no campaigns."),
            _("Without the answers to past campaigns nothing is known of who responds, so there is no list."),
        )
    if segmentation.everybody is not None and segmentation.everybody.planned:
        return Lack(
            _("The plan is too long for this page."),
            _(
                "It has a line for each of {n} customers, more than a page keeps in memory. The command “korzina "
                "campaigns” tells whom to contact and what that brings.",
                n=number(segmentation.everybody.rows),
            ),
        )
    if segmentation.everybody is not None and segmentation.everybody.elsewhere:
        return Lack(
            _("This run holds no campaign plan."),
            _("Of customers that stayed on a cluster no campaign is planned: only a sample of them is here."),
        )
    elsewhere = plural(
        "Campaigns are planned for the recommended run with {n} segment and for those next to it.",
        "Campaigns are planned for the recommended run with {n} segments and for those next to it.",
        segmentation.decision.k,
    )
    return Lack(_("This run holds no campaign plan."), _("Train again to get one."), elsewhere=elsewhere)


def asks(segmentation: Segmentation) -> str:
    """The page's question where nobody can be contacted but something happened to customers; else empty."""
    described = happenings.outcomes(segmentation)
    return happenings.title(described[0]) if described and not segmentation.dataset.campaigns else ""


def _no_model(asked: CampaignsRequest) -> Component:
    if asks(asked.run.segmentation):
        described = happenings.outcomes(asked.run.segmentation)
        return message(_("There is no campaign to plan."), happenings.why_no_campaign(described))
    if not asking.campaigns(asked.run):
        return message(
            _("These data hold no campaigns."),
            _("Without the answers to past campaigns nothing is known of who responds, so there is no list."),
        )
    return message(_("Whom to contact cannot be said."), " ".join(asked.run.tell(note) for note in asked.summary.notes))
