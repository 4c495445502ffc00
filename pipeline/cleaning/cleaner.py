"""Raw rows -> customers, with a ledger that accounts for every row and every repaired value."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.cleaning import steps
from pipeline.cleaning.canonical import customers_table, fingerprint, in_order, quarantine_table, used_columns, withheld
from pipeline.cleaning.derive import add_shares, below_zero, derive, mentions
from pipeline.cleaning.entries import (
    MOST_EXAMPLES,
    beyond_sample,
    imputed,
    no_shares,
    unreadable_rows,
    without_constants,
)
from pipeline.cleaning.steps import Step, Where
from pipeline.cleaning.typed import typed
from pipeline.contract import (
    Dataset,
    Joined,
    Ledger,
    LedgerEntry,
    Message,
    Own,
    Quantity,
    is_large_share,
    no_column,
    percent,
)
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, RawTable, as_text
from pipeline.spec import (
    DuplicateIdRule,
    LookalikeRule,
    RangeRule,
    ReplaceRule,
    Spec,
    WhereRule,
    raw_columns,
    share_name,
)
from pipeline.stages import Cleaned

LEAST_ROWS = 10
MOST_LOST = 0.9
_FIRST = 1_000


def clean(raw: RawTable, spec: Spec, *, minimum_rows: int = LEAST_ROWS) -> Cleaned:
    """Apply the spec to raw rows.

    Parameters
    ----------
    raw
        Rows as they were written.
    spec
        What the columns mean, and which values are impossible.
    minimum_rows
        Fewer than ``LEAST_ROWS`` means new customers for an existing model: losing most rows is no error, a constant
        column keeps its role, and columns that no active column needs may be absent.

    Returns
    -------
    Cleaned
        Customers sorted by id under ``customer`` = 0..n-1, so that the order of the input cannot matter.

    Raises
    ------
    InputError, SpecError
        Where columns are missing or cannot be read as what the spec says, or hardly a row is left.
    """
    scoring, spec = minimum_rows < LEAST_ROWS, spec.at(raw.as_of)
    chosen = _select(raw, spec, scoring)
    untyped = [_not_read(raw, chosen), steps.exact_duplicates(chosen, raw.where)]
    ids = untyped[-1].frame.assign(**{spec.id.column: as_text(untyped[-1].frame[spec.id.column])})
    done = [*untyped, steps.missing_ids(ids, spec.id.column, raw.where)]
    done.append(typed(done[-1].frame, raw, spec))
    done += _repeats(done[-1].frame, raw, spec)
    done += _apply_rules(done[-1].frame, raw, spec, derived=False)
    done.append(_shares(derive(done[-1].frame, spec), spec, raw))
    done += _apply_rules(done[-1].frame, raw, spec, derived=True)
    frame = in_order(done[-1].frame, spec.id.column)
    entries = tuple(entry for step in done for entry in step.entries)
    refuse_few(raw.source, len(raw.frame) + len(raw.rejects), len(frame), entries, minimum_rows)
    dataset, constant = _without_constants(spec, frame, scoring)
    heavy = one_customer(frame, dataset, spec, raw.where) if raw.account is None and not scoring else ()
    aside = [rows for step in done for rows in step.aside]
    return _account(raw, spec, dataset, frame, (*entries, *heavy, *constant, *_imputed(frame, dataset)), aside)


def refuse_few(source: str, rows_in: int, left: int, entries: tuple[LedgerEntry, ...], minimum_rows: int) -> None:
    """Hardly anything left means that the spec does not fit; a model trained on the rest would be worthless.

    Raises
    ------
    InputError
        Fewer than ``minimum_rows`` of ``rows_in``, or less than a tenth, are ``left``.
    """
    most_lost = MOST_LOST if minimum_rows >= LEAST_ROWS else 1.0
    if left < minimum_rows or left < (1 - most_lost) * rows_in:
        lost = sorted(entries, key=lambda entry: -(entry.dropped + entry.quarantined))[:3]
        reasons = tuple(entry.detail for entry in lost if entry.dropped + entry.quarantined)
        raise InputError.because(
            Message.of(
                "{source}: {n} of {rows} rows are left after cleaning",
                source=source,
                n=Quantity(left, "d"),
                rows=Quantity(rows_in, "d"),
            ),
            expected=Message.of(
                "at least {least} customers and a tenth of the rows", least=Quantity(minimum_rows, "d")
            ),
            found=Message.of("{reasons}", reasons=Joined(reasons, "; ")) if reasons else Message.of("a small file"),
            remedy=Message.of("check the rules in the spec and the id column"),
        )


def _account(
    raw: RawTable,
    spec: Spec,
    dataset: Dataset,
    frame: pd.DataFrame,
    entries: tuple[LedgerEntry, ...],
    aside: list[tuple[str, int]],
) -> Cleaned:
    rows_in = len(raw.frame) + len(raw.rejects) + raw.left_out
    customers = customers_table(frame, dataset)
    names = [str(name).strip().strip("\ufeff") for name in raw.frame.columns]
    ledger = Ledger(
        source=raw.source,
        fingerprint=fingerprint(frame, customers, spec),
        rows_in=rows_in,
        rows_out=len(frame),
        dropped=sum(entry.dropped for entry in entries),
        quarantined=sum(entry.quarantined for entry in entries),
        entries=entries,
        notes=(*raw.notes, *raw.faults_told(), *unknown_columns(names, spec)),
        tables=dict(raw.tables),
        lines=raw.account,
        beyond_sample=raw.left_out,
    )
    return Cleaned(dataset=dataset, customers=customers, quarantine=quarantine_table(raw, spec, aside), ledger=ledger)


# ------------------------------------------------------------------ columns


def _shares(frame: pd.DataFrame, spec: Spec, raw: RawTable) -> Step:
    """The shares of groups, and a word on customers who returned more of a part than they bought."""
    told: tuple[LedgerEntry, ...] = ()
    for group in spec.groups.values():
        negative = below_zero(frame, group)
        told += no_shares(group, int(negative.sum()), steps.spots(frame.index[negative], raw.where))
    return Step(add_shares(frame, spec), told)


def _select(raw: RawTable, spec: Spec, scoring: bool) -> pd.DataFrame:
    """The spec's columns in the spec's order; headers match after trimming."""
    present = {str(name).strip().strip("\ufeff"): name for name in raw.frame.columns}
    source = raw.frame
    if spec.id.column == ROW_ID and ROW_ID not in present:
        present[ROW_ID], source = ROW_ID, source.assign(**{ROW_ID: raw.row_ids()})
    wanted = raw_columns(spec)
    needed = used_columns(spec, active_only=True) if scoring else set(wanted)
    for name in wanted:
        if name not in present and name in needed | {spec.id.column}:
            raise unfit(spec, raw.source, name, present)
    empty = pd.Series([None] * len(raw.frame), dtype="str")
    return pd.DataFrame({name: source[present[name]] if name in present else empty for name in wanted}, copy=False)


def unfit(spec: Spec, source: str, name: str, present: Iterable[str]) -> InputError:
    """A column of the spec that the source does not have."""
    return no_column(
        Message.of(
            "{spec} does not fit {source}, which has no column '{column}'",
            spec=str(spec.path or spec.name),
            source=source,
            column=name,
        ),
        name,
        present,
    )


def unknown_columns(names: Iterable[str], spec: Spec) -> tuple[str, ...]:
    """A note on columns that the spec does not name; nothing where there are none."""
    extra = [name for name in names if name not in raw_columns(spec)]
    left = Message.of("columns that the spec does not name were left out: {columns}", columns=Joined(tuple(extra[:30])))
    return (left,) if extra else ()


# ------------------------------------------------------------------ rules


def _not_read(raw: RawTable, frame: pd.DataFrame) -> Step:
    examples = tuple(reject.told for reject in raw.rejects[:MOST_EXAMPLES])
    beyond = (beyond_sample(raw.left_out),) if raw.left_out else ()
    return Step(frame, (unreadable_rows(len(raw.rejects), examples), *beyond))


def _repeats(frame: pd.DataFrame, raw: RawTable, spec: Spec) -> list[Step]:
    """Several rows of one id, then different ids with the same content (the lower id stays if they are dropped)."""
    action, alike = repeat_rules(spec)
    single = steps.duplicate_ids(frame, spec.id.column, action, raw.where)
    return [single, steps.lookalikes(in_order(single.frame, spec.id.column), spec.id.column, alike, raw.where)]


def repeat_rules(spec: Spec) -> tuple[str, LookalikeRule]:
    """What becomes of rows that share an id, and of rows that are alike."""
    action = next((rule.action for rule in spec.rules if isinstance(rule, DuplicateIdRule)), "quarantine")
    alike = next((rule for rule in spec.rules if isinstance(rule, LookalikeRule)), LookalikeRule(rule="lookalikes"))
    return action, alike


def _apply_rules(frame: pd.DataFrame, raw: RawTable, spec: Spec, *, derived: bool) -> list[Step]:
    """The spec's own rules in its order; those about derived columns come after derivation."""
    late = {name for name, column in spec.columns.items() if column.sql is not None}
    late |= {share_name(member) for group in spec.groups.values() for member in group.members}
    done: list[Step] = []
    for rule in spec.rules:
        rows = done[-1].frame if done else frame
        if isinstance(rule, WhereRule):
            if bool(mentions(rule.sql, late)) == derived:
                done.append(steps.where_rule(rows, rule, spec, raw.where))
        elif isinstance(rule, RangeRule | ReplaceRule) and (rule.column in late) == derived:
            done.append(
                steps.replace(rows, rule) if isinstance(rule, ReplaceRule) else steps.limits(rows, rule, raw.where)
            )
            if rule.column in withheld(spec):
                done[-1] = steps.without_values(done[-1], rows, raw.where)
    return done or [Step(frame)]


def _without_constants(spec: Spec, frame: pd.DataFrame, scoring: bool) -> tuple[Dataset, tuple[LedgerEntry, ...]]:
    """A column with one value separates nobody: noted, and no longer active."""
    names = [] if scoring else [name for name in frame.columns if name != spec.id.column]
    constants = {name: _only_value(frame[name]) for name in names if _is_constant(frame[name])}
    shown = set(frame.columns) - set(raw_columns(spec)) | used_columns(spec)  # what is not used may name a person
    return without_constants(spec, constants, frozenset(shown))


def one_customer(
    frame: pd.DataFrame, dataset: Dataset, spec: Spec, where: Where | None = None
) -> tuple[LedgerEntry, ...]:
    """Whoever brings a large share of the revenue by herself; of lines of purchases their own account tells.

    ``where`` tells the place of a row in its source, where rows have places there.
    """
    column = next((column.name for column in dataset.columns if column.meaning == "spend"), None)
    if column not in frame or not pd.api.types.is_numeric_dtype(frame[column]):
        return ()
    money = pd.to_numeric(frame[column]).fillna(0).clip(lower=0)
    share = float(money.max() / money.sum()) if money.sum() > 0 else 0.0
    if not is_large_share(share, len(frame)):
        return ()
    place = frame.index[int(money.to_numpy().argmax())]
    detail = Message.of("one customer accounts for {share} of all spend", share=percent(share))
    if spec.id.keep and spec.id.column in frame:
        name = Own(str(frame.at[place, spec.id.column]))
        detail = Message.of("one customer, {id}, accounts for {share} of all spend", id=name, share=percent(share))
    spot = steps.spots(pd.Index([place]), where) if where else ()
    return (LedgerEntry(rule=Message.of("one large customer"), column=column, flagged=1, examples=spot, detail=detail),)


def _is_constant(series: pd.Series) -> bool:
    """Whether no two known values differ; the first rows tell of most columns that some do."""
    return series.iloc[:_FIRST].nunique() <= 1 and series.nunique() <= 1


def _only_value(series: pd.Series) -> object:
    return next(iter(series.dropna().unique()), None)


def _imputed(frame: pd.DataFrame, dataset: Dataset) -> tuple[LedgerEntry, ...]:
    counts = {column.name: int(frame[column.name].isna().sum()) for column in dataset.with_role("active")}
    return tuple(imputed(name, number) for name, number in counts.items() if number)
