"""What is computed of all customers, block by block: each kernel's parts add up to the same bits in any order.

Kernels travel to a cluster's executors by value: the modules here import NumPy, pyarrow and each other, nothing else.
"""

from pipeline.folding.kernels.bins import Bins, Charted, Content, Known
from pipeline.folding.kernels.clusters import FEATURES, LloydStep, Starts, nearest_of
from pipeline.folding.kernels.column_kernels import (
    Beside,
    Categories,
    Extremes,
    Meeting,
    NumberColumns,
    PlainRule,
    Ranks,
    Sums,
    Within,
    bracketed,
    meets,
)
from pipeline.folding.kernels.fixed_point import LIMB, exponents, limbs, squared, total
from pipeline.folding.kernels.hashing import (
    content_hashes,
    mixed,
    numbered,
    running_numbers,
    salted,
    smallest,
    text_hashes,
)
from pipeline.folding.kernels.kernel import Kernel, Parts, Rows
from pipeline.folding.kernels.segments import (
    Placed,
    SegmentCategories,
    SegmentRanks,
    SegmentRanksWithin,
    SegmentWithin,
    Several,
    Tally,
)
from pipeline.folding.kernels.transform import Transform

__all__ = [
    "FEATURES",
    "LIMB",
    "Beside",
    "Bins",
    "Categories",
    "Charted",
    "Content",
    "Extremes",
    "Kernel",
    "Known",
    "LloydStep",
    "Meeting",
    "NumberColumns",
    "Parts",
    "Placed",
    "PlainRule",
    "Ranks",
    "Rows",
    "SegmentCategories",
    "SegmentRanks",
    "SegmentRanksWithin",
    "SegmentWithin",
    "Several",
    "Starts",
    "Sums",
    "Tally",
    "Transform",
    "Within",
    "bracketed",
    "content_hashes",
    "exponents",
    "limbs",
    "meets",
    "mixed",
    "nearest_of",
    "numbered",
    "running_numbers",
    "salted",
    "smallest",
    "squared",
    "text_hashes",
    "total",
]
