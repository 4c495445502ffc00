"""Lines of purchases: who bought, in which order, when, for how much, and which lines do not count."""

from pipeline.understanding.purchases.customer import (
    CustomerCandidate,
    clear,
    customers,
    names_card,
    once_each,
    repeating,
    worded,
)
from pipeline.understanding.purchases.grouped import refuse_groups, refuse_repeated, same_rows
from pipeline.understanding.purchases.orders import DayCandidate, days, one_row_each, order_of, order_worded
from pipeline.understanding.purchases.paid.discounts import less_discount
from pipeline.understanding.purchases.paid.found import Found, ask_namesakes, in_whole_units
from pipeline.understanding.purchases.paid.money import money_of, once_an_order
from pipeline.understanding.purchases.paid.priced_columns import Amounts, amounts_of, beside_the_money
from pipeline.understanding.purchases.paid.taken_off import before_tax, less_given_back
from pipeline.understanding.purchases.paid.unnamed_money import ask_money
from pipeline.understanding.purchases.placeholders import guests_last
from pipeline.understanding.purchases.setting_aside import known_profile, set_aside
from pipeline.understanding.purchases.statuses import is_one_of, leave_out, lines_by_value
from pipeline.understanding.purchases.when import settle_day

__all__ = [
    "Amounts",
    "CustomerCandidate",
    "DayCandidate",
    "Found",
    "amounts_of",
    "ask_money",
    "ask_namesakes",
    "before_tax",
    "beside_the_money",
    "clear",
    "customers",
    "days",
    "guests_last",
    "in_whole_units",
    "is_one_of",
    "known_profile",
    "leave_out",
    "less_discount",
    "less_given_back",
    "lines_by_value",
    "money_of",
    "names_card",
    "once_an_order",
    "once_each",
    "one_row_each",
    "order_of",
    "order_worded",
    "refuse_groups",
    "refuse_repeated",
    "repeating",
    "same_rows",
    "set_aside",
    "settle_day",
    "worded",
]
