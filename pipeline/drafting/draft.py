"""A user's own file -> a commented draft spec that trains as it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pipeline.drafting.customers import draft_customers
from pipeline.drafting.purchases import draft_purchases, find_purchases
from pipeline.drafting.structure import analyse_structure
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, Data, Frames, RawTable, read_source
from pipeline.spec import SCHEMA_FILE, IdColumn, Spec, parse_spec, schema_text


def draft_spec(data: Data, name: str | None = None) -> str:
    """The text of a TOML spec for ``data`` (file, folder, glob, database URL, frame), every column with what was found.

    The spec is called ``name``, else after the file.

    Raises
    ------
    InputError
        Where the data cannot be read or hold nothing that could be clustered on.
    """
    raw = read_source(_nothing_known(), data)
    raw = RawTable(**{**vars(raw), "frame": raw.frame.rename(columns=lambda name: str(name).strip())})
    structure = analyse_structure(raw.frame)
    purchases, title = find_purchases(structure), spec_name(data) if name is None else name
    if purchases is not None:
        text = draft_purchases(purchases, structure, title, raw.source)
    else:
        text = draft_customers(structure, title, raw.source)
    parse_spec(tomllib.loads(text), where="draft")  # a draft that does not load would be a fault of ours
    return text


def write_draft(text: str, target: Path) -> None:
    """Write a draft spec to ``target``, and beside it the schema that its first line names, for editors.

    Raises
    ------
    InputError
        Where either cannot be written.

    """
    for file, content in ((target, text), (target.with_name(SCHEMA_FILE), schema_text())):
        try:
            file.write_text(content, encoding="utf-8")
        except OSError as error:
            raise InputError.because(f"{file} cannot be written ({error.strerror})") from error


def spec_name(data: Data) -> str:
    """A name for the spec, after the file, the folder or the database."""
    if isinstance(data, Frames):
        return "customers"
    tail = data.split("://", 1)[-1].split("?")[0].rstrip("/\\")
    stem = Path(tail).stem if "*" not in tail else Path(tail).parent.name
    return re.sub(r"[^\w-]+", "_", stem).strip("_") or "customers"


def _nothing_known() -> Spec:
    return Spec(name="draft", id=IdColumn(column=ROW_ID), columns={})
