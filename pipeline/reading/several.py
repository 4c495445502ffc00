"""Files of a folder or a ZIP that are tables of their own: those with the same columns are one table in parts."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.engine import tables
from pipeline.reading.frames import SINGLE
from pipeline.reading.shapes.archives import is_archive
from pipeline.reading.shapes.files import data_files, find_files, is_parquet
from pipeline.reading.shapes.together import columns_in, parts_of_one


def tables_in(data: str) -> dict[str, str]:
    """Name -> file or glob, below the folder, the ZIP or the pattern's folder; nothing where its files are one table.

    Raises
    ------
    InputError
        Where there is no data, or files of one table have names that no glob tells from the others'.
    """
    path = Path(data).expanduser()
    holds = path.is_dir() or is_archive(path)
    if not (holds or glob.has_magic(data)):
        return {}
    folder = path if holds else path.parent
    files = data_files(path) if holds else find_files(data)
    groups: dict[frozenset[str], list[Path]] = {}
    for file in files:
        groups.setdefault(_columns(file), []).append(file)
    if len(groups) < 2:
        return {}
    every = [str(file.relative_to(folder)) for file in files]
    text = not any(is_parquet([file]) for file in files)
    if text and parts_of_one([file.name for file in files], [_columns(group[0]) for group in groups.values()]):
        return {}
    named = dict(_named([str(file.relative_to(folder)) for file in group], every, data) for group in groups.values())
    return dict(sorted(named.items()))


def holds_files(data: str) -> bool:
    """Whether ``data`` is a folder, or a ZIP of several files."""
    path = Path(data).expanduser()
    return path.is_dir() or (is_archive(path) and len(data_files(path)) > 1)


def _columns(file: Path) -> frozenset[str]:
    if is_parquet([file]):
        with tables({SINGLE: [file]}) as engine:
            return frozenset(engine.columns(SINGLE))
    return columns_in(file)


def _named(files: Sequence[str], every: Sequence[str], data: str) -> tuple[str, str]:
    """A name for one table, and the file or the glob that finds its files and no others."""
    if len(files) == 1:
        return _free(Path(files[0]).stem), files[0]
    start, end = _shared(files), _shared([file[::-1] for file in files])[::-1]
    pattern = f"{start}*{end}"
    if {file for file in every if fnmatch(file, pattern)} != set(files):
        raise InputError.because(
            Message.of(
                "{source}: several files of one table have names that do not tell them from the others", source=data
            ),
            found=", ".join(files[:5]),
            remedy=Message.of("put the files of each table into a folder of its own"),
        )
    return _free(Path(start.rstrip("/")).name.rstrip(" _-.0123456789") or Path(files[0]).stem), pattern


def _shared(texts: Sequence[str]) -> str:
    """What all of them begin with."""
    return "".join(
        letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    )


def _free(name: str) -> str:
    """``data`` is what the tables make together."""
    return f"{name} table" if name.lower() == SINGLE else name
