"""What segments are called: short names that no figure beside them contradicts.

A word of the spec such as "big spenders" is given to one segment alone: the one that has the most of it, by the median
that stands beside the name and by the mean as well. So no two names share a word, and whoever is called so has more
than everybody who is not. Everybody else is told of as above or below all customers, or by the typical value itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from pipeline.contract import (
    Cased,
    Column,
    Dataset,
    Difference,
    Message,
    Profiles,
    Quantity,
    currency_of,
    inline,
    is_latin,
    more_or_less,
    names_its_unit,
    next_to_most,
    own,
    part_of,
    percent,
    than_all,
)

NAMED_EFFECT = 0.4  # a weaker difference does not enter a name
LEADING_EFFECT = 0.7  # from here on a difference in worth opens the name
NEARLY = 0.6  # as strong as this part of the strongest a difference may name in its place, for another first word
A_HAIR = 0.2  # between the effects of two segments in one column
_WORTH = ("spend", "orders", "average_cheque")


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
        return self.epithet if self.leads else than_all(self.column.label, more=self.effect > 0)

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


@dataclass(frozen=True)
class Naming:
    """Every segment's standings, the strongest first, and the name that follows from them."""

    standings: tuple[tuple[Standing, ...], ...]
    names: tuple[Message, ...]
    reasons: tuple[Standing | None, ...]  # the standing that a name is made of; None for "Near the average"

    @classmethod
    def of(cls, differences: Mapping[int, pd.DataFrame], dataset: Dataset, k: int) -> Self:
        """From rows of the ``profiles`` table by segment, the strongest difference first."""
        rows = {segment: _standings(differences.get(segment), dataset) for segment in range(k)}
        led = _with_leaders(rows)
        confirmed = tuple(tuple(standing for standing in led[segment] if standing.confirmed) for segment in range(k))
        names, reasons = _names(confirmed, led)
        return cls(confirmed, names, reasons)

    def ordered(self, segment: int) -> tuple[Standing, ...]:
        """What a card tells: the difference that the name is made of, then the others by strength."""
        reason = self.reasons[segment]
        rest = tuple(
            standing for standing in self.standings[segment] if reason is None or standing.column != reason.column
        )
        return rest if reason is None else (reason, *rest)

    def holds(self, name: str, segment: int) -> bool:
        """Whether a name that the segment had before says of it now what is so."""
        if name == self.names[segment]:
            return True
        due = {_key(standing.epithet) for standing in self.standings[segment] if standing.leads}
        return all(part in due for part in _key(name).split(", "))


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


def _standings(rows: pd.DataFrame | None, dataset: Dataset) -> tuple[Standing, ...]:
    if rows is None:
        return ()
    figures = (Profiles.EFFECT, Profiles.MEDIAN, Profiles.MEAN, Profiles.OVERALL_MEDIAN, Profiles.INDEX)
    values = zip(rows[Profiles.COLUMN].tolist(), *(rows[name].tolist() for name in figures), strict=True)
    return tuple(
        Standing(dataset.column(column), effect, median, mean, overall, None if math.isnan(index) else index)
        for column, effect, median, mean, overall, index in values
        if not math.isnan(median)
    )


def _with_leaders(rows: Mapping[int, Sequence[Standing]]) -> dict[int, tuple[Standing, ...]]:
    """The standings with ``leads`` where a segment alone has a word's most; a word may belong to several columns."""
    columns: dict[tuple[str, int], dict[int, Standing]] = {}
    for segment, standings in rows.items():
        for standing in standings:
            for sign in (1, -1):
                columns.setdefault((standing.column.name, sign), {})[segment] = standing
    leaders: dict[tuple[str, ...], set[int | None]] = {}
    for (_name, sign), places in columns.items():
        word = _words(phrase(next(iter(places.values())).column, sign))
        leaders.setdefault(word, set()).add(_leader(places, sign))
    due = {word: next(iter(segments)) for word, segments in leaders.items() if len(segments) == 1}
    return {
        segment: tuple(replace(standing, leads=due.get(_words(standing.epithet)) == segment) for standing in standings)
        for segment, standings in rows.items()
    }


def _leader(places: Mapping[int, Standing], sign: int) -> int | None:
    """The segment whose median and mean both lie beyond those of all others; None where there is no such."""
    best = max(places, key=lambda segment: sign * places[segment].median)
    others = [standing for segment, standing in places.items() if segment != best]
    ahead = all(sign * (places[best].median - other.median) > 0 for other in others)
    return best if ahead and all(sign * (places[best].mean - other.mean) > 0 for other in others) else None


def _names(
    confirmed: Sequence[tuple[Standing, ...]], every: Mapping[int, tuple[Standing, ...]]
) -> tuple[tuple[Message, ...], tuple[Standing | None, ...]]:
    """Names and what they are made of; those with the least choice come first, so that first words differ."""
    k = len(confirmed)
    choices = [
        [standing for standing in _preferred(confirmed[s]) if standing.leads and _strong(standing)] for s in range(k)
    ]
    names: dict[int, Message] = {}
    reasons: dict[int, Standing | None] = {}
    opened: set[str] = set()
    for segment in sorted(range(k), key=lambda s: (len(choices[s]) or len(every) * 99, s)):
        name: Message
        if choices[segment]:
            reason = _chosen(choices[segment], opened)
            name = Message.of("{phrases}", phrases=Cased("upper", own(reason.epithet)))
            reasons[segment] = reason
        else:
            name, reasons[segment] = _in_between(segment, confirmed[segment], every, set(names.values()))
        names[segment] = name
        opened.add(_first(name))
    return tuple(names[s] for s in range(k)), tuple(reasons[s] for s in range(k))


def _strong(standing: Standing) -> bool:
    return abs(standing.effect) >= NAMED_EFFECT


def _chosen(choices: Sequence[Standing], opened: set[str]) -> Standing:
    """The first choice, or one nearly as strong whose first word no other name has."""
    fresh = (standing for standing in choices if _first(standing.epithet) not in opened)
    return next((standing for standing in fresh if abs(standing.effect) >= NEARLY * abs(choices[0].effect)), choices[0])


def _preferred(standings: Sequence[Standing]) -> list[Standing]:
    """In the order that a name takes them: what the segment is worth, what it likes, then the rest.

    Spend, orders and cheque say much the same, so at most one of them comes before the others; and what a segment has
    more of tells more than what it has less of, unless that is much stronger.
    """
    worth = [standing for standing in standings if standing.column.meaning in _WORTH]
    lead = [standing for standing in worth if standing.leads and abs(standing.effect) >= LEADING_EFFECT][:1]
    others = sorted(
        (standing for standing in standings if standing not in worth),
        key=lambda standing: -standing.effect if standing.effect > 0 else 0.7 * standing.effect,
    )
    return [*lead, *others, *(standing for standing in worth if standing not in lead)]


def _in_between(
    segment: int,
    confirmed: Sequence[Standing],
    every: Mapping[int, tuple[Standing, ...]],
    taken: set[Message],
) -> tuple[Message, Standing | None]:
    """A name for a segment that leads nowhere: near the average, a share in words, or the value that no other has."""
    average = Message.of("Near the average")
    if average not in taken and not any(map(_strong, every[segment])):
        return average, None
    others = [standing for place, standings in every.items() if place != segment for standing in standings]
    candidates = sorted(
        (*confirmed, *(standing for standing in every[segment] if standing not in confirmed)),
        key=lambda own: not (_strong(own) and all(_apart(own, other) for other in others if _alike(other, own))),
    )
    for places in (0, 1, 2):
        for standing in candidates:
            elsewhere = [other for other in others if _alike(other, standing)]
            share = "%" in standing.column.format
            name = _share_in_words(standing, elsewhere) if share else _value_of_its_own(standing, elsewhere, places)
            if name is not None and name not in taken:
                return name, standing
    return Message.of("Group {n}", n=Quantity(segment + 1)), None


def _value_of_its_own(standing: Standing, others: Sequence[Standing], places: int) -> Message | None:
    """The typical value behind the label, where no other segment shows the same; a name has room for no more digits."""
    value = typical(standing.median, standing.column, places=places)
    if any(typical(other.median, standing.column, places=places).written == value.written for other in others):
        return None
    return Message.of("{label} {value}", label=Cased("upper", inline(standing.column.label)), value=value)


def _share_in_words(standing: Standing, others: Sequence[Standing]) -> Message | None:
    """A share as a name: how large a part it is, where no other segment has a part as large, else who is second.

    A percentage is a figure and no name. "Mostly wine" is said where the share is above three fifths here and nowhere
    else, "second most wine" where one segment alone is ahead, by the medians as they are shown and by the means.
    """
    for name, least, below in _parts(standing.column.label):
        inside = [least <= value < below for value in (standing.median, standing.mean)]
        elsewhere = [least <= value < below for other in others for value in (other.median, other.mean)]
        if all(inside) and not any(elsewhere):
            return name
    for sign in (1, -1):
        if len(others) > 1 and _second(standing, others, sign):
            return Message.of("{phrases}", phrases=Cased("upper", next_to_most(standing.column.label, more=sign > 0)))
    return None


def _parts(label: str) -> tuple[tuple[Message, float, float], ...]:
    """Words for parts of what the label's share is a share of, each with the shares that it is true of."""
    part = part_of(label)
    if part is None or not is_latin(label):
        return ()
    return (
        (Message.of("Mostly {label}", label=part), 0.6, math.inf),
        (Message.of("Half {label}", label=part), 0.4, 0.6),
        (Message.of("A third {label}", label=part), 0.29, 0.38),
    )


def _second(standing: Standing, others: Sequence[Standing], sign: int) -> bool:
    """Whether one segment alone has more of it, and the same one by the median and by the mean."""
    shown = typical(standing.median, standing.column).written
    if any(typical(other.median, standing.column).written == shown for other in others):
        return False
    by_median = [sign * other.median >= sign * standing.median for other in others]
    return sum(by_median) == 1 and by_median == [sign * other.mean >= sign * standing.mean for other in others]


def _apart(standing: Standing, other: Standing) -> bool:
    """Whether two segments' values of one column are farther apart than a hair: a name is no place for that."""
    return abs(standing.effect - other.effect) >= A_HAIR


def _alike(other: Standing, standing: Standing) -> bool:
    return other.column.name == standing.column.name


def _key(text: str) -> str:
    return text.casefold().strip()


def _words(text: str) -> tuple[str, ...]:
    """The words in no order, by which two phrases are told apart."""
    return tuple(sorted(_key(text).split()))


def _first(text: str) -> str:
    return _key(text).split(" ")[0].strip(",.:")
