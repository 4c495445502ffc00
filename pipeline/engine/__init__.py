"""All customers behind one face, on this machine or on a cluster: what is computed of everybody is a fold of blocks."""

from pipeline.engine.kernels import Kernel, Parts, Rows, Transform
from pipeline.engine.local import LocalPopulation, column_values, customer_hashes
from pipeline.engine.population import SAMPLE, Population, Sample

__all__ = [
    "SAMPLE",
    "Kernel",
    "LocalPopulation",
    "Parts",
    "Population",
    "Rows",
    "Sample",
    "Transform",
    "column_values",
    "customer_hashes",
]
