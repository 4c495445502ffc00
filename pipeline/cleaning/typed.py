"""Columns as what the spec says they are; a value that cannot be read so becomes unknown, and is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.cleaning import steps
from pipeline.cleaning.canonical import used_columns, withheld
from pipeline.cleaning.entries import MOST_EXAMPLES, format_note, unreadable_values
from pipeline.cleaning.steps import Step
from pipeline.contract import Kind, LedgerEntry, Message
from pipeline.reading import RawTable, as_text, convert, decimal_hint
from pipeline.spec import Spec, raw_columns


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
            entries.append(format_note(name, made.note))
    return Step(pd.DataFrame(columns, index=frame.index, copy=False), tuple(entries))


def _unreadable(series: pd.Series, name: str, kind: Kind, bad: np.ndarray, raw: RawTable, spec: Spec) -> LedgerEntry:
    number, known = int(bad.sum()), int(as_text(series).notna().sum())
    first = series.index[bad][:MOST_EXAMPLES]
    examples: tuple[str, ...] = tuple(
        Message.of("{value} ({where})", value=repr(str(series[at])[:60]), where=raw.where(int(at))) for at in first
    )
    if name in withheld(spec):
        examples = steps.spots(first, raw.where)
    return unreadable_values(name, kind, number, known, raw.source, spec, examples)
