"""Exports of services: bookings, visits, loans, rides, donations, bookkeeping; reports of spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.rendering import AS_IT_IS, render, rows_as_text
from tests.files.shop import by_order, customer_codes, order_codes, shop

_Content = bytes | Mapping[str, bytes]
_Made = tuple[_Content, Answer]
_SEMICOLON = replace(AS_IT_IS, delimiter=";", decimal=",", day="%d.%m.%Y")
_ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
_FIRST_NAMES, _LAST_NAMES = ("Anna", "Boris", "Clara", "David", "Emma", "Felix"), ("Adler", "Bauer", "Conrad", "Dietz")


def services() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, (chapter, form, maker)) in enumerate(_FORMS.items()):
        seed = 1900 + number
        yield File(name, chapter, form, partial(_content, maker, seed), maker(seed)[1])


def _content(maker: Callable[[int], _Made], seed: int) -> _Content:
    return maker(seed)[0]


def _drawn(seed: int, values: tuple[str, ...], shares: tuple[float, ...], rows: int) -> np.ndarray:
    return np.random.default_rng([seed, 21]).choice(values, rows, p=shares)


def _names(customers: pd.Series) -> pd.Series:
    people = len(_FIRST_NAMES) * len(_LAST_NAMES)
    return customers.map(
        lambda number: (
            f"{_FIRST_NAMES[number % 6]}{'abcdef'[number // people % 6]} {_LAST_NAMES[number // 6 % 4]}".strip()
        )
    )


def _bookings(seed: int) -> _Made:
    orders = by_order(shop(seed))
    ahead = pd.to_timedelta(np.random.default_rng([seed, 22]).integers(1, 60, len(orders)), unit="D")
    table = pd.DataFrame(
        {
            "Book number": order_codes(orders["order"]),
            "Booked by": customer_codes(orders["customer"], "email"),
            "Check-in": (orders["day"] + ahead).dt.strftime("%Y-%m-%d"),
            "Check-out": (orders["day"] + ahead + pd.Timedelta(days=2)).dt.strftime("%Y-%m-%d"),
            "Booked on": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Price": orders["money"].map("{:.2f} EUR".format),
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Booked by")


def _loans(seed: int) -> _Made:
    lines = shop(seed)
    back = np.random.default_rng([seed, 23]).random(len(lines)) < 0.7
    returned = (lines["day"] + pd.Timedelta(days=9)).dt.strftime("%d %b %Y").where(back, "")
    table = pd.DataFrame(
        {
            "Borrower Barcode": (lines["customer"] + 21990000).map("{:010d}".format),
            "Title": lines["item"].map("Book about {}".format),
            "Issued": lines["day"].dt.strftime("%d %b %Y"),
            "Due": (lines["day"] + pd.Timedelta(days=21)).dt.strftime("%d %b %Y"),
            "Returned": returned,
        }
    )
    answer = answer_of(lines, "Borrower Barcode", money=None, orders=None)
    return render(table, AS_IT_IS), answer


def _rides(seed: int) -> _Made:
    orders = by_order(shop(seed))
    states = _drawn(seed, ("completed", "cancelled_by_rider", "no_driver_found"), (0.88, 0.09, 0.03), len(orders))
    bought = orders[states == "completed"]
    table = pd.DataFrame(
        {
            "trip_id": order_codes(orders["order"], "code"),
            "rider_id": orders["customer"].map("r-{:05x}".format),
            "driver_id": (orders["order"] % 25).map("d-{:03x}".format),
            "request_time": orders["day"].astype("int64") // 1000,
            "fare": orders["money"].map("{:.2f}".format).where(states == "completed", ""),
            "status": states,
        }
    )
    return render(table, AS_IT_IS), answer_of(bought, "rider_id", of_file=orders)


def _unknown_status(seed: int) -> _Made:
    orders = by_order(shop(seed))
    states = _drawn(seed, ("Q1", "Q7"), (0.9, 0.1), len(orders))
    table = pd.DataFrame(
        {
            "Order": order_codes(orders["order"]),
            "Donor": customer_codes(orders["customer"], "email"),
            "Pledged At": orders["day"].dt.strftime("%Y/%m/%d, %H:%M"),
            "Pledge Amount": orders["money"].map("${:.2f} USD".format),
            "Pledge Status": states,
        }
    )
    answer = answer_of(
        orders[states == "Q1"], "Donor", of_file=orders, must_ask=frozenset({"status"}),
        may_ask=frozenset({"status"}), replies={"status": "Q1"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _deposits(seed: int) -> _Made:
    orders = by_order(shop(seed))
    paid = (orders["money"] * 0.3).round(2)
    parts = [
        orders.assign(part="Deposit", amount=paid),
        orders.assign(part="Final payment", amount=orders["money"] - paid, day=orders["day"] + pd.Timedelta(days=20)),
    ]
    lines = pd.concat(parts).sort_values("day", kind="stable", ignore_index=True)
    table = pd.DataFrame(
        {
            "Booking Ref": order_codes(lines["order"], "code"),
            "Guest Email": customer_codes(lines["customer"], "email"),
            "Payment Date": lines["day"].dt.strftime("%Y-%m-%d"),
            "Payment Type": lines["part"],
            "Amount": lines["amount"].round(2),
        }
    )
    answer = answer_of(
        lines.assign(money=lines["amount"]), "Guest Email", may_ask=frozenset({"order"}),
        replies={"order": "Booking Ref"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _spelt_names(seed: int) -> _Made:
    orders = by_order(shop(seed))
    forms = (str, str.upper, lambda name: name.replace(" ", "  "), str)
    names = [forms[place % 4](name) for place, name in enumerate(_names(orders["customer"]))]
    table = pd.DataFrame(
        {
            "Client": names,
            "Date": orders["day"].dt.strftime("%d.%m.%Y"),
            "Invoice": order_codes(orders["order"]),
            "Amount": orders["money"],
        }
    )
    known = orders.assign(customer=_names(orders["customer"]))
    return render(table, replace(_SEMICOLON, decimal=".")), answer_of(known, "Client")


def _lost_zeros(seed: int) -> _Made:
    orders = by_order(shop(seed))
    padded = np.random.default_rng([seed, 24]).random(len(orders)) < 0.5
    numbers = orders["customer"] + 1
    table = pd.DataFrame(
        {
            "customer_id": numbers.map("{:06d}".format).where(padded, numbers.astype(str)),
            "date": orders["day"].dt.strftime("%Y-%m-%d"),
            "order": order_codes(orders["order"]),
            "amount": orders["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "customer_id")


def _arabic_digits(seed: int) -> _Made:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "رقم العميل": orders["customer"] + 1001,
            "رقم الطلب": orders["order"] + 50_001,
            "تاريخ الطلب": orders["day"].dt.strftime("%Y/%m/%d"),
            "المبلغ": orders["money"].map("{:.2f}".format),
        }
    )
    table = table.map(lambda cell: str(cell).translate(_ARABIC))
    return render(table, AS_IT_IS), answer_of(orders, "رقم العميل")


def _hebrew(seed: int) -> _Made:
    lines = shop(seed)
    goods = ("חולצה", "מכנסיים", "נעליים", "כובע")
    table = pd.DataFrame(
        {
            "מספר לקוח": lines["customer"] + 1001,
            "מספר הזמנה": lines["order"] + 50_001,
            "תאריך הזמנה": lines["day"].dt.strftime("%d/%m/%Y"),
            "פריט": lines["item"].map(lambda item: f"{goods[item % 4]} {item}"),
            "כמות": lines["quantity"],
            "מחיר": lines["price"],
            "סכום": lines["money"],
        }
    )
    return render(table, replace(AS_IT_IS, encoding="cp1255")), answer_of(lines, "מספר לקוח")


def _refunds_beside(seed: int) -> _Made:
    orders = by_order(shop(seed))
    back = orders[np.random.default_rng([seed, 25]).random(len(orders)) < 0.08]
    half = (back["money"] / 2).round(2)
    tables = {
        "orders.csv": pd.DataFrame(
            {
                "order_id": orders["order"] + 1,
                "customer_id": orders["customer"] + 500,
                "ordered_at": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
                "total": orders["money"],
            }
        ),
        "refunds.csv": pd.DataFrame(
            {
                "refund_id": np.arange(len(back)) + 1,
                "order_id": back["order"] + 1,
                "refunded_at": (back["day"] + pd.Timedelta(days=4)).dt.strftime("%Y-%m-%d %H:%M:%S"),
                "amount": half,
            }
        ),
    }
    net = orders.assign(money=orders["money"].sub(half, fill_value=0.0))
    return {name: render(table, AS_IT_IS) for name, table in tables.items()}, answer_of(net, "customer_id")


def _under_headings(seed: int) -> _Made:
    """A report by customer as bookkeeping prints it: her name above her invoices, her total below them."""
    orders = by_order(shop(seed))
    rows = []
    for name, invoices in orders.groupby(_names(orders["customer"])):
        rows.append([name, "", "", "", ""])
        rows += [
            ["", f"{row.day:%m/%d/%Y}", "Invoice", f"{row.order + 1000}", f"{row.money:.2f}"]
            for row in invoices.itertuples()
        ]
        rows.append([f"Total for {name}", "", "", "", f"{invoices['money'].sum():.2f}"])
    rows.append(["TOTAL", "", "", "", f"{orders['money'].sum():.2f}"])
    content = rows_as_text(
        ["", "Date", "Transaction Type", "Invoice No", "Amount"], rows, AS_IT_IS, ["My Company,,,,", ",,,,"]
    )
    return content, answer_of(orders, "group", may_ask=frozenset({"customer"}), replies={"customer": "group"})


def _under_days(seed: int) -> _Made:
    orders = by_order(shop(seed))
    rows = []
    for day, receipts in orders.groupby(orders["day"].dt.strftime("%d.%m.%Y"), sort=False):
        rows.append([day, "", "", ""])
        rows += [
            ["", f"Kunde {row.customer:03d}", f"B{row.order}", f"{row.money:.2f}".replace(".", ",")]
            for row in receipts.itertuples()
        ]
    return rows_as_text(["Tag", "Kunde", "Bon", "Summe"], rows, _SEMICOLON), answer_of(orders, "Kunde")


def _named_months(seed: int) -> _Made:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Day": orders["day"].dt.day,
            "Month": orders["day"].dt.strftime("%B"),
            "Year": orders["day"].dt.year,
            "Client": customer_codes(orders["customer"], "code"),
            "Receipt": order_codes(orders["order"]),
            "Total": orders["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Client")


def _pivot(seed: int) -> _Made:
    """Years above months, and a sum for each row and column."""
    rng = np.random.default_rng([seed, 26])
    cells = np.where(rng.random((60, 6)) < 0.6, rng.uniform(10, 200, (60, 6)).round(2), 0.0)
    cells[cells.sum(axis=1) == 0, 0] = 9.5
    rows = [
        [f"Client {place + 1:03d}", *(f"{cell:.2f}" if cell else "" for cell in row), f"{row.sum():.2f}"]
        for place, row in enumerate(cells)
    ]
    rows.append(["Grand Total", *(f"{cell:.2f}" for cell in cells.sum(axis=0)), f"{cells.sum():.2f}"])
    headers = [["", "2023", "", "", "2024", "", "", "Grand Total"]]
    headers.append(["Row Labels", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", ""])
    content = rows_as_text(None, [*headers, *rows], AS_IT_IS, ["Sum of Amount,Column Labels,,,,,,"])
    bought = [column for column in range(6) if cells[:, column].any()]
    answer = Answer(
        "purchases", "Row Labels", customers=60, orders=int((cells > 0).sum()), money=round(float(cells.sum()), 2),
        last=pd.Timestamp(2023, 10 + bought[-1], 1).date() if bought[-1] < 3 else pd.Timestamp(2024, 3, 1).date(),
        may_ask=frozenset({"customer"}), replies={"customer": "Row Labels"},
    )  # fmt: skip
    return content, answer


def _side_by_side(seed: int) -> _Made:
    lines = shop(seed)
    table = by_order(lines)[["order", "customer", "day"]]
    wide = pd.DataFrame(
        {
            "Order ID": order_codes(table["order"]),
            "Order Date": table["day"].dt.strftime("%Y-%m-%d"),
            "Email": customer_codes(table["customer"], "email"),
        }
    )
    for place in range(1, 5):
        goods = lines[lines["line"] == place].set_index("order").reindex(table["order"])
        wide[f"Item {place}"] = goods["item"].map("Thing {:.0f}".format, na_action="ignore").to_numpy()
        wide[f"Qty {place}"] = goods["quantity"].map("{:.0f}".format, na_action="ignore").to_numpy()
        wide[f"Price {place}"] = goods["price"].to_numpy()
    return render(wide.fillna({name: "" for name in wide if wide[name].dtype == object}), AS_IT_IS), answer_of(
        lines, "Email"
    )


def _partly_refunded(seed: int) -> _Made:
    orders = by_order(shop(seed))
    states = _drawn(seed, ("paid", "partially_refunded", "refunded"), (0.88, 0.07, 0.05), len(orders))
    share = pd.Series(states).map({"paid": 0.0, "partially_refunded": 0.3, "refunded": 1.0})
    back = (orders["money"] * share).round(2)
    table = pd.DataFrame(
        {
            "Order": order_codes(orders["order"]),
            "Email": customer_codes(orders["customer"], "email"),
            "Created": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S +0100"),
            "Financial Status": states,
            "Total": orders["money"],
            "Refunded": back,
        }
    )
    net = orders.assign(money=orders["money"] - back, returned=states == "refunded")
    return render(table, AS_IT_IS), answer_of(net, "Email")


def _marked(seed: int, header: str, marks: tuple[str, str]) -> _Made:
    """``marks``: of a line that counts, and of one that does not."""
    orders = by_order(shop(seed))
    out = np.random.default_rng([seed, 27]).random(len(orders)) < 0.07
    table = pd.DataFrame(
        {
            "Rechnungsnr.": order_codes(orders["order"]),
            "Mitglied": customer_codes(orders["customer"], "code"),
            "Datum": orders["day"],
            "Betrag": orders["money"],
            header: np.where(out, marks[1], marks[0]),
        }
    )
    return render(table, _SEMICOLON), answer_of(orders[~out], "Mitglied", of_file=orders)


def _discounted(seed: int, header: str, shares: tuple[float, ...], *, listed: bool = True) -> _Made:
    """A discount that no total has in it; ``listed``: each good has one price, before the discount."""
    lines = shop(seed)
    rng = np.random.default_rng([seed, 28])
    share = pd.Series(rng.choice(shares, len(lines)))
    price = lines["price"] if listed else (lines["price"] * rng.choice([1.0, 1.1, 0.9], len(lines))).round(2)
    whole = price * lines["quantity"]
    off = (whole * share).round(2)
    table = pd.DataFrame(
        {
            "order": order_codes(lines["order"]),
            "date": lines["day"].dt.strftime("%Y-%m-%d"),
            "customer": customer_codes(lines["customer"], "code"),
            "item": lines["item"].map("A{}".format),
            "qty": lines["quantity"],
            "unit_price": price,
            header: (100 * share).map("{:.0f} %".format) if "%" in header else off,
        }
    )
    asked = frozenset() if listed else frozenset({"discount"})
    answer = answer_of(
        lines.assign(money=whole * (1 - share) if "%" in header else whole - off), "customer", may_ask=asked,
        must_ask=asked, replies={"discount": "amount"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _refund_flag(seed: int) -> _Made:
    orders = by_order(shop(seed))
    back = np.random.default_rng([seed, 29]).random(len(orders)) < 0.08
    table = pd.DataFrame(
        {
            "txn_id": order_codes(orders["order"]),
            "txn_date": orders["day"].dt.strftime("%Y-%m-%d"),
            "member_id": customer_codes(orders["customer"], "number"),
            "amount": orders["money"],
            "is_refund": np.where(back, "TRUE", "FALSE"),
        }
    )
    signed = orders.assign(money=orders["money"].where(~back, -orders["money"]), returned=back)
    answer = answer_of(
        signed, "member_id", of_file=orders, must_ask=frozenset({"refund"}), may_ask=frozenset({"refund"}),
        replies={"refund": "back"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _weighted(seed: int) -> _Made:
    """A row a group of customers who bought equally often, with how many they are."""
    rng = np.random.default_rng([seed, 30])
    cells = [(times, last) for times in range(1, 7) for last in range(times, 7)]
    table = pd.DataFrame(cells, columns=["frequency", "recency"]).assign(periods=6)
    table["weights"] = rng.permutation(900)[: len(table)] + 50
    return render(table, AS_IT_IS), NO_CUSTOMERS


def _eras(seed: int) -> _Made:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "会員番号": (orders["customer"] + 1).map("{:05d}".format),
            "注文日": [f"令和{day.year - 2018}年{day.month}月{day.day}日" for day in orders["day"]],
            "注文番号": order_codes(orders["order"]),
            "金額": orders["money"].map("{:.0f}円".format),
        }
    )
    answer = Answer(
        "purchases", "会員番号", customers=orders["customer"].nunique(), orders=len(orders),
        may_ask=frozenset({"day"}), must_ask=frozenset({"day"}), replies={"day": "none"},
    )  # fmt: skip
    return render(table, replace(AS_IT_IS, encoding="cp932")), answer


def _serials(seed: int) -> _Made:
    orders = by_order(shop(seed))
    days = (orders["day"] - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)
    table = pd.DataFrame(
        {
            "Client": customer_codes(orders["customer"], "code"),
            "Date achat": days.map("{:.6f}".format).str.replace(".", ","),
            "Facture": order_codes(orders["order"]),
            "Montant": orders["money"],
        }
    )
    return render(table, _SEMICOLON), answer_of(orders, "Client")


def _visits(seed: int) -> _Made:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Member ID": orders["customer"].map("{:06d}".format),
            "Name": _names(orders["customer"]),
            "Check-in Time": orders["day"].dt.strftime("%d/%m/%Y %H:%M"),
            "Club": np.where(orders["store"] > 2, "North", "City"),
            "Duration (min)": 20 + orders["order"] % 90,
            "Points Earned": 10 + orders["order"] % 7,
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Member ID", money=None)


_FORMS: Mapping[str, tuple[str, str, Callable[[int], _Made]]] = {
    "booked_ahead": ("days", "the day of the booking beside arrival and departure", _bookings),
    "serial_days_comma": ("days", "days as a spreadsheet counts them, with a decimal comma", _serials),
    "days_of_eras": ("days that cannot be", "years of Japanese eras", _eras),
    "loans": ("statuses and returns", "the day on which most of what was lent came back", _loans),
    "rides": ("statuses and returns", "statuses of which one never brought money", _rides),
    "status_of_codes": ("statuses and returns", "statuses in words that nobody knows", _unknown_status),
    "partly_refunded": ("statuses and returns", "orders refunded in part, with what was given back", _partly_refunded),
    "paid_ja_nein": (
        "statuses and returns", "a column of ja and nein that tells what was paid",
        partial(_marked, header="Bezahlt", marks=("ja", "nein")),
    ),
    "storno_x": (
        "statuses and returns", "an X on cancelled lines", partial(_marked, header="Storno", marks=("", "X"))
    ),
    "discount_per_cent": (
        "money", "a discount in per cent beside price and pieces",
        partial(_discounted, header="discount %", shares=(0.0, 0.0, 0.1, 0.25)),
    ),
    "discount_amount": (
        "money", "a discount beside price and pieces", partial(_discounted, header="discount", shares=(0.0, 0.1, 0.25))
    ),
    "discount_of_some_price": (
        "money", "a discount beside prices that are different for one good",
        partial(_discounted, header="discount", shares=(0.0, 0.1, 0.25), listed=False),
    ),
    "refund_flag": ("statuses and returns", "a flag of refunds, whose amounts have no sign", _refund_flag),
    "weighted_groups": ("other tables", "a row a group of customers, with how many they are", _weighted),
    "deposits": ("purchases", "orders paid in parts, on several days", _deposits),
    "spelling_names": ("purchases", "names in capital and small letters, with more blanks", _spelt_names),
    "lost_zeros": ("purchases", "numbers of customers with and without the zeros before them", _lost_zeros),
    "visits_without_money": ("purchases", "visits with their length and points, without money", _visits),
    "digits_arabic": ("numbers", "Arabic digits", _arabic_digits),
    "page_hebrew": ("old exports", "the code page of Hebrew", _hebrew),
    "refunds_beside": ("several files", "orders, and a table of refunds", _refunds_beside),
    "under_headings": ("shapes", "the customer's name above her invoices, her total below", _under_headings),
    "under_days": ("shapes", "the day above the receipts of that day", _under_days),
    "parts_of_a_day_named": ("days", "year, name of the month and day in columns of their own", _named_months),
    "pivot_of_years": ("snapshots and wide tables", "a pivot table: years above months, sums beside them", _pivot),
    "goods_side_by_side": ("shapes", "the goods of an order beside each other in numbered columns", _side_by_side),
}  # fmt: skip
