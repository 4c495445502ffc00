"""Sentences that a run stores: English text with the template and the values it was made of.

``Message.of("{n} of {column} put right", n=Quantity(3), column="age")`` is a ``str``, the English sentence, and so goes
wherever text goes: to the terminal, into MLflow, into JSON. Beside it are the template, which is its id as in gettext,
and the typed values, so that whoever reads another language has the sentence made anew instead of having the English
taken apart. As with ``markupsafe.Markup``, cutting or adding makes plain text of it: compose with values.

What a value is decides how it is told:

============  =====================================================================================================
``str``       as it is: names of columns, files, SQL
``Own``       words of the data set (a label, a category), translated in its spec or not at all
``Message``   the product's own words
``Quantity``  a number in the reader's digits, with its unit in the reader's grammar and form of money
``Day``       a date
``Cased``     any of these, with a first capital or without
``Joined``    several of these as a list
============  =====================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import WrapValidator

from pipeline.contract.messages.currency import currency_of, with_currency

Case = Literal["upper", "lower", "small"]  # first letter capital, first letter small, all letters small
HOLE = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Own:
    """Words of the data set itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as Python's ``format`` writes it, with its unit: ``$``, ``%``, ``days``."""

    number: float
    format: str = ",.0f"
    unit: str = ""

    @property
    def written(self) -> str:
        """The digits in English, without the unit; a loss of money has a true minus sign, and nothing has none."""
        text = format(self.number, self.format)
        if not text.startswith("-"):
            return text
        if not re.search("[1-9]", text):
            return format(0.0, self.format)
        return f"−{text[1:]}" if currency_of(self.unit)[0] else text


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar; English tells it as ISO 8601 does."""

    date: date


@dataclass(frozen=True, slots=True)
class Cased:
    """A value inside or at the head of a sentence."""

    case: Case
    value: Value


@dataclass(frozen=True, slots=True)
class Joined:
    """Values one after the other; the separator is a template too (`` and ``)."""

    parts: tuple[Value, ...]
    separator: str = ", "


class Message(str):
    """An English sentence that knows its template and what fills it. Immutable, equal to its text."""

    __slots__ = ("id", "many", "values")
    id: str  # the template, gettext's msgid
    many: str  # the template of the plural, empty where there is one form; ``values["n"]`` chooses
    values: Mapping[str, Value]

    def __new__(cls, text: str, template: str, values: Mapping[str, Value], many: str = "") -> Self:
        """From the parts that a store keeps; see ``of`` and ``counted``."""
        made = super().__new__(cls, text)
        made.id, made.many, made.values = template, many, dict(values)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.id, self.values, self.many)

    @classmethod
    def of(cls, template: str, /, **values: Value) -> Self:
        """The template with its ``{names}`` filled in; what stands in a value is never read as a template."""
        used = {name: values[name] for name in HOLE.findall(template)}
        return cls(ENGLISH.filled(template, used), template, used)

    @classmethod
    def counted(cls, singular: str, many: str, n: int, /, **values: Value) -> Self:
        """The form that ``n`` asks for, with ``{n}`` filled in."""
        every: dict[str, Value] = {"n": Quantity(n), **values}
        return cls(ENGLISH.filled(singular if n == 1 else many, every), singular, every, many)


Value = str | Own | Quantity | Day | Cased | Joined
Words = Annotated[str, WrapValidator(lambda text, check: text if isinstance(text, Message) else check(text))]
"""A field of a record that holds words for a reader: a ``Message``, or words of the data set and of people."""


class Speaker:
    """Tells values in English; one for another language overrides what differs there."""

    def tell(self, value: Value) -> str:
        """Any value in words."""
        match value:
            case Message():
                return self.message(value)
            case str():
                return value
            case Own(text):
                return self.own(text)
            case Quantity():
                return self.quantity(value)
            case Day(when):
                return self.day(when)
            case Cased(case, inner):
                return cased(self.tell(inner), case)
            case Joined(parts, separator):
                return self.template(separator).join(map(self.tell, parts))

    def filled(self, template: str, values: Mapping[str, Value]) -> str:
        """The template with every value told."""
        return HOLE.sub(lambda hole: self.tell(values[hole[1]]), template)

    def message(self, message: Message) -> str:
        """A sentence of the product."""
        return str(message)

    def template(self, said: str) -> str:
        """A template in this language."""
        return said

    def own(self, text: str) -> str:
        """Words of the data set."""
        return text

    def quantity(self, quantity: Quantity) -> str:
        """A number with its unit."""
        sign, rest = currency_of(quantity.unit)
        if sign:
            return with_currency(quantity.written, sign) + rest
        return f"{quantity.written} {quantity.unit}".rstrip()

    def day(self, when: date) -> str:
        """A date."""
        return when.isoformat()


ENGLISH = Speaker()


def cased(text: str, case: Case) -> str:
    """The text with its first letter (``small``: every letter) changed; a word in capitals is not put in small ones."""
    if case == "small":
        return text.lower()
    if case == "upper":
        return text[:1].upper() + text[1:]
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def own(text: str) -> Value:
    """A label as a value: the product's own where it is a message, else the data set's."""
    return text if isinstance(text, Message) else Own(text)


def percent(share: float, places: int = 0) -> Quantity:
    """A share of 1 as ``24 %``."""
    return Quantity(100 * share, f".{places}f", "%")


def joined(parts: Sequence[Value], separator: str = ", ") -> Value:
    """A list of values; one alone stays as it is."""
    return parts[0] if len(parts) == 1 else Joined(tuple(parts), separator)
