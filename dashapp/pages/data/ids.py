"""Ids of the Data page."""

from __future__ import annotations

from dashapp.ids import Key, Pattern

ACCOUNT, MISSING = "data-account", "data-missing"
DOWNLOAD, DOWNLOAD_BUTTON = "data-download", "data-download-button"


def distribution(column: Key) -> Pattern:
    """The histogram of a cleaned column."""
    return {"type": "data-distribution", "column": column}
