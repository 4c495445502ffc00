"""A spec's own rules over rows of Spark's: each marks the rows that it takes, and says what it will tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.cleaning import entries, mentions, refuse_impure
from pipeline.contract import LedgerEntry, Message
from pipeline.errors import SparkError, SpecError
from pipeline.spark.dialect import translated
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Rows, answering
from pipeline.spark.typed_columns import literal
from pipeline.spec import RangeRule, ReplaceRule, Spec, WhereRule, share_name

FATE, RAW, COPIES = "(fate)", "(raw)", "(copies)"
ALIVE = "`(fate)` IS NULL"
_INSIDE = (FATE, RAW, COPIES)


@dataclass(frozen=True)
class RuleSums:
    """What one rule will say once the rows are counted: SQL sums by name, and the entries made of them."""

    sums: Mapping[str, str]
    told: Callable[[Mapping[str, Any]], tuple[LedgerEntry, ...]]


@dataclass(frozen=True)
class JudgedRows:
    """Rows with their fate, and the rules in order."""

    rows: Rows
    rules: tuple[RuleSums, ...] = ()
    aside: Mapping[int, str] = field(default_factory=dict)  # fate -> the rule that set such rows aside

    @property
    def columns(self) -> list[str]:
        """Those that are of the data."""
        return [name for name in self.rows.columns if name not in _INSIDE and not name.startswith("(bad ")]


def removed(
    judged: JudgedRows,
    condition: str,
    action: str,
    rule: str,
    made: Callable[[int], LedgerEntry],
    columns: list[str] | None = None,
) -> JudgedRows:
    """Rows that are still there and for which the condition holds get the rule's number as their fate."""
    number = len(judged.rules)
    names = [name for name in judged.rows.columns if name != FATE]
    fate = f"CASE WHEN {ALIVE} AND ({condition}) THEN {number} ELSE {quoted(FATE)} END AS {quoted(FATE)}"
    rows = judged.rows.selectExpr(*(columns or map(quoted, names)), fate)
    counted = RuleSums(
        {f"fate {number}": f"count_if({quoted(FATE)} = {number})"},
        lambda sums: (entries.taken(made(int(sums[f"fate {number}"])), int(sums[f"fate {number}"]), action),),
    )
    aside = {**judged.aside, number: rule} if action == "quarantine" else judged.aside
    return JudgedRows(rows, (*judged.rules, counted), aside)


def _late(spec: Spec) -> set[str]:
    late = {name for name, column in spec.columns.items() if column.sql is not None}
    return late | {share_name(member) for group in spec.groups.values() for member in group.members}


def ruled(judged: JudgedRows, spec: Spec, *, derived: bool) -> JudgedRows:
    """The spec's own rules in its order."""
    late = _late(spec)
    for rule in spec.rules:
        if isinstance(rule, WhereRule) and bool(mentions(rule.sql, late)) == derived:
            judged = _where(judged, rule, spec)
        elif isinstance(rule, ReplaceRule) and (rule.column in late) == derived:
            judged = _replaced(judged, rule)
        elif isinstance(rule, RangeRule) and (rule.column in late) == derived:
            judged = _ranged(judged, rule)
    return judged


@contextmanager
def failing(spec: Spec, columns: str) -> Iterator[None]:
    """What Spark says of a spec's own SQL as the fault of the spec; raises ``SpecError``."""
    try:
        with answering():
            yield
    except SparkError as error:
        raise SpecError.because(
            Message.of("{spec}: SQL of {columns} fails on the data", spec=spec.path or spec.name, columns=columns),
            found=error.parts["found"],
            remedy=Message.of("use try_cast or nullif where a value may not fit"),
        ) from error


def _where(judged: JudgedRows, rule: WhereRule, spec: Spec) -> JudgedRows:
    held = f"coalesce(CAST(({expression(f'rule {rule.name!r}', rule.sql, spec)}) AS BOOLEAN), false)"
    with failing(spec, f"rule {rule.name!r}"):
        judged.rows.selectExpr(held)
    if rule.action != "flag":
        name = str(entries.held(rule, 0).rule)
        return removed(judged, held, rule.action, name, lambda n: entries.held(rule, n))
    number = len(judged.rules)
    counted = RuleSums(
        {f"held {number}": f"count_if(`(held {number})`)"},
        lambda sums: (entries.held(rule, int(sums[f"held {number}"])),),
    )
    return JudgedRows(
        judged.rows.selectExpr("*", f"{ALIVE} AND {held} AS `(held {number})`"), (*judged.rules, counted), judged.aside
    )


def _replaced(judged: JudgedRows, rule: ReplaceRule) -> JudgedRows:
    number, column = len(judged.rules), quoted(rule.column)
    is_text = dict(judged.rows.dtypes)[rule.column] == "string"
    cell = column if is_text else f"CAST({column} AS DOUBLE)"
    values = {old: _as_cell(old, is_text) for old in rule.values}
    values = {old: sql for old, sql in values.items() if sql != "NULL"}
    branches = " ".join(
        f"WHEN {cell} = {sql} THEN {_as_cell(rule.values[old], is_text)}" for old, sql in values.items()
    )
    touched = " ".join(f"WHEN {cell} = {sql} THEN {place}" for place, sql in enumerate(values.values()))
    if not values:
        return replace(judged, rules=(*judged.rules, RuleSums({}, lambda _: (entries.replaced(rule, 0, {}),))))
    made = {column: f"CASE {branches} ELSE {column} END AS {column}"}
    names = [made.get(quoted(name), quoted(name)) for name in judged.rows.columns]
    rows = judged.rows.selectExpr(*names, f"CASE WHEN {ALIVE} THEN CASE {touched} END END AS `(put {number})`")
    sums = {f"put {number} {place}": f"count_if(`(put {number})` = {place})" for place in range(len(values))}

    def entries_of(counts: Mapping[str, Any]) -> tuple[LedgerEntry, ...]:
        tally = {old: int(counts[f"put {number} {place}"]) for place, old in enumerate(values)}
        tally = {old: tally[old] for old in sorted(tally) if tally[old]}
        return (entries.replaced(rule, sum(tally.values()), tally),)

    return JudgedRows(rows, (*judged.rules, RuleSums(sums, entries_of)), judged.aside)


def _as_cell(value: str, is_text: bool) -> str:
    """A value of a rule as SQL; an empty one means unknown."""
    if not value:
        return "NULL"
    if is_text:
        return literal(value)
    try:
        return f"CAST({literal(repr(float(value)))} AS DOUBLE)"
    except ValueError:
        return "NULL"


def _ranged(judged: JudgedRows, rule: RangeRule) -> JudgedRows:
    number, column = len(judged.rules), quoted(rule.column)
    cell = f"CAST({column} AS DOUBLE)"
    low = f"{cell} < {rule.min!r}D" if rule.min is not None else "false"
    high = f"{cell} > {rule.max!r}D" if rule.max is not None else "false"
    outside = f"coalesce({low} OR {high}, false)"
    if rule.action in ("drop", "quarantine"):
        name = str(entries.outside(rule, 0).rule)
        return removed(judged, outside, rule.action, name, lambda n: entries.outside(rule, n))
    low_value, high_value = ("NULL", "NULL") if rule.action == "null" else (f"{rule.min!r}D", f"{rule.max!r}D")
    branches = "".join(
        f" WHEN {condition} THEN {value}"
        for condition, value in ((low, low_value), (high, high_value))
        if condition != "false"
    )
    if not branches:
        return replace(judged, rules=(*judged.rules, RuleSums({}, lambda _: (entries.outside(rule, 0),))))
    made = f"CASE{branches} ELSE {cell} END AS {column}"
    names = [made if name == rule.column else quoted(name) for name in judged.rows.columns]
    rows = judged.rows.selectExpr(*names, f"{ALIVE} AND {outside} AS `(out {number})`")
    counted = RuleSums(
        {f"out {number}": f"count_if(`(out {number})`)"},
        lambda sums: (entries.outside(rule, int(sums[f"out {number}"])),),
    )
    return JudgedRows(rows, (*judged.rules, counted), judged.aside)


def expression(name: str, sql: str, spec: Spec) -> str:
    """An expression of the spec over one row in Spark's SQL; raises ``SpecError`` where it does not translate."""
    refuse_impure(name, sql, spec)
    remedy = Message.of(
        "compute the column in [source.spark] query, write the expression with what both engines know, or leave out "
        "--engine spark"
    )
    return translated(sql, spec, name, remedy, expression=True)
