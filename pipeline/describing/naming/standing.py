"""One segment in one column beside all the others, and the words for that."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.contract import (
    Column,
    Difference,
    Message,
    Quantity,
    currency_of,
    more_or_less,
    names_its_unit,
    percent,
    than_all,
)

NAMED_EFFECT = 0.4  # a weaker difference does not enter a name
_BESIDE_ALL = {  # nobody says "higher days since the last purchase"
    "bought long ago": Message.of("bought longer ago than usual"),
    "bought recently": Message.of("bought more recently than usual"),
    "active long ago": Message.of("active longer ago than usual"),
    "recently active": Message.of("active more recently than usual"),
}


@dataclass(frozen=True)
class Standing:
    """One segment in one column beside all the others."""

    column: Column
    effect: float
    median: float
    mean: float
    overall: float  # median of all customers
    index: float | None
    leads: bool = False  # nobody else has as much of it (as little, where the effect is negative)

    @property
    def sign(self) -> int:
        """1 for more than the others, -1 for less."""
        return 1 if self.effect > 0 else -1

    @property
    def confirmed(self) -> bool:
        """Whether the medians, as they are shown, say what the effect says."""
        apart = self.sign * (self.median - self.overall) > 0
        return apart and typical(self.median, self.column) != typical(self.overall, self.column)

    @property
    def epithet(self) -> str:
        """What the one segment is called that leads here: the spec's word, else high or low with the label."""
        return phrase(self.column, self.effect)

    @property
    def words(self) -> str:
        """The epithet where it is due, else how the segment stands beside all customers."""
        if self.leads:
            return self.epithet
        return _BESIDE_ALL.get(self.epithet) or than_all(self.column.label, more=self.effect > 0)

    def told(self) -> Difference:
        """As a card holds it."""
        return Difference(
            column=self.column.name,
            effect=self.effect,
            median=self.median,
            overall_median=self.overall,
            index=self.index,
            phrase=self.words,
        )


def phrase(column: Column, effect: float) -> str:
    """How those above (or below) the others are called: the spec's word, else high or low with the label."""
    word = column.high if effect > 0 else column.low
    return word or more_or_less(column.label, more=effect > 0)


def typical(value: float, column: Column, *, places: int = 0) -> Quantity:
    """A median as it is shown, with its unit; ``places`` more digits than a reader needs as a rule."""
    if "%" in column.format:
        return percent(value, places)
    unit = "" if names_its_unit(column) and not currency_of(column.unit)[0] else column.unit
    if value == int(value) or abs(value) >= 10:
        form = f",.{places}f"
    else:
        form = f",.{1 + places}f" if abs(value) >= 1 else f".{2 + places}g"
    return Quantity(value, form, unit)


def strong(standing: Standing) -> bool:
    """Whether the difference may enter a name."""
    return abs(standing.effect) >= NAMED_EFFECT
