"""Saving a run's files: whole, with a checksum of each."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path, PurePosixPath

from pipeline.contract import SCHEMA_VERSION, Message, RunIndex, RunRecord, write_table
from pipeline.errors import StoreError


def stage(record: RunRecord, folder: Path) -> None:
    """Write a run's files below ``folder``, or move them there; tables are checked against the contract first."""
    for name, table in record.tables.items():
        write_table(PurePosixPath(name).stem, table, place(folder, name))
    for name, file in record.files.items():
        shutil.move(file, place(folder, name))
    for name, text in record.records.items():
        place(folder, name).write_text(text, "utf-8")
    for name, image in record.images.items():
        place(folder, name).write_bytes(image)
    for name, table in record.ui_tables.items():
        place(folder, name).write_text(table.to_json(orient="split", index=False), "utf-8")


def manifest(folder: Path) -> RunIndex:
    """What ``stage`` wrote, with the checksum of each file."""
    files = {
        path.relative_to(folder).as_posix(): checksum(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return RunIndex(schema_version=SCHEMA_VERSION, files=files)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def attach(folder: Path, name: str, content: bytes) -> None:
    """Add one file, whole or not at all; raises ``StoreError``."""
    draft = folder / f".{name}.{os.getpid()}"
    try:
        draft.write_bytes(content)
        draft.replace(folder / name)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError.because(
            Message.of("{file} cannot be written ({why})", file=str(folder / name), why=str(error.strerror)),
            remedy=Message.of("give this user the right to write there, or free some disk space"),
        ) from error


def place(folder: Path, name: str) -> Path:
    """Where a file of this name goes; its folder is made."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
