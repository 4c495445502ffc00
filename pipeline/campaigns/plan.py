"""Whom to contact next: responses, a model judged on customers it has not seen, and a list with its expected profit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.history import place
from pipeline.campaigns.plan_words import about, segment_advice
from pipeline.campaigns.priced import KIND_PREFIX, at_prices
from pipeline.contract import (
    Artifacts,
    CampaignPlan,
    CampaignSummary,
    Dataset,
    HeldOut,
    Labels,
    Message,
    Quantity,
    Responses,
    Targets,
    Words,
    empty_table,
)
from pipeline.processors import Helper, share
from pipeline.stages import Training
from pipeline.statistics import FEWEST, Vector

if TYPE_CHECKING:
    from pipeline.campaigns.learning.earlier_segments import Earlier
    from pipeline.campaigns.learning.held_out import Evidence, SegmentedCustomers
    from pipeline.spec import HistorySpec, Spec


def plan_campaigns(
    subject: SegmentedCustomers,
    *,
    history: pd.DataFrame | None = None,
    spec: HistorySpec | None = None,
    cost: float | None = None,
    revenue: float | None = None,
    seed: int = 0,
) -> CampaignPlan:
    """Evidence by segment and campaign, and the plan for the next campaign.

    Parameters
    ----------
    subject
        Customers with the segments of one k.
    history, spec
        From ``read_history``, where campaigns have dates and purchases are at hand.
    cost, revenue
        Of one contact and one response; None: those of the spec's latest campaign.
    seed
        Of the folds and of the hold-out group.

    Returns
    -------
    CampaignPlan
        With ``summary.method`` "none" and the reason in ``summary.notes`` where nothing can be learned.
    """
    from pipeline.campaigns.answers import respond_by_segment
    from pipeline.campaigns.learning.held_out import gather

    dataset = subject.dataset
    parts = (subject.customers, dataset, subject.segments, len(subject.cards), _prices(dataset, cost, revenue))
    responses = respond_by_segment(*parts)
    evidence = gather(subject, history, spec, seed) if len(responses) else None
    if evidence is None:
        return _no_plan(responses, seed)
    if evidence.then:
        responses = respond_by_segment(*parts, evidence.then)
    cost, revenue = _latest_prices(dataset, cost, revenue)
    kind = _best_kind(evidence.outlook, cost, revenue)
    return at_prices(
        CampaignPlan(
            _unpriced(subject, evidence, kind, seed), responses, _targets(subject, evidence, kind), evidence.held_out
        ),
        dataset,
        cost=cost,
        revenue=revenue,
    )


def with_campaigns(
    training: Training, spec: Spec, history: pd.DataFrame | None = None, helper: Helper | None = None
) -> Training:
    """``training`` with the plan for the segments of each k; ``history`` comes from ``read_history``.

    The model is fitted and judged once, with the recommended segments; who answers does not depend on which number of
    segments the plan is told in. The other k have the same probabilities, told by their own segments.
    """
    from pipeline.campaigns.learning.held_out import SegmentedCustomers
    from pipeline.spec import outcome_derived

    seed, leaky = int(training.params.get("seed", "0")), outcome_derived(spec)
    subjects = {
        k: SegmentedCustomers(
            training.customers,
            training.dataset,
            training.candidate(k).labels,
            training.candidate(k).cards,
            leaky,
        )
        for k in training.described_ks()
    }
    chosen = training.decision.k
    (plan,) = share(_plan, [(subjects[chosen], history, spec.history, seed)], helper)
    told = [(plan, subject, chosen, history, spec.history) for k, subject in subjects.items() if k != chosen]
    others = zip((k for k in subjects if k != chosen), share(told_by, told, helper), strict=True)
    return replace(training, plans={chosen: plan, **dict(others)})


def told_by(
    plan: CampaignPlan,
    subject: SegmentedCustomers,
    fitted_k: int,
    history: pd.DataFrame | None = None,
    spec: HistorySpec | None = None,
) -> CampaignPlan:
    """The plan that was made with ``fitted_k`` segments, told by those of ``subject``, who are the same customers.

    Past campaigns are judged by these segments too as they were known before each of them, where ``history`` says so.
    """
    from pipeline.campaigns.answers import respond_by_segment

    earlier = _known_before(subject, history, spec) if plan.summary.known_before else None
    responses = respond_by_segment(
        subject.customers,
        subject.dataset,
        subject.segments,
        len(subject.cards),
        _prices(subject.dataset, None, None),
        earlier.segments if earlier else None,
    )
    if plan.summary.method == "none":
        return replace(plan, responses=responses)
    segment = pd.Series(subject.segments, index=subject.customers[Targets.KEY].to_numpy(np.int64))
    note = Message.of(
        "Probabilities are those of the model that was fitted with {k} segments, and so is the comparison with simple "
        "rules; here they are told by other segments.",
        k=Quantity(fitted_k),
    )
    summary = plan.summary.model_copy(
        update={
            "segments": tuple(segment_advice(card.segment, card.name) for card in subject.cards),
            "notes": (*_about_segments(plan.summary, earlier), note),
            "known_before": earlier is not None,
            "not_known_before": _without(subject.dataset, earlier.segments) if earlier else (),
        }
    )
    targets = plan.targets.assign(**{Targets.SEGMENT: segment.loc[plan.targets[Targets.KEY]].to_numpy()})
    held_out = plan.held_out.assign(**{HeldOut.SEGMENT: segment.loc[plan.held_out[HeldOut.KEY]].to_numpy()})
    told = replace(plan, summary=summary, responses=responses, targets=targets, held_out=held_out)
    return at_prices(told, subject.dataset, cost=plan.summary.cost, revenue=plan.summary.revenue)


def _known_before(
    subject: SegmentedCustomers, history: pd.DataFrame | None, spec: HistorySpec | None
) -> Earlier | None:
    from pipeline.campaigns.learning.earlier_segments import segments_before

    if history is None or spec is None or subject.dataset.id_column is None:
        return None
    placed = place(history, subject.customers, subject.dataset.id_column)
    return segments_before(subject.customers, subject.dataset, subject.segments, placed, spec)


def _about_segments(summary: CampaignSummary, earlier: Earlier | None) -> tuple[Words, ...]:
    """The notes of ``summary``, with what is said of earlier segments said of ``earlier``."""
    from pipeline.campaigns.learning.held_out import about_segments, is_about_segments

    return tuple(
        about_segments(earlier) if summary.method == "time split" and is_about_segments(note) else note
        for note in summary.notes
    )


def _without(dataset: Dataset, then: Mapping[str, Labels]) -> tuple[str, ...]:
    """Outcome columns of campaigns before which nobody's segment is known."""
    return tuple(campaign.column for campaign in dataset.campaigns if campaign.column not in then)


def _plan(
    subject: SegmentedCustomers, history: pd.DataFrame | None, spec: HistorySpec | None, seed: int
) -> CampaignPlan:
    return plan_campaigns(subject, history=history, spec=spec, seed=seed)


def artifacts(plan: CampaignPlan) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """What a plan leaves in a run: tables and records by artifact name."""
    tables = {Artifacts.RESPONSES: plan.responses, Artifacts.TARGETS: plan.targets, Artifacts.HELD_OUT: plan.held_out}
    return tables, {Artifacts.CAMPAIGNS: plan.summary.model_dump_json()}


# ------------------------------------------------------------------ parts of the plan


def _prices(dataset: Dataset, cost: float | None, revenue: float | None) -> dict[str, tuple[float, float]]:
    """(cost, revenue) of each campaign: as given, else its own; campaigns without either are left out."""
    made = {
        campaign.column: (campaign.cost if cost is None else cost, campaign.revenue if revenue is None else revenue)
        for campaign in dataset.campaigns
    }
    return {name: (c, r) for name, (c, r) in made.items() if c is not None and r is not None}


def _latest_prices(dataset: Dataset, cost: float | None, revenue: float | None) -> tuple[float | None, float | None]:
    """What is given, else that of the latest campaign which has both."""
    priced = [campaign for campaign in dataset.campaigns if campaign.cost is not None and campaign.revenue]
    if not priced:
        return cost, revenue
    return priced[-1].cost if cost is None else cost, priced[-1].revenue if revenue is None else revenue


def _unpriced(subject: SegmentedCustomers, evidence: Evidence, kind: str, seed: int) -> CampaignSummary:
    """What is known of the next campaign of ``kind`` before its prices are."""
    campaigns = subject.dataset.campaigns
    latest = {campaign.kind: campaign for campaign in campaigns}
    label = next((campaign.label for campaign in campaigns if campaign.column == evidence.campaign), latest[kind].label)
    return CampaignSummary(
        method=evidence.method,
        about=about(evidence.method, label, kind),
        campaign=evidence.campaign,
        kind=kind,
        model=evidence.model,
        calibration=evidence.calibration,
        notes=evidence.notes,
        known_before=bool(evidence.then),
        not_known_before=_without(subject.dataset, evidence.then) if evidence.then else (),
        seed=seed,
        segments=tuple(segment_advice(card.segment, card.name) for card in subject.cards),
    )


def _no_plan(responses: pd.DataFrame, seed: int) -> CampaignPlan:
    summary = CampaignSummary(method="none", about=Message.of("no campaign"), notes=(_why_not(responses),), seed=seed)
    return CampaignPlan(summary, responses, empty_table("targets"), empty_table("held_out"))


def _why_not(responses: pd.DataFrame) -> Message:
    if not len(responses):
        return Message.of("The data hold no campaigns: there is nothing to learn a response from.")
    overall = responses[responses[Responses.SEGMENT] == Responses.EVERYBODY]
    most = int(overall[Responses.RESPONSES].max())
    return Message.of(
        "No campaign has {least} customers who responded and {least} who did not (the most answered one has {most} "
        "responses): too few to fit a model or to judge one.",
        least=Quantity(FEWEST),
        most=Quantity(most, ".0f"),
    )


def _best_kind(outlook: Mapping[str, Vector], cost: float | None, revenue: float | None) -> str:
    """The kind of campaign whose best list promises most."""

    def promise(kind: str) -> float:
        gain = outlook[kind] * (revenue or 1.0) - (cost or 0.0)
        return float(gain[gain > 0].sum())

    return max(sorted(outlook), key=promise)


def _targets(subject: SegmentedCustomers, evidence: Evidence, kind: str) -> pd.DataFrame:
    probability = evidence.outlook[kind]
    rank = np.empty(len(probability), dtype=np.int64)
    rank[np.argsort(-probability, kind="stable")] = np.arange(1, len(probability) + 1)
    zeros = np.zeros(len(probability), dtype=np.int64)
    others = evidence.outlook if len(evidence.outlook) > 1 else {}
    return pd.DataFrame(
        {
            Targets.KEY: subject.customers[Targets.KEY].to_numpy(np.int64),
            Targets.SEGMENT: subject.segments,
            Targets.RANK: rank,
            Targets.PROBABILITY: probability,
            Targets.EXPECTED: np.full(len(rank), np.nan),
            Targets.CONTACT: zeros,
            Targets.HOLD_OUT: zeros,
            Targets.REASONS: pd.Series(evidence.reasons[kind].words, dtype="str"),
            Targets.TERMS: pd.Series(evidence.reasons[kind].terms, dtype="str"),
            **{KIND_PREFIX + name: values for name, values in others.items()},
        }
    )
