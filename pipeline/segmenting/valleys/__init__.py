"""Where there are few customers between others: heaps, and shapes and values that would be taken for some."""

from pipeline.segmenting.valleys.elongation import LONG, PIECES, doubted, lies_along_a_curve
from pipeline.segmenting.valleys.heaps import count_heaps
from pipeline.segmenting.valleys.lattice import Lattice

__all__ = ["LONG", "PIECES", "Lattice", "count_heaps", "doubted", "lies_along_a_curve"]
