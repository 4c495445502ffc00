"""Whom to contact next: responses, a model judged on customers it has not seen, and a list with its expected profit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.campaigns.plan_words import about, hold_out_advice, hold_out_size, segment_advice, worth
from pipeline.campaigns.profit import (
    advice,
    break_even,
    draw_holdout,
    expected_profit,
    profit_curve,
    ratio_variance,
    worth_contacting,
)
from pipeline.campaigns.strategies import evaluate
from pipeline.campaigns.target_list import in_numbers
from pipeline.contract import (
    Artifacts,
    Assignments,
    CampaignPlan,
    CampaignSummary,
    CurvePoint,
    Dataset,
    HeldOut,
    KindOutlook,
    Message,
    Quantity,
    Responses,
    SegmentAdvice,
    Targets,
    empty_table,
)
from pipeline.processors import Helper, share
from pipeline.stages import Training
from pipeline.statistics import FEWEST, Vector

if TYPE_CHECKING:
    from pipeline.campaigns.evidence import Evidence, Subject
    from pipeline.spec import HistorySpec, Spec

UNPRICED = Message.of("Cost of a contact and revenue of a response are not known: give both to see what pays.")
KIND_PREFIX = "probability, "  # further columns of the targets: the probability for each kind of campaign


def plan_campaigns(
    subject: Subject,
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
    from pipeline.campaigns.evidence import gather

    dataset = subject.dataset
    responses = respond_by_segment(
        subject.customers, dataset, subject.segments, len(subject.cards), _prices(dataset, cost, revenue)
    )
    found = gather(subject, history, spec, seed) if len(responses) else None
    if found is None:
        summary = CampaignSummary(
            method="none", about=Message.of("no campaign"), notes=(_why_not(responses),), seed=seed
        )
        return CampaignPlan(summary, responses, empty_table("targets"), empty_table("held_out"))
    latest = {one.kind: one for one in dataset.campaigns}
    if cost is None or revenue is None:
        known = next((one for one in reversed(dataset.campaigns) if one.cost is not None and one.revenue), None)
        cost = known.cost if known and cost is None else cost
        revenue = known.revenue if known and revenue is None else revenue
    kind = _best_kind(found.outlook, cost, revenue)
    label = next((one.label for one in dataset.campaigns if one.column == found.campaign), latest[kind].label)
    summary = CampaignSummary(
        method=found.method,
        about=about(found.method, label, kind),
        campaign=found.campaign,
        kind=kind,
        model=found.model,
        calibration=found.calibration,
        notes=found.notes,
        seed=seed,
        segments=tuple(segment_advice(card.segment, card.name) for card in subject.cards),
    )
    return at_prices(
        CampaignPlan(summary, responses, _targets(subject, found, kind), found.held_out),
        dataset,
        cost=cost,
        revenue=revenue,
    )


def with_campaigns(
    training: Training, spec: Spec, history: pd.DataFrame | None = None, helper: Helper | None = None
) -> Training:
    """``training`` with the plan for the segments of each k; ``history`` comes from ``read_history``."""
    from pipeline.campaigns.evidence import Subject
    from pipeline.spec import outcome_derived

    ks, seed, leaky = training.described_ks(), int(training.params.get("seed", "0")), outcome_derived(spec)
    chosen = [training.candidate(k) for k in ks]
    tasks = [
        (
            Subject(
                training.customers,
                training.dataset,
                one.assignments[Assignments.SEGMENT].to_numpy(np.int64),
                one.cards,
                leaky,
            ),
            history,
            spec.history,
            seed,
        )
        for one in chosen
    ]
    return replace(training, plans=dict(zip(ks, share(_plan, tasks, helper), strict=True)))


def _plan(subject: Subject, history: pd.DataFrame | None, spec: HistorySpec | None, seed: int) -> CampaignPlan:
    return plan_campaigns(subject, history=history, spec=spec, seed=seed)


def artifacts(plan: CampaignPlan) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """What a plan leaves in a run: tables and records by artifact name."""
    tables = {Artifacts.RESPONSES: plan.responses, Artifacts.TARGETS: plan.targets, Artifacts.HELD_OUT: plan.held_out}
    return tables, {Artifacts.CAMPAIGNS: plan.summary.model_dump_json()}


def at_prices(plan: CampaignPlan, dataset: Dataset, *, cost: float | None, revenue: float | None) -> CampaignPlan:
    """The same evidence at another cost and revenue: nothing is fitted again, so a slider may call it."""
    held_out = plan.held_out
    if plan.summary.method == "none":
        return plan
    notes = tuple(one for one in plan.summary.notes if one != UNPRICED)
    if cost is None or revenue is None:
        return replace(plan, summary=plan.summary.model_copy(update={"notes": (*notes, UNPRICED)}))
    outcome = held_out[HeldOut.OUTCOME].to_numpy(np.float64)
    customer = held_out[HeldOut.KEY].to_numpy(np.int64)
    predicted = held_out[HeldOut.PROBABILITY].to_numpy(np.float64)
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)
    contact = worth_contacting(probability, cost, revenue)
    chosen = worth_contacting(predicted, cost, revenue)
    doubt = ratio_variance(predicted[chosen], outcome[chosen], customer[chosen])
    expected = expected_profit(probability[contact], cost, revenue, doubt)
    size = hold_out_size(probability[contact], cost, revenue)
    held = draw_holdout(contact, size, plan.summary.seed)
    evaluation = evaluate(held_out, cost, revenue)
    curve = profit_curve(predicted, outcome, cost, revenue, customer)
    priced = (plan.responses[Responses.WORD] != "").any()  # each campaign by its own prices, when first planned
    responses = plan.responses if plan.summary.cost is None and priced else _reworded(plan.responses, cost, revenue)
    summary = plan.summary.model_copy(
        update={
            "cost": cost,
            "revenue": revenue,
            "break_even": break_even(cost, revenue),
            "contacts": int(contact.sum()),
            "expected_profit": expected.value,
            "expected_low": expected.low,
            "expected_high": expected.high,
            "level_variance": doubt,
            "notes": notes,
            "evaluation": evaluation,
            "worth": worth(evaluation, dataset.currency),
            "curve": tuple(
                CurvePoint(contacts=int(n), profit=float(at), low=float(low), high=float(high))
                for n, at, low, high in zip(curve.contacts, curve.profit, curve.low, curve.high, strict=True)
            ),
            "hold_out": hold_out_advice(probability[contact], held[contact], cost, revenue, dataset.currency),
            "kinds": _kinds(plan.targets, cost, revenue, doubt),
        }
    )
    targets = plan.targets.assign(
        **{
            Targets.EXPECTED: probability * revenue - cost,
            Targets.CONTACT: contact.astype(np.int64),
            Targets.HOLD_OUT: held.astype(np.int64),
        }
    )
    made = replace(plan, summary=summary, responses=responses, targets=targets)
    return replace(made, summary=summary.model_copy(update={"segments": _segments(made, dataset)}))


# ------------------------------------------------------------------ parts of the plan


def _prices(dataset: Dataset, cost: float | None, revenue: float | None) -> dict[str, tuple[float, float]]:
    """(cost, revenue) of each campaign: as given, else its own; campaigns without either are left out."""
    made = {
        one.column: (one.cost if cost is None else cost, one.revenue if revenue is None else revenue)
        for one in dataset.campaigns
    }
    return {name: (c, r) for name, (c, r) in made.items() if c is not None and r is not None}


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


def _targets(subject: Subject, found: Evidence, kind: str) -> pd.DataFrame:
    probability = found.outlook[kind]
    rank = np.empty(len(probability), dtype=np.int64)
    rank[np.argsort(-probability, kind="stable")] = np.arange(1, len(probability) + 1)
    zeros = np.zeros(len(probability), dtype=np.int64)
    others = found.outlook if len(found.outlook) > 1 else {}
    return pd.DataFrame(
        {
            Targets.KEY: subject.customers[Targets.KEY].to_numpy(np.int64),
            Targets.SEGMENT: subject.segments,
            Targets.RANK: rank,
            Targets.PROBABILITY: probability,
            Targets.EXPECTED: np.full(len(rank), np.nan),
            Targets.CONTACT: zeros,
            Targets.HOLD_OUT: zeros,
            Targets.REASONS: pd.Series(found.reasons[kind].words, dtype="str"),
            Targets.TERMS: pd.Series(found.reasons[kind].terms, dtype="str"),
            **{KIND_PREFIX + one: values for one, values in others.items()},
        }
    )


def _kinds(targets: pd.DataFrame, cost: float, revenue: float, doubt: float) -> tuple[KindOutlook, ...]:
    made = []
    for name in (str(one) for one in targets.columns if str(one).startswith(KIND_PREFIX)):
        probability = targets[name].to_numpy(np.float64)
        best = probability[worth_contacting(probability, cost, revenue)]
        money = expected_profit(best, cost, revenue, doubt)
        made.append(
            KindOutlook(
                kind=name.removeprefix(KIND_PREFIX),
                contacts=len(best),
                expected_profit=money.value,
                low=money.low,
                high=money.high,
            )
        )
    return tuple(made)


def _reworded(responses: pd.DataFrame, cost: float, revenue: float) -> pd.DataFrame:
    """The four words against this break-even."""
    even = break_even(cost, revenue)
    words = [
        advice(int(n), low, high, even)
        for n, low, high in zip(
            responses[Responses.N], responses[Responses.LOW], responses[Responses.HIGH], strict=True
        )
    ]
    return responses.assign(**{Responses.WORD: pd.Series(words, dtype="str", index=responses.index)})


def _segments(plan: CampaignPlan, dataset: Dataset) -> tuple[SegmentAdvice, ...]:
    """The list told in segments, each with the word for contacting the whole segment."""
    segment = plan.targets[Targets.SEGMENT].to_numpy(np.int64)
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)
    rates = _answered(plan.responses, plan.summary.campaign) if plan.summary.campaign else _expected(plan)
    even = plan.summary.break_even or 0.0
    made = []
    for one in plan.summary.segments:
        inside = segment == one.segment
        n, *measured = rates.get(one.segment, (0, 0.0, 0.0, 1.0))
        made.append(
            segment_advice(
                one.segment,
                one.name,
                in_numbers(plan, one.segment),
                mean_probability=float(probability[inside].mean()) if inside.any() else 0.0,
                word=advice(n, measured[1], measured[2], even),
                rates=(measured[0], measured[1], measured[2]),
                even=even,
                revenue=plan.summary.revenue or 0.0,
                currency=dataset.currency,
                ahead=not plan.summary.campaign,
            )
        )
    return tuple(made)


def _answered(responses: pd.DataFrame, campaign: str) -> dict[int, tuple[int, float, float, float]]:
    """Segment -> contacted, observed rate and its Wilson interval in one campaign."""
    rows = responses[(responses[Responses.CAMPAIGN] == campaign) & (responses[Responses.SEGMENT] >= 0)]
    names = [Responses.SEGMENT, Responses.N, Responses.RATE, Responses.LOW, Responses.HIGH]
    return {
        int(one[0]): (int(one[1]), float(one[2]), float(one[3]), float(one[4]))
        for one in rows[names].itertuples(index=False)
    }


def _expected(plan: CampaignPlan) -> dict[int, tuple[int, float, float, float]]:
    """Segment -> customers, mean probability now, and the interval of the rate that one campaign would bring.

    Over time, observed rates of today's segments would be circular: segments know what followed the campaigns.
    """
    outcome = plan.held_out[HeldOut.OUTCOME].to_numpy(np.float64)
    predicted = plan.held_out[HeldOut.PROBABILITY].to_numpy(np.float64)
    doubt = ratio_variance(predicted, outcome, plan.held_out[HeldOut.KEY].to_numpy(np.int64))
    segment = plan.targets[Targets.SEGMENT].to_numpy(np.int64)
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)
    made = {}
    for one in np.unique(segment).tolist():
        mine = probability[segment == one]
        rate = expected_profit(mine, 0.0, 1.0 / len(mine), doubt)
        made[one] = (len(mine), rate.value, max(rate.low, 0.0), min(rate.high, 1.0))
    return made
