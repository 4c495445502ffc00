"""Exports of systems that no other chapter has: CRM, tills with marks, 1C in its own forms, accounts, memberships."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import Answer, File, answer_of
from tests.files.makers.strangers_words import AMOUNTS, DAYS, MONTHS, comma
from tests.files.rendering import AS_IT_IS, render
from tests.files.shop import by_order, customer_codes, order_codes, people, shop
from tests.pipeline.workbook_support import xlsx

_Content = bytes | Mapping[str, bytes]
_Made = tuple[_Content, Answer, str]
_SEMICOLON = replace(AS_IT_IS, delimiter=";")
_CP1251 = replace(_SEMICOLON, encoding="cp1251")
_STATUS = frozenset({"status"})


def strangers() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, (chapter, form, maker)) in enumerate(_FORMS.items()):
        seed = 7100 + number
        _, answer, extension = maker(seed)
        yield File(name, chapter, form, partial(_content, maker, seed), answer, extension)


def _content(maker: Callable[[int], _Made], seed: int) -> _Content:
    return maker(seed)[0]


def _orders(seed: int) -> pd.DataFrame:
    return by_order(shop(seed, 30, 120))


def _drawn(seed: int, values: Sequence[str], shares: Sequence[float], rows: int) -> np.ndarray:
    return np.random.default_rng([seed, 31]).choice(values, rows, p=shares)


def _company(number: int) -> str:
    return f'ООО "{("Ромашка", "Вектор", "Север", "Гранит", "Маяк")[number % 5]}-{number}"'


def _dealt(seed: int, *, contact: str, stage: str, stages: Sequence[str], done: int, money: str, extra: str) -> _Made:
    """Deals of a CRM: the first ``done`` of the stages are purchases."""
    orders = _orders(seed)
    reached = _drawn(seed, stages, (0.75, 0.15, 0.1), len(orders))
    table = pd.DataFrame(
        {
            "ID": orders["order"] + 33_000_001,
            extra: orders["order"].map("Заявка {}".format),
            contact: orders["customer"].map(_company),
            stage: reached,
            money: orders["money"],
            "Дата создания": orders["day"].dt.strftime("%d.%m.%Y %H:%M:%S"),
        }
    )
    won = orders[np.isin(reached, stages[:done])]
    answer = answer_of(won, contact, of_file=orders, may_ask=_STATUS, replies={"status": stages[0]})
    return render(table, _SEMICOLON), answer, "csv"


def _marks_in_words(seed: int) -> _Made:
    lines = shop(seed, 30, 120)
    marks = _drawn(seed, ("Не удалено", "Удалено со списанием"), (0.96, 0.04), len(lines))
    rows: list[Sequence[object]] = [["OLAP Отчет по продажам"], ["Период: с 01.01.2023 по 31.12.2023"], []]
    rows.append(["Учетный день", "Номер чека", "Номер карты гостя", "Блюдо", "Сумма со скидкой, р.", "Удалено"])
    rows += [
        [line.day.date(), 7001 + line.order, f"{77_000 + line.customer:08d}", f"Блюдо {line.item}", line.money, mark]
        for line, mark in zip(lines.itertuples(), marks, strict=True)
    ]
    answer = answer_of(lines[marks == "Не удалено"], "Номер карты гостя", of_file=lines)
    return xlsx({"Отчет": rows}), answer, "xlsx"


def _members(seed: int) -> _Made:
    table = people(seed, 130)
    last = pd.Timestamp("2023-11-30") - pd.to_timedelta(table["recency"], unit="D")
    rows: list[Sequence[object]] = [["Участники программы лояльности на 01.12.2023"], []]
    rows.append(["№", "Номер карты", "ФИО", "Количество покупок", "Сумма покупок, руб.", "Дата последней покупки"])
    rows += [
        [n, f"9900{n:06d}", f"Клиент {n % 60}", member.orders, member.spend, day.date()]
        for n, (member, day) in enumerate(zip(table.itertuples(), last, strict=True), start=1)
    ]
    totals = int(table["orders"].sum()), round(float(table["spend"].sum()), 2)
    return xlsx({"Лист1": rows}), Answer("customers", "Номер карты", len(table), *totals), "xlsx"


def _contacts(seed: int) -> _Made:
    table = people(seed, 110)
    last = pd.Timestamp("2023-11-30") - pd.to_timedelta(table["recency"], unit="D")
    made = pd.DataFrame(
        {
            "Record ID": table["number"] + 101,
            "Email": customer_codes(table["number"], "email"),
            "Lifecycle Stage": "Customer",
            "Number of Pageviews": table["age"],
            "Number of Associated Deals": table["orders"],
            "Total Revenue": table["spend"],
            "Recent Deal Close Date": last.dt.strftime("%Y-%m-%d"),
        }
    )
    answer = Answer("customers", None, len(table), None, round(float(table["spend"].sum()), 2))
    return render(made, AS_IT_IS), answer, "csv"


def _sums_without_a_word(seed: int) -> _Made:
    table = people(seed, 100)
    visits = table["orders"] + table["age"]
    rows = [
        f'{1_000_000 + n}.{1_600_000 + n},{visit},"${spend:,.2f}",{orders}'
        for n, visit, spend, orders in zip(table["number"], visits, table["spend"], table["orders"], strict=True)
    ]
    rows.append(f',"{visits.sum():,}","${table["spend"].sum():,.2f}","{table["orders"].sum():,}"')
    text = "# ----\n# User Explorer\n# 20230101-20231231\n\nClient Id,Sessions,Revenue,Transactions\n" + "\n".join(rows)
    totals = int(table["orders"].sum()), round(float(table["spend"].sum()), 2)
    return text.encode(), Answer("customers", "Client Id", len(table), *totals), "csv"


def _documents_below_customers(seed: int) -> _Made:
    orders = _orders(seed).sort_values(["customer", "day"])
    rows: list[Sequence[object]] = [["Продажи за 2023 г."], [], ["Покупатель / Документ", "Количество", "Сумма, руб."]]
    for customer, group in orders.groupby("customer"):
        rows.append([_company(int(str(customer))), int(group["quantity"].sum()), round(float(group["money"].sum()), 2)])
        rows += [
            [f"Реализация 0000-{row.order:06d} от {row.day:%d.%m.%Y %H:%M:%S}", row.quantity, row.money]
            for row in group.itertuples()
        ]
    rows.append(["Итого", int(orders["quantity"].sum()), round(float(orders["money"].sum()), 2)])
    return xlsx({"TDSheet": rows}), answer_of(orders, "Покупатель"), "xlsx"


def _year_in_the_title(seed: int) -> _Made:
    orders = _orders(seed)
    wide = orders.assign(month=orders["day"].dt.month).pivot_table("money", "customer", "month", "sum")
    rows: list[Sequence[object]] = [["Продажи по покупателям за 2023 г."], []]
    rows.append(["Покупатель", *(MONTHS[month - 1] for month in wide), "Итого"])
    for customer, cells in wide.iterrows():
        sums = [None if np.isnan(cell) else round(float(cell), 2) for cell in cells]
        rows.append([_company(int(str(customer))), *sums, round(float(cells.sum()), 2)])
    answer = Answer(
        "purchases", "Покупатель", len(wide), int(wide.notna().sum().sum()), round(float(orders["money"].sum()), 2),
        last=date(2023, int(max(wide.columns)), 1),
    )  # fmt: skip
    return xlsx({"TDSheet": rows}), answer, "xlsx"


def _days_in_documents(seed: int) -> _Made:
    orders = _orders(seed)
    table = pd.DataFrame(
        {
            "Дисконтная карта": orders["customer"].map("2200{:09d}".format),
            "Чек": [f"Чек ККМ {n:08d} от {day:%d.%m.%Y %H:%M:%S}" for n, day in orders[["order", "day"]].to_numpy()],
            "Сумма": orders["money"].map(partial(comma, grouping=" ")),
        }
    )
    return render(table, _CP1251), answer_of(orders, "Дисконтная карта"), "csv"


def _both_sides(seed: int) -> _Made:
    orders = _orders(seed)
    out = np.random.default_rng([seed, 32]).random(len(orders)) < 0.2
    amounts = orders["money"].map(comma)
    table = pd.DataFrame(
        {
            "Дата проводки": orders["day"].dt.strftime("%d.%m.%Y"),
            "Плательщик": orders["customer"].map(_company).where(~out, 'ООО "Наша"'),
            "Сумма по дебету": amounts.where(out, ""),
            "Сумма по кредиту": amounts.where(~out, ""),
            "№ документа": orders["order"] + 1,
        }
    )
    answer = answer_of(
        orders[~out], "Плательщик", of_file=orders, may_ask=frozenset({"money"}), replies={"money": "Сумма по кредиту"}
    )
    return render(table, _CP1251), answer, "csv"


def _memberships(seed: int) -> _Made:
    orders = _orders(seed)
    table = pd.DataFrame(
        {
            "Contract No": orders["order"] + 700,
            "Member ID": customer_codes(orders["customer"], "code"),
            "Plan": _drawn(seed, ("Basic", "Gold"), (0.5, 0.5), len(orders)),
            "Start Date": orders["day"].dt.strftime("%Y-%m-%d"),
            "End Date": (orders["day"] + pd.Timedelta(days=30)).dt.strftime("%Y-%m-%d"),
            "Price": orders["money"].map("£{:.2f}".format),
            "Status": _drawn(seed, ("Active", "Expired", "Frozen"), (0.3, 0.6, 0.1), len(orders)),
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Member ID"), "csv"


def _paid_but_open(seed: int) -> _Made:
    orders = _orders(seed)
    states = ("Offen", "In Bearbeitung", "Komplett abgeschlossen", "Storniert / Abgelehnt")
    reached = _drawn(seed, states, (0.05, 0.05, 0.83, 0.07), len(orders))
    table = pd.DataFrame(
        {
            "Bestellnummer": orders["order"] + 20_001,
            "Bestellzeit": orders["day"].dt.strftime("%d.%m.%Y %H:%M:%S"),
            "Kundennummer": customer_codes(orders["customer"], "number"),
            "Bestellstatus": reached,
            "Zahlungsstatus": np.where(reached == states[3], "Wiedergutschrift", "Komplett bezahlt"),
            "Gesamtbetrag": orders["money"].map(lambda value: f"{comma(value, '.')} €"),
        }
    )
    answer = answer_of(orders[reached != states[3]], "Kundennummer", of_file=orders)
    return render(table, replace(_SEMICOLON, encoding="cp1252")), answer, "csv"


def _guests_who_never_came(seed: int) -> _Made:
    orders = _orders(seed)
    states = _drawn(seed, ("Активно", "Отменено", "Незаезд"), (0.85, 0.1, 0.05), len(orders))
    table = pd.DataFrame(
        {
            "Номер брони": orders["order"].map("20230102-{}".format),
            "Дата создания": orders["day"].dt.strftime("%d.%m.%Y %H:%M"),
            "Дата заезда": (orders["day"] + pd.Timedelta(days=9)).dt.strftime("%d.%m.%Y"),
            "Гость": orders["customer"].map("Гость {}".format),
            "Стоимость": orders["money"].map(lambda value: f"{comma(value, ' ')} ₽"),
            "Статус": states,
        }
    )
    answer = answer_of(orders[states == "Активно"], "Гость", of_file=orders)
    return render(table, _SEMICOLON), answer, "csv"


def _parcels(seed: int) -> _Made:
    lines = shop(seed, 30, 120)
    table = pd.DataFrame(
        {
            "amazon-order-id": lines["order"].map("302-{0}-1".format),
            "shipment-id": lines["order"].map("D{}x".format),
            "purchase-date": lines["day"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "shipment-date": (lines["day"] + pd.Timedelta(days=2)).dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "buyer-email": customer_codes(lines["customer"], "email"),
            "sku": lines["category"],
            "quantity-shipped": lines["quantity"],
            "item-price": lines["money"],
        }
    )
    return render(table, replace(AS_IT_IS, delimiter="\t")), answer_of(lines, "buyer-email"), "txt"


def _by_columns(seed: int) -> _Made:
    orders = _orders(seed)
    table = {
        "client_id": (orders["customer"] + 1).tolist(),
        "order_no": orders["order"].tolist(),
        "order_date": [int(day.timestamp() * 1000) for day in orders["day"]],
        "amount": orders["money"].tolist(),
    }
    columns = {name: {str(at): cell for at, cell in enumerate(cells)} for name, cells in table.items()}
    return json.dumps(columns).encode(), answer_of(orders, "client_id"), "json"


def _months_that_changed(seed: int) -> _Made:
    orders = _orders(seed)
    files = {}
    for month, group in orders.groupby(orders["day"].dt.month):
        table = pd.DataFrame(
            {
                "Client": group["customer"] + 1,
                "Check": group["order"],
                "Date": group["day"].dt.strftime("%d.%m.%Y"),
                "Sum": group["money"],
            }
        )
        table = table[["Date", "Check", "Client", "Sum"]] if int(str(month)) > 5 else table
        table = table.assign(Promo="") if int(str(month)) > 8 else table
        files[f"sales_2023_{month:02}.csv"] = render(table, _SEMICOLON)
    return files, answer_of(orders, "Client"), "csv"


def _asked_in_words(seed: int) -> _Made:
    orders = _orders(seed)
    table = pd.DataFrame(
        {
            "Timestamp": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Email Address": customer_codes(orders["customer"], "email"),
            "What would you like to order?": orders["category"],
            "Total to pay ($)": orders["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Email Address"), "csv"


def _written(seed: int, *, day: Callable[[pd.Timestamp], str], amount: Callable[[float], str]) -> _Made:
    """An order a row, with days and amounts in some form."""
    orders = _orders(seed)
    orders["money"] = (orders["money"] * 37.3).round(2)
    table = pd.DataFrame(
        {
            "Customer ID": customer_codes(orders["customer"], "number"),
            "Order No": order_codes(orders["order"]),
            "Order Date": orders["day"].map(day),
            "Amount": orders["money"].map(amount),
        }
    )
    return render(table, _SEMICOLON), answer_of(orders, "Customer ID"), "csv"


_AMO = partial(
    _dealt, contact="Основной контакт", stage="Этап сделки", money="Бюджет", extra="Название сделки", done=1,
    stages=("Успешно реализовано", "Закрыто и не реализовано", "Переговоры"),
)  # fmt: skip
_BITRIX = partial(
    _dealt, contact="Компания", stage="Стадия сделки", money="Сумма", extra="Название сделки", done=1,
    stages=("Сделка успешна", "Сделка провалена", "Подготовка документов"),
)  # fmt: skip
_FORMS: dict[str, tuple[str, str, Callable[[int], _Made]]] = {
    "deals_of_contacts": ("statuses and returns", "deals of a CRM, whose buyer is the contact", _AMO),
    "deals_of_companies": ("statuses and returns", "deals of a CRM, whose buyer is the company", _BITRIX),
    "marks_in_words": ("statuses and returns", "a mark of deleted lines in words: Не удалено", _marks_in_words),
    "members_of_a_scheme": ("a row a customer", "cards of a scheme beside names that repeat", _members),
    "contacts_of_a_crm": ("a row a customer", "contacts of a CRM with the day of their last deal", _contacts),
    "sums_without_a_word": ("shapes", "a last row of sums without a word", _sums_without_a_word),
    "documents_below_customers": ("shapes", "1C: documents below their customers, in one column, with sums",
                                  _documents_below_customers),
    "year_in_the_title": ("snapshots and wide tables", "a column of spend a month, the year in the title above",
                          _year_in_the_title),
    "days_in_documents": ("days", "the day inside the name of the document", _days_in_documents),
    "both_sides": ("tills and schemes", "debits and credits of an account in columns of their own", _both_sides),
    "memberships": ("statuses and returns", "memberships that were paid for and are over", _memberships),
    "paid_but_open": ("statuses and returns", "two statuses: of the order and of its payment", _paid_but_open),
    "guests_without_arrival": ("statuses and returns", "bookings of a Russian hotel", _guests_who_never_came),
    "parcels_of_amazon": ("money", "Amazon's parcels: the price is that of the whole line", _parcels),
    "json_by_columns": ("shapes", "JSON by columns, as pandas writes it", _by_columns),
    "months_that_changed": ("several files", "a file a month, to which a column came", _months_that_changed),
    "asked_in_words": ("purchases", "answers to a form whose header is a question", _asked_in_words),
    **{
        f"days_{name}": ("days", "days as programs write them", partial(_written, day=day, amount="{:.2f}".format))
        for name, day in DAYS.items()
    },
    **{
        f"amounts_{name}": ("numbers", "amounts as people say them", partial(_written, day=str, amount=amount))
        for name, amount in AMOUNTS.items()
    },
}  # fmt: skip
