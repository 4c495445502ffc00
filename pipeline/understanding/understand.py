"""A table -> what it is: lines of purchases, customers, snapshots of customers; or a question, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.contract import Message, unknown_name
from pipeline.reading import ROW_ID, Choice, Engine, Question, quote
from pipeline.understanding import experiment, shape
from pipeline.understanding import purchases as who
from pipeline.understanding.by_form import contradiction, read_by_form, refuse_by_form
from pipeline.understanding.evidence import Profile, Relations, profiles
from pipeline.understanding.known_forms import KnownForm, recognise
from pipeline.understanding.line_roles import read_lines
from pipeline.understanding.purchases import (
    DayCandidate,
    amounts_of,
    days,
    one_row_each,
    order_of,
)
from pipeline.understanding.roles import Answers, Understanding

_MOST_CHECKED = 2  # columns of amounts that are looked through for sums of rows
COLUMN_KEYS = ("customer", "order", "day", "item", "category", "channel")


def understand(
    engine: Engine, answers: Mapping[str, str] | None = None, *, where: Callable[[int], Message] | None = None
) -> tuple[Understanding, tuple[Profile, ...]]:
    """What the table ``data`` of an engine is, and the profile of each of its columns.

    Parameters
    ----------
    engine
        Holds the typed table under the name ``data``.
    answers
        What was answered to earlier questions, by key; a key names a role, its value a column.
    where
        The place of a row in its file, by its number in the table from 0.

    Raises
    ------
    InputError
        Where nothing in the table says who bought, or it is plainly about other things than customers.
    SpecError
        Where an answer names a column that does not exist.
    """
    table, relations, given = profiles(engine), Relations(engine, where=where), answers or {}
    _check(given, table)
    reading = Understanding()
    form = recognise([profile.name for profile in table]) if given.get("form") is None else None
    if form is not None and form.nobody and any(who.repeating(one) and who.worded(one) >= 3.0 for one in table):
        form = None
    if form is not None:
        refuse_by_form(form)
        against = contradiction(form, relations)
        if not against:
            read_by_form(reading, form, table, relations, given)
            return reading, table
        reading.tell(
            "the headers are those of {title}, but the values are not: see {column}", title=form.title, column=against
        )
        reading.questions.append(_not_the_form(form, against))
    experiment.recognise(reading, table, relations, given)
    dated = days(table)
    day = given.get("day") or (dated[0].name if dated else None)
    day = None if day == "none" else day
    order, ranked = _order_and_customers(table, relations, given, day, dated)
    amounts = amounts_of(table, {name for name in (order, given.get("customer")) if name})
    if not any(candidate.words >= 2.0 for candidate in ranked):
        ranked = who.once_each(table, order, day, paid=amounts.any) or ranked
    purchases = shape.is_lines(table, ranked, order, day, amounts, given)
    if purchases and order is None and ranked and not given.get("kind") and who.same_rows(table, ranked[0], relations):
        shape.written_several_times(reading, ranked[0])
        return reading, table
    if purchases and day is None and ranked:
        who.refuse_repeated(table, ranked[0], relations)
    if purchases and order is None and given.get("order") is None:
        order = one_row_each(table, relations)
    if purchases:
        read_lines(reading, table, relations, given, order, day, dated, ranked, amounts)
    else:
        for total in amounts.totals[:_MOST_CHECKED]:
            who.refuse_groups(quote(total.name), relations)
        shape.settle_customers(reading, table, given, ranked)
    return reading, table


def _not_the_form(form: KnownForm, column: str) -> Question:
    return Question(
        "form",
        Message.of(
            "The headers are those of {title}, but one order has several values of {column}. Is it some other file?",
            title=form.title,
            column=column,
        ),
        (Choice("other", Message.of("yes: it is read by what stands in its columns")),),
    )


def _check(given: Answers, table: Sequence[Profile]) -> None:
    names = [profile.name for profile in table]
    for key in COLUMN_KEYS:
        chosen = given.get(key)
        if chosen is not None and chosen not in (*names, ROW_ID, "none"):
            raise unknown_name(f"--answer {key}", chosen, names)


def _order_and_customers(
    table: Sequence[Profile], relations: Relations, given: Answers, day: str | None, dated: Sequence[DayCandidate]
) -> tuple[str | None, list[who.CustomerCandidate]]:
    """The order's number and the candidates for the customer: each helps to find the other."""
    owners = [profile.name for profile in table if who.repeating(profile) and who.worded(profile) >= 2.0]
    owners.sort(key=lambda name: -who.worded(next(profile for profile in table if profile.name == name)))
    chosen = given.get("customer")
    if chosen and chosen != ROW_ID:
        owners = [chosen]
    order = given.get("order") or order_of(table, relations, day, owners, known=owners == [chosen])
    order = None if order == "none" else order
    ranked = who.customers(table, relations, order, [candidate.name for candidate in dated] if dated else [])
    if chosen:
        ranked = [candidate for candidate in ranked if candidate.name == chosen]
    return order, ranked
