"""Customers placed as a file that others read: CSV with its header in line 1, or a workbook with the account in it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pipeline.contract import SHEET_ROWS, Message, Quantity, Scored, Segmentation, harmless, write_workbook
from pipeline.errors import InputError, UsageError

WORKBOOK = ".xlsx"
_AT_ONCE = 100_000  # customers written as text at once


def check_output(output: Path, data: str) -> None:
    """Refuse, before anything is computed, a file that would overwrite the data; raises ``UsageError``."""
    if os.path.realpath(output) == os.path.realpath(Path(data).expanduser()):
        raise UsageError.because(
            Message.of("{file}: the customers' own file would be overwritten", file=str(output)),
            remedy=Message.of("give another file with --output"),
        )


def write_scores(scored: Scored, segmentation: Segmentation, data: str, output: Path) -> None:
    """Write ``scored``: a workbook where ``output`` ends in ``.xlsx``, else CSV.

    Text that is not ASCII gets the mark by which spreadsheets know UTF-8; without it they would garble it. What is
    ASCII goes without, for scripts that take the first bytes of a file for the name of its first column.

    Raises
    ------
    InputError
        Where the file cannot be written, or a sheet does not hold so many customers.

    """
    try:
        if output.suffix.lower() == WORKBOOK:
            _workbook(scored, segmentation, data, output)
        else:
            _text(scored.table, output)
    except OSError as error:
        raise InputError.because(
            Message.of("{file} cannot be written ({why})", file=str(output), why=str(error.strerror or error)),
            remedy=Message.of("give another place, where you may write (--output)"),
        ) from error


def _text(table: pd.DataFrame, output: Path) -> None:
    """A part at a time: the text of millions of customers takes gigabytes."""
    parts = [table.iloc[start : start + _AT_ONCE] for start in range(0, max(1, len(table)), _AT_ONCE)]
    plain = all(_is_plain(part) for part in parts)
    with output.open("w", encoding="utf-8" if plain else "utf-8-sig", newline="") as written:
        for place, part in enumerate(parts):
            neutralise_formulas(part).to_csv(written, index=False, header=place == 0)


def _is_plain(table: pd.DataFrame) -> bool:
    """Whether all that is text is ASCII."""
    words = (table[name].dropna().astype("str") for name in table if _is_text(table[name]))
    return all(str(name).isascii() for name in table) and all(all(map(str.isascii, column)) for column in words)


def neutralise_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A copy in which no text cell or header starts a spreadsheet formula: such cells get an apostrophe."""
    made = {
        place: table[name].astype("str").map(harmless) if _is_text(table[name]) else table[name]
        for place, name in enumerate(table)
    }
    return pd.DataFrame(made, index=table.index).set_axis([str(harmless(str(name))) for name in table], axis=1)


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(column)) or column.dtype == object


def _workbook(scored: Scored, segmentation: Segmentation, data: str, output: Path) -> None:
    if scored.rows > SHEET_ROWS:
        raise InputError.because(
            Message.of("{file}: a sheet holds {n} customers at most", file=str(output), n=Quantity(SHEET_ROWS)),
            found=Message.of("{n}", n=Quantity(scored.rows)),
            remedy=Message.of("give --output a name that ends in .csv"),
        )
    header = [str(name) for name in scored.table.columns]
    rows = scored.table.astype(object).itertuples(index=False, name=None)
    write_workbook(output, header, rows, _account(scored, segmentation, data), sheet="Customers")


def _account(scored: Scored, segmentation: Segmentation, data: str) -> list[tuple[str, object]]:
    """What the customers were placed by, and what cleaning and drift have to say."""
    dataset = segmentation.dataset
    return [
        ("File", data if "://" not in data else data.split("://", 1)[0]),  # an address may hold a password
        ("Experiment", segmentation.experiment),
        ("Run", segmentation.run_id),
        ("Segments", segmentation.k),
        ("Trained", f"{datetime.fromtimestamp(segmentation.started, UTC):%Y-%m-%d %H:%M} UTC"),
        ("Data set", str(dataset.title)),
        ("As of", dataset.as_of),
        ("Customers placed", scored.rows),
        *(("Note", str(note)) for note in scored.notes),
    ]
