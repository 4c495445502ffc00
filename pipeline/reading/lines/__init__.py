"""Lines of purchases: which are used and which are set aside, what each brought, where each stands."""

from pipeline.reading.lines.account import Subject, account_of
from pipeline.reading.lines.engine_facts import EngineFacts
from pipeline.reading.lines.line_facts import BoughtLines, FoundLines, HeaviestCustomer, LineFacts, SummedLines
from pipeline.reading.lines.lines_view import (
    ABSURD_AMOUNT,
    BEHIND,
    LINE_NAMES,
    NATIONAL_DIGITS,
    NUMBER,
    Judged,
    count_days,
    days_of,
    failing_key,
    judge_by_customer,
    judge_lines,
    line_expressions,
    lines_failed,
    no_day,
    own_rules,
    refuse_more_than_a_line,
    refuse_unknown,
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
    "ABSURD_AMOUNT",
    "BEHIND",
    "LINE_NAMES",
    "NATIONAL_DIGITS",
    "NUMBER",
    "BoughtLines",
    "Days",
    "EngineFacts",
    "FoundLines",
    "HeaviestCustomer",
    "Judged",
    "LineFacts",
    "Subject",
    "SummedLines",
    "Where",
    "account_of",
    "count_days",
    "days_of",
    "error_cells",
    "failing_key",
    "judge_by_customer",
    "judge_days",
    "judge_lines",
    "line_expressions",
    "lines_failed",
    "no_day",
    "number_answer",
    "number_rows",
    "own_rules",
    "places_in_answer",
    "places_in_files",
    "refuse_more_than_a_line",
    "refuse_unknown",
    "row_number",
    "unreadable_cells",
    "with_line_numbers",
]
