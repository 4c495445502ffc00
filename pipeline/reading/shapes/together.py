"""Files that are one table: each by its form, put under each other; and files of several tables told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.frames import SINGLE
from pipeline.reading.raw import RawTable, Reject
from pipeline.reading.shapes.archives import Member, unfold
from pipeline.reading.shapes.files import data_files, is_parquet
from pipeline.reading.shapes.json_records import read_json
from pipeline.reading.shapes.table import FileTable
from pipeline.reading.shapes.workbooks import is_workbook_data, read_workbook
from pipeline.reading.text.encodings import is_json, refuse_other_formats
from pipeline.reading.text.parsing import read_text
from pipeline.reading.values.unknown import is_text, trimmed
from pipeline.spec import Source


def read_files(files: Sequence[Path], source: Source, shown: str) -> RawTable:
    """Text files, workbooks, JSON and archives of them as one table; ``shown``: the source in words.

    Raises
    ------
    InputError
        Where a file is no table, or its columns are not those of the first.
    """
    read = [(member, table) for file in files for member, table in _tables(file, source)]
    tables = [table for _, table in read]
    if len(tables) == 1:
        return _single(tables[0], shown)
    names = _part_names([member for member, _ in read], tables)
    frame = _under_each_other(_same_columns(names, tables))
    starts = np.cumsum([0, *(len(table.frame) for table in tables[:-1])])
    rejects = tuple(
        Reject(one.line, one.text, one.why, name)
        for name, table in zip(names, tables, strict=True)
        for one in table.rejects
    )
    return RawTable(
        frame,
        f"{shown} ({len(files)} files)" if len(files) > 1 else shown,
        np.concatenate([table.lines for table in tables]),
        rejects,
        {SINGLE: len(frame)},
        tuple(dict.fromkeys(note for table in tables for note in table.notes)),
        tuple((int(start), name) for start, name in zip(starts, names, strict=True)),
        unit="line" if all(table.unit == "line" for table in tables) else "row",
        questions=tuple(dict.fromkeys(question for table in tables for question in table.questions)),
    )


def tables_in(paths: Iterable[Path], source: Source | None = None) -> dict[str, list[Path]]:
    """Files by the table that they are parts of: those with the same columns, in any order, are one table.

    A folder among ``paths`` stands for all the data files in it.

    Returns
    -------
    dict
        A name that SQL takes without quotes, from what the names of the files share, to its files in order.

    Raises
    ------
    InputError
        Where a file cannot be read.
    """
    groups: dict[frozenset[str], list[Path]] = {}
    for file in (file for path in paths for file in data_files(path)):
        groups.setdefault(_signature(file, source or Source()), []).append(file)
    named: dict[str, list[Path]] = {}
    for files in groups.values():
        name = _table_name(files)
        while name in named:
            name += "_"
        named[name] = sorted(files)
    return named


def _signature(path: Path, source: Source) -> frozenset[str]:
    if is_parquet([path]):
        import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

        return frozenset(pq.read_schema(path).names)
    return frozenset(name for _, table in _tables(path, source) for name in table.signature)


def _table_name(files: Sequence[Path]) -> str:
    stems = [file.name.split(".")[0].lower() for file in files]
    shared = stems[0] if len(stems) == 1 else _common_start(stems)
    words = re.sub(r"[^\w]+|_+", "_", re.sub(r"[\d_\W]+$", "", shared)).strip("_")
    return words if words and not words[0].isdigit() else f"table_{words}".strip("_")


def _common_start(words: Sequence[str]) -> str:
    alike = [len(set(letters)) == 1 for letters in zip(*words, strict=False)]
    return words[0][: alike.index(False) if False in alike else len(alike)]


def _tables(file: Path, source: Source) -> list[tuple[Member, FileTable]]:
    return [(member, table) for member in unfold(file) for table in _read(member, source)]


def _read(member: Member, source: Source) -> list[FileTable]:
    if is_workbook_data(member.data):
        return read_workbook(member.data, member.name, source)
    if is_json(member.data):
        return [read_json(member.data, member.name, source.encoding)]
    refuse_other_formats(member.data, member.name)
    return [read_text(member.data, member.name, source)]


def _single(table: FileTable, shown: str) -> RawTable:
    sizes = {SINGLE: len(table.frame)}
    return RawTable(
        table.frame,
        shown,
        table.lines,
        table.rejects,
        sizes,
        table.notes,
        unit=table.unit,
        questions=table.questions,
        header=table.header,
        sheet=table.name or None,
    )


def _part_names(members: Sequence[Member], tables: Sequence[FileTable]) -> list[str]:
    """Short names of the parts: the file, or the sheet where one file has several."""
    names = [Path(member.name).name for member in members]
    several = len(set(names)) < len(names)
    return [
        (f"{name}, {table.name}" if len(set(names)) > 1 else table.name) if several and table.name else name
        for name, table in zip(names, tables, strict=True)
    ]


def _same_columns(names: Sequence[str], tables: Sequence[FileTable]) -> list[pd.DataFrame]:
    first = list(tables[0].frame.columns)
    for name, table in zip(names, tables, strict=True):
        other = set(first) ^ set(table.frame.columns)
        if other:
            raise InputError.because(
                Message.of("{file}: other columns than {first}", file=name, first=names[0]),
                found=", ".join(sorted(map(str, other))[:10]),
                expected=Message.of("the same header in every file"),
            )
    return [table.frame[first] for table in tables]


def _under_each_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One frame; a column that is text in one part is text in all."""
    mixed = [name for name in frames[0] if len({frame[name].dtype for frame in frames}) > 1]
    made = [
        frame.assign(**{str(name): trimmed(frame[name]) for name in mixed if not is_text(frame[name])})
        for frame in frames
    ]
    return pd.concat(made, ignore_index=True)


def _as_text(series: pd.Series) -> pd.Series:
    return series if is_text(series) else trimmed(series)
