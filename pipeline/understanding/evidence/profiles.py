"""What stands in every column of a table, counted by the embedded engine: one query for all columns at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.contract import Kind
from pipeline.reading import FALSE, SINGLE, TRUE, Engine, quote
from pipeline.understanding.evidence.headers import fits
from pipeline.understanding.evidence.words import EMAIL, PHONE

MOST_CATEGORIES = 40
_EXACT_ROWS = 1_000_000  # above them, distinct values are estimated, and counted only where an answer hangs on them
_SAMPLE = 2_000
_REACH = "1e60"  # whose third powers can be added up; infinity is beyond
_LONGEST = 400  # letters of a cell that are looked at: what is longer is a text, and forms take long to not fit it
_EMAIL = r"[^@\s]+@[^@\s]+\.\w+"
_PHONE = r"\+?\d[\d ()\-]{8,}\d"
_PERSON = r"[^\W\d_]+[-.'’]?[^\W\d_]*\.?( [^\W\d_]+[-.'’]?[^\W\d_]*\.?){1,3}"


@dataclass(frozen=True)
class Profile:
    """One column: its kind, how many cells are known, and what they look like."""

    name: str
    kind: Kind
    rows: int
    known: int
    distinct: int
    low: float | None = None  # of numbers
    high: float | None = None
    negative: int = 0
    fractions: int = 0  # numbers that are not whole
    fine: int = 0  # numbers with more than two decimals
    skew: float | None = None
    first: pd.Timestamp | None = None  # of dates
    last: pd.Timestamp | None = None
    clock: bool = False  # dates with a time of day
    top: str = ""  # the most frequent text
    top_share: float = 0.0  # its share of the known cells
    sample: tuple[str, ...] = ()  # distinct texts
    email: float = 0.0  # shares of the sample in the form of ...
    phone: float = 0.0
    person: float = 0.0

    @property
    def numeric(self) -> bool:
        """A number, flags left out."""
        return self.kind in ("number", "integer")

    @property
    def repeats(self) -> float:
        """Share of the known cells that repeat an earlier one."""
        return 1.0 - self.distinct / self.known if self.known else 0.0

    @property
    def unique(self) -> bool:
        """Every row has a value of its own."""
        return self.known == self.rows and self.distinct == self.rows and self.rows > 1

    @property
    def empty(self) -> bool:
        """At most one value."""
        return self.distinct <= 1

    @property
    def key_like(self) -> bool:
        """Could tell things apart: whole numbers or text, more than a handful of values."""
        return self.kind in ("integer", "text", "category") and self.distinct >= 3 and not self.fractions


def profiles(engine: Engine, table: str = SINGLE) -> tuple[Profile, ...]:
    """A profile of each column of ``table``, in its order."""
    types = engine.columns(table)
    rows = engine.count(table)
    counted = _counted(engine, table, types, rows)
    return tuple(_profile(engine, table, name, types[name], rows, counted[name]) for name in types)


def _counted(engine: Engine, table: str, types: Mapping[str, str], rows: int) -> dict[str, dict[str, float]]:
    """The aggregates of every column: name -> aggregate -> value."""
    parts: list[str] = []
    for at, (name, kind) in enumerate(types.items()):
        column = quote(name)
        distinct = f"count(DISTINCT {column})" if rows <= _EXACT_ROWS else f"approx_count_distinct({column})"
        parts += [f"count({column}) AS known_{at}", f"{distinct} AS distinct_{at}"]
        if is_number(kind):
            value = f"CAST({column} AS DOUBLE)"
            in_reach = f"(CASE WHEN abs({value}) < {_REACH} THEN {value} END)"
            parts += [
                f"min({value}) AS low_{at}",
                f"max({value}) AS high_{at}",
                f"count_if({value} < 0) AS negative_{at}",
                f"count_if({value} <> round({value})) AS fractions_{at}",
                f"count_if(abs({value} * 100 - round({value} * 100)) > 1e-6 * greatest(1, abs({value}))) AS fine_{at}",
                f"CASE WHEN stddev_pop({in_reach}) > 0 THEN skewness({in_reach}) END AS skew_{at}",
            ]
        elif is_day(kind):
            parts += [
                f"epoch_us(CAST(min({column}) AS TIMESTAMP)) AS low_{at}",
                f"epoch_us(CAST(max({column}) AS TIMESTAMP)) AS high_{at}",
                f"count_if({column}::TIMESTAMP <> date_trunc('day', {column}::TIMESTAMP)) AS clock_{at}",
            ]
    answer = engine.query(f"SELECT {', '.join(parts)} FROM {quote(table)}").iloc[0]
    return {
        name: {
            str(key).rsplit("_", 1)[0]: float(value)
            for key, value in answer.items()
            if str(key).rsplit("_", 1)[1] == str(at) and not pd.isna(value)
        }
        for at, name in enumerate(types)
    }


_NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)")


def is_number(kind: str) -> bool:
    """Whether an SQL type is one of numbers."""
    return _NUMBERS.fullmatch(kind) is not None


def is_day(kind: str) -> bool:
    """Whether an SQL type is one of days or moments."""
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def _profile(engine: Engine, table: str, name: str, sql_type: str, rows: int, counted: Mapping[str, float]) -> Profile:
    known = int(counted["known"])
    distinct = min(int(counted["distinct"]), known)
    if is_number(sql_type):
        return _number(name, rows, known, distinct, counted)
    if is_day(sql_type):
        return Profile(
            name, "date", rows, known, distinct,
            first=_moment(counted.get("low")), last=_moment(counted.get("high")), clock=counted.get("clock", 0) > 0,
        )  # fmt: skip
    if sql_type == "BOOLEAN":
        return Profile(name, "flag", rows, known, distinct)
    return _text(engine, table, name, rows, known, distinct)


def _moment(microseconds: float | None) -> pd.Timestamp | None:
    return None if microseconds is None else pd.Timestamp(int(microseconds), unit="us")


def _number(name: str, rows: int, known: int, distinct: int, counted: Mapping[str, float]) -> Profile:
    low, high = counted.get("low"), counted.get("high")
    fractions = int(counted.get("fractions", 0))
    kind: Kind = "number" if fractions else "integer"
    if distinct == 2 and (low, high) == (0.0, 1.0) and not fractions:
        kind = "flag"
    return Profile(
        name, kind, rows, known, distinct, low, high, int(counted.get("negative", 0)), fractions,
        int(counted.get("fine", 0)), counted.get("skew"),
    )  # fmt: skip


def _text(engine: Engine, table: str, name: str, rows: int, known: int, distinct: int) -> Profile:
    column = quote(name)
    few = engine.query(
        f"SELECT left(CAST({column} AS VARCHAR), {_LONGEST}) AS value, count(*) AS n FROM (SELECT {column} "
        f"FROM {quote(table)} WHERE {column} IS NOT NULL{'' if rows <= _EXACT_ROWS else ' LIMIT 1000000'}) "
        f"GROUP BY 1 ORDER BY n DESC, value LIMIT {_SAMPLE}"
    )
    values = few["value"].astype("str").tolist()
    shares = {form: share_in_form(values, form) for form in (_EMAIL, _PHONE, _PERSON)}
    return Profile(
        name, _kind_of_text(values, known, distinct), rows, known, distinct,
        top=values[0] if values else "",
        top_share=float(few["n"].iloc[0]) / max(1, known) if values else 0.0,
        sample=tuple(values),
        email=shares[_EMAIL], phone=0.0 if shares[_EMAIL] else shares[_PHONE], person=shares[_PERSON],
    )  # fmt: skip


def share_in_form(values: Sequence[str], form: str) -> float:
    """Share of the values that match ``form`` from end to end; bare digits are codes, no telephone numbers."""
    if not values:
        return 0.0
    matched = sum(
        len(value) < _LONGEST and re.fullmatch(form, value.strip()) is not None
        for value in values
        if not value.isdigit()
    )
    return matched / len(values)


def _kind_of_text(values: Sequence[str], known: int, distinct: int) -> Kind:
    lower = {value.strip().lower() for value in values}
    if distinct == 2 and lower & TRUE and lower & FALSE and lower <= TRUE | FALSE:
        return "flag"
    if distinct <= MOST_CATEGORIES and distinct <= max(2, known / 3):
        return "category"
    return "text"


def is_email(profile: Profile) -> bool:
    """E-mail addresses by their form, or by the header where the cells do not contradict it."""
    return profile.email > 0.5 or (fits(EMAIL, profile.name) and profile.kind == "text" and profile.email > 0.2)


def is_phone(profile: Profile) -> bool:
    """Telephone numbers by the header and by their digits, however they are written."""
    if not fits(PHONE, profile.name):
        return False
    if profile.kind == "integer":
        return (profile.low or 0) >= 1e8
    known = [value for value in profile.sample if re.fullmatch(r"[+\d][\d ().\-/]*", value.strip())]
    long = [value for value in known if 9 <= sum(letter.isdigit() for letter in value) <= 15]
    return len(long) > 0.5 * len(profile.sample) > 0
