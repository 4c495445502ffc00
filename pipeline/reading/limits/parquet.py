"""What Parquet files take in memory: rows and columns by their footer, text by the text itself.

A footer tells how large a column is as it is stored: a word of a megabyte that stands in every row is stored once. So
the lengths of texts are added up, by an engine that may hold little: it takes a word's length once, however often the
word stands there, and gives up where the pages themselves unfold without end.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.engine import Engine, QueryError, count_rows, quote, tables
from pipeline.reading.frames import SINGLE
from pipeline.reading.kept import kept, state_of
from pipeline.reading.limits.allowed import most_bytes, too_large
from pipeline.reading.shapes.table import refuse_long, refuse_twice, refuse_wide

TIMES = 500  # real tables reach 40 times the size of their files
_WORD, _NUMBER = 16, 8  # bytes of a cell, beside the letters of a text
_HELD = "256MB"  # by the engine that measures
_PASSES = 50  # over a file, each of which reads its footer again
_SMALL = 1 << 26  # bytes of files whose numbers are looked at too: larger ones are no bombs


def refuse_unfolding(files: Sequence[Path], shown: str) -> None:
    """Raise ``InputError`` where Parquet files take ``TIMES`` their size in memory, or have too many columns."""
    kept(("size", state_of(files)), lambda: _look(files, shown))


def _look(files: Sequence[Path], shown: str) -> None:
    _refuse_header(files, shown)
    size = sum(file.stat().st_size for file in files)
    most = most_bytes(size, TIMES, sys.maxsize)
    try:
        with tables({SINGLE: files}, memory=_HELD) as engine:
            kinds = engine.columns(SINGLE)
            refuse_long(kinds, shown)
            refuse_twice(kinds, shown)
            texts = [name for name, kind in kinds.items() if _has_letters(kind)]
            taken = count_rows(files) * (len(texts) * _WORD + (len(kinds) - len(texts)) * _NUMBER)
            lists = [name for name in texts if kinds[name].endswith("[]")]
            for part in _parts(lists) if taken <= most else ():
                taken += _NUMBER * _sum(engine, [f"len({quote(name)})" for name in part])
            for part in _parts(texts) if taken <= most else ():
                taken += _sum(engine, [f"strlen(CAST({quote(name)} AS VARCHAR))" for name in part])
            if taken > most:
                raise _too_large(shown, most)
            for part in _parts(list(kinds)) if size < _SMALL else ():
                _sum(engine, [f"hash({quote(name)}) & 1" for name in part])
    except QueryError as error:
        if "out of memory" in str(error).lower():
            raise _too_large(shown, most) from error
        raise _unreadable(shown, error) from error


def _refuse_header(files: Sequence[Path], shown: str) -> None:
    """By the footers alone: to make a table of many thousand columns takes an engine long, and it renames doubles."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    try:
        widest = max(pq.read_metadata(file).num_columns for file in files)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(shown, error) from error
    refuse_wide(widest, shown)
    for file in files:
        refuse_twice(_names(file, shown), shown)


def _names(file: Path, shown: str) -> list[str]:
    """The columns by the file's own schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(file).names)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(shown, error) from error


def _has_letters(kind: str) -> bool:
    return kind in ("VARCHAR", "BLOB", "JSON", "BIT") or "[" in kind or kind.startswith(("STRUCT", "MAP", "UNION"))


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Few columns at a time, so that an honest file of wide columns fits into the engine's memory."""
    many = math.ceil(len(names) / _PASSES)
    return (names[start : start + many] for start in range(0, len(names), many or 1))


def _sum(engine: Engine, expressions: Sequence[str]) -> int:
    """The sum of expressions over all rows."""
    sums = " + ".join(f"coalesce(sum({expression}), 0)" for expression in expressions)
    return int(engine.rows(f"SELECT {sums} FROM {quote(SINGLE)}")[0][0])


def _too_large(shown: str, most: int) -> InputError:
    return too_large(shown, most, Message.of("write it anew with the columns and rows that matter, or save it as CSV"))


def _unreadable(shown: str, error: Exception) -> InputError:
    return InputError.because(
        Message.of("{file}: not readable as Parquet", file=shown),
        found=str(error).splitlines()[0],
        remedy=Message.of("write the file anew with the program that it comes from, or save it as CSV"),
    )
