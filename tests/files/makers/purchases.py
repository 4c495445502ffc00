"""Purchases: a row a line or an order, in many looks; misleading neighbours; columns missing, neutral or swapped."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.rendering import LOOKS, PLAIN, Look, look, render
from tests.files.shop import by_order, customer_codes, order_codes, shop
from tests.files.words import KNOWN_LANGUAGES

STYLES = ("number", "code", "email", "phone", "name", "float")
NEIGHBOURS = ("zip", "ip", "supplier", "card", "row", "key", "city", "store", "constant")


def purchases() -> Iterator[File]:
    """Every file of this chapter."""
    yield from _a_row_a_line()
    yield from _a_row_an_order()
    yield from _neighbours()
    yield from _sizes()
    yield from _without_customer()
    yield from _without_day()
    yield from _headers_that_say_nothing()
    yield from _swapped_headers()


def line_table(lines: pd.DataFrame, style: str = "number") -> pd.DataFrame:
    """Order, customer, day, item, category, quantity and price of each line, as a till writes them."""
    return pd.DataFrame(
        {
            "order": order_codes(lines["order"]),
            "day": lines["day"],
            "customer": customer_codes(lines["customer"], style),
            "item": lines["item"].map("Item {}".format),
            "category": lines["category"],
            "quantity": lines["quantity"].astype(str),
            "price": lines["price"],
        }
    )


def order_table(lines: pd.DataFrame, style: str = "number") -> pd.DataFrame:
    """Customer, order, day and money of each order."""
    orders = by_order(lines)
    return pd.DataFrame(
        {
            "customer": customer_codes(orders["customer"], style),
            "order": order_codes(orders["order"]),
            "day": orders["day"],
            "money": orders["money"],
        }
    )


def asked_in(view: Look) -> frozenset[str]:
    """In languages that recognition need not know, it may ask who the customer is and what the money."""
    known = view.language in KNOWN_LANGUAGES
    return frozenset() if known else frozenset({"kind", "customer", "order", "money", "day"})


def _a_row_a_line() -> Iterator[File]:
    for number, view in enumerate(LOOKS):
        for turn in range(2):
            style, seed = STYLES[(number + 3 * turn) % len(STYLES)], 100 + 2 * number + turn
            lines = shop(seed)
            yield File(
                f"lines_{view.name}_{style}",
                "purchases",
                "a row a line of an order: quantity and price",
                partial(render, line_table(lines, style), view),
                answer_of(
                    lines,
                    view.header("customer"),
                    may_ask=asked_in(view),
                    replies=_replies(view, "customer", "order", "day"),
                ),
            )


def _a_row_an_order() -> Iterator[File]:
    for number, view in enumerate(LOOKS):
        for turn in range(2):
            style, seed = STYLES[(number + 1 + 2 * turn) % len(STYLES)], 140 + 2 * number + turn
            lines = shop(seed, customers=40 + 15 * turn)
            table = order_table(lines, style)
            if turn:
                table = table[["order", "day", "money", "customer"]].assign(city=by_order(lines)["city"])
            yield File(
                f"orders_{view.name}_{style}",
                "purchases",
                "a row an order: customer, day, money",
                partial(render, table, view),
                answer_of(
                    lines,
                    view.header("customer"),
                    may_ask=asked_in(view),
                    replies=_replies(view, "customer", "order", "day", "money"),
                ),
            )


def neighbour(lines: pd.DataFrame, name: str, seed: int) -> pd.Series:
    """A column that repeats, or is determined by the order, and is no customer."""
    rng = np.random.default_rng([seed, 11])
    places = rng.integers(0, 18, int(lines["customer"].max()) + 1)
    orders = rng.integers(0, 90, int(lines["order"].max()) + 1)
    columns = {
        "zip": lambda: lines["customer"].map(lambda one: f"{60000 + 137 * places[one]}"),
        "ip": lambda: lines["order"].map(lambda one: f"10.0.{orders[one] % 7}.{orders[one]}"),
        "supplier": lambda: lines["item"].map(lambda one: f"S{one % 9 + 1:03d}"),
        "card": lambda: lines["order"].map(lambda one: f"{4000 + 11 * orders[one]}"),
        "row": lambda: pd.Series(range(1, len(lines) + 1), index=lines.index).astype(str),
        "key": lambda: pd.Series(rng.permutation(len(lines)) + 700_000, index=lines.index).astype(str),
        "city": lambda: lines["city"],
        "store": lambda: lines["store"].astype(str),
        "constant": lambda: pd.Series("1", index=lines.index),
    }
    return columns[name]()


def _neighbours() -> Iterator[File]:
    for number, name in enumerate(NEIGHBOURS):
        for turn, view in enumerate((look("comma_en"), look("semicolon_ru"), look("tab_english"))):
            seed = 200 + 3 * number + turn
            lines = shop(seed)
            table = line_table(lines, ("number", "code", "email")[turn])
            table.insert((0, 3, 7)[turn], name, neighbour(lines, name, seed))
            yield File(
                f"beside_{name}_{view.name}",
                "neighbours",
                "beside the customer a column that is none: postal code, IP, supplier, card digits, row number, key",
                partial(render, table, view),
                answer_of(lines, view.header("customer"), never_active=frozenset({view.header(name)})),
            )


def _sizes() -> Iterator[File]:
    for number, (customers, orders, days) in enumerate(
        ((12, 40, 60), (30, 900, 700), (400, 700, 365), (150, 450, 1400))
    ):
        for view in (look("comma_en"), look("semicolon_ru")):
            lines = shop(270 + number, customers, orders, days)
            yield File(
                f"size_{customers}_{orders}_{view.name}",
                "purchases",
                "few customers, many orders each, or hardly two",
                partial(render, line_table(lines), view),
                answer_of(lines, view.header("customer")),
            )


def _without_customer() -> Iterator[File]:
    """The customer's column dropped: nothing that repeats may take its place."""
    for number, name in enumerate((None, "zip", "ip", "supplier", "card", "store", "city", "key", "row")):
        for turn, view in enumerate((look("comma_en"), look("semicolon_russian"), look("semicolon_de"))):
            seed = 300 + 3 * number + turn
            lines = shop(seed)
            table = line_table(lines).drop(columns="customer")
            if name:
                table.insert(1, name, neighbour(lines, name, seed))
            yield File(
                f"no_customer_{name or 'nothing'}_{view.name}",
                "no customer",
                "order lines in which no column says who bought",
                partial(render, table, view),
                NO_CUSTOMERS,
            )
    for turn, view in enumerate((look("comma_en"), look("semicolon_fr"))):
        table = order_table(shop(330 + turn)).drop(columns="customer")
        yield File(
            f"no_customer_orders_{view.name}",
            "no customer",
            "orders without customers",
            partial(render, table, view),
            NO_CUSTOMERS,
        )


def _without_day() -> Iterator[File]:
    for turn, view in enumerate((look("comma_en"), look("semicolon_ru"), look("semicolon_de"))):
        lines = shop(335 + turn)
        answer = answer_of(lines, view.header("customer"), may_ask=frozenset({"day", "kind"}))
        yield File(
            f"no_day_{view.name}",
            "no day",
            "order lines without a day",
            partial(render, line_table(lines).drop(columns="day"), view),
            Answer(**{**vars(answer), "first": None, "last": None}),
        )


def _headers_that_say_nothing() -> Iterator[File]:
    for turn, names in enumerate(("col{}", "Column{}", "F{}", "v{}", "Поле{}", "field_{}")):
        lines = shop(340 + turn)
        table = line_table(lines, STYLES[turn % 3]) if turn % 2 else order_table(lines, STYLES[turn % 3])
        headers = {column: names.format(place) for place, column in enumerate(table.columns, 1)}
        answer = answer_of(
            lines,
            headers["customer"],
            may_ask=frozenset({"kind", "customer", "order", "day", "money"}),
            replies={"kind": "purchases"}
            | {part: headers[part] for part in ("customer", "order", "day") if part in headers},
        )
        yield File(
            f"neutral_{turn}",
            "headers that say nothing",
            "col1, col2 ...: only the structure speaks",
            partial(render, table.rename(columns=headers), PLAIN),
            answer,
        )


def _swapped_headers() -> Iterator[File]:
    """Words that lie: asked or refused, never taken for what they say."""
    for turn, (left, right) in enumerate(
        (("customer", "order"), ("customer", "item"), ("order", "item"), ("quantity", "order"))
    ):
        for view in (look("comma_en"), look("semicolon_ru")):
            lines = shop(350 + turn)
            table = line_table(lines)
            headers = {left: view.header(right), right: view.header(left)}
            every = frozenset({"kind", "customer", "order", "day", "money", "date_format", "status"})
            called = {part: headers.get(part, view.header(part)) for part in ("customer", "order", "day")}
            answer = answer_of(
                lines, called["customer"], may_ask=every, replies=called | {"kind": "purchases"}, even=every
            )
            yield File(
                f"swapped_{left}_{right}_{view.name}",
                "headers that lie",
                "two headers swapped",
                partial(render, table.rename(columns=headers), view),
                answer,
            )


def _replies(view: Look, *parts: str) -> dict[str, str]:
    return {"kind": "purchases"} | {part: view.header(part) for part in parts}
