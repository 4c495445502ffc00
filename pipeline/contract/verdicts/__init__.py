"""How far the data support a number of segments, and what a sweep's own board bears out of that."""

from pipeline.contract.verdicts.review import (
    capped,
    persons_reason,
    reviewed,
    reviewed_run,
    reviewed_summary,
    toned_down,
)
from pipeline.contract.verdicts.support import (
    APART,
    BARE_STRENGTH,
    CONTINUUM,
    MIN_EXCESS,
    MIN_STRENGTH,
    SEPARATE,
    a_continuum,
    all_alike,
    apart,
    cuts_across_groups,
    own_verdict,
    verdict_at,
    weaker,
    with_groups_within,
)

__all__ = [
    "APART",
    "BARE_STRENGTH",
    "CONTINUUM",
    "MIN_EXCESS",
    "MIN_STRENGTH",
    "SEPARATE",
    "a_continuum",
    "all_alike",
    "apart",
    "capped",
    "cuts_across_groups",
    "own_verdict",
    "persons_reason",
    "reviewed",
    "reviewed_run",
    "reviewed_summary",
    "toned_down",
    "verdict_at",
    "weaker",
    "with_groups_within",
]
