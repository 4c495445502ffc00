"""The campaign plan in words with what it earned on customers not seen, and what is bought together."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.data import Run
from dashapp.findings import affinity, happenings, pair_words
from dashapp.i18n import _, plural
from dashapp.pricing import in_numbers, own_plan
from dashapp.report.sheet import facts, sentences, sheet
from dashapp.telling import amount, money, number, rate
from dashapp.widgets import segment_with_badge, table
from pipeline.contract import CampaignPlan, CampaignSummary, Column, Segmentation

_PAIRS = 15


def campaign_plan(run: Run) -> Component:
    """Whom to contact next, by segment; and what each rule earned."""
    segmentation = run.segmentation
    plan = own_plan((run.original or run).segmentation)
    described = happenings.outcomes(segmentation)
    if described and not segmentation.dataset.campaigns:
        return sheet("campaigns", segmentation, _happened(segmentation, described))
    if segmentation.campaigns is None:
        told = sentences(
            _(
                "This run holds no campaign plan: these data hold no campaigns, or the run is not the one "
                "that was recommended."
            )
        )
    elif plan is None:
        told = sentences(*segmentation.campaigns.summary.notes)
    else:
        currency = segmentation.dataset.currency
        told = [
            *sentences(*_list(run, plan)),
            _by_segment(run, plan),
            *sentences(*_doubts(run, plan.summary)),
            *_evaluation(run, plan.summary, currency),
        ]
    return sheet("campaigns", segmentation, [html.H2(_("Whom should we contact next?")), *told])


def _happened(segmentation: Segmentation, described: Sequence[Column]) -> list[Component]:
    """What no campaign asked for, by segment."""
    made: list[Component] = []
    for column in described:
        everyone, segments = happenings.by_segment(segmentation, column)
        rows = [
            [
                segment_with_badge(card, segmentation.cards),
                number(happening.known),
                _("too few")
                if happening.share is None or happening.low is None or happening.high is None
                else _(
                    "{rate} ({low} to {high})",
                    rate=rate(happening.share),
                    low=rate(happening.low),
                    high=rate(happening.high),
                ),
            ]
            for card, happening in zip(segmentation.cards, segments, strict=True)
        ]
        title = happenings.title(column)
        made += [
            html.H2(title),
            *sentences(happenings.finding(column, everyone, segments, segmentation.cards)),
            table([_("Segment"), _("Customers known"), _("Share (95 % interval)")], rows, caption=title),
        ]
    return [*made, *sentences(happenings.why_no_campaign(described))]


def together(run: Run) -> Component:
    """The pairs that go together, the strongest first."""
    segmentation = run.segmentation
    rules, title = affinity.rules(run), _("What is bought together?")
    if segmentation.affinity_basis is None or not rules:
        return sheet(
            "baskets",
            segmentation,
            [
                html.H2(title),
                html.P(
                    _(
                        "This run holds nothing about what is bought together: these data hold no baskets and no spend "
                        "by category, or the run is not the one that was recommended."
                    )
                ),
            ],
        )
    shown = rules[:_PAIRS]
    header = [_("Who has"), _("also has"), _("Lift"), _("Confidence"), _("Support"), _("Count"), _("Chance?")]
    rows = [
        [
            rule.first,
            rule.second,
            pair_words.times(rule.lift),
            pair_words.fine_percent(rule.confidence),
            pair_words.fine_percent(rule.support),
            number(rule.count),
            pair_words.short_verdict(rule),
        ]
        for rule in shown
    ]
    most = plural(
        "The {n} strongest pair of {all}.", "The {n} strongest pairs of {all}.", len(shown), all=number(len(rules))
    )
    return sheet(
        "baskets",
        segmentation,
        [
            html.H2(title),
            html.P(pair_words.finding(rules, segmentation.affinity_basis), className="finding"),
            html.P(pair_words.counted(rules, segmentation.affinity_basis), className="note"),
            html.Div(table(header, rows, caption=title), className="paired"),
            html.P(most, className="note"),
            facts(pair_words.glossary(segmentation.affinity_basis), "reading"),
        ],
    )


def _list(run: Run, plan: CampaignPlan) -> list[str]:
    """The list, and what is expected of it."""
    summary, numbers, currency = plan.summary, in_numbers(plan), run.segmentation.dataset.currency
    assumed = _("Cost of a contact and revenue of a response are what the spec assumes.")
    if not numbers.listed and summary.nobody:
        return [_("For {campaign}.", campaign=run.tell(summary.about)), run.tell(summary.nobody), assumed]
    who = _(
        "For {about}: contact {contacts} of {n} customers and hold out {held}; all of them have a probability of "
        "responding above break-even ({even}: a contact costs {cost}, a response brings {revenue}).",
        about=run.tell(summary.about),
        contacts=number(numbers.contacts),
        n=number(numbers.customers),
        held=number(numbers.held),
        even=rate(summary.break_even or 0.0),
        cost=amount(summary.cost or 0.0, currency),
        revenue=amount(summary.revenue or 0.0, currency),
    )
    profit = _(
        "Expected profit {profit} (95 %: {low} to {high}); with nobody held out {whole}, but then nobody knows "
        "what the campaign itself brought.",
        profit=money(numbers.expected.value, currency),
        low=money(numbers.expected.low, currency),
        high=money(numbers.expected.high, currency),
        whole=money(numbers.whole, currency),
    )
    return [f"{who} {assumed}", f"{profit} {run.tell(summary.corrected)}".strip()]


def _by_segment(run: Run, plan: CampaignPlan) -> Component:
    cards, currency = {card.segment: card for card in run.segmentation.cards}, run.segmentation.dataset.currency
    header = [
        _("Segment"),
        _("To contact"),
        _("To hold out"),
        _("Of those to contact will respond"),
        _("Expected profit"),
        _("In words"),
    ]
    rows = []
    for segment in plan.summary.segments:
        numbers, card = in_numbers(plan, segment.segment), cards[segment.segment]
        rows.append(
            [
                segment_with_badge(card, run.segmentation.cards),
                _("{n} of {m}", n=number(numbers.contacts), m=number(numbers.customers)),
                number(numbers.held),
                rate(numbers.probability) if numbers.contacts else "–",
                money(numbers.expected.value, currency),
                run.tell(segment.sentence),
            ]
        )
    made = table(header, rows, caption=_("The plan by segment"))
    return html.Div(made, className="worded")


def _doubts(run: Run, summary: CampaignSummary) -> list[str]:
    """What else is known of the plan, and what is not."""
    said, currency = [], run.segmentation.dataset.currency
    if len(summary.kinds) > 1:
        said.append(
            _(
                "By kind of campaign, with nobody held out: {kinds}.",
                kinds="; ".join(
                    _(
                        "{kind}: {profit} from {n} contacts",
                        kind=run.tell(kind.kind),
                        profit=money(kind.expected_profit, currency),
                        n=number(kind.contacts),
                    )
                    for kind in summary.kinds
                ),
            )
        )
    if summary.hold_out:
        said.append(run.tell(summary.hold_out.sentence))
    if summary.calibration:
        said.append(
            _(
                "On held-out contacts {predicted} were predicted to respond, {observed} did.",
                predicted=rate(summary.calibration.mean_predicted),
                observed=rate(summary.calibration.observed),
            )
        )
    return [
        *said,
        *map(run.tell, summary.notes),
        _(
            "This is response, not uplift: without a control group nobody knows who would have bought anyway. Keep "
            "the hold-out group uncontacted, and the test will tell."
        ),
    ]


def _evaluation(run: Run, summary: CampaignSummary, currency: str) -> list[Component]:
    if not summary.evaluation:
        return []
    title = _("What did each rule earn on contacts that it had not learned from?")
    told = [run.tell(strategy.label) for strategy in summary.evaluation]
    rows = [
        [
            label[:1].upper() + label[1:],
            number(strategy.contacts),
            money(strategy.profit, currency),
            _("{low} to {high}", low=money(strategy.low, currency), high=money(strategy.high, currency)),
        ]
        for label, strategy in zip(told, summary.evaluation, strict=True)
    ]
    header = [_("Who is contacted"), _("Contacts"), _("Profit"), _("95 % interval")]
    return [html.H3(title), table(header, rows, caption=title), *sentences(run.tell(summary.worth))]
