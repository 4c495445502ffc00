"""What the columns of a customer table were taken for, where much follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.contract import Dataset, Message


def taken_for(dataset: Dataset) -> Iterator[Message]:
    """Which columns stand for spend, orders and the cheque: revenue, names and advice follow from them."""
    from pipeline.contract import Message, own

    spend, orders = dataset.meaning("spend"), dataset.meaning("orders")
    cheque = dataset.meaning("average_cheque")
    if spend:
        yield Message.of("taken for what a customer spends: {column}", column=own(spend.name))
    if orders:
        yield Message.of("taken for how often a customer orders: {column}", column=own(orders.name))
    if spend and orders and cheque:
        yield Message.of("taken for the average cheque: {column}", column=own(cheque.name))
