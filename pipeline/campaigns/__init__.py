"""Whom to contact next: answers by segment, the response model, the plan, its profit and its evidence."""

from pipeline.campaigns.learning.history import checked_history, moments, place, read_history
from pipeline.campaigns.learning.offers import (
    KIND,
    PAST,
    RECEIVED,
    SEGMENT,
    earlier_outcomes,
    known_of_customers,
    next_offers,
)
from pipeline.campaigns.learning.response_model import predict
from pipeline.campaigns.plan import artifacts, with_campaigns
from pipeline.campaigns.plan_words import hold_out_advice, plan_as_json, plan_in_words, strategy_rows
from pipeline.campaigns.priced import at_prices, promises_of_today
from pipeline.campaigns.profit import Curve, Interval, expected_curve, expected_gain, profit_curve
from pipeline.campaigns.target_list import ListNumbers, headline, in_numbers

__all__ = [
    "KIND",
    "PAST",
    "RECEIVED",
    "SEGMENT",
    "Curve",
    "Interval",
    "ListNumbers",
    "artifacts",
    "at_prices",
    "checked_history",
    "earlier_outcomes",
    "expected_curve",
    "expected_gain",
    "headline",
    "hold_out_advice",
    "in_numbers",
    "known_of_customers",
    "moments",
    "next_offers",
    "place",
    "plan_as_json",
    "plan_in_words",
    "predict",
    "profit_curve",
    "promises_of_today",
    "read_history",
    "strategy_rows",
    "with_campaigns",
]
