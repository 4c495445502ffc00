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
from pipeline.campaigns.priced import at_prices, of_today
from pipeline.campaigns.profit import Curve, Interval, expected_curve, profit_curve
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
    "headline",
    "hold_out_advice",
    "in_numbers",
    "known_of_customers",
    "moments",
    "next_offers",
    "of_today",
    "place",
    "plan_as_json",
    "plan_in_words",
    "predict",
    "profit_curve",
    "read_history",
    "strategy_rows",
    "with_campaigns",
]
