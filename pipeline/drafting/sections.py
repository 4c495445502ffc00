"""The parts of a draft that say how a file is read: its source, its lines, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.drafting.baskets import Bought
from pipeline.drafting.document import Document, literal, long_text
from pipeline.reading import Question
from pipeline.spec import Source
from pipeline.understanding import Understanding


def write_source(document: Document, reading: Understanding, query: str = "", tables: Source | None = None) -> None:
    """The [source]: its tables and how they are joined, forms of columns, and the query to one row a customer."""
    tables = tables or Source()
    if not (reading.formats or query or tables.tables):
        return
    document.table("source")
    if tables.tables:
        document.value("tables", dict(tables.tables))
    if tables.view:
        document.comment(f"one table of several, which is called data: a row for each row of {tables.grain}")
        document.value("view", long_text(tables.view))
        document.value("grain", tables.grain or "")
    if query:
        document.comment(
            "The file holds more than one row a customer: this query makes one row of them. The table is called",
            "lines: the lines of the file that count (see [lines]), with line_money, is_return and line_number.",
        )
        document.value("query", long_text(query))
    if reading.formats:
        document.comment("how cells are read: each column in one form")
        document.value("formats", dict(reading.formats))
    document.blank()
    if tables.load:
        document.comment("columns that are loaded from the database")
        document.table("source", "load")
        for table, columns in tables.load.items():
            document.value(table, columns)
        document.blank()


def write_lines(document: Document, reading: Understanding) -> None:
    """The [lines]: who, which order, when, how much, and what is set aside; nothing for a table of customers."""
    if not reading.lines:
        return
    document.table("lines")
    document.comment(*map(str, reading.told))
    document.value("customer", reading.customer or "")
    if reading.order:
        document.value("order", reading.order)
    if reading.day:
        document.value("day", reading.day)
    if reading.money:
        document.value("money", literal(reading.money.sql), "what one line brought")
        if reading.money.once_an_order:
            document.value("once_an_order", True)
        if reading.returns:
            document.value("returns", literal(reading.returns), "they lower the money and are no purchase")
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
    if bought.query:
        document.table("baskets")
        document.comment(bought.comment)
        document.value("query", long_text(bought.query))
        document.blank()
    elif bought.comment:
        document.comment(f"No [baskets]: {bought.comment[:1].lower()}{bought.comment[1:]}")
        document.blank()


def write_questions(document: Document, questions: Sequence[Question]) -> None:
    """A [[questions]] for each that is open: nothing is trained on the spec while one stands there."""
    for question in questions:
        document.comment(
            f"Open: 'korzina init FILE --force --answer {question.key}=VALUE', or mend the spec and take this out."
        )
        document.entry("questions")
        document.value("key", question.key)
        document.value("ask", str(question.ask))
        document.value("choices", {choice.value: str(choice.evidence) for choice in question.choices})
        document.blank()
