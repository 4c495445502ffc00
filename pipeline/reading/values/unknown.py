"""Text without blanks around it, and null for every spelling of "unknown"."""

from __future__ import annotations

import pandas as pd

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
_FAULTS = frozenset(
    {
        "#ref!",
        "#div/0!",
        "#value!",
        "#name?",
        "#num!",
        "#null!",
        "#error!",
        "#spill!",
        "#calc!",
        "#ссылка!",
        "#дел/0!",
        "#знач!",
        "#имя?",
        "#число!",
        "#пусто!",
        "error",
        "err",
        "ошибка",
        "unknown",
        "missing",
        "not available",
        "no data",
        "tbd",
        "inf",
        "-inf",
        "нет",
        "x",
        "*",
        "**",
        "...",
        "…",
    }
)


_ZEROS = "٠۰０०"  # of the digits of Arabs, Persians, wide letters and Indians, each of which ten stand in a row
_DIGITS = {ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_OTHER_DIGITS = str.maketrans(_DIGITS | {"٫": ".", "٬": ","})
_HAS_OTHER_DIGITS = f"[{''.join(f'{zero}-{chr(ord(zero) + 9)}' for zero in _ZEROS)}]"


def is_text(series: pd.Series) -> bool:
    """Whether the column holds text and nothing else."""
    return isinstance(series.dtype, pd.StringDtype)


def trimmed(series: pd.Series) -> pd.Series:
    """The column as text: no blanks around, null where unknown, whole floats without their ".0", digits 0 to 9."""
    if pd.api.types.is_float_dtype(series):
        known = series.dropna()
        if (known == known.round()).all() and (known.abs() < 2**53).all():
            series = series.astype("Int64")
    if is_text(series):
        text = series.astype("str").str.strip()
    else:
        text = series.astype(object).where(series.notna(), None).astype("str").str.strip()
    unknown = text.str.lower().isin(NULLS)
    if text.str.contains(_HAS_OTHER_DIGITS, regex=True).any():
        text = text.str.translate(_OTHER_DIGITS)
    return text.mask(unknown | text.isna(), None).astype("str")


def is_fault(text: pd.Series) -> pd.Series:
    """Which cells say that a value could not be had: a spreadsheet's errors, and words such as "error"."""
    return text.str.lower().isin(_FAULTS) | text.str.fullmatch("#+").fillna(False).astype(bool)
