"""Whom a reader looks at: dimensions to filter by, the selection as a value and as an address, and counts under it."""

from dashapp.selecting.crossfilter import Cube, Filtered
from dashapp.selecting.dimensions import (
    MAP,
    SEGMENT,
    SURE,
    UNKNOWN,
    Array,
    Dimension,
    all_measured,
    explore_charts,
    mixes,
)
from dashapp.selecting.reactions import Responses
from dashapp.selecting.selection import (
    Area,
    Filter,
    Range,
    Selection,
    Values,
    area_of,
    filter_of,
    range_of,
    snapped,
    to_query,
    values_of,
)
from dashapp.selecting.slices import Points, Slice

__all__ = [
    "MAP",
    "SEGMENT",
    "SURE",
    "UNKNOWN",
    "Area",
    "Array",
    "Cube",
    "Dimension",
    "Filter",
    "Filtered",
    "Points",
    "Range",
    "Responses",
    "Selection",
    "Slice",
    "Values",
    "all_measured",
    "area_of",
    "explore_charts",
    "filter_of",
    "mixes",
    "range_of",
    "snapped",
    "to_query",
    "values_of",
]
