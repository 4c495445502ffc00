"""A spec's queries, asked of Spark: its own, or the embedded engine's where they translate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pandas as pd

from pipeline.contract import Message
from pipeline.errors import SparkError, SpecError
from pipeline.reading import SINGLE, convert_counted, judge_days, last_of, no_day, refuse_other_rows, refuse_unknown
from pipeline.spark.dialect import asked, translated
from pipeline.spark.purchase_lines import (
    NUMBER,
    POSITION,
    JudgedPurchases,
    judge_purchases,
    line_of,
    numbered,
    places_of,
    refuse_untyped,
    with_numbers,
)
from pipeline.spark.source_tables import CORRUPT, SourceTables, quoted
from pipeline.spark.spark_session import Cluster, Rows, answering
from pipeline.spark.typed_columns import different_values
from pipeline.spec import Spec

_DAYS = ("date", "timestamp", "timestamp_ntz")


@dataclass(frozen=True)
class Asker:
    """The tables of a source, under the names by which queries know them."""

    cluster: Cluster
    spec: Spec
    given: SourceTables
    lines: JudgedPurchases | None = None  # where the spec has [lines], once they are judged
    view: Rows | None = None  # the table ``data`` that source.view makes, once it is made

    def dated(self) -> Asker:
        """The same with the last plausible day of the data where the spec says ``as_of = "auto"``, as found locally.

        Of a table of customers it is that of the columns of days that the spec names, under a query that of any
        column of days. Raises ``InputError`` where there is none.
        """
        spec, asks = self.spec, _asks(self.spec)
        if spec.lines is not None and asks:
            return self.judged()
        if spec.as_of != "auto" or (asks and self.given.texts):
            return self
        with answering():
            last = [judge_days(days).last for days in (self._days_of_any() if asks else self._days_of_customers())]
        return replace(self, spec=spec.at(last_of([day for day in last if day], self.given.source)))

    def judged(self) -> Asker:
        """The same with the view ``lines``, and with the last plausible day where the spec says ``as_of = "auto"``.

        Raises
        ------
        SpecError, InputError
            As the local engine does; or the lines are such that Spark would account for them otherwise.
        """
        spec, lines = self.spec, self.spec.lines
        if lines is None or self.lines is not None or not _asks(spec):
            return self
        view, rows, where = self._line_table()
        refuse_unknown(rows.columns, lines, spec.path or spec.name)
        refuse_untyped(spec, {name.lower(): kind for name, kind in rows.dtypes})
        with answering():
            counted = _counted_days(rows, lines.day) if lines.day else []
        if lines.day and not counted:
            raise no_day(spec.path or spec.name, lines.day)
        days = judge_days(counted)
        if spec.as_of == "auto":
            with answering():
                last = days.last if lines.day else self._last_of_any()
            spec = spec.at(last)
        return replace(self, spec=spec, view=view, lines=judge_purchases(rows, spec, days, where))

    def _line_table(self) -> tuple[Rows | None, Rows, Callable[[int], Message]]:
        """The view, the one table of lines, numbered, and how places are told; raises ``SpecError``."""
        spec, given, source = self.spec, self.given, self.spec.source
        local = Message.of("write the data as Parquet with a type for each column, or leave out --engine spark")
        if given.texts or given.by_jdbc:
            what = Message.of(
                "an account of purchase lines of text or of a database, whose cells the local engine reads"
            )
            raise _refused(spec, "[lines]", what, local)
        others = {"lines.query": spec.lines and spec.lines.query}
        others |= {f"source.{key}": getattr(source, key) for key in ("formats", "fill_down", "records", "load")}
        for key, value in others.items():
            if value:
                raise _refused(spec, key, Message.of("purchase lines that the local engine alone makes of the data"))
        if source.view:
            view = self._viewed()
            return view, self._numbered_view(view), line_of
        if len(given.tables) != 1:
            raise SpecError.because(
                Message.of("{spec}: [lines] over several tables", spec=str(spec.path or spec.name)),
                expected=Message.of("lines.query, which makes one table of their lines"),
                found=", ".join(given.tables),
            )
        [(name, rows)] = given.tables.items()
        files = given.files.get(name, ())
        with answering():
            return None, numbered(self.cluster, rows, files), places_of(files)

    def _numbered_view(self, view: Rows) -> Rows:
        """Its rows have places where they are those of one file, whose lines they hand on."""
        grain = self.spec.source.grain or ""
        files, handed = self.given.files.get(grain, ()), rf'(?<!\w)"?{re.escape(grain)}"?\."?{NUMBER}\b'
        if NUMBER not in view.columns or not files or not re.search(handed, self.spec.source.view or "", re.IGNORECASE):
            return view.drop(NUMBER)
        if len(files) > 1 or NUMBER in map(str.lower, self.given.tables[grain].columns):  # the numbers are no places
            return view
        return view.selectExpr("*", f"{NUMBER} - 1 AS {quoted(POSITION)}")

    def _viewed(self) -> Rows:
        """The table ``data`` that ``source.view`` makes; raises as the local engine does."""
        spec, given, view = self.spec, self.given, self.spec.source.view or ""
        if given.texts or given.by_jdbc:
            what = Message.of("SQL that joins several tables in the local engine")
            raise _refused(
                spec, "source.view", what, Message.of("write the tables as Parquet, or leave out --engine spark")
            )
        with answering():
            tables = given.tables
            if spec.lines:
                tables = {name: with_numbers(rows, given.files.get(name, ())) for name, rows in tables.items()}
            remedy = Message.of("write it with what both engines know, see docs/scale.md; or leave out --engine spark")
            sql = translated(view.strip().rstrip(";"), spec, "source.view", remedy, stored=_stored(tables.values()))
            made = self._asked("source.view", sql, tables)
            if spec.source.grain:
                refuse_other_rows(spec, int(made.count()), int(given.tables[spec.source.grain].count()))
        return made

    def _last_of_any(self) -> date:
        last = [judge_days(days).last for days in self._days_of_any()]
        return last_of([day for day in last if day], self.given.source)

    def _days_of_any(self) -> Iterator[list[tuple[date, int]]]:
        for rows in self.given.tables.values():
            for name, kind in rows.dtypes:
                if kind in _DAYS:
                    yield _counted_days(rows, name)

    def _days_of_customers(self) -> Iterator[list[tuple[date, int]]]:
        for rows in self.given.tables.values():
            stored = dict(rows.dtypes)
            named = [name for name, column in self.spec.columns.items() if column.kind == "date" and name in stored]
            texts = different_values(rows, stored, [name for name in named if stored[name] not in _DAYS])
            for name in named:
                if stored[name] in _DAYS:
                    yield _counted_days(rows, name)
                elif name in texts:
                    yield _read_days(texts[name], self.spec.source.day_form(name))

    def customers(self) -> Rows:
        """One row a customer: the answer to the spec's query, or its only table; raises ``SpecError``."""
        source, spec = self.spec.source, self.spec
        if spec.as_of == "auto":  # new customers, or text under a query: ``dated`` found no day
            remedy = Message.of("say the day: as_of = 2026-01-31 in the spec, or --as-of for new customers")
            raise _refused(spec, "as_of", '"auto"', remedy)
        if source.query or source.spark.query:
            return self.answer("source", source.query, source.spark.query)
        if source.view:
            return self._viewed() if self.view is None else self.view
        if len(self.given.tables) != 1:
            raise SpecError.because(
                Message.of("{spec}: several tables and no query", spec=str(spec.path or spec.name)),
                found=", ".join(self.given.tables),
                expected=Message.of("[source] query with one row a customer"),
                remedy=Message.of("write the query, or draft the spec anew with 'korzina init' and the folder"),
            )
        return next(iter(self.given.tables.values()))

    def answer(self, part: str, query: str | None, own: str | None, **more: Any) -> Rows:
        """The answer to a query of the spec over its tables and over Arrow tables ``more``; no row is read yet.

        Parameters
        ----------
        part
            ``source``, ``baskets`` or ``history``: the part of the spec that has the query.
        query, own
            In the SQL of the embedded engine, and in Spark's, which goes first.

        Raises
        ------
        SpecError
            It does not translate, is no single SELECT over these tables, or fails.
        """
        key = f"{part}.spark.query" if own else f"{part}.query"
        made = {"lines": self.lines.used()} if self.lines else {}
        if self.spec.source.view and not own:
            made[SINGLE] = self._viewed() if self.view is None else self.view
        tables = {**self.given.tables, **made, **{name: self.cluster.frame(table) for name, table in more.items()}}
        return self._asked(key, own or self._translated(part, query or "", tables), tables)

    def _asked(self, key: str, sql: str, tables: Mapping[str, Rows]) -> Rows:
        safe = asked(sql, self.spec, key, tables)
        run = uuid4().hex
        views = {name: f"korzina_{run}_{place}" for place, name in enumerate(tables)}
        try:
            with answering():
                for name, rows in tables.items():
                    rows.drop(CORRUPT).createOrReplaceTempView(views[name])
                # a WITH gives each table its name for this query alone: a session may be shared
                named = ", ".join(f"{quoted(name)} AS (SELECT * FROM {view})" for name, view in views.items())
                return self.cluster.session.sql(f"WITH {named} SELECT * FROM {safe}")
        except SparkError as error:
            raise SpecError.because(
                Message.of("{spec}: {key} failed", spec=self.spec.path or self.spec.name, key=key),
                found=error.parts["found"],
                expected=Message.of("SQL of Spark over {tables}", tables=", ".join(tables)),
                remedy=Message.of(
                    "correct it; in Spark's ANSI mode try_divide and try_cast give null where a value fails"
                ),
            ) from error

    def _translated(self, part: str, query: str, tables: Mapping[str, Rows]) -> str:
        remedy = Message.of("write the query in the SQL of Spark: [{part}.spark] query", part=part)
        if self.given.texts:
            raise _refused(
                self.spec,
                f"{part}.query",
                Message.of("SQL over text tables, whose cells the local engine reads"),
                remedy,
            )
        return translated(
            query.strip().rstrip(";"), self.spec, f"{part}.query", remedy, stored=_stored(tables.values())
        )

    def sizes(self) -> Mapping[str, int]:
        """Rows of each table."""
        with answering():
            return {name: int(rows.count()) for name, rows in self.given.tables.items()}


def _asks(spec: Spec) -> bool:
    """Whether customers are the answer to SQL over the tables."""
    return bool(spec.source.query or spec.source.spark.query or spec.source.view)


def _stored(tables: Iterable[Rows]) -> dict[str, str]:
    """Types of columns by their names; nothing where tables have several of one name."""
    made: dict[str, str] = {}
    for name, kind in (pair for rows in tables for pair in rows.dtypes):
        key = name.lower()
        made[key] = (
            kind if made.get(key, kind) == kind or kind == "float" else made[key] if made[key] == "float" else ""
        )
    return made


def _counted_days(rows: Rows, name: str) -> list[tuple[date, int]]:
    """Different days of a column that holds days, in order, each with how many rows have it."""
    days = (
        rows.selectExpr(f"CAST({quoted(name)} AS DATE) AS day")
        .where("year(day) BETWEEN 1 AND 9999")
        .groupBy("day")
        .count()
    )
    return [(row["day"], int(row["count"])) for row in days.orderBy("day").toArrow().to_pylist()]


def _read_days(counts: pd.Series, form: str | None) -> list[tuple[date, int]]:
    """The same of a column of text, from its different cells, read as the local engine reads them."""
    numbers = counts.to_numpy(dtype=np.int64)
    texts = counts.index.to_series().reset_index(drop=True).astype("str")
    made = convert_counted(texts, numbers, "date", date_format=form).values
    known = made.notna().to_numpy()
    days = pd.Series(numbers[known]).groupby(made[known].dt.date.to_numpy()).sum()
    return [(cast(date, day), int(number)) for day, number in days.sort_index().items()]


def _refused(spec: Spec, key: str, construct: str, remedy: str = "") -> SpecError:
    return SpecError.because(
        Message.of("{spec}: {key} cannot be given to Spark as it is", spec=spec.path or spec.name, key=key),
        found=construct,
        remedy=remedy
        or Message.of("leave out --engine spark; or prepare one row a customer, and write a spec for that table"),
    )
