"""What a file unfolds to, up to a cap: itself, what a gzip, bzip2 or xz holds, the files in a ZIP."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError
from pipeline.reading.limits.allowed import most_bytes, too_large

MOST_BYTES = 1 << 30  # that a packed file may unfold to
TIMES = 200  # its size, which a packed table may unfold to; real ones reach 50
MOST_FILES = 1000  # in an archive
_CHUNK = 1 << 20
_PACKED: dict[bytes, Callable[[IO[bytes]], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
# what unpacking raises for bytes that are no archive, or no longer one: places and sizes in it may be any number
BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    KeyError,
)
_ZIP = b"PK\x03\x04"
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")
_SHEET_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


class Readable(Protocol):
    """Bytes that come a piece at a time."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


@dataclass(frozen=True)
class Member:
    """A file that is no archive: how people know it, and its bytes."""

    name: str
    data: bytes


def unfold(path: Path) -> list[Member]:
    """The files that a path stands for.

    A path may lead into a ZIP: ``shop.zip/orders.csv`` is that file alone.

    Raises
    ------
    InputError
        Where an archive is broken, encrypted, holds no table or unfolds to more than the cap.
    """
    name, archive = str(path), archive_of(path)
    if archive is not None:
        with archive.open("rb") as stream:
            return _zipped(stream, str(archive), only=path.relative_to(archive).as_posix())
    with path.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        for magic, opened in _PACKED.items():
            if head.startswith(magic):
                most = most_bytes(path.stat().st_size, TIMES, MOST_BYTES)
                return [Member(name, _unpacked(opened(stream), name, most))]
        if head.startswith(_ZIP) and not is_workbook(stream):
            stream.seek(0)
            return _zipped(stream, name)
        stream.seek(0)
        return [Member(name, stream.read())]


def archive_of(path: Path) -> Path | None:
    """The ZIP that a path leads into; None where it leads to a file or nowhere."""
    if os.path.exists(path):  # noqa: PTH110 - of a name that is too long for a file it says no, where Path's raises
        return None
    return next((parent for parent in path.parents if is_archive(parent)), None)


def is_archive(path: Path) -> bool:
    """Whether a path is a ZIP of files and no workbook."""
    if not os.path.isfile(path):  # noqa: PTH113 - likewise
        return False
    with path.open("rb") as stream:
        if stream.read(len(_ZIP)) != _ZIP:
            return False
        stream.seek(0)
        return not is_workbook(stream)


def paths_in(archive: Path) -> list[Path]:
    """Paths of the files in a ZIP, sorted; none leads out of it.

    Raises
    ------
    InputError
        Where it is broken, or holds too much: no more of a file is ever unpacked than the ZIP says that it has.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if _is_data(entry)]
    except BROKEN as error:
        raise _broken(str(archive), str(error)) from error
    _refuse_many(entries, str(archive))
    most = most_bytes(archive.stat().st_size, TIMES, MOST_BYTES)
    if sum(entry.file_size for entry in entries) > most:
        raise too_large(str(archive), most)
    return [Path(f"{archive}/{name}") for name in sorted(entry.filename for entry in entries)]


def is_workbook(stream: IO[bytes]) -> bool:
    """Whether a ZIP is a workbook of Excel or of OpenDocument."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if names & set(_WORKBOOKS):
                return True
            return "mimetype" in names and archive.open("mimetype").read(100).startswith(_SHEET_TYPE)
    except (RuntimeError, *BROKEN):
        return False


def read_capped(stream: Readable, name: str, most: int, left: int | None = None) -> bytes:
    """All bytes of a stream, counted as they come: what an archive says of its size may be untrue.

    ``left``: of ``most``, where earlier files took a part; None: all.
    """
    made = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        made.write(chunk)
        if made.tell() > (most if left is None else left):
            raise too_large(name, most)
    return made.getvalue()


def _unpacked(stream: Readable, name: str, most: int) -> bytes:
    try:
        return read_capped(stream, name, most)
    except BROKEN as error:
        raise _broken(name, str(error)) from error


def _broken(name: str, why: str) -> InputError:
    return InputError.because(
        Message.of("{file}: the archive cannot be unpacked", file=name),
        found=why[:200],
        remedy=Message.of("get the file again, or unpack it and give the file inside"),
    )


def _zipped(stream: IO[bytes], name: str, only: str | None = None) -> list[Member]:
    most = most_bytes(stream.seek(0, io.SEEK_END), TIMES, MOST_BYTES)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = [entry for entry in archive.infolist() if _is_data(entry) and only in (None, entry.filename)]
            _refuse_many(entries, name)
            members, left = [], most
            for entry in sorted(entries, key=lambda entry: entry.filename):
                with archive.open(entry) as inside:
                    data = read_capped(inside, name, most, left)
                left -= len(data)
                members.append(_member(f"{name}/{entry.filename}", data))
    except NotImplementedError as error:
        raise _broken(name, str(error)) from error
    except RuntimeError as error:  # encrypted
        raise InputError.because(
            Message.of("{file}: the archive is protected by a password", file=name),
            remedy=Message.of("unpack it and give the file inside"),
        ) from error
    except BROKEN as error:
        raise _broken(name, str(error)) from error
    if not members:
        raise InputError.because(
            Message.of("{file}: no data in this archive", file=name),
            expected=Message.of("text tables or workbooks"),
            remedy=Message.of("unpack it and give the file inside"),
        )
    return members


def _refuse_many(entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MOST_FILES:
        raise InputError.because(
            Message.of("{file}: too many files inside", file=name),
            expected=Message.of("at most {n}", n=Quantity(MOST_FILES)),
            found=Message.of("{n}", n=Quantity(len(entries))),
            remedy=Message.of("unpack it and give the folder"),
        )


def _is_data(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return not entry.is_dir() and not any(part.startswith((".", "__MACOSX", "_rels", "[")) for part in parts)


def _member(name: str, data: bytes) -> Member:
    inside = io.BytesIO(data)
    packed = any(data.startswith(magic) for magic in _PACKED)
    if packed or data.startswith(b"PAR1") or (data.startswith(_ZIP) and not is_workbook(inside)):
        raise InputError.because(
            Message.of("{file}: an archive or a Parquet file inside an archive", file=name),
            remedy=Message.of("unpack it and give the file inside"),
        )
    return Member(name, data)
