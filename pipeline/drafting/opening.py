"""The table that a draft is made of: typed in the embedded engine, and as it was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from pipeline.drafting.cell_forms import SERIAL_WORDS, Forms, settle_forms
from pipeline.drafting.shop import Shop, shop_of
from pipeline.reading import (
    ROW_ID,
    SINGLE,
    Data,
    Engine,
    Frames,
    Given,
    Question,
    RawTable,
    open_tables,
    quote,
    read_source,
)
from pipeline.spec import IdColumn, Source, Spec
from pipeline.understanding import fits, is_day, is_number, words

_SAMPLE = 100_000  # rows, for the forms of a table that is not read into memory


@dataclass
class OpenedTable:
    """An engine with the table ``data``, typed by ``forms``."""

    engine: Engine
    shop: Shop
    forms: Forms
    source: str  # for people
    text: RawTable | None  # where the table was text
    headers: tuple[str, ...] = ()  # of the table as it was read
    questions: tuple[Question, ...] = ()  # which sheet or list is the table: the likeliest was taken

    @cached_property
    def raw(self) -> RawTable:
        """Every row as it was written."""
        return self.text if self.text is not None else read_source(nothing_known(self.shop), self.shop.data)


@contextmanager
def opened(data: Data, answers: Mapping[str, str]) -> Iterator[OpenedTable]:
    """The one table of ``data``, or the one that its tables make; raises ``InputError`` where there is nothing."""
    with shop_of(data) as shop, _opened_shop(shop, answers) as made:
        yield made


@contextmanager
def _opened_shop(shop: Shop, answers: Mapping[str, str]) -> Iterator[OpenedTable]:
    """The tables are opened once to see what they are, and again where they are then to be read otherwise."""
    with open_tables(nothing_known(shop), shop.data) as (engine, given):
        otherwise = _otherwise(shop, given, answers)
        forms = {} if otherwise else _forms_of(engine, given, answers)
        formats = _agreed(forms)
        kinds = engine.columns(SINGLE) if SINGLE in given.names and not otherwise else {}
        if not otherwise:
            shop = _told_of_its_rows(_by_day(shop, engine, kinds, forms, _with_year(answers, given)), given)
        if not (otherwise or formats or shop.periods):
            yield _opened(engine, shop, forms, given, answers, tuple(kinds))
            return
    if otherwise:
        with _opened_shop(otherwise, answers) as made:
            yield made
        return
    with open_tables(nothing_known(shop, formats), shop.data) as (engine, given):
        yield _opened(engine, shop, forms, given, answers, tuple(kinds))


def _otherwise(shop: Shop, given: Given, answers: Mapping[str, str]) -> Shop | None:
    """The shop with the sheet or list that was answered, or with merged cells, where it is to be read so; else None."""
    if shop.stored or isinstance(shop.data, Frames):
        return None
    part = {question.key: answer for question in _questions(given) if (answer := answers.get(question.key))}
    if part and not shop.part:
        return replace(shop, part=part)
    if shop.tables or shop.fill_down or SINGLE not in given.texts:
        return None
    merged = shop.with_merged_cells(given.texts[SINGLE].frame)
    return None if merged is shop else merged


def _forms_of(engine: Engine, given: Given, answers: Mapping[str, str]) -> dict[str, Forms]:
    """How the cells of each table are written."""
    texts = {
        name: settle_forms(raw.frame, given.frames[name], answers, given.source) for name, raw in given.texts.items()
    }
    typed = [name for name in given.names if name not in given.texts]
    return texts | {name: _forms_of_typed(engine, name, answers, given.source) for name in typed}


def _by_day(
    shop: Shop, engine: Engine, kinds: Mapping[str, str], forms: dict[str, Forms], answers: Mapping[str, str]
) -> Shop:
    """The shop whose one table has a line a period or a day, where its columns are periods or parts of a day."""
    formats = _agreed(forms)
    numbers = {name: is_number(kind) or formats.get(name) == "number" for name, kind in kinds.items()}
    shop, question = shop.by_period(numbers, answers)
    if question is not None:
        forms.setdefault(SINGLE, Forms()).questions["(months)"] = question
    if kinds and not _days_of_a_kind(kinds, formats):
        shop = shop.by_parts_of_a_day(engine)
        shop = shop if shop.periods else shop.by_days_in_documents(engine)
    return shop.by_parts_of_a_name(engine) if any(fits(words.PERSON, name) for name in kinds) else shop


def _told_of_its_rows(shop: Shop, given: Given) -> Shop:
    """With what reading said of a table that is read anew under another name: groups, files that lack a column."""
    text = given.texts.get(SINGLE) if shop.periods else None
    return shop if text is None else replace(shop, told=(*text.told, *shop.told))


def _with_year(answers: Mapping[str, str], given: Given) -> Mapping[str, str]:
    """The answers, and the one year that the title above the table names, for months that do not say theirs."""
    title = given.texts[SINGLE].title if SINGLE in given.texts else ""
    years = set(re.findall(r"(?<![\d.])(?:19|20)\d\d(?!\d)|(?<=\d\.\d\d\.)(?:19|20)\d\d(?!\d)", title))
    return {"year": years.pop(), **answers} if len(years) == 1 else answers


def _days_of_a_kind(kinds: Mapping[str, str], formats: Mapping[str, str]) -> bool:
    """Whether a column of the table is one of days, as it stands or by the form of its cells."""
    return any(map(is_day, kinds.values())) or any(form != "number" for form in formats.values())


def _questions(given: Given) -> tuple[Question, ...]:
    return tuple(question for raw in given.texts.values() for question in raw.questions)


def _forms_of_typed(engine: Engine, table: str, answers: Mapping[str, str], source: str) -> Forms:
    """Days and amounts that a table with types (Parquet) keeps as text, and days that it keeps as numbers."""
    kinds = engine.columns(table)
    likely = [
        name for name, kind in kinds.items() if kind == "VARCHAR" or (is_number(kind) and fits(SERIAL_WORDS, name))
    ]
    if not likely:
        return Forms()
    frame = engine.query(f"SELECT {', '.join(map(quote, likely))} FROM {quote(table)} LIMIT {_SAMPLE}")
    frame = frame.assign(**{name: frame[name].astype("str") for name in likely if kinds[name] == "VARCHAR"})
    forms = settle_forms(frame, frame, answers, source)
    whole = [name for name, form in forms.formats.items() if form == "number" and _whole(frame[name])]
    return Forms({name: form for name, form in forms.formats.items() if name not in whole}, forms.questions, forms.told)


def _whole(series: pd.Series) -> bool:
    """Digits only: a number of something, which stays the text that it is."""
    return bool(series.dropna().str.fullmatch(r"\d+").all())


def nothing_known(shop: Shop, formats: Mapping[str, str] | None = None) -> Spec:
    """A spec of a table nobody has described, but for where it is and the forms of its days."""
    keys = shop.source.model_dump(exclude_defaults=True) | ({"formats": dict(formats)} if formats else {})
    return Spec(name="draft", id=IdColumn(column=ROW_ID), columns={}, source=Source.model_validate(keys))


def _opened(
    engine: Engine,
    shop: Shop,
    forms: Mapping[str, Forms],
    given: Given,
    answers: Mapping[str, str],
    headers: tuple[str, ...],
) -> OpenedTable:
    if not shop.tables:
        settled, text = forms.get(SINGLE, Forms()), given.texts.get(SINGLE)
        return OpenedTable(engine, shop, settled, given.source, text, headers, _questions(given))
    shop = shop.joined(engine, answers)
    engine.define(SINGLE, shop.view)
    together = Forms(_agreed(forms))
    for column in shop.made.columns if shop.made else ():
        of_table = forms.get(column.table, Forms())
        if column.name in of_table.questions:
            together.questions[column.alias] = of_table.questions[column.name]
        for told in of_table.told.get(column.name, ()):
            together.tell(column.alias, told)
    return OpenedTable(engine, shop, together, given.source, None)


def _agreed(forms: Mapping[str, Forms]) -> dict[str, str]:
    """Forms of columns by their names; of columns of two tables with one name, only where they are written alike."""
    every = [(column, form) for part in forms.values() for column, form in part.formats.items()]
    return {column: form for column, form in every if all(form == other for name, other in every if name == column)}
