"""Customers to segments: the matrix, the sweep of KMeans over k, its quality, and the choice of k."""

from pipeline.segmenting.choose import at_the_end, decide, excess, override
from pipeline.segmenting.distances import blocks, squared_distances
from pipeline.segmenting.features import apply_transform, as_kernel, fit_features, fit_transform, project
from pipeline.segmenting.judging import judged
from pipeline.segmenting.kmeans import THOROUGH, sweep
from pipeline.segmenting.quality import (
    Silhouettes,
    by_segment,
    calinski_harabasz,
    davies_bouldin,
    davies_bouldin_of,
    dispersion,
    elongation,
    restart_silhouettes,
    silhouettes,
)
from pipeline.segmenting.sensitivity import Decided, Variations, sensitivity_in_words, with_sensitivity
from pipeline.segmenting.stability import Stability, assess_stability, null_silhouettes
from pipeline.segmenting.valleys import Lattice, doubted
from pipeline.segmenting.zeros import doubted_for_zeros

__all__ = [
    "THOROUGH",
    "Decided",
    "Lattice",
    "Silhouettes",
    "Stability",
    "Variations",
    "apply_transform",
    "as_kernel",
    "assess_stability",
    "at_the_end",
    "blocks",
    "by_segment",
    "calinski_harabasz",
    "davies_bouldin",
    "davies_bouldin_of",
    "decide",
    "dispersion",
    "doubted",
    "doubted_for_zeros",
    "elongation",
    "excess",
    "fit_features",
    "fit_transform",
    "judged",
    "null_silhouettes",
    "override",
    "project",
    "restart_silhouettes",
    "sensitivity_in_words",
    "silhouettes",
    "squared_distances",
    "sweep",
    "with_sensitivity",
]
