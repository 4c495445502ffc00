"""What the columns of a table become in a draft: roles, kinds, transforms, and columns derived from them."""

from pipeline.drafting.columns.column_roles import settle_columns
from pipeline.drafting.columns.draft_words import PHRASES, TITLES, label_of
from pipeline.drafting.columns.parts import PLAIN, Entry, Limits, Parts

__all__ = ["PHRASES", "PLAIN", "TITLES", "Entry", "Limits", "Parts", "label_of", "settle_columns"]
