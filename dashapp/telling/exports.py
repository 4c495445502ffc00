"""Tables to take along: CSV for whatever imports a list, a workbook for whoever reads it, the account of both.

An importer (Mailchimp, Klaviyo, pandas, Korzina itself) takes the first line for the header: nothing stands above it.
What the table was taken from is on the workbook's second sheet, and a small text file of its own beside the CSV.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dashapp.i18n import _
from pipeline.contract import BOM, account_text, csv_lines, write_workbook

Form = Literal["csv", "xlsx", "txt"]
FORMS: tuple[Form, ...] = get_args(Form)
MOST_IN_WORKBOOK = 100_000  # rows: more keep the server busy for half a minute, and importers want CSV anyway
_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Export:
    """A table, its name as a file without an ending, and what it was taken from; ``rows`` may be read once."""

    name: str
    sheet: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    account: Sequence[tuple[str, object]] = ()

    def download(self, form: Form) -> dict[str, Any]:
        """What ``dcc.Download`` takes."""
        file: dict[str, Any] = {"type": _TYPES[form], "filename": file_name(self.name, form)}
        if form == "xlsx":
            return file | {"content": base64.b64encode(self.workbook()).decode(), "base64": True}
        return file | {"content": self.csv() if form == "csv" else BOM + account_text(self.account)}

    def csv(self) -> str:
        """The header, and a line a row."""
        return BOM + csv_lines([self.header]) + csv_lines(self.rows)

    def workbook(self) -> bytes:
        """The table on the first sheet, the account on the second."""
        file = io.BytesIO()
        # xgettext: name of a sheet, at most 31 characters
        write_workbook(file, self.header, self.rows, self.account, sheet=self.sheet, about=_("About"))
        return file.getvalue()


def file_name(name: str, form: Form) -> str:
    """With its ending; the account is called after the table."""
    return f"{name}-about.txt" if form == "txt" else f"{name}.{form}"


def content_type(form: Form) -> str:
    """As HTTP names it."""
    return _TYPES[form]


def told_apart(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """One header out of columns that Korzina adds and those of the data set: no two names alike.

    The data set's keep theirs, under which they are known elsewhere; ours give way: ``Segment (Korzina)``.
    """
    taken = {name.casefold() for name in theirs}
    made = [f"{name} (Korzina)" if name.casefold() in taken else name for name in ours]
    seen: dict[str, int] = {}
    for name in theirs:
        count = seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        made.append(f"{name} ({count})" if count > 1 else name)
    return made
