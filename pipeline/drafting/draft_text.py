"""How the parts of a draft spec are written: each column under what was found in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.contract import CURRENCY_SIGNS, Meaning, Message, Quantity
from pipeline.drafting.columns import PLAIN, TITLES, Entry, Limits, Parts, label_of, phrases
from pipeline.drafting.document import Document, literal
from pipeline.drafting.structure import Structure
from pipeline.reading import ROW_ID
from pipeline.spec import SCHEMA_FILE
from pipeline.understanding import Family, Understanding

_CURRENCIES = {  # what a column's name may say, and the sign that it means
    r"\bруб|\bрублей\b": "₽",
    **{re.escape(sign): sign for sign in CURRENCY_SIGNS},
    r"(?<![^\W_])(eur|euros?)(?![^\W_])": "€",
    r"(?<![^\W_])(usd|dollars?)(?![^\W_])": "$",
    r"(?<![^\W_])rub(?![^\W_])": "₽",
    r"(?<![^\W_])gbp(?![^\W_])": "£",
}
_RFM: dict[str, Meaning] = {"recency": "recency", "frequency": "orders", "monetary": "spend"}
RULE = "-" * 64


def write_head(
    document: Document,
    structure: Structure,
    parts: Parts,
    name: str,
    source: str,
    reading: Understanding,
    currency: str,
) -> None:
    """The top of a draft: what was read, and the keys that stand before every table."""
    rows = structure.profiles[0].rows
    document.comment(f"schema ./{SCHEMA_FILE}", mark="#:")  # by which editors complete keys
    document.comment(
        Message.of(
            "Drafted from {source}: {rows} customers, {columns} columns. Read it and mend what is wrong.",
            source=Path(source).name if "://" not in source else source,
            rows=Quantity(rows),
            columns=Quantity(len(structure.profiles)),
        ),
        *(() if reading.lines else reading.told),
        Message.of(
            "Roles of columns: active (segments are made of it), passive (describes them), outcome (what came of "
            "a contact), ignored."
        ),
        Message.of("docs/spec.md says what every key means; 'korzina docs spec' prints it."),
        *parts.notes,
    )
    document.value("name", name)
    document.value("title", label_of(name))
    if parts.as_of:
        document.value("as_of", "auto", Message.of("the last plausible day of the data; give a date to fix it"))
    else:
        document.comment(
            Message.of(
                "{example}# the day from which ages and days since a purchase count; the file has no date",
                example="as_of = 2026-01-31        ",
            )
        )
    document.value("currency", currency, Message.of("shown beside amounts"))
    document.value("transform", PLAIN)
    document.blank()


def write_id(document: Document, structure: Structure, reading: Understanding) -> None:
    """The [id]: the customer, or the line of the file where no column tells customers apart."""
    document.table("id")
    if reading.customer is None:
        document.comment(
            Message.of(
                "No column tells customers apart, so a customer is known by the line in this very file: lists of "
                "customers can be read only with it at hand. A column of customer numbers would be better."
            )
        )
        document.value("column", ROW_ID)
        document.value("keep", True)
        document.blank()
        return
    profile = structure.profile(reading.customer)
    document.comment(profile.summary)
    document.value("column", profile.name)
    if profile.personal:
        document.value("keep", False, Message.of("looks personal: it is not stored beside the segments"))
    else:
        document.value("keep", True, Message.of("false: the id is not stored beside the segments"))
    document.blank()


def write_column(document: Document, entry: Entry) -> None:
    """The [columns.NAME] of one column under its comment."""
    document.comment(entry.comment, *entry.extra)
    document.table("columns", entry.name)
    if entry.sql:
        document.value("sql", literal(entry.sql))
    document.value("role", entry.role)
    document.value("kind", entry.kind)
    if entry.role != "ignored":
        document.value("label", entry.label or label_of(entry.name))
    if entry.unit:
        document.value("unit", entry.unit)
    if entry.kind == "integer":
        document.value("format", ",.0f")
    if entry.meaning:
        document.value("meaning", entry.meaning)
    if entry.role == "active":
        document.value("transform", entry.transform or PLAIN)
    worded = phrases(entry.meaning, entry.name)
    if worded and entry.kind in ("number", "integer"):
        document.value("high", worded[0])
        document.value("low", worded[1])
    document.blank()


def write_rfm(document: Document, parts: Parts) -> None:
    """The [rfm], where recency, orders and spend are known as numbers that a run keeps."""
    named = {key: parts.has(meaning) for key, meaning in _RFM.items()}
    kept = [
        entry.name
        for entry in parts.entries
        if entry.role in ("active", "passive") and entry.kind in ("number", "integer")
    ]
    if not all(name in kept for name in named.values()):
        return
    document.comment(Message.of("{rule} scores from 1 to 5 beside the segments: no segment is made of them", rule=RULE))
    document.table("rfm")
    for key, name in named.items():
        document.value(key, name or "")
    document.comment(
        Message.of(
            "{example}# where scores end; left out: quintiles of the customers trained on",
            example="cuts = { frequency = [1, 2, 4, 9] }  ",
        )
    )
    document.blank()


def write_family(document: Document, family: Family, structure: Structure) -> None:
    """The [groups.NAME] of columns that add up to a total."""
    document.comment(
        Message.of("{rule} columns that add up to a total: segments are made of their shares", rule=RULE),
        *(
            Message.of("{column}: {summary}", column=member, summary=structure.profile(member).summary)
            for member in family.members
        ),
    )
    document.table("groups", family.key)
    document.value("label", TITLES.get(family.meaning, Message.of("Parts")))
    document.value("meaning", family.meaning)
    if family.meaning == "channels":
        document.value("unit", Message.of("orders"))
    document.value("members", {member: label or member for member, label in family.members.items()})
    document.value("shares", "active")
    document.value("high", Message.of("much {label}", label="{label}"))
    document.value("low", Message.of("little {label}", label="{label}"))
    document.value("transform", PLAIN)
    document.blank()


def write_translations(document: Document, parts: Parts, families: Sequence[Family]) -> None:
    """The [translations.ru] of an English draft: its own words, and none that the file has too.

    The other way round nothing is told: a Russian draft stays Russian for an English reader.
    """
    if not (words := document.in_language("ru")) or document.language != "en":
        return
    members = [label or member for family in families for member, label in family.members.items()]
    taken = {text.casefold() for text in (*_words_of(parts), *members)}
    told = {said: word for said, word in words.items() if "{label}" not in said and said.casefold() not in taken}
    told = {said: word for said, word in told.items() if said != word}
    for said, word in words.items():
        told |= {said.format(label=m.lower()): word.format(label=m.lower()) for m in members if "{label}" in said}
    if not told:
        return
    document.comment(
        Message.of("{rule} the words of this draft for readers of Russian; the file's own stay", rule=RULE)
    )
    document.table("translations", "ru")
    for said, word in told.items():
        document.value(said, word)


def _words_of(parts: Parts) -> Iterator[str]:
    """What the file itself says: headers, and values of columns with few of them."""
    made = {entry.name for entry in parts.entries if entry.label}
    for profile in parts.structure.profiles:
        if profile.name not in made:
            yield from (profile.name, label_of(profile.name))
        if profile.kind == "category" and profile.name in parts.structure.frame:
            yield from map(str, parts.structure.frame[profile.name].dropna().unique())


def write_campaign(document: Document, column: str) -> None:
    """A [[campaigns]] entry; what a contact costs and a response brings is left to fill in."""
    document.entry("campaigns")
    document.value("column", column)
    document.value("label", label_of(column))
    document.comment(
        Message.of("{example}# of one contact, in the currency above", example="cost = 1                  "),
        Message.of("{example}# of one response", example="revenue = 10              "),
    )
    document.blank()


def write_limits(document: Document, limits: Limits) -> None:
    """A [[rules]] entry that makes impossible values unknown."""
    document.comment(limits.why)
    document.entry("rules")
    document.value("rule", "range")
    document.value("column", limits.column)
    document.value("min", limits.least)
    if limits.most is not None:
        document.value("max", limits.most)
    document.value("action", "null")
    document.blank()


def write_only_returned(document: Document) -> None:
    """A [[rules]] entry that names customers without a purchase: their days since the last one are a guess."""
    document.comment(
        Message.of(
            'who only returned goods has no order and no last purchase; action = "quarantine" would leave them out'
        )
    )
    document.entry("rules")
    document.value("rule", "where")
    document.value("name", "only returned goods")
    document.value("sql", "orders = 0")
    document.value("action", "flag")
    document.blank()


def currency_named(structure: Structure) -> str:
    """A currency that the names of columns mention."""
    every = " ".join(profile.name for profile in structure.profiles).lower()
    return next((sign for word, sign in _CURRENCIES.items() if re.search(word, every)), "")
