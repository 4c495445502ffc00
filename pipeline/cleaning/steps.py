"""Cleaning rules, one function each: rows in, rows out, and an entry that accounts for the difference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.cleaning import entries
from pipeline.cleaning.derive import condition
from pipeline.cleaning.entries import MOST_EXAMPLES
from pipeline.contract import LedgerEntry, Message, Quantity
from pipeline.reading import as_text
from pipeline.spec import LookalikeRule, RangeRule, ReplaceRule, Spec, WhereRule

Where = Callable[[int], str]

_FIRST_ROWS = 1_000  # which column tells most rows apart is seen in so many


@dataclass(frozen=True)
class Step:
    """Rows after one rule, its entries, and the rows it set aside: (rule, position in the raw table)."""

    frame: pd.DataFrame
    entries: tuple[LedgerEntry, ...] = ()
    aside: tuple[tuple[str, int], ...] = ()


def remove(frame: pd.DataFrame, gone: pd.Series, entry: LedgerEntry, action: str) -> Step:
    """Take rows out: ``action`` "quarantine" sets them aside, "drop" only counts them."""
    number = int(gone.sum())
    aside = tuple((entry.rule, int(at)) for at in frame.index[gone]) if action == "quarantine" else ()
    return Step(frame[~gone] if number else frame, (entries.taken(entry, number, action),), aside)


def exact_duplicates(frame: pd.DataFrame, where: Where) -> Step:
    """Rows that repeat an earlier one in every column, the id included, are one customer written twice."""
    gone = _duplicated(frame)
    entry = entries.exact_duplicates(int(gone.sum()), spots(frame.index[gone], where))
    return remove(frame, gone, entry, "drop")


def missing_ids(frame: pd.DataFrame, column: str, where: Where) -> Step:
    """A row without an id cannot be told apart or found again."""
    gone = frame[column].isna()
    entry = entries.missing_ids(int(gone.sum()), column, spots(frame.index[gone], where))
    return remove(frame, gone, entry, "quarantine")


def duplicate_ids(frame: pd.DataFrame, column: str, action: str, where: Where) -> Step:
    """Of several rows with one id the most complete stays; the choice depends on content, never on order."""
    several = frame[frame.duplicated(column, keep=False)]
    contents = [several[name] for name in several.columns if name != column]
    ranked = pd.concat([several[column], several.isna().sum(axis=1), *contents], axis=1, ignore_index=True)
    ranked = ranked.sort_values(list(ranked.columns), kind="stable")
    lost = ranked.index[ranked.duplicated(0)]
    gone = pd.Series(frame.index.isin(lost), index=frame.index)
    return remove(frame, gone, entries.duplicate_ids(len(lost), column, spots(lost, where)), action)


def lookalikes(frame: pd.DataFrame, column: str, rule: LookalikeRule, where: Where) -> Step:
    """Rows equal in everything but the id: two customers can be alike, so they are kept unless told otherwise."""
    alike = _duplicated(frame.drop(columns=column))
    entry = entries.lookalikes(int(alike.sum()), rule, spots(frame.index[alike], where))
    return remove(frame, alike, entry, "drop") if rule.action == "drop" else Step(frame, (entry,))


def replace(frame: pd.DataFrame, rule: ReplaceRule) -> Step:
    """Repair categories; an empty replacement means unknown."""
    before = frame[rule.column]
    words = as_text(before)
    touched = words.isin(list(rule.values))
    put = words[touched].map({old: new or None for old, new in rule.values.items()}).astype("str")
    after = pd.concat([words[~touched], put]).reindex(words.index)
    if pd.api.types.is_numeric_dtype(before):
        after = before.where(~touched, pd.to_numeric(after, errors="coerce"))
    tally = words[touched].value_counts().sort_index()
    told = {str(value): int(number) for value, number in tally.items()}
    return Step(frame.assign(**{rule.column: after}), (entries.replaced(rule, int(touched.sum()), told),))


def limits(frame: pd.DataFrame, rule: RangeRule, where: Where) -> Step:
    """Impossible numbers become unknown, are clipped, or take their row out."""
    values = frame[rule.column].astype("float64")
    least = rule.min if rule.min is not None else -float("inf")
    most = rule.max if rule.max is not None else float("inf")
    outside = (values < least) | (values > most)
    number = int(outside.sum())
    examples = tuple(
        Message.of("{value} ({where})", value=Quantity(float(values[at]), ".12g"), where=where(int(at)))
        for at in frame.index[outside][:MOST_EXAMPLES]
    )
    entry = entries.outside(rule, number, examples)
    if rule.action in ("drop", "quarantine"):
        return remove(frame, outside, entry, rule.action)
    repaired = values.clip(least, most) if rule.action == "clip" else values.mask(outside)
    return Step(frame.assign(**{rule.column: repaired}), (entry,))


def without_values(step: Step, before: pd.DataFrame, where: Where) -> Step:
    """The same step of a rule on a column whose cells are shown nowhere: only where the first of them stand."""
    blank = []
    for entry in step.entries:
        if entry.column in before and entry.column in step.frame and len(step.frame) == len(before):
            old, new = as_text(before[entry.column]), as_text(step.frame[entry.column])
            touched = before.index[(old != new) & ~(old.isna() & new.isna())]
        else:
            touched = before.index.difference(step.frame.index)
        blank.append(entry.model_copy(update={"examples": spots(touched, where)}))
    return Step(step.frame, tuple(blank), step.aside)


def where_rule(frame: pd.DataFrame, rule: WhereRule, spec: Spec, where: Where) -> Step:
    """Rows for which the rule's condition holds."""
    held = condition(frame, rule.sql, spec, rule.name)
    entry = entries.held(rule, int(held.sum()), spots(frame.index[held], where))
    return Step(frame, (entry,)) if rule.action == "flag" else remove(frame, held, entry, rule.action)


def spots(index: pd.Index | Sequence[int], where: Where) -> tuple[str, ...]:
    """Where the first few of these rows stand in the source."""
    return tuple(where(int(at)) for at in index[:MOST_EXAMPLES])


def _duplicated(frame: pd.DataFrame) -> pd.Series:
    """Rows equal to an earlier one; one column and hashes first, since most rows of a large table equal no other."""
    possible = frame if frame.empty else _possibly_repeated(frame)
    hashes = pd.util.hash_pandas_object(possible, index=False)
    likely = possible[hashes.duplicated(keep=False)]
    return pd.Series(frame.index.isin(likely.index[likely.duplicated()]), index=frame.index)


def _possibly_repeated(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that share their value in the most telling column; all of them where that tells too few apart."""
    shared = frame[_most_telling(frame)].duplicated(keep=False)
    return frame[shared] if shared.sum() < len(frame) / 2 else frame


def _most_telling(frame: pd.DataFrame) -> Hashable:
    """The column with most values among the first rows, a number rather than a text, which takes longer to compare."""
    first = frame.head(_FIRST_ROWS)
    return max(first.columns, key=lambda name: (first[name].nunique(), pd.api.types.is_numeric_dtype(first[name])))
