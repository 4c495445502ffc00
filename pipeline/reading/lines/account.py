"""The account of every line: how many, with how much money, were used, returned, cancelled and set aside, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.contract import LineAccount, LineFinding, LinesSetAside, LinesTally, LinesUsed, Message
from pipeline.reading.lines.line_facts import LineFacts, SummedLines
from pipeline.reading.lines.lines_view import Judged
from pipeline.reading.lines.numbering import Where
from pipeline.reading.lines.oddities import LinesSummary, find_in_lines, find_unreadable
from pipeline.reading.lines.unreadable import Unreadable
from pipeline.reading.raw import Reject
from pipeline.spec import LinesSpec

MOST_PLACES = 3
_KNOWN = {
    str(name): name
    for name in (
        Message.of("no customer"),
        Message.of("impossible day"),
        Message.of("after the day of the analysis"),
        Message.of("unreadable lines"),
        Message.of("no day"),
        Message.of("no order"),
        Message.of("no amount"),
        Message.of("placeholder customer"),
        Message.of("cancelled"),
        Message.of("refunded"),
        Message.of("returned"),
        Message.of("not paid"),
        Message.of("not completed"),
        Message.of("test order"),
        Message.of("total row"),
        Message.of("repeated line"),
        Message.of("no purchase"),
        Message.of("other currency"),
        Message.of("repeated header"),
        Message.of("heading of other rows"),
        Message.of("below the table"),
    )
}
_NO_LINES = {
    "a row of totals": "total row",
    "the header once more": "repeated header",
    "a heading of the rows below it": "heading of other rows",
    "stands below the table": "below the table",
}  # rows that are read, and told


@dataclass(frozen=True)
class Subject:
    """What an account is made of: the judged lines, how places are told, what could not be read."""

    facts: LineFacts
    lines: LinesSpec
    judged: Judged
    where: Where
    keeps_id: bool
    rejects: Sequence[Reject] = ()
    unreadable: Sequence[Unreadable] = field(default=())
    declared: bool = True
    table: str = ""


def account_of(subject: Subject) -> LineAccount:
    """One aggregate over the judged lines, and a few more where it shows something odd.

    Raises
    ------
    QueryError, SparkError
        Where an expression of ``[lines]`` fails on some line.
    """
    groups = subject.facts.summed()
    knows_money = subject.lines.money is not None
    aside = [*_rejected(subject), *_set_aside(subject, groups, knows_money)]
    purchases = [group for group in groups if group.rule == 0 and not group.back]
    returned = [group for group in groups if group.rule == 0 and group.back]
    back = _tally(returned, knows_money) if returned else None
    bought = _tally(purchases, knows_money)
    used = _used(subject, bought, back)
    every = _tally(groups, knows_money)
    summary = LinesSummary(groups, bought, every.lines, used.customers or 0)
    return LineAccount(
        table=subject.table,
        declared=subject.declared,
        lines=every.lines + len(subject.rejects),
        money=every.money,
        used=used,
        returns=back,
        aside=tuple(aside),
        findings=(
            *find_unreadable(subject.unreadable, subject.where),
            *find_in_lines(subject.facts, subject.lines, subject.where, summary, keeps_id=subject.keeps_id),
            *_stray_days(subject),
        ),
    )


def _tally(groups: Sequence[SummedLines], knows_money: bool) -> LinesTally:
    money = float(sum((group.money for group in groups), Decimal(0))) if knows_money else None
    return LinesTally(lines=sum(group.lines for group in groups), money=money)


def _set_aside(subject: Subject, groups: Sequence[SummedLines], knows_money: bool) -> Iterator[LinesSetAside]:
    for number, rule in enumerate(subject.judged.rules, 1):
        taken = [group for group in groups if group.rule == number]
        if not taken and number > len(subject.lines.aside):
            continue  # what no spec needs to say is told where it happened
        tally = _tally(taken, knows_money)
        places = sorted(place for one in taken for place in one.places)[:MOST_PLACES]
        yield LinesSetAside(
            rule=_KNOWN.get(rule.name, rule.name),
            counts=rule.counts,
            lines=tally.lines,
            money=tally.money,
            places=tuple(map(subject.where, places)),
        )


def _rejected(subject: Subject) -> Iterator[LinesSetAside]:
    """Rows that never became lines: those that could not be taken apart, totals, and headers once more."""
    by_rule: dict[str, list[Reject]] = {}
    for row in subject.rejects:
        by_rule.setdefault(_NO_LINES.get(row.why, "unreadable lines"), []).append(row)
    for rule, rows in by_rule.items():
        places = tuple(row.where for row in rows[:MOST_PLACES])
        yield LinesSetAside(rule=_KNOWN[rule], lines=len(rows), places=places)


def _used(subject: Subject, bought: LinesTally, back: LinesTally | None) -> LinesUsed:
    lines, purchases = subject.lines, subject.facts.bought()
    return LinesUsed(
        lines=bought.lines + (back.lines if back else 0),
        money=bought.money,
        customers=purchases.customers,
        orders=purchases.orders if subject.declared and (lines.order or lines.day) else None,
        first_day=purchases.first_day,
        last_day=purchases.last_day,
    )


def _stray_days(subject: Subject) -> Iterator[LineFinding]:
    """Of a spec that does not say which lines count: days far from the rest, which its query counts with."""
    for column, days in subject.judged.stray.items():
        found = subject.facts.on_days(column, days)
        told = Message.counted(
            "{n} line has a day of {column} that is far from all others; the query counts with it",
            "{n} lines have a day of {column} that is far from all others; the query counts with them",
            found.lines,
            column=column,
        )
        places = tuple(map(subject.where, found.places))
        yield LineFinding(kind="days", told=told, lines=found.lines, column=column, places=places)
