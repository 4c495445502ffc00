"""A column's label inside a sentence, and a phrase for those who have more or less of it than others."""

from __future__ import annotations

import unicodedata

from pipeline.contract.records import Column

ARROWS = {True: "↑", False: "↓"}


def inline(label: str) -> str:
    """The label inside a sentence: ``wine share``; an acronym keeps its capitals."""
    short = label.replace(": share", " share")
    return short if short[1:2].isupper() else short[:1].lower() + short[1:]


def names_its_unit(column: Column) -> bool:
    """Whether the label says the unit already: "days since the last purchase"."""
    return column.unit.lower() in column.label.lower().split()


def is_latin(text: str) -> bool:
    """Whether all letters are of the Latin script."""
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())


def more_or_less(label: str, *, more: bool) -> str:
    """``high web visits``. A label of another script is not put behind an English word: an arrow says the same."""
    if is_latin(label):
        return f"{'high' if more else 'low'} {inline(label)}"
    return f"{inline(label)} {ARROWS[more]}"


def with_label(template: str, label: str, *, more: bool) -> str:
    """The template of a group ("{label} lovers") filled in, unless that would mix two scripts."""
    if is_latin(template.replace("{label}", "")) and not is_latin(label):
        return f"{label.lower()} {ARROWS[more]}" if template.strip() != "{label}" else label.lower()
    return template.format(label=label.lower())
