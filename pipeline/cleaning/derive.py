"""Derived columns: one SQL expression each, over the cleaned columns of the same row and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipeline.contract import Kind, Message
from pipeline.errors import SpecError
from pipeline.reading import Engine, QueryError, as_text, quote, tables
from pipeline.spec import GroupSpec, Spec, forbidden, identifiers, share_name, unquoted

AS_OF = "as_of"
_WORK = "customers"


def derive(frame: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """``frame`` with every derived column of the spec added; expressions may use each other in any order.

    Raises
    ------
    SpecError
        Naming the file, the column and what DuckDB says of its SQL.
    """
    wanted = {name: column.sql for name, column in spec.columns.items() if column.sql is not None}
    if not wanted:
        return frame
    made = _evaluate(frame, _ordered(wanted, spec), spec)
    return frame.assign(**{name: _as_kind(made[name], spec.columns[name].kind) for name in wanted})


def condition(frame: pd.DataFrame, sql: str, spec: Spec, name: str) -> pd.Series:
    """Where an SQL condition holds (unknown counts as no); raises ``SpecError``."""
    label = f"rule {name!r}"
    made = _evaluate(frame, {label: sql}, spec)[label]
    return pd.Series(made.fillna(False).astype("bool").to_numpy(), index=frame.index)


def add_shares(frame: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """Each group member's share in the sum of the group's members, 0 to 1.

    Unknown where the total is not positive, and where a member is below zero: what was returned is no part of a whole.
    """
    shares: dict[str, pd.Series] = {}
    for group in spec.groups.values():
        members = frame[list(group.members)].astype("float64")
        total = members.sum(axis=1, skipna=False)
        whole = total.where((total > 0) & ~below_zero(frame, group))
        shares |= {share_name(member): members[member] / whole for member in group.members}
    return frame.assign(**shares)


def below_zero(frame: pd.DataFrame, group: GroupSpec) -> pd.Series:
    """Whether a member of the group is negative, for each row."""
    below: pd.Series = (frame[list(group.members)].astype("float64") < 0).any(axis=1)
    return below


def mentions(sql: str, names: set[str]) -> set[str]:
    """Those of ``names`` that the expression uses; capitals do not matter, and ``year(`` is a function, no column."""
    used = {word.lower() for word in identifiers(re.sub(r"\b\w+\s*\(", "(", sql))}
    return {name for name in names if name.lower() in used}


def derivations(names: Iterable[str], spec: Spec) -> dict[str, str]:
    """SQL of the derived columns among ``names`` and of those that they use, each after those it uses."""
    every = {name: column.sql for name, column in spec.columns.items() if column.sql is not None}
    wanted: set[str] = set()
    reached = set(names) & set(every)
    while reached:
        wanted |= reached
        reached = {name for derived in reached for name in mentions(every[derived], set(every))} - wanted
    return _ordered({name: sql for name, sql in every.items() if name in wanted}, spec)


def _ordered(wanted: dict[str, str], spec: Spec) -> dict[str, str]:
    """Expressions so that each comes after those it uses."""
    ordered: dict[str, str] = {}
    while len(ordered) < len(wanted):
        ready = [
            name for name, sql in wanted.items() if name not in ordered and mentions(sql, set(wanted)) <= set(ordered)
        ]
        if not ready:
            stuck = sorted(set(wanted) - set(ordered))
            raise SpecError.because(
                Message.of(
                    "{spec}: {columns} are computed from each other",
                    spec=spec.path or spec.name,
                    columns=", ".join(stuck),
                ),
                expected=Message.of("SQL that leads back to columns of the data"),
                remedy=Message.of("give one of them another name than the column it is computed from"),
            )
        ordered |= {name: wanted[name] for name in ready}
    return ordered


def _evaluate(frame: pd.DataFrame, expressions: dict[str, str], spec: Spec) -> pd.DataFrame:
    for name, sql in expressions.items():
        refuse_impure(name, sql, spec)
    inside = [name for name in frame if str(name).casefold() != AS_OF]  # in an expression that is the spec's day
    position = "_" * (1 + max((len(str(name)) for name in frame), default=0))  # longer than any other name
    numbered = frame[inside].assign(**{position: np.arange(len(frame))})
    with tables(frames={"frame": numbered}) as engine:
        as_of = f"DATE '{spec.day.isoformat()}'" if spec.day else "CAST(NULL AS DATE)"
        view = f"SELECT *, {as_of} AS {AS_OF} FROM frame"
        for name, sql in expressions.items():
            view = f"SELECT *, ({sql}\n) AS {quote(name)} FROM ({view}) AS {_WORK}"
            _check(engine, f"SELECT * FROM ({view}) LIMIT 0", name, sql, spec)
        names = ", ".join(map(quote, expressions))
        try:
            made = engine.query(f"SELECT {names} FROM ({view}) ORDER BY {position}")
        except QueryError as error:
            raise SpecError.because(
                Message.of(
                    "{spec}: SQL of {columns} fails on the data",
                    spec=spec.path or spec.name,
                    columns=", ".join(expressions),
                ),
                found=error.brief,
                remedy=Message.of("use try_cast or nullif where a value may not fit"),
            ) from error
    return made.set_axis(frame.index)


def _check(engine: Engine, query: str, name: str, sql: str, spec: Spec) -> None:
    try:
        engine.query(query)
    except QueryError as error:
        raise SpecError.because(
            Message.of(
                "{spec}: column {column}: its SQL is wrong: {sql}",
                spec=spec.path or spec.name,
                column=repr(name),
                sql=sql.strip(),
            ),
            found=error.brief,
            expected=Message.of("an expression over columns of the spec, one value a row"),
            remedy=Message.of(
                'a column of the data that is used only here needs its own [columns.NAME] with role = "ignored"'
            ),
        ) from error


def refuse_impure(name: str, sql: str, spec: Spec) -> None:
    """Raise ``SpecError`` for an expression whose value hangs on more than its own row."""
    where, function = spec.path or spec.name, forbidden(sql)
    if function:
        raise SpecError.because(
            Message.of("{spec}: column {column}: its SQL uses {what}", spec=where, column=repr(name), what=function),
            expected=Message.of("an expression over the same row's columns"),
            found=sql.strip(),
            remedy=Message.of("use {name} for dates; aggregate in source.query", name=AS_OF),
        )
    if AS_OF in re.findall(r"\w+", unquoted(sql)) and spec.day is None:
        raise SpecError.because(
            Message.of(
                "{spec}: column {column}: its SQL uses {what}, which the spec does not set",
                spec=where,
                column=repr(name),
                what=AS_OF,
            ),
            remedy=Message.of("add as_of = 2026-01-31 (the day from which ages count) at the top of the spec"),
        )


def _as_kind(made: pd.Series, kind: Kind) -> pd.Series:
    if kind in ("number", "integer", "flag"):
        values = pd.to_numeric(made, errors="coerce").astype("float64")
        return values.where(np.isfinite(values)).set_axis(made.index)
    if kind == "date":
        return pd.to_datetime(made, errors="coerce").astype("datetime64[us]")
    return as_text(made)
