"""Columns as what the spec says they are. What is written as text is read where the local engine reads it.

Different texts are few where rows are many. So the different values of a text column come to this machine with their
counts, the very code that reads a column for the local engine reads them, and what it found goes back as a table to
join. What has a type already, and plain text, needs no such way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.cleaning import entries, used_columns, withheld
from pipeline.contract import Kind, LedgerEntry, Message, Quantity
from pipeline.errors import InputError
from pipeline.reading import NULLS, convert_counted, decimal_hint
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Cluster, Rows, answering
from pipeline.spec import Spec, raw_columns

MOST_TEXTS = 200_000  # different values of a column that come to this machine
ABSURD = 1e15  # what is larger is no number, as for the local engine
_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")
_WHOLE = ("tinyint", "smallint", "int", "bigint")


@dataclass(frozen=True)
class Cell:
    """How a column is read: SQL for its value, and for whether something was there that could not be read."""

    value: str
    bad: str = "false"
    table: Any = None  # Arrow table (key, value, bad) that both are looked up in, where there is one
    note: str = ""


Reading = Mapping[str, Cell]  # column -> how it is read


def text_of(sql: str) -> str:
    """SQL for a text without blanks around it, null for every spelling of "unknown"."""
    bare = f"trim(BOTH {literal(_BLANKS)} FROM {sql})"
    unknown = ", ".join(literal(word) for word in sorted(NULLS))
    return f"CASE WHEN lower({bare}) NOT IN ({unknown}) THEN {bare} END"


def written(name: str, kind: str) -> str:
    """SQL for a cell as text, as the local engine writes what has a type."""
    column = quoted(name)
    if kind == "boolean":
        return f"CASE {column} WHEN true THEN 'True' WHEN false THEN 'False' END"
    return column if kind == "string" else f"CAST({column} AS STRING)"


def literal(value: str) -> str:
    """An SQL string, every sign of which means itself."""
    return "'" + "".join(_escaped(sign) for sign in value) + "'"


def _escaped(sign: str) -> str:
    if sign in "'\\" or ord(sign) < 0x20 or 0x7F <= ord(sign) <= 0xA0 or 0x2000 <= ord(sign) <= 0x3000:
        return f"\\u{ord(sign):04x}"
    return sign


def read_cells(rows: Rows, spec: Spec) -> Reading:
    """How each raw column of ``rows`` but the id is read; ``rows`` is asked once where some have to be looked up.

    Raises
    ------
    InputError
        A text column has too many different values, none of which is plain.
    """
    kinds, stored, used = raw_columns(spec), dict(rows.dtypes), used_columns(spec)
    plain = {
        name: _plain(name, stored[name], kind if name in used else "text", spec)
        for name, kind in kinds.items()
        if name != spec.id.column
    }
    looked = [name for name, cell in plain.items() if cell is None]
    different = different_values(rows, stored, looked) if looked else {}
    numbers = [name for name in kinds if kinds[name] in ("number", "integer") and name in used]
    decimal = spec.source.decimal or decimal_hint(
        different[name].index.to_series() for name in numbers if name in different and stored[name] == "string"
    )
    cells: dict[str, Cell] = {}
    for name, cell in plain.items():
        kind: Kind = kinds[name] if name in used else "text"
        cells[name] = cell or _looked_up(name, kind, different.get(name), stored[name], spec, decimal)
    return cells


def _plain(name: str, stored: str, kind: Kind, spec: Spec) -> Cell | None:
    """How a column is read that needs no looking up; None where it does."""
    column = quoted(name)
    if kind in ("number", "integer") and (stored in _NUMBERS or stored == "boolean"):
        value = f"CAST({column} AS DOUBLE)"
        return Cell(
            f"CASE WHEN abs({value}) < {ABSURD!r} THEN {value} END", f"coalesce(abs({value}) >= {ABSURD!r}, false)"
        )
    if kind == "flag" and (stored in _NUMBERS or stored == "boolean"):
        value = f"CAST({column} AS DOUBLE)"
        return Cell(f"CASE WHEN {value} IN (0, 1) THEN {value} END", f"coalesce({value} NOT IN (0, 1), false)")
    if kind == "date" and stored == "timestamp_ntz":
        return Cell(column)
    if kind in ("text", "category", "ordered") and stored in (*_WHOLE, "string", "boolean"):
        value = text_of(written(name, stored))
        order = spec.columns[name].order if name in spec.columns else ()
        if not order:
            return Cell(value)
        known = ", ".join(map(literal, order))
        return Cell(f"CASE WHEN {value} IN ({known}) THEN {value} END", f"coalesce({value} NOT IN ({known}), false)")
    return None


def different_values(rows: Rows, stored: Mapping[str, str], names: list[str]) -> dict[str, pd.Series]:
    """The different values of columns as Spark writes them, each with its count; no column with too many of them."""
    with answering():
        few = names
        if rows.count() > MOST_TEXTS:
            about = rows.selectExpr(*(f"approx_count_distinct({quoted(name)}, 0.02)" for name in names)).toArrow()
            few = [name for name, column in zip(names, about.columns, strict=True) if column[0].as_py() <= MOST_TEXTS]
        if not few:
            return {}
        cells = ", ".join(written(name, stored[name]) for name in few)
        told = rows.selectExpr(f"posexplode(array({cells})) AS (place, cell)").where("cell IS NOT NULL")
        frame = told.groupBy("place", "cell").count().orderBy("place", "cell").toArrow().to_pandas()
    parts = {int(place): part for place, part in frame.groupby("place")}
    empty = frame.iloc[:0]
    return {name: parts.get(place, empty).set_index("cell")["count"] for place, name in enumerate(few)}


def _looked_up(name: str, kind: Kind, counts: pd.Series | None, stored: str, spec: Spec, decimal: Any) -> Cell:
    """The values read here, as a table to join."""
    if counts is None:
        return _too_many(name, kind, stored, spec)
    texts = counts.index.to_series().reset_index(drop=True).astype("str")
    values = texts if stored == "string" else _typed(texts, stored)
    made = convert_counted(
        values, counts.to_numpy(dtype=np.int64), kind, decimal=decimal, date_format=spec.source.day_form(name)
    )
    order = spec.columns[name].order if name in spec.columns else ()
    bad = made.bad | (made.values.notna() & ~made.values.isin(order)).to_numpy() if order else made.bad
    table = pd.DataFrame({"cell": texts, "value": made.values.mask(bad).reset_index(drop=True), "bad": bad})
    return Cell("value", "coalesce(bad, false)", table, made.note)


def _typed(texts: pd.Series, stored: str) -> pd.Series:
    """What Spark wrote as text, in the type that the local engine has it in."""
    if stored in ("double", "float"):
        return texts.astype("float64")
    if stored in _WHOLE:
        return texts.astype("int64")
    if stored == "boolean":
        return texts == "True"
    return pd.to_datetime(texts).astype("datetime64[us]") if stored == "timestamp_ntz" else texts


def _too_many(name: str, kind: Kind, stored: str, spec: Spec) -> Cell:
    if kind in ("text", "category"):
        return Cell(text_of(written(name, stored)))
    raise InputError.because(
        Message.of(
            "{spec}: column {column} holds text with more than {n} different values, which is not read as {kind}",
            spec=spec.path or spec.name,
            column=repr(name),
            n=Quantity(MOST_TEXTS, "d"),
            kind=kind,
        ),
        expected=Message.of("numbers and days stored as such"),
        remedy=Message.of("write the data as Parquet with a type for each column, or cast it in [source.spark] query"),
    )


def with_values(cluster: Cluster, rows: Rows, reading: Reading, kept: list[str]) -> Rows:
    """The columns ``kept`` as SQL, then each column read, with ``(bad N)`` for the N-th of them."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    stored, columns, joined = dict(rows.dtypes), list(kept), rows
    for place, (name, cell) in enumerate(reading.items()):
        value, bad = cell.value, cell.bad
        if cell.table is not None:
            key, made, strange = f"(cell {place})", f"(value {place})", f"(strange {place})"
            table = cluster.frame(pa.Table.from_pandas(cell.table, preserve_index=False))
            table = table.selectExpr(f"cell AS {quoted(key)}", f"value AS {quoted(made)}", f"bad AS {quoted(strange)}")
            joined = joined.selectExpr("*", f"{written(name, stored[name])} AS {quoted(key)}")
            joined = joined.join(table.hint("broadcast"), on=key, how="left")
            value, bad = quoted(made), f"coalesce({quoted(strange)}, false)"
            if str(cell.table["value"].dtype).startswith("datetime"):
                value = f"CAST({value} AS TIMESTAMP_NTZ)"
        columns += [f"{value} AS {quoted(name)}", f"{bad} AS `(bad {place})`"]
    return joined.selectExpr(*columns)


def told(
    reading: Reading, spec: Spec, source: str, tally: Mapping[str, int], known: Mapping[str, int]
) -> list[LedgerEntry]:
    """Entries of what could not be read, column by column in the spec's order; raises ``InputError`` as locally.

    ``tally``, ``known``: cells of each column that could not be read, and that hold something.
    """
    kinds, made = raw_columns(spec), []
    for name, cell in reading.items():
        if tally.get(name):
            examples: tuple[str, ...] = ()
            if name not in withheld(spec) and cell.table is not None:
                strange = cell.table.loc[cell.table["bad"], "cell"].head(entries.MOST_EXAMPLES)
                examples = tuple(repr(str(value)[:60]) for value in strange)
            made.append(entries.unreadable_values(name, kinds[name], tally[name], known[name], source, spec, examples))
        if cell.note:
            made.append(entries.format_note(name, cell.note))
    return made
