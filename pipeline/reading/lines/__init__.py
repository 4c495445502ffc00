"""Lines of purchases: which are used and which are set aside, what each brought, where each stands."""

from pipeline.reading.lines.days import Days, judge_days
from pipeline.reading.lines.numbering import (
    Where,
    number_answer,
    number_rows,
    numbered_frame,
    places_in_answer,
    places_in_files,
    row_number,
    with_line_numbers,
)
from pipeline.reading.lines.view import Judged, count_days, days_of, failing_key, judge_lines, lines_failed

__all__ = [
    "Days",
    "Judged",
    "Where",
    "count_days",
    "days_of",
    "failing_key",
    "judge_days",
    "judge_lines",
    "lines_failed",
    "number_answer",
    "number_rows",
    "numbered_frame",
    "places_in_answer",
    "places_in_files",
    "row_number",
    "with_line_numbers",
]
