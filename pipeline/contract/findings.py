"""What is found about segments beyond their profiles: rules, and what the affinities count."""

from __future__ import annotations

from typing import Literal

from pipeline.contract.messages import Words
from pipeline.contract.records import Record


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
