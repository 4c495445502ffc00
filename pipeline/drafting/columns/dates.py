"""What is derived from dates and years of birth: ages, days since the last purchase, days as a customer."""

from __future__ import annotations

from pipeline.drafting.columns.parts import LOG, Entry, Limits, Parts
from pipeline.drafting.structure import Profile
from pipeline.reading import quote
from pipeline.understanding import vocabulary as names


def add_date(parts: Parts, one: Profile) -> None:
    """A date itself is not compared; the days or years from it to ``as_of`` are."""
    extra = (one.note,) if one.note else ()
    parts.entries.append(Entry(one.name, "ignored", "date", one.summary, extra=extra))
    if parts.as_of is None or one.distinct <= 1:
        return
    days = f"date_diff('day', {quote(one.name)}, as_of)"
    if names.fits(names.BIRTH, one.name):
        parts.entries.append(
            Entry(
                parts.free_name("age"),
                "passive",
                "integer",
                f"full years from {one.name} to as_of",
                meaning="age",
                unit="years",
                sql=f"date_diff('month', {quote(one.name)}, as_of) // 12",
            )
        )
    elif names.fits(names.LAST, one.name) and not parts.has("recency"):
        parts.entries.append(
            Entry(
                parts.free_name("recency"),
                "active",
                "integer",
                f"days from {one.name} to as_of",
                sql=days,
                meaning="recency",
                transform=LOG,
                unit="days",
            )
        )
        parts.limits.append(Limits("recency", 0, None, "nobody buys after as_of"))
    elif names.fits(names.JOINED, one.name) and not parts.has("tenure"):
        parts.entries.append(
            Entry(
                parts.free_name("tenure"),
                "passive",
                "integer",
                f"days from {one.name} to as_of",
                sql=days,
                meaning="tenure",
                unit="days",
            )
        )


def add_birth(parts: Parts, one: Profile) -> None:
    """A year of birth becomes an age, if the file tells from which day to count."""
    parts.entries.append(Entry(one.name, "ignored", "integer", f"{one.summary}: the age is derived from it"))
    if parts.as_of is None:
        parts.notes.append(
            f"{one.name} looks like a year of birth, but no date in the file tells from when to count. "
            'For an age, set as_of and add a column with this SQL and meaning = "age": '
            f"year(as_of) - {quote(one.name)}"
        )
        parts.entries[-1] = Entry(one.name, "passive", "integer", one.summary)
        return
    parts.entries.append(
        Entry(
            parts.free_name("age"),
            "passive",
            "integer",
            f"as_of less {one.name}",
            meaning="age",
            sql=f"year(as_of) - {quote(one.name)}",
            unit="years",
        )
    )
    year = parts.as_of.year
    parts.limits.append(Limits(one.name, year - 100, year, "nobody is over 100"))
