"""What the Baskets page says in sentences; nothing here knows of Dash or Plotly."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.findings import affinity
from dashapp.findings.affinity import Rule
from dashapp.i18n import _, decimal, plural
from dashapp.telling import number, percent
from pipeline.contract import AffinityBasis


def times(lift: float) -> str:
    """A lift with one decimal, with two where it lies below 1."""
    return decimal(lift, 1 if lift >= 1 else 2)


def fine_percent(share: float) -> str:
    """With a decimal where whole percents would hide the differences."""
    return f"{decimal(100 * share, 0 if share >= 0.1 else 1 if share >= 0.001 else 2)} %"


def rule_sentence(rule: Rule, basis: AffinityBasis) -> str:
    """One pair: who buys the one also buys the other, compared with chance."""
    told = {"first": rule.first, "second": rule.second, "times": times(rule.lift), "share": percent(rule.lift)}
    if basis.kind == "baskets":
        return _bought(rule, told)
    if rule.lift < 1:
        return plural(
            "Who spends more than most on “{first}” also does so on “{second}” less often than chance would have it "
            "({share} of what it would bring), {n} customer in all.",
            "Who spends more than most on “{first}” also does so on “{second}” less often than chance would have it "
            "({share} of what it would bring), {n} customers in all.",
            rule.count,
            **told,
        )
    return plural(
        "Who spends more than most on “{first}” also does so on “{second}” {times} times as often as chance would have "
        "it: {n} customer.",
        "Who spends more than most on “{first}” also does so on “{second}” {times} times as often as chance would have "
        "it: {n} customers.",
        rule.count,
        **told,
    )


def _bought(rule: Rule, told: dict[str, str]) -> str:
    if rule.lift < 1:
        return plural(
            "Who buys “{first}” buys “{second}” less often than chance would have it ({share} of what it "
            "would bring), in {n} basket.",
            "Who buys “{first}” buys “{second}” less often than chance would have it ({share} of what it "
            "would bring), in {n} baskets.",
            rule.count,
            **told,
        )
    return plural(
        "Who buys “{first}” also buys “{second}” {times} times as often as chance would have it, in {n} basket.",
        "Who buys “{first}” also buys “{second}” {times} times as often as chance would have it, in {n} baskets.",
        rule.count,
        **told,
    )


def details(rule: Rule, basis: AffinityBasis, *, compared: bool) -> list[str]:
    """The numbers of one pair in words; ``compared`` with all customers."""
    told = {
        "first": rule.first,
        "second": rule.second,
        "forth": fine_percent(rule.confidence),
        "back": fine_percent(rule.reverse),
        "support": fine_percent(rule.support),
    }
    if basis.kind == "baskets":
        shares = _(
            "Of the baskets with “{first}”, {forth} also hold “{second}”; of those with “{second}”, {back} hold "
            "“{first}”. Both are in {support} of all baskets counted here.",
            **told,
        )
    else:
        shares = _(
            "Of the customers who spend more than most on “{first}”, {forth} also do so on “{second}”; the "
            "other way round it is {back}. Both hold for {support} of the customers counted here.",
            **told,
        )
    sentences = [shares, verdict(rule)]
    if compared and rule.overall_lift is not None:
        sentences.append(
            _(
                "Among all customers it is {every} times as often as chance, here {here} times.",
                every=times(rule.overall_lift),
                here=times(rule.lift),
            )
        )
    return sentences


def verdict(rule: Rule) -> str:
    """Whether chance could explain the pair."""
    if rule.beyond:
        return _("This is beyond chance, even though many pairs were tested.")
    return _("This may well be chance: among so many pairs some look like it by accident.")


def short_verdict(rule: Rule) -> str:
    """The same for a cell of the table."""
    if not rule.beyond:
        return _("may be chance")
    return _("beyond chance") if rule.lift >= 1 else _("less than by chance")


def finding(rules: Sequence[Rule], basis: AffinityBasis) -> str:
    """What the page says first: the heaviest pair, and the closest one where it is another."""
    heavy, close = affinity.heaviest(rules), affinity.closest(rules)
    if heavy is None:
        return _("No pair goes together more often than chance would have it.")
    if close is None or close.key == heavy.key:
        return rule_sentence(heavy, basis)
    told = {"first": close.first, "second": close.second, "times": times(close.lift), "n": number(close.count)}
    if basis.kind == "baskets":
        closest = _(
            "The closest of the pairs that are not rare is “{first}” with “{second}”: {times} times as often "
            "as chance, in {n} baskets.",
            **told,
        )
    else:
        closest = _("The closest pair is “{first}” with “{second}”: {times} times as often as chance.", **told)
    return f"{rule_sentence(heavy, basis)} {closest}"


def comparison(rules: Sequence[Rule]) -> str:
    """What belongs together more closely in a segment than among all customers."""
    best = affinity.stronger(rules)
    if not best:
        return _("No pair is surely stronger here than among all customers.")
    pairs = "; ".join(
        _(
            "“{first}” with “{second}” ({here} times, all customers: {every})",
            first=rule.first,
            second=rule.second,
            here=times(rule.lift),
            every=times(rule.overall_lift or 1.0),
        )
        for rule in best
    )
    return _("Stronger here than among all customers: {pairs}.", pairs=pairs)


def counted(rules: Sequence[Rule], basis: AffinityBasis) -> str:
    """What one unit is, and how many there are."""
    n = round(rules[0].units) if rules else 0
    if basis.kind == "baskets":
        return plural(
            "Counted in real baskets: everything on one receipt is one basket. {n} basket here.",
            "Counted in real baskets: everything on one receipt is one basket. {n} baskets here.",
            n,
        )
    return plural(
        "These data hold no baskets, only what each customer spent in all. So customers are counted, not "
        "baskets: those who spend a larger share than most on both categories. {n} customer here.",
        "These data hold no baskets, only what each customer spent in all. So customers are counted, not "
        "baskets: those who spend a larger share than most on both categories. {n} customers here.",
        n,
    )


def glossary(basis: AffinityBasis) -> list[tuple[str, str]]:
    """The four measures, each in a line."""
    if basis.kind == "baskets":
        return [
            (
                _("Lift"),
                _("how many times as often the two meet as if they had nothing to do with each other; 1 is chance"),
            ),
            (_("Confidence"), _("of the baskets with the first item, the share that holds the second too")),
            (_("Support"), _("the share of all baskets that hold both")),
            (_("Count"), _("the number of baskets that hold both")),
        ]
    return [
        (
            _("Lift"),
            _("how many times as often the two meet as if they had nothing to do with each other; 1 is chance"),
        ),
        (
            _("Confidence"),
            _(
                "of the customers who spend more than most on the first category, the share that does "
                "so on the second too"
            ),
        ),
        (_("Support"), _("the share of all customers who do both")),
        (_("Count"), _("the number of customers who do both")),
    ]


def map_words(drawn: int, known: int, basis: AffinityBasis) -> str:
    """What the heat map leaves out, and what is pale; nothing of an empty one."""
    if not drawn:
        return ""
    pairs = (
        plural(
            "Drawn is the {n} item that weighs the most, of {all}.",
            "Drawn are the {n} items that weigh the most, of {all}.",
            drawn,
            all=number(known),
        )
        if drawn < known
        else plural("Drawn is {n} item.", "Drawn are all {n} items.", drawn)
    )
    meaning = (
        _(
            "Pale: may be chance. Empty: fewer than {least} baskets, or not among the strongest pairs.",
            least=number(basis.least_count),
        )
        if basis.kind == "baskets"
        else _("Pale: may be chance. Empty: fewer than {least} customers.", least=number(basis.least_count))
    )
    return f"{pairs} {meaning}"
