"""Days and numbers in the forms in which files have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import Answer, File, answer_of
from tests.files.makers.purchases import line_table, order_table
from tests.files.rendering import PLAIN, Look, look, render
from tests.files.shop import by_order, customer_codes, order_codes, shop

RUSSIAN_MONTHS = [
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
]  # fmt: skip
EXCEL_ZERO = pd.Timestamp("1899-12-30")

DAY_FORMS: dict[str, Callable[[pd.Timestamp], str]] = {
    "iso_t": lambda day: day.strftime("%Y-%m-%dT%H:%M:%S"),
    "iso_z": lambda day: day.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "offset": lambda day: day.strftime("%Y-%m-%d %H:%M:%S +0200"),
    "fractions": lambda day: day.strftime("%Y-%m-%d %H:%M:%S.000"),
    "ampm": lambda day: f"{day.month}/{day.day}/{day.year} {day.strftime('%I:%M:%S %p')}",
    "ampm_short": lambda day: day.strftime("%m/%d/%Y %I:%M %p"),
    "month_name": lambda day: f"{day.strftime('%b')} {day.day}, {day.year}",
    "month_name_last": lambda day: day.strftime("%d %B %Y"),
    "month_between": lambda day: day.strftime("%d-%b-%Y"),
    "month_between_short": lambda day: day.strftime("%d-%b-%y"),
    "russian_month": lambda day: f"{day.day} {RUSSIAN_MONTHS[day.month - 1]} {day.year} г.",
    "russian_month_plain": lambda day: f"{day.day} {RUSSIAN_MONTHS[day.month - 1]} {day.year}",
    "compact": lambda day: day.strftime("%Y%m%d"),
    "compact_time": lambda day: day.strftime("%Y%m%d%H%M%S"),
    "excel": lambda day: f"{(day - EXCEL_ZERO) / pd.Timedelta(days=1):.5f}",
    "excel_whole": lambda day: str((day - EXCEL_ZERO).days),
    "unix": lambda day: str(int(day.timestamp())),
    "unix_ms": lambda day: str(int(day.timestamp()) * 1000),
    "dots_short": lambda day: day.strftime("%d.%m.%y"),
    "dots_one_digit": lambda day: f"{day.day}.{day.month}.{day.year}",
    "slashes_us": lambda day: f"{day.month}/{day.day}/{day.year}",
    "slashes_uk": lambda day: f"{day.day}/{day.month}/{day.year}",
    "slashes_us_short": lambda day: day.strftime("%m/%d/%y %H:%M"),
    "year_first": lambda day: day.strftime("%Y.%m.%d"),
}  # fmt: skip
MONEY_FORMS: dict[str, Callable[[float], str]] = {
    "dollar": "${:,.2f}".format,
    "dollar_code": "USD {:.2f}".format,
    "rouble_after": lambda value: f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",") + " ₽",
    "rouble_word": lambda value: f"{value:.2f}".replace(".", ",") + " руб.",
    "euro_after": lambda value: f"{value:,.2f}".replace(",", "\0").replace(".", ",").replace("\0", ".") + " €",
    "apostrophe": lambda value: f"{value:,.2f}".replace(",", "'"),
    "narrow_space": lambda value: f"{value:,.2f}".replace(",", "\u202f").replace(".", ","),
    "brackets": lambda value: f"({-value:.2f})" if value < 0 else f"{value:.2f}",
    "dollar_brackets": lambda value: f"(${-value:.2f})" if value < 0 else f"${value:.2f}",
    "minus_last": lambda value: f"{-value:.2f}-" if value < 0 else f"{value:.2f}",
    "minus_true": lambda value: f"−{-value:.2f}" if value < 0 else f"{value:.2f}",
    "plus": lambda value: f"{value:+.2f}",
    "four_decimals": "{:.4f}".format,
    "lakh": lambda value: _lakh(value),
}  # fmt: skip


def days_and_numbers() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, form) in enumerate(DAY_FORMS.items()):
        for turn in range(2):
            yield _days(name, form, 500 + 2 * number + turn, by_line=turn == 1)
    for number, (name, form) in enumerate(MONEY_FORMS.items()):
        for turn in range(2):
            yield _amounts(name, form, 560 + 2 * number + turn, by_line=turn == 1)
    for turn in range(4):
        yield _ambiguous(600 + turn, monthly=turn % 2 == 1, russian=turn >= 2)
    for turn, last in enumerate(("2099-12-31", "9999-12-31", "2106-02-07", "1900-01-01")):
        yield _sentinel(last, 610 + turn)
    for turn, name in enumerate(("comma_en", "semicolon_ru", "tab_english", "semicolon_de", "semicolon_fr")):
        yield _second_day(look(name), 620 + turn)
    for turn, name in enumerate(("comma_en", "semicolon_ru", "tab_english")):
        yield _unreadable(look(name), 630 + turn)
        yield _impossible_days(look(name), 635 + turn)


def _days(name: str, form: Callable[[pd.Timestamp], str], seed: int, *, by_line: bool) -> File:
    view = look("semicolon_ru") if name.startswith("russian") else PLAIN
    lines = shop(seed)
    table = line_table(lines) if by_line else order_table(lines)
    table["day"] = table["day"].map(form).astype(str)
    bare = name in ("unix", "unix_ms", "excel", "excel_whole", "compact_time")
    return File(
        f"day_{name}_{'lines' if by_line else 'orders'}",
        "days",
        "AM/PM, month names, compact days, Excel serials, Unix seconds, offsets",
        partial(render, table, view),
        answer_of(lines, view.header("customer"), may_ask=frozenset({"day", "date_format"}) if bare else frozenset()),
    )


def _amounts(name: str, form: Callable[[float], str], seed: int, *, by_line: bool) -> File:
    russian = name.startswith("rouble")
    view = look("semicolon_ru", grouping="", encoding="utf-8") if russian else PLAIN
    lines = shop(seed, customers=45)
    orders = by_order(lines).assign(returned=False)
    signed = name in ("brackets", "dollar_brackets", "minus_last", "minus_true", "plus")
    if signed:
        back = orders.sample(12, random_state=seed).assign(returned=True)
        back = back.assign(order=back["order"] + 5000, day=back["day"] + pd.Timedelta(days=2), money=-back["money"])
        orders = pd.concat([orders, back], ignore_index=True).sort_values("day", kind="stable", ignore_index=True)
    orders["money"] = (orders["money"] * (1000 if name in ("lakh", "apostrophe") else 1)).round(2)
    table = pd.DataFrame(
        {
            "customer": customer_codes(orders["customer"], "code" if by_line else "number"),
            "order": order_codes(orders["order"]),
            "day": orders["day"],
            "money": orders["money"].map(form),
        }
    )
    return File(
        f"amount_{name}_{'code' if by_line else 'number'}",
        "numbers",
        "currency before or after, brackets, trailing minus, groups of thousands",
        partial(render, table, view),
        answer_of(orders, view.header("customer"), may_ask=frozenset({"status"}) if signed else frozenset()),
    )


def _lakh(value: float) -> str:
    whole, decimals = f"{value:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail]) + "." + decimals


def _ambiguous(seed: int, *, monthly: bool, russian: bool) -> File:
    """All days from 1 to 12 with slashes: a monthly series on the 1st tells months from days, else it is asked."""
    lines = shop(seed).copy()
    months = pd.to_datetime([f"2023-{(order * 12) // 300 + 1:02d}-01" for order in lines["order"]])
    days = pd.Series(months, index=lines.index)
    if not monthly:
        days += pd.to_timedelta((lines["order"] * 5) % 12, unit="D")
    lines["day"] = days
    view = look("semicolon_ru" if russian else "comma_en", day="%d/%m/%Y" if russian else "%m/%d/%Y")
    answer = answer_of(
        lines,
        view.header("customer"),
        may_ask=frozenset({"date_format"}),
        replies={"date_format": view.day},
        even=frozenset() if monthly else frozenset({"date_format"}),
    )
    return File(
        f"ambiguous_{'monthly' if monthly else 'days'}_{view.name}",
        "days that can be read two ways",
        "M/D/YYYY in which no number is over 12",
        partial(render, line_table(lines), view),
        answer,
    )


def _sentinel(last: str, seed: int) -> File:
    """One order on a day that cannot be; it is told, its money counts, and it is no last day."""
    lines = shop(seed)
    table = order_table(lines)
    table["day"] = table["day"].dt.strftime("%Y-%m-%d")
    table.loc[150, "day"] = last
    answer = answer_of(lines, "customer_id", may_ask=frozenset({"as_of"}))
    set_aside = answer_of(by_order(lines).drop(index=150), "customer_id")
    if last != "9999-12-31":  # no calendar of ours reaches so far: a day that is not known, of a purchase that is
        answer = Answer(**{**vars(answer), "money": set_aside.money, "orders": set_aside.orders})
    return File(
        f"sentinel_{last[:4]}",
        "days that cannot be",
        "a placeholder such as 9999-12-31 among the days",
        partial(render, table, PLAIN),
        answer,
    )


def _second_day(view: Look, seed: int) -> File:
    """Ordered on one day and shipped on another: the day of the order counts."""
    lines = shop(seed)
    rng = np.random.default_rng(seed)
    later = pd.Series(rng.integers(1, 40, int(lines["order"].max()) + 1))
    table = line_table(lines)
    table.insert(2, "ship", lines["day"] + pd.to_timedelta(lines["order"].map(later), unit="D"))
    if seed % 2:
        table = table[["ship", *[column for column in table if column != "ship"]]]
    return File(
        f"second_day_{view.name}",
        "days",
        "the day of the order and the day of the shipping",
        partial(render, table, view),
        answer_of(lines, view.header("customer"), may_ask=frozenset({"day"}), replies={"day": view.header("day")}),
    )


def _unreadable(view: Look, seed: int) -> File:
    """Three cells in a hundred of the money are #REF!: the column is a number all the same, and the rest is told."""
    orders = by_order(shop(seed))
    rng = np.random.default_rng(seed)
    broken = pd.Series(rng.random(len(orders)) < 0.025)
    broken[orders.groupby("customer")["order"].idxmin().to_numpy()] = False
    table = order_table(shop(seed))
    table["money"] = [
        ("#REF!" if bad else view.number(value)) for bad, value in zip(broken, table["money"], strict=True)
    ]
    answer = answer_of(orders.assign(money=orders["money"].where(~broken, 0)), view.header("customer"))
    return File(
        f"broken_money_{view.name}",
        "numbers",
        "a column of which 97 % are numbers",
        partial(render, table, view),
        Answer(**{**vars(answer), "orders": None}),
    )


def _impossible_days(view: Look, seed: int) -> File:
    lines = shop(seed)
    table = order_table(lines)
    table["day"] = table["day"].map(view.moment)
    for row, day in ((20, 31), (90, 32), (200, 45)):
        table.loc[row, "day"] = view.moment(pd.Timestamp("2023-02-28")).replace("28", str(day))
    answer = answer_of(lines, view.header("customer"))
    return File(
        f"impossible_days_{view.name}",
        "days that cannot be",
        "the 31st of February",
        partial(render, table, view),
        Answer(**{**vars(answer), "orders": None, "money": None, "customers": None}),
    )
