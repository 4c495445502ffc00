"""The campaign plan in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.campaigns.profit import Mask, break_even, holdout_size, precision_of
from pipeline.campaigns.target_list import ListNumbers, in_numbers
from pipeline.contract import CampaignPlan, HeldOut, HoldOutAdvice, SegmentAdvice, Strategy
from pipeline.statistics import Vector

FALLBACK_SHARE = 5  # one in five is held out where no group is large enough for the precision wanted
QUICK_SHARE = 0.5  # of the model's profit: from here on segments will do where time is short
NOT_UPLIFT = (
    "This is response, not uplift: without a control group nobody knows who would have bought anyway. "
    "Keep the hold-out group uncontacted, and the test will tell."
)


def about(method: str, label: str, kind: str) -> str:
    """The campaign that the list is for."""
    if method == "cross-fitted":
        return f"a campaign like “{label}”"
    return f"the next campaign of {kind}" if kind else "the next campaign"


def money(amount: float, currency: str = "") -> str:
    """``$1,345`` or ``−$30``."""
    return f"{'−' if round(amount) < 0 else ''}{currency}{abs(round(amount)):,}"


def rate(share: float) -> str:
    """``27.3 %``: near break-even a whole percent is too coarse, and one rate is to read the same everywhere."""
    return f"{100 * share:.1f} %"


def hold_out_size(probability: Vector, cost: float, revenue: float) -> int:
    """How many of the list to hold out, so that uplift is known to within half of what must be gained to pay."""
    rate_of_list = float(probability.mean()) if len(probability) else 0.0
    size = holdout_size(len(probability), rate_of_list, min(break_even(cost, revenue) / 2, 1.0))
    return len(probability) // FALLBACK_SHARE if size is None else size


def hold_out_advice(probability: Vector, held: Mask, cost: float, revenue: float, currency: str = "") -> HoldOutAdvice:
    """What holding ``held`` of the list out tells, and what that costs."""
    contacts, size = len(probability), int(held.sum())
    wanted = min(break_even(cost, revenue) / 2, 1.0)
    precision = min(precision_of(contacts, size, float(probability.mean()) if contacts else 0.0), 1.0)
    price = money(float((probability[held] * revenue - cost).sum()), currency)
    reachable = precision <= wanted and size > 0
    if not contacts:
        sentence = "Nobody is worth a contact at these prices, so there is nothing to test."
    elif not size:
        sentence = f"A list of {contacts:,} is too short for a test: nobody is held out."
    elif reachable:
        sentence = (
            f"Hold out {size:,} of the {contacts:,}, drawn at random: the difference in response will be known "
            f"to within {100 * precision:.1f} points; half of break-even is {100 * wanted:.1f}. That gives up "
            f"{price} of expected profit."
        )
    else:
        sentence = (
            f"A list of {contacts:,} is too short to know the difference in response to within "
            f"{100 * wanted:.1f} points; holding out {size:,} tells it to within "
            f"{100 * precision:.1f} points. That gives up {price} of expected profit."
        )
    return HoldOutAdvice(size=size, precision=precision, wanted=wanted, reachable=reachable, sentence=sentence)


def segment_advice(
    segment: int,
    name: str,
    found: ListNumbers | None = None,
    *,
    mean_probability: float = 0.0,
    word: str = "",
    rates: tuple[float, float, float] = (0.0, 0.0, 0.0),
    even: float = 0.0,
    revenue: float = 0.0,
    currency: str = "",
    ahead: bool = False,
) -> SegmentAdvice:
    """One segment's part of the plan, and what contacting all of it would mean."""
    if found is None:
        return SegmentAdvice(
            segment=segment,
            name=name,
            customers=0,
            contacts=0,
            mean_probability=mean_probability,
            expected_profit=0.0,
            word=word,
            sentence="",
        )
    measured = (
        f"{rate(rates[0])} {'are expected to respond' if ahead else 'responded'} (95 %: {rate(rates[1])} to "
        f"{rate(rates[2])}), break-even is {rate(even)}"
    )
    whole = {
        "act": f"contacting all {found.customers:,} pays: {measured}",
        "don't": f"do not contact all {found.customers:,}: {measured}",
        "test": f"whether all {found.customers:,} would pay is open: {measured}; test it",
        "too few": "too few customers to say anything of the whole segment",
    }.get(word, "")
    listed = _listed(found, revenue, currency)
    return SegmentAdvice(
        segment=segment,
        name=name,
        customers=found.customers,
        contacts=found.listed,
        mean_probability=mean_probability,
        expected_profit=found.whole,
        word=word,
        sentence=f"{listed}; {whole}." if whole else f"{listed}.",
    )


def _listed(found: ListNumbers, revenue: float, currency: str) -> str:
    if not found.listed:
        return f"none of {found.customers:,} is worth a contact"
    if not found.pays(revenue):
        return (
            f"no campaign pays here now: {found.listed:,} of {found.customers:,} "
            f"{'is' if found.listed == 1 else 'are'} worth a contact, {money(found.whole, currency)} expected"
        )
    held = f" and hold out {found.held:,}" if found.held else ""
    return (
        f"contact {found.contacts:,} of {found.customers:,}{held}: {money(found.expected.value, currency)} "
        f"expected, {rate(found.probability)} of them are expected to respond"
    )


def worth(evaluation: Sequence[Strategy], currency: str = "") -> str:
    """Is the segmentation worth it here? Measured, for targeting; as a language it is another matter."""
    by_key = {one.key: one for one in evaluation}
    model, segments = by_key[HeldOut.PROBABILITY], by_key.get(HeldOut.BY_SEGMENT)
    if segments is None:
        return ""
    best = max(0.0, by_key["everybody"].profit)
    figures = (
        f"On contacts that were not learned from, segments alone earn {_range(segments, currency)}, the "
        f"response model {_range(model, currency)}, everybody {money(by_key['everybody'].profit, currency)}."
    )
    if model.profit <= best:
        return f"{figures} Here no rule beats the simplest one: target by none of them yet."
    share = max(segments.profit, 0.0) / model.profit
    if segments.low <= best:
        return (
            f"{figures} Segments alone are no proven targeting rule here: take the model's list, and use segments "
            "to say who is on it and what to tell them."
        )
    if share < QUICK_SHARE:
        return (
            f"{figures} Segments alone pay, but reach only {rate(share)} of the model's profit: take the model's "
            "list, and use segments to say who is on it."
        )
    return (
        f"{figures} Segments alone reach {rate(share)} of the model's profit: good enough for a quick campaign, "
        "the model's list for the rest."
    )


def _range(one: Strategy, currency: str) -> str:
    return f"{money(one.profit, currency)} ({money(one.low, currency)} to {money(one.high, currency)})"


# ------------------------------------------------------------------ the whole plan


def plan_in_words(plan: CampaignPlan, currency: str = "") -> list[str]:
    """The plan from its list to its doubts, a line each."""
    summary = plan.summary
    if summary.method == "none" or summary.cost is None or summary.expected_profit is None:
        return list(summary.notes)
    found = in_numbers(plan)
    low, high = money(found.expected.low, currency), money(found.expected.high, currency)
    held = f" and hold out {found.held:,}" if found.held else ""
    without = (
        f" With nobody held out {money(found.whole, currency)}, but then nobody knows what the campaign itself brought."
        if found.held
        else ""
    )
    lines = [
        f"For {summary.about}: {found.listed:,} of {found.customers:,} customers are worth a contact, those whose "
        f"probability is above break-even ({rate(summary.break_even or 0.0)}: cost {currency}{summary.cost:g}, revenue "
        f"{currency}{summary.revenue:g}). Contact {found.contacts:,}{held}.",
        f"Expected profit {money(found.expected.value, currency)} (95 %: {low} to {high}).{without}",
    ]
    lines += [f"  {one.segment + 1}. {one.name} [{one.word}]: {one.sentence}" for one in summary.segments]
    if len(summary.kinds) > 1:
        outlook = [
            f"{one.kind} {money(one.expected_profit, currency)} from {one.contacts:,} contacts" for one in summary.kinds
        ]
        lines.append(f"By kind of campaign: {'; '.join(outlook)}.")
    if summary.hold_out:
        lines.append(summary.hold_out.sentence)
    if summary.calibration:
        lines.append(
            f"On held-out contacts {rate(summary.calibration.mean_predicted)} were predicted to respond, "
            f"{rate(summary.calibration.observed)} did."
        )
    return [*lines, summary.worth, *summary.notes, NOT_UPLIFT]


def strategy_rows(evaluation: Sequence[Strategy], currency: str = "") -> list[list[str]]:
    """Rows of the honest evaluation: rule, contacts, profit, interval."""
    return [
        [
            one.label,
            f"{one.contacts:,}",
            money(one.profit, currency),
            f"{money(one.low, currency)} to {money(one.high, currency)}",
        ]
        for one in evaluation
    ]


def plan_as_json(plan: CampaignPlan) -> dict[str, Any]:
    """The plan for a script: everything but the list of customers, which is the table of targets."""
    made = plan.summary.model_dump(mode="json", exclude={"model", "level_variance"})
    found = in_numbers(plan)
    tested = {
        "contacts": found.contacts,
        "held_out": found.held,
        "expected_profit": found.expected.value,
        "expected_low": found.expected.low,
        "expected_high": found.expected.high,
        "given_up": found.given_up,
    }
    return {
        **made,
        "with_hold_out": tested,
        "caveat": NOT_UPLIFT,
        "responses": [
            {key: None if value != value else value for key, value in row.items()}
            for row in plan.responses.to_dict("records")
        ],
    }
