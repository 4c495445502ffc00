"""Text -> numbers: one decimal sign a column, and all that people write around and inside a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import CURRENCY_SIGNS, Message
from pipeline.reading.values.currencies import MONEY
from pipeline.reading.values.spoken_amounts import spoken_amounts
from pipeline.reading.values.unknown import trimmed

Decimal = Literal[".", ","]
Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.int64]
ABSURD = 1e15
_OTHER: dict[Decimal, Decimal] = {".": ",", ",": "."}
_FEW, _NEARLY_ALL = 0.5, 0.97  # shares of a column's cells
_SIGN = rf"(?:[{''.join(CURRENCY_SIGNS)}%]|\b(?:{'|'.join(CURRENCY_SIGNS.values())}|руб|р)\b\.?)"
_CURRENCY = rf"(?i)(?<![\d\s]){_SIGN}|{_SIGN}(?!\s*\d)"  # not between digits: 12€50 is not 1250
_ANY_CURRENCY = rf"(?i)(?<![\d\s]){MONEY.removeprefix('(?i)')}|{MONEY.removeprefix('(?i)')}(?!\s*\d)"
_GROUPING: dict[Decimal, str] = {".": r"[ \u00a0\u202f\u2009',]", ",": r"[ \u00a0\u202f\u2009'.]"}
_LAKH = r"[+-]?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?"
_APOSTROPHES = "[’‘\u02bc´`′]"
_WHOLE_AMOUNT = r"(?<=\d)(?:/-|[.,]-{1,2})$"  # 120,- and 120/-
_DASHES = r"[−–—‐‑]"


@dataclass(frozen=True)
class Numbers:
    """Numbers in the place of text, null where there is none; ``plain``: which were written without ornament."""

    values: pd.Series
    plain: Mask
    note: str = ""


def read_numbers(text: pd.Series, decimal: Decimal | None = None, weights: Weights | None = None) -> Numbers:
    """Trimmed text, nulls for unknown, as float64; ``decimal``: the decimal sign, else what most cells say.

    ``(12.34)`` and ``12.34-`` are negative; currencies, percent signs and groups of thousands or lakhs are left out:
    ``12 %`` is 12. ``weights``: how many cells each value stands for.
    """
    known = text.notna().to_numpy()
    if decimal != "," or text.str.fullmatch(r"-?\d+").fillna(True).all():
        values = pd.to_numeric(text, errors="coerce").astype("float64")
        if not (values.isna().to_numpy() & known).any():
            return Numbers(_sane(values), known)
    bare = text.str.replace(_CURRENCY, "", regex=True).str.replace("−", "-", regex=False).str.strip()
    fits = {sign: _fits(bare, sign) for sign in _GROUPING}
    plain = fits["."] | fits[","]
    if (known & ~plain).any():
        odd = known & ~plain
        bare = bare.mask(odd, _unadorned(text[odd]).reindex(text.index))
        loose = {sign: _fits(bare[odd], sign) for sign in _GROUPING}
    else:
        odd, loose = np.zeros(len(text), dtype=bool), {}
    point, comma = (_count(fits[sign], weights) for sign in (".", ","))
    if loose and point == comma:
        point, comma = (_count(loose[sign], weights[odd] if weights is not None else None) for sign in (".", ","))
    readable = {sign: fits[sign].copy() for sign in fits}
    for sign, read in loose.items():
        readable[sign][odd] = read
    sign = decimal or ("," if comma > point else ".")
    if decimal is not None and _written_otherwise(decimal, readable, int(known.sum())):
        sign = _OTHER[decimal]
    doubtful = decimal is None and comma == point and bool(bare.str.contains(",").any())
    values = _values(bare.where(readable[sign]), sign)
    if sign == ".":
        values = values.fillna(_values(bare.where(bare.str.fullmatch(_LAKH).fillna(False)), sign))
    unread = known & values.isna().to_numpy()
    if unread.any():
        values = values.fillna(spoken_amounts(text[unread], sign).reindex(text.index))
        others = _of_the_other_sign(bare[unread & values.isna().to_numpy()], sign)
        values = values.fillna(others.reindex(text.index))
        if others.notna().any():
            told = Message.of("decimals are written both ways, 1.5 and 1,5: each cell is read as it is written")
            return Numbers(_sane(values), fits[sign], told)
    return Numbers(_sane(values), fits[sign], _note(text, doubtful))


def _of_the_other_sign(bare: pd.Series, sign: Decimal) -> pd.Series:
    """Cells that can only be read with the other decimal sign: ``12,50`` among ``12.50``; no thousands in them."""
    other = _OTHER[sign]
    alone = bare.str.fullmatch(rf"[+-]?\d+{re.escape(other)}\d{{1,2}}").fillna(False)
    return _values(bare.where(alone), other)


def _written_otherwise(hint: Decimal, readable: Mapping[Decimal, Mask], known: int) -> bool:
    """Whether a column is plainly not written as the file's others are: ``R$ 27,40`` beside ``12.5``."""
    return bool(readable[hint].sum() < _FEW * known and readable[_OTHER[hint]].sum() >= _NEARLY_ALL * known)


def decimal_hint(columns: Iterable[pd.Series]) -> Decimal | None:
    """The decimal sign of a file: what the columns say that can be read in one way only; None: undecided."""
    votes = {".": 0, ",": 0}
    for series in columns:
        if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
            continue
        text = trimmed(series.dropna().iloc[:5000]).dropna()
        bare = text.str.replace(_CURRENCY, "", regex=True).str.replace("−", "-", regex=False).str.strip()
        bare = bare[bare.str.contains(r"[.,]", regex=True)]
        if bare.empty:
            continue
        point, comma = int(_fits(bare, ".").sum()), int(_fits(bare, ",").sum())
        if point != comma:
            votes["." if point > comma else ","] += 1
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def is_code(text: pd.Series) -> pd.Series:
    """Which cells hold digits that are no amount: a letter among them, or a leading zero."""
    return text.str.contains(r"\d", regex=True) & (text.str.contains(r"[^\W\d_]", regex=True) | text.str.match(r"0\d"))


def _fits(bare: pd.Series, sign: Decimal) -> Mask:
    mark = re.escape(sign)
    pattern = rf"^[+-]?(?:[1-9]\d{{0,2}}(?:{_GROUPING[sign]}\d{{3}})+|\d+)?(?:{mark}\d*)?(?:[eE][+-]?\d+)?$"
    match = bare.str.match(pattern) & bare.str.contains(r"\d", regex=True)
    return match.fillna(False).to_numpy(dtype=bool)


def _count(mask: Mask, weights: Weights | None) -> int:
    return int(mask.sum() if weights is None else weights[mask].sum())


def _values(bare: pd.Series, sign: Decimal) -> pd.Series:
    grouped = bare.str.replace(_GROUPING[sign], "", regex=True).str.replace(sign, ".", regex=False)
    return pd.to_numeric(grouped, errors="coerce").astype("float64")


def _unadorned(text: pd.Series) -> pd.Series:
    """Without currency and quotes, with the minus in front: ``($1’234.50)`` is ``-1'234.50``."""
    bare = text.str.normalize("NFKC").str.replace(_APOSTROPHES, "'", regex=True)
    bare = bare.str.replace(_DASHES, "-", regex=True).str.replace(r'^="(.*)"$', r"\1", regex=True)
    bare = bare.str.replace(_ANY_CURRENCY, "", regex=True).str.replace("%", "", regex=False).str.strip("\"' ")
    bare = bare.str.replace(_WHOLE_AMOUNT, "", regex=True)
    negative = bare.str.match(r"^\(.*\)$") | bare.str.match(r"^[\d.,' ]+-$")
    bare = bare.mask(negative, "-" + bare.str.strip("()- "))
    return bare.str.replace(r"^([+-])\s+", r"\1", regex=True)


def _note(text: pd.Series, doubtful: bool) -> str:
    if doubtful:
        return Message.of("1,234 is read as 1234; set source.decimal in the spec if the comma is decimal")
    share = text.str.contains("%", regex=False).fillna(False).any()
    return Message.of("12 % is read as 12") if share else ""


def _sane(values: pd.Series) -> pd.Series:
    """Infinite and absurd numbers are no numbers."""
    return values.where(values.abs() < ABSURD)
