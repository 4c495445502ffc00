"""What was found out about the money of a line, and the question where it is not plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract import Message
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import fits
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
