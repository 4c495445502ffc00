"""New customers placed into a stored run's segments, with their likely response and how they have drifted."""

from pipeline.scoring.apart import score_apart
from pipeline.scoring.expected import expected_file
from pipeline.scoring.scorer import EarlierDayError, score, score_file, score_upload

__all__ = ["EarlierDayError", "expected_file", "score", "score_apart", "score_file", "score_upload"]
