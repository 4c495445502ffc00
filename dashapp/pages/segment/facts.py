"""What the Segment page counts: responses, mix indices, traits, typical customers. Frames in, values out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from dashapp.words import of_column, percent
from pipeline.contract import (
    Assignments,
    Column,
    Customers,
    Group,
    GroupMeaning,
    Meaning,
    Passive,
    Segmentation,
    Typical,
)

LEAST, FEW = 30, 60  # contacted: no rate under the first, a flag under the second
_Z = 1.959964
_MAIN: tuple[Meaning, ...] = ("spend", "orders", "average_cheque", "recency", "age", "income")


@dataclass(frozen=True)
class Response:
    """What one segment answered to one campaign; ``rate`` and its interval are None under ``LEAST`` contacted."""

    label: str
    contacted: int
    answered: int
    overall: float | None  # None under ``LEAST`` contacted overall
    rate: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def few(self) -> bool:
        """Whether the rate stands on so few customers that it is to be read with care."""
        return self.contacted < FEW


@dataclass(frozen=True)
class Share:
    """One member of a mix: its share of the segment's total and of everybody's, and the index of the two."""

    label: str
    share: float
    overall: float

    @property
    def index(self) -> float | None:
        """100 is the share that all customers have; None where nobody has any."""
        return 100 * self.share / self.overall if self.overall > 0 else None


@dataclass(frozen=True)
class Trait:
    """One passive trait as stored; numbers are None under 30 known customers."""

    label: str
    text: str
    coverage: float
    effect: float | None
    overall: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    overall_share: float | None = None  # of a share only; None for means


def wilson(count: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); ``n`` at least 1."""
    share, square = count / n, _Z**2 / n
    middle = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def responses(it: Segmentation, segment: int) -> tuple[Response, ...]:
    """Each campaign with its contacts and answers, in the data set's order."""
    inside = members(it, segment)
    found = []
    for campaign in it.dataset.campaigns:
        if campaign.column not in it.customers:
            continue
        outcome = pd.to_numeric(it.customers[campaign.column], errors="coerce").astype("float64")
        mine, every = outcome[inside].dropna(), outcome.dropna()
        contacted, answered = len(mine), int((mine > 0).sum())
        overall = float((every > 0).mean()) if len(every) >= LEAST else None
        if contacted < LEAST:
            found.append(Response(campaign.label, contacted, answered, overall))
            continue
        low, high = wilson(answered, contacted)
        found.append(Response(campaign.label, contacted, answered, overall, answered / contacted, low, high))
    return tuple(found)


def mix(it: Segmentation, segment: int, meaning: GroupMeaning) -> tuple[Share, ...]:
    """Members of a group by falling index; empty where the data set has no such group."""
    group = it.dataset.group(meaning)
    if group is None or not group.members or not set(group.members) <= set(it.customers):
        return ()
    sums, everybody = _sums(it, group, members(it, segment)), _sums(it, group, None)
    if sums.sum() <= 0 or everybody.sum() <= 0:
        return ()
    shares, overall = sums / sums.sum(), everybody / everybody.sum()
    found = [Share(label, float(shares[member]), float(overall[member]))
             for member, label in zip(group.members, group.member_labels, strict=True)]
    return tuple(sorted(found, key=lambda one: -(one.index or 0)))


def traits(it: Segmentation, segment: int) -> tuple[Trait, ...]:
    """Passive traits, the most different first; those of which too little is known come last."""
    mine = it.passive[it.passive[Passive.SEGMENT] == segment]
    found = [_trait(it, {str(name): value for name, value in row.items()}) for row in mine.to_dict("records")]
    return tuple(sorted(found, key=lambda one: -abs(one.effect) if one.effect is not None else math.inf))


def typical(it: Segmentation, segment: int) -> tuple[tuple[Column, ...], str, pd.DataFrame]:
    """Main columns, the id's column (empty where not kept), and the rows of the typical customers, nearest first."""
    keys = it.typical[it.typical[Typical.SEGMENT] == segment].sort_values(Typical.RANK)[Typical.KEY]
    rows = it.customers.set_index(Customers.KEY).reindex(keys)
    columns = [column for meaning in _MAIN if (column := it.dataset.meaning(meaning)) and column.name in rows]
    identity = it.dataset.id_column or ""
    return tuple(columns), identity if identity in rows else "", rows


def members(it: Segmentation, segment: int) -> pd.Series:
    """Which rows of the customers belong to the segment, (n,)."""
    keys = it.assignments.loc[it.assignments[Assignments.SEGMENT] == segment, Assignments.KEY]
    return it.customers[Customers.KEY].isin(keys)


def _sums(it: Segmentation, group: Group, inside: pd.Series | None) -> pd.Series:
    rows = it.customers if inside is None else it.customers[inside]
    return rows[list(group.members)].astype("float64").clip(lower=0).sum()


def _trait(it: Segmentation, row: dict[str, object]) -> Trait:
    column, category = it.dataset.column(str(row[Passive.COLUMN])), str(row[Passive.CATEGORY])
    share = bool(category) or column.kind == "flag"
    overall = _known(row[Passive.OVERALL])
    words = "not known" if overall is None else percent(overall) if share else of_column(overall, column)
    label = f"{column.label}: {category}" if category else column.label
    text, coverage = str(row[Passive.TEXT]), _known(row[Passive.COVERAGE]) or 0.0
    return Trait(label, text, coverage, _known(row[Passive.EFFECT]), words, _known(row[Passive.VALUE]),
                 _known(row[Passive.LOW]), _known(row[Passive.HIGH]), overall if share else None)


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not math.isnan(value) else None
