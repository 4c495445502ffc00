"""What the Segment page says in sentences; nothing here knows of Dash or Plotly."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.pages.segment.facts import LEAST, Response, Trait
from dashapp.words import customers, percent
from pipeline.contract import SegmentCard, SegmentRule


def identity_words(card: SegmentCard) -> str:
    """How the segment relates to the one in use when it was found."""
    it = card.identity
    if it is None:
        return "there was no earlier segmentation to compare with."
    before = f"“{it.previous}”" if it.previous else "an earlier segment"
    if it.status == "same":
        return f"the same as {before}; they share {percent(it.overlap)} of their members."
    if it.status == "changed":
        return f"changed; it continues {before}, with {percent(it.overlap)} of the members of both in common."
    nearest = f" The closest, {before}, shares {percent(it.overlap)}." if it.previous else ""
    return f"new; no earlier segment is like it.{nearest}"


def rule_words(rule: SegmentRule) -> str:
    """Precision and recall without their names, tested on customers that the rule was not made from."""
    return (f"The rule selects {customers(rule.size)}. Of those it selects, {percent(rule.precision)} belong to the "
            f"segment (precision); it finds {percent(rule.recall)} of the segment (recall). Both were measured on "
            "customers that the rule had not seen.")


def traits_finding(traits: Sequence[Trait]) -> str:
    """The most different trait, and how much is known."""
    known = [one for one in traits if one.effect is not None]
    if not known:
        return "Too little is known of these customers to say."
    least = min(one.coverage for one in known)
    gaps = f" Some of it is known for {percent(least)} of the segment only." if least < 0.9 else ""
    return f"Most different: {known[0].text}; all customers: {known[0].overall}.{gaps}"


def response_finding(found: Sequence[Response]) -> str:
    """Where the segment's interval lies wholly above or below all customers."""
    rated = [one for one in found if one.rate is not None and one.overall is not None]
    if not rated:
        return f"In no campaign were {LEAST} of them contacted, so there is no rate to show."
    above = [one.label for one in rated if (one.low or 0.0) > (one.overall or 0.0)]
    below = [one.label for one in rated if one.high is not None and one.high < (one.overall or 0.0)]
    words = f"In {len(above)} of {len(rated)} campaigns they responded more often than all customers"
    return (f"{words}, in {len(below)} less often; elsewhere the difference may be chance. Among many campaigns, one "
            "in twenty stands out by chance alone.")
