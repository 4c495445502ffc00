"""What each rule of whom to contact would have earned on contacts that it had not learned from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.campaigns.profit import Mask, measured_profit, worth_contacting
from pipeline.contract import HeldOut, Message, Strategy
from pipeline.statistics import Vector

LABELS = {
    HeldOut.BY_SEGMENT: Message.of("segments alone"),
    HeldOut.BY_RFM: Message.of("groups by recency, frequency and money (RFM)"),
    HeldOut.BY_SEGMENT_AND_PAST: Message.of("segments x earlier answers"),
    HeldOut.PROBABILITY: Message.of("response model"),
}
_SIMPLEST = {"everybody": Message.of("everybody"), "nobody": Message.of("nobody")}


def evaluate(held_out: pd.DataFrame, cost: float, revenue: float) -> tuple[Strategy, ...]:
    """What each rule earns on contacts it has not seen, with the 95 % interval of a bootstrap over customers."""
    outcome = held_out[HeldOut.OUTCOME].to_numpy(np.float64)
    customer = held_out[HeldOut.KEY].to_numpy(np.int64)
    chosen: dict[str, Mask] = {"everybody": np.ones(len(outcome), bool), "nobody": np.zeros(len(outcome), bool)}
    for name in LABELS:
        predicted = held_out[name].to_numpy(np.float64)
        if not np.isnan(predicted).any():
            chosen[name] = worth_contacting(predicted, cost, revenue)
    made = [
        _strategy(name, {**_SIMPLEST, **LABELS}[name], mask, outcome, cost, revenue, customer)
        for name, mask in chosen.items()
    ]
    made.insert(2, _random(outcome, int(chosen[HeldOut.PROBABILITY].sum()), cost, revenue))
    knowing = worth_contacting(outcome, cost, revenue)  # who knows all does not contact where even a response loses
    made.append(_strategy("foresight", Message.of("perfect foresight"), knowing, outcome, cost, revenue, customer))
    return tuple(made)


def _strategy(
    key: str, label: str, mask: Mask, outcome: Vector, cost: float, revenue: float, customer: np.ndarray
) -> Strategy:
    money = measured_profit(outcome, mask, cost, revenue, customer)
    return Strategy(key=key, label=label, contacts=int(mask.sum()), profit=money.value, low=money.low, high=money.high)


def _random(outcome: Vector, contacts: int, cost: float, revenue: float) -> Strategy:
    """As many as the model would contact, drawn blindly: the average draw, and 95 % of draws."""
    rate, n = float(outcome.mean()), len(outcome)
    value = contacts * (rate * revenue - cost)
    left = (n - contacts) / max(n - 1, 1)  # without replacement
    half = 1.96 * revenue * float(np.sqrt(contacts * rate * (1 - rate) * left))
    return Strategy(
        key="random",
        label=Message.of("as many at random"),
        contacts=contacts,
        profit=value,
        low=value - half,
        high=value + half,
    )
