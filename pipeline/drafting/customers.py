"""A table with one row a customer -> its draft spec."""

from __future__ import annotations

from datetime import date

import pandas as pd

from pipeline.drafting import vocabulary as names
from pipeline.drafting.columns import settle_columns
from pipeline.drafting.document import Document, long_text
from pipeline.drafting.draft_text import write_campaign, write_column, write_family, write_head, write_id, write_limits
from pipeline.drafting.structure import Structure, id_candidates
from pipeline.spec import share_name

_SECTIONS = (
    ("behaviour: clustered on", "active"),
    ("who they are: describes only", "passive"),
    ("reactions to campaigns: never clustered on", "outcome"),
    ("not used (give one another role to use it)", "ignored"),
)


def draft_customers(
    structure: Structure,
    name: str,
    source: str,
    *,
    query: str = "",
    as_of: date | None = None,
    id_column: str | None = None,
) -> str:
    """The spec of a table with one row a customer, which ``query`` made of purchases where it is given."""
    found = [structure.profile(id_column)] if id_column else id_candidates(structure)
    families = [
        one
        for one in structure.families
        if not {share_name(member) for member in one.members} & {col.name for col in structure.profiles}
    ]
    used = found[0].name if found else None
    parts = settle_columns(structure, as_of or _latest_day(structure), families, used)
    document = Document()
    write_head(document, structure, parts, name, source)
    if query:
        _write_query(document, query)
    write_id(document, found)
    document.table("segments")
    document.value("min", 2)
    document.value("max", 8)
    document.blank()
    for title, role in _SECTIONS:
        chosen = [one for one in parts.entries if one.role == role]
        if chosen:
            document.comment(f"{'-' * 64} {title}")
            document.blank()
        for entry in chosen:
            write_column(document, entry)
    for family in families:
        write_family(document, family, structure)
    for entry in parts.entries:
        if entry.role == "outcome":
            write_campaign(document, entry.name)
    for limits in parts.limits:
        write_limits(document, limits)
    return document.text


def _write_query(document: Document, query: str) -> None:
    document.table("source")
    document.comment(
        "The file holds purchases: this query makes one row a customer of them. The table is called",
        "data; amounts and dates are read as such, whatever their format in the file.",
    )
    document.value("query", long_text(query))
    document.blank()


def _latest_day(structure: Structure) -> date | None:
    """The latest date of the file: what was known then is what the file says; today's clock is never asked."""
    days = [
        structure.frame[one.name].max()
        for one in structure.profiles
        if one.kind == "date" and not names.fits(names.BIRTH, one.name)
    ]
    known = [pd.Timestamp(day).date() for day in days if not pd.isna(day)]
    return max(known) if known else None
