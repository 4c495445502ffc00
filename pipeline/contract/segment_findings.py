"""What is found about segments beyond their profiles: rules, what the affinities count, and RFM scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract.messages import Message, Words
from pipeline.contract.record_types import Record


class Condition(Record):
    """One column within bounds: ``over < value <= up_to``, in original units; a missing value stands at ``fill``."""

    column: str
    over: float | None = None
    up_to: float | None = None
    fill: float

    @property
    def takes_missing(self) -> bool:
        """Whether a customer without a value meets the condition, as the stored fill would."""
        return (self.over is None or self.fill > self.over) and (self.up_to is None or self.fill <= self.up_to)


class SegmentRule(Record):
    """A segment in one sentence that a person, or a database, can apply."""

    segment: int
    text: Words  # "Total spend over $610 and catalogue share over 12 %"
    sql: str  # a condition over the customers' columns, missing values treated as in training
    alternatives: tuple[tuple[Condition, ...], ...]  # all conditions of one of them hold
    precision: float  # cross-validated share of the customers selected that belong to the segment
    recall: float  # cross-validated share of the segment that is selected
    size: int  # customers that the rule selects


class AffinityBasis(Record):
    """What the ``affinities`` count, for the words above the table."""

    kind: Literal["baskets", "category_mix"]
    units: int  # baskets, or customers
    items: int  # categories
    least_count: int  # pairs counted less often are not listed
    tested: int  # pairs tested over all segments, for which the q values are corrected
    sentence: Words


class RfmScores:
    """``rfm_scores`` of a sweep: each customer's scores from 1 to 5 (5 the best, 0 not known) and her cell.

    ``CELL`` is a key of ``RFM_NAMES``; empty where recency or frequency is not known.
    """

    KEY, RECENCY, FREQUENCY, MONETARY, CELL = "customer", "recency", "frequency", "monetary", "cell"
    SCORED = (RECENCY, FREQUENCY, MONETARY, CELL)


class RfmCells:
    """``rfm_cells`` of one k: customers and their money in each segment, by scores of recency and frequency."""

    SEGMENT, RECENCY, FREQUENCY, CELL = "segment", "recency", "frequency", "cell"
    CUSTOMERS, MONEY = "customers", "money"


RFM_TABLES: Mapping[str, Mapping[str, str]] = {
    "rfm_scores": {
        RfmScores.KEY: "int",
        RfmScores.RECENCY: "int",
        RfmScores.FREQUENCY: "int",
        RfmScores.MONETARY: "int",
        RfmScores.CELL: "text",
    },
    "rfm_cells": {
        RfmCells.SEGMENT: "int",
        RfmCells.RECENCY: "int",
        RfmCells.FREQUENCY: "int",
        RfmCells.CELL: "text",
        RfmCells.CUSTOMERS: "int",
        RfmCells.MONEY: "float",
    },
}

RFM_NAMES: Mapping[str, Message] = {
    "champions": Message.of("Champions"),
    "loyal": Message.of("Loyal customers"),
    "potential": Message.of("Potential loyalists"),
    "new": Message.of("New customers"),
    "promising": Message.of("Promising"),
    "attention": Message.of("Need attention"),
    "sleepy": Message.of("About to sleep"),
    "cant_lose": Message.of("Can't lose them"),
    "at_risk": Message.of("At risk"),
    "hibernating": Message.of("Hibernating"),
    "lost": Message.of("Lost"),
}
"""Cell -> what it is called, from the best customers to the worst.

The names are those of Putler's RFM segments (putler.com/rfm-analysis), which shops and notebooks use. Putler's ranges
of scores overlap; each cell here is the part of the recency x frequency grid that is usual where a customer has one.
"""
_RFM_GRID: Mapping[int, tuple[str, ...]] = {  # score of recency -> the cells of frequency 1 to 5
    5: ("new", "potential", "potential", "champions", "champions"),
    4: ("promising", "potential", "potential", "loyal", "loyal"),
    3: ("sleepy", "sleepy", "attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("lost", "hibernating", "at_risk", "at_risk", "cant_lose"),
}


def rfm_cell(recency: int, frequency: int) -> str:
    """The cell of two scores from 1 to 5, a key of ``RFM_NAMES``; empty where one of them is not known (0)."""
    return _RFM_GRID[recency][frequency - 1] if recency and frequency else ""


class RfmFactor(Record):
    """How one column becomes a score from 1 to 5."""

    column: str
    cuts: tuple[
        float, ...
    ]  # four rising values, original units; a value equal to one counts below it. Empty: no scores
    high_is_good: bool
    by: Literal["quintiles", "spec"]

    def scores(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Scores, (n,): 5 the best, 0 where the value is not known. Equal values have equal scores."""
        if not self.cuts:
            return np.zeros(len(values), dtype=np.int64)
        place = np.searchsorted(np.array(self.cuts), values, side="left")
        return np.where(np.isnan(values), 0, 1 + place if self.high_is_good else 5 - place).astype(np.int64)


class RfmScale(Record):
    """The cut points of a training, by which new customers are scored too.

    Scores of fifths are those of Hughes (1994, Strategic Database Marketing).
    """

    recency: RfmFactor
    frequency: RfmFactor
    monetary: RfmFactor
    notes: tuple[Words, ...] = ()  # what the data do not allow: fifths where most customers have one value

    @property
    def factors(self) -> dict[str, RfmFactor]:
        """By the names of the scores' columns."""
        return {
            RfmScores.RECENCY: self.recency,
            RfmScores.FREQUENCY: self.frequency,
            RfmScores.MONETARY: self.monetary,
        }

    def score(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Three scores and the cell of each customer, without the key; a column that is not there gives no score."""
        unknown = np.full(len(customers), np.nan)
        made = {
            name: factor.scores(
                pd.to_numeric(customers[factor.column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
                if factor.column in customers
                else unknown
            )
            for name, factor in self.factors.items()
        }
        pairs = zip(made[RfmScores.RECENCY].tolist(), made[RfmScores.FREQUENCY].tolist(), strict=True)
        return pd.DataFrame(made).assign(
            **{RfmScores.CELL: pd.Series([rfm_cell(*pair) for pair in pairs], dtype="str")}
        )
