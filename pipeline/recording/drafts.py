"""Tables on their way to the store: written once, where they are, and moved into their runs by the helper process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pipeline import processors
from pipeline.contract import Message, RunRecord, write_table
from pipeline.errors import StoreError


@contextmanager
def drafts(home: Path) -> Iterator[Path]:
    """A folder in ``home``, beside the store so that files move in no time; gone at the end, whatever happens.

    Those that killed trainings left are removed. Raises ``StoreError`` where ``home`` cannot be written to.
    """
    with ExitStack() as held:
        try:
            home.mkdir(parents=True, exist_ok=True)
            folder = held.enter_context(processors.own_folder(home))
        except OSError as error:
            raise StoreError.because(
                Message.of("cannot write to {folder} ({why})", folder=str(home), why=str(error.strerror)),
                remedy=Message.of("give this user the right to write there, or set KORZINA_HOME"),
            ) from error
        yield folder


def filed(record: RunRecord, folder: Path) -> RunRecord:
    """The record with its tables as Parquet files below ``folder``, checked against the contract."""
    written = {}
    for name, table in record.tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(PurePosixPath(name).stem, table, path)
        written[name] = path
    return replace(record, tables={}, files=written)


def remove_left(home: Path) -> None:
    """Remove the tables of trainings that were killed; those of one that runs stay."""
    processors.remove_left(home)
