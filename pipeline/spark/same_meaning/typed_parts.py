"""Parts of SQL whose meaning depends on the types of columns, where the engines have the same and where not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlglot import Expr, exp
from sqlglot.dialects.duckdb import DuckDB

_WHOLE = ("tinyint", "smallint", "int", "bigint")
_ALIKE_AS_TEXT = {*_WHOLE, "string", "boolean", "date"}  # both engines write these alike
_OTHERWISE = {"float": "numbers in single precision", "binary": "bytes"}
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)
_TEXTS = (exp.Lower, exp.Upper, exp.Trim, exp.Null)
_LONG_DECIMAL, _KEPT_SCALE = 18, 6  # digits; up to that scale Spark never drops digits of a product


def kind_of(node: Any, stored: Mapping[str, str]) -> str:
    """The type of a column that stands alone; nothing for all else."""
    return stored.get(node.name.lower(), "") if isinstance(node, exp.Column) else ""


def strange_cast(node: exp.Cast, stored: Mapping[str, str], known: Collection[str]) -> str:
    """The name of a cast that may come out otherwise; nothing where it does not."""
    kind = node.to.sql(dialect=DuckDB).upper()
    if kind in known:
        return ""
    cell, single = node.this, len(list(node.root().find_all(exp.Select))) <= 1  # else a name may be another's
    of_cell = kind_of(cell, stored)
    if kind == "BIGINT" and single and of_cell in (*_WHOLE, "double"):
        return ""
    if kind == "TEXT" and single:
        if of_cell in _ALIKE_AS_TEXT or (isinstance(cell, exp.Cast) and cell.to.this == exp.DataType.Type.BIGINT):
            return ""
        return f"CAST AS VARCHAR of {cell.sql(dialect=DuckDB)} ({of_cell})" if of_cell else "CAST AS VARCHAR"
    return f"CAST AS {'VARCHAR' if kind == 'TEXT' else kind}"


def strange_by_type(node: Expr, stored: Mapping[str, str]) -> str:
    """What the engines compute in other precision, or compare in other ways; nothing where they agree."""
    if not stored:
        return ""
    if kind_of(node, stored) in _OTHERWISE:
        return f"{node.sql(dialect=DuckDB)}, a column of {_OTHERWISE[kind_of(node, stored)]}"
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _strange_decimals(node, stored)
    if isinstance(node, _COMPARED):
        sides = [node.this, *_others(node)]
        texts = [side for side in sides if kind_of(side, stored) == "string"]
        if texts and not all(_is_text(side, stored) for side in sides):
            return f"{node.sql(dialect=DuckDB)}, which compares text with what is none"
    return ""


def _others(node: Expr) -> list[Any]:
    if isinstance(node, exp.In):
        return list(node.expressions)
    if isinstance(node, exp.Between):
        return [node.args["low"], node.args["high"]]
    return [node.expression]


def _is_text(side: Any, stored: Mapping[str, str]) -> bool:
    if isinstance(side, exp.Literal):
        return bool(side.is_string)
    if isinstance(side, exp.Cast):
        return bool(side.to.this == exp.DataType.Type.TEXT)
    kind = kind_of(side, stored)
    return kind == "string" if kind else isinstance(side, (*_TEXTS, exp.Column))


def _strange_decimals(node: Expr, stored: Mapping[str, str]) -> str:
    """Decimals so long that Spark would round a product, where the embedded engine keeps or refuses it."""
    kinds = [kind_of(column, stored) for column in node.find_all(exp.Column)]
    sizes = [tuple(map(int, re.findall(r"\d+", kind))) for kind in kinds if kind.startswith("decimal")]
    if any(digits > _LONG_DECIMAL for digits, _ in sizes):
        return f"{node.sql(dialect=DuckDB)}, with decimals of more than {_LONG_DECIMAL} digits"
    if not isinstance(node, exp.Mul):
        return ""
    points = [number.name.partition(".")[2] for number in node.find_all(exp.Literal) if "." in number.name]
    scale = sum(scale for _, scale in sizes) + sum(map(len, points))
    if len(sizes) > 1 and len(sizes) + len(points) > 2 and scale > _KEPT_SCALE:
        return f"{node.sql(dialect=DuckDB)}, a product of decimals with more than {_KEPT_SCALE} digits behind the point"
    return ""
