"""A user's own file -> a commented draft spec, with what is still to be asked about it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.contract import Joined, Message
from pipeline.drafting.basket_query import baskets_of
from pipeline.drafting.cell_forms import Forms, one_currency
from pipeline.drafting.customer_table import draft_customers
from pipeline.drafting.document import Document
from pipeline.drafting.opening import OpenedTable, opened
from pipeline.drafting.purchase_summary import PurchaseSummary, summarise
from pipeline.drafting.sections import write_lines, write_source
from pipeline.drafting.shop import Shop
from pipeline.drafting.structure import analyse_structure
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, SINGLE, Data, Frames, QueryError, Question, RawTable, keeping, read_source
from pipeline.spec import SCHEMA_FILE, parse_spec, schema_text
from pipeline.understanding import Profile, Understanding, understand

_PACKED = (".csv", ".tsv", ".txt", ".tab", ".json", ".jsonl", ".ndjson", ".xlsx", ".xls")  # before .gz


@dataclass(frozen=True)
class Draft:
    """The text of a spec, what was taken for what, and the questions that are open."""

    text: str
    told: tuple[Message, ...] = ()
    questions: tuple[Question, ...] = ()
    language: str = "en"  # in which the text speaks to people
    unused: tuple[str, ...] = ()  # answers to questions that these data do not raise
    keys: tuple[str, ...] = ()  # questions that can be answered about them


@keeping()
def draft(
    data: Data, name: str | None = None, answers: Mapping[str, str] | None = None, language: str | None = None
) -> Draft:
    """A draft of the spec of ``data``: a file, folder, glob, database URL or frame.

    Parameters
    ----------
    data
        One row a customer, or lines of purchases, which the drafted query sums up.
    name
        Of the spec; None: after the file.
    answers
        Question -> answer, as ``--answer KEY=VALUE`` gives them.
    language
        In which the draft speaks to people; None: that of the headers.

    Raises
    ------
    InputError
        Where the data cannot be read, say nothing about who bought, or hold nothing that could be clustered on.
    SpecError
        Where an answer names a column that does not exist.
    """
    title = spec_name(data) if name is None else name
    answers = _Answers(answers or {})
    with opened(data, answers) as source:
        language = language or language_of(source.headers or source.engine.columns(SINGLE))
        try:
            return _drafted(source, title, answers, language)
        except InputError as error:
            error.language = language
            raise
        except QueryError as error:
            raise InputError.because(
                Message.of("{source}: the engine cannot work with these values", source=source.source),
                found=error.brief,
                remedy=Message.of("look for infinite or impossible values, or leave the column out"),
            ) from error


def _drafted(source: OpenedTable, title: str, answers: _Answers, language: str) -> Draft:
    reading, table = _understood(source, answers)
    reading.told[:0] = source.text.told if source.text is not None else ()
    _add_forms(reading, source.forms)
    if reading.money and not reading.currency and source.text is not None:
        reading.currency = one_currency(source.text.frame, reading.money.columns)
    summary = summarise(reading, table, source.engine) if reading.lines else None
    bought = baskets_of(reading, table, source.engine)
    shop = source.shop.using(reading, f"{summary.query};{bought.query}" if summary else "")
    reading.told += shop.told[len(source.shop.told) :]
    raw = _customers(shop, title, reading, summary) if summary else source.raw
    reading.told += raw.faults_told()  # of lines they stand in the account
    raw = RawTable(**{**vars(raw), "frame": raw.frame.rename(columns=lambda column: str(column).strip())})
    structure = analyse_structure(raw.frame, formats=reading.formats, families=summary.families if summary else None)
    text = draft_customers(
        structure,
        title,
        source.source,
        reading=reading,
        summary=summary,
        tables=shop.source,
        bought=bought,
        language=language,
    )
    parse_spec(tomllib.loads(text), where="draft")  # a draft that does not load would be a fault of ours
    return Draft(text, tuple(reading.told), tuple(reading.questions), language, answers.unused, answers.looked_up)


def language_of(headers: Iterable[str]) -> str:
    """Russian where most letters of the headers are Cyrillic, else English."""
    letters = re.findall(r"[^\W\d_]", " ".join(map(str, headers)))
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in letters)
    return "ru" if 2 * cyrillic > len(letters) else "en"


class _Answers(dict[str, str]):
    """Answers that remember which keys were looked up: a key that no question of the data has must not pass."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self._asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self._asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self._asked.add(key)
        return super().__getitem__(key)

    @property
    def unused(self) -> tuple[str, ...]:
        """Keys that were answered and never looked up."""
        return tuple(key for key in self if key not in self._asked)

    @property
    def looked_up(self) -> tuple[str, ...]:
        """Keys that can be answered about these data."""
        return tuple(sorted(self._asked))


def _understood(source: OpenedTable, answers: Mapping[str, str] | None) -> tuple[Understanding, tuple[Profile, ...]]:
    """What the table is; a question about its tables comes before what is missing in the one that was guessed."""
    made = source.shop.made
    asked = (*source.questions, *(made.questions if made else ()))
    try:
        reading, table = understand(source.engine, answers, where=source.text.where if source.text else None)
    except InputError as error:
        if not asked:
            raise
        question = asked[0]
        raise InputError.because(
            question.ask,
            found=Message.of(
                "{choices}",
                choices=Joined(
                    tuple(
                        Message.of("{value} ({reason})", value=choice.value, reason=choice.evidence)
                        for choice in question.choices
                    ),
                    "; ",
                ),
            ),
            remedy=Message.of("say which: --answer {answer}", answer=f"{question.key}={question.choices[0].value}"),
        ) from error
    reading.told[:0] = [*source.shop.told, *(made.told if made else ())]
    reading.questions[:0] = asked
    return reading, table


def _add_forms(reading: Understanding, forms: Forms) -> None:
    """How the columns are written; what is open or told of a column that nobody uses is left out."""
    reading.formats = forms.formats | reading.formats
    used = {reading.customer, reading.order, reading.day, reading.period}
    used |= set(reading.money.columns) if reading.money else set()
    for column, question in forms.questions.items():
        if column in used or not reading.lines or question.key == "year":
            reading.questions.insert(0, question)
    reading.questions = list({question.key: question for question in reversed(reading.questions)}.values())[::-1]
    for column, told in forms.told.items():
        if column in used or not reading.lines:
            reading.told += told


def draft_spec(data: Data, name: str | None = None) -> str:
    """The text of ``draft``; open questions stand in it."""
    return draft(data, name).text


def _customers(shop: Shop, title: str, reading: Understanding, summary: PurchaseSummary) -> RawTable:
    """One row a customer, by the very query that the draft will hold."""
    document = Document()
    document.value("name", title)
    if reading.day:
        document.value("as_of", "auto")
    write_source(document, reading, summary.query, shop.source)
    write_lines(document, reading)
    document.table("id")
    document.value("column", reading.customer or ROW_ID)
    document.table("columns", "orders")
    document.value("role", "active")
    return read_source(parse_spec(tomllib.loads(document.text), where="draft"), shop.data)


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
            raise InputError.because(
                Message.of("{file} cannot be written ({why})", file=str(file), why=str(error.strerror or error)),
                remedy=Message.of("give another place, where you may write (--output)"),
            ) from error


def spec_name(data: Data) -> str:
    """A name for the spec, after the file, the folder or the database."""
    if isinstance(data, Frames):
        return "customers"
    tail = data.split("://", 1)[-1].split("?")[0].rstrip("/\\")
    stem = Path(tail).stem if "*" not in tail else Path(tail).parent.name
    stem = Path(stem).stem if Path(stem).suffix.lower() in _PACKED else stem  # sales.csv.gz
    return re.sub(r"[^\w-]+", "_", stem).strip("_") or "customers"
