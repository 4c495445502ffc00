"""From named tables to one: keys, the finest table, what hangs on it, each step told with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.contract import Message, Quantity, percent, unknown_name
from pipeline.errors import InputError
from pipeline.reading import Choice, Engine, Question, quote
from pipeline.understanding.joins import names as words
from pipeline.understanding.joins.given_back import given_back
from pipeline.understanding.joins.keys import NAMED, Link, Tables, links_of, tables_of
from pipeline.understanding.joins.tree import NONE, finest, hung
from pipeline.understanding.joins.view import Join, JoinedTables, columns_of

_ONE = "one"  # the answer that takes one row for each key
_LEAST_ORDERS = 20  # rows from which a key that stands once each is no chance


def joined(
    engine: Engine,
    names: Sequence[str],
    answers: Mapping[str, str] | None = None,
    declared: Mapping[tuple[str, str], tuple[str, str]] | None = None,
) -> JoinedTables:
    """Several tables as one that has a row for each row of the finest of them.

    Parameters
    ----------
    engine
        Holds the tables under ``names``, typed.
    answers
        To earlier questions: ``table`` is the finest table, ``join.TABLE`` the column that refers to it, or ``none``,
        ``rows.TABLE`` ``one`` or ``none`` where its key repeats.
    declared
        Foreign keys that a database declares: (table, column) -> (table, key).

    Raises
    ------
    InputError
        Where all tables are empty.
    SpecError
        Where an answer fits no question.
    """
    given = answers or {}  # itself, not a copy: it notes which answers were looked for
    tables = tables_of(engine, names)
    if not any(tables.rows.values()):
        raise InputError.because(
            Message.of("the tables are empty"),
            found=", ".join(names),
            expected=Message.of("rows of purchases or customers"),
            remedy=Message.of("give the files that hold them"),
        )
    links = links_of(engine, tables, declared)
    candidate, which = finest(tables, links, given.get("table"))
    hanging, questions = hung(candidate.table, tables, links, given)
    joins, repeats, told = [], [], []
    for link in hanging:
        join, question, said = _deduplicated(engine, link, given)
        joins.append(join)
        repeats += [question] if question else []
        told += said
    without, why = _stand_ins(tables, hanging)
    used = (candidate.table, *(link.key.table for link in hanging))
    back, asked, taken = given_back(candidate.table, used, tables, links, given)
    result = JoinedTables(
        candidate.table,
        (*joins, *(join for join, _ in back)),
        (*columns_of(candidate.table, hanging, tables, without), *(column for _, column in back)),
        questions=(*([which] if which else []), *questions, *repeats, *asked),
        left_out=dict(_left_out(tables, links, (*used, *(column.table for _, column in back)))),
    )
    told += taken
    return replace(result, told=(*_covered(engine, result, tables), *told, *why, *result.left_out.values()))


def _deduplicated(
    engine: Engine, link: Link, answers: Mapping[str, str]
) -> tuple[Join, Question | None, list[Message]]:
    """The join of a table, whose key may repeat: by exact repeats of a row, or by rows that differ, which is asked."""
    if not link.repeats:
        return Join(link), None, []
    table, key = link.key.table, link.key.name
    different = engine.query(
        f"SELECT count(*) AS n FROM (SELECT {quote(key)} FROM (SELECT DISTINCT * FROM {quote(table)}) "
        f"WHERE {quote(key)} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"
    )["n"].iloc[0]
    if not different:
        n = Quantity(link.repeats, ",d")
        return (
            Join(link, "distinct"),
            None,
            [Message.of("{table}: exact repeats of {n} rows are taken once", table=table, n=n)],
        )
    place = f"rows.{table}"
    if answers.get(place) not in (None, _ONE, NONE):
        raise unknown_name(f"--answer {place}", answers[place], [_ONE, NONE])
    told = Message.of("{table}: one row is taken for each {key}", table=table, key=key)
    if answers.get(place) == _ONE:
        return Join(link, "one"), None, [told]
    n = Quantity(int(different), ",d")
    ask = Message.of(
        "{n} {key} of {table} stand on several rows that differ. What is right?", n=n, key=key, table=table
    )
    choices = (
        Choice(_ONE, Message.of("take one row for each {key}", key=key)),
        Choice(NONE, Message.of("leave {table} out", table=table)),
    )
    return Join(link, "one"), Question(place, ask, choices), [told]


def _covered(engine: Engine, result: JoinedTables, tables: Tables) -> Iterator[Message]:
    """Counts of the lines and of those that find their order, customer and product; refuses a join that repeats any."""
    counts = [
        f"count({join.link.key.sql}) AS c{at}, count(DISTINCT {join.link.key.sql}) AS d{at}"
        for at, join in enumerate(result.joins)
    ]
    from_ = result.sql.split("\nFROM ", 1)[1]
    row = engine.query(f"SELECT count(*) AS n{''.join(f', {count}' for count in counts)} FROM {from_}").iloc[0]
    rows, lines = tables.rows[result.grain], int(row["n"])
    if lines != rows:
        raise InputError.because(
            Message.of("the join does not keep the rows of {table}", table=result.grain),
            expected=Message.counted("{n} row", "{n} rows", rows),
            found=Message.of("{n}", n=Quantity(lines)),
            remedy=Message.of("leave tables out, e.g. --answer join.{table}=none", table=result.tables[-1]),
        )
    n = Quantity(rows, ",d")
    yield Message.of("{table}: each of its {n} rows is a line", table=result.grain, n=n)
    for at, join in enumerate(result.joins):
        found = int(row[f"c{at}"])
        yield Message.of(
            "{found} of {n} lines find their row of {table} ({share}), by {column} = {key}",
            found=Quantity(found, ",d"),
            n=n,
            table=join.link.key.table,
            share=percent(found / max(1, rows), 1),
            column=f"{join.link.column.table}.{join.link.column.name}",
            key=f"{join.link.key.table}.{join.link.key.name}",
        )
        idle = tables.rows[join.link.key.table] - int(row[f"d{at}"])
        if idle and not join.link.repeats and tables.things[join.link.key.table] & words.CUSTOMER:
            yield Message.counted(
                "{n} row of {table} has no line: who bought nothing is no customer here",
                "{n} rows of {table} have no line: who bought nothing is no customer here",
                idle,
                table=join.link.key.table,
            )


def _stand_ins(tables: Tables, links: Sequence[Link]) -> tuple[set[tuple[str, str]], list[Message]]:
    """Keys of customers that are new with every order, where another column says who they are (Olist's)."""
    without: set[tuple[str, str]] = set()
    told = []
    for link in links:
        holder = tables.things[link.key.table]
        if not holder & words.CUSTOMER or not link.column.unique or link.column.known < _LEAST_ORDERS:
            continue
        persons = [
            field
            for field in tables.fields[link.key.table]
            if field.name != link.key.name and not field.unique and words.names_a_person(field.name)
        ]
        if persons:
            person = max(persons, key=lambda field: field.distinct)
            without |= {(link.column.table, link.column.name), (link.key.table, link.key.name)}
            told.append(
                Message.of(
                    "{column} is another one in each row of {table}: who bought is told by {person}",
                    column=link.column.name,
                    table=link.column.table,
                    person=person.name,
                )
            )
    return without, told


def _left_out(tables: Tables, links: Sequence[Link], used: Sequence[str]) -> Iterator[tuple[str, Message]]:
    """Why each other table is left out."""
    for table, rows in tables.rows.items():
        if table in used:
            continue
        if not rows:
            yield table, Message.of("{table} is left out: it is empty", table=table)
            continue
        many = next((link for link in links if link.column.table == table and link.key.table in used), None)
        if many is not None and not many.column.unique:
            yield (
                table,
                Message.of(
                    "{table} is left out: several of its {rows} rows belong to one of {other} ({column}), so that "
                    "lines would count several times",
                    table=table,
                    rows=Quantity(rows, ",d"),
                    other=many.key.table,
                    column=many.column.name,
                ),
            )
        elif many is not None or any(link.key.table == table and link.named >= NAMED for link in links):
            yield table, Message.of("{table} is left out: the lines do not need it", table=table)
        else:
            yield (
                table,
                Message.of("{table} is left out: none of its columns is a key of the other tables", table=table),
            )
