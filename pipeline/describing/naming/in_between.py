"""Names of segments that lead in nothing: who is second, a share in words, the typical value, or two sides at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from pipeline.contract import (
    Cased,
    Joined,
    Message,
    Quantity,
    inline,
    is_latin,
    next_to_most,
    own,
    part_of,
)
from pipeline.describing.naming.standing import Standing, strong, typical

A_HAIR = 0.2  # between the effects of two segments in one column
LEAST_OF_THIRDS = 5  # other segments, of which two are ahead: the third of six is in the upper half
LONGEST_LABEL = 3  # words, with which a name that says who is second is short


def in_between(
    segment: int,
    confirmed: Sequence[Standing],
    every: Mapping[int, tuple[Standing, ...]],
    taken: set[Message],
) -> tuple[Message, Standing | None]:
    """A name for a segment that leads nowhere: near the average, a share in words, who is second, or its own value.

    "Visits: second highest" says what "Visits 14" leaves to be looked up; of six segments or more "third highest" says
    it too. Where that is true of no strong difference, the value that no other segment has is a name still, if it is no
    hair from another's, with the side of all customers that it is on: "Higher visits: 14". Else two columns together
    may tell it from all others: "Higher visits and lower spend".
    """
    average = Message.of("Near the average")
    if average not in taken and not any(map(strong, every[segment])):
        return average, None
    others = [standing for place, standings in every.items() if place != segment for standing in standings]
    candidates = sorted(
        (*confirmed, *(standing for standing in every[segment] if standing not in confirmed)),
        key=lambda own: not (strong(own) and all(_apart(own, other) for other in others if _alike(other, own))),
    )
    for standing in candidates:
        name = _second_of_all(standing, [other for other in others if _alike(other, standing)])
        if name is not None and name not in taken:
            return name, standing
    for standing in confirmed:
        name = _third_of_all(standing, [other for other in others if _alike(other, standing)])
        if name is not None and name not in taken:
            return name, standing
    both = _on_two_sides(segment, confirmed, every, taken)
    for places in (0, 1, 2):
        for standing in candidates:
            if both and not all(_apart(standing, other) for other in others if _alike(other, standing)):
                continue
            elsewhere = [other for other in others if _alike(other, standing)]
            share = "%" in standing.column.format
            name = _share_in_words(standing, elsewhere) if share else _value_of_its_own(standing, elsewhere, places)
            if name is not None and name not in taken:
                return name, standing
    if both:
        return both
    usual = Message.of("Like the typical customer")
    if usual not in taken and not any(map(strong, confirmed)):
        return usual, None
    return Message.of("Group {n}", n=Quantity(segment + 1)), None


def _on_two_sides(
    segment: int,
    confirmed: Sequence[Standing],
    every: Mapping[int, tuple[Standing, ...]],
    taken: set[Message],
) -> tuple[Message, Standing] | None:
    """The two strongest differences that no other segment shows together, by medians and by means; None without such.

    The first of the two is what the name rests on.
    """
    others = [standings for place, standings in every.items() if place != segment]
    words = {tuple(sorted(name.casefold().split())) for name in taken}
    for pair in combinations(filter(strong, confirmed), 2):
        if any(all(_beside(standing, standings) for standing in pair) for standings in others):
            continue
        latin = all(is_latin(standing.column.label) for standing in pair)
        sides = tuple(own(replace(standing, leads=False).words) for standing in pair)
        name = Message.of("{phrases}", phrases=Cased("upper", Joined(sides, " and " if latin else " / ")))
        if tuple(sorted(name.casefold().split())) not in words:
            return name, pair[0]
    return None


def _beside(standing: Standing, standings: Sequence[Standing]) -> bool:
    """Whether another segment is on the same side of all customers in this column, by its median or its mean."""
    other = next((one for one in standings if _alike(one, standing)), None)
    return other is not None and (other.sign == standing.sign or standing.sign * (other.median - other.overall) > 0)


def _value_of_its_own(standing: Standing, others: Sequence[Standing], places: int) -> Message | None:
    """The typical value behind the label, where no other segment shows the same; a name has room for no more digits."""
    value = typical(standing.median, standing.column, places=places)
    if any(typical(other.median, standing.column, places=places).written == value.written for other in others):
        return None
    side = replace(standing, leads=False).words
    if standing.confirmed and strong(standing) and is_latin(side) and len(side.split()) <= LONGEST_LABEL:
        return Message.of("{side}: {value}", side=Cased("upper", own(side)), value=value)
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


def _second_of_all(standing: Standing, others: Sequence[Standing]) -> Message | None:
    """The label and that one segment alone is ahead, so that each name of this form has a first word of its own."""
    short = len(standing.column.label.split()) <= LONGEST_LABEL
    if "%" in standing.column.format or len(others) < 2 or not (short and strong(standing)):
        return None
    label = Cased("upper", inline(standing.column.label))
    if _second(standing, others, 1):
        return Message.of("{label}: second highest", label=label)
    return Message.of("{label}: second lowest", label=label) if _second(standing, others, -1) else None


def _third_of_all(standing: Standing, others: Sequence[Standing]) -> Message | None:
    """The label and that two segments are ahead, where three more are behind: on the side of all that the name says."""
    short = len(standing.column.label.split()) <= LONGEST_LABEL
    if "%" in standing.column.format or len(others) < LEAST_OF_THIRDS or not (short and strong(standing)):
        return None
    if not _ranked(standing, others, standing.sign, ahead=2):
        return None
    label = Cased("upper", inline(standing.column.label))
    return Message.of("{label}: third highest" if standing.sign > 0 else "{label}: third lowest", label=label)


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
    return _ranked(standing, others, sign, ahead=1)


def _ranked(standing: Standing, others: Sequence[Standing], sign: int, *, ahead: int) -> bool:
    """Whether so many segments have more of it, and the same ones by the median and by the mean."""
    shown = typical(standing.median, standing.column).written
    if any(typical(other.median, standing.column).written == shown for other in others):
        return False
    by_median = [sign * other.median >= sign * standing.median for other in others]
    return sum(by_median) == ahead and by_median == [sign * other.mean >= sign * standing.mean for other in others]


def _apart(standing: Standing, other: Standing) -> bool:
    """Whether two segments' values of one column are farther apart than a hair: a name is no place for that."""
    return abs(standing.effect - other.effect) >= A_HAIR


def _alike(other: Standing, standing: Standing) -> bool:
    return other.column.name == standing.column.name
