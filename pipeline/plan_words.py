"""The campaign plan in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.contract import CampaignPlan, HeldOut, HoldOutAdvice, SegmentAdvice, Strategy
from pipeline.profit import Vector, break_even, holdout_size, precision_of

FALLBACK_SHARE = 5  # one in five is held out where no group is large enough for the precision wanted
QUICK_SHARE = 0.5  # of the model's profit: from here on segments will do where time is short
NOT_UPLIFT = ("This is response, not uplift: without a control group nobody knows who would have bought anyway. "
              "Keep the hold-out group uncontacted, and the test will tell.")


def about(method: str, label: str, kind: str) -> str:
    """The campaign that the list is for."""
    if method == "cross-fitted":
        return f"a campaign like “{label}”"
    return f"the next campaign of {kind}" if kind else "the next campaign"


def money(amount: float, currency: str = "") -> str:
    """``$1,345`` or ``-$30``."""
    return f"{'-' if round(amount) < 0 else ''}{currency}{abs(round(amount)):,}"


def hold_out_advice(probability: Vector, cost: float, revenue: float, currency: str = "") -> HoldOutAdvice:
    """How many of the list to hold out, so that uplift is known to within half of what must be gained to pay."""
    contacts = len(probability)
    wanted = min(break_even(cost, revenue) / 2, 1.0)
    rate = float(probability.mean()) if contacts else 0.0
    size = holdout_size(contacts, rate, wanted)
    reachable = size is not None
    size = size if size is not None else contacts // FALLBACK_SHARE
    precision = min(precision_of(contacts, size, rate), 1.0)
    given_up = float(probability.mean() * revenue - cost) * size if contacts else 0.0
    if not contacts:
        sentence = "Nobody is worth a contact at these prices, so there is nothing to test."
    elif reachable:
        sentence = (f"Hold out {size:,} of the {contacts:,}, drawn at random: the difference in response will be known "
                    f"to within {100 * precision:.1f} points, half of break-even. That gives up about "
                    f"{money(given_up, currency)} of expected profit.")
    else:
        sentence = (f"A list of {contacts:,} is too short to know the difference in response to within "
                    f"{100 * wanted:.1f} points; holding out {size:,} tells it to within "
                    f"{100 * precision:.1f} points.")
    return HoldOutAdvice(size=size, precision=precision, wanted=wanted, reachable=reachable, sentence=sentence)


def segment_advice(segment: int, name: str, *, customers: int = 0, contacts: int = 0, mean_probability: float = 0.0,
                   expected: float = 0.0, word: str = "", rate: tuple[float, float, float] = (0.0, 0.0, 0.0),
                   even: float = 0.0, currency: str = "", ahead: bool = False) -> SegmentAdvice:
    """One segment's part of the plan, and what contacting all of it would mean."""
    measured = (f"{rate[0]:.0%} {'are expected to respond' if ahead else 'responded'} (95 %: {rate[1]:.0%} to "
                f"{rate[2]:.0%}), break-even is {even:.1%}")
    whole = {
        "act": f"contacting all of it pays: {measured}", "don't": f"do not contact all of it: {measured}",
        "test": f"whether all of it would pay is open: {measured}; test it",
        "too few": "too few customers to say anything of the whole segment",
    }.get(word, "")
    listed = (f"{contacts:,} of {customers:,} {'is' if contacts == 1 else 'are'} worth a contact, "
              f"{money(expected, currency)} expected"
              if contacts else f"none of {customers:,} is worth a contact")
    return SegmentAdvice(segment=segment, name=name, customers=customers, contacts=contacts,
                         mean_probability=mean_probability, expected_profit=expected, word=word,
                         sentence=f"{listed}; {whole}." if whole else f"{listed}.")


def worth(evaluation: Sequence[Strategy], currency: str = "") -> str:
    """Is the segmentation worth it here? Measured, for targeting; as a language it is another matter."""
    by_key = {one.key: one for one in evaluation}
    model, segments = by_key[HeldOut.PROBABILITY], by_key.get(HeldOut.BY_SEGMENT)
    if segments is None:
        return ""
    best = max(0.0, by_key["everybody"].profit)
    figures = (f"On contacts that were not learned from, segments alone earn {_range(segments, currency)}, the "
               f"response model {_range(model, currency)}, everybody {money(by_key['everybody'].profit, currency)}.")
    if model.profit <= best:
        return f"{figures} Here no rule beats the simplest one: target by none of them yet."
    share = max(segments.profit, 0.0) / model.profit
    if segments.low <= best:
        return (f"{figures} Segments alone are no proven targeting rule here: take the model's list, and use segments "
                "to say who is on it and what to tell them.")
    if share < QUICK_SHARE:
        return (f"{figures} Segments alone pay, but reach only {share:.0%} of the model's profit: take the model's "
                "list, and use segments to say who is on it.")
    return (f"{figures} Segments alone reach {share:.0%} of the model's profit: good enough for a quick campaign, "
            "the model's list for the rest.")


def _range(one: Strategy, currency: str) -> str:
    return f"{money(one.profit, currency)} ({money(one.low, currency)} to {money(one.high, currency)})"


# ------------------------------------------------------------------ the whole plan


def plan_in_words(plan: CampaignPlan, currency: str = "") -> list[str]:
    """The plan from its list to its doubts, a line each."""
    summary = plan.summary
    if summary.method == "none" or summary.cost is None or summary.expected_profit is None:
        return list(summary.notes)
    low, high = money(summary.expected_low or 0, currency), money(summary.expected_high or 0, currency)
    lines = [
        f"For {summary.about}: contact {summary.contacts:,} of {len(plan.targets):,} customers, those whose "
        f"probability is above break-even ({summary.break_even:.1%}: cost {currency}{summary.cost:g}, revenue "
        f"{currency}{summary.revenue:g}).",
        f"Expected profit {money(summary.expected_profit, currency)} (95 %: {low} to {high})."]
    lines += [f"  {one.segment + 1}. {one.name} [{one.word}]: {one.sentence}" for one in summary.segments]
    if len(summary.kinds) > 1:
        outlook = [f"{one.kind} {money(one.expected_profit, currency)} from {one.contacts:,} contacts"
                   for one in summary.kinds]
        lines.append(f"By kind of campaign: {'; '.join(outlook)}.")
    if summary.hold_out:
        lines.append(summary.hold_out.sentence)
    if summary.calibration:
        lines.append(f"On held-out contacts {summary.calibration.mean_predicted:.1%} were predicted to respond, "
                     f"{summary.calibration.observed:.1%} did.")
    return [*lines, summary.worth, *summary.notes, NOT_UPLIFT]


def strategy_rows(evaluation: Sequence[Strategy], currency: str = "") -> list[list[str]]:
    """Rows of the honest evaluation: rule, contacts, profit, interval."""
    return [[one.label, f"{one.contacts:,}", money(one.profit, currency),
             f"{money(one.low, currency)} to {money(one.high, currency)}"] for one in evaluation]


def plan_as_json(plan: CampaignPlan) -> dict[str, Any]:
    """The plan for a script: everything but the list of customers, which is the table of targets."""
    made = plan.summary.model_dump(mode="json", exclude={"model", "level_variance"})
    return {**made, "caveat": NOT_UPLIFT, "responses": [
        {key: None if value != value else value for key, value in row.items()}
        for row in plan.responses.to_dict("records")]}
