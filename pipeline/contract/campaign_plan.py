"""Campaigns: what segments answered, whom to contact next, and what that earned on customers not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipeline.contract.messages import Words
from pipeline.contract.record_types import Record

Method = Literal["cross-fitted", "time split", "none"]


class Responses:
    """``responses``: segment x campaign; ``EVERYBODY`` holds a campaign's overall rate.

    ``RATE``, ``LOW`` and ``HIGH`` (Wilson, 95 %) are missing under 30 contacted, and ``SMALL`` is 1 under 60.
    ``SHRUNKEN`` leans on the campaign's other segments (beta-binomial), and so does its interval, which holds the
    segment's own rate in 95 % all the same. ``Q`` is the p value against the campaign's other customers, corrected over
    all segments and campaigns (Benjamini-Hochberg). ``WORD`` compares the rate with the campaign's own break-even, for
    all segments at once; "association" where segments know what came after the contact, and empty where prices are not
    known. Segments are those of before the campaign where ``CampaignSummary.known_before`` says so.
    """

    EVERYBODY = -1
    SEGMENT, CAMPAIGN, N, RESPONSES, RATE, LOW, HIGH = "segment", "campaign", "n", "responses", "rate", "low", "high"
    SHRUNKEN, SHRUNKEN_LOW, SHRUNKEN_HIGH = "shrunken", "shrunken_low", "shrunken_high"
    Q, SMALL, WORD = "q_value", "small", "word"


class Targets:
    """``targets``: one row a customer in canonical order, for the campaign that the plan is about.

    ``RANK`` 1 is the best prospect. ``EXPECTED`` of the contacts adds up to what the list promises (see
    ``Judgement.kept``). ``CONTACT`` and ``HOLD_OUT`` are 0 or 1; who is held out is not to be contacted, so that the
    test can be read. ``REASONS`` names the largest terms of the customer's score with their signs; ``TERMS``,
    which runs of version 0.1 lack, has them as codes for telling: ``+3h -7l`` is the third term's ``high`` speaking for
    a response and the seventh's ``low`` against it, counted from 0.
    """

    KEY, SEGMENT, RANK, PROBABILITY = "customer", "segment", "rank", "probability"
    EXPECTED, CONTACT, HOLD_OUT, REASONS = "expected_profit", "contact", "hold_out", "reasons"
    TERMS = "reason_terms"


class HeldOut:
    """``held_out``: what every rule predicted for contacts that it had not seen, and what came of them.

    One row a (customer, campaign). Each ``BY_*`` column is that rule's probability of a response.
    """

    KEY, CAMPAIGN, SEGMENT, OUTCOME, PROBABILITY = "customer", "campaign", "segment", "outcome", "probability"
    BY_SEGMENT, BY_RFM, BY_SEGMENT_AND_PAST = "by_segment", "by_rfm", "by_segment_and_past"


CAMPAIGN_TABLES: Mapping[str, Mapping[str, str]] = {
    "responses": {
        Responses.SEGMENT: "int",
        Responses.CAMPAIGN: "text",
        Responses.N: "int",
        Responses.RESPONSES: "int",
        Responses.RATE: "float",
        Responses.LOW: "float",
        Responses.HIGH: "float",
        Responses.SHRUNKEN: "float",
        Responses.SHRUNKEN_LOW: "float",
        Responses.SHRUNKEN_HIGH: "float",
        Responses.Q: "float",
        Responses.SMALL: "int",
        Responses.WORD: "text",
    },
    "targets": {
        Targets.KEY: "int",
        Targets.SEGMENT: "int",
        Targets.RANK: "int",
        Targets.PROBABILITY: "float",
        Targets.EXPECTED: "float",
        Targets.CONTACT: "int",
        Targets.HOLD_OUT: "int",
        Targets.REASONS: "text",
    },
    "held_out": {
        HeldOut.KEY: "int",
        HeldOut.CAMPAIGN: "text",
        HeldOut.SEGMENT: "int",
        HeldOut.OUTCOME: "int",
        HeldOut.PROBABILITY: "float",
        HeldOut.BY_SEGMENT: "float",
        HeldOut.BY_RFM: "float",
        HeldOut.BY_SEGMENT_AND_PAST: "float",
    },
}


SEGMENT_OF_MODEL = "(segment)"  # column of the terms of segments


class Term(Record):
    """One summand of the score: ``coefficient * (clip(log1p?(x or fill), lower, upper) - centre) / scale``.

    With ``category`` x is 1 for customers of that category, with ``unknown`` 1 for those without a value.
    """

    column: str
    label: Words
    category: str | None = None
    unknown: bool = False
    order: tuple[str, ...] = ()  # of an ordered column, whose places count as 0, 1, 2 ...
    fill: float = 0.0
    log1p: bool = False
    lower: float
    upper: float
    centre: float
    scale: float
    coefficient: float
    high: Words  # in words: above average
    low: Words
    personal: bool = True  # False: the same for every customer of a campaign (its kind)

    @property
    def is_segment(self) -> bool:
        """Whether it tells of the segments that the model was fitted with."""
        return self.column == SEGMENT_OF_MODEL


class Product(Record):
    """Two standardised terms, each within three deviations, multiplied: ``coefficient * (x * y - centre) / scale``."""

    first: int  # place of a term; a term by itself: its square
    second: int
    centre: float
    scale: float
    coefficient: float = 0.0


class Tree(Record):
    """A regression tree over the model's terms; node 0 is the root, and values are 0 on the average of its rows.

    A row goes left where its standardised term is at most the threshold.
    """

    term: tuple[int, ...]  # place of the term that a node asks for, products behind the terms; -1: a leaf
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]  # of a leaf, in log-odds
    rows: tuple[float, ...]  # on which it was grown


class ResponseModel(Record):
    """Logistic terms, their products and trees, added up: all that is needed to score anybody without scikit-learn."""

    outcome: str  # column of the outcome it predicts; empty where it was fitted over several campaigns
    intercept: float
    terms: tuple[Term, ...]
    past_rate: float  # responses / contacts before, overall; stands behind each customer's shrunken past rate
    products: tuple[Product, ...] = ()
    trees: tuple[Tree, ...] = ()
    belief: float = 1.0  # slope of the recalibration: 0 where what was predicted unseen had nothing to do with answers


class Calibration(Record):
    """Predicted against observed on held-out contacts, in tenths of the prediction."""

    mean_predicted: float
    observed: float
    contacts: int
    responses: int
    log_loss: float
    auc: float
    bins: tuple[tuple[int, float, float], ...]  # contacts, mean predicted, observed


class Strategy(Record):
    """What one rule earns on held-out contacts."""

    key: str
    label: Words
    contacts: int
    profit: float
    low: float
    high: float


class Judgement(Record):
    """What held-out contacts whose probability is above break-even answered: the evidence for such a list."""

    contacts: int
    expected: float  # responses, by their probabilities
    squares: float  # sum of their squared probabilities
    responses: float  # that came
    inflation: float  # of the variance of the responses that came, over independent answers
    profit: float  # measured, with its 95 % interval
    low: float
    high: float
    # promised of the profit that the probabilities add up to: by what was measured, without chance's part in passing;
    # None: earlier versions
    kept: float | None = None

    @property
    def bears(self) -> bool:
        """Whether the profit of such a list is proven: its whole interval is above 0."""
        return self.contacts > 0 and self.low > 0


class WantedList(Record):
    """The list of all whose probability is above break-even, proven to pay or not: what is printed if it is."""

    contacts: int
    expected_profit: float
    low: float  # 95 % interval of what one campaign to it brings
    high: float


class CurvePoint(Record):
    """Measured profit of the best prospects so far."""

    contacts: int
    profit: float
    low: float
    high: float


class HoldOutAdvice(Record):
    """How many of the list to leave uncontacted, and how precise the test then is."""

    size: int
    precision: float  # half the 95 % interval of the difference in response
    wanted: float
    reachable: bool
    sentence: Words


class SegmentAdvice(Record):
    """The plan told in segments."""

    segment: int
    name: Words
    customers: int
    contacts: int
    mean_probability: float
    expected_profit: float
    word: str  # of the segment as a whole; see ``profit.advice``
    sentence: Words


class KindOutlook(Record):
    """What a campaign of one kind would bring with its best list."""

    kind: str
    contacts: int
    expected_profit: float
    low: float
    high: float


class CampaignSummary(Record):
    """The plan without its tables; ``method`` "none" means that no model could be fitted, and ``notes`` say why."""

    method: Method
    about: Words  # the campaign that the list is for, in words
    campaign: str = ""  # its outcome column, where it is one campaign
    kind: str = ""
    cost: float | None = None
    revenue: float | None = None
    break_even: float | None = None
    contacts: int = 0
    expected_profit: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    level_variance: float = 0.0  # of runs of version 0.1
    judged: Judgement | None = None  # None: not priced yet, or a run of version 0.1
    before: WantedList | None = None  # the list before the evidence was asked whether it pays
    nobody: Words = ""  # why nobody is on the list, where nobody is
    corrected: Words = ""  # what was taken off the promise of a list that passed, where something was
    known_before: bool = False  # whether rates are of segments as they were known before each campaign
    not_known_before: tuple[
        str, ...
    ] = ()  # outcome columns of campaigns for which that does not hold: no day of theirs
    hold_out: HoldOutAdvice | None = None
    model: ResponseModel | None = None
    calibration: Calibration | None = None
    evaluation: tuple[Strategy, ...] = ()
    worth: Words = ""  # is the segmentation worth it here?
    curve: tuple[CurvePoint, ...] = ()
    kinds: tuple[KindOutlook, ...] = ()
    segments: tuple[SegmentAdvice, ...] = ()
    notes: tuple[Words, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class CampaignPlan:
    """The summary with its tables; each may be empty."""

    summary: CampaignSummary
    responses: pd.DataFrame
    targets: pd.DataFrame
    held_out: pd.DataFrame
