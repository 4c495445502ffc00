"""How charts look, and the charts that more than one page or the report draws; nothing here knows of Dash."""

from dashapp.charts import bundle, deviations, heat, portions, rates, segment_bubbles, segment_rows, sweep_curves
from dashapp.charts.font import FAMILY as FONT_FAMILY
from dashapp.charts.font import FILE as FONT_FILE
from dashapp.charts.font import embedded as embedded_font
from dashapp.charts.font import fitted, widest
from dashapp.charts.labels import Bubble, beside, wrapped, wrapped_apart
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
    "FONT_FAMILY",
    "FONT_FILE",
    "LIGHT",
    "MIX",
    "Bubble",
    "Mark",
    "Scheme",
    "beside",
    "bundle",
    "deviations",
    "diverging",
    "embedded_font",
    "empty_figure",
    "escaped",
    "figure_of",
    "fitted",
    "heat",
    "ink_on",
    "mark",
    "portions",
    "rates",
    "scheme",
    "segment_bubbles",
    "segment_rows",
    "sweep_curves",
    "tinted",
    "widest",
    "wrapped",
    "wrapped_apart",
]
