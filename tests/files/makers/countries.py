"""Files of other countries and programs: words of their languages, their calendars, spellings, reports in groups."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.makers.shapes import workbook
from tests.files.rendering import AS_IT_IS, Look, look, render
from tests.files.shop import by_order, shop

STATUSES = {  # header, then what is done, cancelled, given back
    "tr": ("Durum", "Tamamlandı", "İptal edildi", "İade"),
    "pl": ("Status zamówienia", "Zrealizowane", "Anulowane", "Zwrócone"),
    "de": ("Status", "Versandt", "Storniert", "Zurückgesendet"),
    "fr": ("Statut", "Livrée", "Annulée", "Remboursée"),
    "es": ("Estado", "Entregado", "Cancelado", "Devolución"),
    "it": ("Stato", "Consegnato", "Annullato", "Rimborsato"),
    "pt": ("Situação", "Concluída", "Cancelada", "Devolução"),
    "nl": ("Status", "Voltooid", "Geannuleerd", "Terugbetaald"),
    "cs": ("Stav", "Doručeno", "Zrušeno", "Vráceno"),
    "uk": ("Статус", "Виконано", "Скасовано", "Повернення"),
}
CREDIT_NOTES = {
    "de": ("Belegart", "Rechnung", "Gutschrift"),
    "it": ("Tipo documento", "Fattura", "Nota di credito"),
    "pl": ("Rodzaj", "Faktura", "Korekta"),
}
CALENDARS = {"buddhist": 543, "iranian": -621}  # years ahead of ours


MARKS = {  # header, what stands in a line that was cancelled, and in one that was not
    "number": ("is_cancelled", "1", "0"),
    "text": ("Cancelled", "Yes", "No"),
    "russian": ("Отменён", "да", "нет"),
    "day": ("cancelled_at", "2023-12-01", ""),
}


def countries() -> Iterator[File]:
    """Every file of this chapter."""
    for number, name in enumerate(MARKS):
        yield _marked(name, 1410 + number)
    for number, header in enumerate(("ts", "epoch", "timestamp")):
        yield _seconds(header, 1415 + number)
    for number, language in enumerate(STATUSES):
        yield _statuses(language, 1400 + number)
    for number, language in enumerate(CREDIT_NOTES):
        yield _credit_notes(language, 1420 + number)
    for number, spell in enumerate(SPELLINGS):
        yield _spellings(spell, 1430 + number)
    for number, header in enumerate(("amount_cents", "Сумма, копейки")):
        yield _hundredths(header, 1440 + number)
    for number, calendar in enumerate(CALENDARS):
        yield _calendar(calendar, 1450 + number)
    for number, levels in enumerate(("documents", "documents and goods", "goods")):
        yield _in_groups(levels, 1460 + number)
    for number, name in enumerate(JSON):
        yield _json(name, 1470 + number)
    for number, form in enumerate(("янв.{:02d}", "Jan-{:02d}")):
        yield _short_months(number, form, 1480 + number)
    yield _two_sheets(1490)


def _statuses(language: str, seed: int) -> File:
    header, *words = STATUSES[language]
    orders = by_order(shop(seed))
    rng = np.random.default_rng([seed, 5])
    states = pd.Series(rng.choice(words, len(orders), p=[0.8, 0.12, 0.08]))
    table = pd.DataFrame(
        {
            "order_id": orders["order"] + 7000,
            "order_date": orders["day"].dt.strftime("%Y-%m-%d"),
            "customer_id": orders["customer"].map("K{:04d}".format),
            "total": orders["money"],
            header: states,
        }
    )
    return File(
        f"statuses_{language}",
        "statuses and returns",
        "statuses in the words of ten languages, with their accents",
        partial(render, table, AS_IT_IS),
        answer_of(orders[(states == words[0]).to_numpy()], "customer_id", of_file=orders),
    )


def _marked(name: str, seed: int) -> File:
    """A column that says yes or no, or has a day, where an order was cancelled."""
    header, gone, done = MARKS[name]
    orders = by_order(shop(seed))
    cancelled = np.random.default_rng([seed, 6]).random(len(orders)) < 0.15
    table = pd.DataFrame(
        {
            "order_id": orders["order"] + 7000,
            "order_date": orders["day"].dt.strftime("%Y-%m-%d"),
            "customer_id": orders["customer"].map("K{:04d}".format),
            "amount": orders["money"],
            header: np.where(cancelled, gone, done),
        }
    )
    return File(
        f"marked_{name}",
        "statuses and returns",
        "a column of yes and no, or of days, that marks cancelled orders",
        partial(render, table, AS_IT_IS),
        answer_of(orders[~cancelled], "customer_id", of_file=orders),
    )


def _seconds(header: str, seed: int) -> File:
    """A log of a payment service: seconds, hexadecimal customers, no word for a purchase."""
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            header: orders["day"].astype("datetime64[s]").astype("int64"),
            "uid": orders["customer"].map("{:08x}".format),
            "order_uuid": orders["order"].map("{:032x}".format),
            "revenue": orders["money"],
        }
    )
    return File(
        f"seconds_{header}",
        "days",
        "seconds since 1970 in a log, customers as hexadecimal numbers",
        partial(render, table, AS_IT_IS),
        answer_of(orders, "uid"),
    )


def _credit_notes(language: str, seed: int) -> File:
    header, invoice, note = CREDIT_NOTES[language]
    orders = by_order(shop(seed))
    back = orders.sample(20, random_state=seed).assign(kind=note)
    every = pd.concat([orders.assign(kind=invoice), back], ignore_index=True)
    table = pd.DataFrame(
        {
            "Nr": 40_000 + every.index,
            header: every["kind"],
            "Datum": every["day"].dt.strftime("%d.%m.%Y"),
            "Kunde": every["customer"].map("D{:05d}".format),
            "Netto": every["money"],
            "Brutto": (every["money"] * 1.19).round(2),
        }
    )
    answer = answer_of(orders, "Kunde")
    return File(
        f"credit_notes_{language}",
        "statuses and returns",
        "credit notes without a sign, in other languages, net beside gross",
        partial(render, table, Look("semicolon", "", ";", "utf-8", ",", ".")),
        Answer(**{**vars(answer), "money": round(float(orders["money"].sum() - back["money"].sum()), 2)}),
    )


def _phone(number: int) -> tuple[str, str, str]:
    digits = f"9{number % 90 + 10:02d}{number * 37 % 900 + 100:03d}{number % 80 + 10:02d}{number * 13 % 90 + 10:02d}"
    return f"+7 ({digits[:3]}) {digits[3:6]}-{digits[6:8]}-{digits[8:]}", f"8{digits}", f"7{digits}"


def _address(number: int) -> tuple[str, str, str]:
    return f"Buyer{number}@Example.com", f"buyer{number}@example.com", f"BUYER{number}@EXAMPLE.COM "


SPELLINGS: dict[str, tuple[str, Callable[[int], tuple[str, ...]]]] = {
    "email": ("Email", _address),
    "phone": ("Телефон", _phone),
    "mobile": (
        "Mobile",
        lambda number: (f"0{7700900100 + number}", f"+44 {7700900100 + number}", f"0044 77009-{number + 100:05d}"),
    ),
}


def _spellings(name: str, seed: int) -> File:
    """One customer written in several ways is one customer."""
    header, spellings = SPELLINGS[name]
    orders = by_order(shop(seed))
    cells = [spellings(one)[place % 3] for place, one in enumerate(orders["customer"])]
    table = pd.DataFrame(
        {
            "Номер заказа" if name == "phone" else "Order number": orders["order"] + 1,
            "Дата" if name == "phone" else "Date": orders["day"].dt.strftime("%Y-%m-%d"),
            header: cells,
            "Сумма" if name == "phone" else "Total": orders["money"],
        }
    )
    return File(
        f"spellings_{name}",
        "purchases",
        "one customer spelt in several ways: capital letters of an address, signs and codes of a phone number",
        partial(render, table, AS_IT_IS),
        answer_of(orders, header),
    )


def _hundredths(header: str, seed: int) -> File:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "order_id": orders["order"],
            "created_at": orders["day"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "customer_id": orders["customer"].map("cus_{:04d}".format),
            header: (orders["money"] * 100).round().astype(int),
        }
    )
    return File(
        f"hundredths_{seed}",
        "numbers",
        "amounts in hundredths, as the header says",
        partial(render, table, AS_IT_IS),
        answer_of(orders, "customer_id"),
    )


def _calendar(name: str, seed: int) -> File:
    orders = by_order(shop(seed))
    years = CALENDARS[name]
    table = pd.DataFrame(
        {
            "order_no": orders["order"],
            "date": [f"{day.year + years}/{day.month:02d}/{min(day.day, 28):02d}" for day in orders["day"]],
            "customer_id": orders["customer"] + 1,
            "amount": orders["money"],
        }
    )
    return File(
        f"calendar_{name}",
        "days that cannot be",
        "years of the Buddhist or the Iranian calendar",
        partial(render, table, AS_IT_IS),
        NO_CUSTOMERS,
    )


def _in_groups(levels: str, seed: int) -> File:
    """A report of an accounting program: customers, their documents and goods in one column, each with its sum."""
    lines = shop(seed)
    rows: list[tuple[str, float]] = []
    for customer, hers in lines.groupby("customer"):
        rows.append((f"ООО «Клиент {customer}»", hers["money"].sum()))
        for order, its in hers.groupby("order"):
            if "documents" in levels:
                rows.append((f"Реализация {order:06d} от {its['day'].iloc[0]:%d.%m.%Y}", its["money"].sum()))
            if "goods" in levels:
                rows += [(f"Товар {line.item}", line.money) for line in its.itertuples()]
    rows.append(("Итого", lines["money"].sum()))
    table = pd.DataFrame(rows, columns=["Контрагент", "Сумма"]).round(2)
    adds_up = levels == "documents"  # a customer's sum is that of her documents, whose days stand in their names
    return File(
        f"groups_{levels.replace(' ', '_')}",
        "shapes" if adds_up else "no customer",
        "customers above their documents, in one column"
        if adds_up
        else "a report in groups, whose rows are partly sums of others",
        partial(render, table, look("semicolon_ru", language=""), before=("Продажи за 2023 г.;", ";")),
        answer_of(by_order(lines), "Контрагент (2)") if adds_up else NO_CUSTOMERS,
    )


def _shopify(order: int, lines: pd.DataFrame) -> dict[str, object]:
    return {
        "id": 4500 + order,
        "created_at": f"{lines['day'].iloc[0].isoformat()}+02:00",
        "total_price": f"{lines['money'].sum():.2f}",
        "currency": "EUR",
        "customer": {"id": 1000 + int(lines["customer"].iloc[0]), "first_name": "A"},
        "discount_codes": [{"code": "X", "amount": "1.00"}] if order % 5 == 0 else [],
        "tax_lines": [{"title": "VAT", "price": "1.20", "rate": 0.2}],
        "shipping_lines": [{"title": "Standard", "price": "4.90"}],
        "line_items": [
            {"id": 10 * order + place, "title": f"Item {line.item}", "quantity": line.quantity, "price": line.price,
             "tax_lines": [{"price": "0.10"}]}
            for place, line in enumerate(lines.itertuples())
        ],
        "tags": ["new", "web"],
        "refunds": [],
    }  # fmt: skip


def _lists_of_one_kind(order: int, lines: pd.DataFrame) -> dict[str, object]:
    """Goods in the cart and goods in stock: nothing but their names tells them apart."""
    goods = [{"item": f"Item {line.item}", "qty": line.quantity, "price": line.price} for line in lines.itertuples()]
    first = lines.iloc[0]
    return {
        "order_id": order,
        "date": first["day"].strftime("%Y-%m-%d"),
        "customer_id": int(first["customer"]) + 1,
        "delivered": goods,
        "backlog": goods[:1],
    }


JSON: dict[str, Callable[[int, pd.DataFrame], dict[str, object]]] = {
    "shopify": _shopify,
    "alike": _lists_of_one_kind,
}


def _json(name: str, seed: int) -> File:
    lines = shop(seed)
    records = [JSON[name](int(str(order)), its) for order, its in lines.groupby("order")]
    text = json.dumps({"orders": records} if name == "shopify" else records, default=int)
    answer = answer_of(lines, "customer.id" if name == "shopify" else "customer_id")
    if name == "alike":
        asked = frozenset({"records"})
        answer = Answer(**{**vars(answer), "must_ask": asked, "replies": {"records": "delivered"}, "even": asked})
    return File(
        f"json_{name}",
        "shapes",
        "JSON of a shop with several lists in an order",
        partial(str.encode, text),
        answer,
        "json",
    )


def _short_months(number: int, form: str, seed: int) -> File:
    """A column a month, its year in two digits; the months that nobody bought in are there as well."""
    lines = shop(seed)
    months = lines.assign(month=lines["day"].dt.month)
    wide = months.pivot_table(index="customer", columns="month", values="money", aggfunc="sum", fill_value=0).round(2)
    russian = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
    english = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    names, sign = (russian, ".") if form.startswith("янв") else (english, "-")
    table = wide.rename(columns={month: f"{names[month - 1]}{sign}23" for month in wide})
    table.insert(0, "Контрагент" if names is russian else "Customer", [f"Client {one}" for one in wide.index])
    bought = int((wide > 0).sum().sum())
    return File(
        f"short_months_{number}",
        "snapshots and wide tables",
        "a column of spend a month, its year in two digits",
        partial(render, table.reset_index(drop=True), AS_IT_IS),
        Answer(
            "purchases",
            customer=str(table.columns[0]),
            customers=len(wide),
            orders=bought,
            money=round(float(lines["money"].sum()), 2),
        ),
    )


def _two_sheets(seed: int) -> File:
    """Orders on one sheet, the products on another: which one is the table is asked."""
    orders = by_order(shop(seed))
    rows = [
        ["order_id", "order_date", "customer_id", "amount"],
        *([one.order, one.day.strftime("%Y-%m-%d"), f"K{one.customer}", one.money] for one in orders.itertuples()),
    ]
    goods = [["sku", "title", "stock"], *([f"S{one}", f"Thing {one}", one % 9] for one in range(120))]
    asked = frozenset({"sheet"})
    return File(
        "workbook_two_tables",
        "workbooks",
        "xlsx: different tables on two sheets",
        partial(workbook, {"Goods": goods, "Orders": rows}),
        Answer(**{**vars(answer_of(orders, "customer_id")), "must_ask": asked, "replies": {"sheet": "Orders"}}),
        "xlsx",
    )
