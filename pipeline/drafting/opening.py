"""The table that a draft is made of: typed in the embedded engine, and as it was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from pipeline.drafting.forms import Forms, settle_forms
from pipeline.reading import ROW_ID, SINGLE, Data, Engine, RawTable, open_tables, read_source
from pipeline.spec import IdColumn, Source, Spec


@dataclass
class Opened:
    """An engine with the table ``data``, typed by ``forms``."""

    engine: Engine
    data: Data
    forms: Forms
    source: str  # for people
    text: RawTable | None  # where the table was text

    @cached_property
    def raw(self) -> RawTable:
        """Every row as it was written."""
        return self.text if self.text is not None else read_source(nothing_known(), self.data)


@contextmanager
def opened(data: Data, answers: Mapping[str, str]) -> Iterator[Opened]:
    """The one table of ``data``; raises ``InputError`` where there are several or none."""
    with open_tables(nothing_known(), data) as (engine, given):
        text = given.texts.get(SINGLE)
        if text is None:
            yield Opened(engine, data, Forms(), given.source, None)
            return
        forms = settle_forms(text.frame, given.frames[SINGLE], answers, given.source)
        if not forms.formats:
            yield Opened(engine, data, forms, given.source, text)
            return
    with open_tables(nothing_known(forms.formats), data) as (engine, given):
        yield Opened(engine, data, forms, given.source, given.texts.get(SINGLE))


def nothing_known(formats: Mapping[str, str] | None = None) -> Spec:
    """A spec of a table nobody has described, but for the forms of its days."""
    source = Source.model_validate({"formats": dict(formats)} if formats else {})
    return Spec(name="draft", id=IdColumn(column=ROW_ID), columns={}, source=source)
