"""Lloyd's algorithm from given centres: on a few thousand rows many times over, and on all rows once."""

from pipeline.segmenting.fitting.lloyd_fits import LloydFit, LloydRows
from pipeline.segmenting.fitting.polish import partition, polish

__all__ = ["LloydFit", "LloydRows", "partition", "polish"]
