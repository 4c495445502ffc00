"""Lines of purchases: which are used and which are set aside, what each brought, where each stands."""

from pipeline.reading.lines.account import Subject, account_of
from pipeline.reading.lines.lines_view import (
    LINE_NAMES,
    NUMBER,
    Judged,
    count_days,
    days_of,
    failing_key,
    judge_by_customer,
    judge_lines,
    lines_failed,
)
from pipeline.reading.lines.numbering import (
    Where,
    number_answer,
    number_rows,
    places_in_answer,
    places_in_files,
    row_number,
    with_line_numbers,
)
from pipeline.reading.lines.plausible_days import Days, judge_days
from pipeline.reading.lines.unreadable import error_cells, unreadable_cells

__all__ = [
    "LINE_NAMES",
    "NUMBER",
    "Days",
    "Judged",
    "Subject",
    "Where",
    "account_of",
    "count_days",
    "days_of",
    "error_cells",
    "failing_key",
    "judge_by_customer",
    "judge_days",
    "judge_lines",
    "lines_failed",
    "number_answer",
    "number_rows",
    "places_in_answer",
    "places_in_files",
    "row_number",
    "unreadable_cells",
    "with_line_numbers",
]
