"""All customers behind one face, on this machine or on a cluster: what is computed of everybody is a fold of blocks."""

from pipeline.engine.by_segment import Asked, Totals, by_segment
from pipeline.engine.clustering import Fitted, Space, lloyd
from pipeline.engine.crowd import Crowd
from pipeline.engine.drawing import SAMPLE, Hashes, Sample, by_place, column_values, customer_hashes, deciding, drawn
from pipeline.engine.kernels import (
    Beside,
    Categories,
    Kernel,
    Meeting,
    Numbers,
    Parts,
    Placed,
    PlainRule,
    Rows,
    Several,
    Transform,
    content_hashes,
    meets,
    nearest_of,
    numbered,
    salted,
    text_hashes,
)
from pipeline.engine.local import LocalPopulation, fold_of, labels_of
from pipeline.engine.measures import Moments, Quantile, Range, moments, order_statistics, ranges
from pipeline.engine.population import Population

__all__ = [
    "SAMPLE",
    "Asked",
    "Beside",
    "Categories",
    "Crowd",
    "Fitted",
    "Hashes",
    "Kernel",
    "LocalPopulation",
    "Meeting",
    "Moments",
    "Numbers",
    "Parts",
    "Placed",
    "PlainRule",
    "Population",
    "Quantile",
    "Range",
    "Rows",
    "Sample",
    "Several",
    "Space",
    "Totals",
    "Transform",
    "by_place",
    "by_segment",
    "column_values",
    "content_hashes",
    "customer_hashes",
    "deciding",
    "drawn",
    "fold_of",
    "labels_of",
    "lloyd",
    "meets",
    "moments",
    "nearest_of",
    "numbered",
    "order_statistics",
    "ranges",
    "salted",
    "text_hashes",
]
