"""What was found out about the money of a line, and the question where it is not plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import Profile, Relations, fits
from pipeline.understanding.roles import Money

_HUNDREDTHS = r"\b(in )?(cents?|minor( units?)?|pence|kopecks|kopeks|groszy|centimes?|centavos?)$|\bкопе(ек|йки|йках)\b"


@dataclass(frozen=True)
class Found:
    """The money of a line, in words, and the question where it is not plain."""

    money: Money | None
    told: tuple[Message, ...] = ()
    question: Question | None = None


def in_whole_units(found: Found) -> Found:
    """The same money in whole units of the currency: columns whose headers say so are of hundredths."""
    small = [column for column in found.money.columns if fits(_HUNDREDTHS, column)] if found.money else []
    if found.money is None or not small:
        return found
    sql = found.money.sql
    for column in small:
        sql = sql.replace(quote(column), f"({quote(column)} / 100.0)")
    told = Message.of("{columns}: hundredths by the header, so divided by 100", columns=", ".join(small))
    money = Money(sql, found.money.columns, found.money.once_an_order)
    return Found(money, (*found.told, told), found.question)


def ask_which(others: Sequence[Choice], first: Choice) -> Question:
    """Which of several amounts is the money of a line; ``first`` is the likeliest."""
    return Question("money", Message.of("Which is the money that a line brought?"), (first, *others))


def ask_namesakes(money: Money | None, table: Sequence[Profile], relations: Relations) -> Question | None:
    """Ask which column is meant where the header calls two so, as ``sum`` and ``sum (2)``, and their cells differ."""
    if money is None:
        return None
    named = re.compile(r"(.+?)(?: \(\d+\))?", re.DOTALL)
    bare = {profile.name: match[1] for profile in table if (match := named.fullmatch(profile.name))}
    for column in money.columns:
        others = [
            profile.name
            for profile in table
            if profile.numeric and profile.name != column and bare.get(profile.name) == bare.get(column)
        ]
        if others and any(f"{bare[column]} (" in name for name in (column, *others)):
            sums = [money.sql, *(money.sql.replace(quote(column), quote(other)) for other in others)]
            names = [column, *others] if money.sql == quote(column) else sums
            choices = [Choice(name, _in_all(sql, relations)) for name, sql in zip(names, sums, strict=True)]
            return ask_which(choices[1:], choices[0])
    return None


def _in_all(sql: str, relations: Relations) -> Message:
    return Message.of("{sum} in all", sum=Quantity(round(relations.one(f"sum({sql})"), 2)))
