"""What a table holds: kinds, nulls, ranges, ids, copies, known columns and columns that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Day, Joined, Kind, Meaning, Message, Quantity
from pipeline.reading import FALSE, TRUE, as_text, convert, decimal_hint, infer_column
from pipeline.understanding import Family, families_of
from pipeline.understanding import vocabulary as names

NEAR_DUPLICATE = 0.98  # |correlation| above which two columns say the same
MOST_CATEGORIES = 40
MOST_KINDS = 12  # numbers whose header names a kind of thing are a category up to so many
_SAMPLE = 20_000
_FEW_BELOW = 0.01  # of the rows of an amount
_REACH = 1e60  # whose third powers can be added up; infinity is beyond
_KINDS = {
    "number": Message.of("number"),
    "integer": Message.of("integer"),
    "flag": Message.of("flag"),
    "category": Message.of("category"),
    "date": Message.of("date"),
    "text": Message.of("text"),
}
_PARTS, _FIRST = r"\bshare\b|\bpercent(age)?\b|\bдоля\b|\bпроцент", r"days since (the )?first|дней с первой"


@dataclass(frozen=True)
class ColumnProfile:
    """One column: what it holds and what it seems to be."""

    name: str
    kind: Kind
    rows: int
    nulls: int  # values that are unknown: missing, or there and not readable
    distinct: int
    low: str
    high: str
    minimum: float | None  # of numbers
    maximum: float | None
    skew: float | None
    meaning: Meaning | None
    personal: bool
    same_as: str | None = None  # an earlier column that says the same
    unreadable: int = 0  # of ``nulls``: values that are there and no such number or date
    note: str = ""  # which date format was taken where two fit
    negative: int = 0  # numbers below zero

    @property
    def numeric(self) -> bool:
        """A number that can be clustered on."""
        return self.kind in ("number", "integer")

    @property
    def unique(self) -> bool:
        """No two rows share a value and none is unknown."""
        return self.nulls == 0 and self.distinct == self.rows

    @property
    def summary(self) -> Message:
        """One line for a comment: ``date, none missing, 2 not readable, 59 distinct, 2025-01-02 to 2026-03-04``."""
        missing = self.nulls - self.unreadable
        parts = [_KINDS[self.kind]]
        if missing:
            parts.append(Message.of("{n} of {rows} missing", n=Quantity(missing), rows=Quantity(self.rows)))
        else:
            parts.append(Message.of("none missing"))
        if self.unreadable:
            parts.append(Message.of("{n} not readable", n=Quantity(self.unreadable)))
        parts.append(Message.of("{n} distinct", n=Quantity(self.distinct)))
        if self.numeric and self.minimum is not None and self.maximum is not None:
            low, high = (Quantity(number, ",.8g") for number in (self.minimum, self.maximum))
            parts.append(Message.of("{low} to {high}", low=low, high=high))
        elif self.kind == "date" and self.low:
            first, last = (Day(date.fromisoformat(day)) for day in (self.low, self.high))
            parts.append(Message.of("{low} to {high}", low=first, high=last))
        return Message.of("{parts}", parts=Joined(tuple(parts)))


@dataclass(frozen=True)
class Structure:
    """A whole table."""

    profiles: tuple[ColumnProfile, ...]
    frame: pd.DataFrame  # typed as the profiles say
    families: tuple[Family, ...]

    def profile(self, name: str) -> ColumnProfile:
        """The profile of column ``name``."""
        return next(profile for profile in self.profiles if profile.name == name)


def analyse_structure(
    frame: pd.DataFrame, *, formats: Mapping[str, str] | None = None, families: Sequence[Family] | None = None
) -> Structure:
    """Look at every column of a table with one row a customer (text or typed); nothing is changed.

    ``formats``: how columns of days are read; ``families``: columns that add up, where they are known.
    """
    decimal = decimal_hint(frame[name] for name in frame)
    typed: dict[str, pd.Series] = {}
    profiles: list[ColumnProfile] = []
    for name in frame.columns:
        form = (formats or {}).get(str(name))
        kind, values = infer_column(frame[name], decimal=decimal, date_format=None if form == "text" else form)
        if form == "text":
            kind, values = "text", as_text(frame[name])
        note = convert(frame[name], "date", date_format=form).note if kind == "date" else ""
        kind, values = _narrow(kind, values, frame[name])
        typed[name] = values
        unreadable = int(as_text(frame.loc[values.isna(), name]).notna().sum())
        profiles.append(replace(_profile(str(name), kind, values, note), unreadable=unreadable))
    table = pd.DataFrame(typed)
    copies = _copies(table, profiles)
    profiles = [replace(profile, same_as=copies.get(profile.name)) for profile in profiles]
    return Structure(
        tuple(profiles), table, families_of(_summands(profiles, table)) if families is None else tuple(families)
    )


def _narrow(kind: Kind, values: pd.Series, raw: pd.Series) -> tuple[Kind, pd.Series]:
    """Number -> integer or flag, text -> flag or category, where the values allow it."""
    known = values.dropna()
    if kind == "number" and len(known):
        if known.isin([0.0, 1.0]).all() and known.nunique() == 2:
            return "flag", values
        whole = bool((known == known.round()).all())
        if whole and known.nunique() <= MOST_KINDS and names.fits(names.KINDS, str(raw.name)):
            return "category", as_text(raw)  # 1, 2 and 3 stand for kinds of things
        return ("integer" if whole else "number"), values
    if kind == "text" and len(known):
        few = known.nunique()
        lower = set(known.iloc[:1000].str.lower())
        if few == 2 and lower & TRUE and lower & FALSE and lower <= TRUE | FALSE:
            return "flag", convert(raw, "flag").values
        if few <= MOST_CATEGORIES and few <= max(2, len(known) / 3):
            return "category", values
    return kind, values


def _profile(name: str, kind: Kind, values: pd.Series, note: str) -> ColumnProfile:
    known = values.dropna()
    low = high = ""
    least = most = skew = None
    if kind in ("number", "integer", "flag") and len(known):
        least, most = float(known.min()), float(known.max())
        reached = known[known.abs() < _REACH].to_numpy(dtype=np.float64)
        if len(reached):
            skew = _skewness(np.maximum(reached, min(0.0, float(np.quantile(reached, 0.02)))))
        low, high = f"{least:,.8g}", f"{most:,.8g}"
    elif kind == "date" and len(known):
        low, high = f"{known.min():%Y-%m-%d}", f"{known.max():%Y-%m-%d}"
    text = known.iloc[:500].astype("str") if kind in ("text", "category") else pd.Series(dtype="str")
    named = names.fits(names.PERSONAL, name) and kind in ("text", "integer", "number")
    personal = named or (len(text) > 0 and text.map(names.looks_personal).mean() > 0.5)
    return ColumnProfile(
        name=name,
        kind=kind,
        rows=len(values),
        nulls=int(values.isna().sum()),
        distinct=int(known.nunique()),
        low=low,
        high=high,
        minimum=least,
        maximum=most,
        skew=skew,
        meaning=_meaning(name),
        personal=bool(personal),
        note=note,
        negative=int((known < 0).sum()) if kind in ("number", "integer") else 0,
    )


def _meaning(name: str) -> Meaning | None:
    """The part a column plays by its name: a share of spend is no spend, days since the first order are no orders."""
    if names.fits(_FIRST, name):
        return "tenure"
    meaning = None if "%" in name or names.fits(_PARTS, name) else names.meaning_of(name)
    return None if meaning == "spend" and names.fits(names.STOCKS, name) else meaning


def _summands(profiles: Sequence[ColumnProfile], table: pd.DataFrame) -> list[str]:
    """Columns of amounts that might be parts of a total: below nothing in hardly any row, such as a correction."""
    return [
        profile.name
        for profile in profiles
        if profile.numeric
        and profile.minimum is not None
        and (profile.minimum >= 0 or float((table[profile.name] < 0).mean()) <= _FEW_BELOW)
        and not names.fits(names.OUTCOME + "|" + names.CODES + "|" + names.BIRTH, profile.name)
        and profile.distinct > 1
        and profile.meaning not in (names.DEMOGRAPHIC | {"average_cheque", "recency", "tenure"})
    ]


def _skewness(values: npt.NDArray[np.float64]) -> float:
    spread = float(values.std())
    return float(np.mean(((values - values.mean()) / spread) ** 3)) if spread > 0 else 0.0


def _copies(table: pd.DataFrame, profiles: Sequence[ColumnProfile]) -> dict[str, str]:
    """Column -> earlier column that equals it or is correlated with it almost perfectly."""
    scores = {profile.name for profile in profiles if names.fits(names.RFM_SCORE, profile.name)}  # of columns that stay
    numbers = [
        profile.name for profile in profiles if profile.numeric and profile.distinct > 2 and profile.name not in scores
    ]
    step = max(1, len(table) // _SAMPLE)
    copies: dict[str, str] = {}
    if len(numbers) > 1:
        # by ranks: one customer of a thousand times the usual size makes any two amounts correlate
        strength = np.abs(table[numbers].iloc[::step].rank().corr().to_numpy())
        for at, name in enumerate(numbers):
            earlier = [numbers[place] for place in range(at) if strength[place, at] > NEAR_DUPLICATE]
            if earlier:
                copies[name] = earlier[0]
    texts = [profile.name for profile in profiles if profile.kind in ("category", "flag") and profile.distinct > 1]
    for at, name in enumerate(texts):
        same = [other for other in texts[:at] if table[other].equals(table[name])]
        if same:
            copies[name] = same[0]
    return copies
