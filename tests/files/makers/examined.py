"""Files as an examiner would choose them: pages called workbooks, refunds, disputes, taxes, signs, clocks, joins."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.makers.strangers_words import MONTHS, comma
from tests.files.rendering import AS_IT_IS, render
from tests.files.shop import by_order, customer_codes, people, shop

_Content = bytes | Mapping[str, bytes]
_Made = tuple[_Content, Answer, str]
_SEMICOLON = replace(AS_IT_IS, delimiter=";")
_CP1251 = replace(_SEMICOLON, encoding="cp1251")
_OF_EXCEL = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
)


def examined() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, (chapter, form, maker)) in enumerate(_FORMS.items()):
        seed = 8200 + number
        _, answer, extension = maker(seed)
        yield File(name, chapter, form, partial(_content, maker, seed), answer, extension)


def _content(maker: Callable[[int], _Made], seed: int) -> _Content:
    return maker(seed)[0]


def orders_of(seed: int, customers: int = 30, orders: int = 120) -> pd.DataFrame:
    """An order a row."""
    return by_order(shop(seed, customers, orders))


def drawn(seed: int, values: tuple[str, ...], shares: tuple[float, ...], rows: int) -> np.ndarray:
    """Some values by their shares."""
    return np.random.default_rng([seed, 41]).choice(values, rows, p=shares)


def _page_of_1c(seed: int) -> _Made:
    orders = orders_of(seed)
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head><body>'
    rows = "<tr><td colspan=4><b>Продажи за 2023 г.</b></td></tr><tr><td>Контрагент<td>Дата<td>Документ<td>Сумма"
    for row in orders.itertuples():
        rows += (
            f"<tr><td>ООО &laquo;Клиент {row.customer}&raquo;</td><td>{row.day:%d.%m.%Y}</td><td>Реализация {row.order:06d}"  # noqa: E501
            f"</td><td align=right>{comma(row.money, '&nbsp;')}</td></tr>\n"
        )
    rows += f"<tr><td>Итого<td><td><td>{comma(orders['money'].sum(), '&nbsp;')}</tr>"
    page = f"{head}<table border=0 cellspacing=0>{rows}</table></body></html>"
    return page.encode("cp1251"), answer_of(orders, "Контрагент"), "xls"


def _page_of_a_shop(seed: int) -> _Made:
    lines = shop(seed, 30, 120)
    cells = ("order", "day", "customer", "item", "quantity", "price")
    names = ("Order ID", "Order date", "Customer e-mail", "SKU", "Qty", "Unit price")
    rows = "<thead><tr>" + "".join(f"<th style='mso-number-format:\\@'>{name}</th>" for name in names) + "</tr></thead>"
    table = lines[list(cells)].assign(
        customer=customer_codes(lines["customer"], "email"), day=lines["day"].dt.strftime("%m/%d/%Y %I:%M %p")
    )
    rows += "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in table.to_numpy())
    return f"<table>{rows}</table>".encode(), answer_of(lines, "Customer e-mail"), "xls"


def _cell(kind: str, value: object) -> str:
    return f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'


def _xml_of_excel(seed: int) -> _Made:
    orders = orders_of(seed)
    rows = "<Row>" + _cell("String", "Report of the bank, 2023") + "</Row><Row/>"
    rows += "<Row>" + "".join(_cell("String", name) for name in ("Payer", "Posted", "Document", "Amount")) + "</Row>"
    for row in orders.itertuples():
        rows += (
            "<Row>"
            + _cell("String", f"Client {row.customer} &amp; Co")
            + _cell("DateTime", f"{row.day:%Y-%m-%dT00:00:00.000}")
        )
        rows += _cell("Number", 5000 + row.order) + _cell("Number", row.money) + "</Row>"
    sheet = f'<Worksheet ss:Name="Лист1"><Table>{rows}</Table></Worksheet>'
    made = f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook {_OF_EXCEL}>{sheet}</Workbook>'
    return made.encode(), answer_of(orders, "Payer"), "xls"


def _one_name_twice(seed: int) -> _Made:
    orders = orders_of(seed)
    table = pd.DataFrame(
        {
            "Order": orders["order"] + 9000,
            "Client": customer_codes(orders["customer"], "code"),
            "Date": orders["day"].dt.strftime("%Y-%m-%d"),
            "Amount": orders["money"],
            "Amount ": (orders["money"] * 1.2).round(2),
        }
    )
    answer = answer_of(orders, "Client", may_ask=frozenset({"money"}), must_ask=frozenset({"money"}), even=frozenset({"money"}),  # noqa: E501
                       replies={"money": "Amount"})  # fmt: skip
    return render(table, AS_IT_IS), answer, "csv"


def _days_twice(seed: int) -> _Made:
    orders = orders_of(seed)
    later = orders["day"] + pd.to_timedelta(np.random.default_rng(seed).integers(0, 5, len(orders)), unit="D")
    table = pd.DataFrame(
        {
            "Receipt": orders["order"] + 9000,
            "Date": orders["day"].dt.strftime("%Y-%m-%d"),
            "Member": customer_codes(orders["customer"], "code"),
            "Date ": later.dt.strftime("%Y-%m-%d"),
            "Total": orders["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Member"), "csv"


def _sqlite(seed: int) -> _Made:
    orders = orders_of(seed)
    table = pd.DataFrame(
        {
            "order_id": orders["order"] + 1,
            "customer_id": orders["customer"] + 100,
            "ordered_at": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "total": orders["money"],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "shop.db")
        connection = sqlite3.connect(file)
        table.to_sql("orders", connection, index=False)
        connection.close()
        return file.read_bytes(), answer_of(orders, "customer_id"), "sqlite"


def _measures_of_months(seed: int, name: Callable[[int, str], str], measures: tuple[str, str]) -> _Made:
    orders = orders_of(seed, 40, 200)
    month = orders["day"].dt.month
    grouped = orders.groupby([orders["customer"], month])["money"]
    wide = {}
    for number in sorted(month.unique()):
        for measure, by in zip(measures, ("count", "sum"), strict=True):
            wide[name(number, measure)] = grouped.agg(by).xs(number, level=1)
    table = pd.DataFrame(wide).round(2).fillna(0).rename_axis("Client").reset_index()
    table["Client"] = customer_codes(table["Client"], "code")
    rows = grouped.size()
    answer = Answer("purchases", "Client", len(table), len(rows), round(float(orders["money"].sum()), 2))
    return render(table, AS_IT_IS), answer, "csv"


def _dot_net(seed: int) -> _Made:
    orders = orders_of(seed)
    records = [
        {
            "OrderNo": int(row.order) + 70,
            "CustomerCode": f"K{row.customer:04d}",
            "Created": f"/Date({int(row.day.timestamp() * 1000)}+0000)/",
            "Total": row.money,
        }
        for row in orders.itertuples()
    ]
    return json.dumps(records).encode(), answer_of(orders, "CustomerCode"), "json"


def _foreign_clock(
    seed: int, *, names: tuple[str, str, str, str], day: Callable[[pd.Timestamp], str], encoding: str
) -> _Made:
    orders = orders_of(seed)
    table = pd.DataFrame(
        {
            names[0]: orders["order"] + 88_000_001,
            names[1]: customer_codes(orders["customer"], "code"),
            names[2]: orders["day"].map(day),
            names[3]: orders["money"],
        }
    )
    return render(table, replace(AS_IT_IS, encoding=encoding)), answer_of(orders, names[1]), "csv"


def _half(day: pd.Timestamp, before: str, after: str) -> str:
    return f"{day:%Y/%m/%d} {before if day.hour < 12 else after} {day.hour % 12 or 12}:{day:%M:%S}"


def _payments_by_id(seed: int) -> _Made:
    orders = orders_of(seed, 20, 160)
    rng = np.random.default_rng(seed)
    orders["day"] = orders["day"].dt.normalize()
    twice = orders.sample(25, random_state=seed).assign(order=lambda rows: rows["order"] + 5000)  # two on one day
    orders = pd.concat([orders, twice]).sort_values("day", kind="stable", ignore_index=True)
    table = pd.DataFrame(
        {
            "Date started (UTC)": orders["day"].dt.strftime("%Y-%m-%d"),
            "Date completed (UTC)": (orders["day"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d"),
            "ID": [str(uuid.UUID(bytes=rng.bytes(16))) for _ in range(len(orders))],
            "Type": "TRANSFER",
            "State": "COMPLETED",
            "Description": orders["customer"].map("Money added from Client {}".format),
            "Payer": orders["customer"].map("Client {} Ltd".format),
            "Orig currency": "GBP",
            "Amount": orders["money"],
            "Balance": orders["money"].cumsum().round(2),
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Payer"), "csv"


def _disputes(seed: int) -> _Made:
    orders = orders_of(seed)
    states = drawn(
        seed,
        ("Paid", "Refunded", "Partially Refunded", "Failed", "Disputed"),
        (0.78, 0.06, 0.06, 0.06, 0.04),
        len(orders),
    )
    back = np.select(
        [states == "Refunded", states == "Partially Refunded"], [orders["money"], (orders["money"] / 2).round(2)], 0.0
    )
    table = pd.DataFrame(
        {
            "id": orders["order"].map("ch_3N{:06d}".format),
            "Created date (UTC)": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Amount": orders["money"],
            "Amount Refunded": back,
            "Currency": "usd",
            "Status": states,
            "Customer ID": orders["customer"].map("cus_{:05d}".format),
            "Customer Email": customer_codes(orders["customer"], "email"),
        }
    )
    paid = np.isin(states, ("Paid", "Partially Refunded"))
    kept = orders.assign(money=(orders["money"] - back).round(2))[paid]
    answer = answer_of(kept, None, of_file=orders, may_ask=frozenset({"status"}), replies={"status": "Paid"})
    return render(table, AS_IT_IS), answer, "csv"


def _taxes(seed: int) -> _Made:
    lines = shop(seed, 30, 120)
    orders = by_order(lines)
    shipping, share = 4.9, 0.2
    tax = (orders["money"] * share).round(2)
    table = pd.DataFrame(
        {
            "order_number": orders["order"] + 3001,
            "date_paid": orders["day"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "billing_first_name": "A",
            "billing_email": customer_codes(orders["customer"], "email"),
            "order_subtotal": orders["money"],
            "total_tax": tax,
            "shipping_total": shipping,
            "order_total": (orders["money"] + tax + shipping).round(2),
        }
    )
    both = answer_of(
        orders,
        "billing_email",
        may_ask=frozenset({"money"}),
        replies={"money": "order_subtotal"},
        even=frozenset({"money"}),
    )
    return render(table, AS_IT_IS), both, "csv"


def _multi_currency(seed: int) -> _Made:
    orders = orders_of(seed)
    currency = drawn(seed, ("EUR", "USD", "SEK"), (0.5, 0.3, 0.2), len(orders))
    rates = pd.Series(currency).map({"EUR": 1.0, "USD": 1.1, "SEK": 11.4}).to_numpy()
    table = pd.DataFrame(
        {
            "Order": orders["order"].map("#{}".format),
            "Customer email": customer_codes(orders["customer"], "email"),
            "Placed at": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S +0100"),
            "Presentment currency": currency,
            "Presentment total": (orders["money"] * rates).round(2),
            "Shop currency": "EUR",
            "Shop total": orders["money"],
        }
    )
    answer = answer_of(
        orders, "Customer email", may_ask=frozenset({"money", "currency"}), replies={"money": "Shop total"}
    )
    return render(table, AS_IT_IS), answer, "csv"


def _serials(seed: int) -> _Made:
    """Serial days of a spreadsheet."""
    orders = orders_of(seed)
    table = pd.DataFrame(
        {
            "Receipt": orders["order"] + 1,
            "Loyalty card": orders["customer"].map("77{:08d}".format),
            "Sale date": (orders["day"].dt.normalize() - pd.Timestamp("1899-12-30")).dt.days,
            "Sum": orders["money"],
        }
    )
    return render(table, replace(AS_IT_IS, encoding="utf-16")), answer_of(orders, "Loyalty card"), "csv"


def _members_twice(seed: int) -> _Made:
    table = people(seed, 120)
    made = pd.DataFrame(
        {
            "Customer ID": table["number"] + 500,
            "Orders": table["orders"],
            "Total Spent": table["spend"],
            "City": table["city"],
        }
    )
    twice = pd.concat([made, made.iloc[::4]], ignore_index=True)  # exactly the same rows again
    totals = int(table["orders"].sum()), round(float(table["spend"].sum()), 2)
    return render(twice, AS_IT_IS), Answer("customers", "Customer ID", len(table), *totals), "csv"


def _sign_in_page(_seed: int) -> _Made:
    page = (
        "<!DOCTYPE html><html><body><form><table><tr><td>Login</td><td><input></td></tr></table></form></body></html>"
    )
    return page.encode(), NO_CUSTOMERS, "csv"


_CHINESE = partial(
    _foreign_clock,
    names=("订单编号", "会员", "下单时间", "金额"),
    encoding="gb18030",
    day=partial(_half, before="上午", after="下午"),
)
_KOREAN = partial(
    _foreign_clock,
    names=("주문번호", "고객", "주문일시", "금액"),
    encoding="cp949",
    day=partial(_half, before="오전", after="오후"),
)
_GREEK = partial(
    _foreign_clock, names=("Order No", "Customer code", "Order date", "Amount"), encoding="utf-8",
    day=lambda day: f"{day:%d/%m/%Y} {day.hour % 12 or 12}:{day:%M:%S} {'πμ' if day.hour < 12 else 'μμ'}",
)  # fmt: skip
_FORMS: dict[str, tuple[str, str, Callable[[int], _Made]]] = {
    "page_of_1c": (
        "workbooks",
        "a page (HTML) called .xls, in Windows' code page, with a title and a total",
        _page_of_1c,
    ),
    "page_of_a_shop": ("workbooks", "a bare <table> called .xls, as shops in PHP write it", _page_of_a_shop),
    "xml_of_excel": ("workbooks", "the XML of Excel 2003 called .xls", _xml_of_excel),
    "page_to_sign_in": ("workbooks", "a page without a table of rows", _sign_in_page),
    "amounts_named_alike": ("money", "two columns of one name with different amounts", _one_name_twice),
    "days_named_alike": ("days", "two columns of one name with different days", _days_twice),
    "sqlite_by_path": ("several files", "an SQLite file by its path", _sqlite),
    "measures_before_months": (
        "snapshots and wide tables",
        "two measures a month: orders_2023-01, revenue_2023-01",
        partial(
            _measures_of_months, name=lambda month, word: f"{word}_2023-{month:02d}", measures=("orders", "revenue")
        ),
    ),
    "measures_behind_months": (
        "snapshots and wide tables",
        "two measures a month: Январь 2023 кол-во, Январь 2023 сумма",
        partial(
            _measures_of_months,
            name=lambda month, word: f"{MONTHS[month - 1]} 2023 {word}",
            measures=("кол-во", "сумма"),
        ),
    ),
    "days_of_dot_net": ("days", "/Date(1700000000000)/ in JSON", _dot_net),
    "clock_chinese": ("days", "上午 and 下午 before the clock", _CHINESE),
    "clock_korean": ("days", "오전 and 오후 before the clock", _KOREAN),
    "clock_greek": ("days", "πμ and μμ behind the clock", _GREEK),
    "payments_by_id": ("purchases", "payments with a bare ID, several of one payer on a day", _payments_by_id),
    "charges_disputed": ("statuses and returns", "payments refunded in part, failed and disputed", _disputes),
    "totals_with_tax": ("money", "subtotal, tax, shipping and the total of an order", _taxes),
    "shop_currency": ("currencies", "totals in the buyer's currency beside those in the shop's", _multi_currency),
    "serials_utf16": ("days", "days as a spreadsheet counts them, in UTF-16", _serials),
    "customers_in_copies": (
        "a row a customer",
        "a quarter of the customers stand twice with the same cells",
        _members_twice,
    ),
}
