"""What a run says of its segments, in numbers and sentences that every page and the report tell alike."""

from dashapp.findings import (
    advice,
    affinity,
    derivation,
    happenings,
    overview_numbers,
    pair_words,
    rfm_numbers,
    segment_words,
    traits,
    variations,
    verdict_words,
)
from dashapp.findings.affinity import Rule
from dashapp.findings.overview_numbers import Feature, Portion
from dashapp.findings.traits import MixShare, Response, Trait

__all__ = [
    "Feature",
    "MixShare",
    "Portion",
    "Response",
    "Rule",
    "Trait",
    "advice",
    "affinity",
    "derivation",
    "happenings",
    "overview_numbers",
    "pair_words",
    "rfm_numbers",
    "segment_words",
    "traits",
    "variations",
    "verdict_words",
]
