"""03/04/2023: the 3rd of April or the 4th of March? What a whole column and what stands beside it say."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.reading.values.days import in_utc, read_days
from pipeline.reading.values.forms import DayForm, day_forms
from pipeline.reading.values.unknown import trimmed

_SORTED, _UNSORTED = 0.99, 0.95  # share of steps that go one way in a log, and in a reading that is none
_LEAST_STEPS = 12
_LEAST_DAYS = 30  # distinct, for weekdays to say anything
_UNEVEN, _EVEN = 27.9, 16.8  # chi square with 6 degrees of freedom at p = 0.0001 and p = 0.01
_LEAST_MONTHS = 6
_NEARER = 0.5  # the median distance to a sibling, of that in the other reading


@dataclass(frozen=True)
class DayMonth:
    """The form that is meant, or None where nothing says it, and why."""

    form: str | None
    why: Message


def day_month_evidence(series: pd.Series, *siblings: pd.Series, file: str = "") -> DayMonth:
    """Decide between day before month and month before day.

    Parameters
    ----------
    series
        The column, in the order of the file's rows.
    siblings
        Other columns of days of the same rows.
    file
        The file's name, which may hold a month or a span of days.

    Returns
    -------
    DayMonth
        ``form`` as in ``source.formats``. In this order: a value over 12, a sibling column, a series of months on the
        1st, the order of the rows, weekdays, the file's name.
    """
    forms = day_forms(series)
    rivals = _rivals(forms)
    if rivals is None:
        form = forms[0].form if forms else None
        return DayMonth(form, _over_twelve(forms[0]) if forms else Message.of("no days could be read"))
    text = trimmed(series)
    codes, unique = pd.factorize(text)
    distinct = pd.Series(unique, dtype="str")
    read = {form: pd.Series(read_days(distinct, form).to_numpy()) for form in rivals}
    rows = {
        form: pd.Series(np.append(days.to_numpy(), np.datetime64("NaT", "us"))[codes]) for form, days in read.items()
    }
    for decided in (
        _by_sibling(rows, siblings),
        _by_months(read),
        _by_order(rows),
        _by_weekdays(read),
        _by_file(read, file),
    ):
        if decided is not None:
            return decided
    return DayMonth(
        None,
        Message.of("no day is over 12, and {first} and {second} both fit", first=rivals[0], second=rivals[1]),
    )


def _rivals(forms: tuple[DayForm, ...]) -> tuple[str, str] | None:
    """Two forms that read equally many cells and differ in the order of day and month only."""
    for at, one in enumerate(forms):
        for other in forms[at + 1 :]:
            if other.form == _swapped(one.form) and one.share == other.share and one.share == forms[0].share:
                return one.form, other.form
    return None


def _swapped(form: str) -> str:
    return form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def _over_twelve(form: DayForm) -> Message:
    if re.match(r"%[dm].%[dm].", form.form):
        return Message.of("{form} alone reads the values over 12", form=form.form)
    return Message.of("{form} is the only form that fits", form=form.form)


def _by_sibling(rows: dict[str, pd.Series], siblings: tuple[pd.Series, ...]) -> DayMonth | None:
    """A column beside it of the same form that is decided, or one whose days lie near in one reading only."""
    for sibling in siblings:
        forms = day_forms(sibling)
        if not forms or not forms[0].sure or _rivals(forms) is not None:
            continue
        name = str(sibling.name)
        if forms[0].form in rows:
            return DayMonth(forms[0].form, Message.of("{column} beside it is written so", column=name))
        beside = read_days_of(sibling, forms[0].form)
        gaps = {form: (days - beside.to_numpy()).abs().median() for form, days in rows.items()}
        near, far = sorted(gaps, key=lambda form: gaps[form])
        if pd.notna(gaps[near]) and gaps[far] > pd.Timedelta(days=2) and gaps[near] < _NEARER * gaps[far]:
            return DayMonth(near, Message.of("read so, its days lie near those of {column}", column=name))
    return None


def read_days_of(series: pd.Series, form: str) -> pd.Series:
    """A column of days in ``form``, row by row."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return pd.Series(in_utc(series).to_numpy())
    codes, unique = pd.factorize(trimmed(series))
    return _by_row(read_days(pd.Series(unique, dtype="str"), form), codes)


def _by_row(days: pd.Series, codes: npt.NDArray[np.int64]) -> pd.Series:
    return pd.Series(np.append(days.to_numpy(), np.datetime64("NaT", "us"))[codes])  # code -1: unknown


def _by_months(read: dict[str, pd.Series]) -> DayMonth | None:
    """One reading has nothing but firsts of months; the other the first days of Januaries."""
    for form, days in read.items():
        known = days.dropna().dt.normalize().drop_duplicates()
        if len(known) >= _LEAST_MONTHS and (known.dt.day == 1).all() and known.dt.month.nunique() > 1:
            return DayMonth(form, Message.of("read so, every day is the first of a month"))
    return None


def _by_order(rows: dict[str, pd.Series]) -> DayMonth | None:
    """A log is written in the order of time, up or down."""
    order = {form: _orderly(days) for form, days in rows.items()}
    best, other = sorted(order, key=lambda form: -order[form])
    if order[best] >= _SORTED and order[other] < _UNSORTED:
        return DayMonth(best, Message.of("read so, the rows stand in the order of time"))
    return None


def _orderly(days: pd.Series) -> float:
    known = days.dropna().dt.normalize().to_numpy().astype("datetime64[D]").astype("int64")
    steps = np.diff(known)
    steps = steps[steps != 0]
    if len(steps) < _LEAST_STEPS:
        return float("nan")
    return float(max((steps > 0).mean(), (steps < 0).mean()))


def _by_weekdays(read: dict[str, pd.Series]) -> DayMonth | None:
    """Shops close on one day of the week, or sell less; in a wrong reading all weekdays are alike."""
    uneven = {form: _unevenness(days) for form, days in read.items()}
    best, other = sorted(uneven, key=lambda form: -uneven[form])
    if uneven[best] >= _UNEVEN and uneven[other] < _EVEN:
        return DayMonth(best, Message.of("read so, weekdays differ as they do in a week of work"))
    return None


def _unevenness(days: pd.Series) -> float:
    known = days.dropna().dt.normalize().drop_duplicates()
    if len(known) < _LEAST_DAYS:
        return 0.0
    counts = np.bincount(known.dt.day_of_week, minlength=7)
    expected = len(known) / 7
    return float(((counts - expected) ** 2 / expected).sum())


def _by_file(read: dict[str, pd.Series], file: str) -> DayMonth | None:
    """``sales_2023-03.csv`` holds days of March; ``2023-01-01_2023-03-31`` a span of them."""
    span = _span(file)
    if span is None:
        return None
    inside = {form: float(days.dropna().between(*span).mean()) for form, days in read.items()}
    best, other = sorted(inside, key=lambda form: -inside[form])
    if inside[best] >= _SORTED and inside[other] < _UNSORTED:
        return DayMonth(best, Message.of("read so, its days are those in the name of the file"))
    return None


def _span(file: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    whole = re.findall(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])(?!\d)", file)
    days = [pd.Timestamp(day) for day in pd.to_datetime(["-".join(parts) for parts in whole], errors="coerce").dropna()]
    if len(days) == 2:
        return min(days), max(days) + pd.Timedelta(days=1)
    months = re.findall(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?![-_.]?\d)", file)
    if len(months) == 1:
        first = pd.Timestamp(int(months[0][0]), int(months[0][1]), 1)
        return first, first + pd.offsets.MonthBegin(1)
    return None


def shown_days(form: DayForm) -> Message:
    """The days that a form gives, as evidence for a choice."""
    first, last = (f"{day:%Y-%m-%d}" if day is not None else "?" for day in (form.first, form.last))
    share = Quantity(100 * form.share, ".0f")
    return Message.of(
        "{form}: {share} % of the cells, {first} to {last}", form=form.form, share=share, first=first, last=last
    )
