"""Text of a moment -> the day as written and the time of day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_ZONE = (
    r"(?:\s*(?:Z|\(?[A-Z]{3,4}\)?|(?:UTC|GMT)?\s*[+-]\d{2}(?::?\d{2})?))?"
    r"(?:\s*[(\[][^()\[\]]{1,60}[)\]]?)?"  # its name: (Moscow Standard Time), [Europe/Moscow]
)
CLOCK = (
    r"^(?P<day>.*?)(?:T|,?\s+(?:at|um|kl\.?|à|às|o|в)\s+|,?\s+|,|:)\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
    rf"\s*(?:(?P<half>[AaPpАаПп])\.?\s?[MmМм]\.?|(?:hs?|Uhr|uhr|ч)\.?)?{_ZONE}$"
)
_PLAIN_CLOCK = (
    r"^(?P<day>.*?)[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
    r"(?P<half>)\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$"
)
COMPACT_CLOCK = r"^(?P<day>\d{8})[T ]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?Z?(?P<half>)$"
_HALVES = {
    "AM": "\u4e0a\u5348|\u51cc\u6668|\u65e9\u4e0a|\u65e9\u6668|\u5348\u524d|\uc624\uc804|\u0635|"
    "\u03c0\\.?\\s?μ\\.?|öö|sa|пр\\.?\\s?об\\.?|de\\.|дп",
    "PM": "\u4e0b\u5348|\u4e2d\u5348|\u665a\u4e0a|\u508d\u665a|\u5348\u5f8c|\uc624\ud6c4|\u0645|"
    "μ\\.?\\s?μ\\.?|ös|ch|сл\\.?\\s?об\\.?|du\\.|пп",
}  # before or after the clock, in ten languages: Chinese, Japanese, Korean, Arabic, Greek and others
_TIME = r"(?<!\d)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?!\d)"
_COUNTED = re.compile(
    r"(?<!\d)(\d{1,2})\s?[\u65f6\u6642\u70b9\u9ede\uc2dc]\s?(\d{1,2})\s?"
    r"[\u5206\ubd84](?:\s?(\d{1,2})\s?[\u79d2\ucd08])?"
)
_BLANKS = re.compile("[\u00a0\u2007\u2009\u202f]")
BEFORE_NOON, AFTER_NOON = ["a", "а"], ["p", "п", "р"]  # Latin and Cyrillic
_HALF_DAY = 12


_WORDED = {
    half: re.compile(rf"(?<!\w)(?:{words})\s*(?P<before>{_TIME})|(?P<after>{_TIME})\s*(?:{words})(?!\w)", re.IGNORECASE)
    for half, words in _HALVES.items()
}
_FOREIGN = r"[^\x00-\x7f]|\d\s?(?:SA|CH|sa|ch|de\.|du\.)"


@dataclass(frozen=True)
class Moments:
    """Days as written, and how long after midnight (nought where no time is written)."""

    days: pd.Series
    times: pd.Series


def in_latin(text: str) -> str:
    """A moment with its clock as ``14:27`` or ``2:27 PM``, of those with a word for a half of the day or for hours."""
    text = _COUNTED.sub(
        lambda parts: ":".join(f"{int(part):02d}" for part in parts.groups() if part), _BLANKS.sub(" ", text)
    )
    for half, words in _WORDED.items():
        worded = words.search(text)
        if worded:
            before, after = text[: worded.start()].rstrip(), text[worded.end() :].lstrip()
            return " ".join(filter(None, (before, worded["before"] or worded["after"], half, after)))
    return text


def split_clock(text: pd.Series, *, plain: bool = False) -> Moments:
    """The clock off the end of each text: ``3/20/2023 2:27 PM`` is ``3/20/2023`` and 14:27.

    An offset or a zone is left out: the day is the one that the clock beside the customer showed. ``plain``: hours to
    24, as ISO writes them, and no other clock.
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    from pyarrow import compute as pc

    foreign = None if plain else text.str.contains(_FOREIGN, regex=True, na=False)
    if foreign is not None and foreign.any():
        text = text.mask(foreign, text[foreign].map(in_latin))
    written = pa.array(text, type=pa.string(), from_pandas=True)
    timed = pc.any(pc.match_substring(written, ":")).as_py()
    pattern = _PLAIN_CLOCK if plain else CLOCK if timed else COMPACT_CLOCK
    parts = pc.extract_regex(written, pattern)
    timed = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    if not timed.any():
        return Moments(text, pd.Series(pd.Timedelta(0), index=text.index, dtype="timedelta64[us]"))
    days = pc.utf8_trim_whitespace(pc.if_else(pc.is_valid(parts), pc.struct_field(parts, "day"), written))
    return Moments(pd.Series(days.to_pandas(), dtype="str").set_axis(text.index), _times(parts).set_axis(text.index))


def _times(parts: Any) -> pd.Series:
    """Hours, minutes and seconds as a length of time; noon is 12 PM and midnight 12 AM."""
    from pyarrow import compute as pc  # type: ignore[import-untyped,unused-ignore]

    hours, minutes, seconds = (_numbers(parts, name) for name in ("hour", "minute", "second"))
    half = pc.fill_null(pc.utf8_lower(pc.struct_field(parts, "half")), "").to_pandas()
    late, early = half.isin(AFTER_NOON).to_numpy(), half.isin(BEFORE_NOON).to_numpy()
    hours = hours + _HALF_DAY * (late & (hours < _HALF_DAY)) - _HALF_DAY * (early & (hours == _HALF_DAY))
    micros = np.round((hours * 3600 + minutes * 60 + seconds) * 1e6).astype("int64")
    return pd.Series(micros.view("timedelta64[us]"))


def _numbers(parts: Any, name: str) -> Any:
    from pyarrow import compute as pc  # type: ignore[import-untyped,unused-ignore]

    digits = pc.replace_substring(pc.struct_field(parts, name), ",", ".")
    filled = pc.if_else(pc.equal(pc.fill_null(digits, ""), ""), "0", digits)
    return pc.cast(filled, "float64").to_numpy(zero_copy_only=False)
