"""What a file of new customers is to hold: the columns of a customer, or those of a line of a purchase."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.cleaning import used_columns
from pipeline.contract import NUMERIC_KINDS, ExpectedColumn, ExpectedFile, Message, Segmentation, Words
from pipeline.reading import LINE_NAMES, named_columns

if TYPE_CHECKING:
    from pipeline.spec import Spec


def expected_file(segmentation: Segmentation) -> ExpectedFile:
    """The columns that a file of new customers needs, then those that help; the id first.

    Where a row of the file is a line of a purchase, the columns of such lines: from them the query makes the others.
    """
    from pipeline.spec import raw_columns, restore_spec

    spec = restore_spec(segmentation.spec)
    if spec.lines is not None and len(spec.source.tables) <= 1:
        return ExpectedFile(_columns_of_lines(spec, segmentation), lines=True)
    needed, used = used_columns(spec, active_only=True) | {spec.id.column}, used_columns(spec)
    earlier = _earlier_outcomes(segmentation)
    outcomes = {column.name for column in segmentation.dataset.with_role("outcome")}
    helpful = used - needed - (outcomes - earlier) if earlier is not None else set()
    names = [name for columns in (needed, helpful) for name in raw_columns(spec) if name in columns]
    labels = {column.name: column.label for column in segmentation.dataset.columns}
    return ExpectedFile(
        tuple(
            ExpectedColumn(
                name,
                labels.get(name, name),
                name in needed,
                "EXAMPLE-1" if name == spec.id.column else _example(name, segmentation),
            )
            for name in names
        ),
        tuple(spec.source.tables) if len(spec.source.tables) > 1 else (),
    )


def _earlier_outcomes(segmentation: Segmentation) -> set[str] | None:
    """Answers that the response model knows of each customer: before its campaign; None where one table has no use."""
    from pipeline.campaigns import earlier_outcomes

    summary = segmentation.campaigns.summary if segmentation.campaigns else None
    campaign = next(
        (campaign for campaign in segmentation.dataset.campaigns if summary and campaign.column == summary.campaign),
        None,
    )
    return set(earlier_outcomes(segmentation.dataset, campaign)) if campaign else None


def _example(name: str, segmentation: Segmentation) -> str:
    """Nobody's own value; empty where the run keeps none of the column."""
    known = segmentation.customers[name].dropna() if name in segmentation.customers else pd.Series(dtype="float64")
    if not len(known):
        return ""
    column = segmentation.dataset.column(name)
    if column.kind not in NUMERIC_KINDS:
        common = known.mode().iloc[0]
        return f"{common:g}" if isinstance(common, int | float | np.number) else str(common)
    middle = float(known.astype("float64").median())
    return str(round(middle)) if column.kind == "integer" else f"{middle:.10g}" if middle % 1 == 0 else f"{middle:.4g}"


def _columns_of_lines(spec: Spec, segmentation: Segmentation) -> tuple[ExpectedColumn, ...]:
    """What ``[lines]`` and the queries over it take from a line: the customer, the order and the day first."""
    lines = spec.lines
    if lines is None:
        return ()
    day = spec.day or segmentation.dataset.as_of
    roles: dict[str, tuple[Words, str]] = {lines.customer: (Message.of("who bought"), "EXAMPLE-1")}
    if lines.order:
        roles.setdefault(lines.order, (Message.of("number of the order"), "1"))
    if lines.day:
        roles.setdefault(lines.day, (Message.of("day of the purchase"), _written(day, spec.source.day_form(lines.day))))
    money, *others = (
        named_columns(f"SELECT {sql}").asked if sql else ()
        for sql in (lines.money, lines.returns, *(rule.sql for rule in lines.aside))
    )
    for name in money:
        roles.setdefault(name, (name, "1"))
    names = [*roles, *(name for asked in others for name in asked)]
    for sql in (spec.source.query, lines.query, spec.source.view):  # each is asked of what the next one makes
        if sql:
            named = named_columns(sql)
            names = [name for name in names if sql == spec.source.query or name not in named.given]
            names += [name for name in named.asked if name not in named.given]
    return tuple(
        ExpectedColumn(name, *_told(roles.get(name), name)) for name in dict.fromkeys(names) if name not in LINE_NAMES
    )


def _told(role: tuple[Words, str] | None, name: str) -> tuple[Words, bool, str]:
    label, example = role or (name, "")
    return label, True, example


def _written(day: date | None, form: str | None) -> str:
    """A day as the column writes it; ISO's form where it has none of strptime's."""
    if day is None:
        return ""
    first = (form or "").split(" | ")[0]
    return day.strftime(first if "%" in first else "%Y-%m-%d")
