"""Spans between days and their whole parts: ages, as drafts count them, in SQL that means the same on both engines."""

from __future__ import annotations

from typing import Any

from sqlglot import Expr, exp

_UNITS = ("DAY", "MONTH", "YEAR")


def strange_span(node: exp.DateDiff) -> str:
    """The name of a ``date_diff`` that is on no list; nothing where it is."""
    unit = _unit(node)
    return "" if unit in _UNITS else f"date_diff({unit})"


def strange_division(node: exp.IntDiv) -> str:
    """Nothing where the whole part is one of a span by a whole number, which neither engine can read otherwise."""
    left, right = node.this.unnest(), node.expression
    known = isinstance(right, exp.Literal) and not right.is_string and right.name.isdigit() and int(right.name) > 0
    return "" if known and isinstance(left, exp.DateDiff) else "//"


def span(node: exp.DateDiff) -> Expr:
    """Midnights, firsts of months or of years that lie between, as the embedded engine counts them."""
    last, first = (exp.cast(side, "date") for side in (node.this, node.expression))
    if _unit(node) == "DAY":
        return exp.Anonymous(this="datediff", expressions=[last, first])
    count = _months if _unit(node) == "MONTH" else _year
    return exp.Paren(this=exp.Sub(this=count(last), expression=exp.Paren(this=count(first))))


def _unit(node: exp.DateDiff) -> str:
    return str(node.args.get("unit")).strip("'").upper()


def _year(day: Any) -> Expr:
    return exp.Year(this=day.copy())


def _months(day: Any) -> Expr:
    years = exp.Mul(this=_year(day), expression=exp.Literal.number(12))
    return exp.Add(this=years, expression=exp.Month(this=day.copy()))
