"""Cleaning rules, one function each: rows in, rows out, and an entry that accounts for the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.cleaning.derive import condition
from pipeline.contract import LedgerEntry
from pipeline.reading import as_text
from pipeline.spec import LookalikeRule, RangeRule, ReplaceRule, Spec, WhereRule

MOST_EXAMPLES = 5
Where = Callable[[int], str]


@dataclass(frozen=True)
class Step:
    """Rows after one rule, its entries, and the rows it set aside: (rule, position in the raw table)."""

    frame: pd.DataFrame
    entries: tuple[LedgerEntry, ...] = ()
    aside: tuple[tuple[str, int], ...] = ()


def count(number: int, one: str, many: str) -> str:
    """``1 row repeats``, ``2,000 rows repeat``: number with the right form of the rest."""
    return f"{number:,} {one if number == 1 else many}"


def remove(frame: pd.DataFrame, gone: pd.Series, entry: LedgerEntry, action: str) -> Step:
    """Take rows out: ``action`` "quarantine" sets them aside, "drop" only counts them."""
    number = int(gone.sum())
    counted = entry.model_copy(update={"quarantined" if action == "quarantine" else "dropped": number})
    aside = tuple((entry.rule, int(at)) for at in frame.index[gone]) if action == "quarantine" else ()
    return Step(frame[~gone], (counted,), aside)


def exact_duplicates(frame: pd.DataFrame, where: Where) -> Step:
    """Rows that repeat an earlier one in every column, the id included, are one customer written twice."""
    gone = _duplicated(frame)
    number = int(gone.sum())
    return remove(
        frame,
        gone,
        LedgerEntry(
            rule="exact duplicates",
            examples=spots(frame.index[gone], where),
            detail=f"{count(number, 'row repeats', 'rows repeat')} another one in every column; one of each was kept",
        ),
        "drop",
    )


def missing_ids(frame: pd.DataFrame, column: str, where: Where) -> Step:
    """A row without an id cannot be told apart or found again."""
    gone = frame[column].isna()
    return remove(
        frame,
        gone,
        LedgerEntry(
            rule="missing id",
            column=column,
            examples=spots(frame.index[gone], where),
            detail=f"{count(int(gone.sum()), 'row has', 'rows have')} no {column}",
        ),
        "quarantine",
    )


def duplicate_ids(frame: pd.DataFrame, column: str, action: str, where: Where) -> Step:
    """Of several rows with one id the most complete stays; the choice depends on content, never on order."""
    several = frame[frame.duplicated(column, keep=False)]
    contents = [several[name] for name in several.columns if name != column]
    ranked = pd.concat([several[column], several.isna().sum(axis=1), *contents], axis=1, ignore_index=True)
    ranked = ranked.sort_values(list(ranked.columns), kind="stable")
    lost = ranked.index[ranked.duplicated(0)]
    gone = pd.Series(frame.index.isin(lost), index=frame.index)
    return remove(
        frame,
        gone,
        LedgerEntry(
            rule="duplicate ids",
            column=column,
            examples=spots(lost, where),
            detail=f"{count(len(lost), 'row has', 'rows have')} the id of a more complete row",
        ),
        action,
    )


def lookalikes(frame: pd.DataFrame, column: str, rule: LookalikeRule, where: Where) -> Step:
    """Rows equal in everything but the id: two customers can be alike, so they are kept unless told otherwise."""
    alike = _duplicated(frame.drop(columns=column))
    number = int(alike.sum())
    entry = LedgerEntry(
        rule="lookalikes",
        examples=spots(frame.index[alike], where),
        detail=f"{count(number, 'row equals', 'rows equal')} another one in everything but the id; "
        + ("dropped as the spec says" if rule.action == "drop" else "kept, since two customers can be alike"),
    )
    if rule.action == "drop":
        return remove(frame, alike, entry, "drop")
    return Step(frame, (entry.model_copy(update={"flagged": number}),))


def replace(frame: pd.DataFrame, rule: ReplaceRule) -> Step:
    """Repair categories; an empty replacement means unknown."""
    before = frame[rule.column]
    words = as_text(before)
    touched = words.isin(list(rule.values))
    put = words[touched].map({old: new or None for old, new in rule.values.items()}).astype("str")
    after = pd.concat([words[~touched], put]).reindex(words.index)
    if pd.api.types.is_numeric_dtype(before):
        after = before.where(~touched, pd.to_numeric(after, errors="coerce"))
    tally = words[touched].value_counts()
    examples = tuple(
        f"{value} -> {rule.values[str(value)] or 'unknown'}: {number}"
        for value, number in tally.sort_index().head(MOST_EXAMPLES).items()
    )
    entry = LedgerEntry(
        rule="replace",
        column=rule.column,
        repaired=int(touched.sum()),
        examples=examples,
        detail=f"{count(int(touched.sum()), 'value', 'values')} of {rule.column} put right",
    )
    return Step(frame.assign(**{rule.column: after}), (entry,))


def limits(frame: pd.DataFrame, rule: RangeRule, where: Where) -> Step:
    """Impossible numbers become unknown, are clipped, or take their row out."""
    values = frame[rule.column].astype("float64")
    least = rule.min if rule.min is not None else -float("inf")
    most = rule.max if rule.max is not None else float("inf")
    outside = (values < least) | (values > most)
    number = int(outside.sum())
    bounds = " to ".join("..." if bound is None else f"{bound:.12g}" for bound in (rule.min, rule.max))
    done = {"null": "made unknown", "clip": "set to the nearest limit", "drop": "dropped", "quarantine": "set aside"}
    examples = tuple(f"{values[at]:.12g} ({where(int(at))})" for at in frame.index[outside][:MOST_EXAMPLES])
    entry = LedgerEntry(
        rule="range",
        column=rule.column,
        examples=examples,
        detail=f"{count(number, 'value', 'values')} of {rule.column} outside {bounds}: {done[rule.action]}",
    )
    if rule.action in ("drop", "quarantine"):
        return remove(frame, outside, entry, rule.action)
    repaired = values.clip(least, most) if rule.action == "clip" else values.mask(outside)
    return Step(frame.assign(**{rule.column: repaired}), (entry.model_copy(update={"repaired": number}),))


def where_rule(frame: pd.DataFrame, rule: WhereRule, spec: Spec, where: Where) -> Step:
    """Rows for which the rule's condition holds."""
    held = condition(frame, rule.sql, spec, rule.name)
    done = {"drop": "dropped", "quarantine": "set aside", "flag": "kept and flagged"}[rule.action]
    entry = LedgerEntry(
        rule=rule.name,
        examples=spots(frame.index[held], where),
        detail=f"{count(int(held.sum()), 'row', 'rows')} where {rule.sql}: {done}",
    )
    if rule.action == "flag":
        return Step(frame, (entry.model_copy(update={"flagged": int(held.sum())}),))
    return remove(frame, held, entry, rule.action)


def spots(index: pd.Index | Sequence[int], where: Where) -> tuple[str, ...]:
    """Where the first few of these rows stand in the source."""
    return tuple(where(int(at)) for at in index[:MOST_EXAMPLES])


def _duplicated(frame: pd.DataFrame) -> pd.Series:
    """Rows equal to an earlier one; hashes first, since most rows of a large table equal no other."""
    hashes = pd.util.hash_pandas_object(frame, index=False)
    likely = frame[hashes.duplicated(keep=False)]
    return pd.Series(frame.index.isin(likely.index[likely.duplicated()]), index=frame.index)
