"""A spec's queries, asked of Spark: its own, or the embedded engine's where they translate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pipeline.contract import Message
from pipeline.errors import SparkError, SpecError
from pipeline.spark.dialect import asked, translated
from pipeline.spark.source_tables import CORRUPT, SourceTables
from pipeline.spark.spark_session import Cluster, Rows, answering
from pipeline.spec import Spec


@dataclass(frozen=True)
class Asker:
    """The tables of a source, under the names by which queries know them."""

    cluster: Cluster
    spec: Spec
    given: SourceTables

    def customers(self) -> Rows:
        """One row a customer: the answer to the spec's query, or its only table; raises ``SpecError``."""
        source, spec = self.spec.source, self.spec
        if spec.lines is not None:
            raise _refused(
                spec, "[lines]", Message.of("an account of purchase lines, which the local engine alone keeps")
            )
        if source.view and not source.spark.query:
            raise _refused(spec, "source.view", Message.of("SQL that joins several tables in the local engine"))
        if spec.as_of == "auto":
            raise _refused(spec, "as_of", Message.of('"auto", which the local engine alone finds'))
        if source.query or source.spark.query:
            return self.answer("source", source.query, source.spark.query)
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
        sql = own or self._translated(part, query or "")
        tables = {**self.given.tables, **{name: self.cluster.frame(table) for name, table in more.items()}}
        safe = asked(sql, self.spec, key, tables)
        run = uuid4().hex
        views = {name: f"korzina_{run}_{place}" for place, name in enumerate(tables)}
        try:
            with answering():
                for name, rows in tables.items():
                    rows.drop(CORRUPT).createOrReplaceTempView(views[name])
                # a WITH gives each table its name for this query alone: a session may be shared
                named = ", ".join(f'"{name}" AS (SELECT * FROM {view})' for name, view in views.items())
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

    def _translated(self, part: str, query: str) -> str:
        remedy = Message.of("write the query in the SQL of Spark: [{part}.spark] query", part=part)
        if self.given.texts:
            raise _refused(
                self.spec,
                f"{part}.query",
                Message.of("SQL over text tables, whose cells the local engine reads"),
                remedy,
            )
        return translated(query.strip().rstrip(";"), self.spec, f"{part}.query", remedy)

    def sizes(self) -> Mapping[str, int]:
        """Rows of each table."""
        with answering():
            return {name: int(rows.count()) for name, rows in self.given.tables.items()}


def _refused(spec: Spec, key: str, construct: str, remedy: str = "") -> SpecError:
    return SpecError.because(
        Message.of("{spec}: {key} cannot be given to Spark as it is", spec=spec.path or spec.name, key=key),
        found=construct,
        remedy=remedy
        or Message.of("leave out --engine spark; or prepare one row a customer, and write a spec for that table"),
    )
