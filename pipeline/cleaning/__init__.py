"""Raw rows to customers, one row each, with a ledger of what was changed and set aside."""

from pipeline.cleaning.canonical import used_columns
from pipeline.cleaning.cleaner import clean

__all__ = ["clean", "used_columns"]
