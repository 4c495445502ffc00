"""A column a month: headers that are months, and the SQL that makes a line of each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question, quote, with_english_months

LEAST_MONTHS = 3
_PART = re.compile(r"\d+|[^\W\d_]+")
_YEARS = range(1990, 2101)
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Months:
    """Columns that are months (column -> first day, ISO), and those whose year is not said (column -> month)."""

    days: dict[str, str]
    yearless: dict[str, int]


def months_of(columns: Sequence[str]) -> Months:
    """The columns whose headers are months, alone or behind one common word (``sales_2023_01``)."""
    days: dict[str, str] = {}
    yearless: dict[str, int] = {}
    parted = pd.Series([" ".join(_PART.findall(column)) for column in columns], dtype="str")
    for column, english in zip(columns, with_english_months(parted), strict=True):
        month, year = _month(english)
        if month and year:
            days[column] = f"{year:04d}-{month:02d}-01"
        elif month:
            yearless[column] = month
    short = not any(re.search(r"\d{4}", column) for column in days)
    one_month = short and len({day[5:7] for day in days.values()}) == 1  # Jan 10, Jan 11, Jan 12 are days of a month
    if len(set(days.values())) < len(days) or len(days) < LEAST_MONTHS or one_month:
        days = {}
    if len(set(yearless.values())) < len(yearless) or len(yearless) < 2 * LEAST_MONTHS:
        yearless = {}
    return Months(days, {} if days else yearless)


def _month(header: str) -> tuple[int, int]:
    """Month and year in the parts of a header with English months (0: not said)."""
    parts = header.split()
    numbers = [int(part) for part in parts if part.isdigit()]
    years = [number for number in numbers if number in _YEARS]
    named = [_SHORT.index(part) + 1 for part in parts if part in _SHORT]
    if len(named) == 1:
        return named[0], years[0] if years else _short_year(parts)
    compact = [number for number in numbers if number // 100 in _YEARS and 1 <= number % 100 <= 12]
    if compact and len(numbers) == 1:
        return compact[0] % 100, compact[0] // 100
    rest = [number for number in numbers if number not in years]
    if years and len(rest) == 1 and 1 <= rest[0] <= 12 and len(parts) <= 4:
        return rest[0], years[0]
    return 0, 0


def _short_year(parts: Sequence[str]) -> int:
    """The year of two digits behind the month's name (``Jan 23``); 0 where there is none, as in ``23 Jan``."""
    named = parts.index(next(part for part in parts if part in _SHORT))
    numbers = [part for part in parts if part.isdigit()]
    behind = parts[named + 1 :]
    return 2000 + int(numbers[0]) if len(numbers) == 1 and numbers == behind and len(numbers[0]) == 2 else 0


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
