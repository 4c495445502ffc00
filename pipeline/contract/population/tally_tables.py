"""The tables of a population: exact counts by segment and by two columns, and the weights of its sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

TallySource = Literal["number", "category", "mix", "answers", "rfm"]
"""What a count is of: a column of numbers, one of categories or flags, the largest member of a group (named by the
group's key), reactions (named by the outcome's column), the RFM cell or a score."""


class Tallies:
    """``tallies`` of one k: all customers by segment and bin, exactly. Bins without customers are left out.

    ``SOURCE`` and ``NAME`` say what is counted, ``BIN`` in which bin: the place among ``Spread.edges`` of a number, of
    a member in its group (one more for those who bought nothing), of an RFM cell's name or a score less 1; the word of
    a category stands in ``WORD``, its bin being 0. -1 is of customers whose value is not known. ``TOTAL`` is the sum of
    a number over the bin's customers; of a mix, the sum of the member over all customers of the segment, whatever they
    buy most; of answers (bin 0: customers asked), how many said yes.
    """

    SEGMENT, SOURCE, NAME, BIN, WORD, N, TOTAL = "segment", "source", "name", "bin", "word", "n", "total"


class Pairs:
    """``pairs`` of a sweep: all customers by the bins of two columns, each pair once, exactly.

    ``LEFT`` and ``RIGHT`` are ``source:name``; bins are as in the tallies, as text, or the word of a category. Who has
    no value of either is left out. ``TOTAL`` is the sum of what customers spend, where it is told of the pair (of the
    RFM scores), else 0.
    """

    LEFT, RIGHT, LEFT_BIN, RIGHT_BIN, N, TOTAL = "left", "right", "left_bin", "right_bin", "n", "total"

    @staticmethod
    def named(source: TallySource, name: str) -> str:
        """How a column of the tallies is called here."""
        return f"{source}:{name}"


class Weights:
    """``weights`` of a sweep's sample: how many customers each row stands for; rows as in the sample's customers.

    0 is of rows that are there for themselves: the typical customers.
    """

    KEY, WEIGHT = "customer", "weight"


POPULATION_TABLES: Mapping[str, Mapping[str, str]] = {
    "tallies": {
        Tallies.SEGMENT: "int",
        Tallies.SOURCE: "text",
        Tallies.NAME: "text",
        Tallies.BIN: "int",
        Tallies.WORD: "text",
        Tallies.N: "int",
        Tallies.TOTAL: "float",
    },
    "pairs": {
        Pairs.LEFT: "text",
        Pairs.RIGHT: "text",
        Pairs.LEFT_BIN: "text",
        Pairs.RIGHT_BIN: "text",
        Pairs.N: "int",
        Pairs.TOTAL: "float",
    },
    "weights": {Weights.KEY: "int", Weights.WEIGHT: "float"},
}
