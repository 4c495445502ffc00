"""A column's label inside a sentence, and a phrase for those who have more or less of it than others."""

from __future__ import annotations

import unicodedata
from typing import Protocol

from pipeline.contract.messages import Cased, Message, Own, Value, own

SHARE = "{label}: share"
_SHARE = ": share"  # as labels of version 0.1 end, which are plain text


def share_label(label: str) -> Message:
    """The label of a member's share in its group: ``Wine: share``."""
    return Message.of("{label}: share", label=Own(label))


def inline(label: str) -> Value:
    """The label inside a sentence: ``wine share``; an acronym keeps its capitals."""
    if isinstance(label, Message) and label.id == SHARE:
        return Message.of("{label} share", label=Cased("lower", label.values["label"]))
    if label.endswith(_SHARE):
        return Message.of("{label} share", label=Cased("lower", Own(label.removesuffix(_SHARE))))
    return Cased("lower", own(label))


def part_of(label: str) -> Value | None:
    """What a share is a share of, inside a sentence: ``wine``; None where the label does not say."""
    return Cased("lower", label.values["label"]) if isinstance(label, Message) and label.id == SHARE else None


class Quantified(Protocol):
    """What has a label and a unit: a column, an axis."""

    @property
    def label(self) -> str:
        """What a reader calls it."""

    @property
    def unit(self) -> str:
        """Of its values; empty where they have none."""


def names_its_unit(column: Quantified) -> bool:
    """Whether the label says the unit already: "days since the last purchase"."""
    return column.unit.lower() in column.label.lower().split()


def is_latin(text: str) -> bool:
    """Whether all letters are of the Latin script."""
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())


def more_or_less(label: str, *, more: bool) -> str:
    """``high web visits``. A label of another script is not put behind an English word: an arrow says the same."""
    if is_latin(label):
        return Message.of("high {label}" if more else "low {label}", label=inline(label))
    return _with_arrow(inline(label), more=more)


def than_all(label: str, *, more: bool) -> str:
    """``higher web visits``, of whoever is above all customers without having the most of it."""
    if is_latin(label):
        return Message.of("higher {label}" if more else "lower {label}", label=inline(label))
    return Message.of("{label} +" if more else "{label} −", label=inline(label))


def next_to_most(label: str, *, more: bool) -> Message:
    """``second highest web visits``, ``second most wine``: of whom only one is ahead."""
    part = part_of(label)
    if not is_latin(label):
        return Message.of("{label} ↑2" if more else "{label} ↓2", label=part or inline(label))
    if part is None:
        return Message.of("second highest {label}" if more else "second lowest {label}", label=inline(label))
    return Message.of("second most {label}" if more else "second least {label}", label=part)


def with_label(template: str, label: str, *, more: bool) -> str:
    """The template of a group ("{label} lovers") filled in, unless that would mix two scripts."""
    if is_latin(template.replace("{label}", "")) and not is_latin(label):
        return _with_arrow(Cased("small", Own(label)), more=more) if template.strip() != "{label}" else label.lower()
    return template.format(label=label.lower())


def _with_arrow(label: Value, *, more: bool) -> Message:
    return Message.of("{label} ↑" if more else "{label} ↓", label=label)
