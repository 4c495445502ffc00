"""The table that a draft is made of: typed in the embedded engine, and as it was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from pipeline.drafting.days import settle_days
from pipeline.drafting.shop import Shop, shop_of
from pipeline.reading import ROW_ID, SINGLE, Data, Engine, Given, Question, RawTable, open_tables, read_source
from pipeline.spec import IdColumn, Source, Spec


@dataclass
class Opened:
    """An engine with the table ``data``, typed; ``formats`` say how columns of days are read."""

    engine: Engine
    shop: Shop
    formats: Mapping[str, str]
    questions: Mapping[str, Question]  # column of days -> what its form leaves open
    source: str  # for people
    text: RawTable | None  # where the table was text

    @cached_property
    def raw(self) -> RawTable:
        """Every row as it was written."""
        return self.text if self.text is not None else read_source(nothing_known(self.shop), self.shop.data)


@contextmanager
def opened(data: Data, answers: Mapping[str, str]) -> Iterator[Opened]:
    """The one table of ``data``, or the one that its tables make; raises ``InputError`` where there is nothing."""
    with shop_of(data) as shop:
        spec = nothing_known(shop)
        with open_tables(spec, shop.data) as (engine, given):
            text = given.texts.get(SINGLE)
            formats, questions = settle_days(engine, text, answers, given.source)
            if not formats:
                yield _opened(engine, shop, {}, {}, given, answers)
                return
        with open_tables(nothing_known(shop, formats), shop.data) as (engine, given):
            yield _opened(engine, shop, formats, questions, given, answers)


def _opened(
    engine: Engine,
    shop: Shop,
    formats: Mapping[str, str],
    questions: Mapping[str, Question],
    given: Given,
    answers: Mapping[str, str],
) -> Opened:
    if shop.tables:
        shop = shop.joined(engine, answers)
        engine.define(SINGLE, shop.view)
    return Opened(engine, shop, formats, questions, given.source, given.texts.get(SINGLE))


def nothing_known(shop: Shop, formats: Mapping[str, str] | None = None) -> Spec:
    """A spec of a table nobody has described, but for where it is and the forms of its days."""
    keys = shop.source.model_dump(exclude_defaults=True) | ({"formats": dict(formats)} if formats else {})
    return Spec(name="draft", id=IdColumn(column=ROW_ID), columns={}, source=Source.model_validate(keys))
