"""A column a month: headers that are months, and the SQL that makes a line of each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import plain_words

LEAST_MONTHS = 3
_NAMES = (
    "jan|янв|ене|enero|gen(naio)?\\b|stycz",
    "feb|фев|fev|febr|luty",
    "mar|мар|maerz|marz|marzec",
    "apr|апр|avr|abr|kwie",
    "may|май|мая|mai|mag(gio)?\\b|maj",
    "jun|июн|juin|giu|czerw",
    "jul|июл|juil|lug|lipiec",
    "aug|авг|aout|ago|sierp",
    "sep|сен|set(iembre|tembre)?\\b|wrze",
    "oct|окт|okt|ott|pazdz",
    "nov|ноя|listop",
    "dec|дек|dez|dic|grud",
)
_NAMED = re.compile(r"^(?:" + "|".join(f"(?P<m{at}>{names})" for at, names in enumerate(_NAMES, 1)) + r")[^\W\d_]*$")


@dataclass(frozen=True)
class Months:
    """Columns that are months (column -> first day, ISO), and those whose year is not said (column -> month)."""

    days: dict[str, str]
    yearless: dict[str, int]


def months_of(columns: Sequence[str]) -> Months:
    """The columns whose headers are months, alone or behind one common word (``sales_2023_01``)."""
    days: dict[str, str] = {}
    yearless: dict[str, int] = {}
    for column in columns:
        month, year = _month(column)
        if month and year:
            days[column] = f"{year:04d}-{month:02d}-01"
        elif month:
            yearless[column] = month
    if len(set(days.values())) < len(days) or len(days) < LEAST_MONTHS:
        days = {}
    if len(set(yearless.values())) < len(yearless) or len(yearless) < 2 * LEAST_MONTHS:
        yearless = {}
    return Months(days, {} if days else yearless)


def _month(column: str) -> tuple[int, int]:
    """Month and year in a header (0: not said)."""
    parts = re.findall(r"\d+|[^\W\d_]+", plain_words(column))
    numbers = [int(part) for part in parts if part.isdigit()]
    years = [number for number in numbers if 1990 <= number <= 2100]
    named = [at for part in parts if (at := _named(part))]
    if len(named) == 1:
        return named[0], years[0] if years else 0
    compact = [number for number in numbers if 199001 <= number <= 210012 and 1 <= number % 100 <= 12]
    if compact and len(numbers) == 1:
        return compact[0] % 100, compact[0] // 100
    rest = [number for number in numbers if number not in years]
    if years and len(rest) == 1 and 1 <= rest[0] <= 12 and len(parts) <= 4:
        return rest[0], years[0]
    return 0, 0


def _named(part: str) -> int:
    found = _NAMED.match(part)
    return next((int(name[1:]) for name, value in found.groupdict().items() if value), 0) if found else 0


def lines_of_months(months: Months, columns: Sequence[str], year: int | None, table: str) -> str:
    """SQL that makes one line of each cell that holds something: its column's month, and ``amount``."""
    days = months.days or {column: f"{year:04d}-{month:02d}-01" for column, month in months.yearless.items()}
    kept = ", ".join(quote(column) for column in columns if column not in days)
    parts = [
        f"SELECT {kept}, DATE '{day}' AS {quote('month')}, {quote(column)} AS {quote('amount')} "
        f"FROM {quote(table)} WHERE {quote(column)} <> 0"
        for column, day in days.items()
    ]
    return "\nUNION ALL BY NAME ".join(parts)


def ask_year(months: Months) -> Question:
    """The year of months that do not say it."""
    return Question(
        "year",
        Message.of("{n} columns are months without a year. Of which year are they?", n=Quantity(len(months.yearless))),
        (Choice(str(date.today().year - 1), Message.of("last year, or give another one")),),
    )
