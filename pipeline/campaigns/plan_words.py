"""The campaign plan in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pipeline.campaigns.profit import Mask, break_even, expected_gain, holdout_size, precision_of
from pipeline.campaigns.target_list import ListNumbers, in_numbers
from pipeline.contract import (
    ENGLISH,
    CampaignPlan,
    CampaignSummary,
    HoldOutAdvice,
    Judgement,
    Message,
    Own,
    Quantity,
    SegmentAdvice,
    Strategy,
    percent,
)
from pipeline.statistics import Vector

FALLBACK_SHARE = 5  # one in five is held out where no group is large enough for the precision wanted
_REACHABLE = (
    "Hold out {size} of the {contacts}, drawn at random: the difference in response will be known to within "
    "{precision} points; half of break-even is {wanted}. That gives up {price} of expected profit."
)
_TOO_SHORT = (
    "A list of {contacts} is too short to know the difference in response to within {wanted} points; holding out "
    "{size} tells it to within {precision} points. That gives up {price} of expected profit."
)
_FREE = (
    "A contact costs nothing here, so any response that would not have come anyway pays. Hold out {size} of the "
    "{contacts}, drawn at random: the difference in response will be known to within {precision} points. That gives up "
    "{price} of expected profit."
)
NOT_UPLIFT = (
    "This is response, not uplift: without a control group nobody knows who would have bought anyway. "
    "Keep the hold-out group uncontacted, and the test will tell."
)


def about(method: str, label: str, kind: str) -> Message:
    """The campaign that the list is for."""
    if method == "cross-fitted":
        return Message.of("a campaign like “{label}”", label=Own(label))
    if kind:
        return Message.of("the next campaign of {kind}", kind=Own(kind))
    return Message.of("the next campaign")


def money(amount: float, currency: str = "") -> str:
    """``$1,345`` or ``−$30``."""
    return ENGLISH.tell(told_money(amount, currency))


def rate(share: float) -> str:
    """``27.3 %``: near break-even a whole percent is too coarse, and one rate is to read the same everywhere."""
    return ENGLISH.tell(percent(share, 1))


def told_money(amount: float, currency: str) -> Quantity:
    """Whole units of money, for a message."""
    return Quantity(round(amount), ",.0f", currency)


def _price(amount: float, currency: str) -> str:
    return ENGLISH.tell(Quantity(amount, "g", currency))


def hold_out_size(probability: Vector, cost: float, revenue: float) -> int:
    """How many of the list to hold out, so that uplift is known to within half of what must be gained to pay."""
    rate_of_list = float(probability.mean()) if len(probability) else 0.0
    size = holdout_size(len(probability), rate_of_list, min(break_even(cost, revenue) / 2, 1.0))
    return len(probability) // FALLBACK_SHARE if size is None else size


def hold_out_advice(
    probability: Vector,
    held: Mask,
    cost: float,
    revenue: float,
    currency: str = "",
    judged: Judgement | None = None,
) -> HoldOutAdvice:
    """What holding ``held`` of the list out tells, and what that costs."""
    contacts, size = len(probability), int(held.sum())
    wanted = min(break_even(cost, revenue) / 2, 1.0)
    precision = min(precision_of(contacts, size, float(probability.mean()) if contacts else 0.0), 1.0)
    price = told_money(float(expected_gain(probability[held], cost, revenue, judged).sum()), currency)
    reachable = precision <= wanted and size > 0
    if not contacts:
        sentence = Message.of("Nobody is worth a contact at these prices, so there is nothing to test.")
    elif not size:
        sentence = Message.of(
            "A list of {contacts} is too short for a test: nobody is held out.", contacts=Quantity(contacts)
        )
    else:
        sentence = Message.of(
            _FREE if not wanted else _REACHABLE if reachable else _TOO_SHORT,
            size=Quantity(size),
            contacts=Quantity(contacts),
            precision=Quantity(100 * precision, ".1f"),
            wanted=Quantity(100 * wanted, ".1f"),
            price=price,
        )
    return HoldOutAdvice(size=size, precision=precision, wanted=wanted, reachable=reachable, sentence=sentence)


def segment_advice(
    segment: int,
    name: str,
    numbers: ListNumbers | None = None,
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
    if numbers is None:
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
    listed = _listed(numbers, revenue, currency)
    whole = _whole(word, numbers.customers, rates, even, ahead=ahead)
    sentence = Message.of("{listed}; {whole}.", listed=listed, whole=whole) if whole else None
    return SegmentAdvice(
        segment=segment,
        name=name,
        customers=numbers.customers,
        contacts=numbers.listed,
        mean_probability=mean_probability,
        expected_profit=numbers.whole,
        word=word,
        sentence=sentence or Message.of("{listed}.", listed=listed),
    )


def _whole(word: str, customers: int, rates: tuple[float, float, float], even: float, *, ahead: bool) -> Message | None:
    """What contacting all of a segment would mean."""
    if word == "too few":
        return Message.of("too few customers to say anything of the whole segment")
    if not math.isfinite(even):  # a response that earns nothing has no break-even
        return None
    measured = Message.of(
        "{rate} are expected to respond (95 %: {low} to {high}), break-even is {even}"
        if ahead
        else "{rate} responded (95 %: {low} to {high}), break-even is {even}",
        rate=percent(rates[0], 1),
        low=percent(rates[1], 1),
        high=percent(rates[2], 1),
        even=percent(even, 1),
    )
    template = {
        "act": "contacting all {customers} pays: {measured}",
        "don't": "do not contact all {customers}: {measured}",
        "test": "whether all {customers} would pay is open: {measured}; test it",
        "association": "whether all {customers} would pay is not known: {measured}, an association, since the segments "
        "may know what came after the contact",
    }.get(word)
    return Message.of(template, customers=Quantity(customers), measured=measured) if template else None


def _listed(numbers: ListNumbers, revenue: float, currency: str) -> Message:
    customers = Quantity(numbers.customers)
    if not numbers.listed:
        return Message.of("none of {customers} is worth a contact", customers=customers)
    if not numbers.pays(revenue):
        return Message.counted(
            "no campaign pays here now: {n} of {customers} is worth a contact, {profit} expected",
            "no campaign pays here now: {n} of {customers} are worth a contact, {profit} expected",
            numbers.contacts,  # those of the list who are held out are told with it
            customers=customers,
            profit=told_money(numbers.expected.value, currency),
        )
    return Message.of(
        "contact {contacts} of {customers} and hold out {held}: {profit} expected, {rate} of them are expected to "
        "respond"
        if numbers.held
        else "contact {contacts} of {customers}: {profit} expected, {rate} of them are expected to respond",
        contacts=Quantity(numbers.contacts),
        customers=customers,
        held=Quantity(numbers.held),
        profit=told_money(numbers.expected.value, currency),
        rate=percent(numbers.probability, 1),
    )


# ------------------------------------------------------------------ the whole plan


def assumed_in_words(assumed: Sequence[str]) -> list[str]:
    """That of ``cost`` and ``revenue`` those named are the spec's and nobody's own; nothing where both were given."""
    if not assumed:
        return []
    names = " and ".join(assumed)
    options = " and ".join(f"--{name}" for name in assumed)
    return [
        f"{names.capitalize()} {'is' if len(assumed) == 1 else 'are'} what the spec assumes: {options} "
        f"{'takes' if len(assumed) == 1 else 'take'} your own."
    ]


def plan_in_words(plan: CampaignPlan, currency: str = "", assumed: Sequence[str] = ()) -> list[str]:
    """The plan from its list to its doubts, a line each; ``assumed`` names prices that are only the spec's."""
    summary = plan.summary
    if summary.method == "none" or summary.cost is None or summary.expected_profit is None:
        return list(summary.notes)
    numbers = in_numbers(plan)
    if not numbers.listed:
        return _nobody_in_words(plan, assumed)
    low, high = money(numbers.expected.low, currency), money(numbers.expected.high, currency)
    held = f" and hold out {numbers.held:,}" if numbers.held else ""
    without = (
        f" With nobody held out {money(numbers.whole, currency)}, "
        "but then nobody knows what the campaign itself brought."
        if numbers.held
        else ""
    )
    cost, revenue = _price(summary.cost, currency), _price(summary.revenue or 0.0, currency)
    lines = [
        f"For {summary.about}: {numbers.listed:,} of {numbers.customers:,} customers "
        f"{'is' if numbers.listed == 1 else 'are'} worth a contact, those whose "
        f"probability is above break-even ({rate(summary.break_even or 0.0)}: cost {cost}, revenue {revenue}). "
        f"Contact {numbers.contacts:,}{held}.",
        *assumed_in_words(assumed),
        f"Expected profit {money(numbers.expected.value, currency)} (95 %: {low} to {high}).{without}",
        *([summary.corrected] if summary.corrected else []),
    ]
    lines += [
        f"  {segment.segment + 1}. {segment.name} [{segment.word}]: {segment.sentence}" for segment in summary.segments
    ]
    if len(summary.kinds) > 1:
        outlook = [
            f"{kind.kind} {money(kind.expected_profit, currency)} from {kind.contacts:,} "
            f"contact{'' if kind.contacts == 1 else 's'}"
            for kind in summary.kinds
        ]
        lines.append(f"By kind of campaign: {'; '.join(outlook)}.")
    if summary.hold_out:
        lines.append(summary.hold_out.sentence)
    return [*lines, *_measured(summary), NOT_UPLIFT]


def _nobody_in_words(plan: CampaignPlan, assumed: Sequence[str]) -> list[str]:
    """A plan without a list: why, what the segments answered, and what was measured."""
    summary = plan.summary
    segments = [
        f"  {segment.segment + 1}. {segment.name} [{segment.word}]: {segment.sentence}" for segment in summary.segments
    ]
    first = [f"For {summary.about}: {summary.nobody}", *assumed_in_words(assumed)]
    return [*first, *segments, *_measured(summary), NOT_UPLIFT]


def _measured(summary: CampaignSummary) -> list[str]:
    """What held-out contacts say of the probabilities, of the segmentation, and what else there is to know."""
    lines = []
    if summary.calibration:
        lines.append(
            f"On held-out contacts {rate(summary.calibration.mean_predicted)} were predicted to respond, "
            f"{rate(summary.calibration.observed)} did."
        )
    return [*lines, summary.worth, *summary.notes]


def strategy_rows(evaluation: Sequence[Strategy], currency: str = "") -> list[list[str]]:
    """Rows of the honest evaluation: rule, contacts, profit, interval."""
    return [
        [
            strategy.label,
            f"{strategy.contacts:,}",
            money(strategy.profit, currency),
            f"{money(strategy.low, currency)} to {money(strategy.high, currency)}",
        ]
        for strategy in evaluation
    ]


def plan_as_json(plan: CampaignPlan) -> dict[str, Any]:
    """The plan for a script: everything but the list of customers, which is the table of targets."""
    made = plan.summary.model_dump(mode="json", exclude={"model", "level_variance", "judged"})
    numbers = in_numbers(plan)
    tested = {
        "contacts": numbers.contacts,
        "held_out": numbers.held,
        "expected_profit": numbers.expected.value,
        "expected_low": numbers.expected.low,
        "expected_high": numbers.expected.high,
        "given_up": numbers.given_up,
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
