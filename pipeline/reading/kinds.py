"""Text as people write it -> numbers, dates, flags, categories. One convention a column, nothing guessed silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Joined, Kind, Message
from pipeline.reading.raw import RawTable
from pipeline.reading.values.days import Written, in_utc, no_days, read_either, strptime
from pipeline.reading.values.forms import best_form, text_forms
from pipeline.reading.values.numbers import ABSURD, Decimal, Mask, Weights, decimal_hint, is_code, read_numbers
from pipeline.reading.values.unknown import NULLS, is_fault, is_text, trimmed

__all__ = [
    "FALSE",
    "NULLS",
    "TRUE",
    "Converted",
    "as_text",
    "convert",
    "convert_counted",
    "decimal_hint",
    "infer",
    "infer_column",
    "not_readable",
    "read_as",
]

TRUE = frozenset({"1", "1.0", "1,0", "true", "t", "yes", "y", "да", "д", "истина"})
FALSE = frozenset({"0", "0.0", "0,0", "false", "f", "no", "n", "нет", "н", "ложь"})
_FORM_KINDS: Mapping[str, Kind] = {"number": "number", "text": "text"}  # forms in a spec that are no form of a day
_LOOKS_LIKE_A_DATE = r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[ -][A-Za-z]{3}"
_STRICT, _LOOSE = 0.99, 0.9  # share of the known cells that must read
_MOST_PLACES = 3  # named of cells that cannot be read
_MOST_WORDS = 20  # different words among numbers


@dataclass(frozen=True)
class Converted:
    """A converted column; ``bad`` marks values that were there but could not be read (now null)."""

    values: pd.Series
    bad: Mask
    note: str = ""


def convert(
    series: pd.Series, kind: Kind, *, decimal: Decimal | None = None, date_format: str | None = None
) -> Converted:
    """``series`` as ``kind``: float64 for numbers, integers and flags; datetime64 for dates; str for the rest.

    ``date_format``: a form as in ``source.formats``, that is a strptime form of the day (a clock behind it is read by
    itself), ``excel``, ``unix``, ``unix_ms`` or ``unix_us``, or several parted by ``" | "``.
    """
    if is_text(series):  # distinct values recur in many rows: read each once
        codes, unique = pd.factorize(series)
        counts = np.bincount(codes[codes >= 0], minlength=len(unique))
        made = _convert(pd.Series(unique, dtype="str"), kind, decimal, date_format, counts)
        bad = np.append(made.bad, False)[codes]  # code -1: null
        return Converted(_spread(made.values, codes, series.index), bad, made.note)
    return _convert(series, kind, decimal, date_format, np.ones(len(series), dtype=np.int64))


def convert_counted(
    values: pd.Series, counts: Weights, kind: Kind, *, decimal: Decimal | None = None, date_format: str | None = None
) -> Converted:
    """Different values, each with how many cells hold it, as ``convert`` reads a column of them."""
    return _convert(values, kind, decimal, date_format, counts)


def _spread(values: pd.Series, codes: npt.NDArray[np.int64], index: pd.Index) -> pd.Series:
    """Distinct values back to every row that has them."""
    return values.reindex(codes).set_axis(index)


def _convert(
    series: pd.Series, kind: Kind, decimal: Decimal | None, date_format: str | None, counts: Weights
) -> Converted:
    if kind in ("number", "integer"):
        return _number(series, decimal)
    if kind == "flag":
        return _flag(series)
    if kind == "date":
        return _date(series, date_format, counts)
    text = trimmed(series)
    return Converted(text, np.zeros(len(text), dtype=bool))


def as_text(series: pd.Series) -> pd.Series:
    """Trimmed text with nulls for every spelling of "unknown"; whole floats lose their ".0"."""
    return convert(series, "text").values


def infer(
    frame: pd.DataFrame,
    *,
    decimal: Decimal | None = None,
    date_format: str | None = None,
    formats: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Numbers and dates where (nearly) every value reads as one; anything else stays text. For queries over text.

    ``formats``: forms of columns, as in ``source.formats``. A column that is not in it becomes what it was before
    there were such forms, so that a query somebody wrote over its text goes on to work.
    """
    hint = decimal or decimal_hint(frame[name] for name in frame)
    forms = formats or {}
    return pd.DataFrame(
        {
            name: (
                read_as(frame[name], forms[str(name)], decimal=hint).values
                if str(name) in forms
                else _Column(frame[name], hint, date_format).plainly(as_before=True)[1]
            )
            for name in frame
        }
    )


def read_as(series: pd.Series, form: str, *, decimal: Decimal | None = None) -> Converted:
    """A column in the form that ``source.formats`` gives it: ``number``, ``text``, or a form of days."""
    kind = _FORM_KINDS.get(form, "date")
    return convert(series, kind, decimal=decimal, date_format=form if kind == "date" else None)


def not_readable(raw: RawTable, inferred: pd.DataFrame) -> list[Message]:
    """What stands in a column of numbers or dates and is neither: SQL finds nothing there, though something is.

    Each is told with where the first of them stand.
    """
    notes = []
    for name in (column for column in inferred if not pd.api.types.is_string_dtype(inferred[column])):
        empty = np.flatnonzero(inferred[name].isna())
        places = empty[as_text(raw.frame[name].iloc[empty]).notna().to_numpy()]
        if not len(places):
            continue
        is_number = pd.api.types.is_numeric_dtype(inferred[name])
        told = Message.counted(
            "{n} value of {column} not readable as {kind}: made unknown ({where})",
            "{n} values of {column} not readable as {kind}: made unknown ({where})",
            len(places),
            column=str(name),
            kind=Message.of("a number") if is_number else Message.of("a date"),
            where=Joined(tuple(raw.where(int(place)) for place in places[:_MOST_PLACES]), ", "),
        )
        notes.append(told)
    return notes


def infer_column(
    series: pd.Series, *, decimal: Decimal | None = None, date_format: str | None = None
) -> tuple[Kind, pd.Series]:
    """The narrowest of number, date and text that reads the column; codes such as 007 are text.

    A column is what 99 % of its known values are. It is also a date where 90 % are in a form that is nothing else
    (AM and PM, names of months), and a number where 90 % are and the rest are a spreadsheet's errors or, beside
    amounts with decimals or a currency, a few words.
    """
    if pd.api.types.is_datetime64_any_dtype(series):
        return "date", series
    if pd.api.types.is_bool_dtype(series):
        return "flag", series.astype("float64")
    if pd.api.types.is_numeric_dtype(series):
        return "number", series.astype("float64")
    column = _Column(series, decimal, date_format)
    kind, values = column.plainly()
    return column.largely() if kind == "text" else (kind, values)


class _Column:
    """The distinct texts of a column and how often each stands there."""

    def __init__(self, series: pd.Series, decimal: Decimal | None, date_format: str | None) -> None:
        self.typed = not (is_text(series) or series.dtype == object)
        self.series, self.decimal, self.date_format = series, decimal, date_format
        if self.typed:
            return
        self.codes, unique = pd.factorize(series if is_text(series) else trimmed(series))
        self.text = trimmed(pd.Series(unique, dtype="str"))
        self.known = self.text.notna().to_numpy()
        self.counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.text))

    def plainly(self, *, as_before: bool = False) -> tuple[Kind, pd.Series]:
        """Number or date where 99 % of the known values are one, as they are written most plainly.

        ``as_before``: as dates were read before they had forms.
        """
        if self.typed:
            return infer_column(self.series)
        if not self.known.any():
            return "text", self._rows(self.text)
        sample = self._sample()
        coded = sample.str.match(r"0\d").mean() > 0.01 and not sample.str.contains(r"[-./:]", regex=True).mean() > 0.5
        looks_like_date = sample.str.match(_LOOKS_LIKE_A_DATE).mean() > 0.5
        if not coded and not looks_like_date:
            few = read_numbers(sample, self.decimal)
            if (few.plain & few.values.notna().to_numpy()).mean() >= 0.9:
                number = read_numbers(self.text, self.decimal, self.counts)
                if self._share(number.plain & number.values.notna().to_numpy()) >= _STRICT:
                    return "number", self._rows(number.values)
        if looks_like_date:
            date = _days(self.text, self.date_format, self.counts, as_before=as_before)
            if self._share(date.values.notna().to_numpy()) >= _STRICT:
                return "date", self._rows(date.values)
        return "text", self._rows(self.text)

    def largely(self) -> tuple[Kind, pd.Series]:
        """Number or date where 90 % are one and the rest is no code of something else."""
        text, counts = self.text[self.known].reset_index(drop=True), self.counts[self.known]
        if text.empty or not text.iloc[:2000].str.contains(r"\d", regex=True).mean() > 0.3:
            return "text", self._rows(self.text)
        forms = text_forms(text, counts)
        if forms and forms[0].sure and forms[0].share >= _LOOSE:
            form = self.date_format or forms[0].form
            return "date", self._rows(_days(self.text, form, self.counts).values)
        if read_numbers(text.iloc[:2000], self.decimal).values.notna().mean() < _LOOSE / 2:
            return "text", self._rows(self.text)
        number = read_numbers(self.text, self.decimal, self.counts)
        reads = number.values.notna().to_numpy()
        if self._share(reads) >= _LOOSE and self._is_amount(reads, number.values):
            return "number", self._rows(number.values)
        return "text", self._rows(self.text)

    def _is_amount(self, reads: Mask, values: pd.Series) -> bool:
        """Whether what does not read leaves the rest numbers: 85123A among 85123 makes all of them codes."""
        leading = self.text.str.match(r"0\d").fillna(False).to_numpy(dtype=bool)
        rest = self.text[self.known & ~reads]
        if self._share(leading) > 1 - _STRICT:
            return False
        if is_fault(rest).all():
            return True
        measured = (values % 1 != 0).to_numpy() | (reads & self.text.str.contains(r"[^\d\s]", regex=True).fillna(False))
        is_measure = self.counts[reads & measured].sum() > self.counts[reads].sum() / 2
        return bool(is_measure) and not is_code(rest[~is_fault(rest)]).any() and len(rest) <= _MOST_WORDS

    def _sample(self) -> pd.Series:
        """The first two thousand known cells."""
        rows = self.codes[self.codes >= 0]
        return self.text.take(rows[self.known[rows]][:2000]).reset_index(drop=True)

    def _share(self, reads: Mask) -> float:
        return float(self.counts[reads & self.known].sum() / max(1.0, float(self.counts[self.known].sum())))

    def _rows(self, values: pd.Series) -> pd.Series:
        return _spread(values, self.codes, self.series.index)


def _number(series: pd.Series, decimal: Decimal | None) -> Converted:
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        values = series.astype("float64")
        absurd = (values.abs() >= ABSURD).to_numpy(dtype=bool)
        return Converted(values.mask(absurd) if absurd.any() else values, absurd)
    text = trimmed(series)
    made = read_numbers(text, decimal)
    return Converted(made.values, (made.values.isna() & text.notna()).to_numpy(dtype=bool), made.note)


def _flag(series: pd.Series) -> Converted:
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
        values = series.astype("float64")
        values = values.where(values.isin([0.0, 1.0]))
        return Converted(values, (values.isna() & series.notna()).to_numpy(dtype=bool))
    text = trimmed(series)
    lower = series.astype("str").str.strip().str.lower()  # "нет" is a no, whatever else means unknown
    values = pd.Series(np.nan, index=series.index, dtype="float64")
    values = values.mask(lower.isin(TRUE), 1.0).mask(lower.isin(FALSE), 0.0)
    return Converted(values, (values.isna() & text.notna()).to_numpy(dtype=bool))


def _date(series: pd.Series, date_format: str | None, counts: Weights) -> Converted:
    if pd.api.types.is_datetime64_any_dtype(series):
        return Converted(in_utc(series).astype("datetime64[us]"), np.zeros(len(series), dtype=bool))
    return _days(trimmed(series), date_format, counts)


def _days(text: pd.Series, date_format: str | None, counts: Weights, *, as_before: bool = False) -> Converted:
    """Trimmed distinct texts -> moments in one form, which is told where another would do as well.

    ``counts``: cells of each text. ``as_before``: exactly in ``date_format``, and 9999-12-31 is a day like others.
    """
    known = text.dropna()
    written = Written(known.reset_index(drop=True), plain=as_before)
    form, note = (date_format, "") if date_format else best_form(written)
    if not form:
        return Converted(pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]"), text.notna().to_numpy(dtype=bool))
    moments = strptime(written.text, form) if as_before and date_format else read_either(written, form)
    strange, cells = no_days(moments).to_numpy(), counts[text.notna().to_numpy()]
    if not as_before and cells[strange].sum() <= cells.sum() / 2:  # on most rows it is what the column says
        moments = moments.mask(strange)
    days = moments.set_axis(known.index).reindex(text.index).astype("datetime64[us]")
    return Converted(days, (days.isna() & text.notna()).to_numpy(dtype=bool), note)
