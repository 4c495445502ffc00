"""What the Segment page counts: responses, mix indices, traits, typical customers. Frames in, values out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashapp.i18n import _
from dashapp.pricing import FEW, FEWEST, wilson
from dashapp.selecting import answers, member_sums
from dashapp.telling import of_column, percent
from pipeline.contract import (
    NUMERIC_KINDS,
    Assignments,
    CategoryProfiles,
    Column,
    Customers,
    GroupMeaning,
    Meaning,
    Passive,
    Profiles,
    Segmentation,
    Typical,
)

LEAST = FEWEST  # contacted, under which there is no rate
LEAST_SHARE, LEAST_GAP = 0.01, 0.02  # of a total: drawn from the first on, said in words from the second on
MOST_CAMPAIGNS = 10
MOST_COLUMNS = 6  # of a table of typical customers
SMALL = 0.2  # standard deviations, under which a difference is a small one: Cohen (1988)
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
class MixShare:
    """One member of a mix: its share of the segment's total and of everybody's, and the index of the two."""

    label: str
    share: float
    overall: float
    of: GroupMeaning = "categories"

    @property
    def visible(self) -> bool:
        """Whether there is enough of it, here or overall, for an index to mean anything."""
        return max(self.share, self.overall) >= LEAST_SHARE

    @property
    def differs(self) -> bool:
        """Whether the two shares differ so much that whole percentages show it."""
        return abs(self.share - self.overall) >= LEAST_GAP

    @property
    def index(self) -> float | None:
        """100 is the share that all customers have; None where nobody has any."""
        return 100 * self.share / self.overall if self.overall > 0 else None


@dataclass(frozen=True)
class Trait:
    """One passive trait as stored; numbers are None under 30 known customers."""

    label: str
    text: str  # shares and averages with their intervals; an average says that it is one
    coverage: float
    effect: float | None
    overall: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    overall_share: float | None = None  # of a share only; None for means
    here: str = ""  # the value alone

    @property
    def beside(self) -> tuple[str, str, str]:
        """What it is, here, and of all customers."""
        label = self.label if self.overall_share is not None else _("{label}, average", label=self.label)
        return label, self.here, self.overall


@dataclass(frozen=True)
class TraitComparison:
    """One trait of a segment beside all customers, in words; ``known`` customers of the segment have a value."""

    label: str
    here: str
    overall: str
    known: int


def responses(segmentation: Segmentation, segment: int) -> tuple[Response, ...]:
    """Each campaign with its contacts and answers, by date; those without one in the data set's order, last."""
    everybody, responses_by_date = segmentation.everybody, []
    rows = 1.0 if everybody is None or everybody.tallies is not None else everybody.sampled / everybody.rows
    for campaign in sorted(segmentation.dataset.campaigns, key=lambda campaign: campaign.start or date.max):
        if campaign.column not in segmentation.customers:
            continue
        told = answers(segmentation, campaign.column)
        contacted, answered = (round(count) for count in told[segment])
        known, yes = told.sum(axis=0)
        overall = float(yes / known) if known >= LEAST else None
        if contacted < LEAST:
            responses_by_date.append(Response(campaign.label, contacted, answered, overall))
            continue
        low, high = map(float, wilson(answered * rows, contacted * rows))
        responses_by_date.append(
            Response(campaign.label, contacted, answered, overall, answered / contacted, low, high)
        )
    return tuple(responses_by_date)


def drawn(answers: Sequence[Response]) -> list[Response]:
    """Those that the chart has room for: the latest with a rate; all of them stand in the table."""
    return [response for response in answers if response.rate is not None][-MOST_CAMPAIGNS:]


def mix(segmentation: Segmentation, segment: int, meaning: GroupMeaning) -> tuple[MixShare, ...]:
    """Members of a group by falling index; empty where the data set has no such group."""
    group = segmentation.dataset.group(meaning)
    if group is None or not group.members or not set(group.members) <= set(segmentation.customers):
        return ()
    every = member_sums(segmentation, group)
    sums, everybody = every[segment], every.sum(axis=0)
    if sums.sum() <= 0 or everybody.sum() <= 0:
        return ()
    shares, overall = sums / sums.sum(), everybody / everybody.sum()
    mix_shares = [
        MixShare(label, float(share), float(every), meaning)
        for label, share, every in zip(group.member_labels, shares, overall, strict=True)
    ]
    return tuple(sorted(mix_shares, key=lambda share: -(share.index or 0)))


def traits(segmentation: Segmentation, segment: int) -> tuple[Trait, ...]:
    """Passive traits, the most different first; those of which too little is known come last."""
    mine = segmentation.passive[segmentation.passive[Passive.SEGMENT] == segment]
    stored = [
        _trait(segmentation, {str(name): value for name, value in row.items()}) for row in mine.to_dict("records")
    ]
    return tuple(sorted(stored, key=lambda trait: -abs(trait.effect) if trait.effect is not None else math.inf))


def typical(segmentation: Segmentation, segment: int) -> tuple[tuple[Column, ...], str, pd.DataFrame]:
    """Columns, the id's column (empty where not kept), and the rows of the typical customers, nearest first.

    Columns are the main ones, then those that set the segment apart, six at most.
    """
    keys = segmentation.typical[segmentation.typical[Typical.SEGMENT] == segment].sort_values(Typical.RANK)[Typical.KEY]
    held = segmentation.customers.set_index(Customers.keys(segmentation.customers).to_numpy())
    rows = held.reindex(keys[keys.isin(held.index)])
    dataset = segmentation.dataset
    main = [column.name for meaning in _MAIN if (column := dataset.meaning(meaning))]
    apart = sorted(segmentation.cards[segment].differences, key=lambda difference: -abs(difference.effect))
    names = dict.fromkeys([*main, *(difference.column for difference in apart)])
    columns = [dataset.column(name) for name in names if name in rows][:MOST_COLUMNS]
    identity = segmentation.dataset.id_column or ""
    return tuple(columns), identity if identity in rows else "", rows


def beside(segmentation: Segmentation, segment: int) -> tuple[TraitComparison, ...]:
    """Medians of numbers and shares of groups, campaigns left out; nothing is told of under ``LEAST`` customers."""
    known = {column.name: column for column in segmentation.dataset.columns if column.role in ("active", "passive")}
    numbers = segmentation.profiles[segmentation.profiles[Profiles.SEGMENT] == segment].to_dict("records")
    comparisons = [
        _beside(
            known[row[Profiles.COLUMN]], "", int(row[Profiles.N]), row[Profiles.MEDIAN], row[Profiles.OVERALL_MEDIAN]
        )
        for row in numbers
        if row[Profiles.COLUMN] in known and known[row[Profiles.COLUMN]].kind in NUMERIC_KINDS
    ]
    groups = segmentation.category_profiles[segmentation.category_profiles[CategoryProfiles.SEGMENT] == segment]
    sizes = groups.groupby(CategoryProfiles.COLUMN)[CategoryProfiles.N].sum()
    return tuple(
        comparisons
        + [
            _beside(
                known[row[CategoryProfiles.COLUMN]],
                str(row[CategoryProfiles.CATEGORY]),
                int(sizes[row[CategoryProfiles.COLUMN]]),
                row[CategoryProfiles.SHARE],
                row[CategoryProfiles.OVERALL_SHARE],
            )
            for row in groups.to_dict("records")
            if row[CategoryProfiles.COLUMN] in known
        ]
    )


def members(segmentation: Segmentation, segment: int) -> npt.NDArray[np.bool_]:
    """Which rows of the customers belong to the segment, (n,)."""
    keys = segmentation.assignments.loc[segmentation.assignments[Assignments.SEGMENT] == segment, Assignments.KEY]
    return Customers.keys(segmentation.customers).isin(keys).to_numpy()


def _beside(column: Column, category: str, known: int, here: float, overall: float) -> TraitComparison:
    def told(value: float) -> str:
        return percent(value) if category else of_column(value, column)

    return TraitComparison(
        f"{column.label}: {category}" if category else column.label,
        told(here) if known >= LEAST else _("too few known"),
        told(overall),
        known,
    )


def _floats(series: pd.Series) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = pd.to_numeric(series, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return values


def _trait(segmentation: Segmentation, row: dict[str, object]) -> Trait:
    column, category = segmentation.dataset.column(str(row[Passive.COLUMN])), str(row[Passive.CATEGORY])
    share = bool(category) or column.kind == "flag"
    overall = _known(row[Passive.OVERALL])
    words = _("not known") if overall is None else percent(overall) if share else of_column(overall, column)
    label = f"{column.label}: {category}" if category else column.label
    text, coverage = str(row[Passive.TEXT]), _known(row[Passive.COVERAGE]) or 0.0
    value = _known(row[Passive.VALUE])
    if not share and value is not None:
        text = _("{trait}, average", trait=text)
    return Trait(
        label,
        text,
        coverage,
        _known(row[Passive.EFFECT]),
        words,
        value,
        _known(row[Passive.LOW]),
        _known(row[Passive.HIGH]),
        overall if share else None,
        "" if value is None else percent(value) if share else of_column(value, column),
    )


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not math.isnan(value) else None
