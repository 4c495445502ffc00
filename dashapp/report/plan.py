"""The campaign plan in words with what it earned on customers not seen, and what is bought together."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp import affinity
from dashapp.data import Run
from dashapp.i18n import _, decimal, plural
from dashapp.pages.baskets.words import counted, fine_percent, glossary, short_verdict, times
from dashapp.pages.baskets.words import finding as pairs_finding
from dashapp.report.parts import facts, sentences, sheet
from dashapp.widgets import segment_name, table
from dashapp.words import amount, money, number, percent
from pipeline.contract import CampaignPlan, CampaignSummary, Segmentation

_PAIRS = 15


def campaign_plan(it: Segmentation) -> Component:
    """Whom to contact next, by segment; and what each rule earned."""
    plan = it.campaigns
    if plan is None:
        told = sentences(_("This run holds no campaign plan: these data hold no campaigns, or the run is not the one "
                           "that was recommended."))
    elif plan.summary.method == "none" or plan.summary.cost is None or plan.summary.expected_profit is None:
        told = sentences(*plan.summary.notes)
    else:
        currency = it.dataset.currency
        told = [*sentences(*_list(plan, currency)), _by_segment(it, plan.summary),
                *sentences(*_doubts(plan.summary, currency)), *_evaluation(plan.summary, currency)]
    return sheet("campaigns", it, [html.H2(_("Whom should we contact next?")), *told])


def together(run: Run) -> Component:
    """The pairs that go together, the strongest first."""
    it = run.segmentation
    found, title = affinity.rules(run), _("What is bought together?")
    if it.affinity_basis is None or not found:
        return sheet("baskets", it, [html.H2(title), html.P(_(
            "This run holds nothing about what is bought together: these data hold no baskets and no spend by "
            "category, or the run is not the one that was recommended."))])
    shown = found[:_PAIRS]
    header = [_("Who has"), _("also has"), _("Lift"), _("Confidence"), _("Support"), _("Count"), _("Chance?")]
    rows = [[rule.first, rule.second, times(rule.lift), fine_percent(rule.confidence), fine_percent(rule.support),
             number(rule.count), short_verdict(rule)] for rule in shown]
    most = plural("The {n} strongest pair of {all}.", "The {n} strongest pairs of {all}.", len(shown),
                  all=number(len(found)))
    return sheet("baskets", it, [
        html.H2(title), html.P(pairs_finding(found, it.affinity_basis), className="finding"),
        html.P(counted(found, it.affinity_basis), className="note"),
        html.Div(table(header, rows, caption=title), className="paired"), html.P(most, className="note"),
        facts(glossary(it.affinity_basis), "reading")])


def _list(plan: CampaignPlan, currency: str) -> list[str]:
    """The list, and what is expected of it."""
    it = plan.summary
    who = _("For {about}: contact {contacts} of {n} customers, those whose probability of responding is above "
            "break-even ({even}: a contact costs {cost}, a response brings {revenue}).",
            about=it.about, contacts=number(it.contacts), n=number(len(plan.targets)), even=_fine(it.break_even or 0.0),
            cost=amount(it.cost or 0.0, currency), revenue=amount(it.revenue or 0.0, currency))
    profit = _("Expected profit {profit} (95 %: {low} to {high}).", profit=money(it.expected_profit or 0.0, currency),
               low=money(it.expected_low or 0.0, currency), high=money(it.expected_high or 0.0, currency))
    return [who, profit]


def _by_segment(it: Segmentation, summary: CampaignSummary) -> Component:
    cards = {card.segment: card for card in it.cards}
    header = [_("Segment"), _("Worth a contact"), _("Probability of a response"), _("Expected profit"), _("In words")]
    rows = [[segment_name(cards[one.segment]) if one.segment in cards else one.name,
             _("{n} of {m}", n=number(one.contacts), m=number(one.customers)), percent(one.mean_probability),
             money(one.expected_profit, it.dataset.currency), one.sentence] for one in summary.segments]
    made = table(header, rows, caption=_("The plan by segment"))
    return html.Div(made, className="worded")


def _doubts(it: CampaignSummary, currency: str) -> list[str]:
    """What else is known of the plan, and what is not."""
    said = []
    if len(it.kinds) > 1:
        said.append(_("By kind of campaign: {kinds}.", kinds="; ".join(
            _("{kind}: {profit} from {n} contacts", kind=one.kind, profit=money(one.expected_profit, currency),
              n=number(one.contacts)) for one in it.kinds)))
    if it.hold_out:
        said.append(it.hold_out.sentence)
    if it.calibration:
        said.append(_("On held-out contacts {predicted} were predicted to respond, {observed} did.",
                      predicted=_fine(it.calibration.mean_predicted), observed=_fine(it.calibration.observed)))
    return [*said, *it.notes,
            _("This is response, not uplift: without a control group nobody knows who would have bought anyway. Keep "
              "the hold-out group uncontacted, and the test will tell.")]


def _evaluation(it: CampaignSummary, currency: str) -> list[Component]:
    if not it.evaluation:
        return []
    title = _("What did each rule earn on contacts that it had not learned from?")
    rows = [[one.label[:1].upper() + one.label[1:], number(one.contacts), money(one.profit, currency),
             _("{low} to {high}", low=money(one.low, currency), high=money(one.high, currency))]
            for one in it.evaluation]
    header = [_("Who is contacted"), _("Contacts"), _("Profit"), _("95 % interval")]
    return [html.H3(title), table(header, rows, caption=title), *sentences(it.worth)]


def _fine(share: float) -> str:
    return f"{decimal(100 * share, 1)} %"
