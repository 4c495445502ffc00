"""Text or numbers -> days and moments, in a form that is named: a strptime form, ``excel``, ``unix`` ..."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from pipeline.reading.values.clocks import split_clock
from pipeline.reading.values.months import has_names, shortened_form, with_english_months

EITHER = " | "  # parts forms of which each cell takes the first that reads it
SERIAL_FORMS = {"excel": 86_400.0, "unix": 1.0, "unix_ms": 1e-3, "unix_us": 1e-6}  # seconds in one
ORIGINS = {"excel": pd.Timestamp("1899-12-30")}
UNIX_ORIGIN = pd.Timestamp("1970-01-01")
_RANGES = {"excel": (20_000, 60_000), "unix": (3e8, 4.2e9), "unix_ms": (3e11, 4.2e12), "unix_us": (3e14, 4.2e15)}
TEXT_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%d-%m-%y",
    "%m/%d/%y",
    "%m-%d-%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%y-%m-%d",
    "%y/%m/%d",
    "%y.%m.%d",
    "%d %m %Y",
    "%Y %m %d",
    "%Y-%m",
    "%Y/%m",
    "%Y.%m",
    "%m/%Y",
    "%m.%Y",
    "%m-%Y",
    "%G-W%V",
    "%d/%m-%Y",  # Denmark and Norway
    "%d/%m-%y",
    "%Y. %m. %d.",  # Hungary and Korea
    "%Y. %m. %d",
    "%Y年%m月%d日",  # China and Japan
    "%Y년 %m월 %d일",
)  # the first of those that read equally many is taken: the year first, then the day
PLAIN_FORMS = 21  # so many of them were read before files had forms
NAMED_FORMS = (
    "%d %b %Y",
    "%b %d %Y",
    "%b-%d-%Y",
    "%b-%d-%y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %y",
    "%d.%b.%Y",
    "%d.%b.%y",
    "%d/%b/%Y",
    "%Y-%b-%d",
    "%Y %b %d",
    "%b %Y",
    "%b-%Y",
    "%b-%y",
    "%Y %b",
    "%b %d %y",
    "%d%b%Y",
    "%a %Y-%m-%d",
    "%a %d.%m.%Y",
    "%a %d/%m/%Y",
    "%a %m/%d/%Y",
    "%a %d-%m-%Y",
)  # after months were made short English ones
COMPACT_FORMS = {"%Y%m%d": 8, "%Y%m": 6, "%y%m%d": 6, "%d%m%Y": 8}  # with their digits
AROUND = "[]'\"="  # signs that spreadsheets and logs put around a moment
FIRST_YEAR, LAST_YEAR = 1800, 2200
CENTURY = 50  # two digits below are of this century, as Windows reads them
_PLAIN_YEARS = range(1900, 2101)
_WRAPPED = re.compile(r"^\\?/Date\((-?\d{1,17})(?:[+-]\d{4})?\)\\?/$")
_SAMPLE = 300
_LEAST_SHARE = 0.4  # of a sample, for a form to be tried on everything


@dataclass(frozen=True)
class Written:
    """Distinct texts of moments taken apart once, to be read in one form after another.

    ``plain``: as all files were read before they had forms, without AM and PM and with English months only.
    """

    text: pd.Series
    plain: bool = False
    days: pd.Series = field(init=False)
    times: pd.Series = field(init=False)
    unique: pd.Series = field(init=False)  # distinct days as written
    english: pd.Series = field(init=False)  # the same with short English months
    codes: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        moments = split_clock(self.text if self.plain else self.text.str.strip(AROUND), plain=self.plain)
        codes, unique = pd.factorize(moments.days)
        days = pd.Series(unique, dtype="str")
        made = {"days": moments.days, "times": moments.times, "unique": days, "codes": codes}
        for name, value in made.items():
            object.__setattr__(self, name, value)
        sample = self.sample
        named = (
            not self.plain
            and sample.str.contains(r"[^\W\d_]{2}", regex=True).mean() > _LEAST_SHARE
            and has_names(sample)
        )
        object.__setattr__(self, "english", with_english_months(days) if named else days)

    @property
    def sample(self) -> pd.Series:
        """A few hundred of the distinct days, from first to last."""
        return self.unique.iloc[:: max(1, len(self.unique) // _SAMPLE)]

    @property
    def named(self) -> bool:
        """Whether months have names."""
        return self.english is not self.unique

    def candidates(self) -> list[str]:
        """Forms that read a good part of a sample, in the order in which one is preferred to another."""
        forms = TEXT_FORMS[:PLAIN_FORMS] if self.plain else tuple(one for one in TEXT_FORMS if not _has_names(one))
        forms = (*forms, *NAMED_FORMS) if self.named else forms
        sample = self.sample.index
        return [form for form in forms if self._parsed(form, sample).notna().mean() > _LEAST_SHARE]

    def read(self, form: str) -> pd.Series:
        """Moments in ``form``, null where it does not read; in the order of ``text``."""
        if form in SERIAL_FORMS:
            return read_serials(serial_numbers(self.text), form)
        if any(mark in form for mark in ("%H", "%I", "%T", "%X", "%c", "%s")):
            return strptime(self.text, form)
        by_day = self._parsed(form, self.unique.index).to_numpy()
        days = pd.Series(np.append(by_day, np.datetime64("NaT", "us"))[self.codes], index=self.text.index)
        moments = days + self.times
        unread = moments.isna()
        if unread.any() and form not in TEXT_FORMS and not self.named:  # a form of a user's own
            moments = moments.fillna(strptime(self.text[unread], form))
        return moments

    def _parsed(self, form: str, places: pd.Index) -> pd.Series:
        if self.named and _has_names(form):
            return strptime(self.english.loc[places], shortened_form(form))
        days = self.unique.loc[places]
        if form == "%G-W%V":
            return strptime(days.str.upper() + "-1", "%G-W%V-%u")
        if form in COMPACT_FORMS:
            days = days.where(days.str.fullmatch(rf"\d{{{COMPACT_FORMS[form]}}}"))
        return strptime(days, form)


def _has_names(form: str) -> bool:
    return any(mark in form for mark in ("%b", "%B", "%a"))


def read_days(text: pd.Series, form: str) -> pd.Series:
    """Distinct texts as moments in ``form`` (several parted by ``" | "``: the first that reads a cell)."""
    written = Written(text)
    return read_either(written, form)


def read_either(written: Written, form: str) -> pd.Series:
    """The same of text that was taken apart already."""
    first, *rest = form.split(EITHER)
    moments = written.read(first)
    for other in rest:
        moments = moments.fillna(written.read(other))
    return moments


def serial_numbers(text: pd.Series) -> pd.Series:
    """Digits with a decimal point or comma as numbers; serial days are not grouped by thousands."""
    return pd.to_numeric(unwrapped(text).str.replace(",", ".", regex=False), errors="coerce")


def unwrapped(text: pd.Series) -> pd.Series:
    """Milliseconds since 1970 out of what .NET puts around them: ``/Date(1700000000000+0300)/``."""
    return text.str.replace(_WRAPPED, r"\1", regex=True)


def read_serials(numbers: pd.Series, form: str) -> pd.Series:
    """Numbers as days since 1899-12-30 (``excel``) or seconds and parts of them since 1970, to the second."""
    origin = ORIGINS.get(form, UNIX_ORIGIN)
    seconds = (numbers.astype("float64") * SERIAL_FORMS[form]).round()
    seconds = seconds.where(seconds.abs() < 3e11)  # ten thousand years; more does not fit
    return (origin + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")


def in_serial_range(numbers: pd.Series, form: str) -> pd.Series:
    """Which numbers lie where days of our time do."""
    low, high = _RANGES[form]
    return numbers.between(low, high)


def _own_clock(cell: str, form: str) -> datetime | None:
    """The moment as the clock beside the customer showed it, whatever the offset behind it."""
    try:
        return datetime.strptime(cell, form).replace(tzinfo=None)
    except ValueError:
        return None


def no_days(moments: pd.Series) -> pd.Series:
    """Which moments are no days of anybody's life: 9999-12-31, 0001-01-01."""
    strange: pd.Series = moments.notna() & ~moments.dt.year.between(FIRST_YEAR, LAST_YEAR)
    return strange


def in_utc(moments: pd.Series) -> pd.Series:
    """Stored moments without their zone, as the clock in UTC shows them; those without a zone as they are."""
    return moments if getattr(moments.dt, "tz", None) is None else moments.dt.tz_convert(None)


def strptime(text: pd.Series, form: str) -> pd.Series:
    """Cells that the strptime form reads to their end; a year of two digits is of 1950 to 2049."""
    try:
        moments = pd.to_datetime(text, format=form, errors="coerce")
    except ValueError:  # offsets that differ, as of summer and winter
        moments = pd.to_datetime(text.map(lambda cell: _own_clock(cell, form), na_action="ignore"))
    if moments.dtype == object or not len(moments):
        return pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    if getattr(moments.dt, "tz", None) is not None:
        moments = moments.dt.tz_localize(None)
    moments = moments.astype("datetime64[us]")
    if "%y" in form:
        late = moments.dt.year >= 2000 + CENTURY
        moments = moments.mask(late, moments - pd.DateOffset(years=100)) if late.any() else moments
    return moments
