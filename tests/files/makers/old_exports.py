"""Exports of old and foreign programs: code pages, rare signs, quotes and rules, names for nobody, kinds of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import Answer, File, answer_of
from tests.files.makers.purchases import asked_in, line_table, order_table
from tests.files.rendering import PLAIN, Look, render
from tests.files.shop import by_order, shop

PAGES = {
    "ru": ("cp1251", "koi8-r", "cp866", "iso-8859-5", "mac-cyrillic", "utf-16-le", "utf-16-be", "utf-32"),
    "russian": ("koi8-r", "cp866"),
    "pl": ("iso-8859-2", "cp852"),
    "de": ("cp850", "mac-roman", "iso-8859-15"),
    "fr": ("cp850", "mac-roman"),
    "es": ("iso-8859-1", "cp850"),
}  # of each language
SIGNS = {
    "caret": "^",
    "tilde": "~",
    "colon": ":",
    "hash": "#",
    "broken_bar": "¦",
    "unit": "\x1f",
    "two_bars": "||",
    "two_colons": "::",
}
NOBODY = (
    ("GUEST", "code"),
    ("Walk-in Customer", "name"),
    ("Частное лицо", "name"),
    ("Laufkundschaft", "name"),
    ("noemail@example.com", "email"),
    ("guest@shop.example", "email"),
    ("-999", "number"),
    ("999999", "number"),
    ("12345678", "number"),
    ("+7 999 999-99-99", "phone"),
    ("00000000-0000-0000-0000-000000000000", "code"),
)
DAYS = ("1900-01-01", "1980-01-01", "1753-01-01", "2038-01-19", "2050-01-01", "0000-00-00", "2222-02-22")


def old_exports() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (language, page) in enumerate((name, page) for name, pages in PAGES.items() for page in pages):
        yield _in_page(language, page, 1100 + number)
    for number, name in enumerate(SIGNS):
        yield _with_sign(name, 1130 + number)
    for number, name in enumerate(_WRITTEN):
        yield _written(name, 1140 + number)
    for number, (name, style) in enumerate(NOBODY):
        yield _nobody(number, name, style, 1150 + number)
    for number, day in enumerate(DAYS):
        yield _placeholder_day(day, 1170 + number)
    yield _credit_notes(1180)
    yield _events(1181)


def _in_page(language: str, page: str, seed: int) -> File:
    lines = shop(seed)
    view = Look(f"{language}_{page}", language, ";", page, ",", "", "%d.%m.%Y")
    return File(
        f"page_{language}_{page.replace('-', '_')}",
        "old exports",
        "code pages of Windows, DOS, Unix and Macintosh",
        partial(render, line_table(lines) if seed % 2 else order_table(lines), view),
        answer_of(
            lines,
            view.header("customer"),
            may_ask=asked_in(view),
            replies={part: view.header(part) for part in ("customer", "order", "day")} | {"kind": "purchases"},
        ),
    )


def _with_sign(name: str, seed: int) -> File:
    lines = shop(seed)
    text = render(line_table(lines) if seed % 2 else order_table(lines), Look("tab", "en", "\t")).decode()
    return File(
        f"sign_{name}",
        "old exports",
        "a rare sign between the columns",
        partial(text.replace("\t", SIGNS[name]).encode, "utf-8"),
        answer_of(lines, "customer_id"),
        "txt",
    )


_WRITTEN: dict[str, Callable[[Sequence[str]], str]] = {
    "apostrophes": lambda row: ",".join(f"'{cell}'" for cell in row),
    "blank_before_quotes": lambda row: ", ".join(f'"{cell}"' for cell in row),
    "whole_line_quoted": lambda row: '"' + ";".join(f'""{cell}""' for cell in row) + '"',
    "bars_around": lambda row: "| " + " | ".join(row) + " |",
    "aligned": lambda row: "".join(cell.ljust(18) for cell in row),
}


def _written(name: str, seed: int) -> File:
    lines = shop(seed)
    rows = [line.split("\t") for line in render(order_table(lines), Look("tab", "en", "\t")).decode().splitlines()]
    text = [_WRITTEN[name](row) for row in rows]
    if name == "bars_around":
        text.insert(1, "|---|---|---|---|")
    return File(
        f"written_{name}",
        "old exports",
        "quotes, apostrophes, bars and blanks around the cells",
        partial("\n".join(text).encode, "utf-8"),
        answer_of(lines, "customer_id"),
        "txt",
    )


def _nobody(number: int, name: str, style: str, seed: int) -> File:
    """A fifth of the orders stand under a name for nobody: they are no customer's."""
    lines = shop(seed)
    gone = np.random.default_rng(seed).random(int(lines["order"].max()) + 1) < 0.2
    theirs = lines["order"].map(lambda order: bool(gone[order]))
    table = line_table(lines, style)
    table.loc[theirs, "customer"] = name
    answer = answer_of(
        lines[~theirs], "customer_id", lines, may_ask=frozenset({"placeholder"}), replies={"placeholder": "no"}
    )
    return File(
        f"nobody_{number}",
        "lines without a customer",
        "guest, walk-in, 999999 or noemail@... where no buyer is known",
        partial(render, table, PLAIN),
        answer,
    )


def _placeholder_day(day: str, seed: int) -> File:
    """Fifteen orders on a day that only a program writes: it is no first and no last day."""
    lines = shop(seed)
    table = order_table(lines)
    table["day"] = table["day"].dt.strftime("%Y-%m-%d")
    table.loc[range(150, 165), "day"] = day
    answer = answer_of(lines, "customer_id", may_ask=frozenset({"as_of"}))
    return File(
        f"day_of_nobody_{day}",
        "days that cannot be",
        "a day of no calendar on many lines",
        partial(render, table, PLAIN),
        Answer(**{**vars(answer), "orders": None, "money": None, "customers": None}),
    )


def _credit_notes(seed: int) -> File:
    """Credit notes stand beside their invoices, without a sign: they lower the money and are no orders."""
    orders = by_order(shop(seed))
    back = orders.sample(25, random_state=seed).assign(kind="Credit note")
    every = pd.concat([orders.assign(kind="Invoice"), back], ignore_index=True)
    table = pd.DataFrame(
        {
            "Doc no": (9000 + every.index).astype(str),
            "Doc type": every["kind"],
            "Posting date": every["day"],
            "Customer": every["customer"].map("K{:04d}".format),
            "Amount": every["money"],
        }
    )
    answer = answer_of(orders, "Customer")
    return File(
        "credit_notes",
        "statuses and returns",
        "credit notes without a sign beside invoices",
        partial(render, table, Look("comma", "")),
        Answer(**{**vars(answer), "money": round(float(orders["money"].sum() - back["money"].sum()), 2)}),
    )


def _events(seed: int) -> File:
    """A log of a web shop: what was viewed and put into the cart is no purchase."""
    orders = by_order(shop(seed))
    every = pd.concat([orders.assign(kind=kind) for kind in ("view", "cart", "purchase")]).sort_values("day")
    table = pd.DataFrame(
        {
            "event_time": every["day"].dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "event_type": every["kind"],
            "product_id": (every["quantity"] + 100).astype(str),
            "price": every["money"],
            "user_id": (every["customer"] + 5000).astype(str),
            "user_session": every["order"].map("s{:06d}".format),
        }
    )
    return File(
        "events_of_a_shop",
        "statuses and returns",
        "views and carts beside purchases",
        partial(render, table, Look("comma", "")),
        answer_of(orders, "user_id"),
    )
