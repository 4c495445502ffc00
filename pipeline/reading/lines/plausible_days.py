"""Days of purchases as they come: which are plausible, judged by the days around them and never by today's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low

_SENTINELS = frozenset(
    {
        date(1, 1, 1),
        date(1753, 1, 1),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
        date(1900, 1, 2),
        date(1970, 1, 1),
        date(2099, 12, 31),
        date(2100, 1, 1),
        date(2999, 12, 31),
        date(9999, 1, 1),
        date(9999, 12, 31),
    }
)  # what programs write where no day is known: the ends of their calendars
_FAR_AHEAD, _FAR_BEHIND = timedelta(days=365), timedelta(days=3653)
_TYPICAL_GAPS = 3
_FEW = 0.01  # of all lines


@dataclass(frozen=True)
class Days:
    """The first and last plausible day, None where there is none, and the days that no purchase can have had."""

    first: date | None
    last: date | None
    impossible: tuple[date, ...] = ()


def judge_days(counts: Sequence[tuple[date, int]]) -> Days:
    """Tell plausible days from impossible ones.

    Impossible is what stands far from the rest with few lines: more than a year ahead of it (a typing mistake such as
    2032), more than ten years behind it, both also more than three times as far as days of this file usually stand
    apart; a single day more than ten years from the rest, with however many lines; and the end of a program's
    calendar (9999-12-31, 1970-01-01) wherever no other day is within a year.

    Parameters
    ----------
    counts
        Distinct days with their numbers of lines, in order.
    """
    plausible = _without_sentinels(counts)
    if not plausible:
        return Days(None, None, tuple(day for day, _ in counts))
    runs = _runs(plausible)
    body = max(range(len(runs)), key=lambda at: sum(number for _, number in runs[at]))
    few = max(1.0, _FEW * sum(number for _, number in plausible))
    odd = [_alone(run, few) or _one_far_day(run, runs[body]) for run in runs]
    last = max(at for at in range(len(runs)) if at == body or not odd[at])
    first = min(
        at for at, run in enumerate(runs) if at == body or not odd[at] or runs[body][0][0] - run[-1][0] <= _FAR_BEHIND
    )
    kept = {day for run in runs[first : last + 1] for day, _ in run}
    return Days(min(kept), max(kept), tuple(day for day, _ in counts if day not in kept))


def _without_sentinels(counts: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    usual = [day for day, _ in counts if day not in _SENTINELS]
    return [
        (day, number)
        for day, number in counts
        if day not in _SENTINELS or any(abs(day - other) <= _FAR_AHEAD for other in usual)
    ]


def _runs(counts: Sequence[tuple[date, int]]) -> list[list[tuple[date, int]]]:
    """Days cut where the next one is more than a year, and three times the usual distance, away."""
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(counts)]
    far = max(_FAR_AHEAD, _TYPICAL_GAPS * timedelta(days=median_low(gap.days for gap in gaps))) if gaps else _FAR_AHEAD
    runs = [[counts[0]]]
    for gap, entry in zip(gaps, counts[1:], strict=True):
        if gap > far:
            runs.append([])
        runs[-1].append(entry)
    return runs


def _alone(run: Sequence[tuple[date, int]], few: float) -> bool:
    return sum(number for _, number in run) <= few


def _one_far_day(run: Sequence[tuple[date, int]], body: Sequence[tuple[date, int]]) -> bool:
    """A single day more than ten years from the rest, however many lines have it: written where none is known."""
    return len(run) == 1 and (run[0][0] - body[-1][0] > _FAR_BEHIND or body[0][0] - run[0][0] > _FAR_BEHIND)
