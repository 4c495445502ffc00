"""Segments in numbers and words: profiles, cards, rules, baskets, and which is which after a new training."""

from pipeline.describing.baskets import Baskets, read_baskets, with_affinities
from pipeline.describing.cards import make_cards
from pipeline.describing.describe import (
    assign,
    differences_by_segment,
    profile_categories,
    revenue_shares,
    typical_customers,
)
from pipeline.describing.identity import Predecessor, follow, keep_colours
from pipeline.describing.passive import Trait, describe_passive, read_traits
from pipeline.describing.profiles import Profiled, profile, read_columns
from pipeline.describing.rules import Codes, encode, find_rules

__all__ = [
    "Baskets",
    "Codes",
    "Predecessor",
    "Profiled",
    "Trait",
    "assign",
    "describe_passive",
    "differences_by_segment",
    "encode",
    "find_rules",
    "follow",
    "keep_colours",
    "make_cards",
    "profile",
    "profile_categories",
    "read_baskets",
    "read_columns",
    "read_traits",
    "revenue_shares",
    "typical_customers",
    "with_affinities",
]
