"""In which forms a column of days can be read, and which of them is meant where its text alone says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.reading.values.days import (
    COMPACT_FORMS,
    EITHER,
    SERIAL_FORMS,
    Written,
    in_serial_range,
    in_utc,
    no_days,
    read_either,
    read_serials,
    serial_numbers,
    unwrapped,
)
from pipeline.reading.values.unknown import trimmed

_LEAST_SHARE = 0.5  # of the known cells, for a form to be worth naming
_LEAST_SERIAL = 0.9  # the same for numbers, which are something else more often than not
_RARE, _STRICT = ("%y%m%d", "%d%m%Y"), 0.99  # digits that are days where (nearly) every cell is one
_PLAIN_YEARS = (1900, 2100)
_SAMPLE = 300
_DIGITS = r"\d+(?:[.,]\d*)?"


@dataclass(frozen=True)
class DayForm:
    """One way to read a column of days.

    ``form`` is written as in ``source.formats``. ``share``: part of the known cells that it reads. ``first`` and
    ``last``: the days it gives, without those that nobody lives to see. ``sure``: the text can be nothing but days,
    though two forms may read them; numbers are never sure.
    """

    form: str
    share: float
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    sure: bool


def day_forms(series: pd.Series) -> tuple[DayForm, ...]:
    """Forms that read at least half of the known cells of a column, the likeliest first.

    Where day before month and month before day read equally many, both are there, day first in front. Cells of two
    forms that cannot be confused (``2023-03-20``, ``20.03.2023``) make one form ``"%Y-%m-%d | %d.%m.%Y"``.
    """
    if pd.api.types.is_datetime64_any_dtype(series):
        days = series.dropna()
        return (_form("%Y-%m-%d", in_utc(days), None, sure=True),) if len(days) else ()
    if pd.api.types.is_bool_dtype(series):
        return ()
    if pd.api.types.is_numeric_dtype(series):
        numbers = series.dropna()
        return _numeric_forms(trimmed(numbers), np.ones(len(numbers), dtype=np.int64))
    codes, unique = pd.factorize(series)
    text = trimmed(pd.Series(unique, dtype="str"))
    counts = np.bincount(codes[codes >= 0], minlength=len(unique))
    known = text.notna().to_numpy()
    return text_forms(text[known].reset_index(drop=True), counts[known])


def text_forms(text: pd.Series, counts: npt.NDArray[np.int64]) -> tuple[DayForm, ...]:
    """``day_forms`` of distinct known texts, each with the number of cells that it stands for."""
    if text.empty or not text.str.contains(r"\d", regex=True).any():
        return ()
    bare = unwrapped(text)
    digits = bare.str.fullmatch(_DIGITS).to_numpy(dtype=bool)
    if counts[digits].sum() > counts.sum() / 2:
        return _numeric_forms(bare, counts)
    few = Written(text.iloc[:: max(1, len(text) // _SAMPLE)].reset_index(drop=True))
    if not few.candidates():  # before a long column of something else is taken apart
        return ()
    written = Written(text)
    forms = [form for form in written.candidates() if form not in COMPACT_FORMS or form == "%Y%m%d"]  # 20230320T1427
    candidates = [_form(form, written.read(form), counts, sure=True) for form in forms]
    made = sorted((form for form in candidates if form.share >= _LEAST_SHARE), key=lambda form: -form.share)
    if made and not made[0].form.startswith("%y"):
        made = [form for form in made if not form.form.startswith("%y")]
    if made and made[0].share < 1:
        mixed = mixed_form(written, made[0].form, forms)
        if mixed != made[0].form:
            made.insert(0, _form(mixed, read_either(written, mixed), counts, sure=True))
    return tuple(made)


def best_form(written: Written) -> tuple[str, str]:
    """The form that reads most of the distinct texts, and a note where another reads as many or some are mixed in."""
    forms = [*written.candidates(), *([] if written.plain else _serials_of(written))]
    if not forms:
        return "", ""
    counts = {form: int(written.read(form).notna().sum()) for form in forms}
    best = max(forms, key=lambda form: counts[form])  # the first of equals: ISO, then day first
    # a year of two digits in front is rare: taken where nothing else fits, and no rival of what does
    rivals = [form for form in forms if form != best and counts[form] == counts[best] and not form.startswith("%y")]
    if rivals:
        return best, Message.of(
            "read as {best}, though {rival} fits as well; set source.date_format in the spec if that is meant",
            best=best,
            rival=rivals[0],
        )
    all_read = written.plain or counts[best] == len(written.text)
    mixed = best if all_read else mixed_form(written, best, forms)
    if mixed == best:
        return best, ""
    more = int(read_either(written, mixed).notna().sum()) - counts[best]
    other = mixed.removeprefix(best + EITHER)
    note = Message.of("read as {best}, and {n} other values as {other}", best=best, n=Quantity(more, "d"), other=other)
    return mixed, note


def mixed_form(written: Written, best: str, forms: Iterable[str]) -> str:
    """``best``, and the forms of the cells that it leaves where these can be read in one way only."""
    rest = written.read(best).isna()
    chosen = [best]
    order = _order(best)
    left = Written(written.text[rest].reset_index(drop=True))
    others = [form for form in dict.fromkeys([*left.candidates(), *forms]) if form not in (best, *COMPACT_FORMS)]
    others = [form for form in others if _separator(form) != _separator(best) or "%b" in form or "%b" in best]
    for form in others:
        day_first = _order(form)
        if day_first is not None and order is not None and day_first != order:
            continue  # a column that writes the day first elsewhere does so here
        if day_first is not None and order is None and "." not in form:
            continue  # 03/04/2023 among ISO days: nothing says which is the day
        if day_first is False and "." in form:
            continue  # where dots part them, the day stands first
        fits = left.read(form).notna()
        if fits.any():
            chosen.append(form)
            left = Written(left.text[~fits].reset_index(drop=True))
        if left.text.empty or len(chosen) == 3:
            break
    return EITHER.join(chosen)


def _order(form: str) -> bool | None:
    """Whether the day stands before the month's number; None where there is no doubt about it."""
    match = re.match(r"%([dm])(.)%([dm])\2", form)
    return match[1] == "d" if match else None


def _separator(form: str) -> str:
    return re.sub(r"%.", "", form)[:1] + ("Y" if form.startswith("%Y") else "")


def _numeric_forms(text: pd.Series, counts: npt.NDArray[np.int64]) -> tuple[DayForm, ...]:
    """Digits alone: compact days, serial days of a spreadsheet, seconds since 1970. None of them is sure."""
    bare = text.str.replace(r"\.0*$", "", regex=True)
    candidates = []
    for form in COMPACT_FORMS:
        moments = Written(bare).read(form)
        if form in _RARE and moments.notna().to_numpy() @ counts < _STRICT * counts.sum():
            continue
        candidates.append(_form(form, moments.where(moments.dt.year.between(*_PLAIN_YEARS)), counts, sure=False))
    numbers = serial_numbers(text)
    for form in SERIAL_FORMS:
        fits = in_serial_range(numbers, form)
        candidates.append(_form(form, read_serials(numbers.where(fits), form), counts, sure=False))
    likely = [form for form in candidates if form.share >= _LEAST_SERIAL]
    return tuple(sorted(likely, key=lambda form: -form.share))


def _serials_of(written: Written) -> list[str]:
    """Forms of numbers alone, for a column that its spec calls a date."""
    numbers = serial_numbers(written.text)
    serial = [form for form in SERIAL_FORMS if in_serial_range(numbers, form).mean() >= _LEAST_SERIAL]
    return ["%Y%m", *serial] if written.read("%Y%m").notna().mean() >= _LEAST_SERIAL else serial


def _form(form: str, moments: pd.Series, counts: npt.NDArray[np.int64] | None, *, sure: bool) -> DayForm:
    known = moments.notna().to_numpy()
    total = len(moments) if counts is None else int(counts.sum())
    share = float(known.sum() if counts is None else counts[known].sum()) / max(1, total)
    days = moments[moments.notna() & ~no_days(moments)]
    return DayForm(form, share, days.min() if len(days) else None, days.max() if len(days) else None, sure)
