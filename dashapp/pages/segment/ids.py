"""Ids of the Segment page."""

NUMBER = "segment-number"  # which segment the page is about, counted from 0
DIFFERENCES, TRAITS, RESPONSES = "segment-differences", "segment-traits", "segment-responses"
CATEGORIES, CHANNELS = "segment-categories", "segment-channels"
SQL = "segment-sql"
