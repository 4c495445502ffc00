"""What the Data page tells, computed: missing values, the main columns, and what cleaning took out of each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashapp.data import Run
from dashapp.i18n import _
from dashapp.selecting import Array, Dimension, weights_of
from pipeline.contract import LedgerEntry, Meaning

MAIN: tuple[Meaning, ...] = ("age", "income", "spend", "average_cheque", "orders", "recency")
_EXAMPLE = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?) \(")  # how the ledger writes a value with its place


@dataclass(frozen=True)
class TakenOut:
    """Values of one column that cleaning took out, as far as the run keeps them."""

    count: int
    values: tuple[float, ...]
    because: tuple[LedgerEntry, ...] = ()  # rules that reached the column through one that it is computed from

    def by_bin(self, dimension: Dimension) -> Array:
        """Known values by the bins of ``dimension``; the outermost bins are open."""
        edges = np.array(dimension.edges[1:-1])
        return np.bincount(np.searchsorted(edges, np.array(self.values), side="right"), minlength=dimension.bins)


def labelled(run: Run, entry: LedgerEntry) -> str:
    """What a rule did, with columns by the labels that the pages use.

    A column's name may be a common word, so it counts as a name only where it looks like one, stands before a
    comparison, or is what the rule is about.
    """
    labels = _labels(run)
    told = entry.detail
    for name in sorted(labels, key=len, reverse=True):
        plain = name.isalpha() and name.islower() and name != entry.column
        told = re.sub(
            rf"(?<![\w“]){re.escape(name)}(?![\w”])" + (r"(?= [=<>])" if plain else ""),
            _("“{name}”", name=labels[name]).replace("\\", r"\\"),
            told,
        )
    return told


def merged(run: Run, noted: Sequence[tuple[LedgerEntry, LedgerEntry]]) -> list[LedgerEntry]:
    """Rules with their columns by label, told and as stored; missing values of the same customers stand in one."""
    by_sentence: dict[object, list[LedgerEntry]] = {}
    for place, (told, stored) in enumerate(noted):
        same = stored.detail.replace(stored.column or "", "{}") if stored.rule == "imputed" else place
        by_sentence.setdefault(same, []).append(told)
    return [_joined(run, entries) for entries in by_sentence.values()]


def _joined(run: Run, entries: Sequence[LedgerEntry]) -> LedgerEntry:
    first = entries[0]
    words = labelled(run, first)
    if len(entries) > 1:
        labels = _labels(run)
        names = [_("“{name}”", name=labels.get(entry.column or "", entry.column or "")) for entry in entries]
        words = words.replace(names[0], ", ".join(names))
    return first.model_copy(update={"detail": words})


def _labels(run: Run) -> dict[str, str]:
    """Labels of the columns that have one, those that were only read included."""
    try:
        columns = json.loads((run.original or run).segmentation.spec).get("columns", {})
    except (ValueError, AttributeError):
        columns = {}
    read = {
        str(name): run.tell(str(column_spec.get("label") or ""))
        for name, column_spec in columns.items()
        if isinstance(column_spec, dict)
    }
    known = {column.name: column.label for column in run.segmentation.dataset.columns}
    return {name: label for name, label in {**read, **known}.items() if label and label != name}


def missing_values(run: Run) -> list[tuple[str, int]]:
    """Label and number of customers without a value of each described column that has gaps, the most first.

    An outcome without a value is none that is missing: the customer was not contacted.
    """
    segmentation = run.segmentation
    named = [
        (column.label, column.name)
        for column in segmentation.dataset.columns
        if column.role not in ("id", "ignored", "outcome")
    ]
    known = segmentation.everybody.population if segmentation.everybody else None
    gaps = [
        (
            label,
            int(weights_of(segmentation)[segmentation.customers[name].isna()].sum())
            if known is None
            else known.missing.get(name, 0),
        )
        for label, name in named
        if name in segmentation.customers
    ]
    return sorted([gap for gap in gaps if gap[1]], key=lambda gap: (-gap[1], gap[0]))


def main_columns(run: Run) -> list[Dimension]:
    """Columns of known meaning that hold numbers, in a fixed order."""
    meant = [run.segmentation.dataset.meaning(meaning) for meaning in MAIN]
    return [
        run.cube.dimensions[column.name]
        for column in meant
        if column and column.name in run.cube.dimensions and run.cube.dimensions[column.name].kind == "number"
    ]


def counts_of(run: Run, dimension: Dimension) -> Array:
    """All customers by the bins of a dimension."""
    counts: Array = run.cube.everyone.slice(dimension.name).everyone.sum(axis=0)
    return counts


def taken_out(run: Run, dimension: Dimension) -> TakenOut:
    """What stood in a column before cleaning and does not now: values of rows set aside, and impossible values.

    The store keeps every row set aside, and of repaired or dropped values the first few with their number.
    """
    told = run.segmentation
    stored = (run.original or run).segmentation  # rules by the names that the pipeline gave them
    apart = f"{dimension.column} (data)"  # a column called as one that Korzina adds to the rows set aside
    aside = _numbers(stored.quarantine.get(apart, stored.quarantine.get(dimension.column)))
    count, values = len(aside), list(aside)
    for entry in stored.ledger.entries:
        if entry.rule == "range" and entry.column == dimension.column and entry.repaired + entry.dropped:
            count += entry.repaired + entry.dropped
            values += [float(match.group(1)) for example in entry.examples if (match := _EXAMPLE.match(example))]
    sources = _computed_from(stored.spec, dimension.column)
    because = tuple(
        words
        for entry, words in zip(stored.ledger.entries, told.ledger.entries, strict=True)
        if entry.rule == "range" and entry.column in sources and entry.rows
    )
    return TakenOut(count, tuple(values), because)


def _numbers(series: pd.Series | None) -> list[float]:
    if series is None:
        return []
    return [float(value) for value in pd.to_numeric(series, errors="coerce").dropna()]


def _computed_from(spec: str, column: str) -> set[str]:
    """Columns that the SQL of a derived column names; an old run keeps no spec."""
    try:
        columns = json.loads(spec).get("columns", {})
        sql = columns.get(column, {}).get("sql") or ""
    except (ValueError, AttributeError):
        return set()
    return set(re.findall(r"\w+", str(sql))) & set(columns)
