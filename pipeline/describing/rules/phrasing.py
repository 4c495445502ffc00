"""Rules in words: conditions with the columns' labels and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.contract import (
    Cased,
    Column,
    Condition,
    Joined,
    Message,
    Quantity,
    currency_of,
    inline,
    joined,
    names_its_unit,
)


def rule_in_words(alternatives: Sequence[Sequence[Condition]], columns: Sequence[Column]) -> Message:
    """``Total spend over $610 and catalogue share over 12 %, or orders up to 3``."""
    named = {column.name: column for column in columns}
    parts = [
        joined([condition_in_words(condition, named) for condition in conditions], " and ")
        if conditions
        else Message.of("everybody")
        for conditions in alternatives
    ]
    return Message.of("{rule}", rule=Cased("upper", Joined(tuple(parts), ", or ")))


def condition_in_words(condition: Condition, columns: Mapping[str, Column]) -> Message:
    """One condition; whole numbers are told by the first that belongs: "5 or more", not "over 4"."""
    column = columns[condition.column]
    label, over, up_to = inline(column.label), condition.over, condition.up_to
    if column.kind == "flag":
        return Message.of("{label}: yes" if over is not None else "{label}: no", label=label)
    first = over + 1 if over is not None and column.kind == "integer" else over
    if first is None:
        if up_to is None:
            return Message.of("{label}", label=label)
        return Message.of("{label} up to {most}", label=label, most=quantity(up_to, column))
    if up_to is None:
        template = "{label} {least} or more" if column.kind == "integer" else "{label} over {least}"
        return Message.of(template, label=label, least=quantity(first, column))
    if first == up_to:
        return Message.of("{label} {value}", label=label, value=quantity(up_to, column))
    least, most = quantity(first, column, bare=True), quantity(up_to, column)
    return Message.of("{label} {least} to {most}", label=label, least=least, most=most)


def quantity(value: float, column: Column, *, bare: bool = False) -> Quantity:
    """A value to the last digit, with its unit; ``bare`` leaves out a unit that another value will bring."""
    if "%" in column.format:
        return Quantity(100 * value, ",.10g", "" if bare else "%")
    if currency_of(column.unit)[0]:
        return Quantity(value, ",.10g", column.unit)
    return Quantity(value, ",.10g", "" if bare or names_its_unit(column) else column.unit)
