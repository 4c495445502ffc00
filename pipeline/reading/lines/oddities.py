"""What is odd about lines of purchases: told with its places before anything is trained, and left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.contract import LineFinding, LinesTally, Message, Own, Quantity, is_large_share, percent
from pipeline.reading.engine import Engine, quote
from pipeline.reading.lines.lines_view import AMOUNT, BACK, JUDGED, POSITION, RAW, RULE
from pipeline.reading.lines.numbering import Where
from pipeline.reading.lines.repeats import repeats_in_words
from pipeline.reading.lines.unreadable import Unreadable
from pipeline.spec import LinesSpec

_MOST_PLACES = 3
_ABSURD_TIMES, _ABSURD_SHARE = 100, 0.1  # so many times the largest usual line, and so large a share of all money
_LEAST_LINES = 20


@dataclass(frozen=True)
class SummedLines:
    """Lines that one rule took, returns by themselves; places are positions of the first few."""

    rule: int
    back: bool
    lines: int
    money: Decimal
    places: tuple[int, ...]
    without_money: int
    negative: int
    negative_money: Decimal
    negative_places: tuple[int, ...]
    largest: tuple[float, ...]  # amounts, from the largest on, signs left out


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
    engine: Engine, lines: LinesSpec, where: Where, summary: LinesSummary, *, keeps_id: bool
) -> Iterator[LineFinding]:
    """Repeats, amounts that are missing, negative or absurd, totals that differ, and one customer with much of all."""
    yield from repeats_in_words(engine, where, knows_money=lines.money is not None)
    yield from _without_day(engine, lines, where)
    if lines.money is None:
        return
    used = [group for group in summary.groups if group.rule == 0]
    if not lines.once_an_order:
        yield from _without_amount(engine, sum(group.without_money for group in used), where)
    yield from _negative(used, where)
    yield from _absurd(engine, summary, used, where)
    yield from _one_customer(engine, lines, where, summary, keeps_id=keeps_id)
    if lines.once_an_order and lines.order:
        yield from _differing_totals(engine, lines.order, where)


def _without_day(engine: Engine, lines: LinesSpec, where: Where) -> Iterator[LineFinding]:
    if lines.day is None:
        return
    number, money, places = _where_used(engine, f"TRY_CAST({quote(lines.day)} AS DATE) IS NULL")
    if number:
        told = Message.counted(
            "{n} line that is used has no {column}",
            "{n} lines that are used have no {column}",
            number,
            column=lines.day,
        )
        yield LineFinding(
            kind="days",
            told=told,
            lines=number,
            money=money if lines.money else None,
            column=lines.day,
            places=tuple(map(where, places)),
        )


def _without_amount(engine: Engine, number: int, where: Where) -> Iterator[LineFinding]:
    if number:
        _, _, places = _where_used(engine, f"{quote(AMOUNT)} IS NULL")
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


def _absurd(engine: Engine, summary: LinesSummary, used: Sequence[SummedLines], where: Where) -> Iterator[LineFinding]:
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
    number, money, places = _where_used(engine, f"abs({quote(AMOUNT)}) >= {absurd[-1]!r}")
    told = Message.counted(
        "{n} line brings {share} of all money, more than {times} times as much as any usual line",
        "{n} lines bring {share} of all money, each more than {times} times as much as any usual line",
        number,
        share=percent(abs(money) / abs(revenue) if revenue else 1.0),
        times=Quantity(_ABSURD_TIMES, "d"),
    )
    yield LineFinding(kind="absurd", told=told, lines=number, money=money, places=tuple(map(where, places)))


def _one_customer(
    engine: Engine, lines: LinesSpec, where: Where, summary: LinesSummary, *, keeps_id: bool
) -> Iterator[LineFinding]:
    """Whoever brings more than a tenth of the revenue, and three times an even share of it."""
    revenue = summary.bought.money or 0.0
    customer, amount, position = map(quote, (lines.customer, AMOUNT, POSITION))
    rows = engine.rows(
        f'SELECT {customer}, sum(CAST({amount} AS DECIMAL(38, 6))) AS "(sum)", min({position}) AS "(first)" '
        f"FROM {quote(JUDGED)} WHERE {quote(RULE)} = 0 AND NOT {quote(BACK)} GROUP BY {customer} "
        'ORDER BY "(sum)" DESC NULLS LAST, "(first)" LIMIT 1'
    )
    if not rows or rows[0][1] is None or revenue <= 0:
        return
    name, money, first = rows[0]
    if not is_large_share(float(money) / revenue, summary.customers):
        return
    theirs = f"{customer} = (SELECT {customer} FROM {quote(JUDGED)} WHERE {position} = {int(first)} LIMIT 1)"
    number, _, places = _where_used(engine, f"NOT {quote(BACK)} AND {theirs}")
    share = percent(float(money) / revenue)
    told = (
        Message.of("one customer, {id}, brings {share} of the revenue", id=Own(_written(name)), share=share)
        if keeps_id
        else Message.of("one customer brings {share} of the revenue", share=share)
    )
    yield LineFinding(
        kind="customer",
        told=told,
        lines=number,
        money=float(money),
        column=lines.customer,
        places=tuple(map(where, places)),
    )


def _written(name: object) -> str:
    return str(int(name)) if isinstance(name, float) and name.is_integer() else str(name)


def _differing_totals(engine: Engine, order: str, where: Where) -> Iterator[LineFinding]:
    number, lines, places = engine.rows(
        f'SELECT count(*), sum("(lines)"), min("(place)", {_MOST_PLACES}) FROM '
        f'(SELECT count(*) AS "(lines)", min({quote(POSITION)}) AS "(place)" FROM {quote(JUDGED)} '
        f"WHERE {quote(RULE)} = 0 AND {quote(order)} IS NOT NULL GROUP BY {quote(order)}, {quote(BACK)} "
        f"HAVING count(DISTINCT {quote(RAW)}) > 1)"
    )[0]
    if number:
        told = Message.counted(
            "{n} order has totals that differ between its lines: the first of them counts",
            "{n} orders have totals that differ between their lines: the first of them counts",
            number,
        )
        yield LineFinding(kind="totals", told=told, lines=int(lines), places=tuple(map(where, places)))


def _where_used(engine: Engine, condition: str) -> tuple[int, float, list[int]]:
    number, money, places = engine.rows(
        f"SELECT count(*), coalesce(sum(CAST({quote(AMOUNT)} AS DECIMAL(38, 6))), 0), "
        f"min({quote(POSITION)}, {_MOST_PLACES}) FROM {quote(JUDGED)} WHERE {quote(RULE)} = 0 AND {condition}"
    )[0]
    return int(number), float(money), places or []
