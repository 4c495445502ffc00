"""A table as text: delimiter, encoding, decimal sign, form of days, headers and their order."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tests.files.words import HEADERS

DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y", "%Y/%m/%d", "%d.%m.%Y %H:%M")


@dataclass(frozen=True)
class Look:
    """How a file is written."""

    name: str
    language: str = "en"  # empty: columns keep their names
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    grouping: str = ""
    day: str = "%Y-%m-%d"
    last_first: bool = False  # columns from the last to the first

    def header(self, column: str) -> str:
        """What a column is called in this language; a column of no known part keeps its name."""
        return HEADERS.get(self.language, {}).get(column, column)

    def number(self, value: float) -> str:
        """Two decimals, grouped."""
        text = f"{value:,.2f}".replace(",", "\0").replace(".", self.decimal)
        return text.replace("\0", self.grouping)

    def moment(self, value: pd.Timestamp) -> str:
        """A day in this form."""
        return value.strftime(self.day)


LOOKS = (
    Look("comma_en"),
    Look("semicolon_ru", "ru", ";", "cp1251", ",", "\u00a0", "%d.%m.%Y"),
    Look("tab_english", "english", "\t", "utf-8-sig", ".", "", "%m/%d/%Y"),
    Look("semicolon_de", "de", ";", "cp1252", ",", ".", "%d.%m.%Y"),
    Look("semicolon_fr", "fr", ";", "utf-8", ",", "\u202f", "%d/%m/%Y"),
    Look("pipe_es", "es", "|", "utf-8", ",", "", "%d/%m/%Y %H:%M"),
    Look("utf16_buyer", "buyer", "\t", "utf-16", ".", ",", "%Y-%m-%d %H:%M:%S"),
    Look("semicolon_russian", "russian", ";", "utf-8-sig", ",", " ", "%d.%m.%Y %H:%M", last_first=True),
    Look("comma_pt", "pt", ",", "utf-8", ".", "", "%d/%m/%Y"),
    Look("semicolon_it", "it", ";", "latin-1", ",", "", "%d-%m-%Y"),
    Look("semicolon_pl", "pl", ";", "cp1250", ",", "\u00a0", "%Y-%m-%d"),
    Look("comma_last_first", "english", ",", "utf-8", ".", ",", "%Y/%m/%d", last_first=True),
)
PLAIN = LOOKS[0]
AS_IT_IS = Look("comma", "")


def look(name: str, **parts: object) -> Look:
    """One of ``LOOKS``, changed."""
    return replace(next(one for one in LOOKS if one.name == name), **parts)  # type: ignore[arg-type]


def render(table: pd.DataFrame, look: Look, *, before: Sequence[str] = (), after: Sequence[str] = ()) -> bytes:
    """The table in ``look``, its columns called by their part, lines ``before`` the header and ``after`` the rows."""
    columns = list(table.columns)[:: -1 if look.last_first else 1]
    cells = {column: _cells(table[column], look) for column in columns}
    return rows_as_text(
        [look.header(column) for column in columns],
        list(zip(*(cells[column] for column in columns), strict=True)),
        look,
        before,
        after,
    )


def rows_as_text(
    header: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    look: Look,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> bytes:
    """Rows of text in ``look``; no header where it is None."""
    out = io.StringIO()
    out.writelines(line + "\r\n" for line in before)
    writer = csv.writer(out, delimiter=look.delimiter, lineterminator="\r\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    out.writelines(line + "\r\n" for line in after)
    return out.getvalue().encode(look.encoding)


def _cells(column: pd.Series, look: Look) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return ["" if pd.isna(value) else look.moment(value) for value in column]
    if pd.api.types.is_float_dtype(column):
        return ["" if np.isnan(value) else look.number(value) for value in column]
    return ["" if value is None or value is pd.NA or value != value else str(value) for value in column]


def renamed(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The table with headers of its own instead of those of its language."""
    return table.rename(columns=dict(names))
