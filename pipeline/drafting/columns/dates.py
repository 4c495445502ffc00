"""What is derived from dates and years of birth: ages, days since the last purchase, days as a customer."""

from __future__ import annotations

from pipeline.contract import Message
from pipeline.drafting.columns.parts import LOG, Entry, Limits, Parts, because
from pipeline.drafting.structure import ColumnProfile
from pipeline.reading import quote
from pipeline.understanding import vocabulary as names


def add_date(parts: Parts, column: ColumnProfile) -> None:
    """A date itself is not compared; the days or years from it to ``as_of`` are."""
    extra = (column.note,) if column.note else ()
    parts.entries.append(Entry(column.name, "ignored", "date", column.summary, extra=extra))
    if parts.as_of is None or column.distinct <= 1:
        return
    days = f"date_diff('day', {quote(column.name)}, as_of)"
    if names.fits(names.BIRTH, column.name):
        parts.entries.append(
            Entry(
                parts.free_name("age"),
                "passive",
                "integer",
                Message.of("full years from {column} to as_of", column=column.name),
                meaning="age",
                unit=Message.of("years"),
                sql=f"date_diff('month', {quote(column.name)}, as_of) // 12",
            )
        )
    elif names.fits(names.LAST, column.name) and not parts.has("recency"):
        parts.entries.append(
            Entry(
                parts.free_name("recency"),
                "active",
                "integer",
                Message.of("days from {column} to as_of", column=column.name),
                sql=days,
                meaning="recency",
                transform=LOG,
                unit=Message.of("days"),
            )
        )
        parts.limits.append(Limits("recency", 0, None, Message.of("nobody buys after as_of")))
    elif names.fits(names.JOINED, column.name) and not parts.has("tenure"):
        parts.entries.append(
            Entry(
                parts.free_name("tenure"),
                "passive",
                "integer",
                Message.of("days from {column} to as_of", column=column.name),
                sql=days,
                meaning="tenure",
                unit=Message.of("days"),
            )
        )


def add_birth(parts: Parts, column: ColumnProfile) -> None:
    """A year of birth becomes an age, if the file tells from which day to count."""
    parts.entries.append(Entry(column.name, "ignored", "integer", because(column, "the age is derived from it")))
    if parts.as_of is None:
        parts.notes.append(
            Message.of(
                "{column} looks like a year of birth, but the file has no date from which to count. For an age, "
                'set as_of and add a column with meaning = "age" and this SQL: {sql}',
                column=column.name,
                sql=f"year(as_of) - {quote(column.name)}",
            )
        )
        parts.entries[-1] = Entry(column.name, "passive", "integer", column.summary)
        return
    parts.entries.append(
        Entry(
            parts.free_name("age"),
            "passive",
            "integer",
            Message.of("the year of as_of less {column}", column=column.name),
            meaning="age",
            sql=f"year(as_of) - {quote(column.name)}",
            unit=Message.of("years"),
        )
    )
    year = parts.as_of.year
    parts.limits.append(Limits(column.name, year - 100, year, Message.of("nobody is over 100")))
