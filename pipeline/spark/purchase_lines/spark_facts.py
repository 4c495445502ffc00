"""Judged lines on Spark: what an account asks of them. Sums are of whole millionths, exact in whatever order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipeline.reading import BoughtLines, FoundLines, HeaviestCustomer, SummedLines
from pipeline.spark.purchase_lines.line_places import NUMBER, POSITION
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Rows, grouped
from pipeline.spark.typed_columns import literal
from pipeline.spec import LinesSpec

RULE, RAW_AMOUNT, AMOUNT, BACK = "(rule)", "(amount)", "(money)", "(return)"
_HASH = "(hash)"
_OWN = {POSITION, NUMBER, RULE, RAW_AMOUNT, AMOUNT, BACK}
_PLACES = 3
_SPARE = 6  # more lines than a thousandth, among which typing mistakes are sought
_HALF = 1 << 40  # millionths of money are added in two parts, neither of which loses a digit
_MILLIONTHS = f"round({quoted(AMOUNT)} * 1000000D)"  # as the embedded engine makes a DECIMAL(38, 6) of a double
_HIGH = f"floor({_MILLIONTHS} / {_HALF}D)"
_LOW = f"CAST({_MILLIONTHS} - {_HIGH} * {_HALF}D AS BIGINT)"


def _money(name: str, condition: str = "true") -> list[str]:
    """SQL for the two sums under a name."""
    high, low = f"CAST({_HIGH} AS DECIMAL(20, 0))", f"CAST({_LOW} AS DECIMAL(20, 0))"
    return [
        f"CAST(coalesce(sum({high}) FILTER (WHERE {condition}), 0) AS DECIMAL(30, 0)) AS `{name} high`",
        f"CAST(coalesce(sum({low}) FILTER (WHERE {condition}), 0) AS DECIMAL(30, 0)) AS `{name} low`",
    ]


def _sum(row: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(int(row[f"{name} high"]) * _HALF + int(row[f"{name} low"])).scaleb(-6)


def accountable(rows: Rows, lines: LinesSpec) -> Rows:
    """Of judged lines the few columns that an account asks for many times, and a hash of each line as it came."""
    cells = [name for name in rows.columns if name not in _OWN]
    hashed = ", ".join(f"{quoted(name)}, {quoted(name)} IS NULL" for name in cells)  # of null a hash says nothing
    named = dict.fromkeys(name for name in (lines.customer, lines.order, lines.day) if name)
    inside = [name for name in rows.columns if name in _OWN and name != NUMBER]
    return rows.selectExpr(*map(quoted, (*named, *inside)), f"xxhash64({hashed}) AS {quoted(_HASH)}")


@dataclass(frozen=True)
class SparkFacts:
    """Lines that ``judge_purchases`` judged, ``accountable``; see ``LineFacts``. Rows of Parquet files have places."""

    rows: Rows
    lines: LinesSpec

    @property
    def _placed(self) -> bool:
        return POSITION in self.rows.columns

    @cached_property
    def _groups(self) -> list[Mapping[str, Any]]:
        amount, back = quoted(AMOUNT), quoted(BACK)
        below = f"{amount} < 0 AND NOT {back}"
        dayless = f"{quoted(self.lines.day)} IS NULL" if self.lines.day else "false"
        sums = [
            "count(*) AS lines",
            *_money("money"),
            f"count_if({amount} IS NULL) AS unknown",
            f"count_if({below}) AS below",
            *_money("negative", below),
            f"count_if({dayless}) AS dayless",
            *_money("undated", dayless),
        ]
        found: list[Mapping[str, Any]] = grouped(self.rows, [quoted(RULE), back], sums).toArrow().to_pylist()
        return found

    def summed(self) -> list[SummedLines]:
        """One pass, one more for places, and one for the largest amounts."""
        groups = sorted(self._groups, key=lambda row: (row[RULE], row[BACK]))
        places = self._places_by_group(groups)
        made = [
            SummedLines(
                row[RULE],
                row[BACK],
                row["lines"],
                _sum(row, "money"),
                places.get((row[RULE], row[BACK]), ()) if row[RULE] else (),
                row["unknown"],
                row["below"],
                _sum(row, "negative"),
                places.get((0, False), ()) if not row[RULE] and not row[BACK] else (),
                (),
            )
            for row in groups
        ]
        if self.lines.money and made and made[0].rule == 0:
            few = sum(group.lines for group in made) // 1000 + _SPARE
            made[0] = replace(made[0], largest=self._largest(few))
        return made

    def _places_by_group(self, groups: Sequence[Mapping[str, Any]]) -> dict[tuple[int, bool], tuple[int, ...]]:
        """Of the first few lines that a rule took, and of those with a negative amount that are used."""
        if not self._placed or not any(row[RULE] or row["below"] for row in groups):
            return {}
        position, rule, back = map(quoted, (POSITION, RULE, BACK))
        odd = self.rows.where(f"{rule} > 0 OR ({quoted(AMOUNT)} < 0 AND NOT {back})").selectExpr(
            rule, back, position, f"row_number() OVER (PARTITION BY {rule}, {back} ORDER BY {position}) AS n"
        )
        made: dict[tuple[int, bool], tuple[int, ...]] = {}
        for row in odd.where(f"n <= {_PLACES}").orderBy(position).toArrow().to_pylist():
            key = (row[RULE], row[BACK])
            made[key] = (*made.get(key, ()), row[POSITION])
        return made

    def _largest(self, few: int) -> tuple[float, ...]:
        used = self.rows.where(f"{quoted(RULE)} = 0 AND {quoted(AMOUNT)} IS NOT NULL")
        amounts = used.selectExpr(f"-abs({quoted(AMOUNT)}) AS amount").orderBy("amount").limit(few)
        return tuple(-amount for amount in amounts.toArrow().column(0).to_pylist())

    def bought(self) -> BoughtLines:
        """Orders are counted by their numbers; without such a column, lines are."""
        lines = self.lines
        order = f"count(DISTINCT {quoted(lines.order)})" if lines.order else "count(*)"
        days = f"CAST({quoted(lines.day)} AS DATE)" if lines.day else "CAST(NULL AS DATE)"
        used = self.rows.where(f"{quoted(RULE)} = 0 AND NOT {quoted(BACK)}")
        asked = [f"count(DISTINCT {quoted(lines.customer)}) AS customers", f"{order} AS orders"]
        [row] = _one(used, [*asked, f"min({days}) AS first", f"max({days}) AS last"])
        return BoughtLines(row["customers"], row["orders"], row["first"], row["last"])

    def repeats(self) -> FoundLines | None:
        """Sought among hashes of the whole lines."""
        place = quoted(POSITION) if self._placed else "CAST(0 AS BIGINT)"
        lines = self.rows.selectExpr(f"{quoted(_HASH)} AS hash", f"{place} AS place", quoted(AMOUNT))
        shared = lines.groupBy("hash").count().where("count > 1").select("hash")
        ranked = lines.join(shared, on="hash", how="left_semi").selectExpr(
            "*", "row_number() OVER (PARTITION BY hash ORDER BY place) AS n"
        )
        again = ranked.where("n > 1")
        [row] = _one(again, ["count(*) AS lines", f"count({quoted(AMOUNT)}) AS known", *_money("money")])
        if not row["lines"]:
            return None
        places = _first_few(again.selectExpr("place")) if self._placed else ()
        return FoundLines(row["lines"], float(_sum(row, "money")) if row["known"] else None, places)

    def without_day(self) -> FoundLines:
        """Counted with the rest."""
        used = [row for row in self._groups if row[RULE] == 0 and row["dayless"]]
        number = sum(row["dayless"] for row in used)
        money = float(sum((_sum(row, "undated") for row in used), Decimal(0)))
        return FoundLines(number, money, self._places(f"{quoted(self.lines.day or '')} IS NULL") if number else ())

    def without_amount(self) -> FoundLines:
        """How many there are, the sums have told."""
        return FoundLines(0, None, self._places(f"{quoted(AMOUNT)} IS NULL"))

    def at_least(self, amount: float) -> FoundLines:
        """Signs left out."""
        return self._used(f"abs({quoted(AMOUNT)}) >= {amount!r}D")

    def heaviest(self) -> HeaviestCustomer | None:
        """Of equal ones the one whose line stands first; where lines have no places, the lowest id."""
        customer = quoted(self.lines.customer)
        first = f"min({quoted(POSITION)})" if self._placed else "CAST(NULL AS BIGINT)"
        used = self.rows.where(f"{quoted(RULE)} = 0 AND NOT {quoted(BACK)}")
        sums = [*_money("money"), f"{first} AS first", f"count({quoted(AMOUNT)}) AS known"]
        total = f"-(CAST(`money high` AS DECIMAL(26, 0)) * {_HALF} + `money low`) AS total"
        ranked = grouped(used, [customer], sums).where("known > 0").selectExpr("*", total)
        rows = ranked.orderBy("total", "first" if self._placed else customer).limit(1).toArrow().to_pylist()
        return (
            HeaviestCustomer(rows[0][self.lines.customer], _sum(rows[0], "money"), rows[0]["first"]) if rows else None
        )

    def of_customer(self, heaviest: HeaviestCustomer) -> FoundLines:
        """Found again by what stands in the column."""
        name, customer = heaviest.name, quoted(self.lines.customer)
        kind = dict(self.rows.dtypes)[self.lines.customer]
        value = literal(name) if isinstance(name, str) else f"CAST({literal(str(name))} AS {kind})"
        return self._used(f"NOT {quoted(BACK)} AND {customer} = {'NULL' if name is None else value}")

    def differing_totals(self) -> tuple[int, FoundLines]:
        """Returns by themselves."""
        order, place = quoted(self.lines.order or ""), quoted(POSITION)
        used = self.rows.where(f"{quoted(RULE)} = 0 AND {order} IS NOT NULL")
        sums = [f"count(DISTINCT {quoted(RAW_AMOUNT)}) AS totals", "count(*) AS lines", f"min({place}) AS place"]
        differing = grouped(used, [order, quoted(BACK)], sums).where("totals > 1")
        [row] = _one(differing, ["count(*) AS orders", "coalesce(sum(lines), 0) AS lines"])
        places = _first_few(differing.selectExpr("place")) if row["orders"] else ()
        return row["orders"], FoundLines(row["lines"], None, places)

    def on_days(self, column: str, days: Sequence[date]) -> FoundLines:
        """Specs that do not declare their lines have no account here."""
        raise NotImplementedError

    def _used(self, condition: str) -> FoundLines:
        used = self.rows.where(f"{quoted(RULE)} = 0 AND {condition}")
        [row] = _one(used, ["count(*) AS lines", *_money("money")])
        return FoundLines(row["lines"], float(_sum(row, "money")), self._places(condition))

    def _places(self, condition: str) -> tuple[int, ...]:
        if not self._placed:
            return ()
        used = self.rows.where(f"{quoted(RULE)} = 0 AND ({condition})")
        return _first_few(used.selectExpr(f"{quoted(POSITION)} AS place"))


def _one(rows: Rows, sums: list[str]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = rows.selectExpr(*sums).toArrow().to_pylist()
    return found


def _first_few(places: Rows) -> tuple[int, ...]:
    return tuple(places.orderBy("place").limit(_PLACES).toArrow().column(0).to_pylist())
