"""JSON: an array of records, or a record a line, where every value is one cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.raw import Reject
from pipeline.reading.shapes.cells import column_of
from pipeline.reading.shapes.table import FileTable, refuse_wide
from pipeline.reading.text.encodings import decode, no_table

_Numbered = tuple[int, dict[str, Any]]


def read_json(data: bytes, name: str, encoding: str | None) -> FileTable:
    """The records as rows; ``lines`` are lines of the file, or running numbers in an array.

    Raises
    ------
    InputError
        Where the bytes are other JSON: nested records, or values without names.
    """
    text, _ = decode(data, name, encoding)
    records, rejects, unit = _in_lines(text) if text.lstrip().startswith("{") else _in_array(text, name)
    if len(records) < 1:
        raise _not_records(name, Message.of("no records"))
    columns = list(dict.fromkeys(key for _, record in records for key in record))
    refuse_wide(len(columns), name)
    nested = sorted({key for _, record in records for key, cell in record.items() if isinstance(cell, dict | list)})
    if nested:
        raise _not_records(name, Message.of("records or lists inside {columns}", columns=", ".join(nested[:10])))
    if len(columns) < 2:
        raise _not_records(name, Message.of("one column only"))
    frame = pd.DataFrame({key: column_of([record.get(key) for _, record in records]) for key in columns})
    lines = np.array([line for line, _ in records], dtype=np.int64)
    return FileTable(frame, lines, tuple(rejects), (Message.of("JSON records"),), header=None, unit=unit)


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
        record = json.loads(written)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _in_array(text: str, name: str) -> tuple[list[_Numbered], Sequence[Reject], str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_records(name, str(error)[:200]) from error
    if not all(isinstance(record, dict) for record in found):
        raise _not_records(name, Message.of("values without names"))
    return list(enumerate(found, start=1)), [], "row"


def _not_records(name: str, why: str) -> InputError:
    return InputError.because(
        no_table(name),
        found=Message.of("JSON: {why}", why=why),
        expected=Message.of("an array of records with one value under each name, or such a record a line"),
        remedy=Message.of("convert it to CSV or Parquet"),
    )
