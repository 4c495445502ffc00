"""The parts of a draft that say how a file is read: its source, its lines, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message
from pipeline.drafting.basket_query import Bought
from pipeline.drafting.document import Document, literal, long_text
from pipeline.reading import Question
from pipeline.spec import Source
from pipeline.understanding import Understanding


def write_source(document: Document, reading: Understanding, query: str = "", tables: Source | None = None) -> None:
    """The [source]: its tables and how they are joined, forms of columns, and the query to one row a customer."""
    tables = tables or Source()
    part = {key: value for key in ("sheet", "records", "fill_down") if (value := getattr(tables, key))}
    if not (reading.formats or query or tables.tables or part):
        return
    document.table("source")
    for key, value in part.items():
        document.value(key, value)
    if tables.tables:
        document.value("tables", dict(tables.tables))
    if tables.view:
        if tables.grain:
            document.comment(
                Message.of("the tables as one, called data: a row for each row of {table}", table=tables.grain)
            )
        else:
            document.comment(Message.of("the table that the query reads, called data"))
        document.value("view", long_text(tables.view))
        if tables.grain:
            document.value("grain", tables.grain)
    if query:
        document.comment(
            Message.of("A customer has several rows; this query makes one of them."),
            Message.of(
                "It reads lines: the rows that count (see [lines]), with line_money, is_return and line_number."
            ),
        )
        document.value("query", long_text(query))
    if reading.formats:
        document.comment(Message.of("how cells are written: each column in one form"))
        document.value("formats", dict(reading.formats))
    document.blank()
    if tables.load:
        document.comment(Message.of("columns that are loaded from the database"))
        document.table("source", "load")
        for table, columns in tables.load.items():
            document.value(table, columns)
        document.blank()


def write_lines(document: Document, reading: Understanding) -> None:
    """The [lines]: who, which order, when, how much, and what is set aside; nothing for a table of customers."""
    if not reading.lines:
        return
    document.table("lines")
    document.comment(*reading.told)
    document.value("customer", reading.customer or "")
    if reading.customer_form:
        document.value(
            "customer_form", reading.customer_form, Message.of("spellings of one customer, which differ in form only")
        )
    if reading.order:
        document.value("order", reading.order)
    if reading.day:
        document.value("day", reading.day)
    if reading.money:
        document.value("money", literal(reading.money.sql), Message.of("what one line brought"))
        if reading.money.once_an_order:
            document.value("once_an_order", True)
        if reading.returns:
            document.value(
                "returns", literal(reading.returns), Message.of("returns lower the money and are no purchases")
            )
    document.blank()
    for aside in reading.aside:
        document.entry("lines", "aside")
        document.value("name", aside.name)
        document.value("sql", literal(aside.sql))
        if aside.counts != "aside":
            document.value("counts", aside.counts)
        if aside.whole_order:
            document.value("whole_order", True)
        document.blank()


def write_baskets(document: Document, bought: Bought) -> None:
    """The [baskets] under what was found, or why there are none; nothing for a table of customers."""
    if bought.comment is None:
        return
    if bought.query:
        document.table("baskets")
        document.comment(bought.comment)
        document.value("query", long_text(bought.query))
        document.blank()
    else:
        document.comment(Message.of("No [baskets]: {why}.", why=bought.comment))
        document.blank()


def write_questions(document: Document, questions: Sequence[Question]) -> None:
    """A [[questions]] for each that is open: nothing is trained on the spec while one stands there."""
    for question in questions:
        document.comment(
            Message.of(
                "Open question: answer it with 'korzina init FILE --force --answer {key}=VALUE', or correct the spec "
                "and delete this part.",
                key=question.key,
            )
        )
        document.entry("questions")
        document.value("key", question.key)
        document.value("ask", question.ask)
        document.value("choices", {choice.value: choice.evidence for choice in question.choices})
        document.blank()
