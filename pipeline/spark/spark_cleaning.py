"""Raw rows to customers on Spark: the rules of the local engine, in its order, with its account.

Nothing is taken out on the way: each row keeps the number of the rule that took it (``(fate)``), so that one pass over
the rows counts what every rule did. Where a row stands in its file is not known on a cluster, so entries do not say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pipeline.cleaning import derivations, entries, repeat_rules, unfit, used_columns
from pipeline.contract import LedgerEntry, Message
from pipeline.errors import SpecError
from pipeline.reading import ROW_ID
from pipeline.spark.row_rules import ALIVE, COPIES, FATE, RAW, JudgedRows, RuleSums, expression, failing, removed, ruled
from pipeline.spark.source_tables import CORRUPT, quoted
from pipeline.spark.spark_session import Cluster, Rows, answering
from pipeline.spark.typed_columns import Reading, read_cells, text_of, told, with_values, written
from pipeline.spec import GroupSpec, Spec, raw_columns, share_name

_EXACT = 1 << 53  # up to where a double holds every whole number
_LONGEST_NUMBER = 18  # digits of ids that are sorted as numbers


def judge(cluster: Cluster, answer: Rows, spec: Spec, source: str, *, scoring: bool = False) -> tuple[JudgedRows, Rows]:
    """Every row with what becomes of it, and the distinct raw rows that this was found from (kept until it is used).

    ``scoring``: columns that no active column needs may be absent.

    Raises
    ------
    InputError, SpecError
        As the local cleaning does.
    """
    distinct = _distinct(_selected(answer, spec, source, scoring), spec).persist()
    with_id = distinct.where(f"{quoted(_id(spec))} IS NOT NULL")
    reading = read_cells(with_id, spec)
    kept = [f"{quoted(_id(spec))} AS {quoted(spec.id.column)}", quoted(RAW)]
    judged = _unread(with_values(cluster, with_id, reading, kept), reading, spec, source, with_id)
    judged = _repeats(judged, spec)
    judged = ruled(judged, spec, derived=False)
    judged = _shares(_derived(judged, spec), spec)
    return ruled(judged, spec, derived=True), distinct


def _id(spec: Spec) -> str:
    return f"(id) {spec.id.column}"


def _selected(answer: Rows, spec: Spec, source: str, scoring: bool) -> Rows:
    """The spec's columns in the spec's order, headers trimmed, in the few types that the rest knows."""
    present = {name.strip().strip("\ufeff"): name for name in answer.columns if name != CORRUPT}
    if spec.id.column == ROW_ID and ROW_ID not in present:
        raise SpecError.because(
            Message.of("{spec}: a table without an id cannot be read on Spark", spec=spec.path or spec.name),
            expected=Message.of("a column that tells customers apart, since rows of a cluster have no places"),
            remedy=Message.of("name one under [id] column, or leave out --engine spark"),
        )
    wanted = raw_columns(spec)
    needed = used_columns(spec, active_only=True) | {spec.id.column} if scoring else set(wanted)
    for name in wanted:
        if name not in present and name in needed:
            raise unfit(spec, source, name, present)
    kinds = dict(answer.dtypes)
    rows = answer.where(f"{quoted(CORRUPT)} IS NULL") if CORRUPT in answer.columns else answer
    made = {
        name: _few_types(present[name], kinds[present[name]]) if name in present else "CAST(NULL AS STRING)"
        for name in wanted
    }
    if kinds[present[spec.id.column]].startswith("decimal"):  # of an id every digit counts
        made[spec.id.column] = f"CAST({quoted(present[spec.id.column])} AS STRING)"
    return rows.selectExpr(*(f"{sql} AS {quoted(name)}" for name, sql in made.items()))


def _few_types(name: str, kind: str) -> str:
    """SQL for a cell in one of the types boolean, whole number, double, moment and text."""
    column = quoted(name)
    if kind in ("float", "double"):
        return f"nullif(CAST({column} AS DOUBLE), CAST('NaN' AS DOUBLE))"
    if kind.startswith("decimal"):
        return f"CAST({column} AS DOUBLE)"
    if kind in ("date", "timestamp", "timestamp_ntz"):
        return f"CAST({column} AS TIMESTAMP_NTZ)"
    if kind in ("tinyint", "smallint", "int", "bigint"):
        return f"CAST({column} AS BIGINT)"
    if kind == "binary":
        return f"lower(hex({column}))"
    return column if kind in ("boolean", "string") else f"CAST({column} AS STRING)"


def _distinct(rows: Rows, spec: Spec) -> Rows:
    """One of each row, how often it is there, its id as text, and its raw cells together."""
    names = rows.columns
    counted = rows.groupBy(*map(quoted, names)).count().toDF(*names, COPIES)
    kind = dict(rows.dtypes)[spec.id.column]
    column = quoted(spec.id.column)
    text = written(spec.id.column, kind)
    if kind == "double":  # whole numbers lose their ".0" in the answer to a query, and keep it in a table, as locally
        end = "" if spec.source.query or spec.source.spark.query else " || '.0'"
        whole = f"{column} = floor({column}) AND abs({column}) < {_EXACT}"
        text = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS STRING){end} ELSE {text} END"
    raw = ", ".join(quoted(name) for name in names)
    return counted.selectExpr("*", f"{text_of(text)} AS {quoted(_id(spec))}", f"struct({raw}) AS {quoted(RAW)}")


def _unread(rows: Rows, reading: Reading, spec: Spec, source: str, raw: Rows) -> JudgedRows:
    names = {name: f"(bad {place})" for place, name in enumerate(reading) if reading[name].bad != "false"}

    def entries_of(sums: Mapping[str, Any]) -> tuple[LedgerEntry, ...]:
        tally = {name: int(sums[f"bad {name}"]) for name in names}
        strange, stored = [name for name, number in tally.items() if number], dict(raw.dtypes)
        known = {}
        if strange:
            with answering():
                counts = raw.selectExpr(
                    *(f"count({text_of(written(name, stored[name]))})" for name in strange)
                ).toArrow()
            known = {name: column[0].as_py() for name, column in zip(strange, counts.columns, strict=True)}
        return tuple(told(reading, spec, source, tally, known))

    sums = {f"bad {name}": f"count_if({quoted(column)})" for name, column in names.items()}
    kept = [quoted(name) for name in rows.columns]
    return JudgedRows(rows.selectExpr(*kept, f"CAST(NULL AS INT) AS {quoted(FATE)}"), (RuleSums(sums, entries_of),))


def _repeats(judged: JudgedRows, spec: Spec) -> JudgedRows:
    """Several rows of one id, then different ids with the same content; see ``steps.duplicate_ids``."""
    action, alike = repeat_rules(spec)
    identity = quoted(spec.id.column)
    others = [quoted(name) for name in judged.columns if name != spec.id.column]
    unknown = " + ".join(f"CAST({name} IS NULL AS INT)" for name in others) or "0"
    content = ", ".join(f"{name} ASC NULLS LAST" for name in others)
    rank = f"row_number() OVER (PARTITION BY {identity} ORDER BY {', '.join(filter(None, (unknown, content)))})"
    ranked = replace(judged, rows=judged.rows.selectExpr("*", f"{rank} AS `(rank)`"))
    names = [quoted(name) for name in judged.rows.columns if name != FATE]
    single = removed(
        ranked, "`(rank)` > 1", action, str(entries.duplicate_ids(0, "").rule),
        lambda n: entries.duplicate_ids(n, spec.id.column), names,
    )  # fmt: skip
    return _alike(single, spec, alike, others)


def _alike(judged: JudgedRows, spec: Spec, rule: Any, others: list[str]) -> JudgedRows:
    """Rows equal in everything but the id: the lowest id is the first of them."""
    identity = quoted(spec.id.column)
    with answering():
        [numbers] = (
            judged.rows.selectExpr(f"coalesce(every({identity} RLIKE '^[0-9]{{1,{_LONGEST_NUMBER}}}$'), false) AS all")
            .toArrow()
            .to_pylist()
        )
    order = f"CAST({identity} AS BIGINT), {identity}" if numbers["all"] else identity
    same = ", ".join((ALIVE, *others))
    rank = f"row_number() OVER (PARTITION BY {same} ORDER BY {order}) AS `(rank)`"
    ranked = replace(judged, rows=judged.rows.selectExpr("*", rank))
    names = [quoted(name) for name in judged.rows.columns if name != FATE]
    if rule.action == "drop":
        return removed(ranked, "`(rank)` > 1", "drop", "", lambda n: entries.lookalikes(n, rule), names)
    rows = ranked.rows.selectExpr(*names, quoted(FATE), f"{ALIVE} AND `(rank)` > 1 AS `(alike)`")
    counted = RuleSums({"alike": "count_if(`(alike)`)"}, lambda sums: (entries.lookalikes(int(sums["alike"]), rule),))
    return JudgedRows(rows, (*judged.rules, counted), judged.aside)


def _derived(judged: JudgedRows, spec: Spec) -> JudgedRows:
    """Derived columns, each after those that it uses; numbers that are none become unknown."""
    wanted = [name for name, column in spec.columns.items() if column.sql is not None]
    rows = judged.rows
    with failing(spec, ", ".join(wanted)):
        for name, sql in derivations(wanted, spec).items():
            rows = rows.selectExpr("*", f"({expression(f'column {name!r}', sql, spec)}) AS {quoted(name)}")
        stored = dict(rows.dtypes)
    made = {name: _as_kind(name, spec.columns[name].kind, stored[name]) for name in wanted}
    others = [quoted(name) for name in rows.columns if name not in made]
    return replace(judged, rows=rows.selectExpr(*others, *(f"{sql} AS {quoted(name)}" for name, sql in made.items())))


def _as_kind(name: str, kind: str, stored: str) -> str:
    column = quoted(name)
    if kind in ("number", "integer", "flag"):
        value = f"try_cast({column} AS DOUBLE)"
        return f"CASE WHEN abs({value}) < CAST('Infinity' AS DOUBLE) THEN {value} END"
    if kind == "date":
        return f"try_cast({column} AS TIMESTAMP_NTZ)"
    return text_of(written(name, stored))


def _shares(judged: JudgedRows, spec: Spec) -> JudgedRows:
    rows, rules = judged.rows, judged.rules
    for place, group in enumerate(spec.groups.values()):
        members = [f"CAST({quoted(member)} AS DOUBLE)" for member in group.members]
        below = " OR ".join(f"coalesce({member} < 0, false)" for member in members)
        total = f"`(total {place})`"
        rows = rows.selectExpr("*", f"{' + '.join(members)} AS {total}", f"{ALIVE} AND ({below}) AS `(below {place})`")
        shares = [
            f"CASE WHEN {total} > 0 AND NOT `(below {place})` THEN {member} / {total} END AS {quoted(share_name(name))}"
            for name, member in zip(group.members, members, strict=True)
        ]
        rows = rows.selectExpr("*", *shares)
        key = f"below {place}"
        sums = {key: f"count_if(`(below {place})`)"}
        rules = (*rules, RuleSums(sums, partial(_below_told, group, key)))
    return JudgedRows(rows, rules, judged.aside)


def _below_told(group: GroupSpec, key: str, sums: Mapping[str, Any]) -> tuple[LedgerEntry, ...]:
    return entries.no_shares(group, int(sums[key]))


def cleaned_columns(spec: Spec) -> list[str]:
    """Columns of a cleaned row, in the order in which the local engine has them."""
    derived = [name for name, column in spec.columns.items() if column.sql is not None]
    shares = [share_name(member) for group in spec.groups.values() for member in group.members]
    return [*raw_columns(spec), *derived, *shares]


def shown_columns(spec: Spec) -> frozenset[str]:
    """Columns of which a value may be told."""
    return frozenset(set(cleaned_columns(spec)) - set(raw_columns(spec)) | used_columns(spec))
