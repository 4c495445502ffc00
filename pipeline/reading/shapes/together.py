"""Files that are one table: each read by its form, and put under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contract import Joined, Message
from pipeline.errors import InputError
from pipeline.reading.frames import SINGLE
from pipeline.reading.raw import RawTable, Reject
from pipeline.reading.shapes.archives import Member, unfold
from pipeline.reading.shapes.json_records import read_json
from pipeline.reading.shapes.table import FileTable
from pipeline.reading.shapes.workbooks import is_workbook_data, read_workbook
from pipeline.reading.tagged.tagged_file import is_markup, read_markup
from pipeline.reading.text.encodings import is_json, refuse_other_formats
from pipeline.reading.text.parsing import read_text
from pipeline.reading.values.unknown import is_text, trimmed
from pipeline.spec import Source

_LEAST_COMMON = 0.6  # share of a file's columns that all files have, for them to be parts of one table
_MOST_NAMED = 5


def read_files(files: Sequence[Path], source: Source, shown: str) -> RawTable:
    """Text files, workbooks, JSON and archives of them as one table; ``shown``: the source in words.

    Raises
    ------
    InputError
        Where a file is no table, or its columns are not those of the first.
    """
    return filled_down(_read_files(files, source, shown), source.fill_down)


def filled_down(raw: RawTable, columns: Sequence[str]) -> RawTable:
    """The table with what stands above in the blank cells of some columns."""
    present = [name for name in raw.frame if str(name) in columns]
    if not present:
        return raw
    return replace(raw, frame=raw.frame.assign(**{str(name): raw.frame[name].ffill() for name in present}))


def _read_files(files: Sequence[Path], source: Source, shown: str) -> RawTable:
    read = [(member, table) for file in files for member, table in _tables(file, source)]
    tables = [table for _, table in read]
    if len(tables) == 1:
        return _single(tables[0], shown)
    names = _part_names([member for member, _ in read], tables)
    frame = _under_each_other(_same_columns(names, tables))
    starts = np.cumsum([0, *(len(table.frame) for table in tables[:-1])])
    rejects = tuple(
        Reject(reject.line, reject.text, reject.why, name)
        for name, table in zip(names, tables, strict=True)
        for reject in table.rejects
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
        told=(*dict.fromkeys(told for table in tables for told in table.told), *_lacking(names, tables)),
        faults=tuple(
            (name, int(start) + at)
            for start, table in zip(starts, tables, strict=True)
            for name, at in table.fault_positions
        ),
    )


def columns_in(file: Path, source: Source | None = None) -> frozenset[str]:
    """The columns of the table that a text file, a workbook, JSON or an archive holds; raises ``InputError``."""
    return frozenset(name for _, table in _tables(file, source or Source()) for name in table.signature)


def _tables(file: Path, source: Source) -> list[tuple[Member, FileTable]]:
    return [(member, table) for member in unfold(file) for table in _read(member, source)]


def _read(member: Member, source: Source) -> list[FileTable]:
    if is_workbook_data(member.data):
        return read_workbook(member.data, member.name, source)
    if is_json(member.data):
        return [read_json(member.data, member.name, source)]
    if is_markup(member.data):
        return read_markup(member.data, member.name, source)
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
        told=table.told,
        faults=tuple(table.fault_positions),
        title=table.title,
    )


def _part_names(members: Sequence[Member], tables: Sequence[FileTable]) -> list[str]:
    """Short names of the parts: the file, or the sheet where one file has several."""
    names = [Path(member.name).name for member in members]
    several = len(set(names)) < len(names)
    return [
        (f"{name}, {table.name}" if len(set(names)) > 1 else table.name) if several and table.name else name
        for name, table in zip(names, tables, strict=True)
    ]


def parts_of_one(names: Sequence[str], columns: Sequence[frozenset[str]]) -> bool:
    """Whether files whose names differ in their numbers alone are one table to which a column came or went."""
    common = frozenset.intersection(*columns)
    alike = len({re.sub(r"\d+", "0", name) for name in names}) == 1
    return alike and len(common) >= 2 and all(len(common) >= _LEAST_COMMON * len(own) for own in columns)


def _same_columns(names: Sequence[str], tables: Sequence[FileTable]) -> list[pd.DataFrame]:
    """The tables with the same columns; one that a part of several lacks is blank in it."""
    if parts_of_one(names, [table.signature for table in tables]):
        every = list(dict.fromkeys(column for table in tables for column in table.frame.columns))
        return [_with_blanks(table.frame, every) for table in tables]
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


def _with_blanks(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    lacking = [column for column in columns if column not in frame]
    blank = {column: pd.Series(None, index=frame.index, dtype="str") for column in lacking}
    return frame.assign(**blank)[list(columns)]


def _lacking(names: Sequence[str], tables: Sequence[FileTable]) -> list[Message]:
    """Which columns some of the files lack."""
    every = list(dict.fromkeys(str(column) for table in tables for column in table.frame.columns))
    told = []
    for column in every:
        without = [name for name, table in zip(names, tables, strict=True) if column not in table.signature]
        if without:
            told.append(
                Message.of(
                    "{column} is not in every file, and counts as unknown in {files}",
                    column=column,
                    files=Joined(tuple(without[:_MOST_NAMED])),
                )
            )
    return told


def _under_each_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One frame; a column that is text in one part is text in all."""
    mixed = [name for name in frames[0] if len({frame[name].dtype for frame in frames}) > 1]
    made = [
        frame.assign(**{str(name): trimmed(frame[name]) for name in mixed if not is_text(frame[name])})
        for frame in frames
    ]
    return pd.concat(made, ignore_index=True)
