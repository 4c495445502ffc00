"""Where messages are kept: one JSON file beside the records and tables of a run, which hold the English as ever.

The file names each message by the place of its text, so whoever does not know it loses nothing: an older version opens
the run, and a run without the file is one that an older version stored.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, cast, get_args

import pandas as pd
from pydantic import BaseModel

from pipeline.contract.messages.as_json import decoded, encoded
from pipeline.contract.messages.stored_message import Message

_LEAF = ""  # no field and no place is called so
_PLAIN = frozenset((int, float, bool, type(None)))  # a response model's trees hold thousands: not looked into
Held = TypeVar("Held")


def messages_of(value: object) -> dict[str, Any]:
    """Every message in a record, a dataclass, a table or a tuple of them, by field and place; empty where none is."""
    if isinstance(value, Message):
        return {_LEAF: encoded(value)}
    parts = {name: messages_of(part) for name, part in _parts(value)}
    return {name: part for name, part in parts.items() if part}


def with_messages(value: Held, held: dict[str, Any]) -> Held:
    """The same value with its texts as the messages that ``messages_of`` found.

    Raises ``KeyError``, ``TypeError``, ``ValueError`` or ``AttributeError`` for what it cannot have made.
    """
    made: Any = value
    if isinstance(value, str):
        made = decoded(held[_LEAF], str(value))
    elif isinstance(value, tuple):
        made = tuple(with_messages(part, held[str(at)]) if str(at) in held else part for at, part in enumerate(value))
    elif isinstance(value, pd.DataFrame):
        made = value.assign(**{name: _column(value[name], parts) for name, parts in held.items()})
    elif isinstance(value, BaseModel):
        made = value.model_copy(update={name: with_messages(getattr(value, name), held[name]) for name in held})
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {name: with_messages(getattr(value, name), held[name]) for name in held}
        made = dataclasses.replace(value, **changes)
    return cast("Held", made)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in _with_text(type(value)))
    elif isinstance(value, tuple):
        if not _PLAIN.issuperset(map(type, value)):
            yield from ((str(at), part) for at, part in enumerate(value))
    elif isinstance(value, pd.DataFrame):
        texts = [name for name in value if value[name].dtype == object]
        yield from ((str(name), tuple(value[name])) for name in texts)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))


@cache
def _with_text(record: type[BaseModel]) -> tuple[str, ...]:
    """Fields of a record that may hold a message: not those that are declared as numbers, or as records of numbers."""
    return tuple(name for name, field in record.model_fields.items() if _may_hold_text(field.annotation))


def _may_hold_text(declared: object) -> bool:
    if declared in _PLAIN or declared is Ellipsis:
        return False
    if isinstance(declared, type) and issubclass(declared, BaseModel):
        return bool(_with_text(declared))
    parts = get_args(declared)
    return any(map(_may_hold_text, parts)) if parts else True


def _column(texts: pd.Series, held: dict[str, Any]) -> pd.Series:
    return pd.Series(with_messages(tuple(texts), held), index=texts.index, dtype=object)
