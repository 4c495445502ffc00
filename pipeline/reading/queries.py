"""The tables that a spec reads in the embedded engine, with the view of their lines, and queries over them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.contract import LineAccount, Message
from pipeline.errors import InputError, SpecError
from pipeline.reading.engine import Engine, QueryError, quote, tables
from pipeline.reading.frames import SINGLE, Arrow
from pipeline.reading.joined_tables import make_view
from pipeline.reading.lines import (
    EngineFacts,
    Judged,
    Subject,
    Where,
    account_of,
    count_days,
    days_of,
    error_cells,
    failing_key,
    judge_by_customer,
    judge_days,
    judge_lines,
    lines_failed,
    number_answer,
    number_rows,
    places_in_answer,
    places_in_files,
    row_number,
    unreadable_cells,
    with_line_numbers,
)
from pipeline.reading.raw import RawTable
from pipeline.reading.typed_rows.sampling import DrawnRows, draw_rows
from pipeline.spec import Spec, asks_day, with_day

ANSWER = "(answer)"
_ALL = "(all answered)"  # of which a sample is drawn


@dataclass(frozen=True)
class Given:
    """What a spec's SQL is asked of: Parquet files and frames by table, and what was read of those that were text."""

    parquet: Mapping[str, list[Path]]
    frames: Mapping[str, pd.DataFrame | Arrow]
    texts: Mapping[str, RawTable]
    source: str  # for people

    @property
    def names(self) -> list[str]:
        """The tables, as SQL calls them."""
        return [*self.parquet, *self.frames]


@dataclass(frozen=True)
class Opened:
    """The tables in an engine, the spec with the day that "auto" is in them, and their lines where it has them."""

    engine: Engine
    spec: Spec
    judged: Judged | None = None
    where: Where = row_number


@contextmanager
def opened(spec: Spec, given: Given) -> Iterator[Opened]:
    """An engine over the tables, with the view ``lines`` where the spec has ``[lines]``.

    Raises
    ------
    SpecError
        Naming the key of ``[lines]`` that does not fit the tables.
    InputError
        Where ``as_of = "auto"`` finds no day.
    QueryError
        Where a table cannot be read.
    """
    with tables(given.parquet, given.frames) as engine:
        make_view(spec, engine, given.parquet, given.frames, given.texts)
        if spec.lines is None:
            yield Opened(engine, spec.at(_last_day(engine, given)) if spec.as_of == "auto" else spec)
            return
        where = _number(engine, spec, given)
        days = judge_days(count_days(engine, spec.lines, spec.path or spec.name))
        if spec.as_of == "auto":
            spec = spec.at(days.last if spec.lines.day else _last_day(engine, given))
        yield Opened(engine, spec, judge_lines(engine, spec, days), where)


def answer(spec: Spec, given: Given, key: str, query: str, /, **more: pd.DataFrame) -> pd.DataFrame:
    """The answer to a query of the spec over the tables and over frames ``more``; ``key`` is the spec's name for it.

    Raises
    ------
    SpecError
        Where the query fails, or an expression of ``[lines]`` on some line.
    """
    try:
        with opened(spec, given) as session:
            return asked(session, given, key, query, **more)
    except QueryError as error:
        raise query_failed(spec, key, error, [*given.names, *more]) from error


@contextmanager
def answering(spec: Spec, given: Given, key: str, query: str, /) -> Iterator[Engine]:
    """The engine with the answer as the view ``ANSWER``, for what is counted and never held; raises as ``answer``."""
    try:
        with opened(spec, given) as session:
            _define_answer(session, given, key, query)
            try:
                yield session.engine
            except QueryError:
                refuse_failing(session)
                raise
    except QueryError as error:
        raise query_failed(spec, key, error, given.names) from error


def _define_answer(session: Opened, given: Given, key: str, query: str) -> None:
    """As a view; a query that cannot be one (two columns of one name, say) as a table, or in an error that says why."""
    day = session.spec.day
    try:
        if asks_day(query) and day is None:
            raise QueryError("a view knows no day")  # the question itself says so in words
        session.engine.define(ANSWER, with_day(query, day))
    except QueryError:
        session.engine.give(ANSWER, asked(session, given, key, query))


def asked(session: Opened, given: Given, key: str, query: str, /, **more: pd.DataFrame) -> pd.DataFrame:
    """The same over tables that are open already."""
    try:
        return session.engine.query(query, more, as_of=session.spec.day)
    except QueryError as error:
        refuse_failing(session)
        names = [*given.names, *(["lines"] if session.judged else []), *more]
        raise query_failed(session.spec, key, error, names) from error


def draw_answer(session: Opened, given: Given, key: str, query: str, customers: int) -> DrawnRows | None:
    """Of the answer the rows of so many customers; None where it has no more. It is computed once; see ``asked``."""
    _define_answer(session, given, key, query)
    try:
        session.engine.keep(_ALL, f"SELECT * FROM {quote(ANSWER)}")
        return draw_rows(session.engine, _ALL, session.spec.id.column, customers)
    except QueryError:
        refuse_failing(session)
        raise


def refuse_failing(session: Opened) -> None:
    """Raise ``SpecError`` for the expression of ``[lines]`` that fails on the data, if one does."""
    failing = failing_key(session.engine, session.spec) if session.judged else None
    if failing:
        raise lines_failed(session.spec.path or session.spec.name, *failing)


def query_failed(spec: Spec, key: str, error: QueryError, names: list[str]) -> SpecError:
    """The error for a query of the spec that the engine cannot run."""
    return SpecError.because(
        Message.of("{spec}: {key} failed", spec=str(spec.path or spec.name), key=key),
        found=str(error)[:600],
        expected=Message.of(
            "SQL over {tables} with one row a customer" if key == "source.query" else "SQL over {tables}",
            tables=", ".join(names),
        ),
        remedy=Message.of("look for the name that is missing in the data, and correct the SQL in the spec"),
    )


def account(session: Opened, given: Given) -> LineAccount | None:
    """What became of every line; None where the spec says nothing of lines and no table has its column of customers.

    Raises
    ------
    SpecError
        Naming the key of ``[lines]`` that fails on some line.
    """
    spec, lines = session.spec, session.spec.lines
    try:
        if lines is not None and session.judged is not None:
            facts = EngineFacts(session.engine, lines)
            subject = Subject(facts, lines, session.judged, session.where, spec.id.keep, **_read(given))
            return account_of(subject)
    except QueryError as error:
        refuse_failing(session)
        raise query_failed(spec, "lines", error, given.names) from error
    try:
        return _account_by_customer(session, given)
    except QueryError as error:  # nothing that trained before is refused for want of an account
        logging.getLogger(__name__).warning("the lines of the data cannot be accounted for: %s", error.brief)
        return None


def _account_by_customer(session: Opened, given: Given) -> LineAccount | None:
    engine, customer = session.engine, session.spec.id.column
    sizes = {name: engine.count(name) for name in given.names if customer in engine.columns(name)}
    if not sizes:
        return None
    name = max(sizes, key=lambda table: sizes[table])
    kinds = engine.columns(name)
    stray = {
        column: judge_days(days_of(engine, name, column)).impossible for column in kinds if _of_days(kinds[column])
    }
    where = _number_table(engine, given, name)
    lines, judged = judge_by_customer(engine, customer, {column: days for column, days in stray.items() if days})
    table = name if len(given.names) > 1 else ""
    facts, read = EngineFacts(engine, lines), _read(given, name)
    return account_of(Subject(facts, lines, judged, where, session.spec.id.keep, declared=False, table=table, **read))


def _read(given: Given, table: str | None = None) -> dict[str, Any]:
    """What the texts, or one of them, hold that is no line and no value."""
    texts = {name: raw for name, raw in given.texts.items() if table in (None, name)}
    cells = [cell for name, raw in texts.items() for cell in unreadable_cells(raw.frame, given.frames[name])]
    cells += [cell for raw in texts.values() for cell in error_cells(raw.faults)]
    return {"rejects": [reject for raw in texts.values() for reject in raw.rejects], "unreadable": cells}


def _number(engine: Engine, spec: Spec, given: Given) -> Where:
    """Give every line its place; returns how places are told."""
    query = spec.lines.query if spec.lines else None
    if query is not None or spec.source.view:
        for name, raw in given.texts.items() if query is not None else ():
            engine.give(name, with_line_numbers(given.frames[name], raw))
        try:
            number_answer(engine, query or f"SELECT * FROM {SINGLE}")
        except QueryError as error:
            raise query_failed(spec, "lines.query", error, given.names) from error
        return places_in_answer(engine)
    if len(given.names) != 1:
        raise SpecError.because(
            Message.of("{spec}: [lines] over several tables", spec=str(spec.path or spec.name)),
            expected=Message.of("lines.query, which makes one table of their lines"),
            found=", ".join(given.names),
        )
    return _number_table(engine, given, given.names[0])


def _number_table(engine: Engine, given: Given, name: str) -> Where:
    files, raw = given.parquet.get(name), given.texts.get(name)
    number_rows(engine, files if files is not None else given.frames[name], raw)
    if files is not None:
        return places_in_files(files)
    return raw.where if raw is not None else row_number


def _of_days(kind: str) -> bool:
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def _last_day(engine: Engine, given: Given) -> date:
    """The last plausible day of any column of days; raises ``InputError`` where there is none."""
    last: list[date] = []
    for name in given.names:
        for column, kind in engine.columns(name).items():
            if _of_days(kind):
                day = judge_days(days_of(engine, name, column)).last
                last += [day] if day else []
    return last_of(last, given.source)


def last_of(days: list[date], source: str) -> date:
    """The last of the days that columns end on, for ``as_of = "auto"``."""
    if not days:
        raise InputError.because(
            Message.of('{source}: as_of = "auto", and no column of days', source=source),
            expected=Message.of("a column of dates, the last of which ages and recencies count from"),
            remedy=Message.of(
                "set as_of = 2026-01-31 in the spec, or say how days are written with source.date_format"
            ),
        )
    return max(days)
