"""Whom a reader looks at: dimensions to filter by, the selection as a value and as an address, and counts under it."""

from dashapp.selecting.crossfilter import Cube
from dashapp.selecting.dimensions import (
    MAP,
    RFM,
    SEGMENT,
    SURE,
    UNKNOWN,
    Array,
    Dimension,
    all_measured,
    explore_charts,
    mixes,
)
from dashapp.selecting.events import changed
from dashapp.selecting.filtered import Filtered
from dashapp.selecting.on_disk import Count, Passing, answers, member_sums, weights_of
from dashapp.selecting.reactions import OfferAnswers
from dashapp.selecting.rfm_filter import FREQUENCY, MONETARY, RECENCY
from dashapp.selecting.selection import (
    Area,
    Filter,
    Range,
    Selection,
    Values,
    to_query,
)
from dashapp.selecting.slices import Points, Slice

__all__ = [
    "FREQUENCY",
    "MAP",
    "MONETARY",
    "RECENCY",
    "RFM",
    "SEGMENT",
    "SURE",
    "UNKNOWN",
    "Area",
    "Array",
    "Count",
    "Cube",
    "Dimension",
    "Filter",
    "Filtered",
    "OfferAnswers",
    "Passing",
    "Points",
    "Range",
    "Selection",
    "Slice",
    "Values",
    "all_measured",
    "answers",
    "changed",
    "explore_charts",
    "member_sums",
    "mixes",
    "to_query",
    "weights_of",
]
