"""More files as an examiner would choose them: banks, tills, CRMs, mixed signs, totals, surveys, look-alike keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.makers.examined import drawn, orders_of
from tests.files.makers.strangers_words import comma
from tests.files.rendering import AS_IT_IS, render
from tests.files.shop import by_order, customer_codes, people, shop, with_returns

_Made = tuple[bytes | dict[str, bytes], Answer, str]
_SEMICOLON = replace(AS_IT_IS, delimiter=";")


def examined_more() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, (chapter, form, maker)) in enumerate(_FORMS.items()):
        seed = 8300 + number
        _, answer, extension = maker(seed)
        yield File(name, chapter, form, partial(_content, maker, seed), answer, extension)


def _content(maker: Callable[[int], _Made], seed: int) -> bytes | dict[str, bytes]:
    return maker(seed)[0]


def _plain(orders: pd.DataFrame, **parts: object) -> pd.DataFrame:
    made = {
        "Order ID": orders["order"] + 1001,
        "Customer ID": customer_codes(orders["customer"], "code"),
        "Order date": orders["day"].dt.strftime("%Y-%m-%d"),
        "Amount": orders["money"],
    }
    return pd.DataFrame(made | parts)


def _amounts(seed: int, write: Callable[[float], str], times: float = 1.0) -> _Made:
    orders = orders_of(seed)
    orders["money"] = (orders["money"] * times).round(2)
    table = _plain(orders, Amount=orders["money"].map(write))
    return render(table, _SEMICOLON), answer_of(orders, "Customer ID"), "csv"


def _lakh(value: float) -> str:
    whole, cents = f"{value:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    groups = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return f"₹{','.join([*groups, tail])}.{cents}"


def _trailing_minus(seed: int) -> _Made:
    lines = with_returns(shop(seed, 30, 120), 12, seed)
    money = lines["money"].map(lambda value: f"{abs(value):.2f}{'-' if value < 0 else ''}")
    table = pd.DataFrame(
        {
            "Belegnummer": lines["order"] + np.where(lines["returned"], 50_000, 1_000),
            "Kundennummer": customer_codes(lines["customer"], "number"),
            "Belegdatum": lines["day"].dt.strftime("%d.%m.%Y"),
            "Betrag": money.str.replace(".", ",", regex=False),
        }
    )
    return render(table, _SEMICOLON), answer_of(lines, "Kundennummer"), "csv"


def _quoted_newlines(seed: int) -> _Made:
    orders = orders_of(seed)
    table = _plain(orders, Address=orders["customer"].map('Street {0}\nFlat {0}; "East"'.format))
    return render(table, _SEMICOLON), answer_of(orders, "Customer ID"), "csv"


def _bank(seed: int) -> _Made:
    table = people(seed, 150)
    left = drawn(seed, ("Yes", "No"), (0.2, 0.8), len(table))
    made = pd.DataFrame(
        {
            "CLIENTNUM": table["number"] + 710_000_000,
            "Attrition_Flag": np.where(left == "Yes", "Attrited Customer", "Existing Customer"),
            "Customer_Age": table["age"],
            "Months_on_book": table["recency"] // 8 + 3,
            "Total_Trans_Amt": table["spend"],
            "Total_Trans_Ct": table["orders"],
            "Credit_Limit": table["spend"] * 3 + 1000,
        }
    )
    answer = Answer(
        "customers", "CLIENTNUM", len(table), None, None, never_active=frozenset({"clientnum", "attrition_flag"})
    )
    return render(made, AS_IT_IS), answer, "csv"


def _likert(seed: int) -> _Made:
    rng = np.random.default_rng(seed)
    count = 130
    table = pd.DataFrame(
        {
            "Respondent ID": np.arange(count) + 118_000_000,
            **{f"Q{n}. How satisfied are you with {word}?": rng.integers(1, 6, count)
               for n, word in enumerate(("price", "staff", "choice", "delivery"), start=1)},
            "How often do you shop with us per month?": rng.integers(0, 12, count),
        }
    )  # fmt: skip
    return (
        render(table, AS_IT_IS),
        Answer("customers", None, count, may_ask=frozenset({"kind"}), replies={"kind": "customers"}),
        "csv",
    )


def _grocer_baskets(seed: int) -> _Made:
    rng = np.random.default_rng(seed)
    goods = ("milk", "bread", "eggs", "tea", "rice", "soap", "fish")
    rows = [",".join(rng.choice(goods, rng.integers(1, 6), replace=False)) for _ in range(300)]
    return "\n".join(rows).encode(), NO_CUSTOMERS, "csv"


def _look_alike_keys(seed: int) -> _Made:
    lines = shop(seed, 40, 150)
    orders = by_order(lines)
    id_of = {order: 500 + order for order in orders["order"]}
    clients = pd.DataFrame(
        {"id": np.arange(40) + 500, "email": [f"c{n}@example.com" for n in range(40)], "city": "Perm"}
    )
    head = pd.DataFrame(
        {
            "id": orders["order"].map(id_of),
            "customer_id": orders["customer"] + 500,
            "created_at": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        }
    )
    items = pd.DataFrame(
        {
            "id": np.arange(len(lines)) + 500,
            "order_id": lines["order"].map(id_of),
            "product_id": lines["item"] + 500,
            "qty": lines["quantity"],
            "price": lines["price"],
        }
    )
    products = pd.DataFrame({"id": np.arange(24) + 500, "title": [f"Thing {n}" for n in range(24)]})
    files = {"customers": clients, "orders": head, "order_items": items, "products": products}
    return {f"{name}.csv": render(table, AS_IT_IS) for name, table in files.items()}, answer_of(lines, None), "csv"


def _no_header(seed: int) -> _Made:
    orders = orders_of(seed)
    table = _plain(orders)
    rows = "\n".join(";".join(map(str, row)) for row in table.to_numpy())
    answer = answer_of(orders, "column 2", may_ask=frozenset({"customer", "money", "order"}),
                       replies={"customer": "column 2", "money": "column 4"})  # fmt: skip
    return rows.encode(), answer, "csv"


def _statement(seed: int) -> _Made:
    orders = orders_of(seed)
    rows = ["Выписка по счету 40702810000000000001", "Период: 01.01.2023 - 31.12.2023", ""]
    rows.append("Дата;Номер;Плательщик;ИНН плательщика;Зачислено;Назначение платежа")
    rows += [
        f"{row.day:%d.%m.%Y};{row.order + 1};ООО Клиент {row.customer};77{row.customer:08d};{comma(row.money, ' ')};Оплата по счету"  # noqa: E501
        for row in orders.itertuples()
    ]
    rows += [f"Итого;;;;{comma(orders['money'].sum(), ' ')};"]
    answer = answer_of(
        orders,
        None,
        may_ask=frozenset({"customer"}),
        replies={"customer": "ИНН плательщика"},
        even=frozenset({"customer"}),
    )
    return "\r\n".join(rows).encode("cp1251"), answer, "csv"


def _square(seed: int) -> _Made:
    orders = orders_of(seed)
    guest = np.random.default_rng(seed).random(len(orders)) < 0.25
    table = pd.DataFrame(
        {
            "Date": orders["day"].dt.strftime("%m/%d/%y"),
            "Time": orders["day"].dt.strftime("%H:%M:%S"),
            "Time Zone": "Eastern Time (US & Canada)",
            "Gross Sales": orders["money"].map("${:,.2f}".format),
            "Discounts": "$0.00",
            "Net Sales": orders["money"].map("${:,.2f}".format),
            "Tax": (orders["money"] * 0.08).map("${:,.2f}".format),
            "Total Collected": (orders["money"] * 1.08).map("${:,.2f}".format),
            "Transaction ID": orders["order"].map("tx{:08d}".format),
            "Customer ID": np.where(guest, "", customer_codes(orders["customer"], "code")),
            "Customer Name": np.where(guest, "", orders["customer"].map("Client {}".format)),
        }
    )
    return render(table, AS_IT_IS), answer_of(orders[~guest], "Customer ID", of_file=orders), "csv"


def _cancelled_uci(seed: int) -> _Made:
    lines = with_returns(shop(seed, 40, 160), 14, seed)
    table = pd.DataFrame(
        {
            "Invoice": [
                f"C{n + 580_000}" if back else str(n + 536_000) for n, back in lines[["order", "returned"]].to_numpy()
            ],
            "StockCode": lines["item"].map("{}A".format),
            "Quantity": lines["quantity"],
            "InvoiceDate": lines["day"].dt.strftime("%d/%m/%Y %H:%M"),
            "Price": lines["price"],
            "Customer ID": lines["customer"].map("{}.0".format),
            "Country": "United Kingdom",
        }
    )
    return render(table, _SEMICOLON), answer_of(lines, "Customer ID"), "csv"


def _sentinels(seed: int) -> _Made:
    orders = orders_of(seed)
    table = _plain(orders)
    days = table["Order date"].copy()
    wrong = orders.index[::30]
    days.loc[wrong] = "1900-01-01"
    kept = orders.drop(index=wrong)
    return render(table.assign(**{"Order date": days}), AS_IT_IS), answer_of(kept, "Customer ID", of_file=orders), "csv"


def _treated(seed: int) -> _Made:
    table = people(seed, 200)
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "user_id": table["number"],
            "group": rng.choice(["treatment", "control"], len(table)),
            "past_orders": table["orders"],
            "past_spend": table["spend"],
            "converted": rng.integers(0, 2, len(table)),
            "post_spend": rng.uniform(0, 50, len(table)).round(2),
        }
    )
    answer = Answer("customers", "user_id", len(table), may_ask=frozenset({"arm"}), must_ask=frozenset({"arm"}), even=frozenset({"arm"}),  # noqa: E501
                    never_active=frozenset({"group", "converted", "post_spend"}))  # fmt: skip
    return render(made, AS_IT_IS), answer, "csv"


def _two_rows_of_header(seed: int) -> _Made:
    orders = orders_of(seed)
    rows = ["Заказ;;Клиент;;Деньги", "Номер;Дата;Код;Город;Сумма, руб."]
    rows += [
        f"{row.order + 1};{row.day:%d.%m.%Y};К-{row.customer:04d};{row.city};{comma(row.money)}"
        for row in orders.itertuples()
    ]
    return "\n".join(rows).encode("cp1251"), answer_of(orders, "Код"), "csv"


def _encoded(seed: int, encoding: str) -> _Made:
    orders = orders_of(seed)
    table = pd.DataFrame(
        {
            "Номер чека": orders["order"] + 1,
            "Покупатель": orders["customer"].map("Покупатель {}".format),
            "Дата продажи": orders["day"].dt.strftime("%d.%m.%Y"),
            "Сумма чека": orders["money"].map(comma),
        }
    )
    return render(table, replace(_SEMICOLON, encoding=encoding)), answer_of(orders, "Покупатель"), "csv"


def _months_first(seed: int) -> _Made:
    orders = orders_of(seed)
    table = _plain(orders, **{"Order date": orders["day"].dt.strftime("%m/%d/%Y %I:%M:%S %p")})
    return render(table, AS_IT_IS), answer_of(orders, "Customer ID"), "csv"


def _walk_in(seed: int) -> _Made:
    lines = shop(seed, 30, 130)
    guest = (lines["order"] % 4 == 0).to_numpy()
    table = pd.DataFrame(
        {
            "Bill No": lines["order"] + 20,
            "Party Name": np.where(guest, "CASH SALES", lines["customer"].map("Traders {}".format)),
            "Bill Date": lines["day"].dt.strftime("%d-%b-%Y"),
            "Item": lines["item"].map("Item {}".format),
            "Qty": lines["quantity"],
            "Rate": lines["price"],
            "Value": lines["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(lines[~guest], "Party Name", of_file=lines), "csv"


def _ga4_items(seed: int) -> _Made:
    rng = np.random.default_rng(seed)
    rows = "\n".join(
        f"Thing {n},{rng.integers(1, 90)},{rng.integers(1, 40)},{rng.uniform(9, 900):.2f}" for n in range(80)
    )
    head = "# ----------------------------------------\n# E-commerce purchases: Item name\n# Account: Shop\n# ----------------------------------------\n"  # noqa: E501
    return f"{head}Item name,Items viewed,Items purchased,Item revenue\n{rows}".encode(), NO_CUSTOMERS, "csv"


_FORMS: dict[str, tuple[str, str, Callable[[int], _Made]]] = {
    "amounts_lakh": ("numbers", "lakh groups with ₹", partial(_amounts, write=_lakh, times=9000)),
    "amounts_apostrophe": (
        "numbers",
        "groups parted by apostrophes",
        partial(_amounts, write=lambda value: f"{value:,.2f}".replace(",", "’"), times=99),
    ),
    "amounts_narrow": (
        "numbers",
        "groups parted by narrow blanks",
        partial(_amounts, write=lambda value: comma(value, "\u202f") + "\u00a0€", times=99),
    ),
    "amounts_code_before": (
        "numbers",
        "the currency's code before the amount",
        partial(_amounts, write="PLN {:,.2f}".format, times=99),
    ),
    "returns_trailing_minus": ("statuses and returns", "returns with the minus behind the amount", _trailing_minus),
    "addresses_of_lines": ("shapes", "cells with line ends, quotes and delimiters", _quoted_newlines),
    "bank_attrition": ("a row a customer", "customers of a bank with a flag of attrition in words", _bank),
    "survey_likert": ("a row a customer", "answers from 1 to 5 to questions", _likert),
    "baskets_of_a_grocer": ("snapshots and wide tables", "goods of a basket in a line, of any number", _grocer_baskets),
    "keys_look_alike": ("several files", "four tables whose keys are all called id and overlap", _look_alike_keys),
    "orders_without_header": ("shapes", "orders without a header", _no_header),
    "statement_of_a_bank": (
        "tills and schemes",
        "a statement of a Russian bank, with a banner and a total",
        _statement,
    ),
    "till_of_square": ("tills and schemes", "a till with tax, tips and sales to nobody known", _square),
    "uci_with_cancellations": (
        "statuses and returns",
        "invoices beginning with C, quantities below nought, ids as 17.0",
        _cancelled_uci,
    ),
    "days_of_1900": ("days that cannot be", "1900-01-01 for days that nobody knows", _sentinels),
    "arms_and_after": ("outcomes and experiments", "treatment and control, and spend after the contact", _treated),
    "header_of_two_rows": ("shapes", "groups of columns above their names", _two_rows_of_header),
    "receipts_maccyrillic": (
        "old exports",
        "receipts in Macintosh's Cyrillic",
        partial(_encoded, encoding="mac_cyrillic"),
    ),
    "receipts_utf16_be": (
        "old exports",
        "receipts in UTF-16, the high byte first",
        partial(_encoded, encoding="utf-16-be"),
    ),
    "receipts_koi8": ("old exports", "receipts in KOI8-R", partial(_encoded, encoding="koi8-r")),
    "months_first_with_clock": ("days", "the month first, with AM and PM", _months_first),
    "walk_in_cash": ("lines without a customer", "CASH SALES where nobody is known", _walk_in),
    "ga4_by_items": ("no customer", "revenue by item of an analytics tool", _ga4_items),
}
