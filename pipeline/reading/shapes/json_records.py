"""JSON: an array of records, or a record a line; objects inside are columns, a list inside is rows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import Message, Quantity, unknown_name
from pipeline.errors import InputError
from pipeline.reading.limits.grid import Grid
from pipeline.reading.raw import Reject
from pipeline.reading.shapes.cells import column_of
from pipeline.reading.shapes.json_lists import Lists, lists_of
from pipeline.reading.shapes.table import FileTable, refuse_long, refuse_twice, refuse_wide
from pipeline.reading.text.encodings import decode, no_table
from pipeline.spec import Source

_Numbered = tuple[int, dict[str, Any]]
_MOST_BESIDE = 10  # values beside the list in an object that wraps it: pages, counts
_MOST_DEEP = 20
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # half of a letter that UTF-16 writes in two


def read_json(data: bytes, name: str, source: Source) -> FileTable:
    """The records as rows; ``lines`` are lines of the file, or running numbers in an array.

    Objects inside are columns with dotted names (``customer.email``). Where a key holds a list of records, as orders
    hold their items, each item is a row, with what the record says of itself beside it; of several lists
    ``source.records`` names the one, else the lines of an order are found by their columns. Other lists are left out.

    Raises
    ------
    InputError
        Where the bytes are other JSON, as values without names; ``SpecError`` for a list that no record has.
    """
    text, _ = decode(data, name, source.encoding)
    records, rejects, unit = _records(text, name)
    if len(records) < 1:
        raise _not_records(name, Message.of("no records"))
    flat = [(line, _flattened(record, name)) for line, record in records]
    lists = lists_of(flat, PurePath(name).name, source.records)
    items = lists.rows
    if items is not None:
        _refuse_other_list(items, flat, name, asked=source.records is not None)
    rows = [(line, row) for line, record in flat for row in _unfolded(record, items, name)]
    columns = list(dict.fromkeys(key for _, row in rows for key in row))
    refuse_wide(len(columns), name)
    refuse_long(columns, name)
    refuse_twice(columns, name)
    if len(columns) < 2:
        raise _not_records(name, Message.of("one column only"))
    Grid(name).add(len(rows), len(columns), sum(len(row) for _, row in rows))
    frame = pd.DataFrame({key: column_of([row.get(key) for _, row in rows]) for key in columns})
    places = np.array([line for line, _ in rows], dtype=np.int64)
    told = _told(records, rows, lists, name)
    return FileTable(
        frame,
        places,
        tuple(rejects),
        (Message.of("JSON records"), *told),
        (lists.question,) if lists.question else (),
        header=None,
        unit=unit,
        told=told,
    )


def _records(text: str, name: str) -> tuple[list[_Numbered], Sequence[Reject], str]:
    """An array, records by line, or the one list of records in an object, as an interface of a shop wraps them."""
    if not text.lstrip().startswith("{"):
        return _in_array(text, name)
    whole = _record(text)  # ends at once where another record follows
    by_column = _by_column(whole)
    if by_column:
        return list(enumerate(by_column, start=1)), [], "row"
    lists = [value for value in (whole or {}).values() if _of_records(value)]
    if whole is not None and len(lists) == 1 and not any(isinstance(value, dict) for value in whole.values()):
        others = [value for value in whole.values() if not isinstance(value, list)]
        if len(others) <= _MOST_BESIDE:
            return list(enumerate(lists[0], start=1)), [], "row"
    return _in_lines(text)


def _by_column(whole: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Rows of an object of columns, as pandas writes them: each column an object or a list of as many cells."""
    columns = list((whole or {}).values())
    if len(columns) < 2 or not (all(isinstance(c, dict) for c in columns) or all(isinstance(c, list) for c in columns)):
        return []
    keys = [list(column) if isinstance(column, dict) else list(range(len(column))) for column in columns]
    plain = all(not isinstance(cell, dict | list) for column in columns for cell in _cells(column))
    numbered = all(str(key).isdigit() for key in keys[0])
    if not (plain and numbered and len(keys[0]) > 1 and all(key == keys[0] for key in keys)):
        return []
    return [dict(zip(whole or {}, row, strict=True)) for row in zip(*map(_cells, columns), strict=True)]


def _cells(column: dict[str, Any] | list[Any]) -> list[Any]:
    return list(column.values()) if isinstance(column, dict) else column


def _of_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _flattened(record: dict[str, Any], name: str, before: str = "", depth: int = 0) -> dict[str, Any]:
    """Objects inside as dotted names; lists as they are."""
    made: dict[str, Any] = {}
    for key, cell in record.items():
        inside = (
            _flattened(cell, name, f"{before}{key}.", depth + 1) if isinstance(cell, dict) else {before + key: cell}
        )
        twice = made.keys() & inside.keys()
        if twice or depth > _MOST_DEEP:
            why = Message.of("a column named twice") if twice else Message.of("objects in objects without end")
            raise _not_records(
                name, Message.of("{why}: {columns}", why=why, columns=", ".join(sorted(twice) or [before]))
            )
        made |= inside
    return made


def _refuse_other_list(items: str, flat: Sequence[_Numbered], name: str, *, asked: bool) -> None:
    """A list of bare values, one that some records have as something else, or one that no record has."""
    cells = [record[items] for _, record in flat if record.get(items) is not None]
    if not cells and asked:
        raise unknown_name("source.records", items, sorted({key for _, record in flat for key in record}))
    if not all(isinstance(cell, list) for cell in cells):
        raise _not_records(name, Message.of("{column} is a list in some records only", column=items))
    if not all(isinstance(entry, dict) for cell in cells for entry in cell):
        raise _not_records(name, Message.of("a list of values without names inside {column}", column=items))


def _unfolded(record: dict[str, Any], items: str | None, name: str) -> list[dict[str, Any]]:
    """A row an item; one where there are none."""
    plain = {key: cell for key, cell in record.items() if not isinstance(cell, list) and key != items}
    if items is None or not record.get(items):
        return [plain]
    rows = [_flattened(item, name, f"{items}.") for item in record[items]]
    return [plain | {key: cell for key, cell in row.items() if not isinstance(cell, list)} for row in rows]


def _told(records: Sequence[_Numbered], rows: Sequence[_Numbered], lists: Lists, name: str) -> tuple[Message, ...]:
    """What was made of objects and lists inside."""
    inside = sorted({key for _, record in records for key, cell in record.items() if isinstance(cell, dict)})
    name = PurePath(name).name
    told = []
    if inside:
        told.append(
            Message.of(
                "{file}: records inside {columns} became columns with a dot in the name",
                file=name,
                columns=", ".join(inside[:10]),
            )
        )
    if lists.left:
        told.append(
            Message.of(
                "{file}: lists that are no rows are left out: {columns}", file=name, columns=", ".join(lists.left[:10])
            )
        )
    if lists.rows is not None:
        told.append(
            Message.of(
                "{file}: {records} records with a list in {column} became {rows} lines, one an item",
                file=name,
                records=Quantity(len(records)),
                rows=Quantity(len(rows)),
                column=lists.rows,
            )
        )
    return tuple(told)


def _in_lines(text: str) -> tuple[list[_Numbered], list[Reject], str]:
    records: list[_Numbered] = []
    rejects: list[Reject] = []
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        record = _record(written)
        if record is None:
            rejects.append(Reject(line, written[:2000], Message.of("no JSON record")))
        else:
            records.append((line, record))
    return (records, rejects, "line") if len(rejects) <= len(records) else ([], rejects, "line")


def _record(written: str) -> dict[str, Any] | None:
    try:
        record = _loaded(written)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _loaded(written: str) -> Any:
    """The value, with the sign of a lost letter for a half without its other, which no text can hold."""
    value = json.loads(written)
    if _HALF.search(written):
        whole = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
        value = json.loads(whole.decode("utf-16-le", "replace"))
    return value


def _in_array(text: str, name: str) -> tuple[list[_Numbered], Sequence[Reject], str]:
    try:
        found = _loaded(text)
    except (ValueError, RecursionError) as error:
        raise _not_records(name, str(error)[:200]) from error
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise _not_records(name, Message.of("values without names"))
    return list(enumerate(found, start=1)), [], "row"


def _not_records(name: str, why: str, remedy: Message | None = None) -> InputError:
    return InputError.because(
        no_table(name),
        found=Message.of("JSON: {why}", why=why),
        expected=Message.of("an array of records, or a record a line; at most one list of records in each of them"),
        remedy=remedy or Message.of("convert it to CSV or Parquet"),
    )
