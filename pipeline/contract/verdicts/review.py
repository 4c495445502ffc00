"""A sweep's decision held against the board of variations beside it, and a run's line against its own figures.

What is said of a run is never more than what stands beside it bears out. Read from what every version has stored, so
that runs of earlier versions are told of in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pipeline.contract.messages import Message, Quantity
from pipeline.contract.record_types import CandidateRecord, Decision, RunSummary, SegmentCard, Verdict
from pipeline.contract.runs import Segmentation
from pipeline.contract.tables import Sensitivity
from pipeline.contract.verdicts.support import all_alike, own_verdict, verdict_at, weaker

NONE_LEADS_HERE = "None of {all} other ways of preparing the data leads to {k} segments too."
FEW_LEAD_HERE = "Only {n} of {all} other ways of preparing the data leads to {k} segments too."
TOLD_OF_OTHER_WAYS = (NONE_LEADS_HERE, FEW_LEAD_HERE)


def reviewed(
    decision: Decision,
    candidates: Sequence[CandidateRecord],
    sensitivity: pd.DataFrame,
    customers: pd.DataFrame,
    orders: str | None,
) -> Decision:
    """The decision held against the board: a verdict that is not borne out is taken back, and what speaks against it
    is told. ``orders`` names the column of each customer's orders, where there is one. Applied twice it is the same.
    """  # fmt: skip
    doubts = _doubts(decision, candidates, sensitivity) if decision.verdict != "none" else []
    if decision.verdict != "none" and orders is not None and orders in customers and customers[orders].median() <= 1:
        doubts.append(
            Message.of("Half of the customers have ordered only once, so how often they buy tells little of them.")
        )
    verdict = verdict_at(decision.k, decision, candidates)
    if doubts:
        verdict = weaker(verdict, "weak")
    new = tuple(doubt for doubt in doubts if doubt not in decision.disagreements)
    reason = decision.reason if verdict == "strong" else toned_down(decision.reason)
    changes = {"verdict": verdict, "reason": reason, "disagreements": (*decision.disagreements, *new)}
    return decision.model_copy(update=changes)


def capped(cards: Sequence[SegmentCard], verdict: Verdict) -> tuple[SegmentCard, ...]:
    """The cards, none of them solid unless ``verdict``, after its review, is strong. Applied twice it is the same."""
    if verdict == "strong":
        return tuple(cards)
    return tuple(
        card.model_copy(
            update={
                "trust": "usable",
                "trust_reason": Message.of(
                    "{reason} But the data do not clearly support these segments as a whole, so it counts as usable "
                    "at most.",
                    reason=card.trust_reason,
                ),
            }
        )
        if card.trust == "solid"
        else card
        for card in cards
    )


def reviewed_run(segmentation: Segmentation) -> Segmentation:
    """A stored run, of whichever version, with its decision held against the board likewise, and its grades to it."""
    orders = segmentation.dataset.meaning("orders")
    decision = reviewed(
        segmentation.decision,
        segmentation.candidates,
        segmentation.sensitivity,
        _told_of(segmentation, orders.name) if orders else segmentation.customers,
        orders.name if orders else None,
    )
    return replace(segmentation, decision=decision, cards=capped(segmentation.cards, decision.verdict))


def _told_of(segmentation: Segmentation, column: str) -> pd.DataFrame:
    """Customers with the median of all of them in one column: these, or one who has it where not all are here."""
    everybody = segmentation.everybody
    if everybody is None or everybody.population is None:
        return segmentation.customers
    spread = everybody.population.spreads.get(column)
    return pd.DataFrame({column: [spread.middle]} if spread else {})


def reviewed_summary(
    run: RunSummary, null: float | None, same_k: float | None, *, by_person: bool, supported_k: float | None = None
) -> RunSummary:
    """A line of a list of runs, by its own figures and the share ``same_k`` of variations that lead to its k.

    ``supported_k``: the largest number of segments that its data support, where one is.
    """
    last, first = (run.params.get(end) == str(run.k) for end in ("k_max", "k_min"))
    ends = (last and not all_alike(run.inertia)) or (first and run.k > 2)
    verdict = run.verdict
    if not run.recommended or by_person:
        of_another_k = by_person and supported_k is not None  # the sweep's verdict is on the k that the person chose
        verdict = weaker("weak" if of_another_k else verdict, own_verdict(run.stability, run.silhouette, null))
    elif ends or (same_k is not None and same_k < 0.5):
        verdict = weaker(verdict, "weak")
    if run.k > (supported_k or run.k):
        verdict = "none"
    return run.model_copy(update={"verdict": verdict})


def toned_down(reason: str) -> str:
    """A reason without the word that only a strong verdict bears out."""
    said, instead = "the data clearly support", "the data weakly support"
    if not isinstance(reason, Message):
        return reason.replace(said, instead)
    values = {name: toned_down(value) if isinstance(value, Message) else value for name, value in reason.values.items()}
    return Message.of(reason.id.replace(said, instead), **values)


def persons_reason(decision: Decision) -> str:
    """Why a person chose this k, as they wrote it; empty where the rule chose or the run does not keep it apart."""
    reason = decision.reason
    if decision.chosen_by == "rule" or not isinstance(reason, Message):
        return ""
    return str(reason.values.get("reason", ""))


def _doubts(decision: Decision, candidates: Sequence[CandidateRecord], sensitivity: pd.DataFrame) -> list[Message]:
    doubts, k, tried = [], decision.k, [candidate.k for candidate in candidates]
    alike = any(candidate.k == k and all_alike(candidate.inertia) for candidate in candidates)
    same = int((sensitivity[Sensitivity.K] == k).sum())  # as the board counts them, another seed among them
    if len(sensitivity) and not same:
        doubts.append(Message.of(NONE_LEADS_HERE, all=Quantity(len(sensitivity)), k=Quantity(k)))
    elif 2 * same < len(sensitivity):
        doubts.append(
            Message.counted(
                FEW_LEAD_HERE,
                "Only {n} of {all} other ways of preparing the data lead to {k} segments too.",
                same,
                all=Quantity(len(sensitivity)),
                k=Quantity(k),
            )
        )
    seeds = sensitivity[sensitivity[Sensitivity.ASPECT] == "seed"]
    other = next((int(seed_k) for seed_k in seeds[Sensitivity.K] if int(seed_k) != k), None)
    if other is not None:
        doubts.append(Message.of("With another seed the rule comes to {other} segments.", other=Quantity(other)))
    if tried and k == max(tried) and not alike:
        doubts.append(
            Message.of(
                "{k} is the largest number of segments that was tried, so more than that may fit as well.",
                k=Quantity(k),
            )
        )
    elif tried and k == min(tried) > 2:
        doubts.append(
            Message.of(
                "{k} is the smallest number of segments that was tried, so fewer than that may fit as well.",
                k=Quantity(k),
            )
        )
    return doubts
