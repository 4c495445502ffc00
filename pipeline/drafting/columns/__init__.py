"""What the columns of a table become in a draft: roles, kinds, transforms, and columns derived from them."""

from pipeline.drafting.columns.column_roles import settle_columns
from pipeline.drafting.columns.draft_words import TITLES, label_of, phrases
from pipeline.drafting.columns.parts import PLAIN, Entry, Limits, Parts

__all__ = ["PLAIN", "TITLES", "Entry", "Limits", "Parts", "label_of", "phrases", "settle_columns"]
