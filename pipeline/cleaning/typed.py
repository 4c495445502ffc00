"""Columns as what the spec says they are; a value that cannot be read so becomes unknown, and is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.cleaning import steps
from pipeline.cleaning.canonical import used_columns, withheld
from pipeline.cleaning.steps import Step
from pipeline.contract import Joined, Kind, LedgerEntry, Message, Own, Quantity
from pipeline.errors import InputError
from pipeline.reading import RawTable, as_text, convert, decimal_hint
from pipeline.spec import Spec, raw_columns

_A_KIND: dict[Kind, Message] = {
    "number": Message.of("a number"),
    "integer": Message.of("a integer"),
    "flag": Message.of("a flag"),
    "category": Message.of("a category"),
    "ordered": Message.of("a ordered"),
    "date": Message.of("a date"),
    "text": Message.of("a text"),
}
_KINDS: dict[Kind, Message] = {
    "number": Message.of("number"),
    "integer": Message.of("integer"),
    "flag": Message.of("flag"),
    "category": Message.of("category"),
    "ordered": Message.of("ordered"),
    "date": Message.of("date"),
    "text": Message.of("text"),
}


def typed(frame: pd.DataFrame, raw: RawTable, spec: Spec) -> Step:
    """Every column that matters as its kind; values that cannot be read become unknown and are counted."""
    kinds, used = raw_columns(spec), used_columns(spec)
    numbers = [name for name, kind in kinds.items() if kind in ("number", "integer") and name in used]
    decimal = spec.source.decimal or decimal_hint(frame[name] for name in numbers)
    columns: dict[str, pd.Series] = {}
    entries: list[LedgerEntry] = []
    for name, kind in kinds.items():
        if name == spec.id.column:
            columns[name] = frame[name]  # it is text by now, to see which ids are missing
            continue
        if name not in used:
            columns[name] = as_text(frame[name])
            continue
        made = convert(frame[name], kind, decimal=decimal, date_format=spec.source.day_form(name))
        order = spec.columns[name].order if name in spec.columns else ()
        strange = made.bad | (made.values.notna() & ~made.values.isin(order)).to_numpy() if order else made.bad
        columns[name] = made.values.mask(strange) if strange.any() else made.values
        if strange.any():
            entries.append(_unreadable(frame[name], name, kind, strange, raw, spec))
        if made.note:
            note = Message.of("{column}: {note}", column=name, note=made.note)
            entries.append(LedgerEntry(rule=Message.of("format"), column=name, detail=note))
    return Step(pd.DataFrame(columns, index=frame.index, copy=False), tuple(entries))


def _unreadable(series: pd.Series, name: str, kind: Kind, bad: np.ndarray, raw: RawTable, spec: Spec) -> LedgerEntry:
    number, known = int(bad.sum()), int(as_text(series).notna().sum())
    first = series.index[bad][: steps.MOST_EXAMPLES]
    examples: tuple[str, ...] = tuple(
        Message.of("{value} ({where})", value=repr(str(series[at])[:60]), where=raw.where(int(at))) for at in first
    )
    if name in withheld(spec):
        examples = steps.spots(first, raw.where)
    order = spec.columns[name].order if name in spec.columns else ()
    wanted = (
        Message.of("one of {values}", values=Joined(tuple(map(Own, order)))) if kind == "ordered" else _A_KIND[kind]
    )
    if number > known / 2:
        raise InputError.because(
            Message.of(
                "{source}: column {column} cannot be read as {kind}: {n} of {known} values do not fit",
                source=raw.source,
                column=repr(name),
                kind=_KINDS[kind],
                n=Quantity(number),
                known=Quantity(known),
            ),
            expected=wanted,
            found=Message.of("{examples}", examples=Joined(examples)),
            remedy=Message.of(
                "change kind of [columns.{column}] in {spec}, or set decimal or date_format under [source]",
                column=name,
                spec=spec.path or spec.name,
            ),
        )
    return LedgerEntry(
        rule=Message.of("unreadable values"),
        column=name,
        repaired=number,
        examples=examples,
        detail=Message.counted(
            "{n} value of {column} not readable as {kind}: made unknown",
            "{n} values of {column} not readable as {kind}: made unknown",
            number,
            column=name,
            kind=wanted,
        ),
    )
