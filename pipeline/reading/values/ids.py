"""Ids that a spreadsheet has spoilt: digits lost to scientific notation or to fifteen digits of precision."""

from __future__ import annotations

import pandas as pd

from pipeline.reading.values.unknown import trimmed

_SCIENTIFIC = r"(?i)^([1-9])(?:[.,](\d+))?E\+?(\d{1,2})$"
_LEAST_EXPONENT = 11  # spreadsheets write twelve digits and more so
_PRECISE = 15  # digits that a spreadsheet keeps
_LEAST_CELLS = 10


def spoilt_ids(series: pd.Series) -> bool:
    """Whether most cells are long numbers whose last digits a spreadsheet lost: ``1.23E+12``, ``427612341234123000``.

    Such cells are equal where the ids were not, and nothing in the file can bring the digits back.
    """
    text = trimmed(series).dropna()
    if text.empty:
        return False
    cells = text.value_counts()
    split = cells.index.to_series().astype("str").str.extract(_SCIENTIFIC)
    exponents = pd.to_numeric(split[2], errors="coerce")
    lost = (exponents >= _LEAST_EXPONENT) & (split[1].fillna("").str.len() < exponents)
    if cells[lost.to_numpy()].sum() > len(text) / 2:
        return True
    long = text[text.str.fullmatch(rf"[1-9]\d{{{_PRECISE},}}")]
    rounded = long.str.slice(_PRECISE).str.fullmatch("0+")
    return len(long) >= _LEAST_CELLS and len(long) > len(text) / 2 and bool(rounded.all())
