"""Text tables: a strict first pass that knows the true line of every row, then a fast parser for the rest."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError, SpecError
from pipeline.reading.raw import Reject
from pipeline.reading.shapes.encodings import decode, refuse_other_formats

DELIMITERS = {
    ";": Message.of("fields parted by semicolon"),
    ",": Message.of("fields parted by comma"),
    "\t": Message.of("fields parted by tab"),
    "|": Message.of("fields parted by bar"),
}
_SNIFF_LINES = 200
_LONGEST_RECORD = 50  # physical lines; a quote left open must not swallow the rest of the file
_NEWLINE, _QUOTE = 10, 34
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TextTable:
    """One text file taken apart: every column text (empty: null), and the line each row begins on."""

    frame: pd.DataFrame
    lines: Positions
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Records:
    """Where records begin and end in the bytes, their first line, and how many fields each has."""

    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions


def read_text(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> TextTable:
    """Read a CSV or TSV file as text, exactly as written.

    Raises
    ------
    InputError
        Where the file is no text table, has no header or no rows, one column only, or a name twice.
    """
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n'):
        raise SpecError.because(
            f"source.delimiter is {delimiter!r}",
            expected="one ASCII character such as ; or |",
            remedy="mend it in the spec, or leave it out to have it detected",
        )
    data = path.read_bytes()
    refuse_other_formats(data, str(path))
    text, used = decode(data, str(path), encoding)
    return parse_text(
        text,
        name=str(path),
        delimiter=delimiter,
        notes=(Message.of("{file}: text in {encoding}", file=path.name, encoding=used),),
    )


def parse_text(text: str, *, name: str, delimiter: str | None = None, notes: tuple[str, ...] = ()) -> TextTable:
    """Take a text table apart; see ``read_text``."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    skipped = 0
    if text[:4].lower() == "sep=":  # Excel's own hint about the delimiter
        first, _, text = text.partition("\n")
        delimiter, skipped = delimiter or first[4:5], 1
    separator = delimiter or sniff_delimiter(text, name)
    data = text.encode()
    records = _records(data, separator)
    if records is None:
        header, good, lines, rejects = _slow(text, separator, name)
        frame = pd.DataFrame(good, columns=range(len(header)), dtype="str").replace("", None)
    else:
        header, frame, lines, rejects = _fast(data, records, separator, name)
    if frame.empty:
        raise InputError.because(
            Message.of("{file}: no rows", file=name),
            expected=Message.of("a header line and one line a customer"),
            found=Message.of("a header and {n} lines that do not fit it", n=Quantity(len(rejects), "d")),
        )
    named, kept = _named(frame, header, name)
    extra = (Message.of("{file}: a column without a name was ignored", file=name),) if kept < len(header) else ()
    how = DELIMITERS.get(separator) or Message.of("fields parted by {sign}", sign=repr(separator))
    moved = tuple(Reject(one.line + skipped, one.text, one.why) for one in rejects)
    return TextTable(named, lines + skipped, moved, (*notes, how, *extra))


def sniff_delimiter(text: str, name: str) -> str:
    """The delimiter that the header has and that gives most lines the header's number of fields."""
    lines = [line for line in text[:500_000].split("\n")[: _SNIFF_LINES + 1] if line.strip()]
    best, best_score = "", (0.0, 0)
    for candidate in DELIMITERS:
        counts = [_outside_quotes(line, candidate) for line in lines]
        if counts[0] == 0:
            continue
        # R writes row names without a heading: one field more than the header, on every line
        fitting = max(sum(count == counts[0] + more for count in counts[1:]) for more in (0, 1))
        score = (round(fitting / max(1, len(counts) - 1), 1), counts[0])
        if score > best_score:
            best, best_score = candidate, score
    if not best:
        raise InputError.because(
            Message.of("{file}: only one column", file=name),
            expected=Message.of("columns parted by a comma, semicolon, tab or bar"),
            found=Message.of("the first line {line}", line=repr(lines[0][:80])),
            remedy=Message.of("set source.delimiter in the spec if it is another sign"),
        )
    return best


def _outside_quotes(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[0::2])


def _records(data: bytes, delimiter: str) -> _Records | None:
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
    return _Records(starts[filled], ends[filled], lines[filled], fields[filled])


def _well_quoted(raw: npt.NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    border = np.isin(np.append(raw, _NEWLINE), [delimiter, _NEWLINE, _QUOTE])
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening == 0, True, border[opening - 1])
    return bool(before.all() and border[closing + 1].all())


def _fast(
    data: bytes, records: _Records, delimiter: str, name: str
) -> tuple[list[str], pd.DataFrame, Positions, list[Reject]]:
    header = _header(data[records.starts[0] : records.ends[0]].decode(), delimiter, records.fields[1:], name)
    raw = np.frombuffer(data, np.uint8)
    with_nul = np.searchsorted(records.starts, np.flatnonzero(raw == 0), side="right") - 1
    good = records.fields == len(header)
    good[with_nul] = False
    good[0] = False
    rejects = [
        _reject(
            int(records.lines[at]),
            data[records.starts[at] : records.ends[at]].decode(),
            int(records.fields[at]),
            len(header),
        )
        for at in np.flatnonzero(~good)[1:]
    ]
    if good[1:].all():
        body = data[records.ends[0] + 1 :]
    else:
        body = b"\n".join(data[records.starts[at] : records.ends[at]] for at in np.flatnonzero(good))
    return header, _parse(body, len(header), delimiter), records.lines[good], rejects


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


def _slow(text: str, delimiter: str, name: str) -> tuple[list[str], list[list[str]], Positions, list[Reject]]:
    """Line by line, for files with stray quotes: a quote inside a field is taken as it stands."""
    physical = text.split("\n")
    sizes = np.array([len(_fields(line, delimiter)) for line in physical[1:200] if line])
    header = _header(physical[0], delimiter, sizes, name)
    rows: list[list[str]] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    at = 1
    while at < len(physical):
        if not physical[at]:
            at += 1
            continue
        for height in range(1, _LONGEST_RECORD + 1):
            joined = "\n".join(physical[at : at + height])
            fields = _fields(joined, delimiter)
            if len(fields) >= len(header) or joined.count('"') % 2 == 0 or at + height >= len(physical):
                break
        if len(fields) == len(header) and "\0" not in joined:
            rows.append(fields)
            lines.append(at + 1)
            at += height
        else:
            rejects.append(_reject(at + 1, physical[at], len(_fields(physical[at], delimiter)), len(header)))
            at += 1
    return header, rows, np.array(lines, dtype=np.int64), rejects


def _fields(line: str, delimiter: str) -> list[str]:
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


def _header(line: str, delimiter: str, sizes: Positions, name: str) -> list[str]:
    names = [part.strip().strip("\ufeff") for part in _fields(line, delimiter)]
    if len(names) < 2:
        raise InputError.because(
            Message.of("{file}: only one column", file=name),
            found=repr(line[:80]),
            expected=Message.of("columns parted by a comma, semicolon, tab or bar"),
            remedy=Message.of("set source.delimiter in the spec"),
        )
    numeric = sum(part.replace(",", "").replace(".", "").replace("-", "").isdigit() for part in names)
    if numeric > len(names) / 2:
        raise InputError.because(
            Message.of("{file}: no header line", file=name),
            expected=Message.of("names of columns in the first line"),
            found=repr(line[:80]),
            remedy=Message.of("put a line with the columns' names on top"),
        )
    if len(sizes) and np.mean(sizes == len(names) + 1) > 0.5:
        names = ["", *names]
    twice = sorted({part for part in names if part and names.count(part) > 1})
    if twice:
        raise InputError.because(
            Message.of("{file}: the header names a column twice", file=name),
            found=", ".join(map(repr, twice[:5])),
            remedy=Message.of("rename one of them in the file"),
        )
    return names


def _named(frame: pd.DataFrame, header: list[str], name: str) -> tuple[pd.DataFrame, int]:
    """The frame under its names, without columns that have none (an exported index)."""
    kept = [place for place, column in enumerate(header) if column and not column.startswith("Unnamed: ")]
    if not kept:
        raise InputError.because(Message.of("{file}: no column has a name", file=name))
    return frame[kept].set_axis([header[place] for place in kept], axis=1), len(kept)
