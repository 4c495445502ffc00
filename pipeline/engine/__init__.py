"""All customers behind one face, on this machine or on a cluster: what is computed of everybody is a fold of blocks."""

from pipeline.engine.clustering import Fitted, Space, lloyd
from pipeline.engine.drawing import SAMPLE, Hashes, Sample, by_place, column_values, customer_hashes, drawn
from pipeline.engine.kernels import Kernel, Numbers, Parts, Rows, Transform, nearest_of
from pipeline.engine.local import LocalPopulation, fold_of, labels_of
from pipeline.engine.measures import Moments, Quantile, Range, moments, order_statistics, ranges
from pipeline.engine.population import Population

__all__ = [
    "SAMPLE",
    "Fitted",
    "Hashes",
    "Kernel",
    "LocalPopulation",
    "Moments",
    "Numbers",
    "Parts",
    "Population",
    "Quantile",
    "Range",
    "Rows",
    "Sample",
    "Space",
    "Transform",
    "by_place",
    "column_values",
    "customer_hashes",
    "drawn",
    "fold_of",
    "labels_of",
    "lloyd",
    "moments",
    "nearest_of",
    "order_statistics",
    "ranges",
]
