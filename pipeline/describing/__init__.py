"""Segments in numbers and words: profiles, cards, rules, baskets, and which is which after a new training."""

from pipeline.describing.baskets import Baskets, read_baskets, with_affinities
from pipeline.describing.candidates import Measured, describe_candidates
from pipeline.describing.identity import Predecessor, follow_in

__all__ = [
    "Baskets",
    "Measured",
    "Predecessor",
    "describe_candidates",
    "follow_in",
    "read_baskets",
    "with_affinities",
]
