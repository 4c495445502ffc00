"""What is fuzzed: bytes in, nothing out; an error that is not one of ours is a find."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from pipeline.contract import Segmentation
from pipeline.errors import KorzinaError
from pipeline.reading import read_source
from pipeline.scoring import score_upload
from pipeline.spec import load_spec
from tests.malformed.trying import SPEC, small_run


@cache
def _stored() -> Segmentation:
    with tempfile.TemporaryDirectory() as folder:
        return small_run(Path(folder))


def text(data: bytes) -> None:
    """A file of a command, of any form: text, JSON, workbook, archive, Parquet."""
    _of_file(data, ".csv", lambda file: read_source(SPEC, file))


def spec(data: bytes) -> None:
    """A spec that somebody passed on."""
    _of_file(data, ".toml", load_spec)


def upload(data: bytes) -> None:
    """A file on the Score page, up to its customers' segments; its first byte picks the name."""
    ends = ("csv", "json", "xlsx", "zip", "csv.gz", "ods", "xls", "")
    name = f"новый файл.{ends[data[0] % len(ends)]}" if data else "x"
    with suppress(KorzinaError):
        score_upload(_stored(), name, data[1:])


def _of_file(data: bytes, end: str, read: Callable[[str], object]) -> None:
    handle, file = tempfile.mkstemp(end)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        with suppress(KorzinaError):
            read(file)
    finally:
        Path(file).unlink()


TARGETS: dict[str, Callable[[bytes], None]] = {"text": text, "spec": spec, "upload": upload}
