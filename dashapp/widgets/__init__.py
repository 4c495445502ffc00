"""The building blocks of every page and of the report: cards, tables, places of charts, and components as HTML."""

from dashapp.widgets.blocks import (
    Children,
    aria,
    as_table,
    card,
    chart_card,
    command,
    differences_list,
    graph,
    key_list,
    kpi,
    message,
    segment_name,
    segment_with_trust,
    table,
    take_along,
    trust_badge,
)
from dashapp.widgets.markup import markup

__all__ = [
    "Children",
    "aria",
    "as_table",
    "card",
    "chart_card",
    "command",
    "differences_list",
    "graph",
    "key_list",
    "kpi",
    "markup",
    "message",
    "segment_name",
    "segment_with_trust",
    "table",
    "take_along",
    "trust_badge",
]
