"""A run's files, checked before they are read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from pipeline.contract import (
    Artifacts,
    Message,
    Record,
    RunIndex,
    check_schema_version,
    check_table,
    empty_table,
    expected_of,
    with_messages,
)
from pipeline.errors import ContractError, UnreadableError
from pipeline.processors import own_folder
from pipeline.store.artifacts.places import FOLDER
from pipeline.store.artifacts.staging import checksum, place

R = TypeVar("R", bound=Record)
Held = TypeVar("Held")

TRAIN_AGAIN = Message.of("train again with this version of Korzina")
_LARGE = 1_000_000  # bytes, from which on a copy in memory counts
_ROWS = 2**20  # of a large table, at a time
_HUGE = 100_000_000  # bytes, from which on a copy on disk counts
_REMEDY = Message.of("restore the run's folder from a backup, or train again")


def _in_arrow(content: bytes) -> Any:
    """The content in memory of Arrow's own, as a file that its threads may read without touching Python.

    Of a Python file its threads hold references, and give them back when they please. A thread that does so while the
    interpreter ends is ended by it, and the process with it: "terminate called without an active exception" after a
    command had printed all that it had to say (apache/arrow issues 34314 and 50482).
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    stream = pa.BufferOutputStream()
    stream.write(content)
    return pa.BufferReader(stream.getvalue())


def _read_in_place(path: Path) -> pd.DataFrame:
    """A large table without a copy of its file: Arrow opens it by itself, and frees columns as they become pandas'.

    What Arrow would keep of that memory for its next table goes back to the system.
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    from pyarrow import fs  # type: ignore[import-untyped,unused-ignore]

    as_they_are = {"split_blocks": True, "self_destruct": True}
    frame = pd.read_parquet(
        path, "pyarrow", filesystem=fs.LocalFileSystem(), to_pandas_kwargs=as_they_are, pre_buffer=False
    )
    pa.default_memory_pool().release_unused()
    return frame


class RunFiles:
    """The checked files of one completed run.

    Every file is compared with the manifest's checksum when it is read; a missing, changed or foreign one is a
    ``StoreError`` that names it.
    """

    def __init__(self, run_id: str, folder: Path) -> None:
        self._run_id, self._folder = run_id, folder
        self._files = self._read_manifest()

    def table(self, name: str) -> pd.DataFrame:
        """A Parquet table, checked against the contract."""
        large = self._is_large(name)
        source = self._checked(name) if large else _in_arrow(self._bytes(name))
        try:
            frame = _read_in_place(source) if large else pd.read_parquet(source)
        except (OSError, ValueError) as error:
            raise self._fault(name, Message.of("is not a Parquet file")) from error
        return self._with_messages(name, check_table(PurePosixPath(name).stem, frame))

    def whole_numbers(self, name: str, column: str) -> npt.NDArray[Any]:
        """A column of numbers from 0 on of a table by customer, (n,), alone; of a large table no wider than needed."""
        if not self._is_large(name):
            return self.table(name)[column].to_numpy(np.int64)
        import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

        try:
            with pq.ParquetFile(self._checked(name)) as file:
                parts = [
                    batch.column(0).to_numpy(zero_copy_only=False)
                    for batch in file.iter_batches(_ROWS, columns=[column])
                ]
        except (OSError, ValueError) as error:
            raise self._fault(name, Message.of("is not a Parquet file")) from error
        narrow = np.min_scalar_type(max(int(part.max()) for part in parts))
        return np.concatenate([part.astype(narrow) for part in parts])

    def path(self, name: str) -> Path:
        """Where a file of the manifest is; its content is not looked at."""
        return self._listed(name)

    def has(self, name: str) -> bool:
        """Whether the run has a file that not every run has."""
        return name in self._files

    def table_or_empty(self, name: str) -> pd.DataFrame:
        """A table that not every run has."""
        return self.table(name) if self.has(name) else empty_table(PurePosixPath(name).stem)

    def json(self, name: str) -> Any:
        """A parsed JSON file."""
        try:
            return json.loads(self._bytes(name))
        except ValueError as error:
            raise self._fault(name, Message.of("is not JSON")) from error

    def text(self, name: str) -> str:
        """A file as text."""
        return self._bytes(name).decode()

    def record(self, name: str, kind: type[R]) -> R:
        """A JSON file as one record of the contract."""
        return self._with_messages(name, self._parse(name, kind, self.json(name)))

    def records(self, name: str, kind: type[R]) -> tuple[R, ...]:
        """A JSON list as records of the contract."""
        items = self.json(name)
        if not isinstance(items, list):
            raise self._fault(name, Message.of("is not a list"))
        return self._with_messages(name, tuple(self._parse(name, kind, item) for item in items))

    def _with_messages(self, name: str, value: Held) -> Held:
        """What was read of a file, its sentences with what they were made of."""
        held = self._messages.get(PurePosixPath(name).stem)
        if not held:
            return value
        try:
            return with_messages(value, held)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._fault(Artifacts.MESSAGES, Message.of("does not fit {file}", file=name)) from error

    @cached_property
    def _messages(self) -> Mapping[str, dict[str, Any]]:
        return self.json(Artifacts.MESSAGES) if self.has(Artifacts.MESSAGES) else {}

    def check_all(self) -> None:
        """Compare every file that Korzina reads with its checksum; images for the MLflow UI may go missing."""
        for name in self._files:
            if name.startswith(f"{FOLDER}/"):
                self._checked(name)

    def copy_to(self, folder: Path) -> None:
        """Write what Korzina reads of the run below ``folder``, whole or not at all; raises ``UnreadableError``."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with own_folder(folder.parent) as draft:
            whole = draft / folder.name
            whole.mkdir(mode=0o700)
            for name in self._files:
                if name.startswith(f"{FOLDER}/"):
                    self._copy(name, place(whole, name))
            place(whole, Artifacts.MANIFEST).write_bytes((self._folder / Artifacts.MANIFEST).read_bytes())
            shutil.rmtree(folder, ignore_errors=True)
            whole.rename(folder)

    def _copy(self, name: str, target: Path) -> None:
        """A copy of one file; of a very large one another name where the system can: it is replaced, never changed."""
        path = self._checked(name)
        try:
            if path.stat().st_size > _HUGE:
                with suppress(OSError):  # another file system
                    target.hardlink_to(path)
                    return
            shutil.copyfile(path, target)
        except OSError as error:
            raise self._fault(name, _unreadable(error)) from error

    def _bytes(self, name: str) -> bytes:
        path = self._listed(name)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise self._fault(name, _unreadable(error)) from error
        self._compare(name, hashlib.sha256(data).hexdigest())
        return data

    def _is_large(self, name: str) -> bool:
        path = self._listed(name)
        return path.is_file() and path.stat().st_size > _LARGE

    def _checked(self, name: str) -> Path:
        """The path of a file whose content is what was saved; it is not held in memory."""
        path = self._listed(name)
        try:
            self._compare(name, checksum(path))
        except OSError as error:
            raise self._fault(name, _unreadable(error)) from error
        return path

    def _listed(self, name: str) -> Path:
        if name not in self._files:
            raise self._fault(name, Message.of("is not in the run's manifest"))
        return self._folder / name

    def _compare(self, name: str, digest: str) -> None:
        if digest != self._files[name]:
            raise self._fault(name, Message.of("was changed after it was saved"))

    def _parse(self, name: str, kind: type[R], value: Any) -> R:
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            raise ContractError.because(
                Message.of("run {run}, file {file}, key {key}", run=self._run_id, file=name, key=repr(key)),
                expected=expected_of(first),
                remedy=TRAIN_AGAIN,
            ) from error

    def _read_manifest(self) -> Mapping[str, str]:
        try:
            data = json.loads((self._folder / Artifacts.MANIFEST).read_bytes())
            version = int(data["schema_version"])
        except OSError as error:
            raise self._fault(Artifacts.MANIFEST, _unreadable(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._fault(Artifacts.MANIFEST, Message.of("is damaged")) from error
        check_schema_version(version)
        return self._parse(Artifacts.MANIFEST, RunIndex, data).files

    def _fault(self, name: str, fault: Message) -> UnreadableError:
        return UnreadableError.because(
            Message.of("run {run}: file {file} {what}", run=self._run_id, file=name, what=fault),
            found=str(self._folder / name),
            remedy=_REMEDY,
        )


def _unreadable(error: OSError) -> Message:
    return Message.of("cannot be read ({why})", why=str(error.strerror))
