"""Amounts as people say them: ``12€50``, ``1 234 руб. 50 коп.``, ``1.2K``, ``3,4 млн``."""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd

from pipeline.reading.values.currencies import MONEY

_SIGN = MONEY.removeprefix("(?i)")
_WHOLE = r"[+-]?(?:\d{1,3}(?:[ \u00a0\u202f\u2009'’.,]\d{3})+|\d+)"
_HUNDREDTHS = r"(?:коп(?:еек|ейки|ейка)?|к|cents?|ct|gr|p)?\.?"
_PARTED = re.compile(rf"(?P<whole>{_WHOLE})\s*{_SIGN}\s*(?P<part>\d\d)\s*{_HUNDREDTHS}", re.IGNORECASE)
_UNITS = {
    r"k|к|thsd|thousand|tsd|тыс(?:яч)?": 1e3,
    r"m|mln|mio|million|млн": 1e6,
    r"bn|mrd|billion|млрд": 1e9,
}
_SCALED = re.compile(
    rf"(?P<before>{_SIGN})?\s*(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?P<unit>{'|'.join(_UNITS)})\.?\s*(?P<after>{_SIGN})?",
    re.IGNORECASE,
)
_BEGINS = r"[^\d]{0,4}\d[\d \u00a0\u202f'’.,]*\D{0,12}(?:\d\d\D{0,9})?$"
_SURE = 0.5  # share of the cells with a unit that have decimals or a currency: 5K and 10K alone may be lengths of runs


def spoken_amounts(text: pd.Series, sign: Literal[".", ","]) -> pd.Series:
    """What these cells say as float64, null where they say no amount; ``sign``: the decimal sign of their column."""
    begins = text.str.match(_BEGINS).fillna(False).astype(bool)
    if not begins.any():
        return pd.Series(float("nan"), index=text.index, dtype="float64")
    text = text.where(begins)  # of names and addresses nothing is looked at
    parted = text.map(_of_parts, na_action="ignore").astype("float64")
    matches = [_SCALED.fullmatch(cell) if isinstance(cell, str) else None for cell in text]
    scaled = [match for match in matches if match]
    sure = sum(
        not match["number"].lstrip("+-").isdigit() or bool(match["before"] or match["after"]) for match in scaled
    )
    if not scaled or sure < _SURE * len(scaled):
        return parted
    values = pd.Series([_times(match, sign) if match else None for match in matches], index=text.index, dtype="float64")
    return parted.fillna(values)


def _of_parts(cell: str) -> float | None:
    match = _PARTED.fullmatch(cell)
    if match is None:
        return None
    whole = re.sub(r"[^\d+-]", "", match["whole"])
    return float(f"{whole}.{match['part']}")


def _times(match: re.Match[str], sign: str) -> float:
    """The number before the unit: 1.2 and 1,2 alike; 1,234 is grouped where the column's decimal sign is a point."""
    number = match["number"]
    grouped = re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", number) is not None and sign not in number
    bare = number.replace(",", "").replace(".", "") if grouped else number.replace(",", ".")
    return float(bare) * next(
        unit for words, unit in _UNITS.items() if re.fullmatch(words, match["unit"], re.IGNORECASE)
    )
