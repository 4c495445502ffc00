"""A plan at a cost and a revenue: list, curve, expected profit and words, with nothing fitted again."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from pipeline.campaigns.evidence_words import corrected, why_nobody, worth
from pipeline.campaigns.plan_words import hold_out_advice, hold_out_size, segment_advice
from pipeline.campaigns.profit import (
    Word,
    advice,
    break_even,
    draw_holdout,
    expected_gain,
    expected_profit,
    judge,
    next_responses,
    profit_curve,
    share_kept,
    worth_contacting,
)
from pipeline.campaigns.response_rates import ALPHA, advise, associated
from pipeline.campaigns.strategies import evaluate
from pipeline.campaigns.target_list import in_numbers
from pipeline.contract import (
    CampaignPlan,
    CampaignSummary,
    CurvePoint,
    Dataset,
    HeldOut,
    Judgement,
    KindOutlook,
    Message,
    Responses,
    SegmentAdvice,
    Targets,
    WantedList,
)

UNPRICED = Message.of("Cost of a contact and revenue of a response are not known: give both to see what pays.")
KIND_PREFIX = "probability, "  # further columns of the targets: the probability for each kind of campaign


def at_prices(plan: CampaignPlan, dataset: Dataset, *, cost: float | None, revenue: float | None) -> CampaignPlan:
    """The same evidence at another cost and revenue: nothing is fitted again, so a slider may call it."""
    held_out = plan.held_out
    if plan.summary.method == "none":
        return plan
    notes = tuple(note for note in plan.summary.notes if note != UNPRICED)
    if cost is None or revenue is None:
        return replace(plan, summary=plan.summary.model_copy(update={"notes": (*notes, UNPRICED)}))
    outcome = held_out[HeldOut.OUTCOME].to_numpy(np.float64)
    customer = held_out[HeldOut.KEY].to_numpy(np.int64)
    predicted = held_out[HeldOut.PROBABILITY].to_numpy(np.float64)
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)
    wanted = worth_contacting(probability, cost, revenue)
    judged = judge(predicted, outcome, cost, revenue, customer, _belief(plan))
    before = expected_profit(probability[wanted], cost, revenue, judged.model_copy(update={"kept": 1.0}))
    contact = wanted if judged.bears else np.zeros_like(wanted)
    expected = expected_profit(probability[contact], cost, revenue, judged)
    size = hold_out_size(probability[contact], cost, revenue)
    held = draw_holdout(contact, size, plan.summary.seed)
    evaluation = evaluate(held_out, cost, revenue)
    curve = profit_curve(predicted, outcome, cost, revenue, customer)
    priced = (plan.responses[Responses.WORD] != "").any()  # each campaign by its own prices, when first planned
    first = plan.summary.cost is None and priced
    worded = first or (of_today(plan) and (cost, revenue) == (plan.summary.cost, plan.summary.revenue))
    responses = plan.responses if worded else _reworded(plan.responses, break_even(cost, revenue), plan.summary)
    summary = plan.summary.model_copy(
        update={
            "cost": cost,
            "revenue": revenue,
            "break_even": break_even(cost, revenue),
            "contacts": int(contact.sum()),
            "expected_profit": expected.value,
            "expected_low": expected.low,
            "expected_high": expected.high,
            "judged": judged,
            "before": WantedList(
                contacts=int(wanted.sum()), expected_profit=before.value, low=before.low, high=before.high
            ),
            "corrected": corrected(judged, before.value, dataset.currency),
            "nobody": why_nobody(judged, probability, break_even(cost, revenue), dataset.currency, evaluation),
            "notes": notes,
            "evaluation": evaluation,
            "worth": worth(evaluation, dataset.currency, proven=judged.bears),
            "curve": tuple(
                CurvePoint(contacts=int(n), profit=float(at), low=float(low), high=float(high))
                for n, at, low, high in zip(curve.contacts, curve.profit, curve.low, curve.high, strict=True)
            ),
            "hold_out": hold_out_advice(probability[contact], held[contact], cost, revenue, dataset.currency, judged),
            "kinds": _kinds(plan.targets, cost, revenue, judged),
        }
    )
    targets = plan.targets.assign(
        **{
            Targets.EXPECTED: expected_gain(probability, cost, revenue, judged),
            Targets.CONTACT: contact.astype(np.int64),
            Targets.HOLD_OUT: held.astype(np.int64),
        }
    )
    made = replace(plan, summary=summary, responses=responses, targets=targets)
    return replace(made, summary=summary.model_copy(update={"segments": _segments(made, dataset)}))


def of_today(plan: CampaignPlan) -> bool:
    """Whether its words and its list are what this version would say; version 0.1 asked less before it said "act"."""
    return plan.summary.method == "none" or plan.summary.cost is None or plan.summary.judged is not None


def promises_of_today(plan: CampaignPlan) -> bool:
    """Whether its list promises what this version would; see ``Judgement.kept``."""
    judged, cost, revenue = plan.summary.judged, plan.summary.cost, plan.summary.revenue
    if judged is None or cost is None or revenue is None:
        return of_today(plan)
    return judged.kept is not None and math.isclose(judged.kept, share_kept(judged, cost, revenue), abs_tol=1e-9)


def _belief(plan: CampaignPlan) -> float:
    return plan.summary.model.belief if plan.summary.model else 1.0


def _kinds(targets: pd.DataFrame, cost: float, revenue: float, judged: Judgement) -> tuple[KindOutlook, ...]:
    made = []
    for name in (str(column) for column in targets.columns if str(column).startswith(KIND_PREFIX)):
        probability = targets[name].to_numpy(np.float64)
        best = probability[worth_contacting(probability, cost, revenue) & judged.bears]
        money = expected_profit(best, cost, revenue, judged)
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


def _reworded(responses: pd.DataFrame, even: float, summary: CampaignSummary) -> pd.DataFrame:
    """The words of each campaign's segments against this break-even."""
    words = np.full(len(responses), "", dtype=object)
    everybody = responses[Responses.SEGMENT] == Responses.EVERYBODY
    for rows in responses.groupby([Responses.CAMPAIGN, everybody], sort=False).indices.values():
        part = responses.iloc[rows]
        n, answered = (part[name].to_numpy(np.float64) for name in (Responses.N, Responses.RESPONSES))
        first = part.iloc[0]
        before = summary.known_before and first[Responses.CAMPAIGN] not in summary.not_known_before
        circular = not before and first[Responses.SEGMENT] != Responses.EVERYBODY
        words[rows] = associated(n) if circular else advise(n, answered, even)
    return responses.assign(**{Responses.WORD: pd.Series(words, dtype="str", index=responses.index)})


def _segments(plan: CampaignPlan, dataset: Dataset) -> tuple[SegmentAdvice, ...]:
    """The list told in segments, each with the word for contacting the whole segment."""
    segment = plan.targets[Targets.SEGMENT].to_numpy(np.int64)
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)
    rates = _answered(plan.responses, plan.summary.campaign) if plan.summary.campaign else _expected(plan)
    even = plan.summary.break_even or 0.0
    made = []
    for former in plan.summary.segments:
        inside = segment == former.segment
        n, *measured = rates.get(former.segment, (0, 0.0, 0.0, 1.0))
        made.append(
            segment_advice(
                former.segment,
                former.name,
                in_numbers(plan, former.segment),
                mean_probability=float(probability[inside].mean()) if inside.any() else 0.0,
                word=_word(n, measured[1], measured[2], plan),
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
        int(row[0]): (int(row[1]), float(row[2]), float(row[3]), float(row[4]))
        for row in rows[names].itertuples(index=False)
    }


def _word(n: int, low: float, high: float, plan: CampaignPlan) -> Word:
    """Of one segment: what its probabilities promise where they were tested on later campaigns, else no advice."""
    if plan.summary.campaign:
        return associated(np.array([n]))[0]
    return advice(n, low, high, plan.summary.break_even or 0.0)


def _expected(plan: CampaignPlan) -> dict[int, tuple[int, float, float, float]]:
    """Segment -> customers, mean probability now, and the interval of the rate that one campaign would bring.

    Over time, observed rates of today's segments would be circular: segments know what followed the campaigns. The
    intervals hold for all segments at once (Bonferroni), since each gets a word from its own.
    """
    outcome = plan.held_out[HeldOut.OUTCOME].to_numpy(np.float64)
    predicted = plan.held_out[HeldOut.PROBABILITY].to_numpy(np.float64)
    judged = judge(predicted, outcome, 0.0, 1.0, plan.held_out[HeldOut.KEY].to_numpy(np.int64), _belief(plan))
    segment = plan.targets[Targets.SEGMENT].to_numpy(np.int64)
    probability = plan.targets[Targets.PROBABILITY].to_numpy(np.float64)
    sizes = np.bincount(segment)
    there = np.flatnonzero(sizes)
    sums, squares = (
        np.bincount(segment, weights=power)[there].astype(np.float64) for power in (probability, probability**2)
    )
    z = NormalDist().inv_cdf(1 - ALPHA / len(there))
    low, high = (side / sizes[there] for side in next_responses(sums, squares, judged, z))
    return {
        int(place): (int(n), float(total / n), float(lower), float(min(upper, 1.0)))
        for place, n, total, lower, upper in zip(there, sizes[there], sums, low, high, strict=True)
    }
