"""A column a day, week, month or quarter: headers that are periods, and the SQL that makes a line of each cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

import pandas as pd

from pipeline.contract import Joined, Message, Quantity
from pipeline.reading import Choice, Question, literal, month_words, quote, with_english_months
from pipeline.understanding.evidence import Profile, fits

Unit = Literal["day", "week", "month", "quarter"]
_Reader = Callable[[Sequence[str]], date | None]  # of a header's parts
LEAST_PERIODS = 3
_AMOUNT = "amount"
_PART = re.compile(r"\d+|[^\W\d_]+")
_YEARS = range(1990, 2101)
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEK = re.compile(r"(w|wk|week|kw|woche|sem|semaine|semana|settimana|tydzien|tyden|vecka|uge|uke|hafta|нед|неделя)")
_QUARTER = re.compile(r"(q|qtr|quarter|quartal|trimestre|kwartal|кв|квартал)")
_WEEKS, _QUARTERS = 53, 4
_SUMS = r"\b(totals?|sum|summe|somme|suma|somma|gesamt\w*|razem|toplam)\b|итог|\bвсего\b|合計|总计|합계"
_DAY = re.compile(r"\D*?(\d{1,4})([-./_ ])(\d{1,2})\2(\d{1,4})\D*")


@dataclass(frozen=True)
class Periods:
    """Columns that are periods (column -> first day, ISO), and months whose year is not said (column -> month)."""

    unit: Unit = "month"
    days: dict[str, str] = field(default_factory=dict)
    yearless: dict[str, int] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)  # column -> what it says of its period, where it is several

    @property
    def told(self) -> Message:
        """How the columns are read."""
        if self.measures:
            return Message.of(
                "{n} columns say {measures} of each period: together they are a line of it, which counts as one order; "
                "who bought in none is left out",
                n=Quantity(len(self.measures)),
                measures=Joined(tuple(dict.fromkeys(self.measures.values()))),
            )
        return _told(self.unit, Quantity(len(self.days or self.yearless)))


def _told(unit: Unit, n: Quantity) -> Message:
    match unit:
        case "day":
            return Message.of(
                "{n} columns are days: each of their cells is a line of its day, and who bought on none is left out",
                n=n,
            )
        case "week":
            return Message.of(
                "{n} columns are weeks: each of their cells is a line of its week, and who bought in none is left out",
                n=n,
            )
        case "month":
            return Message.of(
                "{n} columns are months: each of their cells is a line of its month, and who bought in none is left "
                "out",
                n=n,
            )
        case "quarter":
            return Message.of(
                "{n} columns are quarters: each of their cells is a line of its quarter, and who bought in none is "
                "left out",
                n=n,
            )


def periods_of(columns: Sequence[str]) -> Periods:
    """The columns whose headers are days, weeks, months or quarters, alone or behind a word (``sales_2023_01``).

    Headers that differ in their numbers alone are read alike or not at all: where ``P13 2024`` is there, ``P12 2024``
    is no December.
    """
    parts = {column: [part.lower() for part in _PART.findall(column)] for column in columns}
    readers: dict[Unit, _Reader] = {"day": _days(columns), "week": _week, "quarter": _quarter}
    for unit, first_day in readers.items():
        days = {column: day.isoformat() for column in columns if (day := first_day(parts[column])) is not None}
        days = _whole(days, columns)
        if len(days) >= LEAST_PERIODS and len(set(days.values())) == len(days):
            return Periods(unit, days)
    months = _months(columns)
    return months if months.days or months.yearless else _measured(columns)


def _measured(columns: Sequence[str]) -> Periods:
    """Columns that say several things of each period (``Jan 2023 orders``, ``Jan 2023 sum``), all of the same ones."""
    idle = {*month_words(), "г", "год", "года"}
    groups: dict[str, list[str]] = {}
    for column in columns:
        words = [part for part in _PART.findall(column) if not part.isdigit() and part.lower() not in idle]
        words = [part for part in words if not (_WEEK.fullmatch(part.lower()) or _QUARTER.fullmatch(part.lower()))]
        groups.setdefault(" ".join(words), []).append(column)
    several = [group for group in groups.values() if len(group) >= LEAST_PERIODS]
    if len(several) < 2 or len(several) == len(columns):
        return Periods()
    found = {rest: periods_of(group) for rest, group in groups.items() if len(group) >= LEAST_PERIODS}
    same: dict[tuple[object, ...], list[str]] = {}
    for rest, one in found.items():
        same.setdefault((one.unit, *sorted(one.days.values()), *sorted(one.yearless.values())), []).append(rest)
    key, rests = max(same.items(), key=lambda item: (len(item[0]) > 1) * len(item[1]))
    if len(rests) < 2 or len(key) <= LEAST_PERIODS:
        return Periods()
    days = {column: day for rest in rests for column, day in found[rest].days.items()}
    yearless = {column: month for rest in rests for column, month in found[rest].yearless.items()}
    measures = {column: rest or _AMOUNT for rest in rests for column in groups[rest] if column in {**days, **yearless}}
    return Periods(found[rests[0]].unit, days, yearless, measures)


def _whole(days: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """Without those beside which a header that is no period differs in its numbers alone."""
    others = {_form(column) for column in columns if column not in days}
    return {column: day for column, day in days.items() if _form(column) not in others}


def _form(header: str) -> str:
    return re.sub(r"\d+", "0", header)


def _days(columns: Sequence[str]) -> _Reader:
    """What reads a header's three numbers as a day: year first, or the order in which most of the days rise."""

    def read(parts: Sequence[str], order: Sequence[int]) -> date | None:
        numbers = [part for part in parts if part.isdigit()]
        if len(numbers) != len(order) or len(parts) > len(order) + 1:
            return None
        year, month, day = (int(numbers[place]) for place in order)
        try:
            return date(year, month, day) if year in _YEARS else None
        except ValueError:
            return None

    written = [[part.lower() for part in _PART.findall(column)] for column in columns if _DAY.fullmatch(column)]

    def rising(order: Sequence[int]) -> tuple[int, int]:
        days = [day for parts in written if (day := read(parts, order)) is not None]
        steps = [later - earlier for earlier, later in pairwise(days)]
        return len(days), max((steps.count(step) for step in set(steps) if step.days > 0), default=0)

    best = max(((0, 1, 2), (2, 1, 0), (2, 0, 1)), key=rising)
    return lambda parts: read(parts, best)


def _counted(parts: Sequence[str], word: re.Pattern[str], most: int) -> tuple[int, int] | None:
    """Year and running number of a header with a word for a period, such as ``2024 W 05``."""
    numbers = [int(part) for part in parts if part.isdigit()]
    years = [number for number in numbers if number in _YEARS]
    rest = [number for number in numbers if number not in years]
    if len(years) != 1 or len(rest) != 1 or not any(map(word.fullmatch, parts)) or not 1 <= rest[0] <= most:
        return None
    return years[0], rest[0]


def _week(parts: Sequence[str]) -> date | None:
    week = _counted(parts, _WEEK, _WEEKS)
    try:
        return None if week is None else date.fromisocalendar(*week, 1)
    except ValueError:  # a year of 52 weeks
        return None


def _quarter(parts: Sequence[str]) -> date | None:
    quarter = _counted(parts, _QUARTER, _QUARTERS)
    return None if quarter is None else date(quarter[0], 3 * quarter[1] - 2, 1)


def _months(columns: Sequence[str]) -> Periods:
    days: dict[str, str] = {}
    yearless: dict[str, int] = {}
    parted = pd.Series([" ".join(_PART.findall(column)) for column in columns], dtype="str")
    for column, english in zip(columns, with_english_months(parted), strict=True):
        month, year = _month(english)
        if month and year:
            days[column] = f"{year:04d}-{month:02d}-01"
        elif month:
            yearless[column] = month
    days = _whole(days, columns)
    short = not any(re.search(r"\d{4}", column) for column in days)
    one_month = short and len({day[5:7] for day in days.values()}) == 1  # Jan 10, Jan 11, Jan 12 are days of a month
    if len(set(days.values())) < len(days) or len(days) < LEAST_PERIODS or one_month:
        days = {}
    if len(set(yearless.values())) < len(yearless) or len(yearless) < 2 * LEAST_PERIODS:
        yearless = {}
    return Periods("month", days, {} if days else yearless)


def _month(header: str) -> tuple[int, int]:
    """Month and year in the parts of a header with English months (0: not said)."""
    parts = header.split()
    numbers = [int(part) for part in parts if part.isdigit()]
    years = [number for number in numbers if number in _YEARS]
    named = [_SHORT.index(part) + 1 for part in parts if part in _SHORT]
    if len(named) == 1:
        return named[0], years[0] if years else _short_year(parts)
    if any(_WEEK.fullmatch(part.lower()) or _QUARTER.fullmatch(part.lower()) for part in parts):
        return 0, 0
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


def lines_of_periods(periods: Periods, columns: Mapping[str, bool], year: int | None, table: str) -> str:
    """SQL that makes one line of each cell that holds something: its column's period, and ``amount``.

    ``columns``: name -> whether it is of numbers; sums over the periods are left out.
    """
    days = periods.days or {column: f"{year:04d}-{month:02d}-01" for column, month in periods.yearless.items()}
    sums = [column for column, of_numbers in columns.items() if of_numbers and fits(_SUMS, column)]
    kept = ", ".join(quote(column) for column in columns if column not in (*days, *sums))
    by_day: dict[str, dict[str, str]] = {}  # first day -> column -> what it says
    for column, day in days.items():
        by_day.setdefault(day, {})[column] = periods.measures.get(column, _AMOUNT)
    parts = [
        f"SELECT {kept}, DATE '{day}' AS {quote(periods.unit)}, "
        + ", ".join(f"{quote(column)} AS {quote(measure)}" for column, measure in said.items())
        + f" FROM {quote(table)} WHERE {' OR '.join(f'{quote(column)} <> 0' for column in said)}"
        for day, said in by_day.items()
    ]
    return "\nUNION ALL BY NAME ".join(parts)


def ask_year(periods: Periods) -> Question:
    """The year of months that do not say it."""
    return Question(
        "year",
        Message.of("{n} columns are months without a year. Of which year are they?", n=Quantity(len(periods.yearless))),
        (Choice(str(date.today().year - 1), Message.of("last year, or give another one")),),
    )


_PARTS = {
    "year": r"^(\w+ )?(year|yr|yyyy|jahr|annee|ano|anno|rok|god|год|рік)( \w+)?$",
    "month": r"^(\w+ )?(month|mm|monat|mois|mes|mese|miesiac|месяц|місяць)( \w+)?$",
    "day": r"^(\w+ )?(day|dd|tag|jour|dia|giorno|dzien|день|число)( \w+)?$",
}
_RANGES = {"year": (_YEARS[0], _YEARS[-1]), "month": (1, 12), "day": (1, 31)}


def parts_of_a_day(table: Sequence[Profile]) -> tuple[Profile, ...]:
    """Columns of a year, a month and (where there is one) a day of the month; () where they are not there.

    A month may be a number or a name.
    """
    columns = {}
    for part, pattern in _PARTS.items():
        low, high = _RANGES[part]
        fitting = [
            profile
            for profile in table
            if fits(pattern, profile.name)
            and (
                (profile.kind == "integer" and low <= (profile.low or 0) <= (profile.high or 0) <= high)
                or (part == "month" and _names_months(profile))
            )
        ]
        if len(fitting) == 1:
            columns[part] = fitting[0]
    if "year" not in columns or "month" not in columns or any(profile.kind == "date" for profile in table):
        return ()
    return tuple(columns.values())


def _names_months(profile: Profile) -> bool:
    return bool(profile.sample) and all(map(_number_of, profile.sample))


def _number_of(month: str) -> int:
    return month_words().get(month.strip().strip(".").lower(), 0)


def lines_with_day(parts: Sequence[Profile], table: str) -> str:
    """SQL that puts one column ``date`` in the place of a year, a month and a day; the first where no day is told."""
    year, month = f"CAST({quote(parts[0].name)} AS INTEGER)", f"CAST({quote(parts[1].name)} AS INTEGER)"
    if parts[1].sample:
        cases = " ".join(f"WHEN {literal(value)} THEN {_number_of(value)}" for value in sorted(parts[1].sample))
        month = f"CASE {quote(parts[1].name)} {cases} END"
    day = f"CAST({quote(parts[2].name)} AS INTEGER)" if len(parts) > 2 else "1"
    left = ", ".join(quote(part.name) for part in parts)
    return (
        f"SELECT * EXCLUDE ({left}), try_cast(printf('%04d-%02d-%02d', {year}, {month}, {day}) AS DATE) AS "
        f"{quote('date')} FROM {quote(table)}"
    )
