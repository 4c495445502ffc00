"""Ids of the Score page."""

from __future__ import annotations

UPLOAD, PROBLEM, TOO_LARGE = "score-upload", "score-problem", "score-too-large"
DAY = "score-day"  # from which recencies count, where the reader says so
ANSWER = "score-answer"  # what was found, kept by the browser
HEAD, RESULT = "score-head", "score-result"  # where it is shown
FILE, ACTIONS, DOWNLOAD, DOWNLOAD_BUTTON = "score-file", "score-actions", "score-download", "score-download-button"
TEMPLATE, TEMPLATE_BUTTON = "score-template", "score-template-button"
SEGMENTS, DRIFT = "score-segments", "score-drift"
