"""Two runs side by side: who is where in both, how alike they are, what became of each segment; values in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashapp.i18n import _
from dashapp.selecting import weights_of
from pipeline.contract import (
    Assignments,
    Column,
    Customers,
    Labels,
    Matrix,
    Profiles,
    RunSummary,
    Segmentation,
    SegmentCard,
)

SAME, CHANGED = 0.6, 0.3  # least Jaccard overlap of members, as when a training looks for its predecessors
FEWEST = 30  # fewer common customers say nothing
MOST_DELTAS = 10
_BLOCK = 2**20  # customers whose segments are looked at together
_QUALITY = frozenset({"silhouette", "inertia"})  # results, which are told apart from what was asked for
Numbers = npt.NDArray[np.integer[Any]]
Fate = Literal["same", "changed", "dissolved", "new"]


@dataclass(frozen=True)
class Match:
    """What became of a segment: its place in both runs, and the share of members of either that are in both."""

    fate: Fate
    a: SegmentCard | None
    b: SegmentCard | None
    overlap: float


@dataclass(frozen=True)
class RunPair:
    """Two runs over the customers that both hold."""

    a: Segmentation
    b: Segmentation
    table: Labels  # (k of a, k of b): customers
    matches: tuple[Match, ...]

    @property
    def common(self) -> int:
        """Customers in both runs."""
        return int(self.table.sum())

    @property
    def moved(self) -> int:
        """Common customers outside the segment that continues their own."""
        stayed = sum(int(self.table[match.a.segment, match.b.segment]) for match in self.matches if match.a and match.b)
        return self.common - stayed

    @property
    def shares(self) -> Matrix:
        """The table as shares of each segment of ``a``."""
        parts: Matrix = self.table / np.maximum(self.table.sum(axis=1, keepdims=True), 1)
        return parts


@dataclass(frozen=True)
class Delta:
    """One column over the segments that go on: shift of the mean in standard deviations of all customers."""

    column: Column
    shifts: tuple[float, ...]  # by match
    before: tuple[float, ...]  # medians
    after: tuple[float, ...]


def pair(a: Segmentation, b: Segmentation, counted: Labels | None = None) -> RunPair | str:
    """Both runs over their common customers, or why they cannot be compared.

    ``counted`` are these by segment in both, (k of a, k of b), where they were counted before; of runs by their sample
    they are else estimated.
    """
    if counted is not None and same_customers(a, b):
        return RunPair(a, b, counted, matches(counted, a.cards, b.cards))
    common = _common(a, b)
    if isinstance(common, str):
        return common
    table = contingency(common[0], common[1], len(a.cards), len(b.cards), common[2])
    return RunPair(a, b, table, matches(table, a.cards, b.cards))


def contingency(a: Numbers, b: Numbers, k_a: int, k_b: int, weights: Matrix | None = None) -> Labels:
    """Customers by segment in both, (k_a, k_b); ``weights``: for how many each stands."""
    counted = np.zeros(k_a * k_b)
    for first in range(0, len(a), _BLOCK):
        part = slice(first, first + _BLOCK)
        cells = a[part].astype(np.int64) * k_b + b[part]
        counted += np.bincount(cells, None if weights is None else weights[part], minlength=k_a * k_b)
    return np.rint(counted).reshape(k_a, k_b).astype(np.int64)


def same_customers(a: Segmentation, b: Segmentation) -> bool:
    """Whether both runs are of the same customers in the same order."""
    return a.sweep_run_id == b.sweep_run_id or (
        a.ledger.fingerprint == b.ledger.fingerprint and _rows(a) == _rows(b) and a.dataset.spec == b.dataset.spec
    )


def matches(table: Labels, a: Sequence[SegmentCard], b: Sequence[SegmentCard]) -> tuple[Match, ...]:
    """What became of each segment: pairs by falling overlap, then those that dissolved, then those that are new."""
    jaccard = table / np.maximum(table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table, 1)
    order = [divmod(int(place), len(b)) for place in np.argsort(-jaccard, axis=None, kind="stable")]
    paired: list[Match] = []
    rows, columns = set(range(len(a))), set(range(len(b)))
    for row, column in order:
        overlap = float(jaccard[row, column])
        if overlap >= CHANGED and row in rows and column in columns:
            paired.append(Match("same" if overlap >= SAME else "changed", a[row], b[column], overlap))
            rows.remove(row)
            columns.remove(column)
    gone = [Match("dissolved", a[row], None, float(jaccard[row].max())) for row in sorted(rows)]
    new = [Match("new", None, b[column], float(jaccard[:, column].max())) for column in sorted(columns)]
    return (*sorted(paired, key=lambda match: match.a.segment if match.a else 0), *gone, *new)


def deltas(run_pair: RunPair) -> tuple[Delta, ...]:
    """Columns whose mean shifted most in the segments that go on, the largest shift first."""
    going = [(match.a.segment, match.b.segment) for match in run_pair.matches if match.a and match.b]
    before, after = _by_place(run_pair.a), _by_place(run_pair.b)
    spread = _deviations(run_pair.a)
    shifted = []
    for column in run_pair.a.dataset.columns:
        places = [((a, column.name), (b, column.name)) for a, b in going]
        scale = float(spread.get(column.name, 0.0))
        known = bool(places) and all(a in before and b in after for a, b in places)
        if column.role == "outcome" or not known or not scale > 0:
            continue
        shifts = tuple((after[b][0] - before[a][0]) / scale for a, b in places)
        shifted.append(
            Delta(column, shifts, tuple(before[a][1] for a, _b in places), tuple(after[b][1] for _a, b in places))
        )
    return tuple(sorted(shifted, key=lambda delta: -max(abs(shift) for shift in delta.shifts))[:MOST_DELTAS])


def _deviations(segmentation: Segmentation) -> Mapping[str, float]:
    """Standard deviation of every column of numbers over all customers."""
    everybody = segmentation.everybody
    if everybody is not None and everybody.population is not None:
        return {name: spread.deviation or 0.0 for name, spread in everybody.population.spreads.items()}
    return {str(name): float(value) for name, value in segmentation.customers.select_dtypes("number").std().items()}


def parameters(a: RunSummary, b: RunSummary) -> list[tuple[str, str, str]]:
    """Name and both values of each parameter in which the runs differ."""
    names = [name for name in dict.fromkeys([*a.params, *b.params]) if name not in _QUALITY]
    return [
        (name, a.params.get(name, "–"), b.params.get(name, "–"))
        for name in names
        if a.params.get(name) != b.params.get(name)
    ]


def _by_place(segmentation: Segmentation) -> Mapping[tuple[int, str], tuple[float, float]]:
    rows = segmentation.profiles[[Profiles.SEGMENT, Profiles.COLUMN, Profiles.MEAN, Profiles.MEDIAN]].dropna()
    return {
        (int(segment), str(column)): (float(mean), float(median))
        for segment, column, mean, median in rows.itertuples(index=False)
    }


def _common(a: Segmentation, b: Segmentation) -> tuple[Labels, Labels, Matrix | None] | str:
    """Segments of the common customers in both runs, row by row, and for how many each stands (None: for herself)."""
    ours, theirs = _labels(a), _labels(b)
    if same_customers(a, b):
        if a.everybody is None and b.everybody is None:
            return ours, theirs, None  # the same customers, in their canonical order
        here, there = (Customers.keys(segmentation.customers).to_numpy(np.int64) for segmentation in (a, b))
        _keys, mine, others = np.intersect1d(here, there, return_indices=True)
        return ours[mine], theirs[others], weights_of(a)[mine]
    id_a, id_b = a.dataset.id_column, b.dataset.id_column
    if id_a is None or id_b is None or id_a not in a.customers or id_b not in b.customers:
        return _(
            "These two runs are about different data, and at least one of them does not keep the ids of "
            "customers: nobody can say who is in both. Put “keep = true” under [id] in the spec and train again."
        )
    joined = pd.concat([_by_id(a, id_a, ours).rename("a"), _by_id(b, id_b, theirs).rename("b")], axis=1, join="inner")
    if len(joined) < FEWEST:
        return _("These two runs have hardly any customers in common: there is nothing to compare.")
    weights = None if a.everybody is None else np.full(len(joined), a.everybody.rows / max(1, a.everybody.sampled))
    return joined["a"].to_numpy(dtype=np.int64), joined["b"].to_numpy(dtype=np.int64), weights


def _rows(segmentation: Segmentation) -> int:
    return segmentation.everybody.rows if segmentation.everybody else len(segmentation.assignments)


def _labels(segmentation: Segmentation) -> Labels:
    labels: Labels = segmentation.assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64)
    return labels


def _by_id(segmentation: Segmentation, name: str, labels: Labels) -> pd.Series:
    held = pd.Series(labels, index=segmentation.customers[name].astype("str"))
    return held[~held.index.duplicated()]
