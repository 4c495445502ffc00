"""What the response model and its rivals predicted for contacts they had not seen, and for whom it is used next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.cross_fitting import folds
from pipeline.campaigns.learning.earlier_segments import Earlier, columns_at, segments_before
from pipeline.campaigns.learning.history import TEST, place
from pipeline.campaigns.learning.offers import (
    Offers,
    enough,
    known_of_customers,
    last_campaign,
    next_offers,
    offers_of_last,
    offers_over_time,
)
from pipeline.campaigns.learning.response_model import Reasons, calibrate, explain, learn, predict
from pipeline.campaigns.learning.rivals import predict_by_cells, rfm_cells, segments_then, with_past
from pipeline.campaigns.profit import Mask
from pipeline.contract import (
    Calibration,
    Dataset,
    Day,
    HeldOut,
    Labels,
    Message,
    Method,
    Quantity,
    ResponseModel,
    SegmentCard,
    percent,
)
from pipeline.processors import one_thread
from pipeline.statistics import Vector

if TYPE_CHECKING:
    from pipeline.spec import HistorySpec


@dataclass(frozen=True)
class Evidence:
    """A fitted model, what it and simple rules predicted unseen, and its view of every customer now."""

    method: Method
    model: ResponseModel
    calibration: Calibration
    held_out: pd.DataFrame
    outlook: Mapping[str, Vector]  # kind of the next campaign -> probability of every customer
    reasons: Mapping[str, Reasons]
    campaign: str = ""  # the outcome column that the model predicts, where it is one
    notes: tuple[str, ...] = ()
    then: Mapping[str, Labels] = field(default_factory=dict)  # outcome column -> segments of before the campaign


@dataclass(frozen=True)
class SegmentedCustomers:
    """The customers with their segments."""

    customers: pd.DataFrame
    dataset: Dataset
    segments: Labels
    cards: Sequence[SegmentCard]
    leaky: frozenset[str] = frozenset()  # columns computed from an outcome; see ``spec_checks.outcome_derived``


def gather(
    subject: SegmentedCustomers, history: pd.DataFrame | None, spec: HistorySpec | None, seed: int
) -> Evidence | None:
    """Over time where the history of each campaign is known, else of the last campaign; None where neither can be."""
    with one_thread():  # small systems: threads waiting for each other cost ten times as much
        if history is not None and spec is not None and subject.dataset.id_column is not None:
            placed = place(history, subject.customers, subject.dataset.id_column)
            evidence = _over_time(subject, placed, spec, seed)
            if evidence is not None:
                return evidence
        return _of_last(subject, seed)


# ------------------------------------------------------------------ one table: the last campaign, cross-fitted


def _of_last(subject: SegmentedCustomers, seed: int) -> Evidence | None:
    campaign = last_campaign(subject.customers, subject.dataset)
    if campaign is None:
        return None
    parts = (subject.customers, subject.dataset, subject.segments, subject.cards, campaign, subject.leaky)
    offers = offers_of_last(*parts)
    learned = learn(offers.known, offers.columns, offers.outcome, seed, name=campaign.column)
    probability, model = learned.probability, learned.model
    everyone, _ = known_of_customers(*parts)
    now = predict(model, everyone)
    now[offers.customer] = probability  # of a model that has not seen the customer's own answer
    notes = [
        Message.of("Each probability comes from models that have not seen the customer's own answer to this campaign.")
    ]
    as_of = subject.dataset.as_of
    if campaign.start is not None and as_of is not None and as_of > campaign.start:
        notes.append(
            Message.of(
                "Behaviour is known as of {as_of}, after the campaign began on {start}: the evaluation may be too "
                "kind. A [history] query in the spec mends that.",
                as_of=Day(as_of),
                start=Day(campaign.start),
            )
        )
    return Evidence(
        "cross-fitted",
        model,
        calibrate(probability, offers.outcome),
        _held_out(offers, probability, _cross_rivals(offers, seed)),
        {campaign.kind: now},
        {campaign.kind: explain(model, everyone)},
        campaign.column,
        tuple(notes),
    )


def _cross_rivals(offers: Offers, seed: int) -> dict[str, Vector]:
    fold = folds(len(offers.outcome), seed)
    made: dict[str, Vector] = {}
    for held_fold in range(int(fold.max()) + 1):
        train, test = fold != held_fold, fold == held_fold
        for name, values in _rivals(offers, offers.segment, train, test).items():
            made.setdefault(name, np.full(len(fold), np.nan))[test] = values
    return made


# ------------------------------------------------------------------ campaigns over time


def _over_time(
    subject: SegmentedCustomers, history: Mapping[str, pd.DataFrame], spec: HistorySpec, seed: int
) -> Evidence | None:
    customers, dataset = subject.customers, subject.dataset
    offers = offers_over_time(customers, dataset, subject.segments, history, spec)
    ahead = next_offers(customers, dataset, history, spec)
    if offers is None or offers.test is None or not ahead:
        return None
    test, train = offers.test, ~offers.test
    if not (enough(offers.outcome[test]) and enough(offers.outcome[train])):
        return None
    earlier, later = offers.where(train), offers.where(test)
    before = learn(earlier.known, offers.columns, earlier.outcome, seed, customer=earlier.customer)
    probability = predict(before.model, later.known)
    then = _segments_at_test(subject, history, spec, later, seed)[offers.customer]
    model = learn(offers.known, offers.columns, offers.outcome, seed, customer=offers.customer).model
    rivals = _rivals(offers, then, train, test)
    note = Message.of(
        "Fitted on {contacts} contacts of {campaigns} campaigns, tested on {tested} contacts of {later} later ones. "
        "In the comparison, segments and cells are made of what was known when the tests began.",
        contacts=Quantity(int(train.sum())),
        campaigns=Quantity(len(set(earlier.campaign))),
        tested=Quantity(int(test.sum())),
        later=Quantity(len(set(later.campaign))),
    )
    earlier_segments = segments_before(customers, dataset, subject.segments, history, spec)
    return Evidence(
        "time split",
        model,
        calibrate(probability, later.outcome),
        _held_out(later, probability, rivals),
        {kind: predict(model, known) for kind, known in ahead.items()},
        {kind: explain(model, known) for kind, known in ahead.items()},
        notes=(note, about_segments(earlier_segments)),
        then=earlier_segments.segments if earlier_segments else {},
    )


_TODAY = (
    "Responses by segment describe past campaigns in today's segments, which know what people bought, and which "
    "coupons they used, since then: they tell who answered, not who will."
)
_THEN = (
    "Responses by segment describe past campaigns in segments by what was known when each began. The rule behind them, "
    "given what is known today, puts {share} of the customers into their own segment."
)


def about_segments(earlier: Earlier | None) -> Message:
    """What the segments knew by which past campaigns are told."""
    return Message.of(_THEN, share=percent(earlier.agreement)) if earlier else Message.of(_TODAY)


def is_about_segments(note: str) -> bool:
    """Whether ``note`` is what ``about_segments`` says."""
    return isinstance(note, Message) and note.id in (_TODAY, _THEN)


def _segments_at_test(
    subject: SegmentedCustomers, history: Mapping[str, pd.DataFrame], spec: HistorySpec, later: Offers, seed: int
) -> Labels:
    """Segments made of what was known when the tests began; whoever was unknown then is a group of its own."""
    moment = TEST if TEST in history else str(later.campaign[0])
    columns = columns_at(subject.customers, subject.dataset, history, spec, moment)
    k = len(subject.cards)
    labels = np.full(len(subject.customers), k, dtype=np.int64)
    known = history[moment].sort_index()
    labels[known.index.to_numpy()] = segments_then(known, columns, k, seed)
    return labels


# ------------------------------------------------------------------ both


def _rivals(offers: Offers, segments: Labels, train: Mask, test: Mask) -> dict[str, Vector]:
    cells = {
        HeldOut.BY_SEGMENT: segments,
        HeldOut.BY_RFM: rfm_cells(offers, train),
        HeldOut.BY_SEGMENT_AND_PAST: with_past(offers, segments),
    }
    return {
        name: predict_by_cells(cell, offers.outcome, train, test) for name, cell in cells.items() if cell is not None
    }


def _held_out(offers: Offers, probability: Vector, rivals: Mapping[str, Vector]) -> pd.DataFrame:
    unknown = np.full(len(probability), np.nan)
    names = (HeldOut.BY_SEGMENT, HeldOut.BY_RFM, HeldOut.BY_SEGMENT_AND_PAST)
    return pd.DataFrame(
        {
            HeldOut.KEY: offers.customer,
            HeldOut.CAMPAIGN: pd.Series(offers.campaign, dtype="str"),
            HeldOut.SEGMENT: offers.segment,
            HeldOut.OUTCOME: offers.outcome.astype(np.int64),
            HeldOut.PROBABILITY: probability,
            **{name: rivals.get(name, unknown) for name in names},
        }
    )
