"""Which files a source is made of: a path, a folder, a glob pattern, an installed package."""

from __future__ import annotations

import fnmatch
import glob
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.contract import Joined, Message
from pipeline.errors import InputError, SpecError
from pipeline.reading.shapes.archives import archive_of, is_archive, paths_in
from pipeline.spec import leads_out

_PARQUET = {".parquet", ".pq"}
_TEXT = {".csv", ".tsv", ".txt", ".tab"}
_OTHER = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".zip"}
_PACKED = {".gz", ".bz2", ".xz"}


def find_files(pattern: str) -> list[Path]:
    """Data files behind a path, a folder or a glob pattern, sorted; raises ``InputError`` where there is none."""
    path = Path(pattern).expanduser()
    if path.is_file():
        return [path]
    packed = archive_of(path)
    if packed is not None:
        return _in_archive(packed, path.relative_to(packed).as_posix())
    if path.is_dir():
        inside = _inside(path)
        files = next((some for kinds in (_PARQUET, _TEXT) if (some := _of(inside, kinds))), data_files(path))
        if not files:
            raise InputError.because(
                Message.of("{file}: no data in this folder", file=pattern),
                expected=Message.of("*.parquet, *.csv, *.csv.gz, *.xlsx or *.json files"),
                found=_named(inside[:10]),
                remedy=Message.of("give the folder or the file that holds the customers or the purchases"),
            )
        return files
    matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207  (Path.glob refuses absolute patterns)
    files = [Path(file) for file in matches if Path(file).is_file()]
    if not files:
        near = path.parent if path.parent.is_dir() else None
        raise InputError.because(
            Message.of("{file}: no such file", file=pattern),
            found=Message.of("in its folder: {files}", files=_named(sorted(near.iterdir())[:10]))
            if near
            else Message.of("no such folder either"),
            remedy=Message.of("check how the path is written, and in which folder the command runs"),
        )
    if len({is_parquet([file]) for file in files}) > 1:
        raise InputError.because(
            Message.of("{file}: Parquet and text files together", file=pattern),
            expected=Message.of("files of one format"),
            remedy=Message.of("name files of one format, such as 'FOLDER/*.parquet'"),
        )
    return files


def _in_archive(packed: Path, pattern: str) -> list[Path]:
    inside = paths_in(packed)
    names = {str(path.relative_to(packed).as_posix()): path for path in inside}
    chosen = [path for name, path in names.items() if name == pattern or fnmatch.fnmatchcase(name, pattern)]
    if not chosen:
        raise InputError.because(
            Message.of("{archive}: no file {pattern} in it", archive=str(packed), pattern=pattern),
            found=Message.of("{files}", files=Joined(tuple(names)[:10])) if names else Message.of("an empty archive"),
            remedy=Message.of("give the archive that the spec was drafted from, or one with the same files"),
        )
    return chosen


def _named(files: Sequence[Path]) -> Message:
    names = Joined(tuple(file.name for file in files))
    return Message.of("{files}", files=names) if files else Message.of("an empty folder")


def data_files(path: Path) -> list[Path]:
    """Every data file of any kind in a folder or a ZIP, sorted; a path that is neither stands for itself."""
    if is_archive(path):
        return _of(paths_in(path), _TEXT | _OTHER)
    return _of(_inside(path), _PARQUET | _TEXT | _OTHER | _PACKED) if path.is_dir() else [path]


def _inside(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.name.startswith((".", "_", "~$"))]


def _of(files: list[Path], kinds: set[str]) -> list[Path]:
    """Files whose names end so; of a packed file the end before counts."""
    ends = {file: [end.lower() for end in file.suffixes[-2:]] for file in files}
    packed = _TEXT | _OTHER if kinds & _PACKED else set()
    return [
        file
        for file, end in ends.items()
        if end and (end[-1] in kinds - _PACKED or (end[-1] in _PACKED and len(end) > 1 and end[0] in packed))
    ]


def package_folder(name: str) -> Path:
    """Folder of an installed package, found without importing (running) it."""
    try:
        spec = (
            importlib.util.find_spec(name) if name.isidentifier() else None
        )  # of a dotted name it runs the first part
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise InputError.because(
            Message.of("package '{package}' is not installed; the spec reads its data from there", package=name),
            remedy=Message.of("pip install {package}, or give a folder with --data", package=name.replace("_", "-")),
        )
    return Path(next(iter(spec.submodule_search_locations)))


def refuse_outside(tables: Mapping[str, str], where: str) -> None:
    """Raise ``SpecError`` for a file of a spec's tables that is not under the folder: a spec reads what it is given."""
    for name, file in tables.items():
        if leads_out(file):
            raise SpecError.because(
                Message.of("{spec}: {key} leads out of its folder", spec=where, key=f"source.tables.{name}"),
                found=file,
                expected=Message.of("a file in the folder of the spec or of the package"),
                remedy=Message.of("write the file's name alone, and give its folder with --data"),
            )


def files_in(folder: Path, name: str, file: str) -> list[Path]:
    """Files of a table in a folder or a ZIP, by the name that the spec gives, else its own; raises ``InputError``."""
    if is_archive(folder):
        return find_files(str(folder / file))
    named = [path for stem in (Path(file).name, name) for path in sorted(folder.glob(f"{glob.escape(stem)}.*"))]
    places = [folder / file, folder / Path(file).name, *named]
    for place in places:
        if place.exists():
            return find_files(str(place))
    if glob.has_magic(file) and list(folder.glob(file)):
        return find_files(str(folder / file))
    raise InputError.because(
        Message.of("{folder}: no file for table '{table}'", folder=str(folder), table=name),
        expected=Message.of("{file} or another file called {table}", file=Path(file).name, table=name),
        found=", ".join(sorted(file.name for file in folder.iterdir())[:10]) or Message.of("an empty folder"),
        remedy=Message.of("put the file there, or give the folder that holds it"),
    )


def is_parquet(files: list[Path]) -> bool:
    """Whether the first of ``files`` starts as Parquet does; a ZIP holds none that is read."""
    if archive_of(files[0]) is not None:
        return False
    with files[0].open("rb") as stream:
        return stream.read(4) == b"PAR1"
