"""How likely new customers are to respond, by the logistic terms stored with the run: nothing is fitted or loaded.

What may be known of a customer is taken by the same functions as in training, so an outcome in the new data reaches a
probability only as training let it: as an answer to a campaign before the one predicted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.campaigns import KIND, PAST, RECEIVED, SEGMENT, known_of_customers, next_offers, place, predict
from pipeline.contract import (
    CATEGORY_KINDS,
    CampaignSummary,
    Cased,
    Joined,
    Labels,
    Message,
    ResponseModel,
    Scores,
    Segmentation,
    Term,
    own,
    plain_quantity,
)
from pipeline.scoring.drift import counted_customers
from pipeline.spec import Spec, outcome_derived
from pipeline.statistics import Vector


@dataclass(frozen=True)
class Outlook:
    """Probability columns by name, and what is to be said about them."""

    columns: Mapping[str, Vector] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def response_outlook(
    customers: pd.DataFrame, labels: Labels, segmentation: Segmentation, spec: Spec, history: pd.DataFrame | None
) -> Outlook:
    """Probability of a response of cleaned new customers placed in segments ``labels`` (from 0).

    One column for the outcome that the run's model was fitted on; where it was fitted over many campaigns, one for each
    kind of campaign, and ``history`` of the new customers is needed. Without a model: no columns, and the reason.
    """
    plan = segmentation.campaigns
    if plan is None:
        return Outlook(
            notes=(
                Message.of(
                    "no response probabilities: run {run} holds no response model, since it is not the one that its "
                    "sweep recommended",
                    run=segmentation.run_id[:8],
                ),
            )
        )
    if plan.summary.model is None:
        why = Joined(tuple(map(own, plan.summary.notes)), " ")
        reason = why if plan.summary.notes else Message.of("the run holds no response model")
        return Outlook(notes=(Message.of("no response probabilities: {reason}", reason=Cased("lower", reason)),))
    if plan.summary.campaign:
        return _of_campaign(customers, labels, segmentation, spec, plan.summary, plan.summary.model)
    return _of_kinds(customers, segmentation, spec, plan.summary.model, history)


def _of_campaign(
    customers: pd.DataFrame,
    labels: Labels,
    segmentation: Segmentation,
    spec: Spec,
    summary: CampaignSummary,
    model: ResponseModel,
) -> Outlook:
    campaign = next(campaign for campaign in segmentation.dataset.campaigns if campaign.column == summary.campaign)
    seen = _only_seen(customers, segmentation)
    known, _ = known_of_customers(
        seen, segmentation.dataset, labels, segmentation.cards, campaign, outcome_derived(spec)
    )
    return Outlook(
        {Scores.PROBABILITY + campaign.column: predict(model, known)}, _stand_ins(model, known, segmentation)
    )


def _of_kinds(
    customers: pd.DataFrame, segmentation: Segmentation, spec: Spec, model: ResponseModel, history: pd.DataFrame | None
) -> Outlook:
    """By kind of the next campaign; the model counts on what was bought before it, which one table does not tell."""
    if history is None or spec.history is None:
        return Outlook(
            notes=(
                Message.of(
                    "no response probabilities: they need the history of purchases and campaigns; give --data the "
                    "folder with the tables {tables}",
                    tables=Joined(tuple(spec.source.tables)),
                ),
            )
        )
    id_column = spec.id.column
    then = place(history, customers, id_column)
    offers = next_offers(_only_seen(customers, segmentation), segmentation.dataset, then, spec.history)
    columns = {Scores.PROBABILITY + (kind or "campaign"): predict(model, known) for kind, known in offers.items()}
    notes = dict.fromkeys(note for known in offers.values() for note in _stand_ins(model, known, segmentation))
    return Outlook(columns, tuple(notes))


def _only_seen(customers: pd.DataFrame, segmentation: Segmentation) -> pd.DataFrame:
    """``customers`` with categories that training never saw made unknown, as ``drift`` says of them."""
    made = {}
    for column in segmentation.dataset.columns:
        if column.kind in CATEGORY_KINDS and column.name in customers and column.name in segmentation.customers:
            seen = segmentation.categories(column.name)
            values = customers[column.name]
            made[column.name] = values.where(values.isna() | values.astype("str").isin(seen))
    return customers.assign(**made)


def _stand_ins(model: ResponseModel, known: pd.DataFrame, segmentation: Segmentation) -> tuple[str, ...]:
    """What stands in for missing values; ``drift`` tells of the columns that are clustered on."""
    told = {SEGMENT, KIND, *segmentation.transform.names}
    terms: dict[str, list[Term]] = {}
    for term in model.terms:
        if term.column not in told:
            terms.setdefault(term.column, []).append(term)
    return tuple(note for name, of_column in terms.items() if (note := _stand_in(name, of_column, known)))


def _stand_in(name: str, terms: list[Term], known: pd.DataFrame) -> str:
    missing = _missing(name, known)
    if not missing:
        return ""
    return Message.of(
        "{label}: missing for {customers}; in the response probability {what}, as in training",
        label=own(terms[0].label),
        customers=counted_customers(missing),
        what=_instead(name, terms),
    )


def _instead(name: str, terms: list[Term]) -> Message:
    if name == PAST:
        return Message.of("everybody's rate stands in")
    if any(term.unknown for term in terms):
        return Message.of("counts as not known")
    filled = next((term.fill for term in terms if term.category is None), None)
    if filled is None:
        return Message.of("counts with the rest")
    return Message.of("{value} stands in", value=plain_quantity(filled))


def _missing(name: str, known: pd.DataFrame) -> int:
    if name == PAST:
        return int((known[RECEIVED] == 0).sum()) if RECEIVED in known else len(known)
    return int(known[name].isna().sum()) if name in known else len(known)
