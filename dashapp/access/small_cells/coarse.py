"""A run as a viewer sees it: no group under ten can be singled out, whatever is filtered, compared or subtracted.

The customers of each segment are put into groups of ten and more who stand near each other on the map, and each group
into ten alike rows (microaggregation: Defays and Nanopoulos 1993; Domingo-Ferrer and Mateo-Sanz 2002). So every count
under every filter is a multiple of ten, and so is the difference of any two: there is nothing to suppress afterwards,
and nothing to subtract. A group takes each value from one of its members, by a low-discrepancy sequence of its own for
each column (Kronecker's), which keeps the shares of values in a segment nearly as they are; the value is that of a bin
of ten customers and more of that segment: the mean of all but the lowest and the highest of them, in three digits.
No extreme, no median and no rare category of the data is left in it, and no point of the map is a customer. Whatever
else is told of a segment, in tables, on cards and in sentences, is computed of these rows (``summaries``).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from dashapp.access.small_cells import summaries
from dashapp.access.small_cells.coarse_cards import cards
from dashapp.access.small_cells.groups import DIGITS, LEAST, Array, Groups, Numbers, rounded
from dashapp.access.small_cells.summaries import Seen
from pipeline.contract import (
    CATEGORY_KINDS,
    NUMERIC_KINDS,
    Affinities,
    Assignments,
    CandidateRecord,
    Customers,
    Everybody,
    FeatureTransform,
    Ledger,
    Projection,
    Segmentation,
    empty_table,
    population,
)

_BINS = 20  # of a number in a segment
_UNKNOWN = -1
_DESCRIBED = ("active", "passive", "outcome")


def coarse(segmentation: Segmentation) -> Segmentation:
    """The run in groups of ten and more; what tells of single rows or of fewer customers is left out.

    Of a run whose customers are not in memory, it is the sample that is put into groups, and its weights stand for the
    others: exact tallies, which would tell of cells under ten, are left out with everybody's rows.
    """
    if segmentation.everybody is not None:
        segmentation = _drawn(segmentation)
    labels = segmentation.assignments[Assignments.SEGMENT].to_numpy(np.int64)
    x, y = (segmentation.projection[name].to_numpy(np.float64) for name in (Projection.X, Projection.Y))
    groups = Groups.of(np.argsort(labels, kind="stable"), np.bincount(labels, minlength=segmentation.k), x, y)
    sizes = _rounded_sizes(labels, groups, segmentation.k)
    places = np.repeat(np.arange(len(groups)), sizes)
    customers = _customers(segmentation, labels, groups).take(places).reset_index(drop=True)
    customers.insert(0, str(segmentation.customers.columns[0]), np.arange(len(places)))
    assignments = _assignments(segmentation, labels, groups).take(places)
    segments, held = assignments[Assignments.SEGMENT].to_numpy(np.int64), _sizes(segmentation, labels)
    everybody = _stood_for(segments, held) if segmentation.everybody else None
    weights = everybody.weights if everybody else np.ones(len(segments))
    seen = Seen(customers, segments, weights, segmentation.k, segmentation.transform)
    profiles = summaries.profiles(segmentation.profiles, seen)
    projection = pd.DataFrame(
        {name: groups.means(segmentation.projection[name]) for name in (Projection.X, Projection.Y)}
    )
    return replace(
        segmentation,
        customers=customers,
        transform=_without_numbers(segmentation.transform),
        centres=np.full_like(segmentation.centres, np.nan),
        projection=_keyed(projection.take(places)),
        assignments=_keyed(assignments),
        cards=cards(segmentation, held, seen, profiles),
        ledger=_ledger(segmentation.ledger, everybody.rows if everybody else len(places)),
        everybody=everybody,
        quarantine=segmentation.quarantine.iloc[:0],
        typical=empty_table("typical"),
        profiles=profiles,
        category_profiles=summaries.category_profiles(segmentation.category_profiles, seen),
        passive=summaries.passive(segmentation.passive, seen, segmentation.dataset),
        rules=(),
        campaigns=None,
        affinities=_pairs(segmentation.affinities),
        candidates=tuple(_candidate(record) for record in segmentation.candidates),
        rfm=None,
        rfm_scores=empty_table("rfm_scores"),
    )


def _drawn(segmentation: Segmentation) -> Segmentation:
    """The run with the rows of its sample alone, without those that stand there for themselves."""
    rows = (
        np.flatnonzero(segmentation.everybody.weights > 0)
        if segmentation.everybody
        else np.arange(len(segmentation.customers))
    )
    tables = (segmentation.customers, segmentation.projection, segmentation.assignments)
    customers, projection, assignments = (table.iloc[rows].reset_index(drop=True) for table in tables)
    return replace(segmentation, customers=customers, projection=projection, assignments=assignments)


def _sizes(segmentation: Segmentation, labels: Array) -> Array:
    """Customers of each segment, (k,)."""
    if segmentation.everybody is None:
        return np.bincount(labels, minlength=segmentation.k)
    held = {card.segment: card.size for card in segmentation.cards}
    return np.array([held.get(segment, 0) for segment in range(segmentation.k)])


def _stood_for(segments: Array, sizes: Array) -> Everybody:
    """For whom the rows of a sample stand once it is in groups: segments to the nearest ten."""
    held = np.array([rounded(float(size)) for size in sizes], dtype=np.int64)
    held[np.bincount(segments, minlength=len(held)) == 0] = 0
    weights = population.stand_in_weights(np.ones(len(segments)), segments, held)
    return Everybody(int(held.sum()), len(segments), weights)


def _rounded_sizes(labels: Array, groups: Groups, k: int) -> Array:
    """Ten rows a group; the last of a segment makes up for what is left over: each counts to the nearest ten."""
    sizes = np.full(len(groups), LEAST)
    owner = labels[groups.first]
    for segment in range(k):
        mine = np.flatnonzero(owner == segment)
        if len(mine):
            sizes[mine[-1]] += rounded(float((labels == segment).sum())) - LEAST * len(mine)
    return sizes


def _customers(segmentation: Segmentation, labels: Array, groups: Groups) -> pd.DataFrame:
    """One row a group: the columns that are described, each value that of ten customers and more."""
    kinds = {column.name: column.kind for column in segmentation.dataset.columns if column.role in _DESCRIBED}
    mixed = {member for group in segmentation.dataset.groups for member in group.members}
    made: dict[str, pd.Series] = {}
    for place, name in enumerate(str(column) for column in segmentation.customers.columns[1:]):
        series = segmentation.customers[name]
        if name == segmentation.dataset.id_column or name not in kinds | dict.fromkeys(mixed, "number"):
            continue
        if name in mixed or kinds[name] in NUMERIC_KINDS:
            made[name] = _numbers(series, labels, groups, place, whole=kinds.get(name) == "integer")
        elif kinds[name] in CATEGORY_KINDS or kinds[name] == "flag":
            made[name] = _categories(series, labels, groups, place)
    return pd.DataFrame(made, index=range(len(groups)))


def _numbers(series: pd.Series, labels: Array, groups: Groups, place: int, *, whole: bool) -> pd.Series:
    values = pd.to_numeric(series, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    told = np.full(len(values), np.nan)
    for segment in np.unique(labels):
        rows = np.flatnonzero((labels == segment) & np.isfinite(values))
        for part in _bins(rows[np.argsort(values[rows], kind="stable")], values):
            told[part] = _middle(values[part], whole=whole)
    made = pd.Series(told[groups.speakers(told, place)], dtype=np.float64)
    return made.astype("Int64") if whole else made


def _bins(rows: Array, values: Numbers) -> list[Array]:
    """Rows in the order of their values, cut into at most twenty bins of ten and more; equal values stay together."""
    if len(rows) < LEAST:
        return []
    width = max(LEAST, math.ceil(len(rows) / _BINS))
    first = np.searchsorted(values[rows], values[rows])  # of each value's own kind
    cuts = np.flatnonzero(np.diff(first // width)) + 1
    parts = np.split(rows, cuts)
    made = [parts[0]]
    for part in parts[1:]:
        if len(made[-1]) < LEAST:
            made[-1] = np.concatenate([made[-1], part])
        else:
            made.append(part)
    if len(made) > 1 and len(made[-1]) < LEAST:
        last = made.pop()
        made[-1] = np.concatenate([made[-1], last])
    return made


def _middle(values: Numbers, *, whole: bool) -> float:
    """The mean of all but the lowest and the highest, in three digits; a whole number where the column has such."""
    mean = float(np.sort(values)[1:-1].mean())
    if whole:
        return float(round(mean))
    return float(f"{mean:.{DIGITS}g}")


def _categories(series: pd.Series, labels: Array, groups: Groups, place: int) -> pd.Series:
    codes, words = pd.factorize(series, use_na_sentinel=True)
    codes = codes.astype(np.int64)
    for segment in np.unique(labels):
        mine = np.flatnonzero(labels == segment)
        counts = np.bincount(codes[mine][codes[mine] >= 0], minlength=len(words))
        codes[mine[(codes[mine] >= 0) & (counts[codes[mine]] < LEAST)]] = _UNKNOWN  # too rare here to be told
    taken = codes[groups.speakers(codes.astype(np.float64), place)]
    spoken = pd.Series(words).astype(series.dtype)
    return spoken.reindex(taken).reset_index(drop=True)


def _assignments(segmentation: Segmentation, labels: Array, groups: Groups) -> pd.DataFrame:
    table = segmentation.assignments
    second = table[Assignments.SECOND].to_numpy(np.int64)
    numbers = (Assignments.DISTANCE, Assignments.SECOND_DISTANCE, Assignments.SILHOUETTE)
    return pd.DataFrame(
        {
            Assignments.SEGMENT: labels[groups.first],
            Assignments.SECOND: groups.commonest(second),
            **{name: groups.means(table[name]) for name in numbers},
        }
    )


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    made = table.reset_index(drop=True)
    made.insert(0, Customers.KEY, np.arange(len(made)))
    return made


def _without_numbers(transform: FeatureTransform) -> FeatureTransform:
    """The features' names; bounds, fills and centres are values of customers."""
    unknown, unbound = (math.nan,) * len(transform.names), (None,) * len(transform.names)
    told = {"fill": unknown, "centre": unknown, "scale": unknown, "lower": unbound, "upper": unbound}
    return transform.model_copy(update=told)


def _candidate(record: CandidateRecord) -> CandidateRecord:
    return record.model_copy(update={"sizes": tuple(rounded(size) for size in record.sizes), "dissolved": ()})


def _pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Pairs that ten and more have, counted to the nearest ten, their figures in as many digits as that leaves."""
    kept = table[table[Affinities.COUNT] >= LEAST].reset_index(drop=True)
    counts = pd.Series([rounded(float(count)) for count in kept[Affinities.COUNT]], dtype=np.int64)
    digits = {name: [float(f"{value:.2g}") for value in kept[name]] for name in _OF_PAIRS}
    scale = (counts / kept[Affinities.COUNT]).to_numpy(np.float64)
    return kept.assign(**{**digits, Affinities.SUPPORT: kept[Affinities.SUPPORT] * scale, Affinities.COUNT: counts})


_OF_PAIRS = (
    Affinities.CONFIDENCE,
    Affinities.REVERSE,
    Affinities.LIFT,
    Affinities.LEVERAGE,
    Affinities.OVERALL_LIFT,
    Affinities.DIFFERENCE,
)


def _ledger(ledger: Ledger, rows: int) -> Ledger:
    """How many rows, to the nearest ten, and nothing of single rules and rows."""
    return Ledger.model_construct(**{**dict(ledger), "rows_in": rows, "rows_out": rows, **_NO_RULES})


_NO_RULES = {"dropped": 0, "quarantined": 0, "entries": (), "lines": None}
