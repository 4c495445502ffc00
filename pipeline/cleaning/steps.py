"""Cleaning rules, one function each: rows in, rows out, and an entry that accounts for the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.cleaning.derive import condition
from pipeline.contract import LedgerEntry, Message, Own, Quantity, Value
from pipeline.reading import as_text
from pipeline.spec import LookalikeRule, RangeRule, ReplaceRule, Spec, WhereRule

MOST_EXAMPLES = 5
DONE = {
    "null": Message.of("made unknown"),
    "clip": Message.of("set to the nearest limit"),
    "drop": Message.of("dropped"),
    "quarantine": Message.of("set aside"),
    "flag": Message.of("kept and flagged"),
}
_ONLY_RETURNED = Message.of("only returned goods")
_DRAFTED = {str(_ONLY_RETURNED): _ONLY_RETURNED}  # names of rules that drafts hold, told in any language
Where = Callable[[int], str]


@dataclass(frozen=True)
class Step:
    """Rows after one rule, its entries, and the rows it set aside: (rule, position in the raw table)."""

    frame: pd.DataFrame
    entries: tuple[LedgerEntry, ...] = ()
    aside: tuple[tuple[str, int], ...] = ()


def remove(frame: pd.DataFrame, gone: pd.Series, entry: LedgerEntry, action: str) -> Step:
    """Take rows out: ``action`` "quarantine" sets them aside, "drop" only counts them."""
    number = int(gone.sum())
    counted = entry.model_copy(update={"quarantined" if action == "quarantine" else "dropped": number})
    aside = tuple((entry.rule, int(at)) for at in frame.index[gone]) if action == "quarantine" else ()
    return Step(frame[~gone] if number else frame, (counted,), aside)


def exact_duplicates(frame: pd.DataFrame, where: Where) -> Step:
    """Rows that repeat an earlier one in every column, the id included, are one customer written twice."""
    gone = _duplicated(frame)
    number = int(gone.sum())
    return remove(
        frame,
        gone,
        LedgerEntry(
            rule=Message.of("exact duplicates"),
            examples=spots(frame.index[gone], where),
            detail=Message.counted(
                "{n} row repeats another one in every column; one of each was kept",
                "{n} rows repeat another one in every column; one of each was kept",
                number,
            ),
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
            rule=Message.of("missing id"),
            column=column,
            examples=spots(frame.index[gone], where),
            detail=Message.counted(
                "{n} row has no {column}", "{n} rows have no {column}", int(gone.sum()), column=column
            ),
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
            rule=Message.of("duplicate ids"),
            column=column,
            examples=spots(lost, where),
            detail=Message.counted(
                "{n} row has the id of a more complete row", "{n} rows have the id of a more complete row", len(lost)
            ),
        ),
        action,
    )


def lookalikes(frame: pd.DataFrame, column: str, rule: LookalikeRule, where: Where) -> Step:
    """Rows equal in everything but the id: two customers can be alike, so they are kept unless told otherwise."""
    alike = _duplicated(frame.drop(columns=column))
    number = int(alike.sum())
    entry = LedgerEntry(
        rule=Message.of("lookalikes"),
        examples=spots(frame.index[alike], where),
        detail=_alike(number, dropped=rule.action == "drop"),
    )
    if rule.action == "drop":
        return remove(frame, alike, entry, "drop")
    return Step(frame, (entry.model_copy(update={"flagged": number}),))


def _alike(number: int, *, dropped: bool) -> Message:
    if dropped:
        return Message.counted(
            "{n} row equals another one in everything but the id; dropped as the spec says",
            "{n} rows equal another one in everything but the id; dropped as the spec says",
            number,
        )
    return Message.counted(
        "{n} row equals another one in everything but the id; kept, since two customers can be alike",
        "{n} rows equal another one in everything but the id; kept, since two customers can be alike",
        number,
    )


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
        _replaced(str(value), rule.values[str(value)], int(number))
        for value, number in tally.sort_index().head(MOST_EXAMPLES).items()
    )
    entry = LedgerEntry(
        rule=Message.of("replace"),
        column=rule.column,
        repaired=int(touched.sum()),
        examples=examples,
        detail=Message.counted(
            "{n} value of {column} put right",
            "{n} values of {column} put right",
            int(touched.sum()),
            column=rule.column,
        ),
    )
    return Step(frame.assign(**{rule.column: after}), (entry,))


def _replaced(old: str, new: str, number: int) -> Message:
    if not new:
        return Message.of("{value} -> unknown: {n}", value=Own(old), n=Quantity(number, "d"))
    return Message.of("{value} -> {other}: {n}", value=Own(old), other=Own(new), n=Quantity(number, "d"))


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
    entry = LedgerEntry(
        rule=Message.of("range"),
        column=rule.column,
        examples=examples,
        detail=Message.counted(
            "{n} value of {column} outside {least} to {most}: {done}",
            "{n} values of {column} outside {least} to {most}: {done}",
            number,
            column=rule.column,
            least=_bound(rule.min),
            most=_bound(rule.max),
            done=DONE[rule.action],
        ),
    )
    if rule.action in ("drop", "quarantine"):
        return remove(frame, outside, entry, rule.action)
    repaired = values.clip(least, most) if rule.action == "clip" else values.mask(outside)
    return Step(frame.assign(**{rule.column: repaired}), (entry.model_copy(update={"repaired": number}),))


def without_values(step: Step, before: pd.DataFrame, where: Where) -> Step:
    """The same step of a rule on a column whose cells are shown nowhere: only where the first of them stand."""
    entries = []
    for entry in step.entries:
        if entry.column in before and entry.column in step.frame and len(step.frame) == len(before):
            old, new = as_text(before[entry.column]), as_text(step.frame[entry.column])
            touched = before.index[(old != new) & ~(old.isna() & new.isna())]
        else:
            touched = before.index.difference(step.frame.index)
        entries.append(entry.model_copy(update={"examples": spots(touched, where)}))
    return Step(step.frame, tuple(entries), step.aside)


def _bound(value: float | None) -> Value:
    return "..." if value is None else Quantity(value, ".12g")


def where_rule(frame: pd.DataFrame, rule: WhereRule, spec: Spec, where: Where) -> Step:
    """Rows for which the rule's condition holds."""
    held = condition(frame, rule.sql, spec, rule.name)
    entry = LedgerEntry(
        rule=_DRAFTED.get(rule.name, rule.name),
        examples=spots(frame.index[held], where),
        detail=Message.counted(
            "{n} row where {sql}: {done}",
            "{n} rows where {sql}: {done}",
            int(held.sum()),
            sql=rule.sql,
            done=DONE[rule.action],
        ),
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
