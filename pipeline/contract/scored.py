"""What scoring hands back: customers placed, what cleaning did to them, and how far they are from the training."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from pipeline.contract.ledger import Ledger
from pipeline.contract.line_words import account_in_words
from pipeline.contract.messages import Day, Message, Quantity, Words

DriftWord = Literal["stable", "moved", "drifted"]
MOVED, DRIFTED = 0.1, 0.25  # the index from which a feature has moved, and from which it has drifted
_SHOWN = 5
FIT_QUANTILE = 0.995  # farther from its centre than this share of the training's customers: fits none


class Scores:
    """``Scored.table``: the id under its own name, then these, then a ``PROBABILITY`` column for each outcome.

    ``RFM`` (three scores and the name of the cell, empty where they are not known) only of a run that has a scale.

    Where the id itself is called like one of them, that one gives way: ``korzina_segment``.
    """

    SEGMENT, NAME, DISTANCE, SECOND = "segment", "segment_name", "distance", "second_segment"
    CONFIDENCE, FITS, PROBABILITY = "confidence", "fits", "response_probability_"
    RFM = ("recency_score", "frequency_score", "monetary_score", "rfm_cell")

    @staticmethod
    def beside(id_column: str, name: str) -> str:
        """How the column ``name`` is called in a table whose first column is ``id_column``."""
        return f"korzina_{name}" if name.casefold() == id_column.casefold() else name


@dataclass(frozen=True)
class ExpectedColumn:
    """A column of a file to score, as the file spells it; ``example`` is the training's median or commonest value."""

    name: str
    label: Words
    needed: bool  # without it nobody can be placed; the others tell more of how likely a response is
    example: str


@dataclass(frozen=True)
class ExpectedFile:
    """What a file of new customers is to hold; ``tables`` are those of a data set that is made of several.

    ``lines``: a row is a line of a purchase, not a customer.
    """

    columns: tuple[ExpectedColumn, ...]
    tables: tuple[str, ...] = ()
    lines: bool = False


@dataclass(frozen=True)
class FeatureDrift:
    """One active column: the index, what chance alone reaches, and the medians behind it."""

    column: str
    label: Words
    psi: float
    chance: float
    word: DriftWord
    median: float | None
    training_median: float | None


@dataclass(frozen=True)
class SegmentDrift:
    """One segment's share among the new customers and in training."""

    segment: int  # counted from 1, as in the output
    name: Words
    share: float
    training_share: float


@dataclass(frozen=True)
class Drift:
    """New customers against those trained on."""

    customers: int
    features: tuple[FeatureDrift, ...]
    segments: tuple[SegmentDrift, ...]
    segments_psi: float
    segments_word: DriftWord
    substitutions: tuple[Words, ...]  # missing and unseen values, and how they were treated

    def summary(self) -> dict[str, Any]:
        """The figures for a script to read."""
        return asdict(self)

    def notes(self) -> tuple[str, ...]:
        """Sentences for a reader, the worst first."""
        worst = sorted(
            (feature for feature in self.features if feature.word != "stable"), key=lambda feature: -feature.psi
        )
        told = [
            f"{feature.label} {feature.word} (index {feature.psi:.2f}, median {plain_number(feature.median)}, "
            f"in training {plain_number(feature.training_median)})"
            for feature in worst[:_SHOWN]
        ]
        told += [f"{len(worst) - _SHOWN} more moved or drifted"] if len(worst) > _SHOWN else []
        rest = f"{len(self.features) - len(worst)} of {len(self.features)} features stable"
        shares = ", ".join(
            f"{segment.name} {segment.share:.0%} (in training {segment.training_share:.0%})"
            for segment in self.segments
        )
        return (
            *self.substitutions,
            "; ".join([f"drift: {rest}", *told]),
            f"segment shares: {self.segments_word} (index {self.segments_psi:.2f}): {shares}",
        )


@dataclass(frozen=True)
class CountingDay:
    """The day from which ages and recencies of new customers count, and who said so."""

    day: date
    by: Literal["asked", "file", "spec"]

    @property
    def told(self) -> Message:
        """In a sentence."""
        told = {
            "asked": Message.of("ages and recencies count from {day}, the day asked for", day=Day(self.day)),
            "file": Message.of("ages and recencies count from {day}, the last day of the data", day=Day(self.day)),
            "spec": Message.of("ages and recencies count from {day}, the day of the spec", day=Day(self.day)),
        }
        return told[self.by]


@dataclass(frozen=True)
class Scored:
    """Customers placed, one row each, in the order of their ids; columns as in ``Scores``."""

    table: pd.DataFrame
    ledger: Ledger
    drift: Drift
    currency: str = ""
    counted: CountingDay | None = None
    response_notes: tuple[str, ...] = ()  # of the probabilities: why there are none, what stood in for missing values

    def column(self, name: str) -> pd.Series:
        """One of ``Scores``, whatever it is called beside this id."""
        return self.table[Scores.beside(str(self.table.columns[0]), name)]

    @property
    def rows(self) -> int:
        """Number of customers placed."""
        return len(self.table)

    @property
    def notes(self) -> tuple[str, ...]:
        """From which day is counted, what became of lines and rows, which values were missing or unseen, the drift."""
        told = tuple(
            f"{entry.rule}: {entry.detail}" for entry in self.ledger.entries if entry.rows and entry.rule != "imputed"
        )  # drift tells of those with the value that stands in
        lines = account_in_words(self.ledger.lines, self.currency) if self.ledger.lines else ()
        counted = (self.counted.told,) if self.counted else ()
        return (*counted, *lines, *told, *self.response_notes, *self.drift.notes())

    def summary(self) -> dict[str, Any]:
        """Counts for a script to read."""
        names = self.column(Scores.NAME).value_counts()
        return {
            "rows_in": self.ledger.rows_in,
            "rows_out": self.rows,
            "dropped": self.ledger.dropped,
            "quarantined": self.ledger.quarantined,
            "fits_none": int((~self.column(Scores.FITS)).sum()),
            "segments": {str(name): int(count) for name, count in names.items()},
            "response_probability": self.mean_probabilities(),
            "as_of": self.counted.day.isoformat() if self.counted else None,
            "notes": list(self.notes),
            "drift": self.drift.summary(),
        }

    def mean_probabilities(self) -> dict[str, float]:
        """Mean probability of each outcome that has one."""
        return {outcome: float(self.probability(outcome).mean()) for outcome in self.outcomes}

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes, or kinds of campaigns, that have a probability."""
        names = (str(name).removeprefix("korzina_") for name in self.table.columns[1:])
        return tuple(name.removeprefix(Scores.PROBABILITY) for name in names if name.startswith(Scores.PROBABILITY))

    def probability(self, outcome: str) -> pd.Series:
        """The probability of a response to one of ``outcomes``."""
        return self.column(f"{Scores.PROBABILITY}{outcome}")


def plain_number(value: float | None) -> str:
    """``51,382``, ``0.314``, or that it is not known."""
    return "not known" if value is None else plain_quantity(value).written


def plain_quantity(value: float) -> Quantity:
    """A number without its unit, in three digits at least."""
    return Quantity(value, ",.0f" if abs(value) >= 100 else ".3g")
