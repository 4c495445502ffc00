"""Every line with its money and the number of the rule that took it (0: used), by the rules of the local engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.contract import LineAccount, Message
from pipeline.errors import SpecError
from pipeline.reading import ABSURD_AMOUNT, BEHIND, Days, Judged, Subject, account_of, own_rules
from pipeline.spark.purchase_lines.line_places import POSITION
from pipeline.spark.purchase_lines.line_sql import in_one_form, lacking, line_sql
from pipeline.spark.purchase_lines.spark_facts import AMOUNT, BACK, RAW_AMOUNT, RULE, SparkFacts, accountable
from pipeline.spark.row_rules import failing
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Rows, grouped
from pipeline.spec import LinesSpec, Spec

_ORDER, _OF_RETURNS = "(order)", "(of returns)"


@dataclass(frozen=True)
class JudgedPurchases:
    """The judged lines, the rules in the order in which they take them, and how places are told."""

    rows: Rows
    judged: Judged
    where: Callable[[int], Message]

    def used(self) -> Rows:
        """The view ``lines`` of the queries."""
        inside = (POSITION, RULE, RAW_AMOUNT, AMOUNT, BACK)
        columns = [quoted(name) for name in self.rows.columns if name not in inside]
        made = (f"{quoted(AMOUNT)} AS line_money", f"{quoted(BACK)} AS is_return")
        return self.rows.where(f"{quoted(RULE)} = 0").selectExpr(*columns, *made)

    def account(self, spec: Spec) -> LineAccount:
        """What became of every line; raises ``SpecError`` where an expression fails on some line."""
        lines = spec.lines
        if lines is None:
            raise ValueError("the spec has no lines")
        with failing(spec, "[lines]"):
            kept = accountable(self.rows, lines).persist()
            try:
                return account_of(Subject(SparkFacts(kept, lines), lines, self.judged, self.where, spec.id.keep))
            finally:
                kept.unpersist()


def judge_purchases(rows: Rows, spec: Spec, days: Days, where: Callable[[int], Message]) -> JudgedPurchases:
    """Judge numbered ``rows`` by the spec, whose day is known; ``where`` tells their places.

    Raises
    ------
    SpecError
        An expression of ``[lines]`` does not translate, or is none over one line.
    """
    lines = spec.lines
    if lines is None:
        raise ValueError("the spec has no lines")
    if lines.once_an_order and POSITION not in rows.columns:
        raise _unordered(spec, "lines.once_an_order")
    stored = {name.lower(): kind for name, kind in rows.dtypes}
    sql = line_sql(rows, spec, stored)
    bought = f"CAST({quoted(lines.day)} AS DATE)" if lines.day else None
    own = own_rules(lacking(lines, stored), bought, days, spec.day)
    conditions = [f"coalesce(CAST(({sql[f'lines.aside[{at}].sql']}) AS BOOLEAN), false)" for at in _numbers(lines)]
    with failing(spec, "[lines]"):
        judged = _by_whole_orders(rows, lines, conditions)
        judged = _judged(judged, lines, sql, [*conditions, *(f"({rule.sql})" for rule in own)])
        if lines.once_an_order and lines.order:
            judged = _once_an_order(judged, lines.order)
    return JudgedPurchases(judged, Judged((*lines.aside, *own)), where)


def _numbers(lines: LinesSpec) -> range:
    return range(1, len(lines.aside) + 1)


def _by_whole_orders(rows: Rows, lines: LinesSpec, conditions: list[str]) -> Rows:
    """With ``(whole N)`` where the N-th rule holds for some line of the order; such conditions say so then."""
    whole = [at for at, rule in enumerate(lines.aside) if rule.whole_order and lines.order]
    if not whole:
        return rows
    order = quoted(lines.order or "")
    some = [f"bool_or({conditions[at]}) AS `(whole {at})`" for at in whole]
    of_orders = grouped(rows.where(f"{order} IS NOT NULL"), [order], some).toDF(
        _ORDER, *(f"(whole {at})" for at in whole)
    )
    of_orders = of_orders.where(" OR ".join(f"`(whole {at})`" for at in whole))
    for at in whole:
        conditions[at] = f"({conditions[at]} OR coalesce(`(whole {at})`, false))"
    return rows.selectExpr("*", f"{order} AS {quoted(_ORDER)}").join(of_orders, on=_ORDER, how="left").drop(_ORDER)


def _judged(rows: Rows, lines: LinesSpec, sql: Mapping[str, str], conditions: list[str]) -> Rows:
    names = [name for name in rows.columns if not name.startswith("(whole ")]
    columns = [f"{in_one_form(lines)} AS {quoted(name)}" if name == lines.customer else quoted(name) for name in names]
    money = f"try_cast(({sql['lines.money']}) AS DOUBLE)" if lines.money else "CAST(NULL AS DOUBLE)"
    back = f"coalesce(CAST(({sql['lines.returns']}) AS BOOLEAN), false)" if lines.returns else "false"
    cases = " ".join(f"WHEN {condition} THEN {at}" for at, condition in enumerate(conditions, 1))
    made = rows.selectExpr(
        *columns,
        f"{money} AS {quoted(RAW_AMOUNT)}",
        f"{back} AS {quoted(BACK)}",
        f"CASE {cases} ELSE 0 END AS {quoted(RULE)}",
    )
    raw = quoted(RAW_AMOUNT)
    known = (
        f"CASE WHEN abs({raw}) < {ABSURD_AMOUNT!r}D THEN CASE WHEN {quoted(BACK)} THEN -abs({raw}) ELSE {raw} END END"
    )
    return made.selectExpr("*", f"{known} AS {quoted(AMOUNT)}")


def _once_an_order(rows: Rows, order: str) -> Rows:
    """Money on the first line of an order that has any: of those that are used, else of all; returns by themselves."""
    position, rule, amount = quoted(POSITION), quoted(RULE), quoted(AMOUNT)
    place = f"({position} + CASE WHEN {rule} > 0 THEN {BEHIND} ELSE 0 END)"
    known = rows.where(f"{amount} IS NOT NULL AND {quoted(order)} IS NOT NULL")
    keys = (f"{quoted(order)} AS {quoted(_ORDER)}", f"{quoted(BACK)} AS {quoted(_OF_RETURNS)}")
    firsts = known.selectExpr(*keys, f"{place} AS place").groupBy(quoted(_ORDER), quoted(_OF_RETURNS)).min("place")
    firsts = firsts.toDF(_ORDER, _OF_RETURNS, "(first)")
    joined = rows.selectExpr("*", *keys).join(firsts, on=[_ORDER, _OF_RETURNS], how="left")
    first = f"{quoted(order)} IS NULL OR `(first)` % {BEHIND} = {position}"
    columns = [
        f"CASE WHEN {first} THEN {amount} END AS {amount}" if name == AMOUNT else quoted(name) for name in rows.columns
    ]
    return joined.selectExpr(*columns)


def _unordered(spec: Spec, key: str) -> SpecError:
    return SpecError.because(
        Message.of("{spec}: {key} cannot be given to Spark as it is", spec=spec.path or spec.name, key=key),
        found=Message.of(
            "lines that have no order: of a table of the catalog, or of several files that source.view joins"
        ),
        remedy=Message.of("give the Parquet files themselves with --data, one a table; or leave out --engine spark"),
    )
