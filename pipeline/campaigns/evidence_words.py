"""What held-out contacts say of a plan, in sentences: whether its list pays, and whether the segments would."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.campaigns.plan_words import told_money
from pipeline.contract import HeldOut, Judgement, Message, Strategy, Words, percent
from pipeline.statistics import Vector

QUICK_SHARE = 0.5  # of the model's profit: from here on segments will do where time is short


def why_nobody(
    judged: Judgement, probability: Vector, even: float, currency: str = "", evaluation: Sequence[Strategy] = ()
) -> Words:
    """Why nobody is on the list; empty where somebody is. Where contacting everybody is proven to pay, that is said."""
    above = int((probability > even).sum())
    if not above and even >= 1:
        return Message.of(
            "Nobody is worth contacting at these prices, because even a sure response would not bring back the cost of "
            "a contact."
        )
    everybody = next((strategy for strategy in evaluation if strategy.key == "everybody"), None)
    if everybody is not None and everybody.low > 0 and not judged.bears:
        return Message.of(
            "The model's list is not proven to pay, but contacting everybody is: it earned {everybody} on these "
            "contacts, the list {profit}. Contact all, or as many of them at random as you can, and hold out some.",
            everybody=_range(everybody, currency),
            profit=_range(judged, currency),
        )
    if not above:
        return Message.of(
            "Nobody is worth contacting on this evidence, because no customer's chance of a response is above "
            "break-even ({even}): the highest is {highest}.",
            even=percent(even, 1),
            highest=percent(float(probability.max(initial=0.0)), 1),
        )
    if judged.bears:
        return ""
    if not judged.contacts:
        return Message.of(
            "Nobody is worth contacting on this evidence, because no contact that was not learned from had a chance "
            "of a response above break-even ({even}): nothing shows that such a list pays.",
            even=percent(even, 1),
        )
    return Message.of(
        "Nobody is worth contacting on this evidence, because a list like this is not proven to pay: of the contacts "
        "that were not learned from, those whose chance is above break-even ({even}) earned {profit} (95 %: {low} to "
        "{high}), and only an interval above 0 would do.",
        even=percent(even, 1),
        profit=told_money(judged.profit, currency),
        low=told_money(judged.low, currency),
        high=told_money(judged.high, currency),
    )


def corrected(judged: Judgement, promised: float, currency: str = "") -> Words:
    """Why a list that passed does not promise what its probabilities add up to; empty where it does."""
    left = promised * (1.0 if judged.kept is None else judged.kept)
    if not judged.bears or round(left) == round(promised):
        return ""
    return Message.of(
        "The probabilities of the whole list add up to {promised}. What such a list earned where it was tried, which "
        "counts for a quarter, was more, so {left} are promised."
        if left > promised
        else "The probabilities of the whole list add up to {promised}. What such a list earned where it was tried "
        "counts for a quarter, and lists that chance has helped pass the test of paying more often, so {left} are "
        "promised.",
        promised=told_money(promised, currency),
        left=told_money(left, currency),
    )


def worth(evaluation: Sequence[Strategy], currency: str = "", *, proven: bool = True) -> Words:
    """Is the segmentation worth it here? Measured, for targeting; as a language it is another matter."""
    by_key = {strategy.key: strategy for strategy in evaluation}
    model, segments = by_key[HeldOut.PROBABILITY], by_key.get(HeldOut.BY_SEGMENT)
    if segments is None:
        return ""
    best = max(0.0, by_key["everybody"].profit)
    figures = Message.of(
        "On contacts that were not learned from, segments alone earn {segments}, the response model {model}, "
        "everybody {everybody}.",
        segments=_range(segments, currency),
        model=_range(model, currency),
        everybody=told_money(by_key["everybody"].profit, currency),
    )
    return Message.of("{figures} {verdict}", figures=figures, verdict=_worth(segments, model, best, proven=proven))


def _worth(segments: Strategy, model: Strategy, best: float, *, proven: bool) -> Message:
    if model.profit <= best and best > 0:
        return Message.of("Here no rule beats contacting everybody: leave nobody out for what it says.")
    if model.profit <= best:
        return Message.of("Here no rule beats the simplest one: target by none of them yet.")
    if not proven:
        return Message.of("That the model's list pays is not proven here: target by none of them yet.")
    if segments.low <= best:
        return Message.of(
            "Segments alone are no proven targeting rule here: take the model's list, and use segments to say who is "
            "on it and what to tell them."
        )
    share = max(segments.profit, 0.0) / model.profit
    if share >= 1:
        return Message.of("Segments alone earn as much as the model's list here: either will do.")
    return Message.of(
        "Segments alone pay, but reach only {share} of the model's profit: take the model's list, and use segments to "
        "say who is on it."
        if share < QUICK_SHARE
        else "Segments alone reach {share} of the model's profit: good enough for a quick campaign, the model's list "
        "for the rest.",
        share=percent(share, 1),
    )


def _range(measured: Strategy | Judgement, currency: str) -> Message:
    return Message.of(
        "{profit} ({low} to {high})",
        profit=told_money(measured.profit, currency),
        low=told_money(measured.low, currency),
        high=told_money(measured.high, currency),
    )
