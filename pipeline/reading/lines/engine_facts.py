"""Judged lines in the embedded engine: what an account asks of them, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.reading.engine import Engine, quote
from pipeline.reading.lines.line_facts import BoughtLines, FoundLines, HeaviestCustomer, SummedLines
from pipeline.reading.lines.lines_view import AMOUNT, BACK, JUDGED, POSITION, RAW, RULE
from pipeline.reading.lines.repeats import repeats
from pipeline.spec import LinesSpec

MOST_PLACES = 3
_EXACT = f"CAST({quote(AMOUNT)} AS DECIMAL(38, 6))"  # whatever the order of adding


@dataclass(frozen=True)
class EngineFacts:
    """The lines that ``judge_lines`` judged; see ``LineFacts``."""

    engine: Engine
    lines: LinesSpec

    def summed(self) -> list[SummedLines]:
        """One aggregate over all lines."""
        amount, back, position, rule = map(quote, (AMOUNT, BACK, POSITION, RULE))
        money = f"coalesce(sum({_EXACT}), 0)"
        below = f"FILTER (WHERE {amount} < 0 AND NOT {back})"
        few = max(1, self.engine.count(JUDGED) // 1000 + 6)
        rows = self.engine.rows(
            f"SELECT {rule}, {back}, count(*), {money}, min({position}, {MOST_PLACES}), "
            f"count(*) FILTER (WHERE {amount} IS NULL), count(*) {below}, "
            f"coalesce(sum({_EXACT}) {below}, 0), min({position}, {MOST_PLACES}) {below}, "
            f"max(abs({amount}), {few}) FROM {quote(JUDGED)} GROUP BY ALL ORDER BY 1, 2"
        )
        return [SummedLines(*row[:4], *map(_listed, row[4:5]), *row[5:8], *map(_listed, row[8:])) for row in rows]

    def bought(self) -> BoughtLines:
        """Orders are counted by their numbers; without such a column, lines are."""
        lines = self.lines
        order = f"count(DISTINCT {quote(lines.order)})" if lines.order else "count(*)"
        days = f"TRY_CAST({quote(lines.day)} AS DATE)" if lines.day else "CAST(NULL AS DATE)"
        [row] = self.engine.rows(
            f"SELECT count(DISTINCT {quote(lines.customer)}), {order}, min({days}), max({days}) "
            f"FROM {quote(JUDGED)} WHERE {quote(RULE)} = 0 AND NOT {quote(BACK)}"
        )
        return BoughtLines(*row)

    def repeats(self) -> FoundLines | None:
        """Sought among hashes."""
        return repeats(self.engine)

    def without_day(self) -> FoundLines:
        """Where the spec names no day there are none."""
        return self._used(f"TRY_CAST({quote(self.lines.day)} AS DATE) IS NULL") if self.lines.day else FoundLines(0)

    def without_amount(self) -> FoundLines:
        """The money itself is what is not known."""
        return self._used(f"{quote(AMOUNT)} IS NULL")

    def at_least(self, amount: float) -> FoundLines:
        """Signs left out."""
        return self._used(f"abs({quote(AMOUNT)}) >= {amount!r}")

    def heaviest(self) -> HeaviestCustomer | None:
        """Of equal ones the one whose line stands first."""
        customer, position = quote(self.lines.customer), quote(POSITION)
        rows = self.engine.rows(
            f'SELECT {customer}, sum({_EXACT}) AS "(sum)", min({position}) AS "(first)" '
            f"FROM {quote(JUDGED)} WHERE {quote(RULE)} = 0 AND NOT {quote(BACK)} GROUP BY {customer} "
            'ORDER BY "(sum)" DESC NULLS LAST, "(first)" LIMIT 1'
        )
        return HeaviestCustomer(*rows[0]) if rows and rows[0][1] is not None else None

    def of_customer(self, heaviest: HeaviestCustomer) -> FoundLines:
        """FoundLines again by her first line."""
        customer, first = quote(self.lines.customer), int(heaviest.first or 0)
        hers = f"(SELECT {customer} FROM {quote(JUDGED)} WHERE {quote(POSITION)} = {first} LIMIT 1)"
        return self._used(f"NOT {quote(BACK)} AND {customer} = {hers}")

    def differing_totals(self) -> tuple[int, FoundLines]:
        """Returns by themselves."""
        order = quote(self.lines.order or "")
        number, lines, places = self.engine.rows(
            f'SELECT count(*), sum("(lines)"), min("(place)", {MOST_PLACES}) FROM '
            f'(SELECT count(*) AS "(lines)", min({quote(POSITION)}) AS "(place)" FROM {quote(JUDGED)} '
            f"WHERE {quote(RULE)} = 0 AND {order} IS NOT NULL GROUP BY {order}, {quote(BACK)} "
            f"HAVING count(DISTINCT {quote(RAW)}) > 1)"
        )[0]
        return int(number), FoundLines(int(lines or 0), None, _listed(places))

    def on_days(self, column: str, days: Sequence[date]) -> FoundLines:
        """Set aside or not."""
        listed = ", ".join(f"DATE '{day.isoformat()}'" for day in days)
        lines, places = self.engine.rows(
            f"SELECT count(*), min({quote(POSITION)}, {MOST_PLACES}) FROM {quote(JUDGED)} "
            f"WHERE TRY_CAST({quote(column)} AS DATE) IN ({listed})"
        )[0]
        return FoundLines(int(lines), None, _listed(places))

    def _used(self, condition: str) -> FoundLines:
        number, money, places = self.engine.rows(
            f"SELECT count(*), coalesce(sum({_EXACT}), 0), min({quote(POSITION)}, {MOST_PLACES}) "
            f"FROM {quote(JUDGED)} WHERE {quote(RULE)} = 0 AND {condition}"
        )[0]
        return FoundLines(int(number), float(money), _listed(places))


def _listed(values: list[Any] | None) -> tuple[Any, ...]:
    return tuple(values or ())
