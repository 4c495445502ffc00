"""Values of messages as JSON and back; what comes back may have been in a browser, so nothing of it is trusted."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from pipeline.contract.messages.stored_message import ENGLISH, HOLE, Cased, Day, Joined, Message, Own, Quantity, Value

_NUMBER = re.compile(r"[+]?,?(\.\d{1,2})?[dfg]?")  # how a number may be written


def encoded(value: Value) -> Any:
    """The value as JSON; of a message its template and values, for the text stands elsewhere or follows from them."""
    match value:
        case Message():
            held = {"id": value.id, "values": {name: encoded(part) for name, part in value.values.items()}}
            return {**held, "many": value.many} if value.many else held
        case str():
            return value
        case Own(text):
            return {"own": text}
        case Quantity(number, form, unit):
            return {"number": number, "format": form, "unit": unit}
        case Day(when):
            return {"day": when.isoformat()}
        case Cased(case, inner):
            return {"case": case, "of": encoded(inner)}
        case Joined(parts, separator):
            return {"parts": [encoded(part) for part in parts], "separator": separator}


def decoded(held: Any, text: str | None = None) -> Value:
    """The value that ``encoded`` made JSON of; ``text`` is a message's English as stored.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for whatever else it is given.
    """
    if isinstance(held, str):
        return held
    if "id" in held:
        values = {str(name): decoded(part) for name, part in held["values"].items()}
        singular, many = str(held["id"]), str(held.get("many", ""))
        if not set(HOLE.findall(singular + many)) <= set(values):
            raise ValueError("a template without its values")
        if text is None:
            text = ENGLISH.filled(many if many and values["n"] != Quantity(1) else singular, values)
        return Message(text, singular, values, many)
    if "own" in held:
        return Own(str(held["own"]))
    if "number" in held:
        return _checked(Quantity(held["number"], held["format"], str(held["unit"])))
    if "day" in held:
        return Day(date.fromisoformat(held["day"]))
    if "case" in held:
        return Cased(held["case"], decoded(held["of"]))
    return Joined(tuple(map(decoded, held["parts"])), str(held["separator"]))


def _checked(quantity: Quantity) -> Quantity:
    """A number that can be written, at no great length."""
    if not math.isfinite(quantity.number) or not _NUMBER.fullmatch(quantity.format):
        raise ValueError(f"no number: {quantity.number}, written as {quantity.format[:20]!r}")
    format(quantity.number, quantity.format)
    return quantity
