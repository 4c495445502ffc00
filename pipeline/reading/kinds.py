"""Text as people write it -> numbers, dates, flags, categories. One convention a column, nothing guessed silently."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import CURRENCY_SIGNS, Kind, Message

Decimal = Literal[".", ","]
Mask = npt.NDArray[np.bool_]
ABSURD = 1e15
NULLS = frozenset(
    {
        "",
        "na",
        "n/a",
        "#n/a",
        "null",
        "none",
        "nan",
        "nat",
        "<na>",
        "nil",
        "-",
        "--",
        "–",
        "—",
        "?",
        ".",
        "н/д",
        "#н/д",
        "нет данных",
        "не указано",
        "не указан",
        "не указана",
        "неизвестно",
        "пусто",
    }
)
TRUE = frozenset({"1", "1.0", "1,0", "true", "t", "yes", "y", "да", "д", "истина"})
FALSE = frozenset({"0", "0.0", "0,0", "false", "f", "no", "n", "нет", "н", "ложь"})
_CURRENCY = rf"(?i)[{''.join(CURRENCY_SIGNS)}%]|\b(?:{'|'.join(CURRENCY_SIGNS.values())}|руб|р)\b\.?"
_GROUPING = {".": r"[ \u00a0\u202f\u2009',]", ",": r"[ \u00a0\u202f\u2009'.]"}
_DATE_FORMATS = (
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
)
_TIME = re.compile(r"[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$")


@dataclass(frozen=True)
class Converted:
    """A converted column; ``bad`` marks values that were there but could not be read (now null)."""

    values: pd.Series
    bad: Mask
    note: str = ""


def convert(
    series: pd.Series, kind: Kind, *, decimal: Decimal | None = None, date_format: str | None = None
) -> Converted:
    """``series`` as ``kind``: float64 for numbers, integers and flags; datetime64 for dates; str for the rest."""
    if _is_text(series):  # distinct values recur in many rows: read each once
        codes, unique = pd.factorize(series)
        made = _convert(pd.Series(unique, dtype="str"), kind, decimal, date_format)
        bad = np.append(made.bad, False)[codes]  # code -1: null
        return Converted(made.values.reindex(codes).set_axis(series.index), bad, made.note)
    return _convert(series, kind, decimal, date_format)


def _is_text(series: pd.Series) -> bool:
    return isinstance(series.dtype, pd.StringDtype)


def _convert(series: pd.Series, kind: Kind, decimal: Decimal | None, date_format: str | None) -> Converted:
    if kind in ("number", "integer"):
        return _number(series, decimal)
    if kind == "flag":
        return _flag(series)
    if kind == "date":
        return _date(series, date_format)
    text = _trimmed(series)
    return Converted(text, np.zeros(len(text), dtype=bool))


def as_text(series: pd.Series) -> pd.Series:
    """Trimmed text with nulls for every spelling of "unknown"; whole floats lose their ".0"."""
    return convert(series, "text").values


def _trimmed(series: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(series):
        known = series.dropna()
        if (known == known.round()).all() and (known.abs() < 2**53).all():
            series = series.astype("Int64")
    if _is_text(series):
        text = series.astype("str").str.strip()
    else:
        text = series.astype(object).where(series.notna(), None).astype("str").str.strip()
    unknown = text.str.lower().isin(NULLS)
    return text.mask(unknown | text.isna(), None).astype("str")


def decimal_hint(columns: Iterable[pd.Series]) -> Decimal | None:
    """The decimal sign of a file: what the columns say that can be read in one way only; None: undecided."""
    votes = {".": 0, ",": 0}
    for series in columns:
        if pd.api.types.is_numeric_dtype(series):
            continue
        text = _bare(as_text(series.dropna().iloc[:5000]).dropna())
        text = text[text.str.contains(r"[.,]", regex=True)]
        point, comma = int(_matches(text, ".").sum()), int(_matches(text, ",").sum())
        if point != comma:
            votes["." if point > comma else ","] += 1
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def infer(frame: pd.DataFrame, *, decimal: Decimal | None = None, date_format: str | None = None) -> pd.DataFrame:
    """Numbers and dates where (nearly) every value reads as one; anything else stays text. For queries over text."""
    hint = decimal or decimal_hint(frame[name] for name in frame)
    return pd.DataFrame({name: infer_column(frame[name], decimal=hint, date_format=date_format)[1] for name in frame})


def not_readable(frame: pd.DataFrame, inferred: pd.DataFrame) -> list[Message]:
    """What stands in a column of numbers or dates and is neither: SQL finds nothing there, though something is."""
    notes = []
    for name in (column for column in inferred if not pd.api.types.is_string_dtype(inferred[column])):
        count = int(as_text(frame[name][inferred[name].isna()]).notna().sum())
        is_number = pd.api.types.is_numeric_dtype(inferred[name])
        told = Message.counted(
            "{n} value of {column} not readable as {kind}: made unknown",
            "{n} values of {column} not readable as {kind}: made unknown",
            count,
            column=str(name),
            kind=Message.of("a number") if is_number else Message.of("a date"),
        )
        notes += [told] if count else []
    return notes


def infer_column(
    series: pd.Series, *, decimal: Decimal | None = None, date_format: str | None = None
) -> tuple[Kind, pd.Series]:
    """The narrowest of number, date and text that reads 99 % of the known values; codes such as 007 are text."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return "date", series
    if pd.api.types.is_bool_dtype(series):
        return "flag", series.astype("float64")
    if pd.api.types.is_numeric_dtype(series):
        return "number", series.astype("float64")
    text = as_text(series)
    known = int(text.notna().sum())
    sample = text.dropna().iloc[:2000]
    if not known:
        return "text", text
    coded = sample.str.match(r"0\d").mean() > 0.01 and not sample.str.contains(r"[-./:]", regex=True).mean() > 0.5
    looks_like_date = sample.str.match(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[ -][A-Za-z]{3}").mean() > 0.5
    if not coded and not looks_like_date and _number(sample, decimal).values.notna().mean() >= 0.9:
        number = _number(text, decimal)
        if number.bad.sum() <= known * 0.01:
            return "number", number.values
    if looks_like_date:
        date = _date(text, date_format)
        if date.bad.sum() <= known * 0.01:
            return "date", date.values
    return "text", text


def _bare(text: pd.Series) -> pd.Series:
    """Without currency signs, percent signs and typographic minus."""
    return text.str.replace(_CURRENCY, "", regex=True).str.replace("−", "-", regex=False).str.strip()


def _pattern(decimal: Decimal) -> str:
    sign = re.escape(decimal)
    return rf"^[+-]?(?:[1-9]\d{{0,2}}(?:{_GROUPING[decimal]}\d{{3}})+|\d+)?(?:{sign}\d*)?(?:[eE][+-]?\d+)?$"


def _matches(text: pd.Series, decimal: Decimal) -> pd.Series:
    return text.str.match(_pattern(decimal)) & text.str.contains(r"\d", regex=True)


def _number(series: pd.Series, decimal: Decimal | None) -> Converted:
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        return _sane(series.astype("float64"), series.notna())
    text = _trimmed(series)
    known = text.notna()
    if decimal != ",":
        values = pd.to_numeric(text, errors="coerce").astype("float64")
        if not (values.isna() & known).any():
            return _sane(values, known)
    bare = _bare(text)
    point, comma = _matches(bare, ".").fillna(False), _matches(bare, ",").fillna(False)
    sign: Decimal = decimal or ("," if comma.sum() > point.sum() else ".")
    fits = (comma if sign == "," else point).astype(bool)
    grouped = bare.where(fits).str.replace(_GROUPING[sign], "", regex=True).str.replace(sign, ".", regex=False)
    values = pd.to_numeric(grouped, errors="coerce").astype("float64")
    doubtful = decimal is None and int(comma.sum()) == int(point.sum()) and bare.str.contains(",").any()
    note = (
        Message.of("1,234 is read as 1234; set source.decimal in the spec if the comma is decimal") if doubtful else ""
    )
    return _sane(values, known, note)


def _sane(values: pd.Series, known: pd.Series, note: str = "") -> Converted:
    """Infinite and absurd numbers are no numbers."""
    values = values.where(values.abs() < ABSURD)
    return Converted(values, (values.isna() & known).to_numpy(dtype=bool), note)


def _flag(series: pd.Series) -> Converted:
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
        values = series.astype("float64")
        values = values.where(values.isin([0.0, 1.0]))
        return Converted(values, (values.isna() & series.notna()).to_numpy(dtype=bool))
    text = _trimmed(series)
    lower = series.astype("str").str.strip().str.lower()  # "нет" is a no, whatever else means unknown
    values = pd.Series(np.nan, index=series.index, dtype="float64")
    values = values.mask(lower.isin(TRUE), 1.0).mask(lower.isin(FALSE), 0.0)
    return Converted(values, (values.isna() & text.notna()).to_numpy(dtype=bool))


def _date(series: pd.Series, date_format: str | None) -> Converted:
    if pd.api.types.is_datetime64_any_dtype(series):
        plain = series.dt.tz_localize(None) if getattr(series.dt, "tz", None) is not None else series
        return Converted(plain.astype("datetime64[us]"), np.zeros(len(series), dtype=bool))
    text = _trimmed(series)
    values, note = _dates(text.dropna(), date_format)
    dates = values.reindex(text.index).astype("datetime64[us]")
    return Converted(dates, (dates.isna() & text.notna()).to_numpy(dtype=bool), note)


def _dates(text: pd.Series, date_format: str | None) -> tuple[pd.Series, str]:
    """Distinct values -> dates by the one format that reads most of them; day before month where both do."""
    if date_format:
        return pd.to_datetime(text, format=date_format, errors="coerce"), ""
    clock = text.str.extract(_TIME, expand=False)
    day = text.str.replace(_TIME, "", regex=True).str.strip()
    days = pd.Series(pd.unique(day), dtype="str")
    sample = days.iloc[:: max(1, len(days) // 300)]
    formats = [one for one in _DATE_FORMATS if _parses(sample, one) > 0.4]
    read = {one: pd.to_datetime(days, format=one, errors="coerce") for one in formats}
    if not read:
        return pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]"), ""
    counts = {one: int(values.notna().sum()) for one, values in read.items()}
    best = max(formats, key=lambda one: counts[one])  # the first of equals: ISO, then day first
    rivals = [one for one in formats if one != best and counts[one] == counts[best]]
    note = (
        Message.of(
            "read as {best}, though {rival} fits as well; set source.date_format in the spec if that is meant",
            best=best,
            rival=rivals[0],
        )
        if rivals
        else ""
    )
    by_day = pd.Series(read[best].to_numpy(), index=days)
    dates = pd.Series(by_day.reindex(day).to_numpy(), index=text.index)
    minutes = clock.where(clock.str.count(":") != 1, clock + ":00")
    return dates + pd.to_timedelta(minutes, errors="coerce").fillna(pd.Timedelta(0)), note


def _parses(sample: pd.Series, date_format: str) -> float:
    return float(pd.to_datetime(sample, format=date_format, errors="coerce").notna().mean()) if len(sample) else 0.0
