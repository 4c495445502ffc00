"""How charts look, and the charts that more than one page or the report draws; nothing here knows of Dash."""

from dashapp.charts import deviations, heat, order_bubbles, portions, rates, segment_rows, sweep_curves
from dashapp.charts.labels import Bubble, beside, wrapped
from dashapp.charts.theme import (
    LIGHT,
    MIX,
    Mark,
    Scheme,
    diverging,
    empty_figure,
    escaped,
    figure_of,
    ink_on,
    mark,
    scheme,
    tinted,
)

__all__ = [
    "LIGHT",
    "MIX",
    "Bubble",
    "Mark",
    "Scheme",
    "beside",
    "deviations",
    "diverging",
    "empty_figure",
    "escaped",
    "figure_of",
    "heat",
    "ink_on",
    "mark",
    "order_bubbles",
    "portions",
    "rates",
    "scheme",
    "segment_rows",
    "sweep_curves",
    "tinted",
    "wrapped",
]
