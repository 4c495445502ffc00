"""Who was contacted when, what was known of them by then, and what they did: the rows a response model learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.history import by_start, latest_by_kind, next_moment
from pipeline.campaigns.profit import Keys, Mask
from pipeline.contract import SEGMENT_OF_MODEL, Campaign, Column, Customers, Dataset, Labels, Message, SegmentCard
from pipeline.statistics import FEWEST, Vector

if TYPE_CHECKING:
    from pipeline.spec import HistorySpec

SEGMENT, KIND, PAST = SEGMENT_OF_MODEL, "(kind)", "(past)"
RECEIVED, RESPONDED = "(received)", "(responded)"
LEAST_TEST = 1 / 3  # share of the responses that the tested campaigns hold, where the spec names no day
_KINDS = ("number", "integer", "flag", "category", "ordered")


@dataclass(frozen=True)
class Offers:
    """One row a (customer, campaign). ``known`` holds what was known before, in original units."""

    customer: Keys
    campaign: np.ndarray  # outcome column of the campaign, text
    outcome: Vector  # 0 or 1
    known: pd.DataFrame
    columns: tuple[Column, ...]  # what the columns of ``known`` mean
    segment: Labels
    test: Mask | None = None  # rows of the later campaigns, where time parts them; None: cross-fit

    def where(self, chosen: Mask) -> Offers:
        """The rows chosen."""
        return replace(
            self,
            customer=self.customer[chosen],
            campaign=self.campaign[chosen],
            outcome=self.outcome[chosen],
            known=self.known[chosen].reset_index(drop=True),
            segment=self.segment[chosen],
            test=None if self.test is None else self.test[chosen],
        )


def enough(outcome: Vector) -> bool:
    """At least 30 who responded and 30 who did not."""
    responses = float(np.nansum(outcome))
    return responses >= FEWEST and float(np.sum(~np.isnan(outcome))) - responses >= FEWEST


# ------------------------------------------------------------------ one table, the last campaign


def last_campaign(customers: pd.DataFrame, dataset: Dataset) -> Campaign | None:
    """The latest campaign (by start, else by the spec's order) with enough responses to learn from."""
    ordered = by_start(dataset.campaigns)
    ordered = ordered if len(ordered) == len(dataset.campaigns) else list(dataset.campaigns)
    fit = [
        campaign for campaign in ordered if campaign.column in customers and enough(_values(customers, campaign.column))
    ]
    return fit[-1] if fit else None


def offers_of_last(
    customers: pd.DataFrame,
    dataset: Dataset,
    segments: Labels,
    cards: Sequence[SegmentCard],
    campaign: Campaign,
    leaky: frozenset[str],
) -> Offers:
    """Everyone contacted by ``campaign``: behaviour, segment, passive columns and answers to campaigns before it.

    ``leaky`` names columns that are computed from an outcome: they, the outcome itself and the outcomes of later
    campaigns never become features.
    """
    everyone, columns = known_of_customers(customers, dataset, segments, cards, campaign, leaky)
    outcome = _values(customers, campaign.column)
    contacted = ~np.isnan(outcome)
    every = Offers(
        Customers.keys(customers).to_numpy(np.int64),
        np.full(len(customers), campaign.column),
        outcome,
        everyone,
        columns,
        segments,
    )
    return every.where(contacted)


def known_of_customers(
    customers: pd.DataFrame,
    dataset: Dataset,
    segments: Labels,
    cards: Sequence[SegmentCard],
    campaign: Campaign,
    leaky: frozenset[str],
) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """What may be known of each customer before ``campaign``, and what the columns mean."""
    chosen = [
        column
        for column in dataset.columns
        if column.name in customers
        and column.name not in leaky
        and column.kind in _KINDS
        and (column.role == "active" or (column.role == "passive" and column.group is None))
    ]
    known = {column.name: customers[column.name] for column in chosen}
    names = {card.segment: card.name for card in cards}
    known[SEGMENT] = pd.Series(
        [names.get(int(segment), str(segment)) for segment in segments], index=customers.index, dtype=object
    )
    before = [_values(customers, outcome) for outcome in earlier_outcomes(dataset, campaign) if outcome in customers]
    columns = [*chosen, Column(name=SEGMENT, role="passive", kind="category", label=Message.of("Segment"))]
    if before:
        answers = np.array(before)
        known[RECEIVED] = pd.Series((~np.isnan(answers)).sum(axis=0).astype(float), index=customers.index)
        known[RESPONDED] = pd.Series(np.nansum(answers, axis=0), index=customers.index)
        columns.append(past_column())
    return pd.DataFrame(known), tuple(columns)


def earlier_outcomes(dataset: Dataset, campaign: Campaign) -> list[str]:
    """Outcome columns of the campaigns before ``campaign``: by start where all have one, else by the spec's order."""
    ordered = by_start(dataset.campaigns)
    if len(ordered) != len(dataset.campaigns):
        ordered = list(dataset.campaigns)
        return [earlier.column for earlier in ordered[: ordered.index(campaign)]]
    return [
        earlier.column for earlier in ordered if earlier.start and campaign.start and earlier.start < campaign.start
    ]


def past_column() -> Column:
    """The shrunken rate of answers to earlier campaigns, which the model makes of the two counts."""
    return Column(
        name=PAST,
        role="passive",
        kind="number",
        label=Message.of("Answers to earlier campaigns"),
        high=Message.of("answered earlier campaigns"),
        low=Message.of("did not answer earlier campaigns"),
    )


def _values(customers: pd.DataFrame, column: str) -> Vector:
    return customers[column].to_numpy(dtype=np.float64, na_value=np.nan)


# ------------------------------------------------------------------ campaigns over time


def offers_over_time(
    customers: pd.DataFrame, dataset: Dataset, segments: Labels, history: Mapping[str, pd.DataFrame], spec: HistorySpec
) -> Offers | None:
    """Every contact of every dated campaign with what was known at its start; None where there is none.

    ``history`` comes from ``history.place``.

    Campaigns that began before anything at all is recorded are left out: nothing could be known.
    """
    parts = []
    for campaign in by_start(dataset.campaigns):
        if campaign.column not in customers or campaign.column not in history:
            continue
        outcome = _values(customers, campaign.column)
        rows = np.flatnonzero(~np.isnan(outcome))
        known = known_at(customers, dataset, history[campaign.column], spec, campaign.kind, rows)
        parts.append((rows, np.full(len(rows), campaign.column), outcome[rows], known))
    if not parts:
        return None
    rows = np.concatenate([part[0] for part in parts])
    campaigns = np.concatenate([part[1] for part in parts])
    return Offers(
        Customers.keys(customers).to_numpy(np.int64)[rows],
        campaigns,
        np.concatenate([part[2] for part in parts]),
        pd.concat([part[3] for part in parts], ignore_index=True),
        columns_over_time(customers, dataset, spec),
        segments[rows],
        _tested(dataset, spec, campaigns, np.concatenate([part[2] for part in parts])),
    )


def known_at(
    customers: pd.DataFrame, dataset: Dataset, then: pd.DataFrame, spec: HistorySpec, kind: str, rows: Keys
) -> pd.DataFrame:
    """What was known at one moment of the customers in ``rows``; one without a row in ``then`` had no history."""
    then = then.reindex(rows)
    known: dict[str, object] = {name: then[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in spec.columns}
    known |= {
        column.name: customers[column.name].to_numpy(dtype=object)[rows] for column in _lasting(customers, dataset)
    }
    known[KIND] = np.full(len(rows), kind or "campaign", dtype=object)
    known[RECEIVED] = then[spec.received].fillna(0).to_numpy(dtype=np.float64)
    known[RESPONDED] = then[spec.responded].fillna(0).to_numpy(dtype=np.float64)
    return pd.DataFrame(known)


def columns_over_time(customers: pd.DataFrame, dataset: Dataset, spec: HistorySpec) -> tuple[Column, ...]:
    """Meaning of the columns of ``known_at``."""
    made = [
        Column(
            name=name,
            role="passive",
            kind=column.kind,
            label=column.label,
            unit=column.unit,
            format=column.format,
            meaning=column.meaning,
            transform=("log1p",) if column.log else (),
            high=column.high,
            low=column.low,
        )
        for name, column in spec.columns.items()
    ]
    kind = Column(name=KIND, role="passive", kind="category", label=Message.of("Kind of campaign"))
    return (*made, *_lasting(customers, dataset), kind, past_column())


def _lasting(customers: pd.DataFrame, dataset: Dataset) -> list[Column]:
    """Who people are (age, income, household as categories): taken as lasting; counts of days are not."""
    return [
        column
        for column in dataset.with_role("passive")
        if column.kind in ("category", "ordered") and column.name in customers
    ]


def _tested(dataset: Dataset, spec: HistorySpec, campaigns: np.ndarray, outcome: Vector) -> Mask:
    """Rows of the campaigns that test: those from ``test_from`` on, else the latest with a third of the responses."""
    dated = by_start(dataset.campaigns)
    if spec.test_from is not None:
        late = {campaign.column for campaign in dated if campaign.start and campaign.start >= spec.test_from}
    else:
        late, held = set(), 0.0
        for campaign in reversed(dated):
            if held >= LEAST_TEST * outcome.sum():
                break
            late.add(campaign.column)
            held += float(outcome[campaigns == campaign.column].sum())
    return np.isin(campaigns, sorted(late))


def next_offers(
    customers: pd.DataFrame, dataset: Dataset, history: Mapping[str, pd.DataFrame], spec: HistorySpec
) -> dict[str, pd.DataFrame]:
    """What is known of every customer now, for the next campaign of each kind."""
    kinds = [campaign.kind for campaign in latest_by_kind(by_start(dataset.campaigns))]
    everyone = np.arange(len(customers))
    return {
        kind: known_at(customers, dataset, history[next_moment(kind)], spec, kind, everyone)
        for kind in kinds
        if next_moment(kind) in history
    }
