"""Text tables: which sign parts the columns, where the header is, and the rows below it with their true lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError, SpecError
from pipeline.reading.questions import Choice, Question
from pipeline.reading.shapes.header import SAMPLE_ROWS, Header, find_header, header_names
from pipeline.reading.shapes.table import LONGEST_TITLE, FileTable, finish_table, ordered, refuse_wide, without_rows
from pipeline.reading.text.blanks import with_tabs
from pipeline.reading.text.encodings import decode, refuse_other_formats
from pipeline.reading.text.habits import other_sign, without_habits
from pipeline.reading.text.records import Body, Records, fast_body, find_records, slow_body, split_fields
from pipeline.spec import Source

DELIMITERS = {
    ";": Message.of("fields parted by semicolon"),
    ",": Message.of("fields parted by comma"),
    "\t": Message.of("fields parted by tab"),
    "|": Message.of("fields parted by bar"),
}
_SNIFF_LINES = 200
_SNIFF_LETTERS = 500_000
_DECIMAL, _PARTING = re.compile(r"\d,\d"), re.compile(r"\D,|,\D|[;\t|]")
_LEAST_REGULAR = 0.9  # share of lines with as many tabs as the first
_LEAST_DECIMAL = 0.9  # share of lines whose commas stand between digits
_LEAST_FITTING = 0.5  # share of lines that have as many fields as the header


@dataclass(frozen=True)
class _Grid:
    """The first records of a text taken apart, with the physical line that each begins on."""

    rows: list[list[str]]
    lines: list[int]


def read_text(data: bytes, name: str, source: Source) -> FileTable:
    """Read a CSV or TSV file as text, exactly as written; ``name`` is how people know it.

    Raises
    ------
    InputError
        Where the bytes are no text table, have no rows, one column only, or a name twice.
    """
    delimiter = source.delimiter
    if delimiter is not None and not _may_part(delimiter):
        raise SpecError.because(
            Message.of("source.delimiter is {delimiter}", delimiter=repr(delimiter)),
            expected=Message.of("one ASCII character such as ; or |"),
            remedy=Message.of("mend it in the spec, or leave it out to have it detected"),
        )
    refuse_other_formats(data, name)
    text, used = decode(data, name, source.encoding)
    table = parse_text(text, name=name, delimiter=delimiter, header=source.header)
    told = Message.of("{file}: text in {encoding}", file=_short(name), encoding=used)
    return replace(table, notes=(told, *table.notes))


def _may_part(sign: str) -> bool:
    """Whether a sign can stand between the fields of a line."""
    return len(sign) == 1 and sign.isascii() and (sign.isprintable() or sign == "\t") and sign != '"'


def _short(name: str) -> str:
    """The file without its folders, as notes that a dashboard shows name it."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def parse_text(text: str, *, name: str, delimiter: str | None = None, header: int | None = None) -> FileTable:
    """Take a text table apart; ``header``: the line of the header, 0 for none, else it is looked for."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hint = text[:4].lower() == "sep="  # Excel's own about the delimiter
    if hint:
        first, _, text = text.partition("\n")
        delimiter = delimiter or (first[4:5] if _may_part(first[4:5]) else None)
    text = without_habits(text)
    if not text.strip():  # nothing but a line about the sign, or rules
        raise without_rows(name, 0)
    separator, text, how = _separator(text, name, delimiter)
    records = find_records(text.encode(), separator)
    physical = text.split("\n") if records is None else []
    grid = _grid(records, physical, separator)
    refuse_wide(max(map(len, grid.rows), default=0), name)
    layout = _header(grid, None if header is None else max(header - hint, 0))
    names = _names(grid, layout, name)
    names = _widened(names, _widths(records, grid, layout), grid, layout)
    body = _body(records, physical, grid, layout, len(names), separator)
    if body.frame.empty:
        raise without_rows(name, len(body.rejects))
    table = finish_table(body.frame, body.lines, names, name, named=layout.height > 0)
    notes = (how, *_told(grid, layout, _short(name), int(hint)), *table.notes)
    rejects = tuple(replace(reject, line=reject.line + hint) for reject in (*body.rejects, *table.rejects))
    line = grid.lines[layout.first] + hint if layout.height else 0
    asked = (_which_header(grid, layout),) if layout.doubtful and header is None else ()
    title = " ".join(cell for row in grid.rows[: layout.first] for cell in row if cell)[:LONGEST_TITLE]
    made = replace(
        table, lines=table.lines + hint, rejects=rejects, notes=notes, header=line, questions=asked, title=title
    )
    return ordered(made)


def _separator(text: str, name: str, delimiter: str | None) -> tuple[str, str, Message]:
    """The sign between columns, the text, with tabs in place of blanks that part the columns, and how to say it."""
    other = other_sign(_first_lines(text)) if delimiter is None else ""
    if other:
        how = Message.of("fields parted by {sign}", sign=repr(other))
        return (other, text, how) if other.isascii() else ("\t", text.replace("\t", " ").replace(other, "\t"), how)
    if delimiter == " " or (delimiter is None and _blanks_first(text)):
        tabbed = with_tabs(text)
        if tabbed is not None:
            return "\t", tabbed, Message.of("fields parted by blanks")
    sign = delimiter or _sniffed(text, name)
    return sign, text, DELIMITERS.get(sign) or Message.of("fields parted by {sign}", sign=repr(sign))


def _blanks_first(text: str) -> bool:
    """Whether blanks part the columns and not a sign: there is none, or it is the decimal comma of numbers."""
    lines = _first_lines(text)
    if not lines:
        return False
    runs = float(np.median([len(line.split()) for line in lines]))
    most = max(float(np.median([_outside_quotes(line, sign) for line in lines])) for sign in DELIMITERS if sign != "\t")
    if most < 1:  # tabs among runs of spaces are blanks like others
        as_first = np.mean([0 < line.count("\t") == lines[0].count("\t") for line in lines])
        alone = np.mean(["\t" in line and "  " not in line for line in lines])
        return runs > 1 and not bool(as_first >= _LEAST_REGULAR or alone > _LEAST_FITTING)
    decimal = np.mean([bool(_DECIMAL.search(line)) and not _PARTING.search(line) for line in lines])
    padded = np.mean([line[:1] == " " or "  " in line.strip() for line in lines])
    headed = "," in lines[0] and not any(letter.isdigit() for letter in lines[0])
    return bool(runs > most + 1 and decimal >= _LEAST_DECIMAL and (padded > _LEAST_FITTING or not headed))


def _sniffed(text: str, name: str) -> str:
    try:
        return sniff_delimiter(text, name)
    except InputError:
        lines = _first_lines(text)
        counts = {sign: np.array([_outside_quotes(line, sign) for line in lines]) for sign in DELIMITERS}
        scores = {sign: _regularity(number) for sign, number in counts.items()}
        best = max(scores, key=lambda sign: scores[sign])
        if scores[best] > (0.0, 0):
            return best
        raise


def _regularity(counts: np.ndarray) -> tuple[float, int]:
    """Share of lines with the commonest number of delimiters, and that number; nothing where most lines have none."""
    filled = counts[counts > 0]
    if len(filled) < 2:
        return 0.0, 0
    common = int(np.bincount(filled).argmax())
    return round(float((counts == common).mean()), 1), common


def sniff_delimiter(text: str, name: str) -> str:
    """The delimiter that the header has and that gives most lines the header's number of fields."""
    lines = _first_lines(text)
    best, best_score = "", (0.0, 0)
    for candidate in DELIMITERS:
        counts = [_outside_quotes(line, candidate) for line in lines]
        if not counts or counts[0] == 0:
            continue
        # R writes row names without a heading: one field more than the header, on every line
        fewer = (-1,) if counts[0] > 1 and lines[0].endswith(candidate) else ()
        fitting = max(sum(count == counts[0] + more for count in counts[1:]) for more in (0, 1, *fewer))
        score = (round(fitting / max(1, len(counts) - 1), 1), counts[0])
        if score > best_score:
            best, best_score = candidate, score
    if not best or (best_score[0] < _LEAST_FITTING and len(lines) > 2):
        raise InputError.because(
            Message.of("{file}: only one column", file=name),
            expected=Message.of("columns parted by a comma, semicolon, tab or bar"),
            found=Message.of("the first line {line}", line=repr(lines[0][:80] if lines else "")),
            remedy=Message.of("set source.delimiter in the spec if it is another sign"),
        )
    return best


def _first_lines(text: str) -> list[str]:
    return [line for line in text[:_SNIFF_LETTERS].split("\n")[: _SNIFF_LINES + 1] if line.strip()]


def _outside_quotes(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[0::2])


def _grid(records: Records | None, physical: list[str], separator: str) -> _Grid:
    if records is None:
        lines = [at for at, line in enumerate(physical[: 2 * SAMPLE_ROWS]) if line][:SAMPLE_ROWS]
        return _Grid([split_fields(physical[at], separator) for at in lines], [at + 1 for at in lines])
    texts = [records.text(at) for at in range(min(SAMPLE_ROWS, len(records.starts)))]
    return _Grid([split_fields(text, separator) for text in texts], [int(line) for line in records.lines[: len(texts)]])


def _header(grid: _Grid, line: int | None) -> Header:
    if line is None:
        return find_header(grid.rows)
    if line == 0:
        return Header(find_header(grid.rows).first if not grid.rows else 0, 0)
    first = next((at for at, begins in enumerate(grid.lines) if begins >= line), len(grid.lines) - 1)
    below = find_header(grid.rows[first:])
    return Header(first, below.height if below.first == 0 and below.height else 1)


def _names(grid: _Grid, layout: Header, name: str) -> list[str]:
    rows = grid.rows[layout.first : layout.body]
    widths = [len(row) for row in grid.rows[layout.body :]] or [len(grid.rows[layout.first])]
    width = max(map(len, rows)) if rows else int(np.bincount(widths).argmax())
    names = [part.strip("\ufeff") for part in header_names(rows, width)]
    if layout.height == 1:  # blanks inside a name stay as they are written
        names = [part.strip().strip("\ufeff") for part in rows[0]]
    if len(names) < 2:
        raise InputError.because(
            Message.of("{file}: only one column", file=name),
            found=repr(grid.rows[layout.first][0][:80] if grid.rows[layout.first] else ""),
            expected=Message.of("columns parted by a comma, semicolon, tab or bar"),
            remedy=Message.of("set source.delimiter in the spec"),
        )
    return names


def _widths(records: Records | None, grid: _Grid, layout: Header) -> np.ndarray:
    if records is None:
        return np.array([len(row) for row in grid.rows[layout.body :]])
    return records.fields[layout.body :]


def _widened(names: list[str], widths: np.ndarray, grid: _Grid, layout: Header) -> list[str]:
    """With a place for row names that have no heading, or for what a delimiter at the end of lines parts off."""
    if not len(widths):
        return names
    if np.mean(widths == len(names) + 1) > _LEAST_FITTING:
        ends = [row[-1] for row in grid.rows[layout.body :] if len(row) == len(names) + 1]
        return [*names, ""] if ends and not any(map(str.strip, ends)) else ["", *names]
    if not names[-1] and np.mean(widths == len(names) - 1) > _LEAST_FITTING:
        return names[:-1]
    return names


def _body(
    records: Records | None, physical: list[str], grid: _Grid, layout: Header, width: int, separator: str
) -> Body:
    if records is not None:
        return fast_body(records, layout.body, width, separator)
    first = grid.lines[layout.body] - 1 if layout.body < len(grid.lines) else len(physical)
    return slow_body(physical, first, width, separator)


def _told(grid: _Grid, layout: Header, name: str, moved: int) -> list[Message]:
    """What was found that is not on the first line."""
    notes = []
    if not layout.height:
        notes.append(Message.of("{file}: no header; columns are called column 1, column 2 ...", file=name))
    elif grid.lines[layout.first] > 1 and layout.first:
        told = "{file}: the header is in line {n}; what stands before it is left out"
        notes.append(Message.of(told, file=name, n=Quantity(grid.lines[layout.first] + moved, "d")))
    if layout.height > 1:
        notes.append(Message.of("{file}: the header has {n} lines", file=name, n=Quantity(layout.height, "d")))
    return notes


def _which_header(grid: _Grid, layout: Header) -> Question:
    line = grid.lines[layout.first]
    words = ", ".join(cell.strip() for cell in grid.rows[layout.first] if cell.strip())[:80]
    return Question(
        "header",
        Message.of("Is line {n} the header, or the first row of the table?", n=Quantity(line, "d")),
        (
            Choice(str(line), Message.of("the header: {words}", words=words)),
            Choice("0", Message.of("a row: it has numbers or days where the rows below have them")),
        ),
    )
