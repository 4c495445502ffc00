"""What the columns of a table become in a draft: roles, kinds, transforms, and columns derived from them."""

from pipeline.drafting.columns.parts import PLAIN, Entry, Limits, Parts
from pipeline.drafting.columns.roles import settle_columns

__all__ = ["PLAIN", "Entry", "Limits", "Parts", "settle_columns"]
