"""What segments are called: short names that no figure beside them contradicts.

A word of the spec such as "big spenders" is given to one segment alone: the one that has the most of it, by the median
that stands beside the name and by the mean as well. So no two names share a word, and whoever is called so has more
than everybody who is not. Everybody else is told of as above or below all customers, and named by being second in
something, or by the typical value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from pipeline.contract import Cased, Dataset, Message, Profiles, own
from pipeline.describing.naming.in_between import in_between
from pipeline.describing.naming.standing import Standing, phrase, strong

LEADING_EFFECT = 0.7  # from here on a difference in worth opens the name
NEARLY = 0.6  # as strong as this part of the strongest a difference may name in its place, for another first word
_WORTH = ("spend", "orders", "average_cheque")


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
        [standing for standing in _preferred(confirmed[s]) if standing.leads and strong(standing)] for s in range(k)
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
            name, reasons[segment] = in_between(segment, confirmed[segment], every, set(names.values()))
        names[segment] = name
        opened.add(_first(name))
    return tuple(names[s] for s in range(k)), tuple(reasons[s] for s in range(k))


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


def _key(text: str) -> str:
    return text.casefold().strip()


def _words(text: str) -> tuple[str, ...]:
    """The words in no order, by which two phrases are told apart."""
    return tuple(sorted(_key(text).split()))


def _first(text: str) -> str:
    return _key(text).split(" ")[0].strip(",.:")
