"""What the Campaigns page says: the list in a sentence, prices, advice, and where a number comes from."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.i18n import N_, _, plural
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.pages.campaigns.prospects import Dot, Prospect
from dashapp.pricing import Expected, Interval, ProfitCurves, Prospects
from dashapp.telling import chips, customers, money, number, percent, rate, shown, with_unit

ADVICE = {
    "act": N_("act"),
    "test": N_("test"),
    "don't": N_("don't"),
    "too few": N_("too few"),
    "association": N_("association"),
}
ADVICE_MEANS = {
    "act": N_("above break-even, beyond what chance does among so many segments: contacting all of it pays"),
    "test": N_("not proven to be above or under break-even: try it on a part first"),
    "don't": N_("under break-even, beyond what chance does among so many segments: contacting all of it loses money"),
    "too few": N_("under 30 contacted: no rate is shown"),
    "association": N_(
        "these segments may know what came after the contact: the rate tells who responded, not who will, and is no "
        "reason to contact all of it"
    ),
}
RULES = {
    "everybody": N_("Everybody"),
    "nobody": N_("Nobody"),
    "random": N_("As many at random"),
    "by_segment": N_("Segments alone"),
    "by_rfm": N_("Groups by recency, frequency and money (RFM)"),
    "by_segment_and_past": N_("Segments and earlier answers"),
    "probability": N_("Response model"),
    "foresight": N_("Perfect foresight"),
}
NOT_UPLIFT = N_(
    "This is response, not uplift: without a control group nobody knows who would have bought anyway. "
    "Keep the hold-out group uncontacted, and the test will tell."
)


def price(value: float | None, currency: str) -> str:
    """``$3`` or ``$0.35``: of one contact or response."""
    if value is None:
        return _("not known")
    return with_unit(number(value, 0 if float(value).is_integer() else 2), currency)


def span(value: Interval, currency: str) -> str:
    """``$1,100 to $1,590``."""
    return _("{low} to {high}", low=money(value.low, currency), high=money(value.high, currency))


def finding(asked: CampaignsRequest) -> str:
    """Whom to contact, and what to expect of it."""
    prospects = asked.prospects
    if not asked.priced:
        return _("Give the cost of a contact and the revenue of a response to see whom to contact.")
    if not prospects.customers:
        return _("No customers match.")
    if not prospects.numbers.listed and asked.summary.nobody:
        return asked.run.tell(asked.summary.nobody)
    if not prospects.numbers.listed and asked.selection:
        return _(
            "Contact nobody of those left by the filters: at these prices none of them is expected to bring back "
            "the cost of a contact."
        )
    if not prospects.numbers.listed:
        return _("Contact nobody: at these prices no customer is expected to bring back the cost of a contact.")
    return _whom(asked, prospects)


def _whom(asked: CampaignsRequest, prospects: Prospects) -> str:
    expected = prospects.numbers.expected
    told = {
        "count": number(prospects.numbers.contacts),
        "held": number(prospects.numbers.held),
        "profit": money(expected.value, asked.currency),
        "span": span(expected, asked.currency),
    }
    if asked.selection:
        return plural(
            "Contact {count} of the {n} customer left by the filters and hold out {held}: expected profit "
            "{profit} ({span})",
            "Contact {count} of the {n} customers left by the filters and hold out {held}: expected profit "
            "{profit} ({span})",
            prospects.customers,
            **told,
        )
    return plural(
        "Contact {count} of {n} customer and hold out {held}: expected profit {profit} ({span})",
        "Contact {count} of {n} customers and hold out {held}: expected profit {profit} ({span})",
        prospects.customers,
        **told,
    )


def price_of_test(asked: CampaignsRequest, prospects: Prospects) -> str:
    """What the hold-out group costs, and what it buys; empty where nobody is held out."""
    numbers = prospects.numbers
    if not numbers.held:
        return ""
    return plural(
        "Holding out {n} costs {price} of expected profit: with everybody on the list contacted it would be "
        "{whole}, but then nobody knows what the campaign itself brought.",
        "Holding out {n} costs {price} of expected profit: with everybody on the list contacted it would be "
        "{whole}, but then nobody knows what the campaign itself brought.",
        numbers.held,
        price=money(numbers.given_up, asked.currency),
        whole=money(numbers.whole, asked.currency),
    )


def break_even(asked: CampaignsRequest) -> str:
    """Break-even in one plain sentence."""
    summary = asked.summary
    even = summary.break_even
    if even is None:
        return ""
    told = {"cost": price(summary.cost, asked.currency), "revenue": price(summary.revenue, asked.currency)}
    if even > 1:
        return _("A contact costs {cost} and a response brings {revenue}: even a sure response would not pay.", **told)
    return _(
        "A contact costs {cost} and a response brings {revenue}, so a contact pays for itself where the chance of "
        "a response is above {even} (break-even).",
        even=rate(even),
        **told,
    )


def expected_words(asked: CampaignsRequest, curves: Expected) -> str:
    """Where the best cut-off lies, and what contacting everybody instead would mean."""
    prospects = asked.prospects
    if not prospects.customers:
        return _("No customers match.")
    every = money(float(curves.model.profit[-1]), asked.currency)
    wanted = asked.summary.before
    if not prospects.numbers.listed and wanted and wanted.contacts:
        return _(
            "By the probabilities alone {contacts} of all customers would bring {profit}; what held-out contacts "
            "earned does not bear that out ({span}).",
            contacts=number(wanted.contacts),
            profit=money(wanted.expected_profit, asked.currency),
            span=span(Interval(wanted.expected_profit, wanted.low, wanted.high), asked.currency),
        )
    if not prospects.numbers.listed:
        return _("Every contact is expected to cost more than it brings; contacting all: {every}.", every=every)
    return _(
        "Profit grows up to {best} contacts and falls after that; contacting all {all} is expected to bring {every}.",
        best=number(prospects.numbers.listed),
        all=number(prospects.customers),
        every=every,
    )


def measured_words(asked: CampaignsRequest, curves: ProfitCurves) -> str:
    """What the model earned on contacts that it had not learned from."""
    by_key = {strategy.key: strategy for strategy in asked.summary.evaluation}
    model, segments = by_key.get("probability"), by_key.get("by_segment")
    if model is None:
        return ""
    first = _(
        "On {n} past contacts that were not learned from, the model's list earned {profit} ({span}).",
        n=number(float(curves.model.contacts[-1])),
        profit=money(model.profit, asked.currency),
        span=span(Interval(model.profit, model.low, model.high), asked.currency),
    )
    if segments is None:
        return first
    return (
        first
        + " "
        + _(
            "Segments alone: {profit}; everybody: {every}.",
            profit=money(segments.profit, asked.currency),
            every=money(curves.everybody, asked.currency),
        )
    )


def calibration(asked: CampaignsRequest) -> str:
    """How honest the probabilities are."""
    checked = asked.summary.calibration
    if checked is None:
        return ""
    return _(
        "Can the probabilities be trusted? On {n} contacts that were not learned from, {predicted} were expected "
        "to respond and {observed} did.",
        n=number(checked.contacts),
        predicted=rate(checked.mean_predicted),
        observed=rate(checked.observed),
    )


def dots_words(dots: Sequence[Dot], every: float | None, even: float | None) -> str:
    """Which segments are provably worth it as a whole, if any; of an association, that it is one."""
    said = "" if every is None else _("Of all contacted {rate} responded.", rate=rate(every)) + " "
    if even is None:
        return said.strip()
    if any(dot.word == "association" for dot in dots):
        return said + _(
            "An association, no advice: these segments may know what came after the contact, so their rates tell who "
            "responded, not who will."
        )
    act = [dot.card.name for dot in dots if dot.word == "act"]
    if act:
        return said + _("Above break-even for sure: {names}.", names=", ".join(f"“{name}”" for name in act))
    return said + _("No segment as a whole is above break-even for sure.")


def hold_out(asked: CampaignsRequest, prospects: Prospects) -> str:
    """How many to leave uncontacted; in the pipeline's words."""
    return asked.run.tell(prospects.hold_out.sentence)


def reasons(asked: CampaignsRequest, prospect: Prospect) -> str:
    """What speaks for (+) and against (−) a customer."""
    return "; ".join(f"{sign} {words}".strip() for sign, words in _reasons(asked, prospect))


def reasons_in_a_file(asked: CampaignsRequest, prospect: Prospect) -> str:
    """The same with signs behind the words, as no spreadsheet takes it for a formula."""
    return ", ".join(f"{words} ({sign})" if sign else words for sign, words in _reasons(asked, prospect))


def _reasons(asked: CampaignsRequest, prospect: Prospect) -> list[tuple[str, str]]:
    """Signs and words. A segment is a reason where it is the customer's own: others are those of the model's own k."""
    model = asked.summary.model
    if prospect.terms and model:
        told = []
        for code in prospect.terms.split():
            term, high = model.terms[int(code[1:-1])], code[-1] == "h"
            words = asked.run.tell(term.high if high else term.low)
            if not term.is_segment or (high and words.endswith(prospect.card.name)):
                told.append((code[0].replace("-", "−"), words))
        return told
    return [
        (part[0].replace("-", "−"), asked.run.tell(part[2:]))
        if part[:2] in ("+ ", "- ")
        else ("", asked.run.tell(part))
        for part in prospect.reasons.split("; ")
        if part
    ]


def covered(asked: CampaignsRequest, prospects: Prospects) -> str:
    """Which customers a list covers, and how many are on it."""
    everybody = len(asked.plan.targets)
    said = plural("The list holds {n} customer.", "The list holds {n} customers.", prospects.numbers.listed)
    return said + " " + _("Covered: {shown}.", shown=shown(prospects.customers, everybody).lower())


def in_the_file(asked: CampaignsRequest, prospects: Prospects, *, marked: bool) -> str:
    """Whom the file says to contact, and what that is expected to bring."""
    numbers = prospects.numbers
    if not numbers.listed:
        return ""
    if not marked or not numbers.held:
        return _(
            "Nobody is marked as hold-out: contacting all of them is expected to bring {profit}.",
            profit=money(numbers.whole, asked.currency),
        )
    return plural(
        "{n} of them is marked as hold-out; contacting the other {rest} is expected to bring {profit}.",
        "{n} of them are marked as hold-out; contacting the other {rest} is expected to bring {profit}.",
        numbers.held,
        rest=number(numbers.contacts),
        profit=money(numbers.expected.value, asked.currency),
    )


def filters(asked: CampaignsRequest) -> str:
    """The filters in words."""
    words = [chip for _name, chip in chips(asked.selection, asked.run.cube.dimensions)]
    return "; ".join(words) or _("All customers")


def kinds(asked: CampaignsRequest) -> str:
    """What a campaign of each kind would bring; empty where there is one."""
    kinds_told = asked.summary.kinds
    if len(kinds_told) < 2:
        return ""
    told = [
        _(
            "{kind}: {profit} from {contacts}",
            kind=asked.run.tell(kind.kind),
            contacts=customers(kind.contacts),
            profit=money(kind.expected_profit, asked.currency),
        )
        for kind in kinds_told
    ]
    return _("Expected of all customers by kind of campaign, with nobody held out: {list}.", list="; ".join(told))


def head_share(prospects: Prospects) -> str:
    """The part of the customers that is to be contacted."""
    return percent(prospects.numbers.contacts / prospects.customers) if prospects.customers else percent(0)
