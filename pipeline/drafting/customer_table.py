"""A table with one row a customer -> its draft spec."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from pipeline.contract import Message, Own
from pipeline.drafting.basket_query import Bought
from pipeline.drafting.columns import Entry, label_of, settle_columns
from pipeline.drafting.document import Document
from pipeline.drafting.draft_text import (
    RULE,
    currency_named,
    write_campaign,
    write_column,
    write_family,
    write_head,
    write_id,
    write_limits,
    write_only_returned,
    write_rfm,
    write_translations,
)
from pipeline.drafting.purchase_summary import PurchaseSummary
from pipeline.drafting.sections import write_baskets, write_lines, write_questions, write_source
from pipeline.drafting.structure import Structure
from pipeline.reading import without_currency
from pipeline.spec import Source, share_name
from pipeline.understanding import Understanding
from pipeline.understanding import vocabulary as names

_SECTIONS = (
    (Message.of("what customers do: segments are made of it"), "active"),
    (Message.of("who customers are: describes segments only"), "passive"),
    (Message.of("what came of contacts: no segment is made of it"), "outcome"),
    (Message.of("not used (change the role of a column to use it)"), "ignored"),
)


def draft_customers(
    structure: Structure,
    name: str,
    source: str,
    *,
    reading: Understanding,
    summary: PurchaseSummary | None = None,
    tables: Source | None = None,
    bought: Bought | None = None,
    language: str = "en",
) -> str:
    """The spec of a table with one row a customer, which ``summary.query`` made of lines where it is given.

    ``tables`` says how it is made of several, and ``bought`` what the lines say of goods that are bought together;
    what is said for people is said in ``language``.
    """
    families = [
        family
        for family in structure.families
        if not {share_name(member) for member in family.members} & {profile.name for profile in structure.profiles}
    ]
    parts = settle_columns(structure, _latest_day(structure, reading), families, reading)
    document = Document(language)
    currency = reading.currency or currency_named(structure)
    _call(parts.entries, document, currency)
    write_head(document, structure, parts, name, source, reading, currency)
    write_questions(document, reading.questions)
    write_source(document, reading, summary.query if summary else "", tables)
    write_lines(document, reading)
    write_baskets(document, bought or Bought())
    write_id(document, structure, reading)
    document.table("segments")
    document.value("min", 2)
    document.blank()
    for title, role in _SECTIONS:
        chosen = [entry for entry in parts.entries if entry.role == role]
        if chosen:
            document.comment(Message.of("{rule} {title}", rule=RULE, title=title))
            document.blank()
        for entry in chosen:
            write_column(document, entry)
    write_rfm(document, parts)
    for family in families:
        write_family(document, family, structure)
    for entry in parts.entries:
        if entry.role == "outcome" and entry.campaign:
            write_campaign(document, entry.name)
    for limits in parts.limits:
        write_limits(document, limits)
    if summary and reading.returns and reading.form != "snapshots":
        write_only_returned(document)
    write_translations(document, parts, families)
    return document.text


def _call(entries: Sequence[Entry], document: Document, currency: str) -> None:
    """Name the columns that the draft makes as nobody calls a column of the file, and amounts in their currency."""
    taken = {label_of(entry.name).casefold() for entry in entries if entry.label is None}
    for entry in entries:
        if entry.label and document.told(entry.label).casefold() in taken:
            entry.label = Message.of("{label} (derived)", label=entry.label)
        if entry.money and entry.role != "ignored":
            entry.unit = currency
        _priced(entry, currency, taken)


def _priced(entry: Entry, currency: str, taken: set[str]) -> None:
    """An amount whose header ends with the currency is shown with it, and called what stands before it."""
    before, named = without_currency(entry.name)
    if entry.role == "ignored" or entry.kind not in ("number", "integer") or not named or named != currency:
        return
    entry.unit, label = currency, label_of(before)
    if entry.label is None and label.casefold() not in taken:
        taken.add(label.casefold())
        entry.label = Message.of("{label}", label=Own(label))


def _latest_day(structure: Structure, reading: Understanding) -> date | None:
    """The latest date of the file: what was known then is what the file says; today's clock is never asked."""
    if reading.lines and reading.day:
        return date.max  # "auto": recencies are in the query already
    days = [
        structure.frame[profile.name].max()
        for profile in structure.profiles
        if profile.kind == "date" and not names.fits(names.BIRTH, profile.name)
    ]
    known = [pd.Timestamp(day).date() for day in days if not pd.isna(day)]
    return max(known) if known else None
