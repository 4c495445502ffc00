"""What a reader asked the Campaigns page for, as it stands in the address; nothing that a browser sends is trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from dashapp import pricing
from dashapp.data import Run
from dashapp.i18n import _
from dashapp.pricing import Expected, ProfitCurves, Prospects
from dashapp.selecting import Selection
from pipeline.contract import Campaign, CampaignPlan, CampaignSummary

MOST = 1e9  # of a cost or revenue; beyond it somebody is playing
_LONGEST = 8_000
OWN = ("cost", "revenue", "campaign")


@dataclass(frozen=True)
class CampaignsRequest:
    """Prices (None: not known), the past campaign to look at, and the customers that the filters leave."""

    run: Run
    cost: float | None
    revenue: float | None
    campaign: str
    selection: Selection

    @cached_property
    def plan(self) -> CampaignPlan:
        """The plan at these prices, in the words of the pipeline."""
        return pricing.plan_at((self.run.original or self.run).segmentation, self.cost, self.revenue)

    @property
    def summary(self) -> CampaignSummary:
        """Of the plan."""
        return self.plan.summary

    @property
    def currency(self) -> str:
        """Of costs and revenues."""
        return self.run.segmentation.dataset.currency

    @property
    def priced(self) -> bool:
        """Whether there are a model and prices, so that a list can be made."""
        return self.summary.method != "none" and self.summary.cost is not None

    @cached_property
    def prospects(self) -> Prospects:
        """Of all customers that the filters leave."""
        return self.of_segment(None)

    @cached_property
    def ahead(self) -> Expected:
        """What to expect as more of them are contacted."""
        return pricing.expected(self.plan, self.prospects)

    @cached_property
    def past(self) -> ProfitCurves:
        """What past contacts earned as more were contacted."""
        return pricing.measured(self.plan)

    def of_segment(self, segment: int | None) -> Prospects:
        """Of those, one segment's."""
        return pricing.among(self.plan, self.run.cube.filtered(self.selection).places(), segment, self.currency)


def read(run: Run, search: object) -> tuple[CampaignsRequest, tuple[str, ...]]:
    """What the address asks for, and a sentence for each part that makes no sense; what is stored stands instead."""
    text = search[:_LONGEST] if isinstance(search, str) else ""
    given = dict(parse_qsl(text.removeprefix("?"), errors="replace"))
    stored = _stored(run)
    notices = []
    cost, revenue, campaign = as_cost(given.get("cost")), as_revenue(given.get("revenue")), given.get("campaign", "")
    if "cost" in given and cost is None:
        notices.append(_("“{text}” is not a cost of a contact. {rule}", text=given["cost"][:40], rule=cost_rule()))
    if "revenue" in given and revenue is None:
        notices.append(
            _("“{text}” is not a revenue of a response. {rule}", text=given["revenue"][:40], rule=revenue_rule())
        )
    if campaign and campaign not in _answered(run):
        notices.append(_("There is no campaign “{text}” in this run.", text=campaign[:40]))
        campaign = ""
    selection, _notices = run.cube.selected(text)
    return CampaignsRequest(
        run,
        stored.cost if cost is None else cost,
        stored.revenue if revenue is None else revenue,
        campaign or _usual(run),
        selection,
    ), tuple(notices)


def as_cost(given: object) -> float | None:
    """A cost: 0 or more; None for anything else."""
    return _number(given, least=0.0)


def as_revenue(given: object) -> float | None:
    """A revenue: above 0; None for anything else."""
    revenue = _number(given, least=0.0)
    return revenue if revenue else None


def cost_rule() -> str:
    """What a cost may be."""
    return _("A cost is a number from 0 on.")


def revenue_rule() -> str:
    """What a revenue may be."""
    return _("A revenue is a number above 0.")


def search_of(search: object, run: Run, cost: float | None, revenue: float | None, campaign: str) -> str:
    """The address's query with these prices and this campaign; what the run itself says is left out."""
    given = parse_qsl(search[:_LONGEST].removeprefix("?"), keep_blank_values=True) if isinstance(search, str) else []
    stored = _stored(run)
    own = [
        (name, repr(value).removesuffix(".0"))
        for name, value, usual in (("cost", cost, stored.cost), ("revenue", revenue, stored.revenue))
        if value is not None and value != usual
    ]
    if campaign in _answered(run) and campaign != _usual(run):
        own.append(("campaign", campaign))
    query = urlencode([*(parameter for parameter in given if parameter[0] not in OWN), *own], safe="~,:")
    return f"?{query}" if query else ""


def campaigns(run: Run) -> list[Campaign]:
    """Past campaigns whose responses are known, the latest first."""
    known = _answered(run)
    return [campaign for campaign in reversed(run.segmentation.dataset.campaigns) if campaign.column in known]


def _stored(run: Run) -> CampaignSummary:
    plan = run.segmentation.campaigns
    return plan.summary if plan else CampaignSummary(method="none", about="")


def _answered(run: Run) -> set[str]:
    plan = run.segmentation.campaigns
    return set(plan.responses["campaign"].astype(str)) if plan else set()


def _usual(run: Run) -> str:
    """The campaign that the plan is about, else the latest of its kind, else the latest."""
    summary, known = _stored(run), campaigns(run)
    alike = [
        campaign.column
        for campaign in known
        if campaign.column == summary.campaign or (summary.kind and campaign.kind == summary.kind)
    ]
    return (alike or [campaign.column for campaign in known] or [""])[0]


def _number(given: object, *, least: float) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        value = float(given[:40].replace(",", ".") if isinstance(given, str) else given)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) and least <= value <= MOST else None
