"""Rules in words: conditions with the columns' labels and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.contract import Column, Condition, inline, names_its_unit

_SIGNS = ("$", "€", "£")


def rule_in_words(alternatives: Sequence[Sequence[Condition]], columns: Sequence[Column]) -> str:
    """``Total spend over $610 and catalogue share over 12 %, or orders up to 3``."""
    named = {column.name: column for column in columns}
    parts = [" and ".join(condition_in_words(one, named) for one in conditions) for conditions in alternatives]
    text = ", or ".join(part or "everybody" for part in parts)
    return text[:1].upper() + text[1:]


def condition_in_words(condition: Condition, columns: Mapping[str, Column]) -> str:
    """One condition; whole numbers are told by the first that belongs: "5 or more", not "over 4"."""
    column = columns[condition.column]
    label, over, up_to = inline(column.label), condition.over, condition.up_to
    if column.kind == "flag":
        return f"{label}: {'yes' if over is not None else 'no'}"
    first = over + 1 if over is not None and column.kind == "integer" else over
    if first is None:
        return label if up_to is None else f"{label} up to {quantity(up_to, column)}"
    if up_to is None:
        more = "or more" if column.kind == "integer" else None
        return f"{label} {quantity(first, column)} {more}" if more else f"{label} over {quantity(first, column)}"
    if first == up_to:
        return f"{label} {quantity(up_to, column)}"
    return f"{label} {quantity(first, column, bare=True)} to {quantity(up_to, column)}"


def quantity(value: float, column: Column, *, bare: bool = False) -> str:
    """A value to the last digit, with its unit; ``bare`` leaves out a unit that another value will bring."""
    if "%" in column.format:
        return f"{100 * value:,.10g}" + ("" if bare else " %")
    number = f"{value:,.10g}"
    if column.unit in _SIGNS:
        return f"{column.unit}{number}"
    return number if bare or names_its_unit(column) else f"{number} {column.unit}".strip()
