"""Exports of tills, loyalty schemes and market places that no known form covers: the values say what headers do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File
from tests.files.rendering import AS_IT_IS, Look, render
from tests.files.shop import by_order, customer_codes, order_codes, shop

_CHAPTER = "tills and schemes"
_Made = tuple[pd.DataFrame, Answer, Look]


def tills() -> Iterator[File]:
    """Every file of this chapter, each form twice."""
    for number, (name, (form, maker)) in enumerate(_FORMS.items()):
        for turn in range(2):
            table, answer, look = maker(1700 + 2 * number + turn)
            yield File(f"{name}_{turn}", _CHAPTER, form, partial(render, table, look), answer)


def _marked(rows: int, share: float, seed: int) -> np.ndarray:
    return np.random.default_rng([seed, 17]).random(rows) < share


def _bought(lines: pd.DataFrame, customer: str, counts: pd.Series, money: pd.Series) -> Answer:
    """The answer where some lines count as purchases; customers who only gave back are customers."""
    return Answer(
        "purchases",
        customer=customer,
        customers=lines["customer"].nunique(),
        orders=lines.loc[counts, "order"].nunique(),
        money=round(float(money.sum()), 2),
    )


def _scheme(seed: int) -> _Made:
    """Returns without a sign, told by the kind of the line."""
    orders = by_order(shop(seed))
    back = pd.Series(_marked(len(orders), 0.1, seed))
    table = pd.DataFrame(
        {
            "Member No": customer_codes(orders["customer"], "code"),
            "Txn Date": orders["day"].dt.strftime("%d-%b-%Y").str.upper(),
            "Txn Type": np.where(back, "RETURN", "PURCHASE"),
            "Receipt": order_codes(orders["order"]),
            "Amount": orders["money"],
            "Points Earned": orders["money"].astype(int),
        }
    )
    signed = orders["money"].where(~back, -orders["money"])
    return table, _bought(orders, "Member No", ~back, signed), AS_IT_IS


def _discounted(seed: int) -> _Made:
    """A gross price, a discount, a net price, and a mark on lines that were taken back at the till."""
    lines = shop(seed)
    rng = np.random.default_rng([seed, 18])
    off = (lines["money"] * rng.choice([0.0, 0.1, 0.2], len(lines))).round(2)
    void = pd.Series(rng.random(len(lines)) < 0.08)
    net = (lines["money"] - off).round(2)
    table = pd.DataFrame(
        {
            "Location": "Downtown",
            "Order Id": order_codes(lines["order"]),
            "Order Date": lines["day"].dt.strftime("%m/%d/%y %I:%M %p"),
            "Guest Email": customer_codes(lines["customer"], "email"),
            "Menu Item": lines["item"].map("Dish {}".format),
            "Gross Price": lines["money"],
            "Discount": off,
            "Net Price": net,
            "Qty": lines["quantity"],
            "Void?": void.map({True: "true", False: "false"}),
        }
    )
    kept = lines[~void]
    answer = _bought(kept, "Guest Email", ~void[kept.index], net[kept.index])
    return table, answer, AS_IT_IS


def _fees(seed: int) -> _Made:
    """What a market place keeps stands beside what the buyer paid and what reaches the shop."""
    orders = by_order(shop(seed))
    fee = (orders["money"] * 0.1 + 0.3).round(2)
    table = pd.DataFrame(
        {
            "Sale ID": order_codes(orders["order"], "code"),
            "Purchase Date": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Buyer Email": customer_codes(orders["customer"], "email"),
            "Sale Price ($)": orders["money"],
            "Fees ($)": fee,
            "Net Total ($)": (orders["money"] - fee).round(2),
        }
    )
    return table, _bought(orders, "Buyer Email", orders["money"] > 0, orders["money"]), AS_IT_IS


def _refunds(seed: int) -> _Made:
    """What was given back stands in a column of its own, on the line of the order."""
    orders = by_order(shop(seed))
    part = np.random.default_rng([seed, 19]).choice([0.0, 0.0, 0.0, 0.0, 0.5, 1.0], len(orders))
    back = (orders["money"] * part).round(2)
    table = pd.DataFrame(
        {
            "Order number": order_codes(orders["order"]),
            "Order date": orders["day"].dt.strftime("%Y-%m-%d %H:%M"),
            "Customer email": customer_codes(orders["customer"], "email"),
            "Order total": orders["money"],
            "Refunded amount": back,
        }
    )
    return table, _bought(orders, "Customer email", back < orders["money"], orders["money"] - back), AS_IT_IS


def _pieces_back(seed: int) -> _Made:
    """Pieces that came back, beside those that were bought."""
    lines = shop(seed)
    back = lines["quantity"].where(_marked(len(lines), 0.06, seed), 0)
    table = pd.DataFrame(
        {
            "Bon": order_codes(lines["order"]),
            "Datum": lines["day"].dt.strftime("%d.%m.%Y"),
            "Kundennummer": customer_codes(lines["customer"], "number"),
            "Artikel": lines["item"].map("Artikel {}".format),
            "Menge": lines["quantity"],
            "Retourenmenge": back,
            "VK-Preis": lines["price"],
        }
    )
    look = replace(AS_IT_IS, delimiter=";", decimal=",")
    money = lines["price"] * (lines["quantity"] - back)
    return table, _bought(lines, "Kundennummer", back < lines["quantity"], money), look


def _sides(seed: int) -> _Made:
    """Amounts without a sign, and debit or credit: which of them is a purchase, only the reader knows."""
    orders = by_order(shop(seed))
    credit = pd.Series(_marked(len(orders), 0.1, seed))
    table = pd.DataFrame(
        {
            "Account": customer_codes(orders["customer"], "number"),
            "Posting date": orders["day"].dt.strftime("%Y%m%d"),
            "Document": order_codes(orders["order"]),
            "D/C": np.where(credit, "C", "D"),
            "Amount": orders["money"],
        }
    )
    signed = orders["money"].where(~credit, -orders["money"])
    answer = _bought(orders, "Account", ~credit, signed)
    return table, replace(answer, must_ask=frozenset({"side"}), replies={"side": "D"}), AS_IT_IS


def _crm(seed: int) -> _Made:
    """Customers of a shop system: a name repeats, the address does not."""
    orders = by_order(shop(seed, customers=120, orders=600))
    groups = orders.groupby("customer")
    spend, number, last = groups["money"].sum().round(2), groups.size(), groups["day"].max()
    rng = np.random.default_rng([seed, 20])
    who = spend.index.to_series()
    table = pd.DataFrame(
        {
            "Id": 6_700_000_000_000 + who.to_numpy() * 13,
            "First Name": rng.choice(["Anna", "Boris", "Clara", "Frank", "Nina", "Olga"], len(who)),
            "Last Name": rng.choice(["Novak", "Rossi", "Silva", "Smith", "Petrov"], len(who)),
            "Email": customer_codes(who, "email"),
            "Created": "2023-01-05",
            "Last order": last.dt.strftime("%Y-%m-%d"),
            "Orders": number,
            "Lifetime value": spend,
            "Avg order value": (spend / number).round(2),
            "Accepts email marketing": rng.choice(["yes", "no"], len(who)),
        }
    )
    answer = Answer("customers", customer="Id", customers=len(table))
    return table.reset_index(drop=True), answer, AS_IT_IS


def _parts_of_a_day(seed: int) -> _Made:
    """A year, a month and a day in columns of their own."""
    orders = by_order(shop(seed))
    day = orders["day"].dt
    table = pd.DataFrame(
        {
            "Year": day.year, "Month": day.month, "Day": day.day,
            "Member": customer_codes(orders["customer"], "code"),
            "Basket": order_codes(orders["order"]),
            "Spend": orders["money"],
        }
    )  # fmt: skip
    first, last = orders["day"].min().date(), orders["day"].max().date()
    answer = _bought(orders, "Member", orders["money"] > 0, orders["money"])
    return table, replace(answer, first=first, last=last), AS_IT_IS


def _card(seed: int) -> _Made:
    """A receipt with an hour, and a card that a fifth of the receipts lack."""
    lines = shop(seed)
    known = ~lines["order"].isin(lines["order"].unique()[4::5])
    table = pd.DataFrame(
        {
            "N° ticket": order_codes(lines["order"]),
            "Date": lines["day"].dt.strftime("%d/%m/%Y"),
            "Heure": lines["day"].dt.strftime("%Hh%M"),
            "Carte fidélité": customer_codes(lines["customer"], "number").where(known, ""),
            "Article": lines["item"].map("Article {}".format),
            "Qté": lines["quantity"],
            "Montant TTC": lines["money"],
        }
    )
    look = replace(AS_IT_IS, delimiter=";", decimal=",")
    kept = lines[known]
    return table, _bought(kept, "Carte fidélité", kept["money"] > 0, kept["money"]), look


def _visits(seed: int) -> _Made:
    """Visits to a shop, of which a third ended with a purchase."""
    orders = by_order(shop(seed))
    visits = orders.loc[orders.index.repeat(3)].reset_index(drop=True)
    bought = pd.Series(np.arange(len(visits)) % 3 == 0)
    table = pd.DataFrame(
        {
            "session_id": [100_000_000 + number for number in range(len(visits))],
            "visitor_id": customer_codes(visits["customer"], "code"),
            "started_at": visits["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "pageviews": np.random.default_rng([seed, 22]).integers(1, 30, len(visits)),
            "purchased": bought.astype(int),
            "revenue": visits["money"].where(bought, 0.0),
        }
    )
    return table, _bought(orders, "visitor_id", orders["money"] > 0, orders["money"]), AS_IT_IS


def _merged(seed: int) -> _Made:
    """The order, its day and its customer on the first of its lines only, as a spreadsheet leaves merged cells."""
    lines = shop(seed)
    first = lines["line"] == 1
    table = pd.DataFrame(
        {
            "Заказ": order_codes(lines["order"]).where(first, ""),
            "Дата": lines["day"].dt.strftime("%d.%m.%Y").where(first, ""),
            "Клиент": customer_codes(lines["customer"], "name").where(first, ""),
            "Товар": lines["item"].map("Товар {}".format),
            "Кол-во": lines["quantity"],
            "Сумма": lines["money"],
        }
    )
    look = replace(AS_IT_IS, delimiter=";", decimal=",")
    return table, _bought(lines, "Клиент", lines["money"] > 0, lines["money"]), look


def _with_tax(seed: int) -> _Made:
    """Amounts that say of themselves that tax is in them."""
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Order ID": order_codes(orders["order"]),
            "Customer ID": customer_codes(orders["customer"], "number"),
            "Order Date": orders["day"].dt.strftime("%d/%m/%Y"),
            "Shipping Cost (inc tax)": 5.0,
            "Order Total (inc tax)": orders["money"],
            "Total Quantity": orders["quantity"],
        }
    )
    return table, _bought(orders, "Customer ID", orders["money"] > 0, orders["money"]), AS_IT_IS


def _advertising(_seed: int) -> _Made:
    """Clicks and costs of advertisements: nobody bought."""
    rng = np.random.default_rng([_seed, 21])
    days = pd.date_range("2024-01-01", periods=300, freq="D")
    table = pd.DataFrame(
        {
            "Campaign": [f"Campaign {number % 5}" for number in range(300)],
            "Day": days.strftime("%Y-%m-%d"),
            "Impressions": rng.integers(100, 999, 300),
            "Clicks": rng.integers(1, 99, 300),
            "Cost": (rng.random(300) * 50).round(2),
        }
    )
    return table, NO_CUSTOMERS, AS_IT_IS


def _east_asian(language: str, headers: tuple[str, ...], encoding: str, day: str) -> Callable[[int], _Made]:
    """Lines of a shop in a page of two bytes a character."""

    def made(seed: int) -> _Made:
        lines = shop(seed)
        columns = (
            order_codes(lines["order"]), lines["day"].dt.strftime(day), customer_codes(lines["customer"], "code"),
            lines["item"].map("No. {}".format), lines["quantity"], lines["price"], lines["money"],
        )  # fmt: skip
        table = pd.DataFrame(dict(zip(headers, columns, strict=True)))
        answer = _bought(lines, headers[2], lines["money"] > 0, lines["money"])
        return table, answer, replace(AS_IT_IS, name=language, encoding=encoding)

    return made


def _periods(form: str) -> Callable[[int], _Made]:
    """A column a week, a quarter or a day, with what each customer spent in it."""

    def made(seed: int) -> _Made:
        lines = shop(seed)
        if form == "quarter":
            names = lines["day"].map(lambda day: f"{(day.month + 2) // 3} кв. {day.year}")
        elif form == "week":
            names = lines["day"].map(lambda day: f"W{day.isocalendar().week:02d} {day.isocalendar().year}")
        else:
            lines = lines[lines["day"] < lines["day"].min() + pd.Timedelta(days=60)]
            names = lines["day"].dt.strftime("%d.%m.%Y")
        spent = lines.assign(period=names)
        order = spent.drop_duplicates("period")["period"]
        wide = spent.pivot_table(index="customer", columns="period", values="money", aggfunc="sum").round(2)
        table = wide[list(order)].reset_index(names="Клиент" if form == "quarter" else "Client ID")
        table[table.columns[0]] = customer_codes(table[table.columns[0]], "code")
        answer = Answer(
            "purchases",
            customer=str(table.columns[0]),
            customers=len(table),
            orders=int(wide.notna().sum().sum()),
            money=round(float(lines["money"].sum()), 2),
        )
        return table, answer, AS_IT_IS

    return made


_JAPANESE = ("注文番号", "注文日", "顧客ID", "商品名", "数量", "単価", "小計")
_CHINESE = ("订单编号", "下单时间", "客户编号", "商品名称", "数量", "单价", "金额")
_KOREAN = ("주문번호", "주문일자", "고객번호", "상품명", "수량", "단가", "금액")

_FORMS: dict[str, tuple[str, Callable[[int], _Made]]] = {
    "scheme": ("returns without a sign, told by the kind of the line", _scheme),
    "discounted": ("gross price, discount and net price, with voided lines", _discounted),
    "fees": ("what a market place keeps, beside what was paid", _fees),
    "refunds": ("what was given back in a column of its own", _refunds),
    "pieces_back": ("pieces that came back in a column of their own", _pieces_back),
    "sides": ("amounts without a sign beside debit and credit", _sides),
    "crm": ("customers of a shop system, whose names repeat", _crm),
    "parts_of_a_day": ("year, month and day in columns of their own", _parts_of_a_day),
    "card": ("a card that a fifth of the receipts lack, beside the hour", _card),
    "visits": ("visits, of which some ended with a purchase", _visits),
    "merged": ("an order's number, day and customer on its first line only", _merged),
    "with_tax": ("amounts that say that tax is in them", _with_tax),
    "advertising": ("clicks and costs of advertisements", _advertising),
    "japanese": ("Japanese, Shift-JIS", _east_asian("japanese", _JAPANESE, "cp932", "%Y年%m月%d日")),
    "chinese": ("Chinese, GBK", _east_asian("chinese", _CHINESE, "gbk", "%Y-%m-%d %H:%M:%S")),
    "korean": ("Korean, EUC-KR", _east_asian("korean", _KOREAN, "cp949", "%Y-%m-%d")),
    "weeks": ("a column of spend a week", _periods("week")),
    "quarters": ("a column of spend a quarter", _periods("quarter")),
    "days_wide": ("a column of spend a day", _periods("day")),
}
