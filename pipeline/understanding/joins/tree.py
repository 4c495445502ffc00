"""The finest table of a shop, and the tables that hang on it: each of its rows finds at most one of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.contract import Joined, Message, Quantity, percent, unknown_name
from pipeline.reading import Choice, Question
from pipeline.understanding.joins import names as words
from pipeline.understanding.joins.keys import Field, Link, Tables

NONE = "none"  # the answer that leaves a table out
_MARGIN = 1.0  # by which the finest table must lead one that it does not reach, or it is asked for
_FIRM = 0.5  # share of referring values that must be found, or the link is asked for
_NEAR = 0.15  # a rival's score under the best one's
_DAYS = ("DATE", "TIMESTAMP")
_PERSONAL_DAYS = words.stems("birth born registered joined signup рождения регистрации")


@dataclass(frozen=True)
class TableCandidate:
    """A table that may be the finest one."""

    table: str
    score: float
    reach: tuple[str, ...]
    rows: int

    @property
    def choice(self) -> Choice:
        """As the answer to a question."""
        n = Quantity(self.rows, ",d")
        if not self.reach:
            return Choice(self.table, Message.of("{n} rows; it stands alone", n=n))
        return Choice(self.table, Message.of("{n} rows; each finds its {tables}", n=n, tables=Joined(self.reach)))


def finest(tables: Tables, links: Sequence[Link], chosen: str | None) -> tuple[TableCandidate, Question | None]:
    """The table whose rows are the lines, and a question where another may be meant.

    Raises
    ------
    SpecError
        Where ``chosen`` is no table.
    """
    if chosen is not None and chosen not in tables.rows:
        raise unknown_name("--answer table", chosen, tables.rows)
    ranked = sorted(
        (_weighed(table, tables, links) for table, rows in tables.rows.items() if rows or table == chosen),
        key=lambda candidate: (-candidate.score, -candidate.rows, candidate.table),
    )
    if chosen is not None:
        return next(candidate for candidate in ranked if candidate.table == chosen), None
    best = ranked[0]
    near = [
        rival
        for rival in ranked[1:]
        if best.score - rival.score < _MARGIN and rival.table not in best.reach and best.table not in rival.reach
    ]
    if not near:
        return best, None
    ask = Message.of("Which table holds the purchases, or the customers?")
    return best, Question("table", ask, tuple(candidate.choice for candidate in (best, *near[:4])))


def hung(
    grain: str, tables: Tables, links: Sequence[Link], answers: Mapping[str, str]
) -> tuple[tuple[Link, ...], tuple[Question, ...]]:
    """Links from the finest table outward, one a table, the firmest first; and questions where two would do.

    Raises
    ------
    SpecError
        Where an answer names no such column.
    """
    attached, taken, questions = [grain], list[Link](), list[Question]()
    while True:
        open_ = [
            link
            for link in links
            if link.column.table in attached and link.key.table not in (*attached, *_out(answers))
        ]
        open_ = [link for link in open_ if not _happens_beside(link, tables)]
        if not open_:
            return tuple(taken), tuple(questions)
        best = max(open_, key=lambda link: (round(_preference(link, tables), 3), -attached.index(link.column.table)))
        link, question = _settled(best, open_, answers)
        attached.append(link.key.table)
        taken.append(link)
        questions += [question] if question else []


def _settled(best: Link, open_: Sequence[Link], answers: Mapping[str, str]) -> tuple[Link, Question | None]:
    """One of several columns of a table that refer to the same other one; a question where none is far ahead."""
    table, other = best.column.table, best.key.table
    rivals = _distinct_columns([link for link in open_ if (link.column.table, link.key.table) == (table, other)])
    key = f"join.{other}"
    answer = answers.get(key)
    if answer is not None:
        by_name = {_shown(link.column): link for link in rivals}
        if answer not in by_name:
            raise unknown_name(f"--answer {key}", answer, [*by_name, NONE])
        return by_name[answer], None
    near = [link for link in rivals if best.score - link.score < _NEAR]
    buying = [link for link in near if words.role_of_buying(link.column.name)]
    if len(near) > 1 and len(buying) == 1:
        near = buying
    link = near[0]
    choices = [Choice(_shown(rival.column), _evidence(rival)) for rival in near]
    out = Choice(NONE, Message.of("leave {table} out", table=other))
    if len(near) > 1:
        ask = Message.of("Which column of {table} refers to {other}?", table=table, other=other)
        return link, Question(key, ask, (*choices, out))
    if link.found < _FIRM:
        ask = Message.of("Does {column} refer to {other}?", column=_shown(link.column), other=other)
        return link, Question(key, ask, (*choices, out))
    return link, None


def _distinct_columns(links: Sequence[Link]) -> list[Link]:
    """The best link of each referring column, the best column first."""
    best: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: -link.score):
        best.setdefault(link.column.name, link)
    return list(best.values())


def _evidence(link: Link) -> Message:
    return Message.of(
        "{share} of its values are found in {key}",
        share=percent(link.found, 1),
        key=_shown(link.key),
    )


def _shown(field: Field) -> str:
    return f"{field.table}.{field.name}"


def _out(answers: Mapping[str, str]) -> list[str]:
    """Tables that were answered to be left out."""
    return [key.split(".", 1)[1] for key in answers if key.startswith(("join.", "rows.")) and answers[key] == NONE]


def _preference(link: Link, tables: Tables) -> float:
    """Among tables that refer to the same one, the customers' own counts: their city, not the store's."""
    return link.score + 0.1 * bool(tables.things[link.column.table] & words.CUSTOMER)


def _happens_beside(link: Link, tables: Tables) -> bool:
    """A payment or review an order: even if each order has one today, tomorrow it has two, and lines count twice."""
    holds = tables.things[link.key.table]
    return bool(holds & words.SIDE) and not words.is_own_key(holds, link.key.name)


def reach_of(table: str, links: Sequence[Link]) -> tuple[str, ...]:
    """Tables of which each row of this one finds at most one, directly or through others; the nearest first."""
    reached = [table]
    for here in reached:
        reached += dict.fromkeys(
            link.key.table for link in links if link.column.table == here and link.key.table not in reached
        )
    return tuple(reached[1:])


def _weighed(table: str, tables: Tables, links: Sequence[Link]) -> TableCandidate:
    reach = reach_of(table, [link for link in links if not _happens_beside(link, tables)])
    all_tables = (table, *reach)
    own = tables.things[table]
    columns = {name: [words.meant(column) for column in tables.columns[name]] for name in all_tables}
    score = 0.5 * min(5, len(reach))
    score += 3.0 * any((tables.things[name] | meant) & words.CUSTOMER for name in all_tables for meant in columns[name])
    score += 2.0 * any(_has_day(tables, name) for name in all_tables if not tables.things[name] & words.CUSTOMER)
    score += 2.0 if has_money(tables, table) else 1.0 if any(has_money(tables, name) for name in reach) else -3.0
    score += 1.0 * any(
        (words.ORDER | words.BILL) & (meant | tables.things[name]) for name in all_tables for meant in columns[name]
    )
    score += 1.0 * bool(own & words.LINE or any(meant & words.PRODUCT for meant in columns[table]))
    score -= 3.0 * bool(own & words.SIDE)
    return TableCandidate(table, score, reach, tables.rows[table])


def _has_day(tables: Tables, table: str) -> bool:
    return any(
        kind.startswith(_DAYS) and not words.meant(column) & set(_PERSONAL_DAYS)
        for column, kind in tables.types[table].items()
    )


def has_money(tables: Tables, table: str) -> bool:
    """Whether a table has a column of numbers that is called after money."""
    return any(is_money(tables, table, column) for column in tables.columns[table])


def is_money(tables: Tables, table: str, column: str) -> bool:
    """Whether a column is of numbers and called after money."""
    numbers = ("DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER", "HUGEINT", "SMALLINT")
    return tables.types[table][column].startswith(numbers) and bool(words.meant(column) & words.MONEY)
