"""What is odd about lines of purchases: told with its places before anything is trained, and left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.contract import LineFinding, LinesTally, Message, Own, Quantity, is_large_share, percent
from pipeline.reading.lines.line_facts import LineFacts, SummedLines
from pipeline.reading.lines.numbering import Where
from pipeline.reading.lines.unreadable import Unreadable
from pipeline.spec import LinesSpec

_MOST_PLACES = 3
_ABSURD_TIMES, _ABSURD_SHARE = 100, 0.1  # so many times the largest usual line, and so large a share of all money
_LEAST_LINES = 20


@dataclass(frozen=True)
class LinesSummary:
    """The lines by rule, those bought, and how many there are in all."""

    groups: Sequence[SummedLines]
    bought: LinesTally
    lines: int
    customers: int


def find_unreadable(cells: Sequence[Unreadable], where: Where) -> Iterator[LineFinding]:
    """Cells that cannot be read, by column."""
    for cell in cells:
        told = (
            Message.counted(
                "{n} cell of {column} cannot be read as {kind}: unknown",
                "{n} cells of {column} cannot be read as {kind}: unknown",
                cell.cells,
                column=cell.column,
                kind=cell.kind,
            )
            if cell.kind is not None
            else Message.counted(
                "{n} cell of {column} holds an error of the workbook, such as #N/A: unknown",
                "{n} cells of {column} hold an error of the workbook, such as #N/A: unknown",
                cell.cells,
                column=cell.column,
            )
        )
        yield LineFinding(
            kind="unreadable", told=told, lines=cell.cells, column=cell.column, places=tuple(map(where, cell.places))
        )


def find_in_lines(
    facts: LineFacts, lines: LinesSpec, where: Where, summary: LinesSummary, *, keeps_id: bool
) -> Iterator[LineFinding]:
    """Repeats, amounts that are missing, negative or absurd, totals that differ, and one customer with much of all."""
    yield from _repeated(facts, where, knows_money=lines.money is not None)
    yield from _without_day(facts, lines, where)
    if lines.money is None:
        return
    used = [group for group in summary.groups if group.rule == 0]
    if not lines.once_an_order:
        yield from _without_amount(facts, sum(group.without_money for group in used), where)
    yield from _negative(used, where)
    yield from _absurd(facts, summary, used, where)
    yield from _one_customer(facts, lines, where, summary, keeps_id=keeps_id)
    if lines.once_an_order and lines.order:
        yield from _differing_totals(facts, where)


def _repeated(facts: LineFacts, where: Where, *, knows_money: bool) -> Iterator[LineFinding]:
    """Lines equal to an earlier one in every column; two of a thing can be bought, so they stay."""
    again = facts.repeats()
    if again is None:
        return
    told = Message.counted(
        "{n} line repeats an earlier one in every column and is counted like it",
        "{n} lines repeat an earlier one in every column and are counted like it",
        again.lines,
    )
    known = again.money if knows_money else None
    yield LineFinding(kind="repeats", told=told, lines=again.lines, money=known, places=tuple(map(where, again.places)))


def _without_day(facts: LineFacts, lines: LinesSpec, where: Where) -> Iterator[LineFinding]:
    if lines.day is None:
        return
    found = facts.without_day()
    if found.lines:
        told = Message.counted(
            "{n} line that is used has no {column}",
            "{n} lines that are used have no {column}",
            found.lines,
            column=lines.day,
        )
        yield LineFinding(
            kind="days",
            told=told,
            lines=found.lines,
            money=found.money if lines.money else None,
            column=lines.day,
            places=tuple(map(where, found.places)),
        )


def _without_amount(facts: LineFacts, number: int, where: Where) -> Iterator[LineFinding]:
    if number:
        places = facts.without_amount().places
        told = Message.counted(
            "{n} line that is used has no amount that can be read",
            "{n} lines that are used have no amount that can be read",
            number,
        )
        yield LineFinding(kind="amounts", told=told, lines=number, places=tuple(map(where, places)))


def _negative(used: Sequence[SummedLines], where: Where) -> Iterator[LineFinding]:
    number = sum(group.negative for group in used)
    if number:
        told = Message.counted(
            "{n} line has a negative amount and is no return: it lowers the money",
            "{n} lines have a negative amount and are no returns: they lower the money",
            number,
        )
        places = sorted(place for group in used for place in group.negative_places)[:_MOST_PLACES]
        money = float(sum((group.negative_money for group in used), Decimal(0)))
        yield LineFinding(kind="negative", told=told, lines=number, money=money, places=tuple(map(where, places)))


def _absurd(
    facts: LineFacts, summary: LinesSummary, used: Sequence[SummedLines], where: Where
) -> Iterator[LineFinding]:
    """Few lines, each a hundred times what the largest usual line brings, with a large share of all money."""
    largest = sorted((amount for group in used for amount in group.largest), reverse=True)
    spare = summary.lines // 1000 + 5  # so many lines may be typing mistakes
    if summary.lines < _LEAST_LINES or len(largest) <= spare:
        return
    usual = largest[spare]
    absurd = [amount for amount in largest[:spare] if amount > _ABSURD_TIMES * usual]
    revenue = summary.bought.money or 0.0
    if not absurd or usual <= 0 or sum(absurd) < _ABSURD_SHARE * abs(revenue):
        return
    found = facts.at_least(absurd[-1])
    money = found.money or 0.0
    told = Message.counted(
        "{n} line brings {share} of all money, more than {times} times as much as any usual line",
        "{n} lines bring {share} of all money, each more than {times} times as much as any usual line",
        found.lines,
        share=percent(abs(money) / abs(revenue) if revenue else 1.0),
        times=Quantity(_ABSURD_TIMES, "d"),
    )
    places = tuple(map(where, found.places))
    yield LineFinding(kind="absurd", told=told, lines=found.lines, money=money, places=places)


def _one_customer(
    facts: LineFacts, lines: LinesSpec, where: Where, summary: LinesSummary, *, keeps_id: bool
) -> Iterator[LineFinding]:
    """Whoever brings more than a tenth of the revenue, and three times an even share of it."""
    revenue, heaviest = summary.bought.money or 0.0, facts.heaviest()
    if heaviest is None or revenue <= 0:
        return
    money = float(heaviest.money)
    if not is_large_share(money / revenue, summary.customers):
        return
    found = facts.of_customer(heaviest)
    share = percent(money / revenue)
    told = (
        Message.of(
            "one customer, {id}, accounts for {share} of all spend", id=Own(_written(heaviest.name)), share=share
        )
        if keeps_id
        else Message.of("one customer accounts for {share} of all spend", share=share)
    )
    yield LineFinding(
        kind="customer",
        told=told,
        lines=found.lines,
        money=money,
        column=lines.customer,
        places=tuple(map(where, found.places)),
    )


def _written(name: object) -> str:
    return str(int(name)) if isinstance(name, float) and name.is_integer() else str(name)


def _differing_totals(facts: LineFacts, where: Where) -> Iterator[LineFinding]:
    number, found = facts.differing_totals()
    if number:
        told = Message.counted(
            "{n} order has totals that differ between its lines: the first of them counts",
            "{n} orders have totals that differ between their lines: the first of them counts",
            number,
        )
        places = tuple(map(where, found.places))
        yield LineFinding(kind="totals", told=told, lines=found.lines, places=places)
