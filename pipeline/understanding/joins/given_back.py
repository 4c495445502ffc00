"""A table of refunds or returns beside one of orders: what was given back, summed up by order; or it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question
from pipeline.understanding.joins import names as words
from pipeline.understanding.joins.keys import Link, Tables
from pipeline.understanding.joins.tree import NONE, has_money, is_money
from pipeline.understanding.joins.view import Join, JoinedColumn

REFUNDED = "refunded amount"  # of the orders: a header that says what it is


def given_back(
    grain: str, used: Sequence[str], tables: Tables, links: Sequence[Link], answers: Mapping[str, str]
) -> tuple[list[tuple[Join, JoinedColumn]], list[Question], list[Message]]:
    """What tables of refunds bring to the rows of ``grain``, with the column that it makes.

    A table that refers to another one, or has no one column of money, is asked about: without it the money is that of
    sales before refunds.
    """
    joins, asked, told = list[tuple[Join, JoinedColumn]](), list[Question](), list[Message]()
    for table, rows in tables.rows.items():
        if table in used or not rows or not tables.things[table] & words.GIVEN_BACK:
            continue
        key = f"join.{table}"
        referring = [link for link in links if link.column.table == table and link.key.table in used]
        direct = [link for link in referring if link.key.table == grain and not link.repeats]
        money = [name for name in tables.columns[table] if is_money(tables, table, name)]
        if answers.get(key) == NONE or not referring:
            continue
        if not direct or len(money) != 1 or joins or not has_money(tables, grain):
            asked.append(_ask(key, table, rows))
            continue
        link = Link(direct[0].key, direct[0].column, direct[0].named, direct[0].found)
        joins.append((Join(link, "sum", money[0]), JoinedColumn(table, money[0], REFUNDED)))
        told.append(
            Message.of(
                "{table}: its {n} rows are summed up by {key} as {column}",
                table=table,
                n=Quantity(rows, ",d"),
                key=link.key.name,
                column=REFUNDED,
            )
        )
    return joins, asked, told


def _ask(key: str, table: str, rows: int) -> Question:
    ask = Message.of(
        "{table} holds what was given back ({n} rows), and not in a form that can be taken off the lines. Go on "
        "without it?",
        table=table,
        n=Quantity(rows, ",d"),
    )
    return Question(key, ask, (Choice(NONE, Message.of("yes: the money will be that of sales before refunds")),))
