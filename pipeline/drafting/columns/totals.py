"""Spend, orders and the average cheque, where no column says them and others do."""

from __future__ import annotations

from pipeline.contract import Joined, Meaning, Message
from pipeline.drafting.columns.parts import LOG, MOST_NEGATIVE, PLAIN, Entry, Parts
from pipeline.reading import quote

TOTALS: dict[str, Meaning] = {"categories": "spend", "channels": "orders"}


def add_total(parts: Parts, meaning: str, members: list[str]) -> None:
    """Spend is the sum over categories, orders the sum over channels, where no column says it."""
    wanted = TOTALS.get(meaning)
    if wanted is None or parts.has(wanted):
        return
    parts.entries.append(
        Entry(
            parts.free_name(wanted),
            "active",
            "number" if wanted == "spend" else "integer",
            Message.of("sum of {columns}", columns=Joined(tuple(members))),
            sql=" + ".join(map(quote, members)),
            meaning=wanted,
            transform=LOG,
        )
    )


def add_cheque(parts: Parts) -> None:
    """What a customer spends at one purchase: spend by orders."""
    spend, orders = parts.has("spend"), parts.has("orders")
    if spend and orders and not parts.has("average_cheque"):
        returned = parts.reading.form == "purchases" and any(entry.name == "returned" for entry in parts.entries)
        bought = f"({quote(spend)} + {quote('returned')})" if returned else quote(spend)
        parts.entries.append(
            Entry(
                parts.free_name("average_cheque"),
                "active",
                "number",
                Message.of("{spend} before returns, divided by {orders}", spend=spend, orders=orders)
                if returned
                else Message.of("{spend} divided by {orders}", spend=spend, orders=orders),
                meaning="average_cheque",
                transform=PLAIN if _can_be_negative(parts, spend) and not returned else LOG,
                sql=f"{bought} / nullif({quote(orders)}, 0)",
            )
        )


def _can_be_negative(parts: Parts, name: str) -> bool:
    return any(
        profile.name == name and profile.negative > MOST_NEGATIVE * profile.rows for profile in parts.structure.profiles
    )
