"""Which column determines which: functional dependencies, on the whole file or on whole groups of a large one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from pipeline.contract import Message, Quantity
from pipeline.reading import SINGLE, Engine, quote

HOLDS, BROKEN = 0.985, 0.9  # lift over chance at which a dependency is taken to hold, and under which it is broken
_LEAST_BEYOND = 20  # rows beyond the first of their group; with fewer, a dependency says nothing
_MOST_ROWS = 400_000
_AGREES = 0.95

Where = Callable[[int], Message]


class Relations:
    """Dependencies between the columns of one table; each is measured once.

    ``where``: the place of a row in the file, by its number in the table from 0; for refusals that name rows.
    """

    def __init__(self, engine: Engine, table: str = SINGLE, *, where: Where | None = None) -> None:
        self._engine, self._table = engine, table
        self.where = where or _row
        self._lifts: dict[tuple[str, str], float | None] = {}
        self._chances: dict[str, float] = {}

    @cached_property
    def rows(self) -> int:
        """Rows of the table."""
        return self._engine.count(self._table)

    def lift(self, key: str, other: str) -> float | None:
        """How firmly ``key`` determines ``other``: 1 exactly, 0 as by chance; None where nothing repeats.

        Rows beyond the first of each group of ``key`` repeat a pair of the group; the share that does so, less what a
        shuffled ``other`` would give, over what is left to gain.
        """
        return self.lifts(key, [other])[0]

    def lifts(self, key: str, others: Sequence[str]) -> list[float | None]:
        """``lift`` of several columns at once, by one query."""
        fresh = [other for other in dict.fromkeys(others) if (key, other) not in self._lifts and other != key]
        if fresh:
            pairs = ", ".join(
                f"count({quote(other)}), count(DISTINCT CASE WHEN {quote(other)} IS NOT NULL THEN {quote(key)} END), "
                f"count(DISTINCT CASE WHEN {quote(other)} IS NOT NULL THEN hash({quote(key)}, {quote(other)}) END)"
                for other in fresh
            )
            row = (
                self._engine.query(f"SELECT {pairs} FROM {self._groups_of(key)} WHERE {quote(key)} IS NOT NULL")
                .iloc[0]
                .tolist()
            )
            for at, other in enumerate(fresh):
                known, groups, pairs_seen = (int(number) for number in row[3 * at : 3 * at + 3])
                beyond = known - groups
                if beyond < _LEAST_BEYOND:
                    self._lifts[key, other] = None
                    continue
                chance = self.chance(other)
                kept = (known - pairs_seen) / beyond
                self._lifts[key, other] = None if chance > 0.999 else (kept - chance) / (1.0 - chance)
        return [self._lifts.get((key, other)) for other in others]

    def holds(self, key: str, other: str) -> bool:
        """Whether ``key`` determines ``other``, seen on repeats."""
        lift = self.lift(key, other)
        return lift is not None and lift >= HOLDS

    def broken(self, key: str, other: str) -> bool:
        """Whether ``key`` plainly does not determine ``other``."""
        lift = self.lift(key, other)
        return lift is not None and lift < BROKEN

    def chance(self, column: str) -> float:
        """The probability that two rows share a value of ``column``."""
        if column not in self._chances:
            name = quote(column)
            sample = f"(SELECT {name} FROM {quote(self._table)} WHERE {name} IS NOT NULL LIMIT {_MOST_ROWS})"
            counts = f"SELECT CAST(count(*) AS DOUBLE) AS n FROM {sample} GROUP BY {name}"
            answer = self._engine.query(f"SELECT sum(n * n) / (sum(n) * sum(n)) AS chance FROM ({counts})")[
                "chance"
            ].iloc[0]
            self._chances[column] = float(answer) if answer == answer else 1.0
        return self._chances[column]

    def one(self, sql: str) -> float:
        """One number: ``sql`` is an aggregate over the table; 0 where it is unknown."""
        asked = f"SELECT CAST({sql} AS DOUBLE) AS answer FROM {quote(self._table)}"
        answer = self._engine.query(asked)["answer"].iloc[0]
        return float(answer) if answer == answer else 0.0

    def per(self, key: str, other: str) -> float:
        """Different values of ``other`` in a group of ``key``, on average."""
        row = self._engine.query(
            f"SELECT count(DISTINCT {quote(key)}), count(DISTINCT hash({quote(key)}, {quote(other)})) "
            f"FROM {self._groups_of(key)} WHERE {quote(key)} IS NOT NULL AND {quote(other)} IS NOT NULL"
        ).iloc[0]
        return float(row.iloc[1]) / max(1.0, float(row.iloc[0]))

    def agrees(self, first: str, second: str) -> bool:
        """Whether two amounts (SQL) are the same but for rounding, on ``_AGREES`` of the rows that have both."""
        close = f"abs({first} - {second}) <= greatest(0.011, 0.002 * abs({second}))"
        known = self.one(f"count_if({first} IS NOT NULL AND {second} IS NOT NULL AND abs({second}) > 0)")
        return known > 0 and self.one(f"count_if({close} AND abs({second}) > 0)") >= _AGREES * known

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of any query; the table is called as the engine calls it."""
        return list(self._engine.query(sql).itertuples(index=False, name=None))

    def _groups_of(self, key: str) -> str:
        """The table, or whole groups of ``key`` in a large one: what is true of a group stays true."""
        if self.rows <= _MOST_ROWS:
            return quote(self._table)
        return f"(SELECT * FROM {quote(self._table)} WHERE hash({quote(key)}) % {self.rows // _MOST_ROWS + 1} = 0)"


def _row(position: int) -> Message:
    return Message.of("row {n}", n=Quantity(position + 1, "d"))
