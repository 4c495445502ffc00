"""What the Campaigns page counts from a plan: dots of responses, the list by segment, its top, what rules earned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashapp import pricing
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.pricing import FEW, FEWEST, ListNumbers
from pipeline.contract import Responses, SegmentCard, Targets

LEAST, TOP = FEWEST, 10  # contacted, under which there is no rate; customers shown


@dataclass(frozen=True)
class Dot:
    """What one segment answered to a campaign; ``rate`` and its interval are None under ``LEAST`` contacted."""

    card: SegmentCard
    contacted: int
    answered: int
    rate: float | None
    low: float | None
    high: float | None
    word: str | None  # against the reader's break-even; None where prices are not known

    @property
    def few(self) -> bool:
        """Whether the rate stands on so few customers that it is to be read with care."""
        return self.contacted < FEW


@dataclass(frozen=True)
class ListPart:
    """One segment's part of the list."""

    card: SegmentCard
    numbers: ListNumbers
    word: str  # for contacting the whole segment


@dataclass(frozen=True)
class Prospect:
    """One customer of the list; ``name`` is empty where ids are not kept."""

    name: str
    rank: int
    card: SegmentCard
    probability: float
    profit: float
    reasons: str
    terms: str  # the reasons as codes of the model's terms; empty in a run of version 0.1
    held: bool


def dots(asked: CampaignsRequest) -> tuple[Dot, ...]:
    """Responses to the chosen campaign, a dot a segment."""
    table = asked.plan.responses
    columns = [
        Responses.SEGMENT,
        Responses.N,
        Responses.RESPONSES,
        Responses.RATE,
        Responses.LOW,
        Responses.HIGH,
        Responses.WORD,
    ]
    rows = {
        row[0]: row[1:]
        for row in table.loc[table[Responses.CAMPAIGN] == asked.campaign, columns].itertuples(index=False, name=None)
    }
    even = asked.summary.break_even
    made = []
    for card in asked.run.segmentation.cards:
        n, answered, *rates, told = rows.get(card.segment, (0, 0, None, None, None, "too few"))
        rate, low, high = map(float, rates) if n >= LEAST else (None, None, None)
        word = str(told) if even is not None and told else None
        made.append(Dot(card, int(n), int(answered), rate, low, high, word))
    return tuple(made)


def overall(asked: CampaignsRequest) -> float | None:
    """The chosen campaign's response over all customers; None under ``LEAST`` contacted."""
    table = asked.plan.responses
    row = table[(table[Responses.CAMPAIGN] == asked.campaign) & (table[Responses.SEGMENT] == Responses.EVERYBODY)]
    return float(row[Responses.RATE].iloc[0]) if len(row) and int(row[Responses.N].iloc[0]) >= LEAST else None


def by_segment(asked: CampaignsRequest) -> tuple[ListPart, ...]:
    """The list told in segments, of the customers that the filters leave; a segment without any is left out."""
    words = {advice.segment: advice.word for advice in asked.summary.segments}
    parts = [
        ListPart(card, pricing.in_numbers(asked.plan, card.segment, asked.prospects.order), words.get(card.segment, ""))
        for card in asked.run.segmentation.cards
    ]
    return tuple(part for part in parts if part.numbers.customers)


def people(asked: CampaignsRequest, prospects: pricing.Prospects, most: int | None = None) -> list[Prospect]:
    """The customers of a list, the best first."""
    segmentation, places = asked.run.segmentation, prospects.listed[:most]
    rows = asked.plan.targets.iloc[places]
    names = (
        segmentation.customers[segmentation.dataset.id_column].iloc[places].astype(str)
        if has_ids(asked)
        else [""] * len(places)
    )
    cards = {card.segment: card for card in segmentation.cards}
    held = np.isin(places, prospects.held)
    columns = (Targets.RANK, Targets.SEGMENT, Targets.PROBABILITY, Targets.EXPECTED, Targets.REASONS)
    terms = rows[Targets.TERMS] if Targets.TERMS in rows else [""] * len(places)
    return [
        Prospect(
            name, int(rank), cards[int(segment)], float(probability), float(profit), str(reasons), str(codes), bool(out)
        )
        for name, rank, segment, probability, profit, reasons, codes, out in zip(
            names, *(rows[column] for column in columns), terms, held, strict=True
        )
    ]


def has_ids(asked: CampaignsRequest) -> bool:
    """Whether the run keeps the customers' own ids."""
    segmentation = asked.run.segmentation
    return bool(segmentation.dataset.id_column) and segmentation.dataset.id_column in segmentation.customers
