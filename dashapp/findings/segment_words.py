"""What is said of one segment in sentences; nothing here knows of Dash or Plotly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dashapp.findings import affinity
from dashapp.findings.affinity import Rule
from dashapp.findings.traits import LEAST, SMALL, MixShare, Response, Trait, drawn
from dashapp.i18n import N_, _, decimal, plural
from dashapp.telling import customers, number, of_column, percent
from pipeline.contract import AffinityBasis, Dataset, Group, SegmentCard, SegmentRule

_FILL = re.compile(r'(COALESCE\("(?:[^"]|"")+", )(-?\d+\.\d{5,})\)')
NAMED = 0.4  # of a standard deviation: what is weaker is no part of a name
ADVICE = {
    "act": N_("Contact them: it pays for the segment as a whole."),
    "test": N_("Test it first: for the segment as a whole it may pay or not."),
    "don't": N_("Do not contact all of them: for the segment as a whole it does not pay."),
    "too few": N_("Too few of them were ever contacted to say."),
    "association": N_("Nobody knows: who is in the segment may hang on what came after the campaign."),
}


def differences(card: SegmentCard, dataset: Dataset, most: int = 3) -> list[tuple[str, str, str]]:
    """The strongest differences of a segment: phrase, its median, the median of all."""
    rows = []
    for difference in card.differences[:most]:
        column = dataset.column(difference.column)
        phrase = difference.phrase[:1].upper() + difference.phrase[1:]
        rows.append(
            (
                phrase,
                _("{label}: median {value}", label=column.label, value=of_column(difference.median, column)),
                of_column(difference.overall_median, column),
            )
        )
    return rows


def long_name(card: SegmentCard, most: int = 3) -> str:
    """The long form of a name: the words of its strongest differences; empty where there is only one."""
    words = [difference.phrase for difference in card.differences[:most] if abs(difference.effect) >= NAMED]
    told = ", ".join(words)
    return told[:1].upper() + told[1:] if len(words) > 1 else ""


def identity_words(card: SegmentCard) -> str:
    """How the segment relates to the one in use when it was found."""
    identity = card.identity
    if identity is None:
        return _("there was no earlier segmentation to compare with.")
    told = {
        "before": _("“{name}”", name=identity.previous) if identity.previous else _("an earlier segment"),
        "overlap": percent(identity.overlap),
    }
    if identity.status == "same":
        return _("the same as {before}; they share {overlap} of their members.", **told)
    if identity.status == "changed":
        return _("changed; it continues {before}, with {overlap} of the members of both in common.", **told)
    if identity.previous:
        return _("new; no earlier segment is like it. The closest, {before}, shares {overlap}.", **told)
    return _("new; no earlier segment is like it.")


def dissolved_words(names: Sequence[str]) -> str:
    """Earlier segments that none of this run's segments continues; empty where there is none."""
    if not names:
        return ""
    listed = ", ".join(_("“{name}”", name=name) for name in names)
    return plural(
        "{n} earlier segment has no successor: {names}.",
        "{n} earlier segments have no successor: {names}.",
        len(names),
        names=listed,
    )


def rule_words(rule: SegmentRule) -> str:
    """Precision and recall without their names, tested on customers that the rule was not made from."""
    return _(
        "The rule selects {customers}. Of those it selects, {precision} belong to the segment (precision); it "
        "finds {recall} of the segment (recall). Both were measured on customers that the rule had not seen.",
        customers=customers(rule.size),
        precision=percent(rule.precision),
        recall=percent(rule.recall),
    )


def mix_finding(shares: Sequence[MixShare], group: Group) -> str:
    """The member of a mix that stands out and the one that is missed the most, where whole percentages show either."""
    seen = [share for share in shares if share.index is not None and share.visible and share.differs]
    said = []
    if seen and seen[0].share > seen[0].overall:
        said.append(
            _(
                "{label}: {name} stands out, {share} instead of {overall}.",
                label=group.label,
                name=seen[0].label,
                share=percent(seen[0].share),
                overall=percent(seen[0].overall),
            )
        )
    if seen and seen[-1].share < seen[-1].overall:
        said.append(
            _(
                "Least of all {name}: {share} instead of {overall}.",
                name=seen[-1].label,
                share=percent(seen[-1].share),
                overall=percent(seen[-1].overall),
            )
        )
    return " ".join(said) or _("{label}: much the same as all customers.", label=group.label)


def traits_finding(traits: Sequence[Trait]) -> str:
    """The most different trait, and how much is known."""
    known = sorted((trait for trait in traits if trait.effect is not None), key=lambda trait: -abs(trait.effect or 0.0))
    if not known:
        return _("Too little is known of these customers to say.")
    least = min(trait.coverage for trait in known)
    trait, overall = known[0].text, known[0].overall
    if abs(known[0].effect or 0.0) < SMALL:
        first = _(
            "Much like all customers. Most different: {trait}; all customers: {overall}.", trait=trait, overall=overall
        )
    else:
        first = _("Most different: {trait}; all customers: {overall}.", trait=trait, overall=overall)
    gaps = _("Some of it is known for {share} of the segment only.", share=percent(least)) if least < 0.9 else ""
    return f"{first} {gaps}".strip()


def response_finding(responses: Sequence[Response]) -> str:
    """Where the segment's interval lies wholly above or below all customers."""
    rated = [response for response in responses if response.rate is not None and response.overall is not None]
    if not rated:
        return _("In no campaign were {least} of them contacted, so there is no rate to show.", least=number(LEAST))
    above = [response.label for response in rated if (response.low or 0.0) > (response.overall or 0.0)]
    below = [
        response.label for response in rated if response.high is not None and response.high < (response.overall or 0.0)
    ]
    said = plural(
        "In {above} of {n} campaign they responded more often than all customers, in {below} less often; elsewhere the "
        "difference may be chance. Among many campaigns, one in twenty stands out by chance alone.",
        "In {above} of {n} campaigns they responded more often than all customers, in {below} less often; elsewhere "
        "the difference may be chance. Among many campaigns, one in twenty stands out by chance alone.",
        len(rated),
        above=number(len(above)),
        below=number(len(below)),
    )
    if len(responses) == len(rated):
        return said
    return (
        said
        + " "
        + plural(
            "{n} more campaign reached too few of them for a rate; it stands in the table only.",
            "{n} more campaigns reached too few of them for a rate; they stand in the table only.",
            len(responses) - len(rated),
        )
    )


def drawn_words(responses: Sequence[Response]) -> str:
    """Which campaigns the chart holds, where it has no room for all that have a rate; empty where it has."""
    rated, shown = sum(response.rate is not None for response in responses), len(drawn(responses))
    if shown == rated:
        return ""
    return " " + plural(
        "Drawn is the latest of the {all} with a rate.",
        "Drawn are the {n} latest of the {all} with a rate.",
        shown,
        all=number(rated),
    )


def short_sql(sql: str) -> str:
    """The condition with what stands in for missing values rounded; the limits themselves stay exact."""
    return _FILL.sub(lambda match: f"{match[1]}{float(match[2]):.4g})", sql)


def together_words(rules: Sequence[Rule], basis: AffinityBasis) -> list[str]:
    """What the segment buys together: the pair that weighs the most, the closest one, and what is stronger here."""
    heavy, close = affinity.heaviest(rules), affinity.closest(rules)
    if heavy is None:
        return [_("No pair goes together more often than chance would have it.")]
    said = [_pair(heavy, basis)]
    if close is not None and close.key != heavy.key:
        said.append(_pair(close, basis))
    return said + [
        _(
            "Stronger than among all customers: “{first}” with “{second}”, {here} instead of {every} times as "
            "often as chance.",
            first=rule.first,
            second=rule.second,
            here=decimal(rule.lift, 1),
            every=decimal(rule.overall_lift or 1.0, 1),
        )
        for rule in affinity.stronger(rules, 2)
    ]


def _pair(rule: Rule, basis: AffinityBasis) -> str:
    told = {"first": rule.first, "second": rule.second, "times": decimal(rule.lift, 1)}
    if basis.kind == "baskets":
        return plural(
            "“{first}” with “{second}”: {times} times as often as chance, in {n} basket.",
            "“{first}” with “{second}”: {times} times as often as chance, in {n} baskets.",
            rule.count,
            **told,
        )
    return plural(
        "More than most is spent on “{first}” and “{second}” together {times} times as often as chance, by "
        "{n} customer.",
        "More than most is spent on “{first}” and “{second}” together {times} times as often as chance, by "
        "{n} customers.",
        rule.count,
        **told,
    )
