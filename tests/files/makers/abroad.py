"""Files that further shops sent: scripts of the east, refunds in a column, sums under each customer, groups A and B."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import Answer, File, answer_of
from tests.files.rendering import AS_IT_IS, look, render
from tests.files.shop import by_order, people, shop

PAGES = {  # code page: headers of order, customer, day, money, status; a customer; what is done, what is gone
    "cp1253": (
        "Αρ. παραγγελίας",
        "Κωδικός πελάτη",
        "Ημερομηνία",
        "Ποσό",
        "Κατάσταση",
        "Π{}",
        "Παραδόθηκε",
        "Ακυρώθηκε",
    ),
    "cp1254": ("Sipariş No", "Müşteri No", "Sipariş Tarihi", "Tutar", "Durum", "Ş{}", "Teslim edildi", "İptal edildi"),
    "cp1256": ("رقم الطلب", "رقم العميل", "التاريخ", "المبلغ", "الحالة", "عميل {}", "مكتمل", "ملغي"),
    "cp932": ("注文番号", "注文者", "注文日時", "合計金額", "ステータス", "会員{}", "発送済み", "キャンセル"),
    "gb18030": ("订单编号", "买家会员名", "订单付款时间", "实际支付金额", "订单状态", "买家{}", "交易成功", "交易关闭"),
    "cp949": ("주문번호", "구매자", "주문일자", "결제금액", "주문상태", "회원{}", "배송완료", "취소"),
}
REFUNDS = {"en": ("Order", "Customer email", "Date", "Total", "Refunded"),
           "ru": ("Номер заказа", "Клиент", "Дата", "Сумма", "Сумма возврата")}  # fmt: skip


def abroad() -> Iterator[File]:
    """Every file of this chapter."""
    for number, page in enumerate(PAGES):
        yield _in_page(page, 1500 + number)
    for number, language in enumerate(REFUNDS):
        yield _refund_column(language, 1510 + number)
    for number, word in enumerate(("Total", "Итого")):
        yield _sums_of_customers(word, 1515 + number)
    for number, values in enumerate((("A", "B"), ("variant a", "variant b", "variant c"))):
        yield _lettered_arms(values, 1520 + number)
    for number, headers in enumerate((("date", "id"), ("code", "day"))):
        yield _visits(headers, 1525 + number)
    yield _top_ups(1530)
    yield _codes(1535)


def _in_page(page: str, seed: int) -> File:
    order, customer, day, money, status, form, done, gone = PAGES[page]
    orders = by_order(shop(seed))
    states = np.where(np.random.default_rng([seed, 8]).random(len(orders)) < 0.12, gone, done)
    table = pd.DataFrame(
        {
            order: orders["order"] + 7000,
            customer: orders["customer"].map(lambda number: form.format(f"{number:03d}")),
            day: orders["day"].dt.strftime("%Y/%m/%d"),
            money: orders["money"],
            status: states,
        }
    )
    return File(
        f"page_{page}",
        "old exports",
        "code pages of Greece, Turkey, Arab countries, Japan, China and Korea, statuses in their words",
        lambda: table.to_csv(index=False).encode(page),
        answer_of(orders[states == done], customer, of_file=orders),
    )


def _refund_column(language: str, seed: int) -> File:
    order, customer, day, money, back = REFUNDS[language]
    orders = by_order(shop(seed))
    drawn = np.random.default_rng([seed, 9]).random(len(orders))
    share = np.select([drawn < 0.1, drawn < 0.15], [1.0, 0.5], 0.0)
    refunded = (orders["money"] * share).round(2)
    table = pd.DataFrame(
        {
            order: orders["order"] + 100,
            customer: orders["customer"].map("a{:03d}@post.example".format),
            day: orders["day"].dt.strftime("%Y-%m-%d"),
            money: orders["money"],
            back: refunded,
        }
    )
    return File(
        f"refund_column_{language}",
        "statuses and returns",
        "a column with the money that was given back",
        partial(render, table, AS_IT_IS),
        # what was given back in full is no purchase
        answer_of(
            orders.assign(money=(orders["money"] - refunded).round(2), returned=refunded >= orders["money"]), customer
        ),
    )


def _sums_of_customers(word: str, seed: int) -> File:
    orders = by_order(shop(seed)).sort_values(["customer", "day"])
    rows: list[list[object]] = []
    for number, hers in orders.groupby("customer"):
        name = f"K{number:03d}"
        rows += [[name, f"{row.day:%d.%m.%Y}", f"{row.order + 1}", row.money] for row in hers.itertuples()]
        rows.append([f"{name} {word}", None, None, round(hers["money"].sum(), 2)])
    rows.append([word, None, None, round(orders["money"].sum(), 2)])
    table = pd.DataFrame(rows, columns=["Customer", "Date", "Order", "Amount"])
    return File(
        f"sums_of_customers_{word}",
        "shapes",
        "the sum of each customer under her rows",
        partial(render, table, look("comma_en", language="")),
        answer_of(orders, "Customer"),
    )


def _lettered_arms(values: tuple[str, ...], seed: int) -> File:
    who = people(seed)
    rng = np.random.default_rng([seed, 10])
    converted = (rng.random(len(who)) < 0.2).astype(int)
    table = pd.DataFrame(
        {
            "user_id": np.arange(len(who)) + 50_000,
            "group": rng.choice(values, len(who)),
            "sessions": 1 + rng.poisson(8, len(who)),
            "spend_before": who["spend"],
            "converted": converted,
            "revenue_after": (converted * rng.gamma(2, 20, len(who))).round(2),
        }
    )
    return File(
        f"lettered_arms_{len(values)}",
        "outcomes and experiments",
        "groups A and B, none of which is called a control, and what came of them",
        partial(render, table, AS_IT_IS),
        Answer(
            "customers",
            "user_id",
            customers=len(who),
            must_ask=frozenset({"arm"}),
            may_ask=frozenset({"arm"}),
            replies={"arm": "group"},
            never_active=frozenset({"group", "converted", "revenue_after"}),
        ),
    )


def _visits(headers: tuple[str, str], seed: int) -> File:
    orders = by_order(shop(seed))
    cells = {"date": orders["day"].dt.strftime("%Y-%m-%d"), "id": orders["customer"] + 1000}
    cells |= {"day": cells["date"], "code": orders["customer"].map("A{:03d}".format)}
    customer = next(header for header in headers if header in ("id", "code"))
    return File(
        f"visits_{customer}",
        "purchases",
        "nothing but days and a number that repeats",
        partial(render, pd.DataFrame({header: cells[header] for header in headers}), AS_IT_IS),
        answer_of(
            orders, customer, money=None, may_ask=frozenset({"kind"}), must_ask=frozenset({"kind"}),
            replies={"kind": "purchases"},
        ),
    )  # fmt: skip


def _top_ups(seed: int) -> File:
    """Sales, refunds without a sign, and money that was put on a card, which buys nothing yet."""
    orders = by_order(shop(seed))
    kinds = np.random.default_rng([seed, 11]).choice(["sale", "refund", "topup"], len(orders), p=[0.85, 0.1, 0.05])
    table = pd.DataFrame(
        {
            "tx": orders["order"] + 1,
            "type": kinds,
            "client": orders["customer"].map("c{:03d}".format),
            "day": orders["day"].dt.strftime("%Y-%m-%d"),
            "amount": orders["money"],
        }
    )
    signed = orders.assign(
        money=np.where(kinds == "refund", -orders["money"], orders["money"]), returned=kinds == "refund"
    )
    return File(
        "top_ups",
        "statuses and returns",
        "kinds of documents of which one is known to nobody",
        partial(render, table, AS_IT_IS),
        answer_of(
            signed[kinds != "topup"], "client", of_file=orders, may_ask=frozenset({"status"}),
            must_ask=frozenset({"status"}), replies={"status": "sale"}, even=frozenset({"status"}),
        ),
    )  # fmt: skip


def _codes(seed: int) -> File:
    orders = by_order(shop(seed))
    forms = ("C{:04d}", "c{:04d} ", " C{:04d}")
    table = pd.DataFrame(
        {
            "customer code": [forms[place % 3].format(number) for place, number in enumerate(orders["customer"])],
            "order no": orders["order"] + 1,
            "date": orders["day"].dt.strftime("%Y-%m-%d"),
            "sum": orders["money"],
        }
    )
    return File(
        "spelling_code",
        "purchases",
        "one customer spelt in several ways: codes in capital and small letters",
        partial(render, table, AS_IT_IS),
        answer_of(orders, "customer code"),
    )
