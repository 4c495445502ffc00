"""Segments in numbers and words: profiles, cards, rules, baskets, RFM, and which is which after a new training."""

from pipeline.describing.basket_lines import Baskets, read_baskets
from pipeline.describing.bought_together import with_affinities
from pipeline.describing.candidates import Beyond, MeasuredPartition, describe_candidates
from pipeline.describing.identity import Predecessor, follow_in
from pipeline.describing.redescribing.remaining import cards_anew, described_anew, labels_of
from pipeline.describing.rfm import rfm_cells, with_rfm

__all__ = [
    "Baskets",
    "Beyond",
    "MeasuredPartition",
    "Predecessor",
    "cards_anew",
    "describe_candidates",
    "described_anew",
    "follow_in",
    "labels_of",
    "read_baskets",
    "rfm_cells",
    "with_affinities",
    "with_rfm",
]
