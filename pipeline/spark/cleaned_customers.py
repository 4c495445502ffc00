"""Cleaned customers as Spark has them: the account of one pass, and the rows themselves brought to this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipeline.cleaning import (
    LEAST_ROWS,
    WITHHELD,
    apart,
    customers_table,
    entries,
    fingerprint,
    in_order,
    one_customer,
    refuse_few,
    set_aside,
    unknown_columns,
)
from pipeline.contract import Dataset, Ledger, LedgerEntry, Message, Quantity
from pipeline.errors import InputError, StarvedError
from pipeline.folding import SAMPLE
from pipeline.spark.asking import Asker
from pipeline.spark.folds.spark_population import SparkPopulation, as_frame
from pipeline.spark.row_rules import FATE, RAW, JudgedRows
from pipeline.spark.source_tables import CORRUPT, quoted
from pipeline.spark.spark_cleaning import cleaned_columns, judge, shown_columns
from pipeline.spark.spark_session import Rows, answering
from pipeline.spark.staying import Staying, memory_wanting, stays
from pipeline.spec import Spec
from pipeline.stages import Cleaned

MOST_ASIDE = 10_000  # rows set aside that are shown
_PASSES = 6  # texts that are looked up, ids, raw rows, judged rows, customers, rows set aside


Tick = Callable[[float], None]


@dataclass(frozen=True)
class Account:
    """What one pass over the rows tells."""

    dataset: Dataset
    entries: tuple[LedgerEntry, ...]
    of_columns: tuple[LedgerEntry, ...]  # constant ones, and those with values filled in: they come last
    rows_in: int
    rows_out: int


@dataclass(frozen=True)
class Work:
    """What cleaning took of Spark."""

    partitions: int
    passes: int  # over the rows
    staying: Staying | None = None  # where customers are not fetched, all of them


def clean_on_spark(
    asker: Asker,
    tick: Tick = lambda _share: None,
    *,
    address: str | None = None,
    kept: ExitStack | None = None,
    minimum_rows: int = LEAST_ROWS,
) -> tuple[Cleaned, Work]:
    """The customers of a source, cleaned on Spark, with the local engine's account of them.

    Parameters
    ----------
    tick
        Is told which share of the passes over the rows is done.
    address
        Folder where customers may be written who are too many to be fetched: of these a sample is returned, and all of
        them as ``Work.staying``.
    kept
        Holds what they need on the cluster until it is closed.
    minimum_rows
        As for the local ``clean``: fewer than ``LEAST_ROWS`` means new customers for an existing model.

    Raises
    ------
    InputError, SpecError, StarvedError
        As the local engine does.
    SparkError
        A job failed.
    """
    spec, source, scoring = asker.spec, asker.given.source, minimum_rows < LEAST_ROWS
    with answering():
        answer = asker.customers()
        judged, distinct = judge(asker.cluster, answer, spec, source, scoring=scoring)
        tick(2 / _PASSES)
        rows = judged.rows.persist()
        try:
            account = _counted(asker, answer, judged, rows, distinct, minimum_rows)
            tick(4 / _PASSES)
            staying, width = None, len(cleaned_columns(spec))
            if address and kept is not None and stays(account.rows_out, width):
                staying = _staying(rows, account, spec, address, kept)
                frame = staying.population.sample().customers
            else:
                _refuse_starving(account.rows_out, width, source, scoring=scoring)
                frame = _fetched(rows.where(f"{quoted(FATE)} IS NULL"), spec)
                if not scoring and asker.lines is None:
                    heavy = one_customer(frame, account.dataset, spec)
                    account = replace(account, entries=(*account.entries, *heavy))
            tick(5 / _PASSES)
            quarantine = _set_aside(answer, judged, rows, distinct, spec)
            partitions = rows.selectExpr("spark_partition_id() AS place").distinct().count()
            work = Work(partitions, _PASSES, staying)
            return _cleaned(asker, account, frame, quarantine, answer.columns, staying), work
        finally:
            rows.unpersist()
            distinct.unpersist()


def _staying(rows: Rows, account: Account, spec: Spec, address: str, kept: ExitStack) -> Staying:
    """All customers, held on the cluster for the many passes of an analysis."""
    customers = rows.where(f"{quoted(FATE)} IS NULL").selectExpr(*map(quoted, cleaned_columns(spec))).persist()
    kept.callback(customers.unpersist)
    population = SparkPopulation(customers, account.dataset, account.rows_out, spec.id.column, SAMPLE)
    staying = Staying.at(address, population)
    kept.push(staying.end)
    return staying


def _counted(asker: Asker, answer: Rows, judged: JudgedRows, rows: Rows, distinct: Rows, minimum_rows: int) -> Account:
    """Every count that an entry is made of, in two passes: over the raw rows, and over the judged ones."""
    spec, source, unreadable = asker.spec, asker.given.source, 0
    if CORRUPT in answer.columns:
        any_other = quoted(next(name for name in answer.columns if name != CORRUPT))
        [told] = answer.selectExpr(f"count({quoted(CORRUPT)}) AS n", f"count({any_other}) AS m").toArrow().to_pylist()
        unreadable = int(told["n"])
    identity = quoted(f"(id) {spec.id.column}")
    [raw] = (
        distinct.selectExpr(
            "coalesce(sum(`(copies)`), 0) AS n", "count(*) AS one", f"count_if({identity} IS NULL) AS lost"
        )
        .toArrow()
        .to_pylist()
    )
    names = cleaned_columns(spec)[1:]
    sums = {name: sql for rule in judged.rules for name, sql in rule.sums.items()}
    alive = f"{quoted(FATE)} IS NULL"
    measured = {"left": f"count_if({alive})"}
    for place, name in enumerate(names):
        cell = f"CASE WHEN {alive} THEN {quoted(name)} END"
        measured |= {f"min {place}": f"min({cell})", f"max {place}": f"max({cell})", f"known {place}": f"count({cell})"}
    every = {**sums, **measured}
    [counts] = rows.selectExpr(*(f"{sql} AS {quoted(name)}" for name, sql in every.items())).toArrow().to_pylist()
    repeated, lost = int(raw["n"] - raw["one"]), int(raw["lost"])
    done = [
        entries.unreadable_rows(unreadable),
        entries.taken(entries.exact_duplicates(repeated), repeated, "drop"),
        entries.taken(entries.missing_ids(lost, spec.id.column), lost, "quarantine"),
    ]
    done += [entry for rule in judged.rules for entry in rule.told(counts)]
    rows_in, left = int(raw["n"]) + unreadable, int(counts["left"])
    if not rows_in:
        raise InputError.because(
            Message.of("{source}: no rows", source=source),
            expected=Message.of("one row a customer"),
            remedy=Message.of("look into the data; where the spec has source.query, check what it leaves out"),
        )
    refuse_few(source, rows_in, left, tuple(done), minimum_rows)
    constants = _constants(names, counts) if minimum_rows >= LEAST_ROWS else {}
    dataset, constant = entries.without_constants(spec, constants, shown_columns(spec))
    active = {column.name for column in dataset.with_role("active")}
    unknown = {
        column.name: left - int(counts[f"known {names.index(column.name)}"])
        for column in dataset.columns
        if column.name in active
    }
    imputed = [entries.imputed(name, number) for name, number in unknown.items() if number]
    return Account(dataset, tuple(done), (*constant, *imputed), rows_in, left)


def _constants(names: list[str], extremes: Mapping[str, Any]) -> Mapping[str, object]:
    """The only value of each column that has no two different ones; None where it has none."""
    return {
        name: extremes[f"min {place}"]
        for place, name in enumerate(names)
        if extremes[f"min {place}"] == extremes[f"max {place}"]
    }


def _refuse_starving(rows: int, columns: int, source: str, *, scoring: bool) -> None:
    """The customers are analysed on this machine; raise ``StarvedError`` where it cannot hold them."""
    wanting = memory_wanting(rows, columns)
    if wanting is None:
        return
    needed, free = wanting
    raise StarvedError.because(
        Message.of(
            "{source}: about {needed} GB of memory will be needed, {free} GB are free",
            source=source,
            needed=Quantity(needed / 1e9, ".1f"),
            free=Quantity(free / 1e9, ".1f"),
        ),
        found=Message.of("{rows} rows x {columns} columns", rows=Quantity(rows), columns=Quantity(columns)),
        remedy=Message.of("place them in parts, or use a machine with more memory for the command")
        if scoring
        else Message.of(
            "set KORZINA_SPARK_ADDRESS to a folder that Spark may write to, such as s3a://bucket/segments: the "
            "customers stay on the cluster then; or use a machine with more memory for the command"
        ),
    )


def _fetched(rows: Rows, spec: Spec) -> pd.DataFrame:
    """Customers in canonical order, with the types that the local engine gives them."""
    names = cleaned_columns(spec)
    return in_order(as_frame(rows.selectExpr(*map(quoted, names)).toArrow()), spec.id.column)


def _set_aside(answer: Rows, judged: JudgedRows, rows: Rows, distinct: Rows, spec: Spec) -> pd.DataFrame:
    """Raw values, as text, of rows set aside; see ``quarantine_table``. Where they stand is not known."""
    names = [name.name for name in distinct.schema[RAW].dataType.fields]
    kept = set_aside(spec, names)
    cells = [f"CAST({quoted(RAW)}.{quoted(name)} AS STRING) AS {quoted(apart(name))}" for name in kept]
    lost = distinct.where(f"{quoted('(id) ' + spec.id.column)} IS NULL")
    parts = [("missing id", lost)]
    parts += [(rule, rows.where(f"{quoted(FATE)} = {number}")) for number, rule in judged.aside.items()]
    tables = []
    for rule, part in parts:
        told = part.limit(MOST_ASIDE).selectExpr(*cells, "1 AS `(one)`").toArrow().to_pandas().drop(columns="(one)")
        told = told.sort_values(list(told.columns), kind="stable", ignore_index=True) if len(told.columns) else told
        told.insert(0, "rule", rule)
        told.insert(1, "row", "")
        tables.append(told)
    if CORRUPT in answer.columns:
        text = answer.where(f"{quoted(CORRUPT)} IS NOT NULL").select(*map(quoted, answer.columns)).limit(MOST_ASIDE)
        lines = text.toArrow().to_pandas()[CORRUPT].tolist()
        if lines:
            shown = [line if spec.id.keep else WITHHELD for line in lines]
            tables.insert(0, pd.DataFrame({"rule": "unreadable rows", "row": "", "text": shown}))
    table: pd.DataFrame = pd.concat(tables, ignore_index=True).astype("str")
    return table


def _cleaned(
    asker: Asker,
    account: Account,
    frame: pd.DataFrame,
    quarantine: pd.DataFrame,
    names: list[str],
    staying: Staying | None,
) -> Cleaned:
    spec = asker.spec
    customers = frame if staying else customers_table(frame, account.dataset)
    notes = unknown_columns([name.strip().strip("\ufeff") for name in names if name != CORRUPT], spec)
    ledger = Ledger(
        source=asker.given.source,
        fingerprint=staying.fingerprint() if staying else fingerprint(frame, customers, spec),
        rows_in=account.rows_in,
        rows_out=account.rows_out,
        dropped=sum(entry.dropped for entry in account.entries),
        quarantined=sum(entry.quarantined for entry in account.entries),
        entries=(*account.entries, *account.of_columns),
        notes=(*notes, *_notes(staying, account.rows_out, len(frame))),
        tables=dict(asker.sizes()),
        lines=asker.lines.account(spec) if asker.lines else None,
    )
    return Cleaned(dataset=account.dataset, customers=customers, quarantine=quarantine, ledger=ledger)


def _notes(staying: Staying | None, rows: int, sampled: int) -> Iterator[Message]:
    yield Message.of("cleaned on Spark, where rows have no places: they are counted, and not pointed to")
    if staying is None:
        return
    yield Message.of(
        "all {rows} customers stay on Spark: what is said of segments is of all of them; what was decided, typical "
        "customers, the map and charts under a filter are of {sampled} of them, drawn by hash",
        rows=Quantity(rows),
        sampled=Quantity(sampled),
    )
    yield Message.of(
        "RFM scores, baskets and campaign plans are left out: they are made of every single customer, and only a "
        "sample of them is on this machine"
    )
