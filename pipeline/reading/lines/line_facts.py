"""What an account asks of judged lines, whichever engine holds them: sums, and places of the first few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


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
    largest: tuple[float, ...]  # amounts, from the largest on, signs left out; of one group for all that are used, too


@dataclass(frozen=True)
class FoundLines:
    """Lines of one kind: how many, their money, and positions of the first few."""

    lines: int
    money: float | None = 0.0
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class BoughtLines:
    """Of the lines that are used and no returns."""

    customers: int
    orders: int  # lines, where no column has the number of an order
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class HeaviestCustomer:
    """The customer who brings most, and how much."""

    name: object
    money: Decimal
    first: int | None  # position of one of the lines; None where lines have none


class LineFacts(Protocol):
    """Judged lines as an engine has them."""

    def summed(self) -> list[SummedLines]:
        """By rule (0: used), returns by themselves."""

    def bought(self) -> BoughtLines:
        """Customers, orders and days."""

    def repeats(self) -> FoundLines | None:
        """Lines equal to an earlier one in every column, without the money of the first; None where there are none."""

    def without_day(self) -> FoundLines:
        """Used lines that have no day."""

    def without_amount(self) -> FoundLines:
        """Used lines of which no amount is known."""

    def at_least(self, amount: float) -> FoundLines:
        """Used lines that bring, or take, so much."""

    def heaviest(self) -> HeaviestCustomer | None:
        """The customer who brings most, returns left out; of several the one who comes first."""

    def of_customer(self, heaviest: HeaviestCustomer) -> FoundLines:
        """Her used lines that are no returns."""

    def differing_totals(self) -> tuple[int, FoundLines]:
        """Orders whose lines have different amounts, and their lines."""

    def on_days(self, column: str, days: Sequence[date]) -> FoundLines:
        """All lines that have one of these days."""
