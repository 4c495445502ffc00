"""Raw rows to customers, one row each, with a ledger of what was changed and set aside."""

from pipeline.cleaning import entries
from pipeline.cleaning.canonical import (
    WITHHELD,
    apart,
    customers_table,
    fingerprint,
    in_order,
    set_aside,
    used_columns,
    withheld,
)
from pipeline.cleaning.cleaner import LEAST_ROWS, clean, one_customer, refuse_few, repeat_rules, unfit, unknown_columns
from pipeline.cleaning.derive import derivations, mentions, refuse_impure

__all__ = [
    "LEAST_ROWS",
    "WITHHELD",
    "apart",
    "clean",
    "customers_table",
    "derivations",
    "entries",
    "fingerprint",
    "in_order",
    "mentions",
    "one_customer",
    "refuse_few",
    "refuse_impure",
    "repeat_rules",
    "set_aside",
    "unfit",
    "unknown_columns",
    "used_columns",
    "withheld",
]
