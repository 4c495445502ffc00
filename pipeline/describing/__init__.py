"""Segments in numbers and words: profiles, cards, rules, baskets, RFM, and which is which after a new training."""

from pipeline.describing.basket_lines import Baskets, read_baskets
from pipeline.describing.baskets import with_affinities
from pipeline.describing.candidates import Measured, describe_candidates
from pipeline.describing.identity import Predecessor, follow_in
from pipeline.describing.rfm import rfm_cells, with_rfm

__all__ = [
    "Baskets",
    "Measured",
    "Predecessor",
    "describe_candidates",
    "follow_in",
    "read_baskets",
    "rfm_cells",
    "with_affinities",
    "with_rfm",
]
