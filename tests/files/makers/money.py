"""Money: totals repeated, on the first line only, line totals; statuses, cancellations, returns, currencies, guests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import File, answer_of
from tests.files.makers.purchases import line_table, order_table
from tests.files.rendering import Look, look, render
from tests.files.shop import by_order, customer_codes, order_codes, shop, with_returns

VIEWS = ("comma_en", "semicolon_ru", "tab_english", "semicolon_de")


def money() -> Iterator[File]:
    """Every file of this chapter."""
    for turn, name in enumerate(VIEWS):
        view = look(name)
        yield _line_total(view, 400 + turn)
        yield _line_total_alone(view, 405 + turn)
        yield _total_repeated(view, 410 + turn)
        yield _total_once(view, 420 + turn)
        yield _discount(view, 425 + turn)
        yield _status(view, 430 + turn)
        yield _cancelled_by_prefix(view, 440 + turn)
        yield _negative_orders(view, 450 + turn)
        yield _currencies(view, 460 + turn)
        yield _one_currency(view, 465 + turn)
        yield _guests(view, 470 + turn)
        yield _nobody(view, 480 + turn)
        yield _last_line_is_a_total(view, 490 + turn)
        yield _exact_repeats(view, 495 + turn)


def _line_total(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = line_table(lines).assign(money=lines["money"])
    return File(
        f"line_total_{view.name}",
        "money",
        "price, quantity and the total of each line",
        partial(render, table, view),
        answer_of(lines, view.header("customer")),
    )


def _line_total_alone(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = line_table(lines, "code").drop(columns=["price", "quantity"]).assign(money=lines["money"])
    return File(
        f"line_total_alone_{view.name}",
        "money",
        "the total of each line, without price and quantity",
        partial(render, table, view),
        answer_of(lines, view.header("customer")),
    )


def _totals(lines: pd.DataFrame) -> pd.Series:
    return lines.groupby("order")["money"].transform("sum").round(2)


def _total_repeated(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = line_table(lines).assign(total=_totals(lines))
    return File(
        f"total_repeated_{view.name}",
        "money",
        "the order's total repeated on each of its lines",
        partial(render, table, view),
        answer_of(
            lines, view.header("customer"), may_ask=frozenset({"money"}), replies={"money": view.header("total")}
        ),
    )


def _total_once(view: Look, seed: int) -> File:
    """The total with postage, on the first line only: the lines' own money is without it, so either may be asked."""
    lines = shop(seed)
    first = lines["line"] == 1
    table = line_table(lines, "email").assign(total=_totals(lines).where(first))
    return File(
        f"total_once_{view.name}",
        "money",
        "the order's total on its first line only, blank on the others",
        partial(render, table, view),
        answer_of(
            lines, view.header("customer"), may_ask=frozenset({"money"}), replies={"money": view.header("total")}
        ),
    )


def _discount(view: Look, seed: int) -> File:
    """Line total = quantity x price - discount, so the line total is the money."""
    lines = shop(seed).copy()
    rng = np.random.default_rng(seed)
    discount = (lines["money"] * np.where(rng.random(len(lines)) < 0.3, 0.1, 0.0)).round(2)
    lines["money"] = (lines["money"] - discount).round(2)
    table = line_table(lines).assign(discount=discount, money=lines["money"])
    return File(
        f"discount_{view.name}",
        "money",
        "price, quantity, discount and what is left to pay",
        partial(render, table, view),
        answer_of(
            lines, view.header("customer"), may_ask=frozenset({"money"}), replies={"money": view.header("money")}
        ),
    )


def _status(view: Look, seed: int) -> File:
    """Finished orders count, others do not."""
    russian = view.language in ("ru", "russian")
    words = (
        ("Выполнен", "Отменён", "Возврат", "Ожидает оплаты")
        if russian
        else ("Completed", "Cancelled", "Refunded", "Pending")
    )
    if view.language == "de":
        words = ("Abgeschlossen", "Storniert", "Erstattet", "Offen")
    lines = shop(seed, customers=40)
    rng = np.random.default_rng(seed)
    states = pd.Series(rng.choice(words, int(lines["order"].max()) + 1, p=[0.76, 0.1, 0.08, 0.06]))
    first = lines.groupby("customer")["order"].min()
    states[first.to_numpy()] = words[0]
    lines = lines.assign(status=lines["order"].map(states))
    orders = by_order(lines)
    table = order_table(lines).assign(status=orders["order"].map(states))
    return File(
        f"status_{view.name}",
        "statuses and returns",
        "finished, cancelled, refunded and pending orders",
        partial(render, table, view),
        answer_of(lines[lines["status"] == words[0]], view.header("customer"), lines, may_ask=frozenset({"status"})),
    )


def _cancelled_by_prefix(view: Look, seed: int) -> File:
    """Invoices that begin with C have negative quantities: returns, which lower the money and are no orders."""
    lines = shop(seed)
    every = with_returns(lines, 30, seed)
    table = line_table(every)
    prefix = "В" if view.language in ("ru", "russian") else "C"
    table["order"] = table["order"].where(~every["returned"], prefix + table["order"])
    return File(
        f"cancelled_prefix_{view.name}",
        "statuses and returns",
        "returned lines with a letter before the number and a negative quantity",
        partial(render, table, view),
        answer_of(every, view.header("customer"), may_ask=frozenset({"status"})),
    )


def _negative_orders(view: Look, seed: int) -> File:
    lines = shop(seed, customers=45)
    orders = by_order(lines)
    back = orders.sample(20, random_state=seed)
    back = back.assign(
        money=-(back["money"] / 2).round(2),
        order=back["order"] + 5000,
        day=back["day"] + pd.Timedelta(days=3),
        returned=True,
    )
    every = pd.concat([orders.assign(returned=False), back]).sort_values("day", kind="stable", ignore_index=True)
    table = pd.DataFrame(
        {
            "customer": customer_codes(every["customer"], "code"),
            "order": order_codes(every["order"]),
            "day": every["day"],
            "money": every["money"],
        }
    )
    return File(
        f"negative_{view.name}",
        "statuses and returns",
        "refunds as rows with negative amounts",
        partial(render, table, view),
        answer_of(every, view.header("customer"), may_ask=frozenset({"status"})),
    )


def _currencies(view: Look, seed: int) -> File:
    """Two currencies in one column of money: their sum is nothing, so it is asked which one counts."""
    lines = shop(seed)
    orders = by_order(lines)
    rng = np.random.default_rng(seed)
    foreign = pd.Series(rng.random(60) < 0.2)
    abroad = orders["customer"].map(foreign)
    second = "RUB" if view.language in ("ru", "russian") else "JPY"
    table = order_table(lines).assign(currency=np.where(abroad, second, "EUR"))
    table["money"] = table["money"].where(~abroad, (table["money"] * 150).round(0))
    kept = orders[~abroad]
    return File(
        f"currencies_{view.name}",
        "currencies",
        "two currencies in one column of money",
        partial(render, table, view),
        answer_of(kept, view.header("customer"), orders, must_ask=frozenset({"currency"}), replies={"currency": "EUR"}),
    )


def _one_currency(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = order_table(lines).assign(currency="EUR")
    return File(
        f"one_currency_{view.name}",
        "currencies",
        "a column with one currency",
        partial(render, table, view),
        answer_of(lines, view.header("customer")),
    )


def _guests(view: Look, seed: int) -> File:
    """A placeholder stands for everybody who did not give a name: not one customer of a third of the money."""
    placeholder = {"semicolon_ru": "Розничный покупатель", "semicolon_de": "-1", "comma_en": "guest"}.get(
        view.name, "0"
    )
    lines = shop(seed)
    rng = np.random.default_rng(seed)
    anonymous = pd.Series(rng.random(int(lines["order"].max()) + 1) < 0.3)
    first = lines.groupby("customer")["order"].min()
    anonymous[first.to_numpy()] = False
    guest = lines["order"].map(anonymous)
    table = line_table(lines, "code" if view.name in ("semicolon_ru", "comma_en") else "number")
    table["customer"] = table["customer"].where(~guest, placeholder)
    return File(
        f"guests_{view.name}",
        "lines without a customer",
        "a placeholder (guest, 0, -1) on a third of the lines",
        partial(render, table, view),
        answer_of(
            lines[~guest],
            view.header("customer"),
            lines,
            may_ask=frozenset({"customer"}),
            replies={"customer": view.header("customer")},
        ),
    )


def _nobody(view: Look, seed: int) -> File:
    lines = shop(seed)
    rng = np.random.default_rng(seed)
    anonymous = pd.Series(rng.random(int(lines["order"].max()) + 1) < 0.25)
    first = lines.groupby("customer")["order"].min()
    anonymous[first.to_numpy()] = False
    empty = lines["order"].map(anonymous)
    table = line_table(lines)
    table["customer"] = table["customer"].where(~empty, "")
    return File(
        f"nobody_{view.name}",
        "lines without a customer",
        "a quarter of the lines without a customer",
        partial(render, table, view),
        answer_of(lines[~empty], view.header("customer"), lines),
    )


def _last_line_is_a_total(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = line_table(lines).assign(money=lines["money"])
    word = "Итого" if view.language in ("ru", "russian") else "Total"
    cells = [""] * len(table.columns)
    cells[0], cells[-1] = word, view.number(float(lines["money"].sum()))
    total = view.delimiter.join(f'"{cell}"' for cell in cells)
    return File(
        f"total_row_{view.name}",
        "shapes",
        "a row of totals at the end",
        partial(render, table, view, after=(total,)),
        answer_of(lines, view.header("customer")),
    )


def _exact_repeats(view: Look, seed: int) -> File:
    """The same order with the same lines twice in the file is told; a rule removes nothing on its own."""
    lines = shop(seed)
    again = pd.concat([lines, lines[lines["order"] < 10]], ignore_index=True)
    return File(
        f"repeats_{view.name}",
        "purchases",
        "some lines stand twice in the file",
        partial(render, line_table(again), view),
        answer_of(again, view.header("customer")),
    )
