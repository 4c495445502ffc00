"""Candidates -> decision: which k, why, and how far to trust it. The rule lives here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.contract import (
    CandidateRecord,
    Decision,
    Message,
    Quantity,
    Value,
    Verdict,
    percent,
    verdicts,
)
from pipeline.errors import UsageError
from pipeline.segmenting.valleys import LONG

KEPT_EXCESS = 0.5
STRONG_EXCESS = 0.06
A_VALLEY = 0.25  # mean heaps above one, from which on the customers lie in more than one
_FURTHER = 0.5


def decide(candidates: Sequence[CandidateRecord], *, bounds: tuple[int, int]) -> Decision:
    """Apply the rule: the largest k that comes back on half the data and whose groups lie apart.

    A k comes back where its prediction strength is at least ``MIN_STRENGTH``. Its groups lie apart where there is a
    valley between any two neighbours, or where its silhouette exceeds the mean of the structure-free draws by more
    than ``MIN_EXCESS``, and by at least ``KEPT_EXCESS`` of what the best of those exceeds it by: halving a large group
    comes back on every sample, but shows in the silhouette. Where customers lie in one heap at every k that comes
    back, none is supported: a bent continuum beats any straight one. The elbow and the silhouette's maximum stand
    beside it, and every disagreement is put in words. ``bounds`` are the numbers of segments that a team can work with.

    Where a feature or two part groups and the others only blur them, k-means misplaces some of the customers, so that
    a k comes back less surely: from ``BARE_STRENGTH`` on it counts, weakly, if no other comes back, most halves see a
    valley between its groups and the silhouette is clear.

    Long groups that k-means cuts have a silhouette too, and come back: where a segment is long, only valleys make a
    verdict strong.

    Where more are supported than the bounds allow, the level of the hierarchy above is taken: of the k within the
    bounds that are supported among themselves the one whose groups are most clearly apart, not the one that comes
    back most surely, which is nearly always the coarsest.
    """
    supported = _supported(candidates)
    supported_k = max((candidate.k for candidate in supported), default=None)
    low, high = bounds
    within = [candidate for candidate in candidates if low <= candidate.k <= high] or list(candidates)
    chosen = _chosen(within, supported)
    verdict = _verdict(supported, chosen, supported_k)
    elbow_k, silhouette_k = elbow(candidates), max(candidates, key=lambda candidate: candidate.silhouette).k
    return Decision(
        k=chosen.k,
        verdict=verdict,
        reason=_reason(chosen, supported_k, verdict, bounds),
        elbow_k=elbow_k,
        silhouette_k=silhouette_k,
        supported_k=supported_k,
        bounds=bounds,
        disagreements=_disagreements(chosen, elbow_k, silhouette_k, supported_k, bounds),
    )


def at_the_end(candidates: Sequence[CandidateRecord]) -> bool:
    """Whether the best k is the last that was tried, so that a better one may lie beyond."""
    last = max(candidates, key=lambda candidate: candidate.k)
    if any(candidate.k == last.k for candidate in _supported(candidates)):
        return True
    best = max(candidates, key=lambda candidate: candidate.silhouette)
    return best.k == last.k and (excess(last) or 0.0) > verdicts.MIN_EXCESS


def override(decision: Decision, k: int, reason: str, candidates: Sequence[CandidateRecord]) -> Decision:
    """A person's choice, recorded as such; what the data support stays as the rule found it, held against that k."""
    chosen = next((candidate for candidate in candidates if candidate.k == k), None)
    if chosen is None:
        ks = ", ".join(str(candidate.k) for candidate in candidates)
        raise UsageError.because(
            Message.of("--choose {k}: no such candidate", k=str(k)),
            expected=Message.of("one of {values}", values=ks),
            found=str(k),
        )
    words = Message.of(
        "Chosen by a person: “{reason}”. The rule's own choice was {k}. {rule}",
        reason=reason.strip(),
        k=Quantity(decision.k),
        rule=decision.reason,
    )
    speaking = _disagreements(chosen, decision.elbow_k, decision.silhouette_k, decision.supported_k, decision.bounds)
    return decision.model_copy(update={"k": k, "chosen_by": "person", "reason": words, "disagreements": speaking})


def elbow(candidates: Sequence[CandidateRecord]) -> int | None:
    """The knee of inertia over k: the point farthest below the chord (Satopaa et al. 2011); None without one."""
    if len(candidates) < 3:
        return None
    ks = np.array([candidate.k for candidate in candidates], dtype=float)
    inertias = np.array([candidate.inertia for candidate in candidates])
    if inertias[0] <= inertias[-1]:
        return None
    x = (ks - ks[0]) / (ks[-1] - ks[0])
    y = (inertias - inertias[-1]) / (inertias[0] - inertias[-1])
    below = 1 - x - y
    best = int(below.argmax())
    return int(ks[best]) if below[best] > 0.05 else None


def excess(candidate: CandidateRecord) -> float | None:
    """Silhouette above that of structure-free data; None where no draw was made."""
    return None if candidate.null_silhouette is None else candidate.silhouette - candidate.null_silhouette


def _chosen(within: Sequence[CandidateRecord], supported: Sequence[CandidateRecord]) -> CandidateRecord:
    if supported and max(candidate.k for candidate in supported) > max(candidate.k for candidate in within):
        return max(_supported(within) or within, key=lambda candidate: candidate.silhouette)
    passing = [candidate for candidate in within if candidate in supported]
    if passing:
        return max(passing, key=lambda candidate: candidate.k)
    return max(within, key=lambda candidate: (candidate.stability or 0.0, candidate.silhouette))


def _supported(candidates: Sequence[CandidateRecord]) -> list[CandidateRecord]:
    surely = [candidate for candidate in candidates if (candidate.stability or 0.0) >= verdicts.MIN_STRENGTH]
    returning = surely or [candidate for candidate in candidates if _barely(candidate)]
    if all(candidate.heaps is not None and candidate.heaps < 1 + A_VALLEY for candidate in returning):
        return []
    least = KEPT_EXCESS * max((excess(candidate) or 0.0 for candidate in returning), default=0.0)
    separate = [candidate for candidate in returning if verdicts.apart(candidate)]
    return [
        candidate
        for candidate in returning
        if candidate in separate or (_stands_out(candidate, least) and not _cut(candidate, separate))
    ]


def _barely(candidate: CandidateRecord) -> bool:
    """Whether it comes back less surely than other k have to, but with valleys and a silhouette that speak for it."""
    return (
        verdicts.BARE_STRENGTH <= (candidate.stability or 0.0) < verdicts.MIN_STRENGTH
        and candidate.heaps is not None
        and candidate.heaps >= candidate.k - _FURTHER
        and (excess(candidate) or 0.0) >= STRONG_EXCESS
    )


def _stands_out(candidate: CandidateRecord, least: float) -> bool:
    above = excess(candidate) or 0.0
    return above > verdicts.MIN_EXCESS and above >= least


def _cut(candidate: CandidateRecord, separate: Sequence[CandidateRecord]) -> bool:
    """Whether fewer groups that all lie apart are as many heaps: the further ones were cut out of these."""
    return any(
        fewer.k < candidate.k and candidate.heaps is not None and candidate.heaps < fewer.k + _FURTHER
        for fewer in separate
    )


def _verdict(supported: Sequence[CandidateRecord], chosen: CandidateRecord, supported_k: int | None) -> Verdict:
    if not supported:
        return "none"
    long = (chosen.elongation or 0.0) >= LONG
    clear = not _barely(chosen) and (verdicts.apart(chosen) or (not long and (excess(chosen) or 0.0) >= STRONG_EXCESS))
    return "strong" if chosen.k == supported_k and clear else "weak"


def _reason(chosen: CandidateRecord, supported_k: int | None, verdict: Verdict, bounds: tuple[int, int]) -> Message:
    values: dict[str, Value] = {
        "k": Quantity(chosen.k),
        "supported": Quantity(supported_k or 0),
        "least": Quantity(bounds[0]),
        "most": Quantity(bounds[1]),
        "measured": _measured(chosen, one_heap=verdict == "none"),
    }
    if verdict == "none":
        return verdicts.a_continuum(**values)
    template = {
        "strong": "{k} is the largest number of segments that the data clearly support. {measured}",
        "weak": "{k} is the largest number of segments that the data weakly support. {measured}",
    }[verdict]
    if supported_k is not None and chosen.k != supported_k:
        template = (
            "The data by themselves support {supported} segments. {least} to {most} were asked for, and of these {k} "
            "come back most surely when the analysis is repeated. {measured}"
            if supported_k < bounds[0]
            else "The data by themselves support {supported} segments. {least} to {most} were asked for, and of these "
            "{k} are most clearly apart: the finer groups within them are left together. {measured}"
        )
    return Message.of(template, **values)


def _measured(chosen: CandidateRecord, *, one_heap: bool) -> Message:
    """What its figures are; ``one_heap``: no k is supported, whatever these say."""
    above = excess(chosen)
    if _barely(chosen):
        return Message.of(
            "Divided anew by what half of the customers taught, the weakest group kept {strength} of its pairs "
            "together (prediction strength; 80 % are usual), which is little; but in most halves there is a valley "
            "with few customers between the groups. How clearly the groups are apart is {silhouette} of 1 "
            "(silhouette), {excess} against customers without any groups.",
            strength=percent(chosen.stability or 0.0),
            silhouette=Quantity(chosen.silhouette, ".2f"),
            excess=Quantity(above or 0.0, "+.3f"),
        )
    template = (
        "Divided anew by what half of the customers taught, the weakest group kept {strength} of its pairs together "
        "(prediction strength; 80 % are needed). Between any two of the groups there is a valley with few customers. "
        "How clearly the groups are apart is {silhouette} of 1 (silhouette), {excess} against customers without any "
        "groups."
        if verdicts.apart(chosen) and (above or 0.0) <= verdicts.MIN_EXCESS
        else "Divided anew by what half of the customers taught, the weakest group kept {strength} of its pairs "
        "together (prediction strength; 80 % are needed). How clearly the groups are apart is {silhouette} of 1 "
        "(silhouette), {excess} against customers without any groups (more than {needed} is needed)."
    )
    if one_heap and (chosen.stability or 0.0) >= verdicts.MIN_STRENGTH and (above or 0.0) > verdicts.MIN_EXCESS:
        template = (
            "Divided anew by what half of the customers taught, the weakest group kept {strength} of its pairs "
            "together (prediction strength; 80 % are needed). How clearly the groups are apart is {silhouette} of 1 "
            "(silhouette), {excess} against customers without any groups (more than {needed} is needed). Both are "
            "enough, but no valley with few customers lies between these segments, as one does between groups."
        )
    strength: Value = Message.of("an unknown share") if chosen.stability is None else percent(chosen.stability)
    return Message.of(
        template,
        strength=strength,
        silhouette=Quantity(chosen.silhouette, ".2f"),
        excess=Message.of("not compared") if above is None else Quantity(above, "+.3f"),
        needed=Quantity(verdicts.MIN_EXCESS, "+.2f"),
    )


def _disagreements(
    chosen: CandidateRecord, elbow_k: int | None, silhouette_k: int, supported_k: int | None, bounds: tuple[int, int]
) -> tuple[Message, ...]:
    k, messages = chosen.k, []
    if verdicts.all_alike(chosen.inertia):
        messages.append(_kinds(k))
    if chosen.elongation is not None and chosen.elongation >= LONG:
        messages.append(
            Message.of(
                "A segment is {times} times as long as it is wide. K-means looks for round groups: it may have cut a "
                "long group, or set a border along one.",
                times=Quantity(chosen.elongation, ".1f"),
            )
        )
    if elbow_k is None:
        messages.append(
            Message.of(
                "Each further segment brings customers closer together at an even pace: there is no clear knee "
                "(inertia)."
            )
        )
    elif elbow_k != k:
        messages.append(
            Message.of(
                "From {elbow} segments on, not {k}, one more brings customers little closer together (elbow of the "
                "inertia). That measure always names a number, also where there are no groups.",
                elbow=Quantity(elbow_k),
                k=Quantity(k),
            )
        )
    if silhouette_k != k:
        template = (
            "The groups are most clearly apart with {clearest} segments, not {k} (silhouette): that measure favours "
            "few, coarse groups."
            if silhouette_k < k
            else "The groups are most clearly apart with {clearest} segments, not {k} (silhouette): that measure does "
            "not ask whether so many come back, or whether larger groups were cut."
        )
        messages.append(Message.of(template, clearest=Quantity(silhouette_k), k=Quantity(k)))
    if supported_k is not None and not bounds[0] <= supported_k <= bounds[1]:
        messages.append(
            Message.of(
                "The data support {supported} segments, outside the {least} to {most} that were asked for.",
                supported=Quantity(supported_k),
                least=Quantity(bounds[0]),
                most=Quantity(bounds[1]),
            )
        )
    return tuple(messages)


def _kinds(number: int) -> Message:
    return Message.counted(
        "There is only {n} kind of customer in what they are clustered on: a segment is everybody who is alike in all "
        "of it, and more segments are not possible.",
        "There are only {n} kinds of customers in what they are clustered on: a segment is everybody who is alike in "
        "all of it, and more segments are not possible.",
        number,
    )
