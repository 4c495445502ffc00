"""Refusals of a name that is not there: what was meant, as far as that can be told."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.contract.messages.stored_message import Message
from pipeline.errors import SpecError, nearest_name

_MOST = 30  # names told; more would hide the rest of the sentence


def unknown_name(where: str, name: str, valid: Iterable[str]) -> SpecError:
    """A key, or a column that a spec does not have; names the nearest one that does."""
    names = sorted(valid)
    return SpecError.because(
        Message.of("{where}: unknown name '{name}'", where=where, name=name),
        expected=Message.of("one of {names}", names=_listed(names)),
        remedy=_meant(name, names) or Message.of("use one of the valid names"),
    )


def no_column(what: Message, column: str, present: Iterable[str]) -> SpecError:
    """A column that data lack, which ``what`` says in full; names the nearest that they have."""
    names = sorted(present)
    return SpecError.because(
        what, found=_listed(names), remedy=_meant(column, names) or Message.of("name a column that is there")
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_MOST]) + (", ..." if len(names) > _MOST else "")


def _meant(name: str, names: list[str]) -> Message | None:
    nearest = nearest_name(name, names)
    return Message.of("use '{name}' if that was meant", name=nearest) if nearest else None
