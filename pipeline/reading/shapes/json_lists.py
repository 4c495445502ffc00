"""Lists inside JSON records: which of them are the rows of the table, and which say something beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.contract import Message, Quantity
from pipeline.reading.questions import Choice, Question

NO_LIST = "none"  # source.records of a file whose records are rows by themselves
_PIECES = r"\b(quantity|qty|units?|pieces|count|menge|anzahl|cantidad|quantite|ilosc|количество|кол)\b"
_PRICED = r"\b(price|amount|total|subtotal|cost|sum|preis|precio|prix|prezzo|cena|цена|сумма|стоимость)\b"
_LINES = r"\b(line items?|lineitems?|order (items?|lines?)|items|lines|positions|products|goods|товары|позиции|состав)$"
_SHOWN = 6  # columns of a list, in a question

Records = Sequence[tuple[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class Lists:
    """The list whose entries are rows (None: the records are), those left out, and the question where it is not plain.

    ``left`` have records or values of their own, of which nothing is read.
    """

    rows: str | None
    left: tuple[str, ...] = ()
    question: Question | None = None


def lists_of(records: Records, name: str, wanted: str | None) -> Lists:
    """Which list inside the records holds the rows.

    Lines of an order have pieces and a price; where several lists or none of several have both, the name decides, and
    where it does not, it is asked.

    Parameters
    ----------
    records
        With dotted names, each with its place.
    name
        Of the file, for people.
    wanted
        ``source.records`` of the spec: a list, ``none``, or None where nothing was said.
    """
    filled = sorted({key for _, record in records for key, cell in record.items() if isinstance(cell, list) and cell})
    of_records = [key for key in filled if _all_records(records, key)]
    if wanted is not None:
        rows = None if wanted == NO_LIST else wanted
        return Lists(rows, tuple(key for key in filled if key != rows))
    likely = of_records if len(of_records) < 2 else _order_lines(records, of_records)
    rows = next(iter(likely or of_records), None)
    left = tuple(key for key in filled if key != rows)
    if len(likely) == 1 or not of_records:
        return Lists(rows, left)
    return Lists(rows, left, _question(records, of_records, name))


def _order_lines(records: Records, keys: Sequence[str]) -> list[str]:
    """Lists whose entries have pieces and a price; of several those that are named after lines."""
    priced = [key for key in keys if _has(records, key, _PIECES) and _has(records, key, _PRICED)]
    named = [key for key in priced or keys if re.search(_LINES, _words(key))]
    return priced if len(priced) == 1 else named


def _question(records: Records, keys: Sequence[str], name: str) -> Question:
    choices = [Choice(key, _evidence(records, key)) for key in keys]
    whole = Choice(NO_LIST, Message.of("none of them: a record is a row"))
    return Question(
        "records", Message.of("{file}: each record holds several lists. Which one is the rows?", file=name),
        (*choices, whole),
    )  # fmt: skip


def _evidence(records: Records, key: str) -> Message:
    entries = [entry for _, record in records for entry in record.get(key) or ()]
    columns = list(dict.fromkeys(column for entry in entries for column in entry))
    return Message.of("{n} rows: {columns}", n=Quantity(len(entries)), columns=", ".join(columns[:_SHOWN]))


def _all_records(records: Records, key: str) -> bool:
    cells = (record[key] for _, record in records if isinstance(record.get(key), list))
    return all(isinstance(entry, dict) for cell in cells for entry in cell)


def _has(records: Records, key: str, pattern: str) -> bool:
    """Whether a column of a list's entries is named so."""
    columns: Iterable[str] = {column for _, record in records for entry in record.get(key) or () for column in entry}
    return any(re.search(pattern, _words(column)) for column in columns)


def _words(name: str) -> str:
    """``lineItems`` and ``line_items`` as words."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))).lower()
