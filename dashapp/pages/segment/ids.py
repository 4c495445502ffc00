"""Ids of the Segment page."""

NUMBER = "segment-number"  # which segment the page is about, counted from 0
DIFFERENCES, TRAITS, RESPONSES = "segment-differences", "segment-traits", "segment-responses"
CATEGORIES, CHANNELS = "segment-categories", "segment-channels"
SQL = "segment-sql"
NAME, NOTE, WHO = "segment-name", "segment-note", "segment-who"
SAVE, SAVING, SAVED = "segment-save", "segment-saving", "segment-saved"
NOTES, RENAMED = "segment-notes", "segment-renamed"
