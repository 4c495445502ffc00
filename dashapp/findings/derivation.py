"""How the columns of a rule come about that the source does not have, so that its SQL can be used there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pipeline.contract import Segmentation, SegmentRule


def derived_columns(segmentation: Segmentation, rule: SegmentRule) -> tuple[tuple[str, str], ...]:
    """Name and SQL of every derived column that the rule needs, each after those that it uses; none for the source's.

    ``as_of`` in an expression is the spec's day, written out.
    """
    known = _expressions(segmentation)
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name in ordered or name not in known:
            return
        for other in known:
            if other != name and re.search(rf"(?<![\w]){re.escape(other)}(?![\w])", known[name]):
                add(other)
        ordered[name] = known[name]

    for alternative in rule.alternatives:
        for condition in alternative:
            add(condition.column)
    return tuple(ordered.items())


def query_of(segmentation: Segmentation) -> str:
    """The spec's own query over the source, whose columns the rule then names; empty where the source is one table."""
    source = _spec(segmentation).get("source")
    query = source.get("query") if isinstance(source, dict) else None
    return str(query).strip() if query else ""


def _expressions(segmentation: Segmentation) -> dict[str, str]:
    columns = _spec(segmentation).get("columns", {})
    expressions = {
        str(name): str(column["sql"]).strip()
        for name, column in columns.items()
        if isinstance(column, dict) and column.get("sql")
    }
    as_of = segmentation.dataset.as_of
    if as_of is not None:
        expressions = {
            name: re.sub(r"\bas_of\b", f"DATE '{as_of.isoformat()}'", sql) for name, sql in expressions.items()
        }
    for group in segmentation.dataset.groups:
        total = " + ".join(map(_quoted, group.members))
        for member, share in zip(group.members, group.shares, strict=False):
            expressions[share] = f"{_quoted(member)} / nullif({total}, 0)"
    return expressions


def _spec(segmentation: Segmentation) -> Mapping[str, Any]:
    try:
        held = json.loads(segmentation.spec)
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
