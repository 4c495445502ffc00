"""Raw rows to customers, one row each, with a ledger of what was changed and set aside."""

from pipeline.cleaning.canonical import used_columns
from pipeline.cleaning.cleaner import clean
from pipeline.cleaning.derive import derivations

__all__ = ["clean", "derivations", "used_columns"]
