"""``draft``: what Korzina takes a table's columns to mean, as TOML that can be edited and written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from korzina.given_data import Table, source_of
from pipeline.contract import unknown_name
from pipeline.errors import SpecError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    import pandas as pd

    from pipeline.spec import Spec


class SpecDraft:
    """A spec that is still being written: a TOML document with its comments.

    Keys are read and set as in a dictionary; comments and order stay. What is set is checked when the draft is used, by
    ``spec``, ``write`` or ``segment``.

    Parameters
    ----------
    text
        TOML, as ``korzina init`` writes it.
    told
        What was taken for what, and why; of a draft that was just made.

    Raises
    ------
    SpecError
        Where ``text`` is not valid TOML.

    Examples
    --------
    >>> drafted = draft("customers.parquet")
    >>> drafted["columns"]["visits"]["label"] = "Visits a month"
    >>> drafted.spec.columns["visits"].label
    'Visits a month'

    """

    def __init__(self, text: str, told: Sequence[str] = ()) -> None:
        self.told = tuple(told)
        try:
            self._document = tomlkit.parse(text)
        except TOMLKitError as error:
            raise SpecError.because("draft: not valid TOML", found=str(error)) from error

    def __getitem__(self, key: str) -> Any:
        if key not in self._document:
            raise unknown_name("draft", key, self._document)
        return self._document[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._document[key] = value

    def __delitem__(self, key: str) -> None:
        del self._document[key]

    def __contains__(self, key: object) -> bool:
        return key in self._document

    @property
    def text(self) -> str:
        """The TOML text with its comments, as ``write`` writes it."""
        return tomlkit.dumps(self._document)

    @property
    def spec(self) -> Spec:
        """The draft as a checked, frozen spec; raises ``SpecError`` naming the key and the nearest valid one."""
        from pipeline.spec import read_spec

        return read_spec(self.text.encode(), where="draft")

    @property
    def questions(self) -> dict[str, dict[str, str]]:
        """What is open: question -> answer -> what speaks for it; ``answers`` of ``draft`` settle it."""
        return {str(open_["key"]): dict(open_["choices"]) for open_ in tomllib.loads(self.text).get("questions", [])}

    @property
    def columns(self) -> pd.DataFrame:
        """One row a column of the table: name, role, kind, label, meaning."""
        import pandas as pd

        parts = ("role", "kind", "label", "meaning")
        rows = [(name, *(getattr(column, part) or "" for part in parts)) for name, column in self.spec.columns.items()]
        return pd.DataFrame(rows, columns=["column", *parts])

    def write(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the draft as a TOML file, and beside it the schema by which editors complete its keys.

        Raises
        ------
        SpecError
            Where the draft does not hold together; nothing is written then.
        UsageError
            Where the file exists and ``overwrite`` is not set.

        """
        from pipeline.drafting import write_draft

        target = Path(path)
        if target.exists() and not overwrite:
            raise UsageError.because(f"{target} exists already", remedy="give another path, or overwrite=True")
        _ = self.spec
        write_draft(self.text, target)
        return target

    def __repr__(self) -> str:
        return f"SpecDraft of {self._document.get('name', '?')!r}: {assumptions(tomllib.loads(self.text))}"


def draft(
    data: Table, name: str | None = None, answers: Mapping[str, str] | None = None, language: str | None = None
) -> SpecDraft:
    """Look at a table and say what its columns seem to mean: a spec that trains as it is.

    Parameters
    ----------
    data
        A DataFrame (of pandas, Polars ...) or the path of a file: one row a customer, or purchases, which the spec then
        sums up by SQL.
    name
        Of the spec, and of its experiment in MLflow; None: after the file, ``customers`` for a DataFrame.
    answers
        Answers to ``questions`` of an earlier draft, or roles that are known: ``{"customer": "Email"}``.
    language
        In which the draft speaks to people, ``"en"`` or ``"ru"``; None: in that of the headers.

    Raises
    ------
    InputError
        The data cannot be read, say nothing about who bought, or hold nothing that could be clustered on.
    SpecError
        An answer names a column that does not exist.

    Examples
    --------
    >>> drafted = draft("customers.parquet")
    >>> drafted
    SpecDraft of 'customers': 3 active (spend, orders, visits), 1 passive (age), id customer_id

    """
    from pipeline.contract import speaker
    from pipeline.drafting import draft as drafted

    made = drafted(source_of(data), name, answers, language)
    return SpecDraft(made.text, tuple(map(speaker(made.language).message, made.told)))


def assumptions(document: dict[str, Any]) -> str:
    """Which columns a spec clusters on and which only describe, in one line."""
    by_role: dict[str, list[str]] = {}
    for column, parts in document.get("columns", {}).items():
        by_role.setdefault(str(parts.get("role", "")), []).append(column)
    for group in document.get("groups", {}).values():
        by_role.setdefault(str(group.get("shares", "")), []).extend(f"share of {member}" for member in group["members"])
    roles = (role for role in ("active", "passive", "outcome", "ignored") if by_role.get(role))
    told = [f"{len(by_role[role])} {role} ({', '.join(by_role[role])})" for role in roles]
    return ", ".join([*told, f"id {document.get('id', {}).get('column', '?')}"])
