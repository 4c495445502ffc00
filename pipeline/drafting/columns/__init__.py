"""What the columns of a table become in a draft: roles, kinds, transforms, and columns derived from them."""

from pipeline.drafting.columns.parts import PLAIN, Entry, Limits, Parts
from pipeline.drafting.columns.roles import settle_columns
from pipeline.drafting.columns.words import PHRASES, TITLES, label_of

__all__ = ["PHRASES", "PLAIN", "TITLES", "Entry", "Limits", "Parts", "label_of", "settle_columns"]
