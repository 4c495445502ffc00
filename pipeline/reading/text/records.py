"""Text -> records and fields: a strict first pass that knows the true line of each record, then a fast parser."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.reading.raw import Reject

_LONGEST_RECORD = 50  # physical lines; a quote left open must not swallow the rest of the file
_NEWLINE, _QUOTE = 10, 34
csv.field_size_limit(1 << 30)  # the module's own 131,072 letters would be a fault of a file of one long cell
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """Where records begin and end in the bytes, their first line, and how many fields each has."""

    data: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions

    def text(self, at: int) -> str:
        """One record as written."""
        return self.data[self.starts[at] : self.ends[at]].decode()


@dataclass(frozen=True)
class Body:
    """Rows of a table with columns numbered from 0, the line on which each begins, and records that are no rows."""

    frame: pd.DataFrame
    lines: Positions
    rejects: list[Reject]


def find_records(data: bytes, delimiter: str) -> Records | None:
    """Record boundaries by quote parity; None where quotes are not where quotes belong."""
    raw = np.frombuffer(data, np.uint8)
    newlines, quotes = np.flatnonzero(raw == _NEWLINE), np.flatnonzero(raw == _QUOTE)
    if not _well_quoted(raw, quotes, ord(delimiter)):
        return None
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    if not len(ends) or ends[-1] != len(raw) - 1:
        ends = np.append(ends, len(raw))
    starts = np.concatenate([[0], ends[:-1] + 1])
    marks = np.flatnonzero(raw == ord(delimiter))
    marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    fields = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    filled = ends > starts
    lines = np.searchsorted(newlines, starts) + 1
    return Records(data, starts[filled], ends[filled], lines[filled], fields[filled])


def _well_quoted(raw: npt.NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    border = np.isin(np.append(raw, _NEWLINE), [delimiter, _NEWLINE, _QUOTE])
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening == 0, True, border[opening - 1])
    return bool(before.all() and border[closing + 1].all())


def fast_body(records: Records, first: int, width: int, delimiter: str) -> Body:
    """The records from ``first`` on that have ``width`` fields."""
    data = records.data
    raw = np.frombuffer(data, np.uint8)
    with_nul = np.searchsorted(records.starts, np.flatnonzero(raw == 0), side="right") - 1
    good = records.fields == width
    good[with_nul] = False
    good[:first] = False
    rejects = [
        _reject(int(records.lines[at]), records.text(int(at)), int(records.fields[at]), width)
        for at in np.flatnonzero(~good)
        if at >= first
    ]
    if good[first:].all() and first < len(good):
        body = data[records.starts[first] :]
    else:
        body = b"\n".join(data[records.starts[at] : records.ends[at]] for at in np.flatnonzero(good))
    return Body(_parse(body, width, delimiter), records.lines[good], rejects)


def _parse(body: bytes, width: int, delimiter: str) -> pd.DataFrame:
    """Fields of records that are known to be whole, as text; an empty field is null."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    from pyarrow import csv as arrow_csv

    names = [str(place) for place in range(width)]
    if not body.strip(b"\n"):
        return pd.DataFrame(columns=range(width), dtype="str")
    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=max(1 << 24, len(body) // 8)),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    frame: pd.DataFrame = table.to_pandas()
    return frame.set_axis(range(width), axis=1)


def slow_body(physical: Sequence[str], first: int, width: int, delimiter: str) -> Body:
    """Line by line, for files with stray quotes: a quote inside a field is taken as it stands."""
    rows: list[list[str]] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    at = first
    while at < len(physical):
        if not physical[at]:
            at += 1
            continue
        for height in range(1, _LONGEST_RECORD + 1):
            joined = "\n".join(physical[at : at + height])
            fields = split_fields(joined, delimiter)
            if len(fields) >= width or joined.count('"') % 2 == 0 or at + height >= len(physical):
                break
        if len(fields) == width and "\0" not in joined:
            rows.append(fields)
            lines.append(at + 1)
            at += height
        else:
            rejects.append(_reject(at + 1, physical[at], len(split_fields(physical[at], delimiter)), width))
            at += 1
    frame = pd.DataFrame(rows, columns=range(width), dtype="str").replace("", None)
    return Body(frame, np.array(lines, dtype=np.int64), rejects)


def split_fields(line: str, delimiter: str) -> list[str]:
    """The fields of one record; a line end inside one is a vertical tab."""
    return next(csv.reader([line.replace("\n", "\v")], delimiter=delimiter), [])


def _reject(line: int, text: str, found: int, expected: int) -> Reject:
    why = (
        Message.of("a NUL byte")
        if "\0" in text
        else Message.of(
            "{found} fields where the header has {expected}",
            found=Quantity(found, "d"),
            expected=Quantity(expected, "d"),
        )
    )
    return Reject(line, text[:2000], why)
