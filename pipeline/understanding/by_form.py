"""A known form of an export -> its reading, where the structure of the values does not contradict."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import Profile, Relations
from pipeline.understanding.known_forms import KnownForm, StatusForm
from pipeline.understanding.purchases import is_one_of, known_profile, leave_out, lines_by_value, set_aside
from pipeline.understanding.roles import Answers, Aside, Counts, Money, Understanding


def refuse_by_form(form: KnownForm) -> None:
    """Raise ``InputError`` for an export that can make no customers by itself."""
    if form.kind not in ("refused", "part", "baskets"):
        return
    raise InputError.because(
        Message.of("this is {title}: {reason}", title=form.title, reason=form.reason or form.kind),
        remedy=form.remedy or Message.of("give the export of its orders"),
    )


def contradiction(form: KnownForm, relations: Relations) -> str:
    """The column by which the values contradict the form; empty where they do not."""
    order = form.roles.get("order")
    if form.kind != "purchases" or order is None:
        return ""
    for role in ("customer", "day"):
        column = form.roles.get(role)
        if column is not None and relations.broken(order, column):
            return str(column)
    return ""


def read_by_form(
    reading: Understanding, form: KnownForm, table: Sequence[Profile], relations: Relations, answers: Answers
) -> None:
    """Write the form's reading of a table of purchases or customers into ``reading``."""
    reading.tell("this is {title}, known by its headers", title=form.title)
    reading.told += form.notes
    reading.customer = answers.get("customer") or _most_filled(form.customers, table)
    reading.formats |= form.formats
    if form.kind == "customers":
        reading.form = "customers"
        return
    roles = form.roles
    reading.form, reading.order = "purchases", answers.get("order") or roles.get("order")
    reading.day = answers.get("day") or roles.get("day")
    reading.item, reading.channel = roles.get("item"), roles.get("channel")
    category = roles.get("category")
    reading.category = category if category and known_profile(table, category).distinct <= 40 else None
    if form.money:
        columns = tuple(profile.name for profile in table if quote(profile.name) in form.money.sql)
        reading.money = Money(form.money.sql, columns, form.money.once_an_order)
    reading.returns = form.returns
    _ask_what_is_open(reading, form, answers)
    for part, column in (
        ("customer", reading.customer),
        ("order", reading.order),
        ("day of the purchase", reading.day),
    ):
        if column:
            reading.tell(_ROLES[part], column=column)
    if reading.money:
        reading.tell("money: {column}", column=", ".join(reading.money.columns))
    beside = [aside.sql for aside in form.aside]
    set_aside(reading, table, relations, answers, statuses=form.status is None, beside=beside)
    if form.status:
        _statuses(reading, form.status, relations)
    for aside in form.aside:
        reading.aside.append(Aside(str(aside.name), aside.sql, _counts(aside.counts)))


def _ask_what_is_open(reading: Understanding, form: KnownForm, answers: Answers) -> None:
    """What an export of this form does not say by itself."""
    chosen = answers.get("money")
    if chosen and reading.money:
        reading.money = Money(chosen, reading.money.columns, reading.money.once_an_order)
    open_ = {
        "customer": tuple(Choice(column, Message.of("the header names a customer")) for column in form.customers),
        "money": (Choice(reading.money.sql, Message.of("as such exports mostly have it")),) if reading.money else (),
    }
    asked = {
        "customer": Message.of("{title}: does this column tell customers apart?", title=form.title),
        "money": Message.of("{title}: is this what a line brought?", title=form.title),
    }
    for key, choices in open_.items():
        if key in form.asks and choices and answers.get(key) is None:
            reading.questions.append(Question(key, asked[key], choices))


_ROLES = {
    "customer": "who bought: {column}",
    "order": "order number: {column}",
    "day of the purchase": "day of the purchase: {column}",
}


def _most_filled(customers: Sequence[str], table: Sequence[Profile]) -> str | None:
    """The first of the columns that can be the customer, but for one that is (nearly) empty."""
    filled = [name for name in customers if known_profile(table, name).known > 0.3 * known_profile(table, name).rows]
    return (filled or list(customers) or [None])[0]  # type: ignore[list-item]


def _counts(counts: str) -> Counts:
    return "cancelled" if counts == "cancelled" else "aside"


def _statuses(reading: Understanding, status: StatusForm, relations: Relations) -> None:
    counted = lines_by_value(relations, status.column)
    kinds: tuple[tuple[str, Counts], ...] = (("cancelled", "cancelled"), ("not completed", "aside"))
    for name, counts in kinds:
        out = sorted(value for value in counted if status.count(value) == counts)
        if not out:
            continue
        rule = Aside(name, is_one_of(status.column, out), counts, status.once_an_order and reading.order is not None)
        leave_out(reading, rule, status.column, {value: counted[value] for value in out})
