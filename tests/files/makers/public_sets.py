"""Public data sets by their schemas, and exports of ledgers, deals and bookings: what their headers do not say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.rendering import AS_IT_IS, render
from tests.files.shop import by_order, customer_codes, order_codes, shop, with_returns

_Made = tuple[bytes, Answer]
_SEMICOLON = replace(AS_IT_IS, delimiter=";", decimal=",")


def public_sets() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, (chapter, form, maker)) in enumerate(_FORMS.items()):
        seed = 2100 + number
        yield File(name, chapter, form, partial(_content, maker, seed), maker(seed)[1])


def _content(maker: Callable[[int], _Made], seed: int) -> bytes:
    return maker(seed)[0]


def _drawn(seed: int, values: tuple[str, ...], shares: tuple[float, ...], rows: int) -> np.ndarray:
    return np.random.default_rng([seed, 31]).choice(values, rows, p=shares)


def _american(days: pd.Series) -> list[str]:
    return [f"{day.month}/{day.day}/{day.year}" for day in days]


def _pieces_called_amount(seed: int) -> _Made:
    """Ta-Feng: AMOUNT is the number of pieces, SALES_PRICE the money of the line."""
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "TRANSACTION_DT": _american(lines["day"]),
            "CUSTOMER_ID": (lines["customer"] + 1104905).map("{:08d}".format),
            "AGE_GROUP": np.where(lines["customer"] % 3, "45-49", "25-29"),
            "PRODUCT_ID": lines["item"] + 4710199010372,
            "AMOUNT": lines["quantity"],
            "ASSET": (lines["money"] * 0.8).astype(int) + 1,
            "SALES_PRICE": lines["money"].astype(int) + 2,
        }
    )
    money = table["SALES_PRICE"].sum()
    answer = Answer("purchases", "CUSTOMER_ID", lines["customer"].nunique(), money=float(money))
    return render(table, AS_IT_IS), answer


def _purchases_times_amount(seed: int) -> _Made:
    """Pieces under ``Total_Purchases``, their price under ``Amount``."""
    orders = by_order(shop(seed))
    rng = np.random.default_rng([seed, 32])
    pieces, price = rng.integers(1, 11, len(orders)), (rng.random(len(orders)) * 490 + 10).round(4)
    table = pd.DataFrame(
        {
            "Transaction_ID": orders["order"] + 8691788,
            "Customer_ID": orders["customer"] + 37249,
            "Date": _american(orders["day"]),
            "Total_Purchases": pieces,
            "Amount": [f"{one:.4f}" for one in price],
            "Total_Amount": [f"{one:.6f}" for one in price * pieces],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders.assign(money=price * pieces), "Customer_ID")


def _channel_of_sales(seed: int) -> _Made:
    """H&M: a number of the sales' channel, and prices in small fractions."""
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "t_dat": lines["day"].dt.strftime("%Y-%m-%d"),
            "customer_id": lines["customer"].map("000058a12d5b43e67d225668fa1f8d618c13{:08x}".format),
            "article_id": lines["item"].map("0{}63713001".format),
            "price": [f"{price:.8f}" for price in lines["money"] / 590],
            "sales_channel_id": 1 + lines["order"] % 2,
        }
    )
    money = round(float((lines["money"] / 590).round(8).sum()), 2)
    answer = Answer("purchases", "customer_id", lines["customer"].nunique(), money=money)
    return render(table, AS_IT_IS), answer


def _once_each(seed: int) -> _Made:
    """Nobody comes twice, and the price is that of all pieces of the line."""
    rng = np.random.default_rng([seed, 33])
    units = {"Clothing": 300.08, "Shoes": 600.17, "Books": 15.15, "Toys": 35.84}
    goods, pieces = rng.choice(list(units), 400), rng.integers(1, 6, 400)
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 700, 400), unit="D")
    price = np.round([units[good] * count for good, count in zip(goods, pieces, strict=True)], 2)
    table = pd.DataFrame(
        {
            "invoice_no": [f"I{138884 + 7 * number}" for number in range(400)],
            "customer_id": [f"C{241288 + 3 * number}" for number in range(400)],
            "gender": rng.choice(["Female", "Male"], 400),
            "age": rng.integers(18, 70, 400),
            "category": goods,
            "quantity": pieces,
            "price": price,
            "invoice_date": [f"{day.day}/{day.month}/{day.year}" for day in days],
        }
    )
    answer = Answer(
        "purchases", "customer_id", customers=400, money=round(float(price.sum()), 2), last=days.max().date()
    )
    return render(table, AS_IT_IS), answer


def _ratings(seed: int) -> _Made:
    rng = np.random.default_rng([seed, 34])
    table = pd.DataFrame(
        {
            "userId": rng.integers(1, 61, 800),
            "movieId": rng.integers(1, 300, 800),
            "rating": rng.choice([3.0, 3.5, 4.0, 5.0], 800),
            "timestamp": 964982703 + rng.integers(0, 10**8, 800),
        }
    )
    return render(table, AS_IT_IS), NO_CUSTOMERS


def _unknown_word(seed: int) -> _Made:
    """KKBox: the customer stands under a header that no language knows."""
    orders = by_order(shop(seed))
    paid = np.random.default_rng([seed, 35]).choice([99, 149, 180, 536, 894], len(orders))
    table = pd.DataFrame(
        {
            "msno": orders["customer"].map("YyO+tlZtAXYXoZhNr3Vg3+dfVQvrBVGO8j1mfqe4{:03d}=".format),
            "payment_plan_days": 30,
            "actual_amount_paid": paid,
            "is_auto_renew": 1,
            "transaction_date": orders["day"].dt.strftime("%Y%m%d"),
        }
    )
    answer = Answer(
        "purchases", "msno", orders["customer"].nunique(), money=float(paid.sum()),
        must_ask=frozenset({"customer"}), may_ask=frozenset({"customer"}), replies={"customer": "msno"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _clinic(seed: int) -> _Made:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Patient ID": orders["customer"] + 3000,
            "DOB": orders["customer"].map(lambda number: f"{1950 + number % 50}-03-0{number % 9 + 1}"),
            "Visit Date": orders["day"].dt.strftime("%Y-%m-%d"),
            "Doctor": np.where(orders["order"] % 2, "Dr A", "Dr B"),
            "Fee": orders["money"],
        }
    )
    answer = Answer(
        "purchases", "Patient ID", orders["customer"].nunique(), must_ask=frozenset({"customer"}),
        may_ask=frozenset({"customer", "money"}), replies={"customer": "Patient ID"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _bookings(seed: int) -> _Made:
    """Bookings of a hotel that do not say whose they are, though they say much about the guests."""
    rng = np.random.default_rng([seed, 36])
    table = pd.DataFrame(
        {
            "hotel": rng.choice(["Resort Hotel", "City Hotel"], 500),
            "is_canceled": rng.integers(0, 2, 500),
            "lead_time": rng.integers(0, 300, 500),
            "adults": rng.integers(1, 4, 500),
            "children": rng.integers(0, 2, 500),
            "country": rng.choice(["PRT", "GBR"], 500),
            "is_repeated_guest": rng.integers(0, 2, 500),
            "adr": (rng.random(500) * 200).round(2),
            "reservation_status_date": pd.Timestamp("2015-07-01") + pd.to_timedelta(rng.integers(0, 400, 500), "D"),
        }
    )
    return table.to_csv(index=False).encode(), NO_CUSTOMERS


def _ledger(seed: int) -> _Made:
    """A till's ledger: a line for the sale, one for each good, one for the payment."""
    lines = shop(seed)
    orders = by_order(lines)
    parts = [
        orders.assign(kind="Sale", turn=0),
        lines.assign(kind="Sale Line", turn=1),
        orders.assign(kind="Payment", turn=2, quantity=np.nan),
    ]
    rows = pd.concat(parts).sort_values(["order", "turn"], kind="stable")
    goods = rows["kind"] == "Sale Line"
    table = pd.DataFrame(
        {
            "Date": rows["day"].dt.strftime("%Y-%m-%d"),
            "Receipt Number": order_codes(rows["order"]),
            "Line Type": rows["kind"],
            "Customer Code": customer_codes(rows["customer"], "code"),
            "Quantity": rows["quantity"].where(goods).map("{:.0f}".format, na_action="ignore"),
            "Unit Price": rows["price"].where(goods),
            "Total": rows["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "Customer Code")


def _by_state(
    seed: int, headers: tuple[str, str, str, str, str], states: tuple[str, ...], good: tuple[str, ...], *asked: str
) -> _Made:
    """``headers``: of customer, order, day, money and state; ``good``: the states of purchases that count."""
    orders = by_order(shop(seed))
    shares = (0.7, *[0.3 / (len(states) - 1)] * (len(states) - 1))
    drawn = _drawn(seed, states, shares, len(orders))
    customer, order, day, money, state = headers
    table = pd.DataFrame(
        {
            order: order_codes(orders["order"], "code"),
            customer: customer_codes(orders["customer"], "name"),
            day: orders["day"].dt.strftime("%Y-%m-%d"),
            money: orders["money"],
            state: drawn,
        }
    )
    counted = orders[np.isin(drawn, good)]
    answer = answer_of(
        counted, customer, of_file=orders, orders=None if asked else len(counted), may_ask=frozenset(asked),
        must_ask=frozenset(asked), replies={"status": ",".join(good)},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _authorised(seed: int) -> _Made:
    orders = by_order(shop(seed))
    flag = _drawn(seed, ("Y", "N"), (0.92, 0.08), len(orders))
    table = pd.DataFrame(
        {
            "authorized_flag": flag,
            "card_id": orders["customer"].map("C_ID_4e6213{:04x}".format),
            "purchase_amount": orders["money"],
            "purchase_date": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        }
    )
    return render(table, AS_IT_IS), answer_of(orders[flag == "Y"], "card_id", of_file=orders, orders=None)


def _guests(seed: int) -> _Made:
    """One number, 0, for all who bought without an account: their addresses tell them apart."""
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Order ID": order_codes(orders["order"]),
            "Customer ID": np.where(orders["order"] % 6 == 0, 0, orders["customer"] + 1),
            "Customer Email": customer_codes(orders["customer"], "email"),
            "Order Date": orders["day"].dt.strftime("%Y-%m-%d"),
            "Order Total": orders["money"],
        }
    )
    answer = answer_of(
        orders, "Customer Email", may_ask=frozenset({"customer"}), replies={"customer": "Customer Email"}
    )
    return render(table, AS_IT_IS), answer


def _analytics(seed: int) -> _Made:
    """A report of Google Analytics 4 that is refused as a rule, with the site's own numbers of its users."""
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Date": orders["day"].dt.strftime("%Y%m%d"),
            "User-ID": orders["customer"].map("uid.{:05d}".format),
            "Transaction ID": orders["order"].map("T_{}".format),
            "Ecommerce purchases": 1,
            "Purchase revenue": orders["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "User-ID")


def _leaving(seed: int) -> _Made:
    rng = np.random.default_rng([seed, 37])
    table = pd.DataFrame(
        {
            "CLIENTNUM": 768805383 + 31 * rng.permutation(300),
            "Attrition_Flag": rng.choice(["Existing Customer", "Attrited Customer"], 300, p=[0.84, 0.16]),
            "Total_Trans_Amt": rng.integers(500, 18000, 300),
            "Total_Trans_Ct": rng.integers(10, 139, 300),
            "Months_Inactive_12_mon": rng.integers(0, 7, 300),
            "Naive_Bayes_Classifier_Attrition_Flag": rng.random(300).round(6),
            "Churn Risk Score": rng.integers(1, 100, 300),
        }
    )
    never = frozenset({"Attrition_Flag", "Naive_Bayes_Classifier_Attrition_Flag", "Churn Risk Score"})
    return render(table, AS_IT_IS), Answer("customers", "CLIENTNUM", 300, never_active=never)


def _calls(seed: int) -> _Made:
    """Calls of a telephone company: moments in fourteen digits, the caller in column A."""
    rng = np.random.default_rng([seed, 38])
    caller = np.concatenate([np.arange(60), rng.integers(0, 60, 1940)])
    moments = pd.Timestamp("2023-05-01") + pd.to_timedelta(np.sort(rng.integers(0, 86400 * 60, 2000)), unit="s")
    seconds = rng.integers(30, 900, 2000)
    cost = np.round(seconds / 60 * 0.12, 2)
    table = pd.DataFrame(
        {
            "cdr_id": np.arange(2000) + 90000,
            "a_number": [f"4917{20000000 + number * 1117}" for number in caller],
            "b_number": [f"4915{10000000 + number * 931}" for number in rng.integers(0, 900, 2000)],
            "call_start": moments.strftime("%Y%m%d%H%M%S"),
            "duration_sec": seconds,
            "charge": [f"{one:.2f}" for one in cost],
        }
    )
    answer = Answer(
        "purchases", "a_number", customers=60, money=round(float(cost.sum()), 2), last=moments.max().date(),
        may_ask=frozenset({"customer"}), replies={"customer": "a_number"},
    )  # fmt: skip
    return render(table, replace(_SEMICOLON, decimal=".")), answer


def _rides(seed: int) -> _Made:
    """A decimal comma in the fares, a point in the kilometres."""
    orders = by_order(shop(seed))
    states = _drawn(
        seed, ("Concluída", "Cancelada pelo passageiro", "Cancelada pelo motorista"), (0.8, 0.12, 0.08), 300
    )
    table = pd.DataFrame(
        {
            "Corrida": orders["order"].map("R{:06d}".format),
            "Passageiro": orders["customer"].map("P{:04d}".format),
            "Solicitada em": orders["day"].dt.strftime("%d/%m/%Y %H:%M"),
            "Situação": states,
            "Distância (km)": [f"{number % 190 / 10 + 0.3:.1f}" for number in orders["order"]],
            "Valor": [f"R$ {one:.2f}".replace(".", ",") for one in orders["money"]],
        }
    )
    done = orders[states == "Concluída"]
    return render(table, _SEMICOLON), answer_of(done, "Passageiro", of_file=orders)


def _nordic(seed: int) -> _Made:
    lines = with_returns(shop(seed), 25, seed)
    table = pd.DataFrame(
        {
            "Kund": lines["customer"] + 10000,
            "Kvitto": lines["order"],
            "Datum": lines["day"].dt.strftime("%Y-%m-%d"),
            "Artikel": lines["item"],
            "Antal": lines["quantity"],
            "Pris": lines["price"],
        }
    )
    return render(table, replace(_SEMICOLON, encoding="cp1252")), answer_of(lines, "Kund")


def _two_names(seed: int) -> _Made:
    """First and last name in columns of their own: neither is a customer."""
    orders = by_order(shop(seed))
    first, last = ("Anna", "Boris", "Clara", "David", "Emma", "Felix", "Gina", "Hugo"), ("Adler", "Bauer", "Conrad")
    table = pd.DataFrame(
        {
            "Belegnr": order_codes(orders["order"]),
            "Vorname": orders["customer"].map(lambda number: first[number % 8]),
            "Nachname": orders["customer"].map(lambda number: f"{last[number // 8 % 3]}{'abc'[number // 24]}"),
            "Datum": orders["day"].dt.strftime("%d.%m.%Y"),
            "Betrag": orders["money"],
        }
    )
    return render(table, _SEMICOLON), answer_of(orders, "customer name")


def _numbered_states(seed: int) -> _Made:
    orders = by_order(shop(seed))
    states = _drawn(seed, ("3", "2", "9"), (0.75, 0.15, 0.1), len(orders))
    table = pd.DataFrame(
        {
            "order_id": order_codes(orders["order"]),
            "customer_id": customer_codes(orders["customer"], "number"),
            "order_date": orders["day"].dt.strftime("%Y-%m-%d"),
            "amount": orders["money"],
            "order_status": states,
        }
    )
    done = orders[states == "3"]
    answer = answer_of(
        done, "customer_id", of_file=orders, must_ask=frozenset({"status"}), may_ask=frozenset({"status"}),
        replies={"status": "3"},
    )  # fmt: skip
    return render(table, AS_IT_IS), answer


def _in_euros_as_well(seed: int) -> _Made:
    orders = by_order(shop(seed))
    currency = _drawn(seed, ("EUR", "USD", "PLN"), (0.6, 0.25, 0.15), len(orders))
    rate = pd.Series(currency).map({"EUR": 1.0, "USD": 1.08, "PLN": 4.4})
    table = pd.DataFrame(
        {
            "order": order_codes(orders["order"]),
            "client": customer_codes(orders["customer"], "code"),
            "date": orders["day"].dt.strftime("%Y-%m-%d"),
            "amount": (orders["money"] * rate).round(2),
            "currency": currency,
            "amount_eur": orders["money"],
        }
    )
    return render(table, AS_IT_IS), answer_of(orders, "client")


def _never_paid(seed: int) -> _Made:
    """Statuses that nobody knows, on whose lines nothing was paid."""
    orders = by_order(shop(seed))
    states = _drawn(seed, ("paid", "open", "written off"), (0.85, 0.1, 0.05), len(orders))
    table = pd.DataFrame(
        {
            "Number": order_codes(orders["order"], "code"),
            "Customer": customer_codes(orders["customer"], "code"),
            "Date": orders["day"].dt.strftime("%Y-%m-%d"),
            "Total": orders["money"],
            "Amount Paid": orders["money"].where(states == "paid", 0.0),
            "Status": states,
        }
    )
    return render(table, AS_IT_IS), answer_of(orders[states == "paid"], "Customer", of_file=orders)


def _repeated_customers(seed: int) -> _Made:
    """A row an address: what customers spent stands there once for each."""
    rng = np.random.default_rng([seed, 39])
    people_of = np.repeat(np.arange(300), rng.choice([1, 2], 300, p=[0.7, 0.3]))
    orders, spend = 1 + rng.poisson(4, 300), rng.lognormal(4, 0.6, 300).round(2)
    table = pd.DataFrame(
        {
            "customer_id": people_of + 1,
            "address": [f"Street {number}" for number in range(len(people_of))],
            "orders_count": orders[people_of],
            "total_spent": spend[people_of],
        }
    )
    return render(table, AS_IT_IS), NO_CUSTOMERS


_DEALS = ("Account Name", "Opportunity Name", "Close Date", "Amount", "Stage")
_STAYS = ("Booked by", "Book number", "Booked on", "Price", "Status")
_PAID = ("买家会员名", "订单编号", "订单创建时间", "买家实际支付金额", "订单状态")
_FORMS: Mapping[str, tuple[str, str, Callable[[int], _Made]]] = {
    "pieces_called_amount": ("money", "pieces under a header of money", _pieces_called_amount),
    "purchases_times_amount": ("money", "the total is one amount times another", _purchases_times_amount),
    "channel_of_sales": ("money", "a number of the channel beside small prices", _channel_of_sales),
    "columns_of_two_decimals": ("numbers", "a comma in one column, a point in another", _rides),
    "once_each": ("purchases", "nobody came twice, the price is that of the whole line", _once_each),
    "ratings": ("other tables", "ratings of films by their users", _ratings),
    "bookings_of_nobody": ("other tables", "bookings that say much of the guests, but not who they are", _bookings),
    "customer_in_no_words": ("purchases", "the customer under a header that nobody knows", _unknown_word),
    "patients": ("purchases", "patients, their visits and fees", _clinic),
    "ledger_of_a_till": ("statuses and returns", "the sale, its lines and its payment, each with the money", _ledger),
    "stages_of_deals": (
        "statuses and returns", "deals of which some are lost",
        partial(_by_state, headers=_DEALS, states=("Closed Won", "Closed Lost", "Prospecting"), good=("Closed Won",)),
    ),
    "no_shows": (
        "statuses and returns", "guests who never came",
        partial(_by_state, headers=_STAYS, states=("ok", "cancelled_by_guest", "no_show"), good=("ok",)),
    ),
    "statuses_with_commas": (
        "statuses and returns", "statuses with commas in them",
        partial(
            _by_state, headers=_PAID, states=("交易成功", "交易关闭", "买家已付款,等待卖家发货"),
            good=("交易成功", "买家已付款,等待卖家发货"),
        ),
    ),
    "authorised": ("statuses and returns", "a flag of what the bank let pass", _authorised),
    "guests_of_one_number": ("lines without a customer", "one number for all guests, beside addresses", _guests),
    "analytics_with_users": ("purchases", "a report of an analytics tool with the site's own users", _analytics),
    "forecasts_of_leaving": ("a row a customer", "forecasts of who leaves", _leaving),
    "calls": ("days", "moments in fourteen digits", _calls),
    "first_and_last_name": ("purchases", "first and last name in columns of their own", _two_names),
    "numbered_statuses": ("statuses and returns", "statuses in numbers", _numbered_states),
    "in_one_currency_as_well": ("currencies", "all amounts in one currency beside their own", _in_euros_as_well),
    "never_paid": ("statuses and returns", "statuses on whose lines nothing was paid", _never_paid),
    "customers_repeated": ("other tables", "customers in several rows with the same sums", _repeated_customers),
    "nordic_till": ("statuses and returns", "returns of a till in Swedish, by their pieces", _nordic),
}  # fmt: skip
