"""How far the data support one number of segments, by its own figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.contract.messages import Message, Value
from pipeline.contract.record_types import CandidateRecord, Decision, Verdict

MIN_STRENGTH = 0.8  # prediction strength (Tibshirani and Walther 2005) from which a k is supported
BARE_STRENGTH = 0.7  # and from which one is, weakly, where there are valleys between its groups and a clear silhouette
MIN_EXCESS = 0.03  # silhouette above that of structure-free data, likewise
SEPARATE = 0.1  # mean heaps under k, up to which all k groups are heaps of their own
APART = 0.5  # silhouette from which groups stand apart with gaps between them (Kaufman and Rousseeuw 1990)
CONTINUUM = (
    "The data show no separate groups, into however many they are divided. {k} segments, of the {least} to {most} that "
    "were tried, are a convenient division of a continuum, not a discovery. {measured}"
)
_CUT_ACROSS = (
    "K-means, which looks for round groups, finds none that come back, but there are groups of another shape: {k} "
    "segments, of the {least} to {most} that were tried, are a convenient division that cuts across them, not a "
    "discovery. {measured}"
)
_NOTHING = 1e-6  # inertia: more than rounding leaves where there is none, in whatever is standardized
_RANK: Mapping[Verdict, int] = {"none": 0, "weak": 1, "strong": 2}


def weaker(first: Verdict, second: Verdict) -> Verdict:
    """The more careful of two verdicts."""
    return min(first, second, key=_RANK.__getitem__)


def apart(candidate: CandidateRecord) -> bool:
    """Whether there is a valley between any two of the groups, in the mean of the halves that were looked at."""
    return candidate.heaps is not None and candidate.heaps >= candidate.k - SEPARATE


def own_verdict(stability: float | None, silhouette: float, null: float | None, *, valleys: bool = False) -> Verdict:
    """What a k that the rule did not choose may be called by its own figures.

    ``weak`` where it comes back and its groups lie apart, by the silhouette or by ``valleys`` between them, else none.
    """
    lie_apart = valleys or (null is not None and silhouette - null > MIN_EXCESS)
    return "weak" if (stability or 0.0) >= MIN_STRENGTH and lie_apart else "none"


def verdict_at(k: int, decision: Decision, candidates: Sequence[CandidateRecord]) -> Verdict:
    """The verdict on k segments: the decision's on its own k, none on more than the data support, else by figures."""
    if k == decision.k and (decision.chosen_by == "rule" or k == decision.supported_k):
        return decision.verdict
    candidate = next((candidate for candidate in candidates if candidate.k == k), None)
    if candidate is None or k > (decision.supported_k or k):
        return "none"
    own = own_verdict(candidate.stability, candidate.silhouette, candidate.null_silhouette, valleys=apart(candidate))
    if decision.chosen_by == "person" and decision.supported_k:
        return own  # the decision's verdict is on the k that the person chose
    return weaker(decision.verdict, own)


def all_alike(inertia: float) -> bool:
    """Whether the customers of each segment are all alike, so that more segments are not possible."""
    return inertia <= _NOTHING


def a_continuum(**values: Value) -> Message:
    """The reason where no number of segments is supported."""
    return Message.of(CONTINUUM, **values)


def with_groups_within(decision: Decision, words: Message, *, across: bool) -> Decision:
    """The decision where segments hold customers of several groups, as ``words`` tell: never strong.

    ``across``: so many of them do that the borders cut across groups; nobody calls that a continuum.
    """
    return decision.model_copy(
        update={
            "verdict": weaker(decision.verdict, "weak"),
            "reason": _across(decision.reason) if across else decision.reason,
            "disagreements": (*decision.disagreements, words),
        }
    )


def _across(reason: str) -> str:
    """The reason, or the rule's within a person's, without the word of a continuum."""
    if not isinstance(reason, Message):
        return reason
    values = {name: _across(value) if isinstance(value, Message) else value for name, value in reason.values.items()}
    return Message.of(_CUT_ACROSS if reason.id == CONTINUUM else reason.id, **values)


def cuts_across_groups(decision: Decision) -> bool:
    """Whether nothing comes back and yet there are groups: such as k-means cannot follow."""
    reason = decision.reason
    return isinstance(reason, Message) and _CUT_ACROSS in (
        reason.id,
        *(value.id for value in reason.values.values() if isinstance(value, Message)),
    )
