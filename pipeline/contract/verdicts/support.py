"""How far the data support one number of segments, by its own figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.contract.records import CandidateRecord, Decision, Verdict

MIN_STRENGTH = 0.8  # prediction strength (Tibshirani and Walther 2005) from which a k is supported
MIN_EXCESS = 0.03  # silhouette above that of structure-free data, likewise
APART = 0.5  # silhouette from which groups stand apart with gaps between them (Kaufman and Rousseeuw 1990)
_RANK: Mapping[Verdict, int] = {"none": 0, "weak": 1, "strong": 2}


def weaker(first: Verdict, second: Verdict) -> Verdict:
    """The more careful of two verdicts."""
    return min(first, second, key=_RANK.__getitem__)


def own_verdict(stability: float | None, silhouette: float, null: float | None) -> Verdict:
    """What a k that the rule did not choose may be called by its own figures: ``weak`` where both pass, else none."""
    passes = (stability or 0.0) >= MIN_STRENGTH and null is not None and silhouette - null > MIN_EXCESS
    return "weak" if passes else "none"


def verdict_at(k: int, decision: Decision, candidates: Sequence[CandidateRecord]) -> Verdict:
    """The verdict on k segments: the decision's where it is about them, else by their own figures."""
    if k == decision.k and (decision.chosen_by == "rule" or k == decision.supported_k):
        return decision.verdict
    candidate = next((candidate for candidate in candidates if candidate.k == k), None)
    if candidate is None:
        return "none"
    own = own_verdict(candidate.stability, candidate.silhouette, candidate.null_silhouette)
    return weaker(decision.verdict, own)
